"""Counting bits by full adders: the structure that hardware has, and the solver's terms too.

Both must be the same, because solvers do not see that two large trees of adders agree.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from spikewright.lct.types import clog2

__all__ = ["full_adders", "word_width"]

_T = TypeVar("_T")


def word_width(bits: int) -> int:
    """Return the width of the words into which so many bits are cut, the last filled with zeros."""
    return 1 << min(5, clog2(bits))


def full_adders(
    words: list[_T],
    width: int,
    weights: int,
    add: Callable[[_T, _T, _T], tuple[_T, _T]],
    cut: Callable[[_T, int], list[_T]],
) -> list[list[_T]]:
    """Add bits up by full adders, each of which makes two bits of three.

    They stand side by side in words, which are cut in half once there are no three words of one
    weight: hardware has as few full adders as there can be, and a simulator adds many at once.

    Parameters
    ----------
    words : list
        All bits, each of weight one.
    width : int
        Of a word, a power of two.
    weights : int
        Bits of the count.
    add : callable
        Sum and carry of three words, bit by bit.
    cut : callable
        A word, in words of so many bits.

    Returns
    -------
    list of list
        For each weight, from the lowest up, at most two single bits: all that is left to add.
    """
    columns = [words, *([] for _ in range(weights))]
    while True:
        for column, carries in pairwise(columns):
            while len(column) > 2:
                total, carry = add(*column[:3])
                column[:3] = [total]
                carries.append(carry)
        if width == 1:
            return columns[:weights]
        width //= 2
        columns = [[half for word in column for half in cut(word, width)] for column in columns]
