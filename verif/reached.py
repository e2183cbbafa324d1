"""Situations that verification is to reach, counted from the golden model's ticks."""

from __future__ import annotations

from spikewright.golden.network import Network
from spikewright.golden.trace import TickResult

__all__ = ["reached"]


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
