"""The tables of a file as texts, and which row of an old table is which of a new one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from spikewright.lct.format import format_expression
from spikewright.lct.markdown import Document, RawTable
from spikewright.lct.sections import TABLE

__all__ = ["PROSE", "Alignment", "Sheet", "align", "sheets"]

PROSE = ("meaning", "why", "note", "reason")
"""Columns that say nothing to a machine."""

_ARROW = "=>"
_KEYS = {"Assumptions": ("id",), "Connections": ("from", "to"), "External": ("class",)}


@dataclass(frozen=True)
class Sheet:
    """A table's texts.

    Attributes
    ----------
    policy : str
        Of a logic table, else empty.
    columns : tuple of str
        Their heads, those of targets with ``=> `` before them.
    rows : dict of str to dict of str to str
        By the row's name, the text of each column in the one way to write it.
    """

    policy: str
    columns: tuple[str, ...]
    rows: dict[str, dict[str, str]]

    def cell(self, row: str, column: str) -> str:
        """A cell; a condition that the table does not have is ``-``."""
        missing = "-" if self.policy and not column.startswith(_ARROW) else ""
        return self.rows[row].get(column, "" if column in PROSE else missing)

    def meant(self, row: str) -> dict[str, str]:
        """What a machine reads of a row, without what says nothing."""
        cells = {c: self.cell(row, c) for c in self.columns if c not in ("row", *PROSE)}
        return {c: t for c, t in cells.items() if t != "-"}


def sheets(document: Document) -> dict[str, Sheet]:
    """The tables of a file by section; a logic table as ``Table NAME``."""
    found = {}
    for section in document.sections:
        if section.table is None:
            continue
        logic = TABLE.match(section.title)
        title = f"Table {logic[1]}" if logic else section.title
        found[title] = _sheet(section.table, title, logic[2] if logic else "")
    return found


def _sheet(table: RawTable, title: str, policy: str) -> Sheet:
    heads = [cell.text for cell in table.header]
    arrow = heads.index(_ARROW) if _ARROW in heads else len(heads)
    names = [
        head if head in ("row", *PROSE) else format_expression(head) if policy else head
        for head in heads
    ]
    names = [f"{_ARROW} {n}" if k > arrow and n not in PROSE else n for k, n in enumerate(names)]
    keys = ("row",) if policy else _KEYS.get(title, ("name",))
    rows: dict[str, dict[str, str]] = {}
    for raw in table.rows:
        cells = {
            name: cell.text if name in PROSE else format_expression(cell.text)
            for name, cell in zip(names, raw.cells, strict=True)
            if name != _ARROW
        }
        rows[" to ".join(cells[key] for key in keys)] = cells
    return Sheet(policy, tuple(n for n in names if n != _ARROW), rows)


@dataclass(frozen=True)
class Alignment:
    """Rows of an old table by those of the new one.

    Attributes
    ----------
    pairs : dict of str to str
        New name by old name.
    removed, new : tuple of str
    moved : tuple of str
        Old names of the fewest rows that must move for the old order to become the new one.
    """

    pairs: dict[str, str]
    removed: tuple[str, ...]
    new: tuple[str, ...]
    moved: tuple[str, ...]


def align(old: Sheet, new: Sheet) -> Alignment:
    """Pair rows by their names, and those that are left by all that a machine reads of them."""
    pairs = {name: name for name in old.rows if name in new.rows}
    left = [name for name in new.rows if name not in pairs]
    for name in old.rows:
        if name not in pairs:
            twin = next((n for n in left if new.meant(n) == old.meant(name)), None)
            if twin is not None and old.policy:
                pairs[name] = twin
                left.remove(twin)
    places = list(new.rows)
    kept = [name for name in old.rows if name in pairs]
    stay = _longest([places.index(pairs[name]) for name in kept])
    return Alignment(
        pairs,
        tuple(name for name in old.rows if name not in pairs),
        tuple(left),
        tuple(name for k, name in enumerate(kept) if k not in stay),
    )


def _longest(numbers: Sequence[int]) -> set[int]:
    """Positions of a longest part that already grows."""
    ends: list[int] = []
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for position, number in enumerate(numbers):
        k = bisect_left(tails, number)
        before[position] = ends[k - 1] if k else None
        tails[k:] = [number, *tails[k + 1 :]]
        ends[k:] = [position, *ends[k + 1 :]]
    found: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        found.add(at)
        at = before[at]
    return found
