"""Events on their way into the compiled engine, and what leaves it: sorted, by tick, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.mesh import Arrivals, Packets, entry, route
from spikewright.golden.network import Network
from spikewright.golden.stimulus import PACKET, SIDES

__all__ = ["Ends", "Leaving", "follow", "in_order", "merge", "places", "starts"]

Int = NDArray[np.int64]


def places(architecture: Architecture, core: Int, axon: NDArray[np.integer]) -> Int:
    """Return the places of axons, as `fast_tables` counts them."""
    across = 64 * -(-architecture.axons // 64)
    return across * core + axon.astype(np.int64)


def starts(ticks: Int, first: int, count: int) -> Int:
    """Return where ``count`` ticks from ``first`` on begin among sorted ticks, and the end."""
    return np.searchsorted(ticks, np.arange(first, first + count + 1)).astype(np.int64)


def in_order(outputs: NDArray[np.void], counted: Int) -> NDArray[np.void]:
    """Sort packets by the tick, or frame, in which they are counted, then by all their fields."""
    # Much faster than to sort the rows themselves, which compares them as texts and tuples.
    side = np.zeros(len(outputs), dtype=np.int8)
    for code, name in enumerate(sorted(SIDES)):
        side[outputs["side"] == name] = code
    columns = [outputs[name] for name in ("axon", "slot", "dy", "dx", "position")]
    return outputs[np.lexsort([*columns, side, outputs["tick"], counted])]


def merge(log: NDArray[np.uint32], fired: Int) -> NDArray[np.uint32]:
    """Return the spikes of all threads, tick after tick, and in a tick by core."""
    ends = np.cumsum(fired, axis=1)
    if len(fired) == 1:
        return log[0, : ends[0, -1]].copy()
    begins = ends - fired
    return np.concatenate(
        [
            log[me, begins[me, tick] : ends[me, tick]]
            for tick in range(fired.shape[1])
            for me in range(len(fired))
        ]
    )


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Where packets at the edges end, entry by entry; each has one of the four fates.

    Members
    -------
    timely, late, off, out : ndarray of bool
        Arrives in time, arrives too late, is dropped at an edge, leaves over an attached one.
    core : ndarray of int64
    arrivals : ndarray of int64
        place << 8 | slot, where timely.
    outputs : ndarray of PACKET
        What is seen outside, where out.
    """

    timely: NDArray[np.bool_]
    late: NDArray[np.bool_]
    off: NDArray[np.bool_]
    out: NDArray[np.bool_]
    core: Int
    arrivals: Int
    outputs: NDArray[np.void]


def follow(network: Network, packets: NDArray[np.void]) -> Ends:
    """Follow packets, rows of `PACKET`, from the edge where they enter to where they end."""
    a = network.architecture
    x, y = entry(a, packets["side"], packets["position"])
    steps = {name: packets[name] for name in ("dx", "dy", "slot", "axon")}
    ends = route(a, Packets(x=x, y=y, **steps))
    inside = ends.core >= 0
    running = (packets["slot"] == packets["tick"] % a.delay_slots) & (packets["tick"] >= 0)
    taken = np.isin(ends.side, network.attached)
    outputs = packets.copy()
    for name in ("side", "position", "dx", "dy"):
        outputs[name] = getattr(ends, name)
    return Ends(
        timely=inside & ~running,
        late=inside & running,
        off=~inside & ~taken,
        out=taken,
        core=ends.core,
        arrivals=places(a, ends.core, packets["axon"]) << 8 | packets["slot"],
        outputs=outputs,
    )


class Leaving:
    """The neurons whose packets leave the mesh: read from the spikes, after the run.

    Parameters
    ----------
    network : Network
    ends : Arrivals
        Of all neurons, see `fast_program.destinations`.

    Members
    -------
    some : bool
        Whether there are such neurons.
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
        self.some = bool(outside.any())

    def read(self, ticks: Int, spikes: NDArray[np.uint32]) -> tuple[Int, Int, NDArray[np.void]]:
        """Return which spikes' packets were dropped at an edge, which left, and the latter.

        Parameters
        ----------
        ticks : ndarray of int64, shape (S,)
            Of each spike.
        spikes : ndarray of uint32, shape (S,)
            core * N + neuron.
        """
        if not self.some:
            none = np.zeros(0, dtype=np.int64)
            return none, none, np.empty(0, dtype=PACKET)
        kind = self._kind[spikes]
        out = np.flatnonzero(kind == 2)
        who, when = spikes[out], ticks[out]
        outputs = np.empty(len(out), dtype=PACKET)
        outputs["tick"], outputs["axon"] = when, self._axon[who]
        outputs["slot"] = (when + self._delay[who]) % self._slots
        for name in ("side", "position", "dx", "dy"):
            outputs[name] = getattr(self._ends, name)[who]
        return np.flatnonzero(kind == 1), out, outputs
