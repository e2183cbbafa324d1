"""Stage 1: a Markdown file to sections and tables, every cell with its place.

Only headings and pipe tables mean anything; prose and fenced code are kept and ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from spikewright.lct.diagnostics import Diagnostics, Place, Span

__all__ = [
    "RULE",
    "Cell",
    "Document",
    "RawRow",
    "RawTable",
    "Section",
    "parse_markdown",
    "split_lines",
    "split_row",
]

_START = Span(1, 1)
RULE = re.compile(r"^\|(\s*:?-{3,}:?\s*\|)+\s*$")


@dataclass(frozen=True)
class Cell:
    """Text of one cell, stripped; an escaped pipe reads as space and pipe, so columns still fit."""

    text: str
    span: Span


@dataclass(frozen=True)
class RawRow:
    """One row: the cells in the order of the header."""

    cells: tuple[Cell, ...]
    span: Span


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in the file."""

    header: tuple[Cell, ...]
    rows: tuple[RawRow, ...]


@dataclass
class Section:
    """A second-level heading and what follows it."""

    title: str
    span: Span
    table: RawTable | None = None
    prose: list[str] = field(default_factory=list)


@dataclass
class Document:
    """A parsed file. `prose` is the text between the title and the first section."""

    file: str
    lines: list[str]
    title: str = ""
    title_span: Span = _START
    prose: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def place(
        self, span: Span | None = None, table: str = "", row: str = "", column: str = ""
    ) -> Place:
        """A `Place` in this file."""
        return Place(self.file, span, table, row, column)


def split_lines(text: str) -> list[str]:
    """Lines as editors count them; a line feed at the end starts no further line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def split_row(line: str, number: int) -> tuple[Cell, ...]:
    """Cells of one table line; a backslash before a pipe keeps it inside the cell."""
    text = line.replace("\\|", " \x00")
    body_start = text.index("|") + 1
    cells, start = [], body_start
    for end in [i for i, c in enumerate(text) if c == "|" and i >= body_start]:
        raw = text[start:end]
        stripped = raw.strip()
        lead = len(raw) - len(raw.lstrip()) if stripped else min(1, len(raw))
        span = Span(number, start + lead + 1, max(1, len(stripped)))
        cells.append(Cell(stripped.replace("\x00", "|"), span))
        start = end + 1
    return tuple(cells)


def parse_markdown(path: Path, text: str, diagnostics: Diagnostics, name: str = "") -> Document:
    """Parse `text`; faults of the form go to `diagnostics`.

    Parameters
    ----------
    path : Path
        Where the text comes from.
    name : str
        How messages call the file; the file's own name when empty.
    """
    lines = split_lines(text)
    document = Document(name or path.name, lines)
    section: Section | None = None
    fenced = False
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.lstrip().startswith("```"):
            fenced = not fenced
        heading = None if fenced else re.match(r"^(#{1,2})\s+(.*?)\s*$", line)
        if heading:
            span = Span(number, len(heading[1]) + 2, max(1, len(heading[2])))
            if heading[1] == "##":
                section = Section(heading[2], span)
                document.sections.append(section)
            elif document.title:
                diagnostics.add(
                    "syntax", "a file has one first-level heading", document.place(span)
                )
            else:
                document.title, document.title_span = heading[2], span
        elif not fenced and line.startswith("|"):
            block = [line]
            first = number
            while number < len(lines) and lines[number].startswith("|"):
                block.append(lines[number])
                number += 1
            _add_table(document, section, block, first, diagnostics)
        else:
            (document.prose if section is None else section.prose).append(line)
    return document


def _add_table(
    document: Document,
    section: Section | None,
    block: list[str],
    first: int,
    diagnostics: Diagnostics,
) -> None:
    title = re.sub(r"^Table (\w+) .*", r"\1", section.title) if section else ""
    span = Span(first, 1, len(block[0]))
    if section is None or section.table is not None:
        rule = (
            "a table stands under a section heading" if section is None else "one table a section"
        )
        diagnostics.add("syntax", rule, document.place(span, title))
        return
    for offset, line in enumerate(block):
        if not line.rstrip().endswith("|"):
            at = Span(first + offset, max(1, len(line.rstrip())))
            diagnostics.add("syntax", "a table line ends with a pipe", document.place(at, title))
            return
    if len(block) < 2 or not RULE.match(block[1]):
        at = Span(first + 1 if len(block) > 1 else first, 1)
        message = "the second line of a table is the rule |---|---|"
        diagnostics.add("syntax", message, document.place(at, title))
        return
    header = split_row(block[0].rstrip(), first)
    rows = []
    for offset, line in enumerate(block[2:], start=2):
        cells = split_row(line.rstrip(), first + offset)
        row_span = Span(first + offset, 1, len(line))
        if len(cells) != len(header):
            message = f"a row has {len(header)} cells like its header, not {len(cells)}"
            label = cells[0].text if cells else ""
            diagnostics.add("syntax", message, document.place(row_span, title, label))
            continue
        rows.append(RawRow(cells, row_span))
    # A register may stand left of the arrow as a condition and right of it as a target.
    seen: set[str] = set()
    for cell in header:
        if cell.text == "=>":
            seen.clear()
        elif cell.text in seen:
            message = f"column {cell.text!r} stands twice"
            diagnostics.add("syntax", message, document.place(cell.span, title, column=cell.text))
            return
        seen.add(cell.text)
    section.table = RawTable(header, tuple(rows))
