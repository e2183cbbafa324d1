"""Every parameter of `Architecture` reaches the RTL: odd sizes, and the smallest chip of all."""

from __future__ import annotations

import numpy as np
import pytest

from spikewright.golden import SIDES, Architecture, simulate
from spikewright.golden.programs import random_network, random_packets
from spikewright.lct.check import check
from spikewright.lct.library import Library
from spikewright.tools.engine import compiled_chip, program

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


@pytest.mark.parametrize("architecture", [ODD, SMALLEST], ids=["odd", "smallest"])
def test_random_programs_agree(architecture: Architecture) -> None:
    ticks = 40
    spikes = 0
    with compiled_chip(architecture, SIDES) as chip:
        for seed in range(10):
            network = random_network(architecture, seed, attached=SIDES)
            packets = random_packets(network, seed, ticks)
            golden = simulate(network, ticks=ticks, packets=packets)
            program(chip, network)
            rtl = chip.run(ticks, packets)
            np.testing.assert_array_equal(rtl.spikes, golden.spikes)
            np.testing.assert_array_equal(rtl.potentials, golden.potentials)
            np.testing.assert_array_equal(rtl.late, golden.late)
            np.testing.assert_array_equal(rtl.outputs, np.sort(golden.outputs))
            assert not rtl.refused.any()
            spikes += int(golden.spikes.sum())
    assert spikes > 100


def test_the_tables_are_clean_at_odd_sizes() -> None:
    library = Library()
    units = [library.unit(name, ODD.to_dict()) for name in library.names()]
    assert [finding.message for unit in units for finding in check(unit)] == []
