"""What a run did, without what it did not: spikes as a list, counters as sums.

A full chip has a million neurons, of which a tick wakes a few thousand. A `Recording` grows with
the spikes and not with the neurons; `simulate.Trace` is the dense form, for small networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.stimulus import make_packets

__all__ = ["FIRED", "Recording", "State"]

Int = NDArray[np.int64]

FIRED = np.dtype([("tick", np.int64), ("x", np.int32), ("y", np.int32), ("neuron", np.int32)])
"""A spike of a neuron: neuron ``neuron`` of core (x, y) fires in tick ``tick``."""


@dataclass(frozen=True, kw_only=True)
class State:
    """All that a chip carries from one tick to the next; C = cores, S = slots, A = axons.

    Members
    -------
    tick : int
        The tick to run next.
    potentials : ndarray of int32, shape (C, N)
    scheduler : ndarray of bool, shape (C, S, A)
    random_state : ndarray of uint32, shape (C,)
    """

    tick: int
    potentials: NDArray[np.int32]
    scheduler: NDArray[np.bool_]
    random_state: NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What some ticks did; T = ticks, S = spikes, C = cores, N = neurons, K = watched neurons.

    Members
    -------
    architecture : Architecture
    first_tick : int
    spikes_per_tick : ndarray of int64, shape (T,)
    spike_index : ndarray of uint32, shape (S,)
        core * N + neuron of each spike, tick after tick, ascending in each.
    synaptic_events_per_tick : ndarray of int64, shape (T,), or None
        Active and connected synapses; None where the engine cannot see them.
    synaptic_events_per_core : ndarray of int64, shape (C,), or None
    late_per_tick : ndarray of int64, shape (T,)
        Packets dropped because their row was the one that ran.
    late_per_core : ndarray of int64, shape (C,)
    off_mesh : ndarray of int64, shape (T,)
        Packets dropped at edges where nothing is attached.
    outputs : ndarray of PACKET
        Packets that left over attached edges; those of each tick sorted by all their fields.
    watch : ndarray of int64, shape (K,)
        core * N + neuron of the neurons whose potentials were recorded.
    potentials : ndarray of int32, shape (T, K)
        Of the watched neurons, after each tick.
    """

    architecture: Architecture
    first_tick: int
    spikes_per_tick: Int
    spike_index: NDArray[np.uint32]
    synaptic_events_per_tick: Int | None
    synaptic_events_per_core: Int | None
    late_per_tick: Int
    late_per_core: Int
    off_mesh: Int
    outputs: NDArray[np.void]
    watch: Int
    potentials: NDArray[np.int32]

    @property
    def ticks(self) -> int:
        """How many ticks were run."""
        return len(self.spikes_per_tick)

    def fired(self) -> NDArray[np.void]:
        """Return the spikes as rows of `FIRED`."""
        a = self.architecture
        rows = np.empty(len(self.spike_index), dtype=FIRED)
        core, rows["neuron"] = np.divmod(self.spike_index, np.uint32(a.neurons))
        rows["y"], rows["x"] = np.divmod(core, np.uint32(a.width))
        rows["tick"] = np.repeat(self.first_tick + np.arange(self.ticks), self.spikes_per_tick)
        return rows

    def spike_counts(self) -> Int:
        """Return how often each neuron fired, shape (C, N)."""
        a = self.architecture
        counts = np.bincount(self.spike_index, minlength=a.cores * a.neurons)
        return counts.astype(np.int64).reshape(a.cores, a.neurons)

    def dense_spikes(self) -> NDArray[np.bool_]:
        """Return the spikes as an array, shape (T, C, N)."""
        a = self.architecture
        spikes = np.zeros((self.ticks, a.cores * a.neurons), dtype=np.bool_)
        spikes[np.repeat(np.arange(self.ticks), self.spikes_per_tick), self.spike_index] = True
        return spikes.reshape(self.ticks, a.cores, a.neurons)

    @classmethod
    def empty(
        cls, architecture: Architecture, first_tick: int = 0, watch: Int | None = None
    ) -> Recording:
        """Return the recording of no tick.

        Raises
        ------
        ValueError
            Where a watched neuron is not on the chip.
        """
        none, cores = np.zeros(0, dtype=np.int64), np.zeros(architecture.cores, dtype=np.int64)
        watched = none if watch is None else np.asarray(watch, dtype=np.int64)
        neurons = architecture.cores * architecture.neurons
        for number in watched[(watched < 0) | (watched >= neurons)][:1]:
            raise ValueError(f"watched neuron must be in 0..{neurons - 1}, not {number}")
        return cls(
            architecture=architecture,
            first_tick=first_tick,
            spikes_per_tick=none,
            spike_index=none.astype(np.uint32),
            synaptic_events_per_tick=none,
            synaptic_events_per_core=cores,
            late_per_tick=none,
            late_per_core=cores,
            off_mesh=none,
            outputs=make_packets(),
            watch=watched,
            potentials=np.zeros((0, len(watched)), dtype=np.int32),
        )

    @classmethod
    def joined(cls, parts: Sequence[Recording]) -> Recording:
        """Return the recording of all parts' ticks, each part beginning where the last one ended.

        Raises
        ------
        ValueError
            Where the parts do not follow each other, or watch different neurons.
        """
        if not parts:
            raise ValueError("parts must be at least one recording")
        tick = parts[0].first_tick
        for part in parts:
            if part.first_tick != tick or not np.array_equal(part.watch, parts[0].watch):
                raise ValueError(f"parts must follow each other, and one does not at tick {tick}")
            tick += part.ticks
        changes: dict[str, object] = {}
        for field in fields(cls):
            values = [getattr(part, field.name) for part in parts]
            if field.name in ("architecture", "first_tick", "watch"):
                continue
            if any(value is None for value in values):
                changes[field.name] = None
            elif field.name.endswith("_per_core"):
                changes[field.name] = np.sum(values, axis=0)
            else:
                changes[field.name] = np.concatenate(values)
        return replace(parts[0], **changes)  # type: ignore[arg-type]
