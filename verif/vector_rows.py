"""Recorded vectors: what went into a module and what came out of it, one row a clock cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .ports import Port
from .words import from_words, to_words

__all__ = ["Vectors", "hex_rows"]


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """Rows of inputs and of the outputs that belong to them; R = rows.

    In a row the inputs are set, the outputs settle and are read, and then the clock rises.

    Members
    -------
    top : str
        The module.
    inputs, outputs : dict
        Its ports by name, without the clock.
    stimulus, expected : dict of ndarray
        For each port R values, or (R, words) of uint32 where it is wider than 64 bits.
    settled : int
        The first row whose outputs say anything: before it the module was not reset yet.
    """

    top: str
    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    stimulus: Mapping[str, NDArray[Any]]
    expected: Mapping[str, NDArray[Any]]
    settled: int

    @property
    def rows(self) -> int:
        """How many cycles were recorded."""
        return len(next(iter(self.stimulus.values())))


def hex_rows(ports: Mapping[str, Port], values: Mapping[str, NDArray[Any]]) -> str:
    """Return one line a row for ``$readmemh``: the first port lies in the least significant bits.

    Parameters
    ----------
    ports : mapping
    values : mapping
        As in `Vectors`.
    """
    words: Any = 0
    shift = 0
    for name, port in ports.items():
        column = np.array(from_words(to_words(values[name], port, name)), object)
        words = words + ((column & ((1 << port.width) - 1)) << shift)
        shift += port.width
    digits = -(-shift // 4)
    return "".join(f"{word:0{digits}x}\n" for word in words)
