"""The core that integrates a whole neuron a cycle: it equals the model, and keeps its time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import SIDES, Architecture, Network, simulate
from spikewright.golden.programs import random_network, random_packets
from spikewright.hdl.tile import OVERHEAD
from spikewright.hdl.verilog import tile_verilog
from spikewright.lct.library import UNITS, Library
from spikewright.tools.engine import compiled_chip, program
from spikewright.verif.chip_model import ChipModel, ChipRun
from spikewright.verif.proofs import prove_all

TINY = Architecture.preset("tiny").with_mesh(1, 1)
# Six bits of potential that wrap, three types, no count a power of two.
ODD = replace(TINY, axons=13, neurons=10, axon_types=3, weight_bits=5, potential_bits=6, wrap=1)
SMALLEST = replace(TINY, axons=1, neurons=1, axon_types=1)


@pytest.fixture(scope="module")
def chip() -> Iterator[ChipModel]:
    with compiled_chip(TINY, SIDES, core="neuron") as model:
        yield model


def agree(chip: ChipModel, network: Network, packets: Any, ticks: int = 30) -> ChipRun:
    golden = simulate(network, ticks=ticks, packets=packets)
    program(chip, network)
    rtl = chip.run(ticks, packets)
    np.testing.assert_array_equal(rtl.spikes, golden.spikes)
    np.testing.assert_array_equal(rtl.potentials, golden.potentials)
    np.testing.assert_array_equal(rtl.outputs, np.sort(golden.outputs))
    return rtl


@pytest.mark.parametrize("stochastic", [0.0, 0.5, 1.0])
def test_random_programs_agree(chip: ChipModel, stochastic: float) -> None:
    spikes = 0
    for seed in range(6):
        network = random_network(TINY, seed, attached=SIDES, stochastic=stochastic)
        run = agree(chip, network, random_packets(network, seed, 30))
        spikes += int(run.spikes.sum())
    assert spikes > 100


@pytest.mark.parametrize("architecture", [ODD, SMALLEST], ids=["odd", "smallest"])
def test_random_programs_agree_at_odd_sizes(architecture: Architecture) -> None:
    with compiled_chip(architecture, SIDES, core="neuron") as chip:
        for seed in range(6):
            network = random_network(architecture, seed, attached=SIDES)
            agree(chip, network, random_packets(network, seed, 30))


def test_a_deterministic_tick_takes_a_cycle_a_neuron_whatever_happens(chip: ChipModel) -> None:
    network = Network(TINY, attached=SIDES, synapses=True, threshold=TINY.threshold_limit)
    packets = random_packets(network, 1, 30, per_tick=40)
    run = agree(chip, network, packets)
    assert set(run.busy_cycles - TINY.neurons) <= set(range(OVERHEAD["neuron"] + 1))


def test_types_of_axons_outlast_a_reset_as_the_other_memories_do(chip: ChipModel) -> None:
    network = random_network(TINY, 3, attached=SIDES, stochastic=0.0)
    packets = random_packets(network, 3, 8)
    first = agree(chip, network, packets, 8)
    chip.reset()
    words = [(3, 0, n, int(v) % 2**TINY.potential_bits) for n, v in enumerate(network.potential[0])]
    chip.configure([*words, (4, 0, 0, int(network.seed[0]))])
    again = chip.run(8, packets)
    np.testing.assert_array_equal(again.potentials, first.potentials)


def test_a_core_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^core must be one of event, neuron, not 'axon'$"):
        tile_verilog(TINY, core="axon")


@pytest.mark.parametrize(
    ("unit", "old", "new", "theorem"),
    [
        # A neuron whose axons are counted has events as well.
        ("neuron_scan", "whole or pending == 0", "pending == 0", "ready-made"),
        # The axons of a stochastic neuron are counted at its end, too.
        ("neuron_scan", "pending & (pending - 1)", "pending", "ready-made"),
        # A half is counted twice.
        ("axon_count", "| low + high |", "| low + low |", "counted"),
        # A type forgets the axons of the types before it.
        ("axon_count", "| used_before + count |", "| count |", "counted"),
    ],
)
def test_a_planted_fault_is_refuted(
    tmp_path: Path, unit: str, old: str, new: str, theorem: str
) -> None:
    units = tmp_path / "units"
    shutil.copytree(UNITS, units)
    path = units / f"{unit}.lct.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    refuted = {p.name for p in prove_all(TINY.to_dict(), Library(units)) if p.verdict == "refuted"}
    assert theorem in refuted
