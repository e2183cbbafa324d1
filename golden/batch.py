"""Many independent runs of one network in one call: the frames of a data set.

Every frame starts from the network's initial state at tick 0. The compiled engine shares the
network between frames and threads, and gives each thread a chip of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.engines import make_simulator, require
from spikewright.golden.network import Network
from spikewright.golden.recording import Recording

__all__ = ["Batch", "simulate_batch"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What many runs did; F = frames, T = ticks, C = cores, N = neurons.

    Members
    -------
    network : Network
    spikes_per_tick : ndarray of int64, shape (F, T)
    spike_index : ndarray of uint32
        core * N + neuron of each spike, frame after frame and tick after tick.
    synaptic_events_per_tick : ndarray of int64, shape (F, T)
    synaptic_events_per_core : ndarray of int64, shape (F, C)
    late, off_mesh : ndarray of int64, shape (F,)
        Packets dropped.
    outputs : ndarray of PACKET
        Packets that left, frame after frame.
    outputs_per_frame : ndarray of int64, shape (F,)
    """

    network: Network
    spikes_per_tick: Int
    spike_index: NDArray[np.uint32]
    synaptic_events_per_tick: Int
    synaptic_events_per_core: Int
    late: Int
    off_mesh: Int
    outputs: NDArray[np.void]
    outputs_per_frame: Int

    @property
    def frames(self) -> int:
        """How many runs there were."""
        return len(self.spikes_per_tick)

    def output_frames(self) -> Int:
        """Return the frame of each packet in ``outputs``."""
        return np.repeat(np.arange(self.frames), self.outputs_per_frame)

    def spike_counts(self) -> Int:
        """Return how often each neuron fired in each frame, shape (F, C, N)."""
        a = self.network.architecture
        size = a.cores * a.neurons
        frame = np.repeat(np.arange(self.frames), self.spikes_per_tick.sum(axis=1))
        counts = np.bincount(frame * size + self.spike_index, minlength=self.frames * size)
        return counts.astype(np.int64).reshape(self.frames, a.cores, a.neurons)

    @classmethod
    def of(cls, network: Network, runs: Sequence[Recording]) -> Batch:
        """Return the batch of runs that were made one by one, all of the same length."""
        return cls(
            network=network,
            spikes_per_tick=np.stack([run.spikes_per_tick for run in runs]),
            spike_index=np.concatenate([run.spike_index for run in runs]),
            synaptic_events_per_tick=np.stack([_known(r.synaptic_events_per_tick) for r in runs]),
            synaptic_events_per_core=np.stack([_known(r.synaptic_events_per_core) for r in runs]),
            late=np.array([run.late_per_tick.sum() for run in runs]),
            off_mesh=np.array([run.off_mesh.sum() for run in runs]),
            outputs=np.concatenate([run.outputs for run in runs]),
            outputs_per_frame=np.array([len(run.outputs) for run in runs]),
        )


def _known(counts: Int | None) -> Int:
    return np.zeros(0, dtype=np.int64) if counts is None else counts


def simulate_batch(
    network: Network,
    stimuli: Sequence[NDArray[np.void] | None],
    ticks: int,
    *,
    packets: Sequence[NDArray[np.void] | None] | None = None,
    engine: str = "numba",
    threads: int | None = None,
) -> Batch:
    """Run one network on many stimuli, each from the initial state.

    Parameters
    ----------
    network : Network
    stimuli : sequence of ndarray of SPIKE, or None
        One entry a frame: spikes on axons.
    ticks : int
        At least 1; the same for all frames.
    packets : sequence of ndarray of PACKET, or None, optional
        One entry a frame: packets at the edges.
    engine : str
        See `engines.make_simulator`; the results are the same.
    threads : int, optional

    Returns
    -------
    Batch

    Raises
    ------
    ValueError
        Where there is no frame, ``ticks`` is below 1, or the two sequences differ in length.
    """
    fed = [None] * len(stimuli) if packets is None else list(packets)
    if ticks < 1:
        raise ValueError(f"ticks must be at least 1, not {ticks}")
    if not len(stimuli):
        raise ValueError("stimuli must be of at least one frame, and are of none")
    if len(fed) != len(stimuli):
        raise ValueError(f"packets must be of {len(stimuli)} frames, not {len(fed)}")
    if engine == "numba":
        require(engine)
        from spikewright.golden.fast_batch import run_batch

        return Batch(network=network, **run_batch(network, stimuli, fed, ticks, threads))
    runs = []
    for spikes, edge in zip(stimuli, fed, strict=True):
        simulator = make_simulator(network, engine, threads)
        if spikes is not None:
            simulator.inject(spikes)
        if edge is not None:
            simulator.inject_packets(edge)
        runs.append(simulator.run(ticks))
    return Batch.of(network, runs)
