"""The dense results of ticks: every neuron of every core, for small networks and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.recording import Recording

__all__ = ["TickResult", "Trace", "recorded", "stacked"]

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
        After the tick; empty from an engine that cannot see it, such as the RTL.
    synaptic_events : ndarray of int64, shape (C,)
        Active and connected synapses; empty in the same way.
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
        Of shape (T, 0) from an engine that cannot see it.
    synaptic_events : ndarray of int64, shape (T, C)
        In the same way.
    late : ndarray of int64, shape (T, C)
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


def stacked(results: Sequence[TickResult], record_potentials: bool = True) -> Trace:
    """Return the results of at least one tick as a trace."""
    return Trace(
        spikes=np.stack([result.spikes for result in results]),
        potentials=np.stack([r.potentials for r in results]) if record_potentials else None,
        random_state=np.stack([result.random_state for result in results]),
        synaptic_events=np.stack([result.synaptic_events for result in results]),
        late=np.stack([result.late for result in results]),
        off_mesh=np.array([result.off_mesh for result in results], dtype=np.int64),
        outputs=np.concatenate([result.outputs for result in results]),
    )


def recorded(architecture: Architecture, result: TickResult, watch: Int | None) -> Recording:
    """Return the result of a tick in the sparse form."""
    spikes = np.flatnonzero(result.spikes).astype(np.uint32)
    watched = np.zeros(0, dtype=np.int64) if watch is None else np.asarray(watch, dtype=np.int64)
    events = result.synaptic_events if result.synaptic_events.size else None
    return Recording(
        architecture=architecture,
        first_tick=result.tick,
        spikes_per_tick=np.array([len(spikes)]),
        spike_index=spikes,
        synaptic_events_per_tick=None if events is None else events.sum(keepdims=True),
        synaptic_events_per_core=events,
        late_per_tick=result.late.sum(keepdims=True),
        late_per_core=result.late,
        off_mesh=np.array([result.off_mesh]),
        outputs=result.outputs,
        watch=watched,
        potentials=result.potentials.reshape(-1)[watched][None],
    )
