"""What flows along an edge of a graph: a weighted sum of earlier spikes, element by element."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONNECTIONS", "Kernel", "Signal"]

CONNECTIONS = 2**22
"""Connections that one node may have."""

Int = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """A linear map, without its zeros.

    Members
    -------
    shape : tuple of int
        Of the result.
    row, column : ndarray of int64, shape (E,)
        Element of the result, and element of what it is applied to.
    value : ndarray of float64, shape (E,)
    bias : ndarray of float64, shape (rows,)
    """

    shape: tuple[int, ...]
    row: Int
    column: Int
    value: Real
    bias: Real


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Elements, each a sum of spikes of a step or of earlier ones; E = terms.

    Element ``row`` of step t is the sum of ``value * spike`` over its terms, where ``spike`` is 1
    if line ``index`` of ``source`` had a spike in step ``t - delay``, plus the element's bias.

    Members
    -------
    shape : tuple of int
        Of the elements; rows count them in C order.
    row, source, index, delay : ndarray of int64, shape (E,)
    value : ndarray of float64, shape (E,)
    bias : ndarray of float64, shape (rows,)
    """

    shape: tuple[int, ...]
    row: Int
    source: Int
    index: Int
    delay: Int
    value: Real
    bias: Real

    @property
    def size(self) -> int:
        """How many elements there are."""
        return len(self.bias)

    @classmethod
    def of_source(cls, source: int, shape: tuple[int, ...]) -> Signal:
        """Return the spikes of a source themselves."""
        size = int(np.prod(shape))
        none = np.zeros(size, dtype=np.int64)
        lines = np.arange(size)
        return cls(
            shape=shape,
            row=lines,
            source=none + source,
            index=lines,
            delay=none,
            value=np.ones(size),
            bias=np.zeros(size),
        )

    @classmethod
    def sum(cls, parts: list[Signal]) -> Signal:
        """Return the sum of signals of one shape, with one term for each line and delay."""
        rows = ("row", "source", "index", "delay")
        row, source, index, delay = (
            np.concatenate([getattr(part, name) for part in parts]) for name in rows
        )
        value = np.concatenate([part.value for part in parts])
        order = np.lexsort((delay, index, source, row))
        row, source, index, delay = (keys[order] for keys in (row, source, index, delay))
        first = np.ones(len(row), dtype=np.bool_)
        first[1:] = (
            (np.diff(row) != 0)
            | (np.diff(source) != 0)
            | (np.diff(index) != 0)
            | (np.diff(delay) != 0)
        )
        starts = np.flatnonzero(first)
        total = np.add.reduceat(value[order], starts) if len(starts) else value
        kept = starts[total != 0]
        return cls(
            shape=parts[0].shape,
            row=row[kept],
            source=source[kept],
            index=index[kept],
            delay=delay[kept],
            value=total[total != 0],
            bias=np.sum([part.bias for part in parts], axis=0),
        )

    def terms(self, kernel: Kernel) -> int:
        """Return how many terms `through` will make."""
        return int(np.bincount(self.row, minlength=self.size)[kernel.column].sum())

    def through(self, kernel: Kernel) -> Signal:
        """Return what a linear map makes of the signal; rows are sorted, as `sum` leaves them."""
        first = np.searchsorted(self.row, kernel.column, "left")
        counts = np.searchsorted(self.row, kernel.column, "right") - first
        entry = np.repeat(np.arange(len(counts)), counts)
        term = np.arange(len(entry)) + np.repeat(first - np.cumsum(counts) + counts, counts)
        bias = kernel.bias.copy()
        np.add.at(bias, kernel.row, kernel.value * self.bias[kernel.column])
        part = Signal(
            shape=kernel.shape,
            row=kernel.row[entry],
            source=self.source[term],
            index=self.index[term],
            delay=self.delay[term],
            value=kernel.value[entry] * self.value[term],
            bias=bias,
        )
        return Signal.sum([part])

    def delayed(self, ticks: Int) -> Signal:
        """Return the signal with each element later by its number of ticks, shape (rows,)."""
        return replace(self, delay=self.delay + ticks[self.row])

    def reshaped(self, shape: tuple[int, ...]) -> Signal:
        """Return the same elements in another shape."""
        return replace(self, shape=shape)
