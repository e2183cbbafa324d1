"""The RTL as an engine: what `Simulator` does, done by the compiled hardware.

Spikes on axons reach the hardware as packets over the west edge, in the tick before their own. For
that the edge is attached in every chip here. Where the network does not attach it, what leaves
there is counted as dropped, as the reference does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikewright.golden import (
    SIDES,
    EngineError,
    Network,
    Recording,
    State,
    TickResult,
    Trace,
    check_packets,
    check_spikes,
    make_packets,
)
from spikewright.golden.trace import stacked
from spikewright.tools.engine import compiled_chip, program, require_simulator
from spikewright.tools.stages import Stages
from spikewright.verif.chip_packets import packets_from_spikes
from spikewright.verif.chip_run import ChipRun, SparseRun

__all__ = ["RtlEngine"]

# Of the counters, one a core and tick, that one call of the compiled model returns.
CHUNK_BYTES = 32 * 2**20

_CORES = ("event", "neuron")

_HIDDEN = "the hardware shows neither its random states nor the spikes that it has scheduled"


class RtlEngine:
    """A network on the compiled RTL, before its first tick.

    Parameters
    ----------
    network : Network
        Programmed once: what changes in it afterwards the chip does not see.
    threads : int, optional
        For the sake of the other engines: the compiled model has one thread.
    core : {"event", "neuron"}
        Microarchitecture of the cores, see `hdl.tile.CORES`: the results are the same.

    Members
    -------
    prepared : dict
        Seconds of ``building`` the model, nearly none if it was built before, and of
        ``configuring`` it.
    tick : int
        The tick that `step` will run next.
    potentials : ndarray of int32, shape (C, N)
        After the tick that was run last.
    random_state, scheduler : ndarray
        Empty: the hardware does not show them.

    Raises
    ------
    ToolError
        Where there is no simulator, or it refuses the Verilog; in a run, where the hardware breaks
        a rule of its own.

    Notes
    -----
    The hardware's counters of dropped packets stop at 65535 in each core and at each edge port:
    what is dropped beyond that is missing in ``late`` and ``off_mesh``.
    """

    def __init__(
        self, network: Network, threads: int | None = None, *, core: str = "event"
    ) -> None:
        if threads not in (None, 1):
            raise EngineError(f"threads must be 1 on engine rtl, not {threads}")
        if core not in _CORES:
            raise EngineError(f"core must be {' or '.join(_CORES)}, not {core!r}")
        network.check()
        require_simulator()
        self.network = network
        attached = [side for side in SIDES if side in {*network.attached, "west"}]
        stages = Stages()
        with stages.timed("building"):
            self._chip = compiled_chip(network.architecture, attached, core=core)
        with stages.timed("configuring"):
            program(self._chip, network)
        self.prepared = stages.seconds
        self.potentials = network.potential.copy()
        self.random_state = np.empty(0, dtype=np.uint32)
        self.scheduler = np.empty((0, 0, 0), dtype=np.bool_)
        self._waiting = make_packets()

    @property
    def tick(self) -> int:
        """The tick that `step` will run next."""
        return self._chip.next_tick

    def inject(self, spikes: NDArray[np.void]) -> None:
        """Hand over spikes on axons, rows of `SPIKE`, for ticks still to come."""
        check_spikes(spikes, self.network, self.tick)
        self._wait(packets_from_spikes(spikes, self.network.architecture))

    def inject_packets(self, packets: NDArray[np.void]) -> None:
        """Hand over packets at the edges, rows of `PACKET`; see `Simulator.inject_packets`."""
        check_packets(packets, self.network, self.tick - 1)
        self._wait(packets)

    def _wait(self, packets: NDArray[np.void]) -> None:
        waiting = np.concatenate([self._waiting, packets])
        self._waiting = waiting[np.argsort(waiting["tick"], kind="stable")]

    def step(self) -> TickResult:
        """Run one tick."""
        tick = self.tick
        run = self._chip.run(1, self._due(1))
        assert run.potentials is not None
        self.potentials = run.potentials[0].copy()
        off_mesh, outputs = self._over_edges(run)
        return TickResult(
            tick=tick,
            spikes=run.spikes[0],
            potentials=self.potentials.copy(),
            random_state=self.random_state,
            synaptic_events=np.empty(0, dtype=np.int64),
            late=run.late[0],
            off_mesh=int(off_mesh[0]),
            outputs=outputs,
        )

    def run(self, ticks: int, watch: ArrayLike | None = None) -> Recording:
        """Run ticks.

        Parameters
        ----------
        ticks : int
            At least 0.
        watch : array_like of int, optional
            core * N + neuron of the neurons whose potentials to record.
        """
        architecture = self.network.architecture
        watched = np.asarray([] if watch is None else watch, dtype=np.int64)
        parts = [Recording.empty(architecture, self.tick, watched)]
        most = max(1, CHUNK_BYTES // (8 * architecture.cores))
        end = self.tick + ticks
        while self.tick < end:
            count = min(most, end - self.tick)
            run = self._chip.run_sparse(count, self._due(count), watch=watched)
            self.potentials = run.last
            off_mesh, outputs = self._over_edges(run)
            parts.append(
                Recording(
                    architecture=architecture,
                    first_tick=run.first_tick,
                    spikes_per_tick=run.spikes_per_tick,
                    spike_index=run.spike_index,
                    synaptic_events_per_tick=None,
                    synaptic_events_per_core=None,
                    late_per_tick=run.late.sum(axis=1),
                    late_per_core=run.late.sum(axis=0),
                    off_mesh=off_mesh,
                    outputs=outputs,
                    watch=watched,
                    potentials=run.watched,
                )
            )
        return Recording.joined(parts)

    def trace(self, ticks: int, *, record_potentials: bool = True) -> Trace:
        """Run at least one tick, and return all that each of them did."""
        return stacked([self.step() for _ in range(ticks)], record_potentials)

    def _due(self, ticks: int) -> NDArray[np.void]:
        """Return the packets that enter in the next ticks, which then wait no longer."""
        due = int(np.searchsorted(self._waiting["tick"], self.tick + ticks))
        packets, self._waiting = self._waiting[:due], self._waiting[due:]
        return packets

    def _over_edges(self, run: ChipRun | SparseRun) -> tuple[NDArray[np.int64], NDArray[np.void]]:
        """Return what a run dropped at edges, tick by tick, and what left over attached ones."""
        if "west" in self.network.attached:
            return run.off_mesh, run.outputs
        west = run.outputs["side"] == "west"
        # What leaves before the first tick belongs to it.
        row = np.maximum(run.outputs["tick"][west] - run.first_tick, 0)
        dropped = np.bincount(row, minlength=len(run.off_mesh))
        return run.off_mesh + dropped, run.outputs[~west]

    def state(self) -> State:
        """Refuse: there is no state to be had."""
        raise EngineError(f"engine rtl cannot save a state: {_HIDDEN}")

    def restore(self, state: State) -> None:
        """Refuse, as `state` does."""
        raise EngineError(f"engine rtl cannot go on from tick {state.tick}: {_HIDDEN}")

    def close(self) -> None:
        """Free the chip."""
        self._chip.close()
