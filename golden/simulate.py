"""A network's ticks, one after the other: what other engines and the hardware are held against.

After the specification, sections "Core" and "Network". A tick reads and clears its scheduler row,
runs all synapses and neurons, and delivers what fired and what entered at the edges.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.crossbar import integrate
from spikewright.golden.fields import FIELDS
from spikewright.golden.mesh import Packets, entry, route
from spikewright.golden.network import Network
from spikewright.golden.neuron import update
from spikewright.golden.recording import Recording, State
from spikewright.golden.rows import Rows
from spikewright.golden.stimulus import PACKET, check_packets, check_spikes, make_packets
from spikewright.golden.trace import TickResult, Trace, recorded, stacked

__all__ = ["Simulator"]

Int = NDArray[np.int64]

BLOCK = 64
"""Cores that are run at once."""


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
        Checked here, and never written. After a change between two ticks, `refresh` is called.

    Members
    -------
    tick : int
        The tick that `step` will run next.
    potentials : ndarray of int32, shape (C, N)
    scheduler : ndarray of bool, shape (C, slots, A)
    random_state : ndarray of uint32, shape (C,)
        These may be written between two ticks.
    active : ndarray of bool, shape (C, A)
        Axons that spiked in the tick that `step` ran last.
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
        self.active = np.zeros((architecture.cores, architecture.axons), np.bool_)
        self._rows = Rows(network)
        self._stale: set[int] = set()
        self._spikes: dict[int, list[NDArray[np.void]]] = {}
        self._packets: dict[int, list[NDArray[np.void]]] = {}

    def refresh(self, core: int) -> None:
        """Say that the network of one core was changed: the next tick runs the new one."""
        self._stale.add(core)

    def state(self) -> State:
        """Return a copy of what the chip carries into the next tick."""
        return State(
            tick=self.tick,
            potentials=self.potentials.copy(),
            scheduler=self.scheduler.copy(),
            random_state=self.random_state.copy(),
        )

    def restore(self, state: State) -> None:
        """Go on from a state of the same network; what was injected so far is forgotten."""
        self.tick = state.tick
        self.potentials = state.potentials.copy()
        self.scheduler = state.scheduler.copy()
        self.random_state = state.random_state.copy()
        self._spikes.clear()
        self._packets.clear()

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
        self.active = self._read_row()
        spikes, events = self._run_cores(self.active)
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

    def run(self, ticks: int, watch: Int | None = None) -> Recording:
        """Run some ticks and return what they did, in the sparse form.

        Parameters
        ----------
        ticks : int
        watch : ndarray of int64, optional
            core * N + neuron of neurons whose potentials are to be recorded.
        """
        empty = Recording.empty(self.network.architecture, self.tick, watch)
        steps = (recorded(self.network.architecture, self.step(), watch) for _ in range(ticks))
        return Recording.joined([empty, *steps])

    def trace(self, ticks: int, *, record_potentials: bool = True) -> Trace:
        """Run some ticks and return what they did, in the dense form."""
        return stacked([self.step() for _ in range(ticks)], record_potentials)

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
        for core in self._stale:
            self._rows.read(core)
        self._stale.clear()
        spikes = np.empty(self.potentials.shape, dtype=np.bool_)
        events = np.empty(len(active), dtype=np.int64)
        # Some cores at a time: the temporary arrays then stay in the cache.
        for first in range(0, len(active), BLOCK):
            part = slice(first, first + BLOCK)
            synaptic, events[part] = self._rows.sums(active[part], first)
            leak_draws, mask_draws = np.zeros((2, *synaptic.shape), dtype=np.int64)
            for core in (first + np.flatnonzero(self._rows.draws[part])).tolist():
                given = integrate(self.network, core, active[core], int(self.random_state[core]))
                synaptic[core - first] = given.synaptic
                leak_draws[core - first] = given.leak_draws
                mask_draws[core - first] = given.mask_draws
                self.random_state[core] = given.random_state
            self.potentials[part], spikes[part] = update(
                _cores(self.network, part), self.potentials[part], synaptic, leak_draws, mask_draws
            )
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


def _cores(network: Network, part: slice) -> Network:
    """Return a view of some cores' parameters."""
    view = copy(network)
    for field_ in FIELDS:
        setattr(view, field_.name, getattr(network, field_.name)[part])
    return view


def _file(pending: dict[int, list[NDArray[np.void]]], events: NDArray[np.void]) -> None:
    """Add events to the lists of their ticks."""
    if not len(events):
        return
    ordered = events[np.argsort(events["tick"], kind="stable")]
    ticks, starts = np.unique(ordered["tick"], return_index=True)
    for tick, group in zip(ticks, np.split(ordered, starts[1:]), strict=True):
        pending.setdefault(int(tick), []).append(group)
