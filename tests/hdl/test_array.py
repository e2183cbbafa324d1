# amaranth: UnusedElaboratable=no
"""Chips that are linked to each other are one larger chip, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spikewright.golden import SIDES, Architecture, simulate
from spikewright.golden.architecture import ArchitectureError
from spikewright.golden.programs import random_network, random_packets
from spikewright.hdl.array import ChipArray
from spikewright.hdl.board import Board
from spikewright.hdl.verilog import array_verilog, component_verilog, mesh_verilog, tile_verilog
from spikewright.tools.engine import compiled_chip, program
from spikewright.verif.chip_model import ChipModel, ChipRun
from spikewright.verif.design import Design
from spikewright.verif.ports import parse_ports

TINY = Architecture.preset("tiny")
# No number of axons, neurons or ports is a power of two.
ODD = replace(TINY, axons=11, neurons=7, axon_types=3)
OPEN = ("west", "north")
TICKS = 30


def array_model(
    architecture: Architecture, chips: tuple[int, int], attached: tuple[str, ...], pauses: int
) -> ChipModel:
    """Return the compiled array; `pauses` is the seed of idle cycles and stalls at its ports."""
    design = Design("mesh", {"mesh.v": array_verilog(architecture, chips, attached)})
    return ChipModel(
        design, architecture, attached=attached, idle_seed=pauses, stall_seed=2 * pauses
    )


def runs(
    chip: ChipModel, seeds: range, attached: tuple[str, ...], stochastic: float
) -> list[ChipRun]:
    """Run random programs, and hold each against the golden model."""
    found = []
    for seed in seeds:
        network = random_network(chip.architecture, seed, attached=attached, stochastic=stochastic)
        packets = random_packets(network, seed, TICKS)
        golden = simulate(network, ticks=TICKS, packets=packets)
        program(chip, network)
        run = chip.run(TICKS, packets)
        np.testing.assert_array_equal(run.spikes, golden.spikes)
        np.testing.assert_array_equal(run.potentials, golden.potentials)
        np.testing.assert_array_equal(run.late, golden.late)
        np.testing.assert_array_equal(run.off_mesh, golden.off_mesh)
        np.testing.assert_array_equal(run.outputs, np.sort(golden.outputs))
        assert not run.refused.any()
        assert not run.overrun.any()
        found.append(run)
    assert sum(run.spikes.sum() for run in found) > 100 * len(seeds)
    return found


@pytest.mark.parametrize("count", [16, pytest.param(60, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("stochastic", [0.0, 0.3], ids=["deterministic", "stochastic"])
def test_two_chips_equal_one_of_twice_the_size(stochastic: float, count: int) -> None:
    """A 2 x 1 array of 2 x 2 chips against a 4 x 2 chip, and both against the golden model."""
    seeds, whole = range(count), TINY.with_mesh(4, 2)
    with array_model(whole, (2, 1), SIDES, pauses=0) as array:
        two = runs(array, seeds, SIDES, stochastic)
    with compiled_chip(whole, SIDES) as mesh:
        one = runs(mesh, seeds, SIDES, stochastic)
    for a, b in zip(one, two, strict=True):
        for name in ("spikes", "potentials", "late", "off_mesh", "outputs"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    crossed = [a for a, b in zip(one, two, strict=True) if (a.cycles != b.cycles).any()]
    assert crossed, "packets must cross from chip to chip, which takes them longer"


@pytest.mark.parametrize(
    ("width", "height", "chips", "attached"),
    [
        # Links of one port, in both directions, with a chip between others.
        (3, 2, (3, 2), OPEN),
        # Links of three ports, in the north and south of each other.
        (3, 2, (1, 2), SIDES),
        # One chip, with links to the outside only.
        (2, 2, (1, 1), SIDES),
    ],
)
def test_other_shapes(
    width: int, height: int, chips: tuple[int, int], attached: tuple[str, ...]
) -> None:
    with array_model(ODD.with_mesh(width, height), chips, attached, pauses=7) as array:
        runs(array, range(20), attached, 0.3)


def test_an_array_has_the_ports_of_a_mesh() -> None:
    whole = TINY.with_mesh(4, 2)
    for attached in ((), OPEN, SIDES):
        array = parse_ports(array_verilog(whole, (2, 1), attached), "mesh")
        assert array == parse_ports(mesh_verilog(whole, attached), "mesh")


def test_what_is_in_a_link_is_under_way() -> None:
    """An array that forgets its links starts ticks too early, which shows."""
    whole = TINY.with_mesh(4, 2)

    class Forgetful(ChipArray):
        def _tick(self, m, meshes, links):  # type: ignore[no-untyped-def]
            super()._tick(m, meshes, links[:1])

    array = Forgetful(whole, (2, 1))
    text = tile_verilog(array.part) + component_verilog(array, "mesh")
    with (
        ChipModel(Design("mesh", {"mesh.v": text}), whole, stall_seed=3) as chip,
        pytest.raises(AssertionError, match="Arrays are not equal"),
    ):
        runs(chip, range(10), SIDES, 0.3)


@pytest.mark.parametrize(
    ("chips", "message"),
    [
        ((3, 1), r"^Chips along the width must divide the 4 cores there, not be 3$"),
        ((2, 0), r"^Chips along the height must divide the 2 cores there, not be 0$"),
    ],
)
def test_chips_must_be_of_equal_size(chips: tuple[int, int], message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        ChipArray(TINY.with_mesh(4, 2), chips)


def test_chips_on_a_board_must_fit_and_be_tied() -> None:
    pair = TINY.with_mesh(2, 1)
    text = r"^Chips along the width must divide the 2 cores there, not be 3$"
    with pytest.raises(ArchitectureError, match=text):
        Board(pair, (3, 1))
    text = r"^Links of a board must name each side between chips, and leave out east$"
    with pytest.raises(ArchitectureError, match=text):
        Board(pair, (2, 1), ("west", "north"))
