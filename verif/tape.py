"""A recording while it is made: rows that a compiled module was given, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .vector_rows import Vectors
from .vectors import VerilatedUnit
from .words import to_words

__all__ = ["RESET_ROWS", "Row", "Tape"]

Row = dict[str, Any]
"""Inputs of one clock cycle by name."""

RESET_ROWS = 2

_Part = dict[str, NDArray[Any]]


class Tape:
    """Rows that a module was given, and what it answered.

    Parameters
    ----------
    unit : VerilatedUnit

    Members
    -------
    rows : int
        So far.
    """

    def __init__(self, unit: VerilatedUnit) -> None:
        self.unit, self.rows = unit, 0
        self._stimulus: list[_Part] = []
        self._expected: list[_Part] = []

    def play(self, rows: Sequence[Row]) -> _Part:
        """Play rows that depend on no output of theirs; inputs that they do not name are zero.

        Returns
        -------
        dict
            Each output's values in these rows.
        """
        inputs: _Part = {}
        for name, port in self.unit.inputs.items():
            values = np.array([row.get(name, 0) for row in rows], object)
            wide = port.width > 64
            inputs[name] = to_words(values, port, name) if wide else values.astype(np.uint64)
        outputs = self.unit.run(inputs)
        self._stimulus.append(inputs)
        self._expected.append(outputs)
        self.rows += len(rows)
        return outputs

    def vectors(self, top: str) -> Vectors:
        """Return all rows, of a module that the first of them reset."""
        return Vectors(
            top=top,
            inputs=self.unit.inputs,
            outputs=self.unit.outputs,
            stimulus=_joined(self._stimulus),
            expected=_joined(self._expected),
            # The row of the first reset shows what the registers held before it.
            settled=1,
        )


def _joined(parts: Sequence[_Part]) -> _Part:
    columns: dict[str, list[NDArray[Any]]] = {}
    for part in parts:
        for name, values in part.items():
            columns.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in columns.items()}
