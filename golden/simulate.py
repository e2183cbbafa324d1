"""A network's ticks, one after the other: what other engines and the hardware are held against.

After the specification, sections "Core" and "Network". A tick reads and clears its scheduler row,
runs all synapses and neurons, and delivers what fired and what entered at the edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.crossbar import integrate
from spikewright.golden.mesh import Packets, entry, route
from spikewright.golden.network import Network
from spikewright.golden.neuron import update
from spikewright.golden.stimulus import PACKET, check_packets, check_spikes, make_packets

__all__ = ["Simulator", "TickResult", "Trace", "simulate"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TickResult:
    """What one tick did; C = cores, N = neurons.

    Members
    -------
    tick : int
    spikes : ndarray of bool, shape (C, N)
    potentials : ndarray of int32, shape (C, N)
        After the tick.
    random_state : ndarray of uint32, shape (C,)
        After the tick.
    synaptic_events : ndarray of int64, shape (C,)
        Active and connected synapses.
    late : ndarray of int64, shape (C,)
        Packets dropped at a core because their row was the one that ran.
    off_mesh : int
        Packets dropped at an edge where nothing is attached.
    outputs : ndarray of PACKET
        Packets that left over an attached edge, sorted by all their fields.
    """

    tick: int
    spikes: NDArray[np.bool_]
    potentials: NDArray[np.int32]
    random_state: NDArray[np.uint32]
    synaptic_events: Int
    late: Int
    off_mesh: int
    outputs: NDArray[np.void]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What a run did: the `TickResult` of each tick; T = ticks, C = cores, N = neurons.

    Members
    -------
    spikes : ndarray of bool, shape (T, C, N)
    potentials : ndarray of int32, shape (T, C, N), or None
        None where the run did not record them.
    random_state : ndarray of uint32, shape (T, C)
    synaptic_events, late : ndarray of int64, shape (T, C)
    off_mesh : ndarray of int64, shape (T,)
    outputs : ndarray of PACKET
    """

    spikes: NDArray[np.bool_]
    potentials: NDArray[np.int32] | None
    random_state: NDArray[np.uint32]
    synaptic_events: Int
    late: Int
    off_mesh: Int
    outputs: NDArray[np.void]


@dataclass(kw_only=True)
class _Tally:
    """What becomes of one tick's packets that set no scheduler bit."""

    late: Int
    off_mesh: int = 0
    outputs: list[NDArray[np.void]] = field(default_factory=list)


class Simulator:
    """A chip between two ticks.

    Parameters
    ----------
    network : Network
        Checked here, then read at each tick and never written: a change made between two ticks
        counts from the next.

    Members
    -------
    tick : int
        The tick that `step` will run next.
    potentials : ndarray of int32, shape (C, N)
    scheduler : ndarray of bool, shape (C, slots, A)
    random_state : ndarray of uint32, shape (C,)
        These may be written between two ticks.
    """

    def __init__(self, network: Network) -> None:
        network.check()
        architecture = network.architecture
        self.network = network
        self.tick = 0
        self.potentials = network.potential.copy()
        self.scheduler = np.zeros(
            (architecture.cores, architecture.delay_slots, architecture.axons), dtype=np.bool_
        )
        self.random_state = network.seed.copy()
        self._spikes: dict[int, list[NDArray[np.void]]] = {}
        self._packets: dict[int, list[NDArray[np.void]]] = {}

    def inject(self, spikes: NDArray[np.void]) -> None:
        """Hand over spikes on axons, rows of `SPIKE`, for ticks still to come."""
        check_spikes(spikes, self.network, self.tick)
        _file(self._spikes, spikes)

    def inject_packets(self, packets: NDArray[np.void]) -> None:
        """Hand over packets at the edges, rows of `PACKET`.

        A tick lasts until the next one starts, so the tick that `step` ran last still takes
        packets. What becomes of those is part of the next `TickResult`, as with packets from before
        the first tick.
        """
        check_packets(packets, self.network, self.tick - 1)
        _file(self._packets, packets)

    def step(self) -> TickResult:
        """Run one tick."""
        tally = _Tally(late=np.zeros(self.network.architecture.cores, dtype=np.int64))
        self._enter(self.tick - 1, tally)
        spikes, events = self._run_cores(self._read_row())
        self._send(spikes, tally)
        self._enter(self.tick, tally)
        result = TickResult(
            tick=self.tick,
            spikes=spikes,
            potentials=self.potentials.copy(),
            random_state=self.random_state.copy(),
            synaptic_events=events,
            late=tally.late,
            off_mesh=tally.off_mesh,
            outputs=np.sort(np.concatenate([make_packets(), *tally.outputs])),
        )
        self.tick += 1
        return result

    def _read_row(self) -> NDArray[np.bool_]:
        """Return the axons with a spike this tick, and clear the row they came from."""
        slot = self.tick % self.network.architecture.delay_slots
        active = self.scheduler[:, slot].copy()
        self.scheduler[:, slot] = False
        for spikes in self._spikes.pop(self.tick, []):
            core = spikes["x"] + self.network.architecture.width * spikes["y"]
            active[core, spikes["axon"]] = True
        return active

    def _run_cores(self, active: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Int]:
        """Run all synapses and neurons; return the spikes and each core's synaptic events."""
        network = self.network
        synaptic, leak_draws, mask_draws = np.zeros((3, *self.potentials.shape), dtype=np.int64)
        events = np.zeros(len(active), dtype=np.int64)
        draws = network.leak_stochastic.any(axis=1) | (network.threshold_mask > 0).any(axis=1)
        # A core without a spike and without these draws adds nothing, and draws nothing.
        for core in np.flatnonzero(active.any(axis=1) | draws).tolist():
            given = integrate(network, core, active[core], int(self.random_state[core]))
            synaptic[core] = given.synaptic
            leak_draws[core] = given.leak_draws
            mask_draws[core] = given.mask_draws
            events[core] = given.events
            self.random_state[core] = given.random_state
        self.potentials, spikes = update(network, self.potentials, synaptic, leak_draws, mask_draws)
        return spikes, events

    def _send(self, spikes: NDArray[np.bool_], tally: _Tally) -> None:
        """Deliver the packets of the neurons that fired; with delay 1..slots-1 none is late."""
        network, architecture = self.network, self.network.architecture
        sent = spikes & (network.delay > 0)
        core = np.nonzero(sent)[0]
        packets = Packets(
            x=core % architecture.width,
            y=core // architecture.width,
            dx=network.dx[sent],
            dy=network.dy[sent],
            slot=(self.tick + network.delay[sent].astype(np.int64)) % architecture.delay_slots,
            axon=network.axon[sent],
        )
        self._deliver(self.tick, packets, tally)

    def _enter(self, tick: int, tally: _Tally) -> None:
        """Deliver the packets that enter at the edges during a tick."""
        for events in self._packets.pop(tick, []):
            x, y = entry(self.network.architecture, events["side"], events["position"])
            steps = {name: events[name] for name in ("dx", "dy", "slot", "axon")}
            self._deliver(tick, Packets(x=x, y=y, **steps), tally)

    def _deliver(self, tick: int, packets: Packets, tally: _Tally) -> None:
        """Set a scheduler bit for each packet that arrives in time, and tally the others."""
        ends = route(self.network.architecture, packets)
        inside = ends.core >= 0
        running = packets.slot == tick % self.network.architecture.delay_slots
        late = inside & running & (tick >= 0)
        np.add.at(tally.late, ends.core[late], 1)
        set_ = inside & ~late
        self.scheduler[ends.core[set_], packets.slot[set_], packets.axon[set_]] = True

        taken = np.isin(ends.side, self.network.attached)
        tally.off_mesh += int((~inside & ~taken).sum())
        outputs = np.empty(int(taken.sum()), dtype=PACKET)
        outputs["tick"] = tick
        for name in ("side", "position", "dx", "dy"):
            outputs[name] = getattr(ends, name)[taken]
        outputs["slot"], outputs["axon"] = packets.slot[taken], packets.axon[taken]
        tally.outputs.append(outputs)


def _file(pending: dict[int, list[NDArray[np.void]]], events: NDArray[np.void]) -> None:
    """Add events to the lists of their ticks."""
    if not len(events):
        return
    ordered = events[np.argsort(events["tick"], kind="stable")]
    ticks, starts = np.unique(ordered["tick"], return_index=True)
    for tick, group in zip(ticks, np.split(ordered, starts[1:]), strict=True):
        pending.setdefault(int(tick), []).append(group)


def simulate(
    network: Network,
    stimulus: NDArray[np.void] | None = None,
    ticks: int = 1,
    *,
    packets: NDArray[np.void] | None = None,
    record_potentials: bool = True,
) -> Trace:
    """Run a network from its initial state.

    Parameters
    ----------
    network : Network
    stimulus : ndarray of SPIKE, optional
        Spikes on axons; those of later ticks than the run has are never seen.
    ticks : int
        At least 1.
    packets : ndarray of PACKET, optional
        Packets at the edges. Those of tick -1 count into tick 0's ``late`` and ``off_mesh``.
    record_potentials : bool

    Returns
    -------
    Trace
    """
    if ticks < 1:
        raise ValueError(f"ticks must be at least 1, not {ticks}")
    simulator = Simulator(network)
    if stimulus is not None:
        simulator.inject(stimulus)
    if packets is not None:
        simulator.inject_packets(packets)
    results = [simulator.step() for _ in range(ticks)]
    return _stacked(results, record_potentials)


def _stacked(results: Sequence[TickResult], record_potentials: bool) -> Trace:
    return Trace(
        spikes=np.stack([result.spikes for result in results]),
        potentials=np.stack([r.potentials for r in results]) if record_potentials else None,
        random_state=np.stack([result.random_state for result in results]),
        synaptic_events=np.stack([result.synaptic_events for result in results]),
        late=np.stack([result.late for result in results]),
        off_mesh=np.array([result.off_mesh for result in results], dtype=np.int64),
        outputs=np.concatenate([result.outputs for result in results]),
    )
