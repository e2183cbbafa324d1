"""Into which memories a word of a core is laid, and how bits are cut out of rows of words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST_ROWS", "cut_bits", "memory_parts", "put_bits"]

Words = NDArray[np.uint32]

FEWEST_ROWS = 2
"""A memory of one row would have an address without bits, which Verilog cannot say."""


# The widest port of a block RAM on ECP5, and what a column of its distributed RAM holds.
_BLOCK_BITS, _COLUMN_BITS = 36, 4


def memory_parts(bits: int) -> list[tuple[str, int]]:
    """Return name and width of the memories that hold a word, from its least bit up.

    A few bits more than fill block RAMs are a memory of their own, so that they can be distributed
    RAM: a word of 145 bits would take five block RAMs, the fifth for a single bit.
    """
    rest = bits % _BLOCK_BITS
    if not 0 < rest <= _COLUMN_BITS < bits - rest:
        return [("entries", bits)]
    return [("entries", bits - rest), ("rest", rest)]


def cut_bits(words: Words, first: int, bits: int) -> Words:
    """Return some bits of rows of words, as rows of words."""
    at, shift = divmod(first, 32)
    count = -(-bits // 32)
    if shift == 0:
        found = words[:, at : at + count].copy()
    else:
        wide = np.zeros((len(words), count + 1), np.uint64)
        part = words[:, at : at + count + 1]
        wide[:, : part.shape[1]] = part
        low, high = wide[:, :-1] >> np.uint64(shift), wide[:, 1:] << np.uint64(32 - shift)
        found = (low | high).astype(np.uint32)
    found[:, -1] &= np.uint32((1 << ((bits - 1) % 32 + 1)) - 1)
    return found


def put_bits(words: Words, first: int, found: Words) -> None:
    """Put what `cut_bits` has cut into rows whose bits there are zero."""
    at, shift = divmod(first, 32)
    wide = found.astype(np.uint64) << np.uint64(shift)
    words[:, at : at + wide.shape[1]] |= wide.astype(np.uint32)
    rest = (wide >> np.uint64(32)).astype(np.uint32)[:, : words.shape[1] - at - 1]
    words[:, at + 1 : at + 1 + rest.shape[1]] |= rest
