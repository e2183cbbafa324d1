"""Single faults as edits of sources: a cell of a table, or a phrase of hand-written code.

An edit names what it expects to find, so a source that has changed since makes it fail instead of
planting something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import ToolError

__all__ = ["Cell", "Edit", "Fault", "Phrase"]

_BAR = re.compile(r"(?<!\\)\|")
_ARROW = "=>"


@dataclass(frozen=True)
class Cell:
    """A cell of a unit's table gets another content.

    Members
    -------
    unit : str
    row : str
        What stands in the row's first cell.
    column : str
        Head of the column, with ``=> `` before it where a condition has the same name.
    old, new : str
        A part of the cell, and what comes in its place. The part must be there once.
    tables : int
        In how many tables of the unit such a row and column stand; the edit is made in all.
    """

    unit: str
    row: str
    column: str
    old: str
    new: str
    tables: int = 1

    @property
    def file(self) -> str:
        """The file in the project."""
        return f"lct/units/{self.unit}.lct.md"

    def __str__(self) -> str:
        return f"{self.unit}: {self.row}: {self.column}: {self.old} -> {self.new}"

    def apply(self, text: str) -> str:
        """Return the unit's text with the edit."""
        lines = text.split("\n")
        places = list(self._places(lines))
        if len(places) != self.tables:
            raise ToolError(
                f"Row {self.row} with column {self.column} must stand in {self.tables} tables of "
                f"{self.unit}, not in {len(places)}"
            )
        for number, column in places:
            lines[number] = self._edited(lines[number], column)
        return "\n".join(lines)

    def _edited(self, line: str, column: int) -> str:
        cells = _cells(line)
        if cells[column].count(self.old) != 1:
            raise ToolError(
                f"Cell {self.column} of row {self.row} in {self.unit} must hold {self.old!r} once, "
                f"and is {cells[column].strip()!r}"
            )
        cells[column] = cells[column].replace(self.old, self.new)
        return "|".join(["", *cells, ""])

    def _places(self, lines: list[str]) -> Iterator[tuple[int, int]]:
        """Find line and column of the cell: a table begins with its head."""
        head: list[str] | None = None
        for number, line in enumerate(lines):
            if not line.startswith("|"):
                head = None
            elif head is None:
                head = _heads(line)
            elif _cells(line)[0].strip() == self.row:
                names = [name for name in (self.column, f"{_ARROW} {self.column}") if name in head]
                if names:
                    yield number, head.index(names[0])


def _cells(line: str) -> list[str]:
    return _BAR.split(line)[1:-1]


def _heads(line: str) -> list[str]:
    """Return the names of a table's columns, those of targets with the arrow before them."""
    names = [cell.strip() for cell in _cells(line)]
    arrow = names.index(_ARROW) if _ARROW in names else len(names)
    return [f"{_ARROW} {name}" if k > arrow else name for k, name in enumerate(names)]


@dataclass(frozen=True)
class Phrase:
    """A phrase of a Python source gets another one.

    Members
    -------
    file : str
        In the project, such as ``golden/neuron.py``.
    old, new : str
        The phrase must be there once.
    """

    file: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}: {self.old} -> {self.new}"

    def apply(self, text: str) -> str:
        """Return the source with the edit."""
        count = text.count(self.old)
        if count != 1:
            raise ToolError(f"{self.file} must hold {self.old!r} once, and holds it {count} times")
        return text.replace(self.old, self.new)


Edit = Cell | Phrase


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault, and where it must show.

    Members
    -------
    name : str
    meaning : str
        What the hardware, or the model, does wrong.
    edits : tuple of Edit
        One where possible; all in tables and the design, or all in the model.
    block : str
        The block whose verification must find it, with a size as in ``core:wrapping`` where it is
        not the preset `tiny`, or a unit of the router.
    """

    name: str
    meaning: str
    edits: tuple[Edit, ...]
    block: str = "core"

    @property
    def part(self) -> str:
        """Which part of the project it is in: tables and design are one."""
        return "golden" if self.edits[0].file.startswith("golden/") else "hdl"

    @property
    def where(self) -> str:
        """The edits in one line."""
        return "; ".join(map(str, self.edits))

    def sources(self, project: Path) -> dict[str, str]:
        """Return the edited files of the project by name."""
        texts: dict[str, str] = {}
        for edit in self.edits:
            text = texts.get(edit.file)
            if text is None:
                text = (project / edit.file).read_text(encoding="utf-8")
            texts[edit.file] = edit.apply(text)
        return texts
