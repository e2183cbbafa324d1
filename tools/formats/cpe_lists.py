"""Run-length coded lists of a CPE model file: `[7, "0:255", "0:2:254", "1x16", "-2x240"]`.

A number stands for itself, first:last and first:step:last for the numbers between, both ends
included, and value x count for a repeat.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.cpe_json import Section, shown

__all__ = ["coded", "expanded"]

_RUN = re.compile(
    r"(?P<first>-?\d{1,10})(?:x(?P<count>\d{1,10})|(?::(?P<step>-?\d{1,10}))?:(?P<last>-?\d{1,10}))?",
    re.ASCII,
)
_LONGEST = 40  # characters; longer text is no run, and must not stay in the cache


def expanded(section: Section, key: str, size: int) -> NDArray[np.int64]:
    """Return a list of a section in full.

    Parameters
    ----------
    section : Section
    key : str
    size : int
        How many values it must have. No run takes memory before it is known to fit.

    Returns
    -------
    ndarray of int64, shape (size,)

    Raises
    ------
    FormatError
    """
    section.get(key)
    values: list[int] = []
    for item in section.items(key, size):
        if type(item) is int and abs(item) < 10**10:
            first, step, count = item, 0, 1
        elif isinstance(item, str) and len(item) <= _LONGEST and (run := _run(item)) is not None:
            first, step, count = run
        else:
            raise section.wrong(
                f"{key} must be of integers and runs such as '0:255', '0:2:254' and '1x16', "
                f"not {shown(item)}"
            )
        if len(values) + count > size:
            raise section.wrong(f"{key} must have {size} values, which {shown(item)} exceeds")
        values += range(first, first + step * count, step) if step else [first] * count
    if len(values) != size:
        raise section.wrong(f"{key} must have {size} values, not {len(values)}")
    return np.array(values, dtype=np.int64)


@lru_cache(maxsize=65_536)
def _run(text: str) -> tuple[int, int, int] | None:
    """Return first value, step and count of a run, or None for text that is none."""
    found = _RUN.fullmatch(text)
    if found is None:
        return None
    first = int(found["first"])
    if found["last"] is None:
        count = int(found["count"] or 1)
        return (first, 0, count) if count else None
    step = int(found["step"] or 1)
    count = (int(found["last"]) - first) // step + 1 if step else 0
    return (first, step, count) if count > 0 else None


def coded(values: NDArray[np.int64]) -> list[int | str]:
    """Return the run-length code of a list: repeats, numbers that go up by one, and numbers.

    Parameters
    ----------
    values : ndarray of integers, shape (n,)

    Returns
    -------
    list of int and str
    """
    code: list[int | str] = []
    rest = values.tolist()
    start = 0
    while start < len(rest):
        first, end = rest[start], start + 1
        step = 1 if rest[start + 1 : start + 2] == [first + 1] else 0
        while end < len(rest) and rest[end] == first + step * (end - start):
            end += 1
        count = end - start
        if count == 1:
            code.append(first)
        else:
            code.append(f"{first}:{rest[end - 1]}" if step else f"{first}x{count}")
        start = end
    return code
