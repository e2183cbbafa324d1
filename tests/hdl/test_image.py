"""Images: words of every width, held against a second layout, and back."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network
from spikewright.hdl import image, parameter_words
from spikewright.hdl.image import (
    ImageError,
    configuration_table,
    image_arrays,
    image_words,
    integers,
    memory_init,
    spaces,
)
from spikewright.hdl.parameters import configuration_writes, pack_parameters
from spikewright.verif.config_words import parameter_word

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "image_helpers.py")))
NAMED = helpers.NAMED
TINY = NAMED["tiny"]


def check_words(network: Network) -> None:
    """Hold words against the layouts that the bench writes down a second time."""
    a, arrays = network.architecture, network.arrays()
    word, modulus = parameter_word(a), 1 << a.potential_bits
    found = [
        {name: integers(rows[core]) for name, rows in image_words(network).items()}
        for core in range(a.cores)
    ]
    for core, words in enumerate(found):
        assert words["axon_types"] == arrays["axon_types"][core].tolist()
        assert words["seed"] == [arrays["seed"][core]]
        assert words["potential"] == [v % modulus for v in arrays["potential"][core].tolist()]
        for n in range(a.neurons):
            row = sum(1 << i for i in np.flatnonzero(network.synapses[core, n]).tolist())
            assert words["synapses"][n] == row
            for name, value in word.unpack(words["parameters"][n]).items():
                kind, _, column = name.rpartition("_")
                if column.isdigit():
                    array = arrays[{"weight": "weights"}.get(kind, kind)][..., int(column)]
                else:
                    array = arrays[name]
                assert value == array[core, n], name


def check_back(network: Network) -> None:
    arrays = image_arrays(network.architecture, image_words(network))
    for name, array in network.arrays().items():
        assert np.array_equal(arrays[name], array), name


def check_both(network: Network) -> None:
    check_words(network)
    check_back(network)


@pytest.mark.parametrize("name", NAMED)
def test_named(name: str) -> None:
    check_both(helpers.full_network(NAMED[name], 1))


@settings(max_examples=150, deadline=None)
@given(architecture=helpers.architectures(), seed=st.integers(0, 2**32))
def test_any_widths(architecture: Architecture, seed: int) -> None:
    check_both(helpers.full_network(architecture, seed))


def test_spaces() -> None:
    a = Architecture.preset("truenorth")
    assert [(s.name, s.number, s.entries, s.bits, s.words) for s in spaces(a)] == [
        ("axon_types", 0, 256, 2, 1),
        ("synapses", 1, 256, 256, 8),
        ("parameters", 2, 256, 145, 5),
        ("potential", 3, 256, 20, 1),
        ("seed", 4, 1, 32, 1),
    ]


@pytest.mark.parametrize("name", NAMED)
def test_table_has_the_writes_in_their_order(name: str) -> None:
    network = helpers.full_network(NAMED[name], 2)
    table = configuration_table(network)
    rows = [(*map(int, row[:3]), *integers(row[None, 3:])) for row in table]
    assert rows == configuration_writes(network)


def test_some_cores() -> None:
    network = helpers.full_network(TINY, 3)
    whole, some = image_words(network), image_words(network, 1, 3)
    assert all(np.array_equal(some[name], rows[1:3]) for name, rows in whole.items())


def test_memory_init() -> None:
    network = helpers.full_network(TINY, 4)
    init = memory_init(network, 2)
    assert list(init) == ["types", "synapse_rows", "rows", "potentials"]
    assert init["types"] == network.axon_types[2].tolist()
    assert init["rows"] == pack_parameters(network, 2)
    assert init["potentials"] == [v % 512 for v in network.potential[2].tolist()]


def test_a_bit_too_many() -> None:
    words = image_words(helpers.full_network(TINY, 5))
    words["synapses"][3, 7] = 0x1_0000
    with pytest.raises(ImageError) as error:
        image_arrays(TINY, words)
    assert str(error.value) == ("synapses of core (1, 1), address 7 must have 16 bits, not 0x10000")


# Planted faults: each is found by the comparison with the second layout, or on the way back.


def _swapped(architecture: Architecture) -> Any:
    bits, slots = layout(architecture)
    names = {"threshold": "negative_threshold", "negative_threshold": "threshold"}
    return bits, tuple(replace(s, array=names.get(s.array, s.array)) for s in slots)


def _mirrored_types(architecture: Architecture) -> Any:
    bits, slots = layout(architecture)
    last = architecture.axon_types - 1
    return bits, tuple(s if s.column is None else replace(s, column=last - s.column) for s in slots)


def _high_word_first(slots: Any, count: int, network: Any, cores: slice) -> Any:
    return pack(slots, count, network, cores)[..., ::-1]


def _no_second_word(slots: Any, count: int, network: Any, cores: slice) -> Any:
    cut = tuple(s for s in slots if s.offset // 32 == (s.offset + s.kind.width - 1) // 32)
    return pack(cut, count, network, cores)


def _no_sign(words: Any, _bits: int) -> Any:
    return words.astype(np.int64)


layout, pack = image.parameter_layout, image.pack_rows
FAULTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "two fields swapped, both ways": (image, "parameter_layout", _swapped),
    "axon types in the other order, both ways": (image, "parameter_layout", _mirrored_types),
    "the high word first": (image, "pack_rows", _high_word_first),
    "a field cut at the end of a word": (image, "pack_rows", _no_second_word),
    "no sign extension": (parameter_words, "twos_complement", _no_sign),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = helpers.full_network(NAMED["truenorth"], 6)
    check_both(network)
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises((AssertionError, ImageError)):
        check_both(network)
