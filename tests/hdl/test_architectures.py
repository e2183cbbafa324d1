"""Every parameter of `Architecture` reaches the RTL: odd sizes, wrapping, the smallest chip."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import SIDES, Architecture, Network, Trace, simulate
from spikewright.golden.programs import random_network, random_packets
from spikewright.lct.check import check
from spikewright.lct.library import Library
from spikewright.tools.engine import compiled_chip, program
from spikewright.verif.blocks import block_named
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.directed import CASES
from spikewright.verif.sizes import INCLUSIVE, WRAPPING

# No size is a power of two but the slots, which have to be.
ODD = Architecture(
    axons=20,
    neurons=10,
    axon_types=3,
    weight_bits=5,
    leak_bits=7,
    threshold_bits=7,
    mask_bits=4,
    potential_bits=11,
    delay_slots=8,
    offset_bits=5,
    width=2,
    height=1,
)
SMALLEST = Architecture(
    axons=1,
    neurons=1,
    axon_types=1,
    weight_bits=2,
    leak_bits=2,
    threshold_bits=2,
    mask_bits=1,
    potential_bits=5,
    delay_slots=2,
    offset_bits=2,
    width=1,
    height=2,
)
PAIR = {"wrapping": WRAPPING.with_mesh(2, 1), "inclusive": INCLUSIVE.with_mesh(2, 1)}


def agree(chip: ChipModel, network: Network, packets: Any, ticks: int) -> Trace:
    """Run a program on both and compare them; return what they did."""
    golden = simulate(network, ticks=ticks, packets=packets)
    program(chip, network)
    rtl = chip.run(ticks, packets)
    np.testing.assert_array_equal(rtl.spikes, golden.spikes)
    np.testing.assert_array_equal(rtl.potentials, golden.potentials)
    np.testing.assert_array_equal(rtl.late, golden.late)
    np.testing.assert_array_equal(rtl.outputs, np.sort(golden.outputs))
    assert not rtl.refused.any()
    return golden


def random_programs(architecture: Architecture, seeds: range, ticks: int) -> list[Trace]:
    with compiled_chip(architecture, SIDES) as chip:
        networks = [random_network(architecture, seed, attached=SIDES) for seed in seeds]
        return [
            agree(chip, network, random_packets(network, seed, ticks), ticks)
            for seed, network in zip(seeds, networks, strict=True)
        ]


@pytest.mark.parametrize("architecture", [ODD, SMALLEST], ids=["odd", "smallest"])
def test_random_programs_agree(architecture: Architecture) -> None:
    traces = random_programs(architecture, range(10), 40)
    assert sum(trace.spikes.sum() for trace in traces) > 100


@pytest.mark.parametrize("architecture", PAIR.values(), ids=PAIR)
def test_random_programs_agree_where_potentials_wrap(architecture: Architecture) -> None:
    traces = random_programs(architecture, range(16), 40)
    assert sum(trace.spikes.sum() for trace in traces) > 1000
    for trace in traces:
        steps = np.diff(trace.potentials.astype(np.int64), axis=0)
        # Jumps of more than half the range, which few resets make: potentials run over both ends.
        assert steps.max() > 2**5
        assert steps.min() < -(2**5)


@pytest.mark.nightly
@pytest.mark.parametrize("inclusive", [0, 1])
def test_random_programs_agree_at_the_size_of_ranc(inclusive: int) -> None:
    ranc = replace(Architecture.preset("ranc").with_mesh(1, 1), inclusive=inclusive)
    traces = random_programs(ranc, range(5), 24)
    assert sum(trace.spikes.sum() for trace in traces) > 1000


# V at -beta = -4, one above and one below, in every mode with R = -32; at the inclusive threshold
# the neurons at -4 also come to -R, which is R itself, or with a linear reset to zero.
AT_THE_THRESHOLD = {
    "wrapping": [-32, -4, -3, -1, -4, -3, -5, -4, -3, -4, -4, -3, -4, -4, -3, -4],
    "inclusive": [-32, -32, -3, -1, 0, -3, -5, -4, -3, -4, -4, -3, -4, -4, -3, -4],
}
# Six bits: V at -32 and 31, which synapses and leaks of 1, 7, 15 and 16 carry over the ends.
OVER_THE_ENDS = [
    [-32, 31, 31, -32, -32, 31, 25, -26, -32, 31, 31, -32, -32, 31, 25, -26],
    [-32, 31, 30, -31, -32, 31, 18, -19, -32, 31, -32, 31, -32, 31, -32, 31],
    [31, -32, 29, -30, 31, -32, 11, -12, 31, -32, 31, -32, 31, -32, 25, -26],
    [15, -17, 28, -29, 15, -17, 4, -5, 15, -17, -32, 31, 15, -17, -32, 31],
]


@pytest.mark.parametrize("name", PAIR)
def test_what_wraps_and_what_is_at_a_threshold(name: str) -> None:
    core = block_named("core")
    with compiled_chip(PAIR[name], SIDES) as chip:
        case = CASES["at_the_negative_threshold"].make(core, PAIR[name])
        trace = agree(chip, case.network, case.packets, case.ticks)
        assert trace.potentials[:, 1].tolist() == [AT_THE_THRESHOLD[name]] * case.ticks
        case = CASES["over_the_ends"].make(core, PAIR[name])
        trace = agree(chip, case.network, case.packets, case.ticks)
        assert trace.potentials[:4, 1].tolist() == OVER_THE_ENDS


@pytest.mark.parametrize("architecture", [ODD, INCLUSIVE], ids=["odd", "inclusive"])
def test_the_tables_are_clean_at_odd_sizes(architecture: Architecture) -> None:
    library = Library()
    units = [library.unit(name, architecture.to_dict()) for name in library.names()]
    assert [finding.message for unit in units for finding in check(unit)] == []
