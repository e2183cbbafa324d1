"""The compiled engine's ticks: cores, spikes and packets of many ticks in one call.

Threads own ranges of cores. Each posts the packets of its cores in outboxes, one for each thread,
and after a barrier fetches those that end at its own cores; so no two threads write to one place,
and the result cannot depend on how many there are. A thread can be one tick ahead of another, not
two, hence two sets of outboxes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.fast_machine import (
    barrier,
    bits_of,
    compiled,
    prefetch_to_write,
)
from spikewright.golden.fast_neuron import drawing, integrate, plain
from spikewright.golden.fast_packets import (
    address,
    arrive,
    deliver,
    fetch_types,
    fetch_weights,
    post,
    take_row,
    unpack,
)
from spikewright.golden.fast_tables import RING, Work

__all__ = ["run_frames", "run_ticks"]

AHEAD = 4
"""Cores between fetching the rows of a core's active axons and using them. They lie anywhere in 32
MiB, so without it nearly every row would be waited for, which was half of a tick's time."""

AHEAD_WEIGHTS = 2
"""The same for the weights of those axons, whose types must have come before."""

AHEAD_BITS = 16
"""Packets between fetching a word of the scheduler and setting a bit in it."""

_int = np.int32


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
    flags, fits = program.flags, program.fits
    stochastic, reversal, numbers = program.stochastic, program.reversal, program.numbers
    potentials, scheduler, random = chip.potentials, chip.scheduler, chip.random
    still, spikes, arrivals, watch = chip.still, work.spikes, work.arrivals, work.watch
    spike_starts, arrival_starts = work.spike_starts, work.arrival_starts
    log, fired, sums = buffers.log, buffers.fired, buffers.sums
    tick_events, core_events = buffers.tick_events, buffers.core_events
    spiked, lines = buffers.spiked, buffers.lines
    outbox, posted, counts = buffers.outbox, buffers.posted, buffers.counts
    owner = buffers.owner
    limits, dense = (_int(numbers[3]), _int(numbers[4])), len(buffers.random) > 0
    neurons, slots, words = numbers[5], numbers[6], numbers[7]
    own_weights, own_types = len(weights) > 1, len(types) > 1
    # A thread with a chip of its own posts to itself.
    group = me if threads == 1 else 0
    n_cores, n_axons = len(stochastic), types.shape[1]
    plane, low, high = 64 * words * n_cores, 64 * words * first_core, 64 * words * end_core
    arrive(scheduler, plane, arrivals, arrival_starts[0], arrival_starts[1], low, high)
    for done in range(ticks):
        tick = first_tick + done
        slot, half = tick & (slots - 1), done & 1
        before, sent, all_events = logged, logged, 0
        posted[me, half] = 0
        for k in range(spike_starts[done], spike_starts[done + 1]):
            if low <= spikes[k] < high:
                deliver(scheduler, plane, spikes[k] << 8 | slot)
        for ahead in range(first_core, end_core + AHEAD):
            if ahead < end_core:
                start = words * (slot * n_cores + ahead)
                ring = me * RING + (ahead & (RING - 1))
                base = ahead * n_axons
                counts[ring] = take_row(scheduler, start, words, bits, base, lines, ring)
                if own_types:
                    fetch_types(types, rows[ahead, 9], lines, ring, base, counts[ring])
            core = ahead - AHEAD_WEIGHTS
            if own_weights and first_core <= core < end_core:
                ring = me * RING + (core & (RING - 1))
                fetch_weights(weights, types, rows, core, lines, ring, counts[ring])
            core = ahead - AHEAD
            if core < first_core:
                continue
            ring = me * RING + (core & (RING - 1))
            active = counts[ring]
            if active or not still[core]:
                events = integrate(
                    bits,
                    types,
                    weights,
                    rows,
                    fits,
                    core,
                    lines,
                    me,
                    ring,
                    active,
                    potentials,
                    sums,
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
                elif reversal[core]:
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
                        True,
                        core,
                        me,
                        potentials,
                        sums,
                        spiked,
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
                        None,
                        core,
                        me,
                        potentials,
                        sums,
                        spiked,
                    )
                start = logged
                for first in range(0, sums.shape[1], 64):
                    some = bits_of(spiked, (me, first))
                    logged = unpack(some, core * neurons + first, log, me, logged, route)
                # Those of the core before: their destinations have come by now.
                post(route, log, owner, outbox, posted, me, half, group, sent, start, tick, slots)
                sent = start
                still[core] = active == 0 and not changed and logged == start
            if dense:
                buffers.random[done, core] = random[core]
                for n in range(neurons):
                    buffers.potentials[done, core, n] = potentials[core, n]
        post(route, log, owner, outbox, posted, me, half, group, sent, logged, tick, slots)
        fired[row, done] = logged - before
        tick_events[row, done] = all_events
        for k in range(len(watch)):
            if first_core <= watch[k, 0] < end_core:
                buffers.watched[done, k] = potentials[watch[k, 0], watch[k, 1]]
        barrier(buffers.turn, threads, done + 1)
        for other in range(group, group + threads):
            count = posted[other, half, me]
            for k in range(count):
                if k + AHEAD_BITS < count:
                    later = address(outbox[other, half, me, k + AHEAD_BITS], plane)
                    prefetch_to_write(scheduler, (later >> 6,))
                deliver(scheduler, plane, outbox[other, half, me, k])
        start, end = arrival_starts[done + 1], arrival_starts[done + 2]
        arrive(scheduler, plane, arrivals, start, end, low, high)
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
