"""What a run of the compiled chip showed: every neuron, or the spikes only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ChipRun", "SparseRun"]


@dataclass(frozen=True, kw_only=True)
class SparseRun:
    """What a run showed, as large as its spikes; T = ticks, C = cores, K = watched neurons.

    Members
    -------
    first_tick : int
    spikes_per_tick : ndarray of int64, shape (T,)
    spike_index : ndarray of uint32
        core * N + neuron of each spike, tick after tick, ascending in each.
    watched : ndarray of int32, shape (T, K)
        Potentials of the watched neurons.
    last : ndarray of int32, shape (C, N)
        Potentials after the last tick; zeros where there was no tick.
    late : ndarray of int64, shape (T, C)
    off_mesh : ndarray of int64, shape (T,)
    outputs, arrivals : ndarray of PACKET
    busy_cycles, cycles : ndarray of int64, shape (T,)
    overrun, refused : ndarray of uint16, shape (C,)
        As in `ChipRun`.
    """

    first_tick: int
    spikes_per_tick: NDArray[np.int64]
    spike_index: NDArray[np.uint32]
    watched: NDArray[np.int32]
    last: NDArray[np.int32]
    late: NDArray[np.int64]
    off_mesh: NDArray[np.int64]
    outputs: NDArray[np.void]
    arrivals: NDArray[np.void]
    busy_cycles: NDArray[np.int64]
    cycles: NDArray[np.int64]
    overrun: NDArray[np.uint16]
    refused: NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True)
class ChipRun:
    """What a run showed; T = ticks, C = cores, N = neurons.

    Members
    -------
    first_tick : int
    spikes : ndarray of bool, shape (T, C, N)
    potentials : ndarray of int32, shape (T, C, N), or None
        As the neurons were retired.
    late : ndarray of int64, shape (T, C)
        Packets dropped as late, per tick.
    off_mesh : ndarray of int64, shape (T,)
        Packets dropped at sides with nothing attached, per tick.
    outputs : ndarray of PACKET
        Packets that left over attached sides, sorted by all their fields.
    arrivals : ndarray of PACKET
        The same in the order in which they left.
    busy_cycles, cycles : ndarray of int64, shape (T,)
        Clock cycles from the start until no core runs, and until nothing is under way either.
    overrun, refused : ndarray of uint16, shape (C,)
        Counters after the run: starts while running, configuration writes refused.

    Counters saturate at 65535; what is dropped beyond that, `late` and `off_mesh` cannot show.
    """

    first_tick: int
    spikes: NDArray[np.bool_]
    potentials: NDArray[np.int32] | None
    late: NDArray[np.int64]
    off_mesh: NDArray[np.int64]
    outputs: NDArray[np.void]
    arrivals: NDArray[np.void]
    busy_cycles: NDArray[np.int64]
    cycles: NDArray[np.int64]
    overrun: NDArray[np.uint16]
    refused: NDArray[np.uint16]
