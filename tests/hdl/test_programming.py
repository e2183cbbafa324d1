"""AXI4-Lite writes, held against a model of the chip's registers that takes one after another."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network
from spikewright.hdl import image, programming
from spikewright.hdl.image import ImageError, image_words
from spikewright.hdl.parameters import configuration_writes
from spikewright.hdl.programming import core_addresses, register_writes, written_image
from spikewright.hdl.register_map import Register

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "image_helpers.py")))
NAMED = helpers.NAMED
TINY = NAMED["tiny"]


class Registers:
    """The configuration registers as registers.rdl describes them, a write at a time."""

    def __init__(self, words: int, widths: list[int]) -> None:
        self.core = self.space = self.address = 0
        self.data = [0xFFFFFFFF] * words  # as an earlier network may have left them
        self.widths = widths
        self.commands: list[tuple[int, int, int, int]] = []

    def write(self, address: int, value: int) -> None:
        assert 0 <= value < 1 << 32
        if address == 0x80:
            self.core = value
        elif address == 0x84:
            self.space = value
        elif address == 0x88:
            self.address = value
        elif address == 0x8C:
            assert value == 1
            data = sum(word << 32 * at for at, word in enumerate(self.data))
            assert data < 1 << self.widths[self.space], "the chip refuses bits beyond the width"
            self.commands.append((self.space, self.core, self.address, data))
            self.address += 1
        else:
            at, rest = divmod(address - 0x100, 4)
            assert rest == 0
            self.data[at] = value


def listed(network: Network) -> tuple[Any, Any]:
    """Return address and data of all writes."""
    data = register_writes(network)
    return np.tile(core_addresses(network.architecture), len(data)), data.reshape(-1)


def played(a: Architecture, address: Any, data: Any) -> list[tuple[int, int, int, int]]:
    """Return the commands that the registers run."""
    widths = [space.bits for space in image.spaces(a)]
    model = Registers(programming.data_words(a), widths)
    for place, value in zip(address.tolist(), data.tolist(), strict=True):
        model.write(place, value)
    return model.commands


def check(network: Network) -> None:
    a = network.architecture
    address, data = listed(network)
    assert played(a, address, data) == configuration_writes(network)
    words = written_image(a, address, data)
    for name, rows in image_words(network).items():
        assert np.array_equal(words[name], rows), name


@pytest.mark.parametrize("name", NAMED)
def test_named(name: str) -> None:
    check(helpers.full_network(NAMED[name], 1))


@settings(max_examples=60, deadline=None)
@given(architecture=helpers.architectures(), seed=st.integers(0, 2**32))
def test_any_widths(architecture: Architecture, seed: int) -> None:
    check(helpers.full_network(architecture, seed))


def test_writes_of_truenorth() -> None:
    """Per core 256 rows of 8 + 1, 5 + 1, 1 + 1 and 1 + 1 writes, one seed, and 10 + 1 places."""
    addresses = core_addresses(Architecture.preset("truenorth"))
    cleared = 7 + 3 + 4
    assert len(addresses) == 256 * (9 + 6 + 2 + 2) + 2 + 11 + cleared


def test_order_does_not_matter_but_the_last_write_counts() -> None:
    network = helpers.full_network(TINY, 2)
    other = helpers.full_network(TINY, 3)
    address, data = listed(network)
    before, old = listed(other)
    words = written_image(TINY, np.append(before, address), np.append(old, data))
    for name, rows in image_words(network).items():
        assert np.array_equal(words[name], rows)
    backwards = register_writes(network)[::-1]
    words = written_image(TINY, address, backwards.reshape(-1))
    assert np.array_equal(words["seed"], image_words(network)["seed"])


def refusal(edit: Any, architecture: Architecture = TINY) -> str:
    """Return what is said of the writes of a network after an edit."""
    address, data = listed(helpers.full_network(architecture, 4))
    address, data = edit(address.copy(), data.copy())
    with pytest.raises(ImageError) as error:
        written_image(architecture, address, data)
    return str(error.value)


def put(at: int, address: int | None = None, data: int | None = None) -> Any:
    """Return an edit of one write."""

    def edit(places: Any, values: Any) -> Any:
        places[at] = places[at] if address is None else address
        values[at] = values[at] if data is None else data
        return places, values

    return edit


COMMAND = 6  # the first one


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (put(5, 0x10), "write 6 must go to a register of the configuration, not to 0x10"),
        (put(5, 0x102), "write 6 must go to a register of the configuration, not to 0x102"),
        (put(5, 0x10C), "write 6 must go to a register of the configuration, not to 0x10c"),
        (
            put(5, 0xFFFFFFFC),
            "write 6 must go to a register of the configuration, not to 0xfffffffc",
        ),
        (put(COMMAND, data=2), "write 7: a command must be 1, a write, not 2"),
        (put(0, data=4), "write 7: core must be in 0..3, not 4"),
        (put(1, data=5), "write 7: space must be in 0..4, not 5"),
        (put(2, data=16), "write 7: address in axon_types must be in 0..15, not 16"),
        (put(3, data=1), "write 7: word 1 of axon_types must be 0, which has 2 bits, not 1"),
        (put(0, data=1), "axon_types of core (0, 0), address 0 must be written, and is not"),
        (
            lambda places, values: (places[:-1], values[:-1]),
            "there must be 260 commands at least, not 259",
        ),
        (
            lambda places, values: (places[:0], values[:0]),
            "there must be 260 commands at least, not 0",
        ),
    ],
)
def test_refusals(edit: Any, text: str) -> None:
    assert refusal(edit) == text


def test_a_row_wider_than_the_register_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programming, "DATA_WORDS", 32)
    wide = Architecture(axons=1025, neurons=1, width=1, height=1, potential_bits=21)
    with pytest.raises(ImageError) as error:
        core_addresses(wide)
    assert str(error.value) == (
        "an entry must take at most 32 words of 32 bits, which the register map has, not 33"
    )


# Planted faults.


def test_words_in_the_wrong_order_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def turned(network: Any, first: int = 0, last: int | None = None) -> Any:
        words = image_words(network, first, last)
        return {name: rows[..., ::-1] for name, rows in words.items()}

    network = helpers.full_network(TINY, 5)
    check(network)
    monkeypatch.setattr(programming, "image_words", turned)
    with pytest.raises(AssertionError):
        check(network)


def test_registers_that_are_left_as_they_were_are_found() -> None:
    address, data = listed(helpers.full_network(TINY, 5))
    address[3] = Register.CFG_ADDRESS
    with pytest.raises(AssertionError, match="the chip refuses bits beyond the width"):
        played(TINY, address, data)
