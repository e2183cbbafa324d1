"""What the compiled engine's loops read and write: groups of arrays, as named tuples.

C cores, N neurons, A axons, G axon types, S slots; W and X are 64-bit words that hold N and A bits;
T ticks, H threads, K watched neurons. The place of an axon is 64 * X * core + axon.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from spikewright.golden.network import Network
from spikewright.golden.pages import large_zeros

__all__ = [
    "DRAWS_LEAK",
    "FLOOR_ETA",
    "FLOOR_KEEPS",
    "NO_DRAW",
    "REVERSAL",
    "RING",
    "SATURATE",
    "SLACK",
    "SPIKE_ETA",
    "SPIKE_KEEPS",
    "Buffers",
    "Chip",
    "Program",
    "Room",
    "Work",
    "make_buffers",
    "make_chip",
    "make_room",
    "sum_type",
    "thread_count",
]

NO_DRAW = -(2**31)
"""Stands in a table of stochastic weights where a synapse draws nothing."""

SLACK = 3
"""Entries behind the end of a list that `fast_packets.unpack` may write."""

RING = 8
"""Cores whose active axons are known ahead; a power of two."""

# Bits of a neuron's flags. What follows a spike, or a potential below the negative threshold, is a
# constant, plus the potential where it keeps it, and less or plus eta in the linear mode.
REVERSAL, SATURATE, DRAWS_LEAK = np.int32(1), np.int32(2), np.int32(4)
SPIKE_KEEPS, SPIKE_ETA, FLOOR_KEEPS, FLOOR_ETA = (np.int32(8 << bit) for bit in range(4))


class Program(NamedTuple):
    """A network as the loops want it; P = distinct rows of a field, W, X = 64-bit words of N, A.

    Neurons are padded to 64 W; a padded one never fires. `rows` holds for each core which row of
    each table is its own, so that what many cores share is stored, and read, once.
    """

    bits: Any  # uint64 (C * A, W): crossbars, axon first
    route: Any  # int32 or int64 (C * N,): place << 8 | delay of where a spike goes; -1 is nowhere
    rows: Any  # int32 (C, 10): rows in the tables below, in this order
    weights: Any  # int16 or int32 (P, G, N): 0 where stochastic
    fits: Any  # int64 (C,): active axons whose weights cannot leave the type of `weights`
    draws: Any  # int32 (P, G, N): stochastic weights, NO_DRAW elsewhere
    leak: Any  # int32 (P, N)
    threshold: Any  # int32 (P, N)
    floor: Any  # int32 (P, N): -beta, one more where the comparison is inclusive
    spike_add: Any  # int32 (P, N)
    floor_add: Any  # int32 (P, N)
    flags: Any  # uint8 (P, N)
    masks: Any  # uint8 (P, N): TM
    types: Any  # uint8 (P, A)
    stochastic: Any  # uint8 (C,): 0 draws nothing, 1 leaks or thresholds, 2 synapses too
    reversal: Any  # uint8 (C,): 1 where some leak follows the sign of V
    numbers: Any  # int64 (12,): see `fast_program`


class Chip(NamedTuple):
    """What a chip carries from tick to tick."""

    potentials: Any  # int32 (C, 64 W)
    scheduler: Any  # uint64 (S * C * X,): a bit a place
    random: Any  # uint32 (C,)
    still: Any  # uint8 (C,): without input, this core's next tick is like its last one


class Work(NamedTuple):
    """What comes in."""

    spikes: Any  # int64 (E,): places, tick after tick
    spike_starts: Any  # int64 (T + 1,): where each tick's begin and end
    arrivals: Any  # int64 (F,): place << 8 | slot of packets that come from the edges
    arrival_starts: Any  # int64 (T + 2,): those that come before the first tick, and during each
    watch: Any  # int64 (K, 2): core and neuron


class Buffers(NamedTuple):
    """What comes out, and room to work in; H = threads. Sizes of zero are not recorded."""

    log: Any  # uint32 (H, many): core * N + neuron of each spike
    fired: Any  # int64 (R, T): spikes of each tick; R rows are threads, or frames
    tick_events: Any  # int64 (R, T)
    core_events: Any  # int64 (R, C)
    events: Any  # int64 (T or 0, C)
    potentials: Any  # int32 (T or 0, C, N)
    random: Any  # uint32 (T or 0, C)
    watched: Any  # int32 (T, K)
    owner: Any  # uint8 (C * X,): the thread of each 64 places
    outbox: Any  # int64 (H, 2, H, many): place << 8 | slot, to each thread
    posted: Any  # int64 (H, 2, H)
    sums: Any  # as the weights (H, 64 W)
    spiked: Any  # uint8 (H, 64 W)
    lines: Any  # uint32 (H * RING, A + SLACK): active axons of a core, as C * A counts them
    counts: Any  # int64 (H * RING,)
    turn: Any  # int64 (1,): the barrier's counter


def make_chip(network: Network) -> Chip:
    """Return a chip before its first tick."""
    a = network.architecture
    chip = Chip(
        potentials=large_zeros((a.cores, 64 * -(-a.neurons // 64)), np.int32),
        scheduler=large_zeros((a.delay_slots * a.cores * -(-a.axons // 64),), np.uint64),
        random=network.seed.copy(),
        still=np.zeros(a.cores, dtype=np.uint8),
    )
    chip.potentials[:, : a.neurons] = network.potential
    return chip


class Room(NamedTuple):
    """The two large arrays of `Buffers`, made once.

    They are reserved and not filled: only what is written takes memory, and memory that was written
    before costs less than new.
    """

    log: Any
    outbox: Any


def make_room(network: Network, *, threads: int, log: int) -> Room:
    """Return room for ``log`` spikes of each thread, and for all packets of a tick."""
    a = network.architecture
    return Room(
        log=np.empty((threads, log + SLACK), dtype=np.uint32),
        outbox=np.empty((threads, 2, threads, a.cores * a.neurons), dtype=np.int64),
    )


def make_buffers(
    network: Network, *, threads: int, rows: int, ticks: int, room: Room, dense: bool, watch: int
) -> Buffers:
    """Return room for a call of the compiled loops; see `fast_tables.Buffers`."""
    a = network.architecture
    padded, words = 64 * -(-a.neurons // 64), -(-a.axons // 64)
    kept = ticks if dense else 0
    return Buffers(
        log=room.log,
        fired=np.zeros((rows, ticks), dtype=np.int64),
        tick_events=np.zeros((rows, ticks), dtype=np.int64),
        core_events=np.zeros((rows, a.cores), dtype=np.int64),
        events=np.zeros((kept, a.cores), dtype=np.int64),
        potentials=np.zeros((kept, a.cores, a.neurons), dtype=np.int32),
        random=np.zeros((kept, a.cores), dtype=np.uint32),
        watched=np.zeros((ticks, watch), dtype=np.int32),
        owner=np.zeros(a.cores * words, dtype=np.uint8),
        outbox=room.outbox,
        posted=np.zeros((threads, 2, threads), dtype=np.int64),
        sums=np.zeros((threads, padded), dtype=sum_type(network)),
        spiked=np.zeros((threads, padded), dtype=np.uint8),
        lines=np.zeros((threads * RING, a.axons + SLACK), dtype=np.uint32),
        counts=np.zeros(threads * RING, dtype=np.int64),
        turn=np.zeros(1, dtype=np.int64),
    )


def sum_type(network: Network) -> Any:
    """Return the type of weights and of their sums: the widest weights do not fit 16 bits."""
    return np.int16 if network.architecture.weight_bits <= 16 else np.int32


def thread_count(threads: int | None, jobs: int) -> int:
    """Return how many threads to use for ``jobs`` that can run side by side."""
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return max(1, min(threads or os.cpu_count() or 1, jobs, 255))
