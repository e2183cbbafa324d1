"""Tables of integers as comma-separated text: read fast, and with the line of every fault.

Blocks of plain rows go through numpy. A block in which anything is odd is read again row by row,
which either finds what is wrong or takes what is only written unusually.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.archive import replacing

__all__ = ["Column", "read_csv", "read_csv_header", "write_csv"]

ROWS_LIMIT = 2**24
_BLOCK = 2**24
_LINE = 2**20
_MARK = b"\xef\xbb\xbf"  # spreadsheets begin a file with it
_PLAIN = b"0123456789,-\r\n"
_WORD = 10**12  # stands for the first word of a column of words; no column of numbers goes so far


class Column(NamedTuple):
    """A column: its name, and its range or else its words."""

    name: str
    low: int = -(2**63)
    high: int = 2**63 - 1
    words: tuple[str, ...] = ()


def write_csv(path: Path, names: Sequence[str], rows: NDArray[Any]) -> None:
    """Write a structured array, or a table with one column a name; ``path`` never holds half."""
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for start in range(0, len(rows), 2**16):
            writer.writerows(rows[start : start + 2**16].tolist())


def read_csv_header(path: Path) -> list[str]:
    """Return the names in a file's first line, none if it is no such line."""
    with path.open("rb") as stream:
        line = stream.readline(_LINE).removeprefix(_MARK)
    return line.decode("utf-8", "replace").rstrip("\r\n").split(",")


def read_csv(path: Path, error: type[ValueError], columns: Sequence[Column]) -> NDArray[np.int64]:
    """Read a file with a line of names and rows of integers.

    Parameters
    ----------
    path : Path
    error : type of ValueError
        Raised, with one sentence that names the file and the line.
    columns : sequence of Column
        At most one of them with words, and that one neither first nor last.

    Returns
    -------
    ndarray of int64, shape (rows, columns)
        A word as its number among the column's words.
    """
    names = ",".join(column.name for column in columns)
    if read_csv_header(path) != names.split(","):
        raise error(f"{path.name}:1: header must be {names}")
    parts, line = [np.empty((0, len(columns)), dtype=np.int64)], 1
    with path.open("rb") as stream:
        stream.readline()
        for block in _blocks(path, error, stream):
            rows = _quick(block, columns)
            if rows is None:
                rows = _by_row(f"{path.name}", line, error, block, columns)
            parts.append(rows)
            line += block.count(b"\n")
            if line > ROWS_LIMIT:
                raise error(
                    f"{path.name}: the file must have at most {ROWS_LIMIT} rows; use .npz for more"
                )
    return np.concatenate(parts)


def _blocks(path: Path, error: type[ValueError], stream: IO[bytes]) -> Iterator[bytes]:
    """Yield whole lines, many at a time."""
    while block := stream.read(_BLOCK):
        rest = stream.readline(_LINE) if not block.endswith(b"\n") else b""
        if len(rest) == _LINE and not rest.endswith(b"\n"):
            raise error(f"{path.name}: a line must have at most {_LINE} bytes, and one has more")
        yield block + rest


def _quick(block: bytes, columns: Sequence[Column]) -> NDArray[np.int64] | None:
    """Return the rows of a block, or None where any of them is not plain."""
    for column in columns:
        for code, word in enumerate(column.words, _WORD):
            if word.isdecimal() or b",%d," % code in block:
                return None
            block = block.replace(f",{word},".encode(), b",%d," % code)
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    if block.translate(None, _PLAIN) or not block.strip():
        return None
    try:
        rows = np.loadtxt(io.BytesIO(block), np.int64, comments=None, delimiter=",", ndmin=2)
    except ValueError:
        return None
    if rows.shape != (lines, len(columns)):
        return None
    for number, column in enumerate(columns):
        values = rows[:, number]
        if column.words:
            values -= _WORD
        low, high = (0, len(column.words) - 1) if column.words else (column.low, column.high)
        if values.min() < low or values.max() > high:
            return None
    return rows


def _by_row(
    name: str, line: int, error: type[ValueError], block: bytes, columns: Sequence[Column]
) -> NDArray[np.int64]:
    """Return the rows of a block that starts after some lines, or raise for the first wrong one."""
    rows = []
    try:
        reader = csv.reader(io.StringIO(block.decode("utf-8"), newline=""))
        for row in reader:
            place = f"{name}:{line + reader.line_num}"
            if len(row) != len(columns):
                raise error(f"{place}: row must have {len(columns)} values, not {len(row)}")
            rows.append(
                [
                    _value(f"{place}: {column.name}", error, column, text)
                    for column, text in zip(columns, row, strict=True)
                ]
            )
    except (csv.Error, UnicodeDecodeError) as damage:
        raise error(f"{name}: must be a text of comma-separated values") from damage
    return np.array(rows, dtype=np.int64).reshape(-1, len(columns))


def _value(place: str, error: type[ValueError], column: Column, text: str) -> int:
    if column.words:
        if text not in column.words:
            raise error(f"{place} must be of {', '.join(column.words)}, not {text[:100]!r}")
        return column.words.index(text)
    try:
        # Underscores are Python's own; nobody else means a number by them.
        number = int("_" if "_" in text else text)
    except ValueError:
        raise error(f"{place} must be an integer, not {text[:100]!r}") from None
    if not column.low <= number <= column.high:
        raise error(f"{place} must be in {column.low}..{column.high}, not {number}")
    return number
