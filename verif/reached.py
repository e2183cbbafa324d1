"""Situations that verification is to reach, counted from the golden model's ticks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.network import Network
from spikewright.golden.trace import TickResult

__all__ = ["reached", "scanned_events"]


def reached(network: Network, result: TickResult) -> dict[str, int]:
    """Count situations, so that one can see that they came up."""
    a = network.architecture
    (low, high), end = a.potential_range, "end" if a.wrap else "clamp"
    counts = {
        f"spikes with gamma = {gamma}": (result.spikes & (network.reset_mode == gamma)).sum()
        for gamma in range(3)
    }
    held = network.negative_saturate & (result.potentials == -network.negative_threshold)
    counts |= {
        f"neurons at the upper {end}": (result.potentials == high).sum(),
        f"neurons at the lower {end}": (result.potentials == low).sum(),
        "neurons held at -beta": (held & (network.negative_threshold > 0)).sum(),
        "synaptic events": result.synaptic_events.sum(),
        "late packets": result.late.sum(),
        "packets off the mesh": result.off_mesh,
        "packets out": len(result.outputs),
    }
    return {name: int(count) for name, count in counts.items()}


def scanned_events(
    core: str, network: Network, active: NDArray[np.bool_], result: TickResult
) -> NDArray[np.int64]:
    """Return by core the events that take a cycle each: all, or those of stochastic neurons.

    Parameters
    ----------
    core : {"event", "neuron"}
        Microarchitecture of the cores, see `hdl.tile.CORES`.
    network : Network
    active : ndarray of bool, shape (C, A)
        Axons that spiked in the tick.
    result : TickResult
    """
    if core == "event":
        return result.synaptic_events
    stochastic = np.asarray(network.weight_stochastic.any(axis=2))
    scanned = network.synapses & stochastic[:, :, None]
    return np.asarray((scanned & active[:, None]).sum(axis=(1, 2)), np.int64)
