"""Units as spreadsheets, and back: CSV in one block a section, XLSX in one sheet a section.

Headings and prose stand in the first column, one line a row. A row of several cells starts a table,
an empty row ends it. Nothing is calculated: in XLSX every cell is text, and in CSV a cell that a
spreadsheet might take for a formula has an apostrophe before it, which reading takes away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from spikewright.lct.format import blocks, format_text, table_line, table_rows

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = [
    "SpreadsheetError",
    "from_csv",
    "from_rows",
    "from_xlsx",
    "to_csv",
    "to_rows",
    "to_xlsx",
]

Rows: TypeAlias = list[list[str]]

_MOST_ROWS = 100_000
_MOST_COLUMNS = 1000
_FORMULA = re.compile(r"^[=+\-@'\t\r]")
_HARMLESS = re.compile(r"^(-|-?[0-9]+)$")
_FIRST_COLUMNS = ("name", "row", "id", "from", "class")


class SpreadsheetError(ValueError):
    """A file that holds no unit, or a cell that is no text."""


def to_rows(text: str) -> Rows:
    """The cells of a unit's file; blank lines are empty rows."""
    rows: Rows = []
    for block in blocks(format_text(text)):
        cells = table_rows(block.lines) if block.kind == "table" else None
        rows += [[line] if line else [] for line in block.lines] if cells is None else cells
    return rows


def from_rows(rows: Iterable[list[str]]) -> str:
    """The file of a unit from its cells.

    Raises
    ------
    SpreadsheetError
        A row of a table has more cells than its header.
    """
    lines: list[str] = []
    width = 0
    for number, row in enumerate(rows, start=1):
        cells = [re.sub(r"\s*[\r\n]+\s*", " ", c) for c in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            width = 0
            lines.append("")
        elif not width and len(cells) == 1:
            lines.append(cells[0])
        else:
            if not width:
                width = len(cells)
                lines += [table_line([c.strip() for c in cells]), "|" + "---|" * width]
                continue
            if len(cells) > width:
                message = f"Row {number} has {len(cells)} cells under a header of {width}."
                raise SpreadsheetError(message)
            lines.append(table_line([c.strip() for c in cells] + [""] * (width - len(cells))))
    return format_text("\n".join(lines) + "\n")


# ---- CSV


def to_csv(text: str) -> str:
    """A unit's file as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in to_rows(text):
        writer.writerow([_guarded(c) for c in row])
    return out.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _HARMLESS.match(cell) else cell


def from_csv(text: str) -> str:
    """The file of a unit from CSV with commas, semicolons or tabs.

    Raises
    ------
    SpreadsheetError
        The text is no CSV of a unit.
    """
    text = text.removeprefix("\ufeff")
    fault = ""
    for delimiter in ",;\t":
        try:
            rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
        except csv.Error as error:
            fault = fault or f"This is no CSV: {error}."
            continue
        if any(len(row) > 1 and row[0] in _FIRST_COLUMNS for row in rows):
            return from_rows([_plain(c) for c in row] for row in rows)
    firsts = ", ".join(_FIRST_COLUMNS)
    fault = fault or f"This CSV holds no table: a header starts with one of {firsts}."
    raise SpreadsheetError(fault)


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


# ---- XLSX


def to_xlsx(text: str) -> Workbook:
    """A unit's file as a workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    for heading, rows in _sheets(to_rows(text)):
        sheet = book.create_sheet(_sheet_name(heading, book.sheetnames))
        for y, row in enumerate(rows, start=1):
            for x, value in enumerate(row, start=1):
                cell = sheet.cell(y, x)
                # In this order: a value that starts with `=` would make the cell a formula.
                cell.value = value
                cell.data_type = "s"
                cell.number_format = "@"
                cell.quotePrefix = True
                if len(row) > 1 and (y == 1 or len(rows[y - 2]) < 2):
                    cell.font = Font(bold=True)
        _fit_columns(sheet, rows)
    return book


def _fit_columns(sheet: Any, rows: Rows) -> None:
    """Make columns as wide as their tables need; prose may run across."""
    for x in range(max((len(r) for r in rows), default=0)):
        longest = max((len(r[x]) for r in rows if len(r) > max(x, 1)), default=8)
        letter = sheet.cell(1, x + 1).column_letter
        sheet.column_dimensions[letter].width = min(max(longest + 2, 6), 60)


def _sheets(rows: Rows) -> Iterator[tuple[str, Rows]]:
    """The title with its prose, and each section, under the names that sheets get."""
    heading, part = "unit", Rows()
    fenced = False
    for row in rows:
        text = row[0] if row else ""
        fenced ^= text.lstrip().startswith("```")
        if text.startswith("## ") and not fenced:
            if part:
                yield heading, part
            heading, part = text[3:], []
        part.append(row)
    yield heading, part


def _sheet_name(heading: str, taken: list[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\']", " ", heading)[:31]
    name, n = base, 1
    while name.lower() in [t.lower() for t in taken]:
        n += 1
        name = f"{base[:27]} {n}"
    return name


def from_xlsx(path: Path) -> str:
    """The file of a unit from a workbook.

    Raises
    ------
    SpreadsheetError
        The file is no workbook, or a cell is neither text nor a whole number.
    """
    from xml.etree.ElementTree import ParseError
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True)
        rows: Rows = []
        for sheet in book.worksheets:
            rows += [[], *_read(sheet)]
    except (BadZipFile, InvalidFileException, KeyError, ParseError) as error:
        raise SpreadsheetError(f"{path.name} is no workbook: {error}.") from None
    return from_rows(rows)


def _read(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > _MOST_ROWS or len(row) > _MOST_COLUMNS:
            message = f"A sheet has at most {_MOST_ROWS} rows of {_MOST_COLUMNS} cells."
            raise SpreadsheetError(message)
        yield [_text(cell, sheet.title) for cell in row]


def _text(cell: Any, sheet: str) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and (cell.data_type != "f" or value == "=>"):
        return value
    what = "a formula" if cell.data_type == "f" else type(value).__name__
    message = f"Cell {cell.coordinate} of sheet {sheet} holds {what}: format it as text."
    raise SpreadsheetError(message)
