"""The compiled engine's spikes and packets: what a core takes from its scheduler, and sends.

Nearly all of it is read from random places in tens of megabytes. So whatever is needed is fetched
ahead, and used when it has come; a tick that waited for each would take twice as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.fast_machine import compiled, count_ones, inlined, prefetch, trailing_zeros
from spikewright.golden.fast_tables import SLACK

__all__ = [
    "address",
    "arrive",
    "deliver",
    "fetch_types",
    "fetch_weights",
    "post",
    "take_row",
    "unpack",
]


@inlined
def take_row(
    scheduler: Any,
    first: int,
    words: int,
    bits: Any,
    base: int,
    lines: Any,
    ring: int,
) -> int:
    """List the lines whose bits are set, ascending, and clear the row; return how many.

    A line is an axon of some core, counted from the first core's; the core's own begin at
    ``base``. What belongs to them is fetched.
    """
    count = 0
    for word in range(words):
        some = scheduler[first + word]
        scheduler[first + word] = np.uint64(0)
        count = unpack(some, base + 64 * word, lines, ring, count, bits)
    return count


@inlined
def unpack(some: Any, first: int, found: Any, row: int, count: int, table: Any) -> int:
    """Append the numbers of a word's bits that are set, from ``first`` on, to a row of ``found``.

    The row of ``table`` that each stands for is fetched. Returns the row's new length; what lies
    up to `SLACK` entries behind may be written. One cannot foresee how many bits are set, and a
    wrong guess costs as much as all of the first few: they are taken whether they are there or not.
    """
    end: int = count + count_ones(some)
    for ahead in range(SLACK):
        place = first + trailing_zeros(some)
        found[row, count + ahead] = place
        prefetch(table, (place,))
        some &= np.uint64(some - np.uint64(1))
    count += SLACK
    while some:
        place = first + trailing_zeros(some)
        found[row, count] = place
        prefetch(table, (place,))
        some &= np.uint64(some - np.uint64(1))
        count += 1
    return end


@inlined
def fetch_types(types: Any, row: int, lines: Any, ring: int, base: int, n: int) -> None:
    """Fetch the types of the active axons of a core that has its own."""
    for active in range(n):
        prefetch(types, (row, lines[ring, active] - base))


@inlined
def fetch_weights(
    weights: Any, types: Any, rows: Any, core: int, lines: Any, ring: int, n: int
) -> None:
    """Fetch the weights of a core that has its own; its lines' types have come by now."""
    row, of_types, base = rows[core, 0], rows[core, 9], core * types.shape[1]
    step = 64 // weights.itemsize
    for active in range(n):
        kind = types[of_types, lines[ring, active] - base]
        for first in range(0, weights.shape[2], step):
            prefetch(weights, (row, kind, first))


@inlined
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


@inlined
def address(packet: int, plane: int) -> int:
    """Return the scheduler bit of a packet, place << 8 | slot."""
    return (packet & 255) * plane + (packet >> 8)


@inlined
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
