"""Directed programs for the chip as a whole: configuration, time, packets, reset; and all cases."""

from __future__ import annotations

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.programs import random_network, random_packets
from spikewright.golden.stimulus import make_packets
from spikewright.hdl.tile import OVERHEAD
from spikewright.verif import directed_neurons
from spikewright.verif.blocks import Block
from spikewright.verif.config_words import (
    AXON_TYPE,
    PARAMETERS,
    POTENTIAL,
    SEED,
    SYNAPSES,
    parameter_word,
)
from spikewright.verif.directed_tools import Cases, new_network, one_of_each, to_core
from spikewright.verif.errors import ToolError
from spikewright.verif.scenario import Scenario
from spikewright.verif.transactions import ConfigWrite

__all__ = ["CASES", "directed_scenario"]

CASES = Cases(directed_neurons.CASES)
"""Every directed program by name."""


def directed_scenario(name: str, block: Block, architecture: Architecture) -> Scenario:
    """Return the scenario of a case by name."""
    if name not in CASES:
        raise ToolError(f"Case must be one of {', '.join(CASES)}, not {name!r}")
    return CASES[name].make(block, block.shaped(architecture))


def _faulty_writes(a: Architecture, core: int) -> list[ConfigWrite]:
    """Return writes of which a core must refuse each one."""
    word, limit = parameter_word(a), a.potential_limit
    mask = 1 << a.potential_bits
    writes = [
        ConfigWrite(core, PARAMETERS, 0, word.pack({"reset_mode": 3})),
        ConfigWrite(core, SEED, 0, 0),
        *(ConfigWrite(core, space, 0, 1) for space in (5, 6, 7)),
    ]
    if not a.wrap:  # where potentials wrap, there is no number beyond them
        writes += [
            ConfigWrite(core, PARAMETERS, 1, word.pack({"reset_potential": limit + 1})),
            ConfigWrite(core, PARAMETERS, 2, word.pack({"reset_potential": -limit - 1})),
            ConfigWrite(core, POTENTIAL, 0, limit + 1),
            ConfigWrite(core, POTENTIAL, 1, (-limit - 1) % mask),
        ]
    if a.mask_bits + 1 < 1 << a.mask_field_bits:
        writes.append(
            ConfigWrite(core, PARAMETERS, 3, word.pack({"threshold_mask": a.mask_bits + 1}))
        )
    # Where a size is no power of two, there are numbers beyond it.
    beyond = (
        (PARAMETERS, a.neurons, 0, a.neuron_bits, a.neurons),
        (SYNAPSES, a.neurons, 1, a.neuron_bits, a.neurons),
        (POTENTIAL, a.neurons, 1, a.neuron_bits, a.neurons),
        (AXON_TYPE, a.axons, 0, a.axon_bits, a.axons),
        (AXON_TYPE, 0, a.axon_types, a.type_bits, a.axon_types),
    )
    writes += [
        ConfigWrite(core, space, address, data)
        for space, address, data, bits, size in beyond
        if size < 1 << bits
    ]
    return writes


@CASES
def refused_writes(block: Block, a: Architecture) -> Scenario:
    """What a core could not run is refused, counted and without effect; what is legal is not."""
    word, (low, high) = parameter_word(a), a.potential_range
    legal = [
        ConfigWrite(0, POTENTIAL, 0, high),
        ConfigWrite(0, POTENTIAL, 1, low % (1 << a.potential_bits)),
        ConfigWrite(0, PARAMETERS, 2, word.pack({"reset_potential": low, "threshold": 1})),
        ConfigWrite(0, PARAMETERS, 3, word.pack({"threshold_mask": a.mask_bits, "threshold": 9})),
    ]
    between = {
        1: [write for c in range(a.cores) for write in _faulty_writes(a, c)],
        3: [*_faulty_writes(a, a.cores - 1), *legal, *_faulty_writes(a, 0)],
    }
    network = random_network(a, 2, attached=block.attached)
    return Scenario(network=network, ticks=6, between=between)


@CASES
def writes_while_busy(block: Block, a: Architecture) -> Scenario:
    """Writes of every kind while a tick runs are refused, and change nothing."""
    last = a.cores - 1
    writes = [
        ConfigWrite(0, AXON_TYPE, 1, 1),
        ConfigWrite(last, SYNAPSES, a.neurons - 1, (1 << a.axons) - 1),
        ConfigWrite(0, PARAMETERS, a.neurons - 1, 0),
        ConfigWrite(last, POTENTIAL, a.neurons - 1, 5),
        ConfigWrite(0, SEED, 0, 12345),
    ]
    network = random_network(a, 3, attached=block.attached, density=0.9, stochastic=0.8)
    packets = random_packets(network, 3, 6, per_tick=8)
    return Scenario(network=network, ticks=6, packets=packets, during={0: writes, 3: writes})


@CASES
def start_while_busy(block: Block, a: Architecture) -> Scenario:
    """A start while a tick runs is counted as an overrun, and the tick goes on as if without it."""
    network = random_network(a, 4, attached=block.attached)
    packets = random_packets(network, 4, 5, per_tick=4)
    again = {0: (1, 1), 2: (4, 3)}
    return Scenario(network=network, ticks=5, packets=packets, again=again)


def _at_period(block: Block, a: Architecture, period: int, *, flag: bool) -> Scenario:
    """Return leaking neurons that send nothing, with a fixed period."""
    network = new_network(block, a, leak=1, threshold=3, reset_mode=one_of_each(a) % 3)
    return Scenario(network=network, ticks=6, period=period, flag=flag)


@CASES
def period_enough(block: Block, a: Architecture) -> Scenario:
    """At a fixed period of N, E and the overhead nothing is flagged, and nothing differs."""
    return _at_period(block, a, a.neurons + OVERHEAD[block.core] + 1, flag=False)


@CASES
def period_too_short(block: Block, a: Architecture) -> Scenario:
    """At a fixed period of N cycles the chip says that it has overrun."""
    return _at_period(block, a, a.neurons, flag=True)


@CASES
def edge_that_stands_still(block: Block, a: Architecture) -> Scenario:
    """A packet behind one that an edge does not take misses its tick, and the chip says so."""
    n = one_of_each(a)
    synapses = np.zeros((a.cores, a.neurons, a.axons), np.bool_)
    synapses[:, :, 0] = True
    network = new_network(
        block,
        a,
        synapses=synapses,
        weights=1,
        threshold=np.where(n < 2, 1, a.threshold_limit),
        potential=np.where(n < 2, 1, 0),
        dx=np.where(n == 0, a.offset_range[1], 0),
        delay=np.where(n < 2, 1, 0),
    )
    period = a.neurons + 2 * OVERHEAD[block.core]
    return Scenario(network=network, ticks=30, period=period, stall="stalled")


@CASES
def around_the_start(block: Block, a: Architecture) -> Scenario:
    """Packets for the tick that begins, and for the next, come in the cycles around a start."""
    network = random_network(a, 5, attached=block.attached, density=0.3)
    ticks = 3 * a.delay_slots
    packets = [
        to_core(a, tick, (tick + k) % a.cores, tick + k % 2, (tick * 5 + k) % a.axons)
        for tick in range(ticks)
        for k in range(3 + tick % 4)
    ]
    return Scenario(network=network, ticks=ticks, packets=make_packets(packets), early=True)


@CASES
def late_packets(block: Block, a: Architecture) -> Scenario:
    """Packets for the running tick come to every core: dropped and counted, in this tick only."""
    network = new_network(block, a, synapses=True, weights=1, threshold=a.threshold_limit)
    packets = [
        to_core(a, tick, core, tick, axon)
        for tick in range(4)
        for core in range(a.cores)
        for axon in range(core + 1)
    ]
    packets += [to_core(a, tick, 0, tick + a.delay_slots - 1, 0) for tick in range(2)]
    return Scenario(network=network, ticks=a.delay_slots + 3, packets=make_packets(packets))


@CASES
def off_the_mesh(block: Block, a: Architecture) -> Scenario:
    """Every core sends over every edge, as far as an offset reaches."""
    low, high = a.offset_range
    dx = np.array([low, high, 0, 0, low, high, a.width, -a.width])
    dy = np.array([0, 0, low, high, high, low, 0, 0])
    number = one_of_each(a)
    network = new_network(
        block,
        a,
        leak=1,
        dx=dx[number % 8],
        dy=dy[number % 8],
        delay=number % (a.delay_slots - 1) + 1,
        axon=number % a.axons,
    )
    return Scenario(network=network, ticks=4)


@CASES
def stalled_edges(block: Block, a: Architecture) -> Scenario:
    """Cores fire at full rate into edges that stand still for long, then flow."""
    scenario = off_the_mesh(block, a)
    packets = random_packets(scenario.network, 6, 4, per_tick=12)
    return Scenario(
        network=scenario.network, ticks=4, packets=packets, stall="stalled", idle="bursty", seed=6
    )


@CASES
def reset_in_a_tick(block: Block, a: Architecture) -> Scenario:
    """A reset in the middle of a busy tick leaves a chip that can be programmed anew."""
    network = random_network(a, 8, attached=block.attached, density=0.9, off_mesh=0.3)
    packets = random_packets(network, 8, 6, per_tick=6)
    return Scenario(
        network=network, ticks=6, packets=packets, reset_after=(3, a.neurons // 2), stall="bursty"
    )


@CASES.nightly
def saturate(block: Block, a: Architecture) -> Scenario:
    """Counters of refused writes and of late packets stay at 65535."""
    many = 0xFFFF + 9
    packets = np.resize(make_packets([to_core(a, 0, 0, 0, 0)]), many)
    return Scenario(
        network=new_network(block, a),
        ticks=2,
        packets=packets,
        between={1: [ConfigWrite(0, SEED, 0, 0)] * many},
    )
