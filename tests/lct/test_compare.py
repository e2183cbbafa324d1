"""Tables held against HDL: every planted fault is found in its place, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spikewright.lct.compare import Comparison, Options, compare_design, compare_units
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

TABLE = """\
# counter

## Types
| name | definition |
|---|---|
| Mode | enum(IDLE, RUN, DONE) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| step | in | unsigned(2) | |
| go | in | unsigned(1) | |
| count | out | unsigned(4) | |
| odd | out | unsigned(1) | |
| mode | out | Mode | |
| busy | out | unsigned(1) | |
| now | register | unsigned(4) | 3 |

## Assumptions
| id | always |
|---|---|
| A1 | step < 3 |

## Table move (unique)
| row | go | => | now | odd |
|---|---|---|---|---|
| wait | 0 | => | hold | * |
| move | 1 | => | trunc(now + step, 4) | now[0] |

## Table show (priority)
| row | now | go | => | count | mode |
|---|---|---|---|---|---|
| last | 15 | - | => | now | DONE |
| run | - | 1 | => | now | RUN |
| else | - | - | => | 0 | IDLE |

## Table report (unique)
| row | => | busy |
|---|---|---|
| always | => | mode != IDLE |
"""

HDL = """\
module counter(input clk, input rst, input [1:0] step, input go,
               output reg [3:0] count, output odd, output reg [1:0] mode, output busy);
  reg [3:0] now = 4'd3;
  always @(posedge clk)
    if (rst) now <= 4'd3;
    else if (go) now <= now + step;
  assign odd = now[0];
  assign busy = |mode;
  always @* begin
    count = 4'd0; mode = 2'd0;
    if (now == 4'd15) begin
      count = now; mode = 2'd2;
    end else if (go) begin
      count = now; mode = 2'd1;
    end
  end
endmodule
"""


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as process:
        yield process


def read(folder: Path, text: str) -> Unit:
    folder.mkdir(exist_ok=True)
    (folder / "counter.lct.md").write_text(text)
    return Library(folder).unit("counter")


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return read(tmp_path, TABLE)


def against(unit: Unit, elaborator: Elaborator, *edits: tuple[str, str]) -> Comparison:
    text = HDL
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return compare_design(unit, load_verilog({"counter.v": text}, elaborator=elaborator))


def places(found: Comparison) -> set[tuple[str, str, str]]:
    return {(c.table, c.row, c.column) for c in found.cells if c.verdict != "equivalent"}


def test_hardware_that_follows_its_table_is_equivalent(unit: Unit, elaborator: Elaborator) -> None:
    found = against(unit, elaborator)
    assert found.verdict == "equivalent"
    assert len(found.cells) == 2 * 2 + 3 * 2 + 1 + 1
    assert found.differences == ()


@pytest.mark.parametrize(
    "edit",
    [
        ("now <= now + step", "now <= step == 3 ? 0 : now + step"),
        ("odd = now[0]", "odd = go & now[0]"),
        ("odd = now[0]", "odd = go ? now[0] : 1'bx"),
        ("reg [3:0] now = 4'd3", "reg [3:0] now"),
    ],
)
def test_assumptions_hold_and_stars_are_free(
    unit: Unit, elaborator: Elaborator, edit: tuple[str, str]
) -> None:
    assert against(unit, elaborator, edit).verdict == "equivalent"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("now + step", "now - step", ("move", "move", "now")),
        ("else if (go) now", "else if (go | now == 7) now", ("move", "wait", "now")),
        ("odd = now[0]", "odd = now[0] ^ (now == 9 && step == 2)", ("move", "move", "odd")),
        ("    if (now == 4'd15)", "    if (now == 4'd15 && !go)", ("show", "last", "mode")),
        ("mode = 2'd0", "mode = 2'd3", ("show", "else", "mode")),
        ("busy = |mode", "busy = mode[0]", ("report", "always", "busy")),
        ("odd = now[0]", "odd = step == 1 ? 1'bx : now[0]", ("move", "move", "odd")),
        ("if (rst) now <= 4'd3", "if (rst) now <= 4'd2", ("", "reset", "now")),
        ("if (rst) now", "if (rst & go) now", ("", "reset", "now")),
        ("reg [3:0] now = 4'd3", "reg [3:0] now = 4'd0", ("", "power-on", "now")),
        ("input rst, ", "", ("", "reset", "now")),
    ],
)
def test_a_fault_is_found_in_its_place(
    unit: Unit, elaborator: Elaborator, old: str, new: str, place: tuple[str, str, str]
) -> None:
    edits = [(old, new)] + ([("if (rst) now <= 4'd3;\n    else if", "if")] if not new else [])
    found = against(unit, elaborator, *edits)
    assert found.verdict == "different"
    assert places(found) == {place}


def test_what_no_row_covers_is_not_taken_for_equal(unit: Unit, tmp_path: Path) -> None:
    gap = read(tmp_path / "gap", TABLE.replace("| wait | 0 | => | hold | * |\n", ""))
    found = compare_units(gap, unit)
    assert found.verdict == "unknown"
    (cell,) = (c for c in found.cells if c.verdict == "unknown")
    assert cell.sentence == "table move does not cover every input"


def test_tables_of_the_same_text_are_identical(unit: Unit, tmp_path: Path) -> None:
    renamed = TABLE.replace("| move |", "| other |").replace("go | =>", "go == 1 | =>")
    assert compare_units(unit, unit).verdict == "identical"
    found = compare_units(unit, read(tmp_path / "b", renamed))
    rewritten = {(c.table, c.row) for c in found.cells if c.verdict == "equivalent"}
    assert rewritten == {("move", "wait"), ("move", "move"), ("show", "run"), ("show", "else")}
    assert found.verdict == "equivalent"


def test_a_question_without_an_answer_is_no_pass(tmp_path: Path) -> None:
    signals = "\n".join(
        ["## Signals", "| name | kind | type |", "|---|---|---|"]
        + [f"| {n} | in | unsigned(40) |" for n in "ab"]
        + ["| c | out | unsigned(80) |"]
    )
    table = "## Table multiply (unique)\n| row | => | c |\n|---|---|---|\n| always | => | {} |\n"
    sides = [
        read(tmp_path / name, f"# counter\n\n{signals}\n\n{table.format(product)}")
        for name, product in (
            ("one", "a * b"),
            ("other", "trunc(a[0:20] * b + ((a[20:40] * b) << 20), 80)"),
        )
    ]
    found = compare_units(*sides, Options(limit=0.2))
    assert found.verdict == "unknown"
    (cell,) = found.cells
    assert cell.sentence == "table multiply, row always, column c: not decided within 0.2 s"


def test_a_gap_is_no_pass_for_hardware_either(tmp_path: Path, elaborator: Elaborator) -> None:
    gap = read(tmp_path / "gap", TABLE.replace("| wait | 0 | => | hold | * |\n", ""))
    assert against(gap, elaborator).verdict == "unknown"


@pytest.mark.parametrize(
    ("answer", "verdict", "says"),
    [
        ("unsat", "identical", ""),
        ("unknown", "unknown", "not confirmed by a second solver within 20 s"),
        ("sat", "unknown", "two solvers contradict each other"),
    ],
)
def test_a_second_solver_must_agree(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, answer: str, verdict: str, says: str
) -> None:
    from spikewright.lct.compare import judge

    monkeypatch.setattr(judge, "ask_z3", lambda *_: answer)
    found = compare_units(unit, unit, Options(cross_check=True))
    (cell,) = (c for c in found.cells if c.table == "report")
    assert cell.verdict == verdict
    assert cell.sentence == (says and f"table report, row always, column busy: {says}")
