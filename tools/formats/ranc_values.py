"""RANC's JSON values: a core, a packet, the bus; every number checked before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spikewright.tools.formats.ranc_common import COLUMNS, GRID_LIMIT, Fit, RancCore
from spikewright.tools.formats.ranc_stream import shown

__all__ = ["read_bus", "read_core", "read_packet", "require", "unknown"]

SIZE_LIMIT = 65536
"""Axons or neurons of a core."""

INT32 = (-(2**31), 2**31 - 1)

_CORE_KEYS = frozenset(("coordinates", "axons", "neurons", "connections"))
_BUS_KEYS = frozenset(("coordinates", "num_outputs"))
_PACKET_KEYS = frozenset(("destination_core", "destination_axon", "destination_tick"))
_NEURON_KEYS = frozenset(
    (*COLUMNS[:2], "weights", *COLUMNS[6:10], "destination_core_offset", *COLUMNS[12:])
)
_OLD_KEY = "destination_core"


def read_core(value: Any, place: str, fit: Fit) -> RancCore:
    """Return an element of ``cores``."""
    members = _members(value, _CORE_KEYS, place, fit)
    x, y = _pair(members["coordinates"], "coordinates", (0, GRID_LIMIT - 1), place, fit)
    place = f"core ({x}, {y})"
    types = _list(members["axons"], "axons", SIZE_LIMIT, place, fit)
    _integers(types, "axons", (0, 3), place, fit)
    neurons = _list(members["neurons"], "neurons", SIZE_LIMIT, place, fit)
    given = _list(members["connections"], "connections", SIZE_LIMIT, place, fit)
    if len(given) < len(neurons):
        rule = f"connections must have a row for each of {len(neurons)} neurons"
        raise fit.wrong(place, f"{rule}, not {len(given)} rows")
    rows = [_row(row, number, place, fit) for number, row in enumerate(given)]
    spare = [number for number, row in enumerate(rows) if number >= len(neurons) and 1 in row]
    if spare:
        fit.change(
            place,
            "connections must have rows for its neurons only",
            f"row {spare[0]} of {len(neurons)} neurons",
            "left out",
            len(spare),
        )
    numbers = np.array(
        [_neuron(neuron, f"{place}, neuron {n}", fit) for n, neuron in enumerate(neurons)],
        dtype=np.int32,
    ).reshape(-1, len(COLUMNS))
    return RancCore(
        x=x,
        y=y,
        types=np.array(types, dtype=np.uint8),
        rows=rows[: len(neurons)],
        numbers=numbers,
    )


def _row(value: Any, number: int, place: str, fit: Fit) -> bytes:
    """Return one neuron's connections as bytes 0 and 1."""
    what = f"connections[{number}]"
    row = _list(value, what, SIZE_LIMIT, place, fit)
    _integers(row, what, (0, 1), place, fit)
    return bytes(row)


def _neuron(value: Any, place: str, fit: Fit) -> list[int]:
    """Return a neuron's numbers in the order of `COLUMNS`."""
    if isinstance(value, dict) and _OLD_KEY in value:
        rule = "destination_core must not be there, RANC's old name for an absolute destination"
        raise fit.wrong(place, f"{rule}; write destination_core_offset, counted from the core")
    members = _members(value, _NEURON_KEYS, place, fit)
    weights = _list(members["weights"], "weights", 4, place, fit)
    offset = _list(members["destination_core_offset"], "destination_core_offset", 2, place, fit)
    if len(offset) != 2:
        raise fit.wrong(
            place, f"destination_core_offset must be [dx, dy], not {len(offset)} values"
        )
    numbers = [
        members["current_potential"],
        members["reset_potential"],
        *weights,
        *[0] * (4 - len(weights)),
        *(members[name] for name in COLUMNS[6:10]),
        *offset,
        members["destination_axon"],
        members["destination_tick"],
    ]
    if set(map(type, numbers)) != {int} or min(numbers) < INT32[0] or max(numbers) > INT32[1]:
        for name, number in zip(COLUMNS, numbers, strict=True):
            _integer(number, name, INT32, place, fit)
    return numbers


def read_bus(value: Any, fit: Fit) -> tuple[tuple[int, int], int]:
    """Return the coordinates of ``output_bus`` and its number of lines."""
    place = "output_bus"
    members = _members(value, _BUS_KEYS, place, fit)
    at = _pair(members["coordinates"], "coordinates", (0, GRID_LIMIT - 1), place, fit)
    return at, _integer(members["num_outputs"], "num_outputs", (0, INT32[1]), place, fit)


def read_packet(value: Any, place: str, fit: Fit) -> tuple[int, int, int, int]:
    """Return the field d, x, y and the axon of an element of a list of ``packets``."""
    members = _members(value, _PACKET_KEYS, place, fit)
    x, y = _pair(members["destination_core"], "destination_core", (0, GRID_LIMIT - 1), place, fit)
    axon = _integer(
        members["destination_axon"], "destination_axon", (0, SIZE_LIMIT - 1), place, fit
    )
    return (
        _integer(members["destination_tick"], "destination_tick", (0, 14), place, fit),
        x,
        y,
        axon,
    )


def require(keys: frozenset[str], wanted: Sequence[str], place: str, fit: Fit) -> None:
    """Refuse an object without one of the keys."""
    for key in wanted:
        if key not in keys:
            raise fit.wrong(place, f"key {key} must be there, and is not")


def unknown(key: str, known: Sequence[str], place: str, fit: Fit) -> None:
    """Refuse a key that RANC does not know, or report that it is left out."""
    fit.change(place, f"keys must be of {', '.join(sorted(known))}", shown(key), "left out")


def _members(value: Any, keys: frozenset[str], place: str, fit: Fit) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise fit.wrong(place, f"the value must be an object, not {shown(value)}")
    if value.keys() != keys:
        require(frozenset(value), sorted(keys), place, fit)
        for key in value:
            if key not in keys:
                unknown(key, sorted(keys), place, fit)
    return value


def _list(value: Any, what: str, limit: int, place: str, fit: Fit) -> list[Any]:
    if not isinstance(value, list):
        raise fit.wrong(place, f"{what} must be a list, not {shown(value)}")
    if len(value) > limit:
        raise fit.wrong(place, f"{what} must have at most {limit} elements, not {len(value)}")
    return value


def _integers(values: list[Any], what: str, limits: tuple[int, int], place: str, fit: Fit) -> None:
    """Check a list's elements; with no Python of our own for each, while they are right."""
    if values and (
        set(map(type, values)) != {int} or min(values) < limits[0] or max(values) > limits[1]
    ):
        for number, value in enumerate(values):
            _integer(value, f"{what}[{number}]", limits, place, fit)


def _integer(value: Any, what: str, limits: tuple[int, int], place: str, fit: Fit) -> int:
    # A bool is an int to Python, and not to JSON.
    if type(value) is not int:
        raise fit.wrong(place, f"{what} must be an integer, not {shown(value)}")
    if not limits[0] <= value <= limits[1]:
        raise fit.wrong(place, f"{what} must be in {limits[0]}..{limits[1]}, not {shown(value)}")
    return value


def _pair(value: Any, what: str, limits: tuple[int, int], place: str, fit: Fit) -> tuple[int, int]:
    values = _list(value, what, 2, place, fit)
    if len(values) != 2:
        raise fit.wrong(place, f"{what} must be [x, y], not {len(values)} values")
    x, y = (_integer(entry, f"{what}[{n}]", limits, place, fit) for n, entry in enumerate(values))
    return x, y
