"""Packed values of the tables' types, for whole columns at once: the faces of `VerilatedUnit`.

A structure goes in and comes out as one port. Here it is put together from columns of its fields,
and taken apart again; a field inside a field is named by its path, as in ``leak.stochastic``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.lct.types import Array, Int, Struct, Type

__all__ = ["field", "pack", "place"]

_WORD = 32


def place(layout: Type, path: str) -> tuple[int, int, bool]:
    """Return the lowest bit, the width and the sign of a field.

    Parameters
    ----------
    layout : Type
    path : str
        Names of fields and numbers of elements, with dots between them. A field that is a structure
        itself may be named too, and is an unsigned number then.
    """
    offset = 0
    for step in path.split("."):
        if isinstance(layout, Struct):
            offset += layout.offset(step)
            layout = dict(layout.fields)[step]
        elif isinstance(layout, Array):
            offset += layout.element.width * int(step)
            layout = layout.element
        else:
            raise KeyError(path)
    return offset, layout.width, isinstance(layout, Int) and layout.signed


def pack(layout: Type, values: Mapping[str, Any]) -> NDArray[Any]:
    """Return packed values: uint64, or rows of 32-bit words where a value has more than 64 bits.

    Parameters
    ----------
    layout : Type
    values : dict
        Columns by path, or one number for all rows; fields without a column are zero. Numbers are
        cut to their field's width.
    """
    columns = {path: np.asarray(column) for path, column in values.items()}
    rows = max((len(column) for column in columns.values() if column.ndim), default=1)
    words = np.zeros((rows, -(-layout.width // _WORD) + 2), np.uint64)
    for path, column in columns.items():
        offset, width, _ = place(layout, path)
        mask = np.uint64((1 << width) - 1)
        bits = column.astype(np.int64 if column.dtype.kind == "i" else np.uint64).view(np.uint64)
        _spread(words, bits & mask, offset, width)
    if layout.width > 64:
        return words[:, : -(-layout.width // _WORD)].astype(np.uint32)
    return np.asarray(words[:, 0] | words[:, 1] << np.uint64(_WORD), np.uint64)


def _spread(words: NDArray[np.uint64], bits: NDArray[np.uint64], offset: int, width: int) -> None:
    """Add the bits of one field to the words that it touches."""
    first, shift = divmod(offset, _WORD)
    low = np.uint64((1 << _WORD) - 1)
    words[:, first] |= (bits << np.uint64(shift)) & low
    for number in range(1, -(-(shift + width) // _WORD)):
        words[:, first + number] |= (bits >> np.uint64(_WORD * number - shift)) & low


def field(layout: Type, path: str, column: NDArray[Any]) -> NDArray[np.int64]:
    """Return one field of packed values; it may have at most 63 bits, or 64 with a sign."""
    offset, width, signed = place(layout, path)
    if column.ndim == 1:
        bits = column.astype(np.uint64) >> np.uint64(offset)
    else:
        first, shift = divmod(offset, _WORD)
        bits = column[:, first].astype(np.uint64) >> np.uint64(shift)
        for number in range(1, -(-(shift + width) // _WORD)):
            word = column[:, first + number].astype(np.uint64)
            bits |= word << np.uint64(_WORD * number - shift)
    bits &= np.uint64((1 << width) - 1)
    unused = np.int64(64 - width)
    return (bits.view(np.int64) << unused) >> unused if signed else bits.view(np.int64)
