"""The compiled engine's spikes and packets: what a core takes from its scheduler, and sends.

Nearly all of it is read from random places in tens of megabytes. So whatever is needed is fetched
ahead, and used when it has come; a tick that waited for each would take twice as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.fast_machine import compiled, prefetch, trailing_zeros

__all__ = [
    "address",
    "arrive",
    "deliver",
    "fetch_types",
    "fetch_weights",
    "gather",
    "post",
    "take_row",
]


@compiled
def take_row(
    scheduler: Any,
    first: int,
    words: int,
    bits: Any,
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
            count += 1
    return count


@compiled
def fetch_types(types: Any, row: int, lines: Any, me: int, ring: int, base: int, n: int) -> None:
    """Fetch the types of the active axons of a core that has its own."""
    for active in range(n):
        prefetch(types, (row, lines[me, ring, active] - base))


@compiled
def fetch_weights(
    weights: Any, types: Any, rows: Any, core: int, lines: Any, me: int, ring: int, n: int
) -> None:
    """Fetch the weights of a core that has its own; its lines' types have come by now."""
    row, of_types, base = rows[core, 0], rows[core, 9], core * types.shape[1]
    step = 64 // weights.itemsize
    for active in range(n):
        kind = types[of_types, lines[me, ring, active] - base]
        for first in range(0, weights.shape[2], step):
            prefetch(weights, (row, kind, first))


@compiled
def gather(groups: Any, me: int, first: int) -> Any:
    """Return 64 bytes, each 0 or 1, as 64 bits."""
    gathered = np.uint64(0)
    for k in range(8):
        # The product moves the lowest bit of byte j to bit 56 + j, and nothing on top of another.
        bits = np.uint64(groups[me, first + k] * np.uint64(0x0102040810204080)) >> np.uint64(56)
        gathered |= np.uint64(bits << np.uint64(8 * k))
    return gathered


@compiled
def post(
    route: Any,
    log: Any,
    owner: Any,
    outbox: Any,
    posted: Any,
    me: int,
    half: int,
    group: int,
    start: int,
    end: int,
    tick: int,
    slots: int,
) -> None:
    """Post the packets of some logged spikes to the threads where they end."""
    for k in range(start, end):
        way = np.int64(route[log[me, k]])
        if way >= 0:
            to = group + owner[way >> 14]
            packet = (way & -256) | ((tick + (way & 255)) & (slots - 1))
            outbox[me, half, to, posted[me, half, to]] = packet
            posted[me, half, to] += 1


@compiled
def address(packet: int, plane: int) -> int:
    """Return the scheduler bit of a packet, place << 8 | slot."""
    return (packet & 255) * plane + (packet >> 8)


@compiled
def deliver(scheduler: Any, plane: int, packet: int) -> None:
    """Set the scheduler bit of a packet."""
    place = address(packet, plane)
    bit = np.uint64(np.uint64(1) << np.uint64(place & 63))
    scheduler[place >> 6] = np.uint64(scheduler[place >> 6] | bit)


@compiled
def arrive(
    scheduler: Any, plane: int, packets: Any, start: int, end: int, low: int, high: int
) -> None:
    """Deliver the packets that end in a thread's range of places."""
    for k in range(start, end):
        if low <= packets[k] >> 8 < high:
            deliver(scheduler, plane, packets[k])
