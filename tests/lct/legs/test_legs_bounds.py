"""Texts of strangers: everything that is large or deep ends soon, and with a sentence."""

import time

import pytest

from spikewright.lct.legs.read import Unreadable, read_decoded
from spikewright.lct.library import Library

NAME = "forward_east"
TABLE = Library().read(NAME).decode()
DEFINITIONS = "## Definitions\n| name | expression |\n|---|---|\n"
SHOWN = "forward_east.lct.md"


def defined(*expressions: str, last: str = "z") -> str:
    """The table with definitions, each of which may name the one before it as ``before``."""
    names = [*(f"d{i}" for i in range(len(expressions) - 1)), last]
    before = ["west.valid", *names]
    rows = "".join(
        f"| {n} | {e.replace('before', b)} |\n"
        for n, e, b in zip(names, expressions, before, strict=False)
    )
    text = TABLE.replace("## Table route", f"{DEFINITIONS}{rows}\n## Table route")
    return text.replace("| idle | 0 |", f"| idle | trunc({last}, 1) |")


ROWS = "".join(f"| r{i} | 1 | {i % 200} | - | => | 0 | 0 | 0 | 0 | 0 |\n" for i in range(1_200))

HOSTILE = {
    "too long": (TABLE + "x" * (256 << 10), "a table has at most 262144 bytes, not more"),
    "a long number": (
        TABLE.replace("| idle | 0 |", f"| idle | {'9' * 5_000} |"),
        f"{SHOWN}:28:10 (table route, row idle, column west.valid): syntax: ",
    ),
    "a wide number": (
        TABLE.replace("| idle | 0 |", f"| idle | 0x{'9' * 9_000} |"),
        f"{SHOWN}:28:10 (table route, row idle, column west.valid): width: "
        "a value has at most 4096 bits, this one has 36000",
    ),
    "a far shift": (
        defined("1 << 1000000000"),
        f"{SHOWN}:28:7 (table Definitions, row z, column expression): width: "
        "a shift by up to 1000000000 bits is wider than 4096 bits",
    ),
    "definitions that double": (
        defined(*["before & before"] * 60),
        "the table's expressions have at most 50000 parts, not 3.46e+18",
    ),
    "choices that double": (
        defined(*["before if before else before"] * 60),
        "the table's expressions have at most 50000 parts, not 8.48e+28",
    ),
    "products": (
        defined(
            "cat(west.payload.dx, west.payload.dx, west.payload.dx, west.payload.dx)",
            *["cat(before, before)"] * 5, "before * before", "trunc(before, 1152) * before",
        ),
        "the table's operations have at most 4000000 bits, not ",
    ),
    "deep": (
        TABLE.replace("| idle | 0 |", f"| idle | {'(' * 9_000}0{')' * 9_000} |"),
        f"{SHOWN}:28:10 (table route, row idle, column west.valid): syntax: "
        "an expression nests at most 100 levels deep: name its parts in Definitions",
    ),
    "many rows": (
        TABLE.replace("| idle |", f"{ROWS}| idle |"),
        "a table has at most 1000 rows, not 1206",
    ),
    "many lines": (
        TABLE.replace("| idle |", f"{ROWS * 2}| idle |"),
        "a table's file has at most 2000 rows in all, not 2413",
    ),
    "wide signals": (
        TABLE.replace(
            "| west |",
            "".join(f"| s{i} | in | unsigned(4096) | | |\n" for i in range(20)) + "| west |", 1,
        ),
        "a table has at most 65536 bits of signals, not 82080",
    ),
    "nothing but pipes": (
        "# a\n\n## Table x (unique)\n" + "|" * 99_999, f"{SHOWN}:4:1 (table x): syntax: ",
    ),
    "zeros": ("\0" * 999, f"{SHOWN}:1:1: syntax: a unit file starts with `# name`"),
    "escape codes": (
        TABLE.replace("| idle | 0 |", "| idle | \x1b[31m |"),
        f"{SHOWN}:28:10 (table route, row idle, column west.valid): syntax: ",
    ),
    "instances": (
        "# forward_east\n\n## Signals\n| name | kind | type |\n|---|---|---|\n"
        "| a | in | unsigned(1) |\n\n## Instances\n| name | unit |\n|---|---|\n| x | to_local |\n",
        "the table has logic tables, not instances",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_read(text: str, sentence: str) -> None:
    unit, begin = Library().unit(NAME), time.process_time()
    with pytest.raises(Unreadable) as found:
        read_decoded(text, unit, Library(), {})
    assert str(found.value).startswith(sentence)
    assert str(found.value).isprintable()
    assert len(str(found.value)) < 500
    assert time.process_time() - begin < 10
