"""A unit file as grids of cells, which are easy to edit; prose is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spikewright.lct.format import blocks, format_text, table_line, table_rows

__all__ = ["Grid", "Paper", "parse"]

_HEAD = re.compile(r"Table (\w+) \((unique|priority)\)")


@dataclass(frozen=True)
class Grid:
    """A section with its table."""

    section: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """Name of a logic table, empty for another section."""
        found = _HEAD.fullmatch(self.section)
        return found[1] if found else ""

    @property
    def policy(self) -> str:
        """Of a logic table: ``unique`` or ``priority``."""
        found = _HEAD.fullmatch(self.section)
        return found[2] if found else ""

    @property
    def arrow(self) -> int:
        """Position of the arrow in a logic table."""
        return self.header.index("=>")

    @property
    def conditions(self) -> range:
        """Positions of condition columns."""
        return range(1, self.arrow)

    @property
    def targets(self) -> list[int]:
        """Positions of target columns."""
        every = range(self.arrow + 1, len(self.header))
        return [k for k in every if self.header[k] != "note"]

    def with_policy(self, policy: str) -> Grid:
        """The same rows under another policy."""
        return replace(self, section=f"Table {self.name} ({policy})")

    def with_rows(self, rows: list[list[str]] | list[tuple[str, ...]]) -> Grid:
        """The same columns with other rows."""
        return replace(self, rows=tuple(tuple(row) for row in rows))

    def with_cell(self, row: int, column: int, text: str) -> Grid:
        """One cell changed."""
        rows = [list(r) for r in self.rows]
        rows[row][column] = text
        return self.with_rows(rows)

    def picked(self, columns: list[int]) -> Grid:
        """Some columns, in this order."""
        return replace(
            self,
            header=tuple(self.header[k] for k in columns),
            rows=tuple(tuple(row[k] for k in columns) for row in self.rows),
        )


@dataclass(frozen=True)
class Paper:
    """A unit file."""

    title: str
    grids: tuple[Grid, ...]

    @property
    def logic(self) -> list[Grid]:
        """The logic tables."""
        return [g for g in self.grids if g.name]

    def section(self, name: str) -> Grid | None:
        """A section that is no logic table, by its heading."""
        return next((g for g in self.grids if g.section == name), None)

    def swapped(self, old: Grid, *new: Grid) -> Paper:
        """One grid replaced by others, or by none."""
        at = self.grids.index(old)
        return replace(self, grids=(*self.grids[:at], *new, *self.grids[at + 1 :]))

    def mapped(self, change: Callable[[str], str]) -> Paper:
        """Every cell that may hold an expression changed, headers of logic tables too."""
        return replace(self, grids=tuple(_changed(g, change) for g in self.grids))

    def text(self) -> str:
        """The file."""
        lines = [f"# {self.title}", ""]
        for grid in self.grids:
            rule = "|" + "---|" * len(grid.header)
            rows = [table_line(list(row)) for row in grid.rows]
            lines += [f"## {grid.section}", table_line(list(grid.header)), rule, *rows, ""]
        return format_text("\n".join(lines))


_CELLS = {"Definitions": ("expression",), "Assumptions": ("always",)}


def _changed(grid: Grid, change: Callable[[str], str]) -> Grid:
    if grid.name:
        plain = {0, grid.arrow} | {k for k, h in enumerate(grid.header) if h == "note"}
        header = tuple(h if k in plain else change(h) for k, h in enumerate(grid.header))
        grid = replace(grid, header=header)
    else:
        names = _CELLS.get(grid.section, ())
        plain = {k for k, h in enumerate(grid.header) if h not in names}
    rows = [[c if k in plain else change(c) for k, c in enumerate(row)] for row in grid.rows]
    return grid.with_rows(rows)


def parse(text: str) -> Paper:
    """Read a unit file that is without faults."""
    return Paper(
        next(b.lines[0][2:] for b in blocks(text) if b.lines[0].startswith("# ")),
        tuple(_grids(text)),
    )


def _grids(text: str) -> Iterator[Grid]:
    for block in blocks(text):
        if block.kind == "table" and block.section:
            rows = table_rows(block.lines)
            assert rows is not None, block.section
            yield Grid(block.section, tuple(rows[0]), tuple(tuple(r) for r in rows[1:]))
