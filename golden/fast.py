"""The engine ``numba``: the same chip, to the bit, compiled and on several threads.

A full chip (4,096 cores, a million neurons, 12.5 % of the synapses connected, 20 spikes a second
and neuron) takes about 0.7 milliseconds a tick on two threads: `spikewright bench sim`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.errors import EngineError
from spikewright.golden.fast_events import Ends, Leaving, follow, places, starts
from spikewright.golden.fast_kernel import run_ticks
from spikewright.golden.fast_program import destinations, prepare, wrap_shift
from spikewright.golden.fast_span import Span, collect, joined
from spikewright.golden.fast_tables import (
    Buffers,
    Program,
    Work,
    make_buffers,
    make_chip,
    make_room,
    thread_count,
)
from spikewright.golden.network import Network
from spikewright.golden.recording import Recording, State
from spikewright.golden.rows import pack_bits, unpack_bits
from spikewright.golden.stimulus import check_packets, check_spikes
from spikewright.golden.trace import TickResult, Trace

__all__ = ["FastSimulator"]

Int = NDArray[np.int64]

LOG = 2**26
"""Spikes that one call of the compiled loops can log, if every neuron fires in every tick."""

CORES_A_THREAD = 16
"""Below this a second thread costs more in waiting than it takes over."""


class FastSimulator:
    """A chip between two ticks, with the members of `simulate.Simulator`.

    Parameters
    ----------
    network : Network
        Checked and copied here; a later change is not seen.
    threads : int, optional
        At most; small networks use fewer. The results do not depend on it.

    Members
    -------
    network : Network
    tick : int
        The tick to run next.
    threads : int
        Those that are used.
    potentials : ndarray of int32, shape (C, N)
    random_state : ndarray of uint32, shape (C,)
        These two may be written between two ticks.
    scheduler : ndarray of bool, shape (C, slots, A)
        May be assigned, as a whole.
    """

    def __init__(self, network: Network, threads: int | None = None) -> None:
        network.check()
        a = network.architecture
        self.network = network
        self.tick = 0
        self.threads = thread_count(threads, -(-a.cores // CORES_A_THREAD))
        self._program = prepare(network)
        self._shift = wrap_shift(network)
        self._leaving = Leaving(network, destinations(network))
        self._cuts = np.linspace(0, a.cores, self.threads + 1).round().astype(int).tolist()
        self._chip = make_chip(network)
        self._pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        self._chunk = max(1, min(4096, LOG // self._chip.potentials.size))
        log = self._chunk * self._chip.potentials.size
        self._room = make_room(network, threads=self.threads, log=log)
        self._shown = False
        self._forget()

    @property
    def program(self) -> Program:
        """The tables that the compiled loops read."""
        return self._program

    @property
    def rests(self) -> bool:
        """Whether some core was found at rest, so that it is left alone until a spike comes."""
        return bool(self._chip.still.any())

    @property
    def potentials(self) -> NDArray[np.int32]:
        """Membrane potentials."""
        # The caller may keep this view, and write to it before any later tick.
        self._shown = True
        potentials: NDArray[np.int32] = self._chip.potentials[
            :, : self.network.architecture.neurons
        ]
        return potentials

    @property
    def random_state(self) -> NDArray[np.uint32]:
        """States of the cores' generators."""
        state: NDArray[np.uint32] = self._chip.random
        return state

    @property
    def scheduler(self) -> NDArray[np.bool_]:
        """Spikes that wait for their tick; a copy."""
        a = self.network.architecture
        rows = self._chip.scheduler.reshape(a.delay_slots, a.cores, -1)
        return unpack_bits(rows, a.axons).transpose(1, 0, 2)

    @scheduler.setter
    def scheduler(self, value: NDArray[np.bool_]) -> None:
        self._chip.scheduler[:] = pack_bits(value.transpose(1, 0, 2)).reshape(-1)

    def state(self) -> State:
        """Return a copy of what the chip carries into the next tick."""
        return State(
            tick=self.tick,
            potentials=self._chip.potentials[:, : self.network.architecture.neurons].copy(),
            scheduler=np.ascontiguousarray(self.scheduler),
            random_state=self.random_state.copy(),
        )

    def restore(self, state: State) -> None:
        """Go on from a state of the same network; what was injected so far is forgotten."""
        self.tick = state.tick
        self._chip.potentials[:, : self.network.architecture.neurons] = state.potentials
        self.scheduler = state.scheduler
        self.random_state[:] = state.random_state
        self._forget()

    def _forget(self) -> None:
        self._broken = False
        self._chip.still[:] = 0
        self._spike_ticks = self._spikes = np.zeros(0, dtype=np.int64)
        self._edges: list[tuple[Int, Int, Ends]] = []

    def inject(self, spikes: NDArray[np.void]) -> None:
        """Hand over spikes on axons, rows of `SPIKE`, for ticks still to come."""
        check_spikes(spikes, self.network, self.tick)
        a = self.network.architecture
        core = spikes["x"] + np.int64(a.width) * spikes["y"]
        ticks = np.concatenate([self._spike_ticks, spikes["tick"]])
        found = np.concatenate([self._spikes, places(a, core, spikes["axon"])])
        order = np.argsort(ticks, kind="stable")
        self._spike_ticks, self._spikes = ticks[order], found[order]

    def inject_packets(self, packets: NDArray[np.void]) -> None:
        """Hand over packets at the edges, rows of `PACKET`; see `Simulator.inject_packets`."""
        check_packets(packets, self.network, self.tick - 1)
        if len(packets):
            # Those of the tick that ran last are counted in the next.
            counted = np.maximum(packets["tick"], self.tick)
            self._edges.append((packets["tick"], counted, follow(self.network, packets)))

    def step(self) -> TickResult:
        """Run one tick."""
        trace = self.trace(1)
        assert trace.potentials is not None
        return TickResult(
            tick=self.tick - 1,
            spikes=trace.spikes[0],
            potentials=trace.potentials[0],
            random_state=trace.random_state[0],
            synaptic_events=trace.synaptic_events[0],
            late=trace.late[0],
            off_mesh=int(trace.off_mesh[0]),
            outputs=trace.outputs,
        )

    def run(self, ticks: int, watch: Int | None = None) -> Recording:
        """Run some ticks and return what they did, in the sparse form; see `Simulator.run`."""
        empty = Recording.empty(self.network.architecture, self.tick, watch)
        chunk = self._chunk
        spans = (
            self._span(min(chunk, ticks - done), watch, dense=False)
            for done in range(0, ticks, chunk)
        )
        return Recording.joined([empty, *(span.recording for span in spans)])

    def trace(self, ticks: int, *, record_potentials: bool = True) -> Trace:
        """Run some ticks and return what they did, in the dense form."""
        chunk = min(64, self._chunk)
        spans = [
            self._span(min(chunk, ticks - done), None, dense=True)
            for done in range(0, ticks, chunk)
        ]
        kept = [span.buffers for span in spans]
        return Trace(
            spikes=np.concatenate([span.recording.dense_spikes() for span in spans]),
            potentials=joined(b.potentials for b in kept) if record_potentials else None,
            random_state=joined(b.random for b in kept),
            synaptic_events=joined(b.events for b in kept),
            late=joined(span.late for span in spans),
            off_mesh=joined(span.recording.off_mesh for span in spans),
            outputs=joined(span.recording.outputs for span in spans),
        )

    def _span(self, ticks: int, watch: Int | None, *, dense: bool) -> Span:
        """Run ticks in one call of the compiled loops."""
        if self._broken:
            raise EngineError("simulator must be restored after a run that was broken off")
        a = self.network.architecture
        first, last = self.tick, self.tick + ticks
        watched = np.zeros(0, dtype=np.int64) if watch is None else np.asarray(watch, np.int64)
        arrival_ticks, arrivals = self._arrivals(last)
        low, high = np.searchsorted(self._spike_ticks, (first, last))
        work = Work(
            self._spikes[low:high],
            starts(self._spike_ticks[low:high], first, ticks),
            arrivals,
            starts(arrival_ticks, first - 1, ticks + 1),
            np.stack(np.divmod(watched, a.neurons), axis=1),
        )
        buffers = make_buffers(
            self.network,
            threads=self.threads,
            rows=self.threads,
            ticks=ticks,
            room=self._room,
            dense=dense,
            watch=len(watched),
        )
        if self._shown:
            self._chip.still[:] = 0
        self._broken = True
        self._call(work, buffers, ticks)
        self._broken = False
        self.tick = last
        span = collect(self.network, self._leaving, self._edges, buffers, first, watched)
        # What is over must not be looked through in every later call.
        self._spike_ticks, self._spikes = self._spike_ticks[high:], self._spikes[high:]
        self._edges = [edges for edges in self._edges if edges[1].max() >= last]
        return span

    def _arrivals(self, last: int) -> tuple[Int, Int]:
        """Return the packets from the edges that are delivered before tick ``last``."""
        none = np.zeros(0, dtype=np.int64)
        ticks = joined([none, *(ticks[ends.timely] for ticks, _, ends in self._edges)])
        counted = joined([none, *(counted[ends.timely] for _, counted, ends in self._edges)])
        packets = joined([none, *(ends.arrivals[ends.timely] for _, _, ends in self._edges)])
        # Those of the tick that ran last are due if they came after it; others were in time.
        due = (counted >= self.tick) & (ticks < last)
        order = np.argsort(ticks[due], kind="stable")
        return ticks[due][order], packets[due][order]

    def _call(self, work: Work, buffers: Buffers, ticks: int) -> None:
        """Run the threads, and wait for all of them."""
        words = len(buffers.owner) // self.network.architecture.cores
        jobs: list[Any] = []
        for me in range(self.threads):
            start, end = self._cuts[me : me + 2]
            buffers.owner[words * start : words * end] = me
            jobs.append(
                (self._program, self._chip, work, buffers, me, self.threads, me, start, end)
            )
        rest = (self.tick, ticks, 0, self._shift)
        if self._pool is None:
            run_ticks(*jobs[0], *rest)
            return
        futures = [self._pool.submit(run_ticks, *job, *rest) for job in jobs]
        try:
            for future in futures:
                future.result()
        finally:
            # After an interrupt nobody may restore the chip while threads still write to it.
            wait(futures)
