"""Large arrays on large pages.

A full chip's crossbars take 32 MiB, of which a tick reads single rows here and there. With pages of
4 KiB each of them costs a walk through the page tables, which takes longer than the row itself.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["large_copy", "large_zeros"]

PAGE = 2**21
"""Bytes of a large page; where the system has none of them, plain ones serve."""


def large_zeros(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array of zeros, on large pages if it fills some."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size < 2 * PAGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.zeros(shape, dtype=dtype)
    memory = mmap.mmap(-1, size + PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    octets = np.frombuffer(memory, dtype=np.uint8)
    start = -octets.ctypes.data % PAGE
    return octets[start : start + size].view(dtype).reshape(shape)


def large_copy(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of an array, in C order, on large pages if it fills some."""
    copy = large_zeros(array.shape, array.dtype)
    copy[...] = array
    return copy
