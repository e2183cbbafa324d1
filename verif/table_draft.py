"""A unit's text under the hands of a hasty author: what an edit is, and how one is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spikewright.lct.ir import Table, Unit
from spikewright.lct.markdown import RawRow, RawTable

__all__ = ["CODES", "FAMILIES", "NAME", "NEW", "OPERAND", "Draft", "TableFault", "line"]

FAMILIES = {
    "row removed": "gap",
    "condition narrowed": "gap",
    "condition widened": "overlap",
    "row doubled": "overlap",
    "contradiction": "contradiction",
    "beyond its type": "contradiction",
    "row ruled out": "dead",
    "general row above": "shadowed",
    "rows swapped": "shadowed",
    "two readings": "ambiguous",
}
"""For each edit, the fault that it may plant."""

CODES = {
    "gap": ("gap",),
    "overlap": ("overlap", "conflict"),
    "contradiction": ("assumption",),
    "dead": ("dead", "assumption"),
    "shadowed": ("shadowed", "dead"),
    "ambiguous": ("ambiguous",),
}
"""For each fault, the findings that name it."""

NEW = "planted"
NAME = r"[A-Za-z_][\w.]*(?:\[\d+\])?"
OPERAND = rf"(?:{NAME}|\d+)"


@dataclass(frozen=True)
class TableFault:
    """An edit of a unit's text.

    Attributes
    ----------
    fault : str
        One of `FAMILIES`.
    text : str
        The whole file after it.
    table, row : str
        Where; for assumptions and definitions the section and the name.
    what : str
        A sentence on what was done.
    certain : bool
        Whether the fault is there by construction, where no run can show that something never is.
    forms : str
        For two readings: the file with both as definitions, `planted_here` and `planted_there`.
    """

    unit: str
    fault: str
    text: str
    table: str
    row: str
    what: str
    certain: bool = False
    forms: str = ""

    @property
    def family(self) -> str:
        """What it may be."""
        return FAMILIES[self.fault]


class Draft:
    """A unit's text, and edits of its lines."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.lines = list(unit.document.lines)
        self.sections = {s.title: s for s in unit.document.sections}

    def tables(self) -> Iterator[tuple[Table, RawTable]]:
        """The logic tables, typed and as text."""
        for table in self.unit.tables:
            raw = self.sections[f"Table {table.name} ({table.policy})"].table
            assert raw is not None
            yield table, raw

    def edited(self, changes: dict[int, list[str]]) -> str:
        """The text with some lines replaced by others; lines count from 1."""
        kept = [changes.get(n, [line]) for n, line in enumerate(self.lines, 1)]
        return "\n".join(line for lines in kept for line in lines) + "\n"

    def with_cell(self, row: RawRow, column: int, text: str) -> str:
        """A line with another text in one cell."""
        return line([c.text if k != column else text for k, c in enumerate(row.cells)])

    def added(
        self, section: str, columns: list[str], rows: list[list[str]]
    ) -> dict[int, list[str]]:
        """The change that adds rows to a section, which is made where there is none."""
        known = self.sections.get(section)
        if known is not None and known.table is not None:
            heads = [c.text for c in known.table.header]
            named = [dict(zip(columns, row, strict=True)) for row in rows]
            at = known.table.rows[-1].span.line
            return {at: [self.lines[at - 1], *(line([r[h] for h in heads]) for r in named)]}
        at = min(s.span.line for t, s in self.sections.items() if t.startswith("Table "))
        table = [line(columns), line(["---"] * len(columns)), *map(line, rows)]
        return {at: [f"## {section}", *table, "", self.lines[at - 1]]}

    def assumed(self, *texts: str) -> str:
        """The text with these assumptions more."""
        rows = [[f"{NEW}_{n}", text, ""] for n, text in enumerate(texts)]
        return self.edited(self.added("Assumptions", ["id", "always", "why"], rows))


def line(cells: list[str]) -> str:
    """A table's line with these cells."""
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"
