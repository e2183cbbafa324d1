"""The compiled engine's neurons: a core's synapses, leak, threshold and reset, without branches.

Every loop over a core's neurons is free of branches, so that LLVM makes vector code of it. Numba's
integers are 64 bits wide unless they are told otherwise: the potentials' arithmetic is cast to 32
bits at each step, which gives twice as many lanes. `fast_program` sees to it that nothing
overflows.

Arrays are handed over one by one, and not in their tuples: to take one out of a tuple, or a row out
of an array, counts a reference, and all threads would fight for the counters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.fast_machine import add_where, compiled, count_ones, inlined
from spikewright.golden.fast_tables import (
    DRAWS_LEAK,
    FLOOR_ETA,
    FLOOR_KEEPS,
    NO_DRAW,
    REVERSAL,
    RING,
    SATURATE,
    SPIKE_ETA,
    SPIKE_KEEPS,
)

__all__ = ["drawing", "integrate", "plain"]

_int = np.int32


@inlined
def _settle(
    v: Any,
    step: Any,
    eta: Any,
    threshold: Any,
    floor: Any,
    spike_add: Any,
    floor_add: Any,
    flags: Any,
    limits: Any,
    shift: Any,
    reversal: Any,
):
    """Return V and the spike after leak, limit, threshold and reset; see `neuron.update`.

    ``shift`` and ``reversal`` are None where nothing wraps, and where no leak follows the sign of
    V: the loops are compiled without them then.
    """
    low, high = limits
    if shift is not None:
        v = _int(_int(v << shift) >> shift)
    if reversal is not None:
        turns = (flags & REVERSAL) != 0
        step = _int(-step) if (turns and v < 0) else step
        step = _int(0) if (turns and v == 0) else step
        leaked = _int(v + step)
        leaked = _int(0) if (turns and _int(leaked ^ v) < 0) else leaked
    else:
        leaked = _int(v + step)
    if shift is not None:
        leaked = _int(_int(leaked << shift) >> shift)
    leaked = min(max(leaked, low), high)
    fires = leaked >= _int(threshold + eta)
    below = leaked < _int(floor - (_int(0) if flags & SATURATE else eta))
    kept = _int(leaked - eta) if flags & SPIKE_ETA else leaked
    raised = _int(leaked + eta) if flags & FLOOR_ETA else leaked
    spiked = _int(spike_add + (kept if flags & SPIKE_KEEPS else _int(0)))
    floored = _int(floor_add + (raised if flags & FLOOR_KEEPS else _int(0)))
    after = spiked if fires else (floored if below else leaked)
    if shift is not None:
        after = _int(_int(after << shift) >> shift)
    return after, fires


@inlined
def integrate(
    bits: Any,
    types: Any,
    weights: Any,
    rows: Any,
    fits: Any,
    core: int,
    lines: Any,
    me: int,
    ring: int,
    n: int,
    potentials: Any,
    sums: Any,
) -> int:
    """Add up the deterministic synapses of ``n`` active lines; return all that are connected.

    Sums that could overflow with one line more are added to the potentials before.
    """
    events = 0
    row, of_types, base = rows[core, 0], rows[core, 9], core * types.shape[1]
    for k in range(sums.shape[1]):
        sums[me, k] = 0
    left = fits[core]
    for active in range(n):
        if left == 0:
            left = fits[core]
            for k in range(sums.shape[1]):
                potentials[core, k] = _int(potentials[core, k] + _int(sums[me, k]))
                sums[me, k] = 0
        left -= 1
        line = lines[ring, active]
        kind = types[of_types, line - base]
        for word in range(bits.shape[1]):
            some = bits[line, word]
            add_where(sums, (me, 64 * word), weights, (row, kind, 64 * word), some)
            events += count_ones(some)
    return events


@inlined
def plain(
    rows: Any,
    leak: Any,
    threshold: Any,
    floor: Any,
    spike_add: Any,
    floor_add: Any,
    flags: Any,
    limits: Any,
    shift: Any,
    reversal: Any,
    core: int,
    me: int,
    potentials: Any,
    sums: Any,
    spiked: Any,
) -> bool:
    """Run the neurons of a core that draws nothing; return whether a potential changed."""
    of_leak, of_threshold, of_floor = rows[core, 2], rows[core, 3], rows[core, 4]
    of_spike, of_bounce, of_flags = rows[core, 5], rows[core, 6], rows[core, 7]
    changed = _int(0)
    for n in range(sums.shape[1]):
        before = potentials[core, n]
        v, fires = _settle(
            _int(before + _int(sums[me, n])),
            leak[of_leak, n],
            _int(0),
            threshold[of_threshold, n],
            floor[of_floor, n],
            spike_add[of_spike, n],
            floor_add[of_bounce, n],
            _int(flags[of_flags, n]),
            limits,
            shift,
            reversal,
        )
        potentials[core, n] = v
        spiked[me, n] = fires
        changed = _int(changed | _int(v ^ before))
    return changed != 0


@compiled
def drawing(
    program: Any,
    core: int,
    me: int,
    n_lines: int,
    chip: Any,
    buffers: Any,
    limits: Any,
    shift: Any,
    state: Any,
):
    """Run the neurons of a core that draws, in the order of its draws; return the last state."""
    row, numbers = program.rows[core], program.numbers
    draws, sums, spiked = program.draws[row[1]], buffers.sums[me], buffers.spiked[me]
    leak, threshold, floor = program.leak[row[2]], program.threshold[row[3]], program.floor[row[4]]
    spike_add, floor_add = program.spike_add[row[5]], program.floor_add[row[6]]
    flags, masks = program.flags[row[7]], program.masks[row[8]]
    bits, types, lines = (
        program.bits,
        program.types[row[9]],
        buffers.lines[me * RING + (core & (RING - 1))],
    )
    base = core * len(types)
    potentials = chip.potentials[core]
    synapses = program.stochastic[core] == 2
    for n in range(len(sums)):
        v = _int(potentials[n] + _int(sums[n]))
        if synapses:
            word, bit = n >> 6, np.uint64(n & 63)
            for active in range(n_lines):
                line = lines[active]
                weight = np.int64(draws[types[line - base], n])
                connected = (bits[line, word] >> bit) & np.uint64(1)
                if connected and weight != NO_DRAW:
                    state = _advance(state)
                    if abs(weight) >= np.int64(state >> np.uint32(numbers[0])):
                        v = _int(v + _int((weight > 0) - (weight < 0)))
        step = leak[n]
        if flags[n] & DRAWS_LEAK:
            state = _advance(state)
            moves = abs(np.int64(step)) >= np.int64(state >> np.uint32(numbers[1]))
            step = _int((step > 0) - (step < 0)) if moves else _int(0)
        eta = _int(0)
        if masks[n]:
            state = _advance(state)
            drawn = np.int64(state >> np.uint32(numbers[2]))
            eta = _int(drawn & ((np.int64(1) << np.int64(masks[n])) - 1))
        potentials[n], fires = _settle(
            v,
            step,
            eta,
            threshold[n],
            floor[n],
            spike_add[n],
            floor_add[n],
            _int(flags[n]),
            limits,
            shift,
            True,
        )
        spiked[n] = fires
    return state


@compiled
def _advance(state: Any) -> Any:
    """Return the next state of xorshift32; see `random.xorshift32`."""
    state = np.uint32(state ^ np.uint32(state << np.uint32(13)))
    state = np.uint32(state ^ np.uint32(state >> np.uint32(17)))
    return np.uint32(state ^ np.uint32(state << np.uint32(5)))
