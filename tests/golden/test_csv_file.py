"""Tables of integers as text: the fast way and the slow way give the same, or the same sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.golden import csv_file
from spikewright.golden.csv_file import Column, read_csv, read_csv_header, write_csv

COLUMNS = (Column("tick"), Column("side", words=("west", 'ea"st')), Column("n", -5, 2000))
HEAD = b"tick,side,n\n"


class TableError(ValueError):
    pass


def refusal(path: Path) -> str:
    with pytest.raises(TableError) as error:
        read_csv(path, TableError, COLUMNS)
    return str(error.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.csv"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"1,west,-5\n-9223372036854775808,west,2000\n",
        HEAD + b"1,west,-5\n-9223372036854775808,west,2000",
        HEAD + b"1,west,-5\r-9223372036854775808,west,2000",
        HEAD.replace(b"\n", b"\r\n") + b"1,west,-5\r\n-9223372036854775808,west,2000\r\n",
        b"\xef\xbb\xbf" + HEAD + b"1,west,-5\n-9223372036854775808,west,2000\n",
        HEAD + b" 1,west, -5\n-9223372036854775808,west,2000\n",
        HEAD + b'"1",west,-5\n-9223372036854775808,"west",+2000\n',
    ],
)
def test_ways_to_write_the_same(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    rows = read_csv(path, TableError, COLUMNS)
    assert rows.dtype == np.int64
    assert rows.tolist() == [[1, 0, -5], [-(2**63), 0, 2000]]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "t.csv:1: header must be tick,side,n"),
        (b"tick,side\n", "t.csv:1: header must be tick,side,n"),
        (b"\xff\xfe\n", "t.csv:1: header must be tick,side,n"),
        (HEAD + b"1,west,1\n\n2,west,2\n", "t.csv:3: row must have 3 values, not 0"),
        (HEAD + b"\n", "t.csv:2: row must have 3 values, not 0"),
        (HEAD + b"1,west,1\n1,west,1,1\n", "t.csv:3: row must have 3 values, not 4"),
        (HEAD + b"1,west,\n", "t.csv:2: n must be an integer, not ''"),
        (HEAD + b"1,west,1.0\n", "t.csv:2: n must be an integer, not '1.0'"),
        (HEAD + b"1,west,1_0\n", "t.csv:2: n must be an integer, not '1_0'"),
        (HEAD + b"1,west,-\n", "t.csv:2: n must be an integer, not '-'"),
        (HEAD + b"1,west,1-1\n", "t.csv:2: n must be an integer, not '1-1'"),
        (HEAD + b"1,west,-6\n", "t.csv:2: n must be in -5..2000, not -6"),
        (HEAD + b"1,west,2001\n", "t.csv:2: n must be in -5..2000, not 2001"),
        (HEAD + b"1,0,1\n", "t.csv:2: side must be of west, ea\"st, not '0'"),
        (
            HEAD + b"1,1000000000000,1\n",
            "t.csv:2: side must be of west, ea\"st, not '1000000000000'",
        ),
        (HEAD + b"west,west,1\n", "t.csv:2: tick must be an integer, not 'west'"),
        (
            HEAD + b"1,west,1\n9223372036854775808,west,1\n",
            f"t.csv:3: tick must be in {-(2**63)}..{2**63 - 1}, not {2**63}",
        ),
        (HEAD + b"1,w\xe9st,1\n", "t.csv: must be a text of comma-separated values"),
        (
            HEAD + b"1," + b"x" * 200 + b",1\n",
            "t.csv:2: side must be of west, ea\"st, not '" + "x" * 100 + "'",
        ),
        (HEAD + b"9" * 2**21, "t.csv: a line must have at most 1048576 bytes, and one has more"),
    ],
)
def test_refused(path: Path, content: bytes, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", 2**10)
    path.write_bytes(content)
    assert refusal(path) == text


def test_lines_are_counted_over_blocks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", 100)
    path.write_bytes(HEAD + b"1,west,1\n" * 50 + b" 2,west,2\n" * 50 + b"3,west,x\n")
    assert refusal(path) == "t.csv:102: n must be an integer, not 'x'"
    path.write_bytes(HEAD + b"1,west,1\n" * 50 + b" 2,west,2\n" * 50 + b"3,west,3")
    rows = read_csv(path, TableError, COLUMNS)
    assert rows[:, 0].tolist() == [1] * 50 + [2] * 50 + [3]


def test_too_many_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "ROWS_LIMIT", 10)
    path.write_bytes(HEAD + b"1,west,1\n" * 11)
    assert refusal(path) == "t.csv: the file must have at most 10 rows; use .npz for more"


NUMBER = st.integers(-(10**19), 10**19).map(str)
ODD = st.sampled_from(["", " 1", "+1", "01", "--1", "1_0", "1e3", '"1"', "west", "٣", "1\r"])
TEXT = st.lists(
    st.tuples(NUMBER | ODD, st.sampled_from(["west", 'ea"st', "east", "0"]), NUMBER | ODD).map(
        ",".join
    ),
    max_size=4,
).map("\n".join)


@given(TEXT)
def test_the_fast_way_reads_what_the_slow_way_reads(text: str) -> None:
    """A block is either left to the slow way, or read as the slow way reads it."""
    block = text.encode()
    columns = (Column("tick"), COLUMNS[1], Column("n"))
    quick = csv_file._quick(block, columns)
    if quick is not None:
        slow = csv_file._by_row("t.csv", 1, TableError, block, columns)
        assert np.array_equal(quick, slow)


def test_writing(path: Path) -> None:
    write_csv(path, ["a", "b"], np.array([[1, -2], [3, 4]]))
    assert path.read_bytes() == b"a,b\n1,-2\n3,4\n"
    assert read_csv_header(path) == ["a", "b"]
    assert list(path.parent.iterdir()) == [path]
