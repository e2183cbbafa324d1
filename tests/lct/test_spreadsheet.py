"""Units as spreadsheets and back: nothing is lost, and nothing becomes a formula."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from spikewright.lct.format import format_text
from spikewright.lct.library import UNITS, Library
from spikewright.lct.spreadsheet import (
    SpreadsheetError,
    from_csv,
    from_rows,
    from_xlsx,
    to_csv,
    to_rows,
    to_xlsx,
)

openpyxl = pytest.importorskip("openpyxl")

TEXT = """# unit

Prose, with a comma; and a semicolon.

- a list
    indented

```
## no heading
| no | table
```

## Signals
| name | kind | type | meaning |
|---|---|---|---|
| a | in | unsigned(4) | said "so", or \\| so |
| o | out | signed(5) | |

## Table a_table_with_a_name_that_no_sheet_can_have (unique)
| row | a | => | o | note |
|---|---|---|---|---|
| zero | 0 | => | -a | =1+1 |
| more | > 0 | => | -1 | 'quoted' |
| @x | - | => | * | +1 |
"""


def text_of(name: str) -> str:
    return format_text((UNITS / f"{name}.lct.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", Library().names())
def test_units_there_and_back(name: str, tmp_path: Path) -> None:
    text = text_of(name)
    assert from_csv(to_csv(text)) == text
    to_xlsx(text).save(tmp_path / "unit.xlsx")
    assert from_xlsx(tmp_path / "unit.xlsx") == text


def test_hard_cells_there_and_back(tmp_path: Path) -> None:
    assert format_text(TEXT) == TEXT
    assert from_csv(to_csv(TEXT)) == TEXT
    to_xlsx(TEXT).save(tmp_path / "unit.xlsx")
    assert from_xlsx(tmp_path / "unit.xlsx") == TEXT


def test_rows() -> None:
    assert to_rows("# u\n\n## S\n| name | a |\n|---|---|\n| x | 1\\|2 |\n") == [
        ["# u"],
        [],
        ["## S"],
        ["name", "a"],
        ["x", "1|2"],
    ]


def test_no_cell_of_a_csv_is_a_formula() -> None:
    for row in csv.reader(io.StringIO(to_csv(TEXT))):
        for cell in row:
            assert cell[:1] not in ("=", "+", "@")
            assert cell in ("-", "-1") or not cell.startswith("-")


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    to_xlsx(TEXT).save(tmp_path / "unit.xlsx")
    book = openpyxl.load_workbook(tmp_path / "unit.xlsx")
    assert book.sheetnames == ["unit", "Signals", "Table a_table_with_a_name_that_"]
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} == {"s"}
    assert {c.number_format for c in cells} == {"@"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheets_write_it(delimiter: str) -> None:
    """Other delimiters, rows padded to one length, a mark at the start."""
    rows = list(csv.reader(io.StringIO(to_csv(TEXT))))
    out = io.StringIO("\ufeff")
    out.seek(1)
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(
        row + [""] * (7 - len(row)) for row in rows
    )
    assert from_csv(out.getvalue()) == TEXT


def test_numbers_that_a_spreadsheet_made(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["# u"], ["## Parameters"], ["name", "value"], ["A", 3], ["B", 4.0], ["C", True]):
        sheet.append(row)
    book.save(tmp_path / "u.xlsx")
    expected = (
        "# u\n\n## Parameters\n| name | value |\n|---|---|\n| A | 3 |\n| B | 4 |\n| C | 1 |\n"
    )
    assert from_xlsx(tmp_path / "u.xlsx") == expected


def test_lines_inside_a_cell_are_joined() -> None:
    rows = [["## Types"], ["name", "definition"], ["A", "enum(X,\n Y)"]]
    assert "| A | enum(X, Y) |" in from_rows(rows)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("=1+1", "Cell B3 of sheet Sheet holds a formula: format it as text."),
        (1.5, "Cell B3 of sheet Sheet holds float: format it as text."),
    ],
)
def test_cells_that_are_no_text(value: Any, message: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["# u"], ["name", "value"], ["A", value]):
        book.active.append(row)
    book.save(tmp_path / "u.xlsx")
    with pytest.raises(SpreadsheetError) as caught:
        from_xlsx(tmp_path / "u.xlsx")
    assert str(caught.value) == message


def test_a_row_that_is_too_long() -> None:
    with pytest.raises(SpreadsheetError, match=r"^Row 2 has 3 cells under a header of 2\.$"):
        from_rows([["name", "value"], ["A", "1", "2"]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This CSV holds no table: a header starts with one of name, row, id, from, class."),
        ('"a', "This is no CSV: unexpected end of data."),
    ],
)
def test_what_is_no_csv(text: str, message: str) -> None:
    with pytest.raises(SpreadsheetError) as caught:
        from_csv(text)
    assert str(caught.value) == message


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "u.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(SpreadsheetError, match=r"^u\.xlsx is no workbook: File is not a zip file"):
        from_xlsx(path)
