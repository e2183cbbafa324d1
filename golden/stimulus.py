"""What happens to a chip from outside: spikes on axons and packets at the edges of its mesh.

Both are structured numpy arrays, one row an event, in any order; `event_file` keeps them in files.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spikewright.golden.network import Network

__all__ = [
    "PACKET",
    "SIDES",
    "SPIKE",
    "StimulusError",
    "check_packets",
    "check_spikes",
    "make_packets",
    "make_spikes",
]

SIDES = ("west", "east", "north", "south")
"""The edges of the mesh; +x is east, +y is north."""

SPIKE = np.dtype([("tick", np.int64), ("x", np.int32), ("y", np.int32), ("axon", np.int32)])
"""A spike on an axon: axon ``axon`` of core (x, y) sees it in tick ``tick``, 0 or later."""

PACKET = np.dtype(
    [
        ("tick", np.int64),
        ("side", "U5"),
        ("position", np.int32),
        ("dx", np.int32),
        ("dy", np.int32),
        ("slot", np.int32),
        ("axon", np.int32),
    ]
)
"""A packet over an edge of the mesh, during tick ``tick``; -1 is before the first tick.

``side`` and ``position`` name the port: y along "west" and "east", x along "north" and "south".
``dx``, ``dy`` are the steps still to go from the core, or outside neighbour, that takes the packet;
``slot`` is its delivery tick modulo delay_slots.
"""


class StimulusError(ValueError):
    """An event that cannot reach the chip, or a file that holds none."""


def make_spikes(rows: Iterable[Iterable[int]] = ()) -> NDArray[np.void]:
    """Return rows (tick, x, y, axon) as an array of `SPIKE`."""
    return _make("spikes", SPIKE, rows)


def make_packets(rows: Iterable[Iterable[Any]] = ()) -> NDArray[np.void]:
    """Return rows (tick, side, position, dx, dy, slot, axon) as an array of `PACKET`."""
    return _make("packets", PACKET, rows)


def _make(kind: str, dtype: np.dtype[np.void], rows: Iterable[Iterable[Any]]) -> NDArray[np.void]:
    """Build an array row by row, so that nothing is rounded or cut on the way."""
    names = dtype.names or ()
    built = []
    for number, row in enumerate(rows):
        values = tuple(row)
        if len(values) != len(names):
            raise StimulusError(
                f"{kind} row {number} must be ({', '.join(names)}), not {len(values)} values"
            )
        built.append(
            tuple(
                _value(f"{kind} row {number}: {name}", dtype[name], value)
                for name, value in zip(names, values, strict=True)
            )
        )
    return np.array(built, dtype=dtype)


def _value(place: str, dtype: np.dtype[Any], value: Any) -> int | str:
    """Return one value as its column can hold it."""
    if dtype.kind == "U":
        if value not in SIDES:
            raise StimulusError(f"{place} must be of {', '.join(SIDES)}, not {value!r}")
        return str(value)
    try:
        number = operator.index(value)
    except TypeError:
        raise StimulusError(f"{place} must be an integer, not {value!r}") from None
    limits = np.iinfo(dtype)
    if not limits.min <= number <= limits.max:
        raise StimulusError(f"{place} must be in {limits.min}..{limits.max}, not {number}")
    return number


def check_spikes(spikes: NDArray[np.void], network: Network, first: int = 0) -> None:
    """Refuse spikes that no axon of the network can see.

    Parameters
    ----------
    spikes : ndarray of SPIKE
    network : Network
    first : int
        The earliest tick that is still to come.
    """
    rows = _Rows("spikes", SPIKE, spikes)
    a = network.architecture
    rows.least("tick", first)
    rows.within("x", (0, a.width - 1))
    rows.within("y", (0, a.height - 1))
    rows.within("axon", (0, a.axons - 1))


def check_packets(packets: NDArray[np.void], network: Network, first: int = -1) -> None:
    """Refuse packets that cannot enter the network.

    A packet travels x first, then y. So one that enters in the west has dx >= 0, in the east dx <=
    0, in the north dx == 0 and dy <= 0, in the south dx == 0 and dy >= 0.

    Parameters
    ----------
    packets : ndarray of PACKET
    network : Network
    first : int
        The earliest tick in which a packet can still enter.
    """
    rows = _Rows("packets", PACKET, packets)
    a = network.architecture
    low, high = a.offset_range
    rows.least("tick", first)
    attached = np.isin(packets["side"], network.attached)
    rows.refuse("side", ~attached, f"must be attached ({', '.join(network.attached) or 'none is'})")
    rows.within("slot", (0, a.delay_slots - 1))
    rows.within("axon", (0, a.axons - 1))
    for side, length, dx, dy in (
        ("west", a.height, (0, high), (low, high)),
        ("east", a.height, (low, 0), (low, high)),
        ("north", a.width, (0, 0), (low, 0)),
        ("south", a.width, (0, 0), (0, high)),
    ):
        rows.within("position", (0, length - 1), side)
        rows.within("dx", dx, side)
        rows.within("dy", dy, side)


class _Rows:
    """Events under check: errors name the kind, the row, the field, the rule and the value."""

    def __init__(self, kind: str, dtype: np.dtype[np.void], events: NDArray[np.void]) -> None:
        if not isinstance(events, np.ndarray) or events.dtype != dtype or events.ndim != 1:
            raise StimulusError(
                f"{kind} must be an array of one axis with the fields "
                f"{', '.join(dtype.names or ())}, as make_{kind} builds it"
            )
        self.kind = kind
        self.events = events

    def least(self, name: str, low: int) -> None:
        """Refuse values below ``low``."""
        self.refuse(name, self.events[name] < low, f"must be at least {low}")

    def within(self, name: str, limits: tuple[int, int], side: str = "") -> None:
        """Refuse values outside the limits, in all rows or in those of one side."""
        low, high = limits
        wrong = (self.events[name] < low) | (self.events[name] > high)
        if side:
            wrong &= self.events["side"] == side
        self.refuse(name, wrong, f"must be in {low}..{high}" + (f" at side {side}" * bool(side)))

    def refuse(self, name: str, wrong: NDArray[np.bool_], rule: str) -> None:
        """Raise for the first wrong row, if there is one."""
        if wrong.any():
            row = int(np.argmax(wrong))
            value = self.events[name][row].item()
            raise StimulusError(f"{self.kind} row {row}: {name} {rule}, not {value!r}")
