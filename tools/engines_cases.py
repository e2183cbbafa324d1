"""Networks of every kind to hold two engines against each other; each stands for a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import (
    SIDES,
    Architecture,
    Network,
    make_packets,
    random_network,
    random_packets,
    random_spikes,
)

__all__ = ["TICKS", "Case", "draw"]

TICKS = 30
"""What every case runs."""

_SYNAPSES = 120_000
"""All crossbars of a case together, but for whole cores: the reference must keep up."""

# The last one has more cores than the reference runs at once.
_MESHES = ((1, 1), (1, 1), (2, 1), (1, 3), (2, 2), (3, 2), (3, 3), (4, 4), (9, 8))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One network and what happens to it.

    Members
    -------
    seed : int
    network : Network
    spikes : ndarray of SPIKE
    packets : ndarray of PACKET
    threads : int
        Of the compiled engine.
    cut : int
        The tick, 0..TICKS-1, from whose beginning the compiled engine also runs by itself, restored
        from the reference's state.
    watch : ndarray of int64
        Neurons whose potentials that second run records.
    """

    seed: int
    network: Network
    spikes: NDArray[np.void]
    packets: NDArray[np.void]
    threads: int
    cut: int
    watch: NDArray[np.int64]


def draw(seed: int) -> Case:
    """Return the case of a seed, 0 or more; it is always the same.

    Sizes, widths, modes and activity vary; about two in five wrap, some draw nothing, and in some
    most cores come to rest.
    """
    rng = np.random.default_rng([seed, 0x656E67])
    a = _architecture(rng)
    attached = tuple(side for side in SIDES if rng.random() < 0.4)
    network = random_network(
        a,
        rng,
        attached=attached,
        density=float(rng.choice([0.05, 0.3, 0.3, 0.9])),
        stochastic=float(rng.choice([0.0, 0.02, 0.3, 0.8])),
        off_mesh=float(rng.choice([0.0, 0.05, 0.4])),
        merge=float(rng.choice([0.0, 0.3, 1.0])),
    )
    if rng.random() < 0.35:
        _calm(rng, network)
    rate = float(rng.choice([0.0, 0.01, 0.1, 0.4]))
    # Some come after the run: those must never be seen.
    spikes = random_spikes(network, rng, TICKS + 2, rate=rate)
    packets = make_packets()
    if attached:
        count = int(rng.integers(0, 8))
        packets = random_packets(network, rng, TICKS + 2, per_tick=count, late=0.2, off_mesh=0.2)
    return Case(
        seed=seed,
        network=network,
        spikes=spikes,
        packets=packets,
        threads=int(rng.integers(1, 9)),
        cut=int(rng.integers(0, TICKS)),
        watch=rng.integers(0, a.cores * a.neurons, int(rng.integers(0, 9))),
    )


def _architecture(rng: np.random.Generator) -> Architecture:
    """Return now and then a whole core, mostly a small chip with sizes and widths of its own."""
    kind = rng.random()
    if kind < 0.04:
        return Architecture.preset(str(rng.choice(["truenorth", "ranc"]))).with_mesh(1, 1)
    width, height = _MESHES[rng.integers(len(_MESHES))]
    inclusive = int(rng.random() < 0.3)
    if kind < 0.15:
        tiny = replace(Architecture.preset("tiny"), offset_bits=5, inclusive=inclusive)
        return tiny.with_mesh(width, height)
    axons = int(rng.choice([1, 3, 16, 31, 64, 65, 100, 256]))
    most = max(1, _SYNAPSES // (axons * width * height))
    neurons = min(int(rng.choice([1, 2, 16, 63, 64, 65, 130, 256])), most)
    widths = {
        "weight_bits": int(rng.choice([2, 3, 5, 9, 9, 9, 16, 17, 20])),
        "leak_bits": int(rng.choice([2, 4, 9, 9, 16])),
        "threshold_bits": int(rng.choice([1, 4, 6, 9, 12, 18, 29])),
        "mask_bits": int(rng.choice([1, 3, 5, 9, 17])),
    }
    wrap = int(rng.random() < 0.4)
    if wrap:
        widths["potential_bits"] = int(rng.choice([2, 4, 6, 9, 9, 12, 20, 31]))
        if rng.random() < 0.05:
            widths["weight_bits"] = 32
    else:
        widths["potential_bits"] = min(32, _enough(axons, widths) + int(rng.integers(0, 4)))
    return Architecture(
        axons=axons,
        neurons=neurons,
        axon_types=int(rng.choice([1, 2, 4, 7])),
        delay_slots=int(rng.choice([2, 4, 16, 16, 64, 256])),
        offset_bits=int(rng.choice([5, 9])),
        width=width,
        height=height,
        wrap=wrap,
        inclusive=inclusive,
        **widths,
    )


def _enough(axons: int, widths: dict[str, int]) -> int:
    """Return the bits that hold the largest sum of a tick where potentials do not wrap."""
    leak, limit = 2 ** (widths["leak_bits"] - 1), 2 ** widths["threshold_bits"]
    largest = axons * 2 ** (widths["weight_bits"] - 1) + leak + limit + 2 ** widths["mask_bits"]
    return int(largest).bit_length() + 1


def _calm(rng: np.random.Generator, network: Network) -> None:
    """Take leak and noise from most cores, so that they rest where no spike comes."""
    cores: Any = rng.random(network.architecture.cores) < 0.8
    network.leak[cores] = 0
    network.threshold_mask[cores] = 0
    network.leak_stochastic[cores] = network.weight_stochastic[cores] = False
    if rng.random() < 0.7:
        # Otherwise some fire in every tick, or are reset to and fro.
        network.threshold[cores] = np.maximum(network.threshold[cores], 1)
        network.reset_mode[cores] = 0
        network.reset_potential[cores] = 0
