"""Cover points, one a row: which row of each table has decided, and how often.

This file needs nothing but Python, and numpy where it is given arrays: it is copied beside
generated tests. `TABLES` and `WIDE` come from a module that `lct.row_source` writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["RowCover", "Tables"]

Tables = Mapping[str, tuple[Callable[[Mapping[str, Any]], dict[str, Any]], tuple[str, ...]]]


class RowCover:
    """Counts of rows.

    Parameters
    ----------
    tables : mapping
        By table, the function that says which rows match and the names of all rows.
    wide : bool
        Whether numbers do not fit numpy's own integers.

    Attributes
    ----------
    counts : dict of str to dict of str to int
        By table and row, in how many cycles the row decided.
    """

    def __init__(self, tables: Tables, wide: bool = False) -> None:
        self.tables, self.wide = tables, wide
        self.counts = {name: dict.fromkeys(rows, 0) for name, (_, rows) in tables.items()}

    def sample(self, values: Mapping[str, int]) -> dict[str, str]:
        """Count one cycle; return the row that decides in each table, empty where none matches.

        Parameters
        ----------
        values : mapping of str to int
            Packed values of ports and registers, by their names in the HDL, before the clock's
            edge.
        """
        decided = {}
        for name, (matches, rows) in self.tables.items():
            found = matches(values)
            row = next((r for r in rows if found[r] is None or found[r]), "")
            decided[name] = row
            if row:
                self.counts[name][row] += 1
        return decided

    def sample_many(self, columns: Mapping[str, Any]) -> None:
        """Count many cycles at once.

        Parameters
        ----------
        columns : mapping of str to ndarray, shape (cycles,)
            As in `sample`, a value a cycle; of Python's integers where values have over 62 bits.
        """
        import numpy as np

        cycles = len(next(iter(columns.values())))
        if self.wide:
            columns = {name: np.asarray(c).astype(object) for name, c in columns.items()}
        for name, (matches, rows) in self.tables.items():
            found = matches(columns)
            free = np.ones(cycles, bool)
            for row in rows:
                here = True if found[row] is None else found[row]
                hit = free & np.broadcast_to(np.asarray(here, bool), (cycles,))
                self.counts[name][row] += int(hit.sum())
                free &= ~hit

    def uncovered(self) -> list[tuple[str, str]]:
        """Tables and rows that never decided."""
        return [(t, r) for t, rows in self.counts.items() for r, n in rows.items() if not n]

    def save(self, path: str | Path) -> None:
        """Write the counts as JSON, by table and row."""
        text = json.dumps(self.counts, indent=2) + "\n"
        Path(path).write_text(text, encoding="utf-8")
