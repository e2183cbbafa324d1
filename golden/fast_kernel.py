"""The compiled engine's ticks: cores, spikes and packets of many ticks in one call.

Threads own ranges of cores. Each posts the packets of its cores in outboxes, one for each thread,
and after a barrier fetches those that end at its own cores; so no two threads write to one place,
and the result cannot depend on how many there are. A thread can be one tick ahead of another, not
two, hence two sets of outboxes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.fast_machine import barrier, compiled, prefetch, trailing_zeros
from spikewright.golden.fast_neuron import drawing, integrate, plain
from spikewright.golden.fast_tables import RING, Work

__all__ = ["run_frames", "run_ticks"]

AHEAD = 4
"""Cores between fetching the rows of a core's active axons and using them. They lie anywhere in 32
MiB, so without it nearly every row would be waited for, which was half of a tick's time."""

AHEAD_WEIGHTS = 2
"""The same for the weights of those axons, whose types must have come before."""

AHEAD_ROUTES = 16
"""Spikes between fetching a neuron's destination and using it, for the same reason."""

_int = np.int32


@compiled
def _take_row(
    scheduler: Any,
    first: int,
    words: int,
    bits: Any,
    types: Any,
    base: int,
    lines: Any,
    me: int,
    ring: int,
) -> int:
    """List the lines whose bits are set, ascending, and clear the row; return how many.

    A line is an axon of some core, counted from the first core's; the core's own begin at
    ``base``. What belongs to them is fetched.
    """
    count = 0
    for word in range(words):
        pair = scheduler[first + word]
        if pair == 0:
            continue
        scheduler[first + word] = np.uint64(0)
        while pair:
            line = base + 64 * word + trailing_zeros(pair)
            pair &= np.uint64(pair - np.uint64(1))
            lines[me, ring, count] = line
            prefetch(bits, (line, 0))
            prefetch(types, (line,))
            count += 1
    return count


@compiled
def _fetch_weights(
    weights: Any, row: int, types: Any, lines: Any, me: int, ring: int, n: int
) -> None:
    """Fetch the weights of a core that has its own; its lines' types have come by now."""
    step = 64 // weights.itemsize
    for active in range(n):
        kind = types[lines[me, ring, active]]
        for first in range(0, weights.shape[2], step):
            prefetch(weights, (row, kind, first))


@compiled
def _gather(groups: Any, me: int, first: int) -> Any:
    """Return 64 bytes, each 0 or 1, as 64 bits."""
    gathered = np.uint64(0)
    for k in range(8):
        # The product moves the lowest bit of byte j to bit 56 + j, and nothing on top of another.
        bits = np.uint64(groups[me, first + k] * np.uint64(0x0102040810204080)) >> np.uint64(56)
        gathered |= np.uint64(bits << np.uint64(8 * k))
    return gathered


@compiled
def _deliver(scheduler: Any, plane: int, packet: int) -> None:
    """Set the scheduler bit of a packet, place << 8 | slot."""
    address = (packet & 255) * plane + (packet >> 8)
    bit = np.uint64(np.uint64(1) << np.uint64(address & 63))
    scheduler[address >> 6] = np.uint64(scheduler[address >> 6] | bit)


@compiled
def _arrive(
    scheduler: Any, plane: int, packets: Any, start: int, end: int, low: int, high: int
) -> None:
    """Deliver the packets that end in a thread's range of places."""
    for k in range(start, end):
        if low <= packets[k] >> 8 < high:
            _deliver(scheduler, plane, packets[k])


@compiled
def run_ticks(
    program: Any,
    chip: Any,
    work: Any,
    buffers: Any,
    me: int,
    threads: int,
    row: int,
    first_core: int,
    end_core: int,
    first_tick: int,
    ticks: int,
    logged: int,
    shift: Any,
) -> int:
    """Run one thread's cores, and return the length of its log.

    Every thread calls this at once with its own number ``me``; ``row`` is where its counts go.
    ``shift`` is None, or where potentials wrap the bits of an int32 above them; the loops are
    compiled apart for the two.
    """
    # Taken out of their tuples once: to take an array out counts a reference, and all threads
    # would fight for the counters.
    bits, types, route, rows = program.bits, program.types, program.route, program.rows
    weights, leak, threshold = program.weights, program.leak, program.threshold
    floor, spike_add, floor_add = program.floor, program.spike_add, program.floor_add
    flags = program.flags
    stochastic, numbers = program.stochastic, program.numbers
    potentials, scheduler, random = chip.potentials, chip.scheduler, chip.random
    still, spikes, arrivals, watch = chip.still, work.spikes, work.arrivals, work.watch
    spike_starts, arrival_starts = work.spike_starts, work.arrival_starts
    log, fired, sums = buffers.log, buffers.fired, buffers.sums
    tick_events, core_events = buffers.tick_events, buffers.core_events
    spiked, groups, lines = buffers.spiked, buffers.groups, buffers.lines
    outbox, posted, counts = buffers.outbox, buffers.posted, buffers.counts
    owner = buffers.owner
    limits, dense = (_int(numbers[3]), _int(numbers[4])), len(buffers.random) > 0
    neurons, slots, words = numbers[5], numbers[6], numbers[7]
    own_weights = len(weights) > 1
    # A thread with a chip of its own posts to itself.
    group = me if threads == 1 else 0
    n_cores, n_axons = len(stochastic), len(types) // len(stochastic)
    plane, low, high = 64 * words * n_cores, 64 * words * first_core, 64 * words * end_core
    _arrive(scheduler, plane, arrivals, arrival_starts[0], arrival_starts[1], low, high)
    for done in range(ticks):
        tick = first_tick + done
        slot, half = tick & (slots - 1), done & 1
        before, all_events = logged, 0
        posted[me, half] = 0
        for k in range(spike_starts[done], spike_starts[done + 1]):
            if low <= spikes[k] < high:
                _deliver(scheduler, plane, spikes[k] << 8 | slot)
        for ahead in range(first_core, end_core + AHEAD):
            if ahead < end_core:
                start = words * (slot * n_cores + ahead)
                counts[me, ahead & (RING - 1)] = _take_row(
                    scheduler,
                    start,
                    words,
                    bits,
                    types,
                    ahead * n_axons,
                    lines,
                    me,
                    ahead & (RING - 1),
                )
            core = ahead - AHEAD_WEIGHTS
            if own_weights and first_core <= core < end_core:
                ring = core & (RING - 1)
                _fetch_weights(weights, rows[core, 0], types, lines, me, ring, counts[me, ring])
            core = ahead - AHEAD
            if core < first_core:
                continue
            ring = core & (RING - 1)
            active = counts[me, ring]
            if active or not still[core]:
                events = integrate(
                    bits, types, weights, rows[core, 0], lines, me, ring, active, sums
                )
                all_events += events
                core_events[row, core] += events
                if dense:
                    buffers.events[done, core] = events
                changed = True
                if stochastic[core]:
                    random[core] = drawing(
                        program, core, me, active, chip, buffers, limits, shift, random[core]
                    )
                else:
                    changed = plain(
                        rows,
                        leak,
                        threshold,
                        floor,
                        spike_add,
                        floor_add,
                        flags,
                        limits,
                        shift,
                        core,
                        me,
                        potentials,
                        sums,
                        spiked,
                    )
                start = logged
                for quarter in range(groups.shape[1] // 8):
                    some = _gather(groups, me, 8 * quarter)
                    first = core * neurons + 64 * quarter
                    while some:
                        log[me, logged] = first + trailing_zeros(some)
                        some &= np.uint64(some - np.uint64(1))
                        logged += 1
                still[core] = active == 0 and not changed and logged == start
            if dense:
                buffers.random[done, core] = random[core]
                for n in range(neurons):
                    buffers.potentials[done, core, n] = potentials[core, n]
        for k in range(before, logged):
            if k + AHEAD_ROUTES < logged:
                prefetch(route, (log[me, k + AHEAD_ROUTES],))
            way = np.int64(route[log[me, k]])
            if way >= 0:
                to = group + owner[way >> 14]
                packet = (way & -256) | ((tick + (way & 255)) & (slots - 1))
                outbox[me, half, to, posted[me, half, to]] = packet
                posted[me, half, to] += 1
        fired[row, done] = logged - before
        tick_events[row, done] = all_events
        for k in range(len(watch)):
            if first_core <= watch[k, 0] < end_core:
                buffers.watched[done, k] = potentials[watch[k, 0], watch[k, 1]]
        barrier(buffers.turn, threads, done + 1)
        for other in range(group, group + threads):
            for k in range(posted[other, half, me]):
                _deliver(scheduler, plane, outbox[other, half, me, k])
        start, end = arrival_starts[done + 1], arrival_starts[done + 2]
        _arrive(scheduler, plane, arrivals, start, end, low, high)
    return logged


@compiled
def run_frames(
    program: Any,
    chip: Any,
    begin: Any,
    work: Any,
    buffers: Any,
    me: int,
    first_frame: int,
    end_frame: int,
    ticks: int,
    shift: Any,
) -> None:
    """Run frames one after the other, each from the state ``begin``, on a chip of one's own.

    ``work`` has a row of starts for each frame.
    """
    logged = 0
    for frame in range(first_frame, end_frame):
        chip.potentials[:] = begin.potentials
        chip.scheduler[:] = begin.scheduler
        chip.random[:] = begin.random
        chip.still[:] = 0
        part = Work(
            work.spikes,
            work.spike_starts[frame],
            work.arrivals,
            work.arrival_starts[frame],
            work.watch,
        )
        logged = run_ticks(
            program,
            chip,
            part,
            buffers,
            me,
            1,
            frame,
            0,
            len(program.stochastic),
            0,
            ticks,
            logged,
            shift,
        )
