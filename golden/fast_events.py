"""Events on their way into the compiled engine, and what leaves it: sorted, by tick, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.mesh import Arrivals, Packets, entry, route
from spikewright.golden.network import Network
from spikewright.golden.stimulus import PACKET

__all__ = ["Edges", "Leaving", "places", "starts"]

Int = NDArray[np.int64]


def places(architecture: Architecture, core: Int, axon: NDArray[np.integer]) -> Int:
    """Return the places of axons, as `fast_tables` counts them."""
    across = 64 * -(-architecture.axons // 64)
    return across * core + axon.astype(np.int64)


def starts(ticks: Int, first: int, count: int) -> Int:
    """Return where ``count`` ticks from ``first`` on begin among sorted ticks, and the end."""
    return np.searchsorted(ticks, np.arange(first, first + count + 1)).astype(np.int64)


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Packets at the edges, followed to where they end; each group sorted by its ticks.

    Members
    -------
    arrival_ticks, arrivals : ndarray of int64
        Packets that arrive in time: during which tick, and place << 8 | slot.
    late_ticks, late_cores : ndarray of int64
        Packets that are late: in which tick they are counted, and where.
    off_ticks : ndarray of int64
        Packets dropped at an edge.
    out_ticks : ndarray of int64
    outputs : ndarray of PACKET
        Packets that pass through to an attached edge.
    """

    arrival_ticks: Int
    arrivals: Int
    late_ticks: Int
    late_cores: Int
    off_ticks: Int
    out_ticks: Int
    outputs: NDArray[np.void]

    @classmethod
    def follow(cls, network: Network, packets: NDArray[np.void], now: int) -> Edges:
        """Follow packets; those of the tick before ``now`` are counted in ``now``."""
        a = network.architecture
        packets = packets[np.argsort(packets["tick"], kind="stable")]
        ticks = packets["tick"]
        x, y = entry(a, packets["side"], packets["position"])
        steps = {name: packets[name] for name in ("dx", "dy", "slot", "axon")}
        ends = route(a, Packets(x=x, y=y, **steps))
        inside = ends.core >= 0
        late = inside & (packets["slot"] == ticks % a.delay_slots) & (ticks >= 0)
        timely = inside & ~late
        taken = np.isin(ends.side, network.attached)
        counted = np.maximum(ticks, now)
        place = places(a, ends.core, packets["axon"])
        return cls(
            arrival_ticks=ticks[timely],
            arrivals=(place << 8 | packets["slot"])[timely],
            late_ticks=counted[late],
            late_cores=ends.core[late],
            off_ticks=counted[~inside & ~taken],
            out_ticks=counted[taken],
            outputs=_outputs(ends, taken, ticks, packets["slot"], packets["axon"]),
        )


def _outputs(
    ends: Arrivals, taken: NDArray[np.bool_], ticks: Int, slot: Int, axon: Int
) -> NDArray[np.void]:
    """Return the packets that leave, as they are seen outside."""
    outputs = np.empty(int(taken.sum()), dtype=PACKET)
    outputs["tick"], outputs["slot"], outputs["axon"] = ticks[taken], slot[taken], axon[taken]
    for name in ("side", "position", "dx", "dy"):
        outputs[name] = getattr(ends, name)[taken]
    return outputs


class Leaving:
    """The neurons whose packets leave the mesh: read from the spikes, after the run.

    Parameters
    ----------
    network : Network
    ends : Arrivals
        Of all neurons, see `fast_program.destinations`.
    """

    def __init__(self, network: Network, ends: Arrivals) -> None:
        sends = network.delay.reshape(-1) > 0
        taken = np.isin(ends.side, network.attached)
        outside = sends & (ends.core < 0)
        self._slots = network.architecture.delay_slots
        self._delay = network.delay.reshape(-1)
        self._axon = network.axon.reshape(-1)
        self._ends = ends
        self._kind = np.where(outside, np.where(taken, 2, 1), 0).astype(np.uint8)
        self._any = bool(outside.any())

    def read(self, ticks: Int, spikes: NDArray[np.uint32]) -> tuple[Int, NDArray[np.void]]:
        """Return the ticks of packets dropped at an edge, and the packets that left.

        Parameters
        ----------
        ticks : ndarray of int64, shape (S,)
            Of each spike.
        spikes : ndarray of uint32, shape (S,)
            core * N + neuron.
        """
        if not self._any:
            return np.zeros(0, dtype=np.int64), np.empty(0, dtype=PACKET)
        kind = self._kind[spikes]
        out = np.flatnonzero(kind == 2)
        who, when = spikes[out], ticks[out]
        outputs = np.empty(len(out), dtype=PACKET)
        outputs["tick"], outputs["axon"] = when, self._axon[who]
        outputs["slot"] = (when + self._delay[who]) % self._slots
        for name in ("side", "position", "dx", "dy"):
            outputs[name] = getattr(self._ends, name)[who]
        return ticks[kind == 1], outputs
