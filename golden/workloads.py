"""Networks of a known density and activity, to measure engines with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.golden.stimulus import SPIKE

__all__ = ["recurrent_network", "resting_network", "steady_spikes"]

Int = NDArray[np.int64]

LEAK = 100
"""What every neuron of `recurrent_network` gains in a tick."""


def recurrent_network(
    architecture: Architecture,
    seed: int,
    *,
    density: float = 0.125,
    rate: float = 0.02,
    mixed: bool = False,
) -> Network:
    """Return a network that keeps itself busy at a given rate, each neuron in each tick.

    Every neuron leaks upwards and is reset linearly, so it fires leak / threshold times a tick;
    spikes go to random axons all over the mesh, with random delays, and as many synapses excite as
    inhibit, so that they move the times of spikes and not their number.

    Parameters
    ----------
    architecture : Architecture
        With at least as many axons as neurons.
    seed : int
    density : float
        Share of connected synapses, 0..1.
    rate : float
        Spikes a neuron and tick, above 0 and at most 1.
    mixed : bool
        Whether each neuron has weights, leak and threshold of its own, instead of all the same:
        the engine then has ten times as much to read.
    """
    rng = np.random.default_rng(seed)
    a = architecture
    shape = a.cores, a.neurons
    leak = rng.integers(LEAK // 2, 2 * LEAK, shape) if mixed else np.full(shape, LEAK)
    threshold = np.maximum(np.rint(leak / rate).astype(np.int64), 1)
    scale = rng.integers(1, 5, (*shape, 1)) if mixed else 2
    # Excitation and inhibition in turn.
    signs = np.where(np.arange(a.axon_types) % 2, -1, 1) * (1 + np.arange(a.axon_types) // 2 % 2)
    return Network(
        a,
        synapses=_connected(rng, a, density),
        axon_types=np.broadcast_to(np.arange(a.axons) % a.axon_types, (a.cores, a.axons)),
        weights=np.broadcast_to(signs * scale, (*shape, a.axon_types)),
        leak=leak,
        threshold=threshold,
        negative_threshold=a.threshold_limit,
        reset_mode=1,
        potential=rng.integers(0, threshold),
        **_anywhere(rng, a),
    )


def resting_network(architecture: Architecture, seed: int, *, density: float = 0.125) -> Network:
    """Return a network that does nothing unless it is stimulated, and never fires.

    Without leak or noise a neuron without input stays as it is, and an engine may leave it alone.
    """
    rng = np.random.default_rng(seed)
    a = architecture
    return Network(
        a,
        synapses=_connected(rng, a, density),
        weights=np.broadcast_to(
            np.where(np.arange(a.axon_types) % 2, -1, 1), (a.cores, a.neurons, a.axon_types)
        ),
        axon_types=np.broadcast_to(np.arange(a.axons) % a.axon_types, (a.cores, a.axons)),
        threshold=a.threshold_limit,
        negative_threshold=a.threshold_limit,
        **_anywhere(rng, a),
    )


def steady_spikes(
    architecture: Architecture, seed: int, ticks: int, *, rate: float
) -> NDArray[np.void]:
    """Return spikes on random axons, in each tick ``rate`` for each axon on average."""
    rng = np.random.default_rng(seed)
    a = architecture
    count = int(rng.poisson(rate * a.cores * a.axons * ticks))
    core = rng.integers(0, a.cores, count)
    spikes = np.empty(count, dtype=SPIKE)
    spikes["tick"], spikes["axon"] = rng.integers(0, ticks, count), rng.integers(0, a.axons, count)
    spikes["x"], spikes["y"] = core % a.width, core // a.width
    return spikes


def _connected(rng: np.random.Generator, a: Architecture, density: float) -> NDArray[np.bool_]:
    """Return random synapses: each byte below a limit is one, core by core to spare memory."""
    synapses = np.empty((a.cores, a.neurons, a.axons), dtype=np.bool_)
    limit = round(256 * density)
    for core in range(a.cores):
        octets = np.frombuffer(rng.bytes(a.neurons * a.axons), dtype=np.uint8)
        synapses[core] = (octets < limit).reshape(a.neurons, a.axons)
    return synapses


def _anywhere(rng: np.random.Generator, a: Architecture) -> dict[str, Any]:
    """Return a destination for each neuron: all over the mesh, as far as offsets reach."""
    shape = a.cores, a.neurons
    core = np.arange(a.cores)[:, None]
    target = rng.permutation(np.arange(a.cores * a.neurons) % a.cores).reshape(shape)
    low, high = a.offset_range
    return {
        "dx": (target % a.width - core % a.width).clip(low, high),
        "dy": (target // a.width - core // a.width).clip(low, high),
        "axon": rng.integers(0, a.axons, shape),
        "delay": rng.integers(1, a.delay_slots, shape),
    }
