"""What a run did, in figures: spikes, rates, synaptic operations, packets, hops and links.

Everything comes from a recording and its network; nothing is simulated again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.mesh import entry
from spikewright.golden.network import Network
from spikewright.golden.recording import Recording
from spikewright.golden.stimulus import SIDES, check_packets
from spikewright.golden.traffic import Flows, Traffic, traffic

__all__ = ["TICKS_PER_SECOND", "HotLink", "Statistics", "StatisticsError", "measure"]

Int = NDArray[np.int64]
Float = NDArray[np.float64]

TICKS_PER_SECOND = 1000
"""The chip's pace in real time: a tick is a millisecond."""


class StatisticsError(ValueError):
    """A recording that is not of the network it is measured with."""


class HotLink(NamedTuple):
    """A link of the mesh.

    Members
    -------
    x, y : int
        The core that it leads away from.
    side : {"west", "east", "north", "south"}
    edge : bool
        Whether it leads off the mesh.
    packets : int
    per_tick : float
    """

    x: int
    y: int
    side: str
    edge: bool
    packets: int
    per_tick: float


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What a run did; T = ticks, C = cores, N = neurons.

    Members
    -------
    architecture : Architecture
    first_tick : int
    spikes_per_tick : ndarray of int64, shape (T,)
    spikes_per_neuron : ndarray of int64, shape (C, N)
    synaptic_events_per_tick : ndarray of int64, shape (T,), or None
        Active and connected synapses; None where the engine could not see them.
    synaptic_events_per_core : ndarray of int64, shape (C,), or None
    packets_per_tick : ndarray of int64, shape (T,)
        Packets that neurons sent: their spikes, where they have a destination.
    traffic : Traffic
        Of those packets, and of the injected ones where they were given.
    injected : int
        How many of its packets came in over the edges.
    late_per_tick : ndarray of int64, shape (T,)
    late_per_core : ndarray of int64, shape (C,)
    off_mesh_per_tick : ndarray of int64, shape (T,)
        Dropped at edges where nothing is attached.
    neurons_in_use : int
        Neurons with a connected synapse or a leak, and those that fired without either.
    """

    architecture: Architecture
    first_tick: int
    spikes_per_tick: Int
    spikes_per_neuron: Int
    synaptic_events_per_tick: Int | None
    synaptic_events_per_core: Int | None
    packets_per_tick: Int
    traffic: Traffic
    injected: int
    late_per_tick: Int
    late_per_core: Int
    off_mesh_per_tick: Int
    neurons_in_use: int

    @property
    def ticks(self) -> int:
        """How many ticks were run."""
        return len(self.spikes_per_tick)

    @property
    def seconds(self) -> float:
        """How long the chip takes for the run in real time."""
        return self.ticks / TICKS_PER_SECOND

    @property
    def spikes(self) -> int:
        """Spikes of all neurons."""
        return int(self.spikes_per_tick.sum())

    @property
    def packets(self) -> int:
        """Packets that neurons sent."""
        return int(self.packets_per_tick.sum())

    @property
    def synaptic_events(self) -> int | None:
        """Synaptic operations, or None where the engine could not see them."""
        per_tick = self.synaptic_events_per_tick
        return None if per_tick is None else int(per_tick.sum())

    @property
    def rates(self) -> Float:
        """Spikes a tick of each neuron, shape (C, N); `TICKS_PER_SECOND` times that is in Hz."""
        return self.spikes_per_neuron.astype(np.float64) / max(self.ticks, 1)

    @property
    def core_rates(self) -> Float:
        """Spikes a tick of a neuron of each core, on average, shape (C,)."""
        a = self.architecture
        sums = self.spikes_per_neuron.sum(axis=1)
        return np.asarray(sums / (a.neurons * max(self.ticks, 1)), dtype=np.float64)

    @property
    def mean_rate(self) -> float:
        """Spikes a tick of a neuron, over all neurons of the chip."""
        a = self.architecture
        return self.spikes / (a.cores * a.neurons * max(self.ticks, 1))

    @property
    def silent_neurons(self) -> int:
        """Neurons that never fired."""
        return int((self.spikes_per_neuron == 0).sum())

    def hot_links(self, count: int) -> list[HotLink]:
        """Return the links with most packets, at most ``count``, none that was never used."""
        links = self.traffic.links.reshape(-1)
        # A stable sort: links of equal packets come in the order of SIDES, then y, then x.
        order = np.argsort(-links, kind="stable")[:count]
        found = []
        for index in order[links[order] > 0].tolist():
            side, y, x = np.unravel_index(index, self.traffic.links.shape)
            found.append(self._link(SIDES[int(side)], int(x), int(y), int(links[index])))
        return found

    def _link(self, side: str, x: int, y: int, packets: int) -> HotLink:
        a = self.architecture
        edge = {"west": x == 0, "east": x == a.width - 1, "south": y == 0}
        off = edge.get(side, y == a.height - 1)
        per_tick = packets / max(self.ticks, 1)
        return HotLink(x=x, y=y, side=side, edge=off, packets=packets, per_tick=per_tick)


def measure(
    recording: Recording, network: Network, *, packets: NDArray[np.void] | None = None
) -> Statistics:
    """Return what a run did.

    Parameters
    ----------
    recording : Recording
    network : Network
        The one that was run.
    packets : ndarray of PACKET, optional
        What was injected at the edges. Links, hops and arrivals then count those of the recording's
        ticks as well; those of tick -1 belong to tick 0.

    Raises
    ------
    StatisticsError
        Where the network has another architecture than the recording.
    StimulusError
        Where packets cannot enter the network.
    """
    architecture = network.architecture
    _check(recording.architecture, architecture)
    counts = recording.spike_counts()
    sends = network.delay > 0
    flows = _sent(architecture, network, np.where(sends, counts, 0))
    injected = 0
    if packets is not None:
        check_packets(packets, network)
        entered = _entered(architecture, recording, packets)
        injected = len(entered.x)
        flows = _joined(flows, entered)
    sent = sends.reshape(-1)[recording.spike_index]
    in_use = (counts > 0) | (network.leak != 0) | network.synapses.any(axis=2)
    return Statistics(
        architecture=architecture,
        first_tick=recording.first_tick,
        spikes_per_tick=recording.spikes_per_tick,
        spikes_per_neuron=counts,
        synaptic_events_per_tick=recording.synaptic_events_per_tick,
        synaptic_events_per_core=recording.synaptic_events_per_core,
        packets_per_tick=_per_tick(sent, recording.spikes_per_tick),
        traffic=traffic(architecture, flows),
        injected=injected,
        late_per_tick=recording.late_per_tick,
        late_per_core=recording.late_per_core,
        off_mesh_per_tick=recording.off_mesh,
        neurons_in_use=int(in_use.sum()),
    )


def _check(recorded: Architecture, given: Architecture) -> None:
    wanted = given.to_dict()
    for name, value in recorded.to_dict().items():
        if value != wanted[name]:
            raise StatisticsError(
                f"recording must be of the network, whose {name} is {wanted[name]}, not {value}"
            )


def _per_tick(marks: NDArray[np.bool_], spikes_per_tick: Int) -> Int:
    """Count the marks of each tick's spikes."""
    found = np.zeros(len(spikes_per_tick), dtype=np.int64)
    some = spikes_per_tick > 0
    starts = np.cumsum(spikes_per_tick) - spikes_per_tick
    if some.any():
        found[some] = np.add.reduceat(marks, starts[some], dtype=np.int64)
    return found


def _sent(architecture: Architecture, network: Network, counts: Int) -> Flows:
    """Return the packets of the neurons that sent any."""
    core, neuron = np.nonzero(counts)
    y, x = np.divmod(core, architecture.width)
    return Flows(
        x=x,
        y=y,
        dx=network.dx[core, neuron].astype(np.int64),
        dy=network.dy[core, neuron].astype(np.int64),
        packets=counts[core, neuron],
    )


def _entered(architecture: Architecture, recording: Recording, packets: NDArray[np.void]) -> Flows:
    """Return the packets that entered in the recording's ticks."""
    first = recording.first_tick - (recording.first_tick == 0)
    ticks = packets["tick"]
    rows = packets[(ticks >= first) & (ticks < recording.first_tick + recording.ticks)]
    x, y = entry(architecture, rows["side"], rows["position"])
    return Flows(
        x=x.astype(np.int64),
        y=y.astype(np.int64),
        dx=rows["dx"].astype(np.int64),
        dy=rows["dy"].astype(np.int64),
        packets=np.ones(len(rows), dtype=np.int64),
    )


def _joined(one: Flows, other: Flows) -> Flows:
    names = ("x", "y", "dx", "dy", "packets")
    return Flows(**{n: np.concatenate([getattr(one, n), getattr(other, n)]) for n in names})
