"""Directed programs for neurons, synapses and schedulers: what random ones reach seldom."""

from __future__ import annotations

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.golden.programs import random_network, random_packets
from spikewright.golden.stimulus import make_packets
from spikewright.verif.blocks import Block
from spikewright.verif.config_words import SEED
from spikewright.verif.directed_tools import (
    Cases,
    identity,
    new_network,
    one_of_each,
    to_all_axons,
    to_core,
)
from spikewright.verif.scenario import Scenario
from spikewright.verif.transactions import ConfigWrite

__all__ = ["CASES"]

CASES = Cases()


@CASES
def silent(block: Block, a: Architecture) -> Scenario:
    """Nothing happens: a tick takes N cycles and the overhead."""
    return Scenario(network=new_network(block, a), ticks=3)


@CASES
def every_delay(block: Block, a: Architecture) -> Scenario:
    """Neurons send to themselves with every delay 1..15, again and again."""
    number = one_of_each(a)
    network = new_network(
        block,
        a,
        synapses=identity(a),
        weights=1,
        potential=1,
        delay=number % (a.delay_slots - 1) + 1,
        axon=number % a.axons,
    )
    return Scenario(network=network, ticks=3 * a.delay_slots)


@CASES
def merge_on_one_axon(block: Block, a: Architecture) -> Scenario:
    """All neurons of all cores and packets from outside send to one axon in one tick."""
    core = np.arange(a.cores)[:, None]
    synapses = np.zeros((a.cores, a.neurons, a.axons), dtype=bool)
    synapses[:, :, 0] = True
    network = new_network(
        block,
        a,
        synapses=synapses,
        weights=1,
        threshold=np.where(core == 0, a.threshold_limit, 1) + 0 * one_of_each(a),
        potential=1,
        dx=-(core % a.width) + 0 * one_of_each(a),
        dy=-(core // a.width) + 0 * one_of_each(a),
        delay=2,
    )
    packets = [to_core(a, 0, 0, 2, 0), to_core(a, 0, 0, 2, 0), to_core(a, 1, 0, 2, 0)]
    return Scenario(network=network, ticks=5, packets=make_packets(packets))


def _pressed(block: Block, a: Architecture, sign: int) -> Network:
    return new_network(
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


@CASES
def upper_clamp(block: Block, a: Architecture) -> Scenario:
    """V is at its upper limit, and every synapse and the leak push further."""
    packets = make_packets(to_all_axons(a, -1, 1))
    return Scenario(network=_pressed(block, a, 1), ticks=3, packets=packets)


@CASES
def lower_clamp(block: Block, a: Architecture) -> Scenario:
    """V is at its lower limit, and every synapse and the leak push further."""
    packets = make_packets(to_all_axons(a, -1, 1))
    return Scenario(network=_pressed(block, a, -1), ticks=3, packets=packets)


@CASES
def leak_around_zero(block: Block, a: Architecture) -> Scenario:
    """Leaks of every kind, with and without reversal, start near zero, at it and beyond it."""
    number = one_of_each(a)
    near = number % 7 - 3
    network = new_network(
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


@CASES
def resets(block: Block, a: Architecture) -> Scenario:
    """Every reset mode on both sides of its thresholds, with and without kappa and eta."""
    number = one_of_each(a)
    weights = np.array([3, -3, 1, -1])[np.arange(a.axon_types) % 4]
    network = new_network(
        block,
        a,
        synapses=identity(a),
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


@CASES
def at_the_negative_threshold(block: Block, a: Architecture) -> Scenario:
    """V is at -beta, one above it and one below it, in every mode, and R has no negative."""
    number, beta = one_of_each(a), 4
    network = new_network(
        block,
        a,
        threshold=a.threshold_limit,
        negative_threshold=beta,
        reset_mode=number // 3 % 3,
        negative_saturate=number // 9 % 2 > 0,
        reset_potential=np.where(number // 18 % 2 > 0, 3, a.potential_range[0]),
        potential=number % 3 - 1 - beta,
    )
    return Scenario(network=network, ticks=3)


@CASES
def over_the_ends(block: Block, a: Architecture) -> Scenario:
    """V is at both ends, where leaks and synapses carry it further: it is clamped, or wraps."""
    number = one_of_each(a)
    up, leaks, far, diverges = (number >> bit & 1 > 0 for bit in range(4))
    (low, high), (least, most) = a.potential_range, a.weight_range
    step = np.where(far, a.leak_limit, 1)
    weights = np.where(
        up[:, :, None], np.resize([1, most], a.axon_types), np.resize([-1, least], a.axon_types)
    )
    network = new_network(
        block,
        a,
        synapses=True,
        axon_types=np.arange(a.axons) % a.axon_types + np.zeros((a.cores, 1), int),
        weights=np.where(leaks[:, :, None], 0, weights),
        leak=np.where(leaks, np.where(up | diverges, step, -step), 0),
        leak_reversal=diverges,
        threshold=a.threshold_limit,
        negative_threshold=a.threshold_limit,
        reset_mode=2,
        potential=np.where(up, high, low),
    )
    packets = [
        to_core(a, 0, core, slot, slot % a.axons) for core in range(a.cores) for slot in (2, 3)
    ]
    return Scenario(
        network=network, ticks=6, packets=make_packets([*packets, *to_all_axons(a, 1, 4)])
    )


@CASES
def seeds(block: Block, a: Architecture) -> Scenario:
    """Generators start from extreme seeds, and get new ones between ticks."""
    network = random_network(a, 1, attached=block.attached, stochastic=1.0)
    network.seed[:] = np.resize([1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF], a.cores)
    between = {
        tick: [ConfigWrite(c, SEED, 0, (0x9E3779B9 * (tick + c)) % 2**32) for c in range(a.cores)]
        for tick in (1, 4)
    }
    return Scenario(network=network, ticks=7, between=between)


@CASES
def kinds_of_neurons(block: Block, a: Architecture) -> Scenario:
    """Neurons with stochastic synapses stand between others, in runs of every length up to four."""
    network = random_network(a, 9, attached=block.attached, density=0.6, stochastic=1.0)
    stochastic = (one_of_each(a) // 4 >> one_of_each(a) % 4 & 1) > 0
    network.weight_stochastic[:] = stochastic[:, :, None]
    return Scenario(
        network=network, ticks=6, packets=random_packets(network, 9, 6, per_tick=a.axons // 2)
    )


@CASES
def all_types_at_once(block: Block, a: Architecture) -> Scenario:
    """Every axon of every type is active, with extreme weights of both signs that cancel out."""
    number = one_of_each(a)
    kinds = np.arange(a.axon_types)
    extreme = np.where((number[:, :, None] >> kinds) & 1, a.weight_limit, -a.weight_limit)
    network = new_network(
        block,
        a,
        synapses=True,
        axon_types=np.arange(a.axons) % a.axon_types + np.zeros((a.cores, 1), int),
        weights=np.where(number[:, :, None] % 5 == 4, 1, extreme),
        threshold=a.threshold_limit,
        negative_threshold=a.threshold_limit,
        reset_mode=2,
        potential=np.where(number % 2 > 0, a.potential_range[1], a.potential_range[0]),
    )
    packets = [row for tick in (0, 1, 3) for row in to_all_axons(a, tick - 1, tick)]
    return Scenario(network=network, ticks=5, packets=make_packets(packets))


@CASES
def stalled_sums(block: Block, a: Architecture) -> Scenario:
    """Neighbours have other sums, and all fire over an edge that stands still for long.

    Packets on their way through wait there too, so that the stall comes back to the counts. No
    potential may come to its limit, where a wrong sum would not show.
    """
    synapses = np.tri(a.neurons, a.axons, dtype=np.bool_)
    network = new_network(
        block,
        a,
        synapses=np.broadcast_to(synapses, (a.cores, a.neurons, a.axons)),
        axon_types=np.arange(a.axons) % a.axon_types + np.zeros((a.cores, 1), int),
        weights=np.ones((a.cores, a.neurons, 1), int) * (1 - np.arange(a.axon_types) % 2 * 2),
        leak=1,
        threshold=1,
        reset_mode=2,
        dx=-a.width,
        delay=1,
    )
    # So many ticks that the edge stands still in some of them.
    ticks, axons = 24, range(0, a.axons, max(1, a.axons // 16))
    packets = [
        to_core(a, tick - 1, core, tick, axon)
        for tick in range(ticks)
        for core in range(a.cores)
        for axon in axons
    ]
    packets += [
        (tick, "east", y, -a.width, 0, 0, 0)
        for tick in range(ticks)
        for y in range(a.height)
        for _ in range(4)
    ]
    return Scenario(network=network, ticks=ticks, packets=make_packets(packets), stall="stalled")


@CASES
def all_synapses(block: Block, a: Architecture) -> Scenario:
    """Every axon and every synapse is active: N x A events in one tick, half of them stochastic."""
    network = random_network(a, 7, attached=block.attached, density=1.0, stochastic=0.5)
    packets = make_packets(to_all_axons(a, -1, 0))
    return Scenario(network=network, ticks=2, packets=packets)
