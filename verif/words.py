"""Numbers of any width as rows of 32-bit words, the form in which C++ takes and gives them."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ToolError
from .ports import WORD_BITS, Port

__all__ = ["checked_words", "from_words", "to_values", "to_words", "write_rows"]


def to_words(values: ArrayLike, port: Port, name: str = "port") -> NDArray[np.uint32]:
    """Return values as rows of 32-bit words, least word first; a scalar becomes one row less axis.

    Raises
    ------
    ToolError
        Where a value does not fit the port.
    """
    array = np.asarray(values)
    if array.dtype.kind == "f" and not isinstance(values, np.ndarray):
        # Of a list in which some integers exceed 63 bits numpy makes floating point numbers.
        array = np.array(values, object)
    if port.width > 64 and array.dtype == np.uint32 and array.ndim == 2:
        return checked_words(array, port, name)
    low, high = port.limits
    if array.dtype == object or port.width > 64:
        return _integer_words(array, port, name)
    if array.dtype.kind not in "biu":
        raise ToolError(f"{name} must be integers, not {array.dtype}")
    if array.size:
        for value in (int(array.min()), int(array.max())):
            if not low <= value <= high:
                raise ToolError(f"{name} must be in {low}..{high}, not {value}")
    if port.words == 1:
        return array.astype(np.uint32)[..., None]
    wide = array.astype(np.uint64)
    return np.stack([wide & np.uint64(0xFFFFFFFF), wide >> np.uint64(32)], -1).astype(np.uint32)


def checked_words(array: NDArray[np.uint32], port: Port, name: str) -> NDArray[np.uint32]:
    """Return rows of words as they are, after they were held against the port's width."""
    if array.shape[1] != port.words:
        raise ToolError(f"{name} must have {port.words} words a row, not {array.shape[1]}")
    excess = port.words * WORD_BITS - port.width
    if not port.signed and excess and np.any(array[:, -1] >> np.uint32(WORD_BITS - excess)):
        raise ToolError(f"{name} must have {port.width} bits, and a row has more")
    return array


def _integer_words(array: NDArray[Any], port: Port, name: str) -> NDArray[np.uint32]:
    """Cut integers of any size into words, one by one."""
    low, high = port.limits
    mask = (1 << (port.words * WORD_BITS)) - 1
    octets = bytearray()
    for item in array.reshape(-1).tolist():
        try:
            value = operator.index(item)
        except TypeError:
            raise ToolError(f"{name} must be integers, not {item!r}") from None
        if not low <= value <= high:
            raise ToolError(f"{name} must be in {low}..{high}, not {value}")
        octets += (value & mask).to_bytes(port.words * 4, "little")
    words = np.frombuffer(bytes(octets), "<u4").astype(np.uint32)
    return words.reshape(*array.shape, port.words)


def from_words(words: NDArray[np.uint32], *, signed_width: int | None = None) -> list[int]:
    """Return rows of words, least word first, as Python integers.

    Parameters
    ----------
    words : ndarray
        (rows, words).
    signed_width : int, optional
        Read this many bits as two's complement.
    """
    octets = np.ascontiguousarray(words, "<u4")
    values = [int.from_bytes(row.tobytes(), "little") for row in octets]
    if signed_width is not None:
        sign = 1 << (signed_width - 1)
        values = [(value ^ sign) - sign for value in values]
    return values


def to_values(port: Port, words: NDArray[np.uint32]) -> NDArray[Any]:
    """Return rows of words as numbers, or as a copy of the words where a port is too wide."""
    if port.width > 64:
        return words.copy()
    value: NDArray[np.uint64] = words[:, 0].astype(np.uint64)
    if port.words == 2:
        value |= words[:, 1].astype(np.uint64) << np.uint64(WORD_BITS)
    if port.signed:
        unused = np.int64(64 - port.width)
        return (value.view(np.int64) << unused) >> unused
    return value if port.width == 64 else value.view(np.int64)


def write_rows(writes: Iterable[tuple[int, int, int, int]], port: Port) -> NDArray[np.int64]:
    """Return configuration writes (space, core, address, data) as rows, the data cut into words."""
    rows = list(writes)
    places = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
    data = np.empty(len(rows), object)
    data[:] = [row[3] for row in rows]
    words = to_words(data, port, "Configuration data").astype(np.int64)
    return np.concatenate([places, words], axis=1)
