"""The crossbar of one core: active axons in, each neuron's synaptic sum and its random draws out.

Draws come in the specification's order: neurons ascending, and in a neuron each active stochastic
synapse in axon order, then the leak if c = 1, then eta if TM > 0. How many a neuron makes does not
depend on what they are, so a core's whole sequence is made at once and each draw is looked up at
its place in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.network import Network
from spikewright.golden.random import sequence, top_bits

__all__ = ["CoreInput", "integrate"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class CoreInput:
    """What one core's crossbar and generator hand to its neurons in one tick.

    Members
    -------
    synaptic : ndarray of int64, shape (N,)
        Sum over the active and connected synapses of each neuron; exact, also where V will wrap.
    leak_draws, mask_draws : ndarray of int64, shape (N,)
        Zero where a neuron makes no such draw.
    events : int
        Active and connected synapses of the core.
    random_state : int
        The generator's state after the tick's draws.
    """

    synaptic: Int
    leak_draws: Int
    mask_draws: Int
    events: int
    random_state: int


def integrate(
    network: Network, core: int, active: NDArray[np.bool_], random_state: int
) -> CoreInput:
    """Run one core's synapses for one tick, and make all its draws.

    Parameters
    ----------
    network : Network
    core : int
    active : ndarray of bool, shape (A,)
        The axons with a spike this tick.
    random_state : int
        Before the tick.
    """
    architecture = network.architecture
    axons = np.flatnonzero(active)
    types = network.axon_types[core, axons].astype(np.intp)
    connected = network.synapses[core][:, axons]
    weights = network.weights[core].astype(np.int64)
    stochastic = network.weight_stochastic[core]

    of_type = types[:, None] == np.arange(architecture.axon_types)
    counts = _counts(connected, of_type)
    synaptic = (counts * np.where(stochastic, 0, weights)).sum(axis=1)

    drawn = connected & stochastic[:, types]
    synapse_draws = drawn.sum(axis=1)
    leak_draws = network.leak_stochastic[core].astype(np.int64)
    mask_draws = (network.threshold_mask[core] > 0).astype(np.int64)
    ends = np.cumsum(synapse_draws + leak_draws + mask_draws)
    states = sequence(random_state, int(ends[-1]))

    neurons, columns = np.nonzero(drawn)  # ascending neurons, and in each ascending axons
    leak_at = ends - mask_draws - leak_draws
    if neurons.size:
        first = leak_at - synapse_draws
        rank = np.arange(neurons.size) - (np.cumsum(synapse_draws) - synapse_draws)[neurons]
        draws = top_bits(states[first[neurons] + rank], architecture.weight_draw_bits)
        weight = weights[neurons, types[columns]]
        np.add.at(synaptic, neurons, np.sign(weight) * (np.abs(weight) >= draws))
    return CoreInput(
        synaptic=synaptic,
        leak_draws=_gather(states, leak_at, leak_draws, architecture.leak_draw_bits),
        mask_draws=_gather(states, ends - mask_draws, mask_draws, architecture.threshold_draw_bits),
        events=int(counts.sum()),
        random_state=int(states[-1]) if states.size else random_state,
    )


def _counts(connected: NDArray[np.bool_], of_type: NDArray[np.bool_]) -> Int:
    """Count each neuron's active synapses by axon type, shape (N, G).

    The product runs in float32, for which numpy has a fast one; counts are whole numbers of at most
    65,536, and float32 holds those exactly up to 2**24.
    """
    product = connected.astype(np.float32) @ of_type.astype(np.float32)
    return product.astype(np.int64)


def _gather(states: NDArray[np.uint32], places: Int, made: Int, bits: int) -> Int:
    """Return the draws at these places of the sequence, zero where none was made."""
    draws = np.zeros(places.shape, dtype=np.int64)
    where = made > 0
    draws[where] = top_bits(states[places[where]], bits)
    return draws
