"""Hexadecimal digits in bulk: arrays of words to text and back, a table look-up a digit or four."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["from_digits", "to_digits"]

Octets = NDArray[np.uint8]

_NO_DIGIT = 16


@functools.cache
def _quads() -> NDArray[np.uint32]:
    """Return four digits as four characters, for each number of 16 bits."""
    return np.frombuffer("".join(f"{n:04x}" for n in range(1 << 16)).encode(), np.uint32)


@functools.cache
def _values() -> Octets:
    """Return the value of each character as a digit, or `_NO_DIGIT`."""
    values = np.full(256, _NO_DIGIT, np.uint8)
    for value, digit in enumerate("0123456789abcdef"):
        values[ord(digit)] = values[ord(digit.upper())] = value
    return values


def to_digits(words: NDArray[np.uint32]) -> Octets:
    """Return rows of words, the least first, as rows of characters, the greatest digit first.

    Parameters
    ----------
    words : ndarray of uint32, shape (rows, words)

    Returns
    -------
    ndarray of uint8, shape (rows, 8 * words)
    """
    halves = np.ascontiguousarray(words, "<u4").view("<u2")[:, ::-1]
    digits: Octets = _quads()[halves].view(np.uint8)
    return digits


def from_digits(digits: NDArray[Any]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """Return words from rows of characters, and which rows are none but digits.

    Parameters
    ----------
    digits : ndarray of uint8, shape (rows, digits)

    Returns
    -------
    words : ndarray of uint32, shape (rows, ceil(digits / 8))
        The least first.
    valid : ndarray of bool, shape (rows,)
    """
    values = _values()[digits]
    valid = (values < _NO_DIGIT).all(axis=1)
    count = -(-values.shape[1] // 8)
    padded = np.zeros((len(values), 8 * count), np.uint8)
    padded[:, 8 * count - values.shape[1] :] = values & 15
    octets = padded[:, 0::2] << 4 | padded[:, 1::2]
    words = np.ascontiguousarray(octets[:, ::-1]).view("<u4").astype(np.uint32, copy=False)
    return words, valid
