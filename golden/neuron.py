"""The neuron, once per tick: leak, clamp, threshold, fire and reset, for all neurons at once.

Equations after A. S. Cassidy et al., "Cognitive computing building block: a versatile and efficient
digital neuron model for neurosynaptic cores", IJCNN 2013, in the order and with the additions of
the specification, section "Neuron": the clamp after the leak, and a convergent leak that stops at
zero, are ours.

All sums are made in int64. With the widths that `Architecture` allows, no sum of a tick leaves the
potential's own width, so the hardware's additions cannot overflow either, in whatever order they
come. An architecture with ``wrap`` has no clamp: V is taken modulo 2**potential_bits after the
synapses, after the leak and after the reset, and again the order of the additions does not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network

__all__ = ["clamp", "fire_and_reset", "leak", "limit", "update", "wrap"]

Int = NDArray[np.int64]


def update(
    network: Network, potentials: NDArray[np.int32], synaptic: Int, leak_draws: Int, mask_draws: Int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Run every neuron's tick after its synapses.

    Parameters
    ----------
    network : Network
    potentials : ndarray of int32, shape (C, N)
        V before the tick.
    synaptic : ndarray of int64, shape (C, N)
        What the tick's synapses add to V.
    leak_draws, mask_draws : ndarray of int64, shape (C, N)
        Draws for the leak and for eta; read only where a neuron makes that draw.

    Returns
    -------
    potentials : ndarray of int32, shape (C, N)
    spikes : ndarray of bool, shape (C, N)
    """
    architecture = network.architecture
    potential = potentials.astype(np.int64) + synaptic
    if architecture.wrap:
        potential = wrap(potential, architecture.potential_bits)
    potential = limit(architecture, leak(network, potential, leak_draws))
    eta = mask_draws & ((np.int64(1) << network.threshold_mask.astype(np.int64)) - 1)
    potential, spikes = fire_and_reset(network, potential, eta)
    return potential.astype(np.int32), spikes


def leak(network: Network, potential: Int, draws: Int) -> Int:
    """Add Omega * lambda, or a stochastic unit step; Omega = (1 - epsilon) + epsilon * sgn(V).

    The sum is exact: whether a convergent leak carried V across zero is seen before V wraps.

    Parameters
    ----------
    network : Network
    potential : ndarray of int64, shape (C, N)
        V after the synapses, not clamped.
    draws : ndarray of int64, shape (C, N)
        Of leak_bits - 1 bits; read where c = 1.
    """
    rate = network.leak.astype(np.int64)
    step = np.where(network.leak_stochastic, np.sign(rate) * (np.abs(rate) >= draws), rate)
    omega = np.where(network.leak_reversal, np.sign(potential), 1)
    leaked = potential + omega * step
    crossed = network.leak_reversal & (np.sign(potential) * np.sign(leaked) < 0)
    return np.where(crossed, 0, leaked)


def limit(architecture: Architecture, potential: Int) -> Int:
    """Bring V, after the leak, back into its range: by the clamp, or by wrapping around."""
    if architecture.wrap:
        return wrap(potential, architecture.potential_bits)
    return clamp(potential, architecture.potential_limit)


def clamp(potential: Int, limit: int) -> Int:
    """Limit V to -limit..limit, with limit = 2**threshold_bits + 2**mask_bits."""
    return np.clip(potential, -limit, limit)


def wrap(potential: Int, bits: int) -> Int:
    """Return V modulo 2**bits, as the number that so many bits hold in two's complement."""
    half = np.int64(1) << (bits - 1)
    return (potential + half) % (2 * half) - half


def fire_and_reset(network: Network, potential: Int, eta: Int) -> tuple[Int, NDArray[np.bool_]]:
    """Hold V against its thresholds: the first row that holds decides.

    ============================== ===== ========== ================= =======
    condition                      spike gamma 0    gamma 1           gamma 2
    ============================== ===== ========== ================= =======
    V >= alpha + eta               yes   R          V - (alpha + eta) V
    V < -beta, kappa = 1           no    -beta      -beta             -beta
    V < -(beta + eta), kappa = 0   no    -R         V + (beta + eta)  V
    otherwise                      no    V          V                 V
    ============================== ===== ========== ================= =======

    With ``inclusive`` the two middle rows read V <= -beta and V <= -(beta + eta). With ``wrap`` the
    results wrap: -R is R itself where R = -2**(potential_bits - 1).

    Parameters
    ----------
    network : Network
    potential, eta : ndarray of int64, shape (C, N)

    Returns
    -------
    potential : ndarray of int64, shape (C, N)
    spikes : ndarray of bool, shape (C, N)
    """
    mode = network.reset_mode
    reset = network.reset_potential.astype(np.int64)
    alpha = network.threshold.astype(np.int64)
    beta = network.negative_threshold.astype(np.int64)
    saturate = network.negative_saturate

    fires = potential >= alpha + eta
    below = np.less_equal if network.architecture.inclusive else np.less
    saturates = ~fires & saturate & below(potential, -beta)
    bounces = ~fires & ~saturate & below(potential, -(beta + eta))

    after_spike = np.select([mode == 0, mode == 1], [reset, potential - (alpha + eta)], potential)
    after_bounce = np.select([mode == 0, mode == 1], [-reset, potential + (beta + eta)], potential)
    after = np.select([fires, saturates, bounces], [after_spike, -beta, after_bounce], potential)
    if network.architecture.wrap:
        after = wrap(after, network.architecture.potential_bits)
    return after, fires
