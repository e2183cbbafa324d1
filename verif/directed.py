"""Directed programs: situations that random ones reach seldom, each under a name.

Every one is a function from a block and its architecture to a scenario, and suits any block with
cores and any architecture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.golden.programs import random_network, random_packets
from spikewright.golden.stimulus import make_packets
from spikewright.verif.blocks import Block
from spikewright.verif.config_words import (
    AXON_TYPE,
    PARAMETERS,
    POTENTIAL,
    SEED,
    SYNAPSES,
    parameter_word,
)
from spikewright.verif.errors import ToolError
from spikewright.verif.scenario import Scenario
from spikewright.verif.transactions import ConfigWrite

__all__ = ["CASES", "Case", "directed_scenario"]

Maker = Callable[[Block, Architecture], Scenario]
Row = tuple[int, str, int, int, int, int, int]


@dataclass(frozen=True)
class Case:
    """A directed program.

    Members
    -------
    make : callable
    nightly : bool
        Takes long; run only when asked for.
    """

    make: Maker
    nightly: bool = False

    @property
    def meaning(self) -> str:
        """The first line of the function's description."""
        return (self.make.__doc__ or "").strip().splitlines()[0]


CASES: dict[str, Case] = {}


def _case(make: Maker) -> Maker:
    CASES[make.__name__.lstrip("_")] = Case(make)
    return make


def _nightly(make: Maker) -> Maker:
    CASES[make.__name__.lstrip("_")] = Case(make, nightly=True)
    return make


def directed_scenario(name: str, block: Block, architecture: Architecture) -> Scenario:
    """Return the scenario of a case by name."""
    if name not in CASES:
        raise ToolError(f"Case must be one of {', '.join(CASES)}, not {name!r}")
    return CASES[name].make(block, block.shaped(architecture))


def _network(block: Block, a: Architecture, **arrays: Any) -> Network:
    return Network(a, attached=block.attached, **arrays)


def _to_core(a: Architecture, tick: int, core: int, slot: int, axon: int) -> Row:
    """Return a packet that comes in over the west edge and ends in a core."""
    x, y = core % a.width, core // a.width
    return tick, "west", y, x, 0, slot % a.delay_slots, axon


def _to_all_axons(a: Architecture, tick: int, slot: int) -> list[Row]:
    return [_to_core(a, tick, c, slot, axon) for c in range(a.cores) for axon in range(a.axons)]


def _identity(a: Architecture) -> Any:
    """Return synapses that connect axon i to neuron i only."""
    return np.broadcast_to(np.eye(a.neurons, a.axons, dtype=bool), (a.cores, a.neurons, a.axons))


def _one_of_each(a: Architecture) -> Any:
    """Return the neurons' numbers, for parameters that go round from neuron to neuron."""
    return np.broadcast_to(np.arange(a.neurons), (a.cores, a.neurons))


@_case
def _silent(block: Block, a: Architecture) -> Scenario:
    """Nothing happens: a tick takes N cycles and the overhead."""
    return Scenario(network=_network(block, a), ticks=3)


@_case
def _every_delay(block: Block, a: Architecture) -> Scenario:
    """Neurons send to themselves with every delay 1..15, again and again."""
    number = _one_of_each(a)
    network = _network(
        block,
        a,
        synapses=_identity(a),
        weights=1,
        potential=1,
        delay=number % (a.delay_slots - 1) + 1,
        axon=number % a.axons,
    )
    return Scenario(network=network, ticks=3 * a.delay_slots)


@_case
def _merge_on_one_axon(block: Block, a: Architecture) -> Scenario:
    """All neurons of all cores and packets from outside send to one axon in one tick."""
    core = np.arange(a.cores)[:, None]
    synapses = np.zeros((a.cores, a.neurons, a.axons), dtype=bool)
    synapses[:, :, 0] = True
    network = _network(
        block,
        a,
        synapses=synapses,
        weights=1,
        threshold=np.where(core == 0, a.threshold_limit, 1) + 0 * _one_of_each(a),
        potential=1,
        dx=-(core % a.width) + 0 * _one_of_each(a),
        dy=-(core // a.width) + 0 * _one_of_each(a),
        delay=2,
    )
    packets = [_to_core(a, 0, 0, 2, 0), _to_core(a, 0, 0, 2, 0), _to_core(a, 1, 0, 2, 0)]
    return Scenario(network=network, ticks=5, packets=make_packets(packets))


def _pressed(block: Block, a: Architecture, sign: int) -> Network:
    return _network(
        block,
        a,
        synapses=True,
        weights=sign * a.weight_limit,
        leak=sign * a.leak_limit,
        threshold=a.threshold_limit,
        negative_threshold=a.threshold_limit,
        threshold_mask=a.mask_bits,
        reset_mode=2,
        potential=sign * a.potential_limit,
    )


@_case
def _upper_clamp(block: Block, a: Architecture) -> Scenario:
    """V is at its upper limit, and every synapse and the leak push further."""
    packets = make_packets(_to_all_axons(a, -1, 1))
    return Scenario(network=_pressed(block, a, 1), ticks=3, packets=packets)


@_case
def _lower_clamp(block: Block, a: Architecture) -> Scenario:
    """V is at its lower limit, and every synapse and the leak push further."""
    packets = make_packets(_to_all_axons(a, -1, 1))
    return Scenario(network=_pressed(block, a, -1), ticks=3, packets=packets)


@_case
def _leak_around_zero(block: Block, a: Architecture) -> Scenario:
    """Leaks of every kind, with and without reversal, start near zero, at it and beyond it."""
    number = _one_of_each(a)
    near = number % 7 - 3
    network = _network(
        block,
        a,
        leak=np.clip((number // 7) % 9 - 4, -a.leak_limit, a.leak_limit),
        leak_reversal=number % 4 > 0,
        leak_stochastic=number % 8 > 5,
        potential=near,
        threshold=a.threshold_limit,
        negative_threshold=a.threshold_limit,
    )
    return Scenario(network=network, ticks=8)


@_case
def _resets(block: Block, a: Architecture) -> Scenario:
    """Every reset mode on both sides of its thresholds, with and without kappa and eta."""
    number = _one_of_each(a)
    weights = np.array([3, -3, 1, -1])[np.arange(a.axon_types) % 4]
    network = _network(
        block,
        a,
        synapses=_identity(a),
        weights=weights + np.zeros((a.cores, a.neurons, 1), int),
        axon_types=np.arange(a.axons) % a.axon_types + np.zeros((a.cores, 1), int),
        leak=np.where(number % 2 > 0, 3, -3),
        threshold=5,
        negative_threshold=4,
        threshold_mask=number // 12 % 3,
        reset_mode=number % 3,
        negative_saturate=number // 6 % 2 > 0,
        reset_potential=np.where(number % 5 > 2, -2, 1),
        delay=1,
        axon=number % a.axons,
    )
    return Scenario(network=network, ticks=24)


@_case
def _seeds(block: Block, a: Architecture) -> Scenario:
    """Generators start from extreme seeds, and get new ones between ticks."""
    network = random_network(a, 1, attached=block.attached, stochastic=1.0)
    network.seed[:] = np.resize([1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF], a.cores)
    between = {
        tick: [ConfigWrite(c, SEED, 0, (0x9E3779B9 * (tick + c)) % 2**32) for c in range(a.cores)]
        for tick in (1, 4)
    }
    return Scenario(network=network, ticks=7, between=between)


def _faulty_writes(a: Architecture, core: int) -> list[ConfigWrite]:
    """Return writes of which a core must refuse each one."""
    word, limit = parameter_word(a), a.potential_limit
    mask = 1 << a.potential_bits
    writes = [
        ConfigWrite(core, PARAMETERS, 0, word.pack({"reset_mode": 3})),
        ConfigWrite(core, PARAMETERS, 1, word.pack({"reset_potential": limit + 1})),
        ConfigWrite(core, PARAMETERS, 2, word.pack({"reset_potential": -limit - 1})),
        ConfigWrite(core, POTENTIAL, 0, limit + 1),
        ConfigWrite(core, POTENTIAL, 1, (-limit - 1) % mask),
        ConfigWrite(core, SEED, 0, 0),
        *(ConfigWrite(core, space, 0, 1) for space in (5, 6, 7)),
    ]
    if a.mask_bits + 1 < 1 << a.mask_field_bits:
        writes.append(
            ConfigWrite(core, PARAMETERS, 3, word.pack({"threshold_mask": a.mask_bits + 1}))
        )
    return writes


@_case
def _refused_writes(block: Block, a: Architecture) -> Scenario:
    """What a core could not run is refused, counted and without effect; what is legal is not."""
    word, limit = parameter_word(a), a.potential_limit
    legal = [
        ConfigWrite(0, POTENTIAL, 0, limit),
        ConfigWrite(0, POTENTIAL, 1, -limit % (1 << a.potential_bits)),
        ConfigWrite(0, PARAMETERS, 2, word.pack({"reset_potential": -limit, "threshold": 1})),
        ConfigWrite(0, PARAMETERS, 3, word.pack({"threshold_mask": a.mask_bits, "threshold": 9})),
    ]
    between = {
        1: [write for c in range(a.cores) for write in _faulty_writes(a, c)],
        3: [*_faulty_writes(a, a.cores - 1), *legal, *_faulty_writes(a, 0)],
    }
    network = random_network(a, 2, attached=block.attached)
    return Scenario(network=network, ticks=6, between=between)


@_case
def _writes_while_busy(block: Block, a: Architecture) -> Scenario:
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


@_case
def _start_while_busy(block: Block, a: Architecture) -> Scenario:
    """A start while a tick runs is counted as an overrun, and the tick goes on as if without it."""
    network = random_network(a, 4, attached=block.attached)
    packets = random_packets(network, 4, 5, per_tick=4)
    again = {0: (1, 1), 2: (4, 3)}
    return Scenario(network=network, ticks=5, packets=packets, again=again)


@_case
def _around_the_start(block: Block, a: Architecture) -> Scenario:
    """Packets for the tick that begins, and for the next, come in the cycles around a start."""
    network = random_network(a, 5, attached=block.attached, density=0.3)
    ticks = 3 * a.delay_slots
    packets = [
        _to_core(a, tick, (tick + k) % a.cores, tick + k % 2, (tick * 5 + k) % a.axons)
        for tick in range(ticks)
        for k in range(3 + tick % 4)
    ]
    return Scenario(network=network, ticks=ticks, packets=make_packets(packets), early=True)


@_case
def _late_packets(block: Block, a: Architecture) -> Scenario:
    """Packets for the running tick come to every core: dropped and counted, in this tick only."""
    network = _network(block, a, synapses=True, weights=1, threshold=a.threshold_limit)
    packets = [
        _to_core(a, tick, core, tick, axon)
        for tick in range(4)
        for core in range(a.cores)
        for axon in range(core + 1)
    ]
    packets += [_to_core(a, tick, 0, tick + a.delay_slots - 1, 0) for tick in range(2)]
    return Scenario(network=network, ticks=a.delay_slots + 3, packets=make_packets(packets))


@_case
def _off_the_mesh(block: Block, a: Architecture) -> Scenario:
    """Every core sends over every edge, as far as an offset reaches."""
    low, high = a.offset_range
    dx = np.array([low, high, 0, 0, low, high, a.width, -a.width])
    dy = np.array([0, 0, low, high, high, low, 0, 0])
    number = _one_of_each(a)
    network = _network(
        block,
        a,
        leak=1,
        dx=dx[number % 8],
        dy=dy[number % 8],
        delay=number % (a.delay_slots - 1) + 1,
        axon=number % a.axons,
    )
    return Scenario(network=network, ticks=4)


@_case
def _stalled_edges(block: Block, a: Architecture) -> Scenario:
    """Cores fire at full rate into edges that stand still for long, then flow."""
    scenario = _off_the_mesh(block, a)
    packets = random_packets(scenario.network, 6, 4, per_tick=12)
    return Scenario(
        network=scenario.network, ticks=4, packets=packets, stall="stalled", idle="bursty", seed=6
    )


@_case
def _all_synapses(block: Block, a: Architecture) -> Scenario:
    """Every axon and every synapse is active: N x A events in one tick, half of them stochastic."""
    network = random_network(a, 7, attached=block.attached, density=1.0, stochastic=0.5)
    packets = make_packets(_to_all_axons(a, -1, 0))
    return Scenario(network=network, ticks=2, packets=packets)


@_case
def _reset_in_a_tick(block: Block, a: Architecture) -> Scenario:
    """A reset in the middle of a busy tick leaves a chip that can be programmed anew."""
    network = random_network(a, 8, attached=block.attached, density=0.9, off_mesh=0.3)
    packets = random_packets(network, 8, 6, per_tick=6)
    return Scenario(
        network=network, ticks=6, packets=packets, reset_after=(3, a.neurons // 2), stall="bursty"
    )


@_nightly
def _saturate(block: Block, a: Architecture) -> Scenario:
    """Counters of refused writes and of late packets stay at 65535."""
    many = 0xFFFF + 9
    packets = np.resize(make_packets([_to_core(a, 0, 0, 0, 0)]), many)
    return Scenario(
        network=_network(block, a),
        ticks=2,
        packets=packets,
        between={1: [ConfigWrite(0, SEED, 0, 0)] * many},
    )
