"""What a difference is called, and in which words: one planted fault of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spikewright.lct.compare import Cell, Options, compare_design, compare_units
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

TABLE = """\
# filter

## Types
| name | definition |
|---|---|
| Mode | enum(IDLE, RUN, DONE) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| x | in | unsigned(8) | |
| gain | in | unsigned(8) | |
| kind | in | unsigned(2) | |
| go | in | unsigned(1) | |
| busy | out | unsigned(1) | |
| y | out | unsigned(9) | |
| sum | register | unsigned(10) | 5 |
| mode | register | Mode | IDLE |

## Assumptions
| id | always |
|---|---|
| A1 | kind < 3 |

## Table work (priority)
| row | go | kind | => | sum | y |
|---|---|---|---|---|---|
| wait | 0 | - | => | hold | 0 |
| add | 1 | 0 | => | trunc(sum + x, 10) | x + 1 |
| load | 1 | 1 | => | gain | gain |
| else | - | - | => | 0 | 0 |

## Table step (unique)
| row | go | => | mode | busy |
|---|---|---|---|---|
| rest | 0 | => | IDLE | 0 |
| work | 1 | => | RUN | 1 |
"""

HDL = """\
module filter(input clk, input rst, input [7:0] x, input [7:0] gain, input [1:0] kind, input go,
              output busy, output reg [8:0] y);
  reg [9:0] sum;
  reg [1:0] mode;
  assign busy = go;
  always @(posedge clk)
    if (rst) begin
      sum <= 10'd5;
      mode <= 2'd0;
    end else begin
      mode <= go ? 2'd1 : 2'd0;
      if (go) begin
        if (kind == 0) sum <= sum + x;
        else if (kind == 1) sum <= gain;
        else sum <= 0;
      end
    end
  always @* begin
    y = 0;
    if (go && kind == 0) y = x + 1;
    if (go && kind == 1) y = gain;
  end
endmodule
"""


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as process:
        yield process


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    return read(tmp_path_factory.mktemp("filter"), TABLE)


def read(folder: Path, text: str) -> Unit:
    (folder / "filter.lct.md").write_text(text)
    return Library(folder).unit("filter")


def edited(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def only(cells: tuple[Cell, ...]) -> Cell:
    (cell,) = cells
    return cell


@pytest.mark.parametrize(
    ("edit", "kind", "sentence"),
    [
        (
            (
                "else if (kind == 1) sum <= gain;\n        else sum <= 0;",
                "else if (kind != 1) sum <= 0;",
            ),
            "omission",
            "table work, row load, column sum: the HDL holds: 1 is expected, not 0",
        ),
        (
            ("if (go && kind == 1) y = gain;", "if (go && kind == 1 && x != 9) y = gain;"),
            "omission",
            "table work, row load, column y: the HDL leaves it idle where x = 9: "
            "1 is expected, not 0",
        ),
        (
            ("if (go) begin", "if (go || x == 200) begin"),
            "hallucination",
            "table work, row wait, column sum: the HDL does what the table does not say where "
            "x = 200 and kind = 0: 0 is expected, not 200",
        ),
        (
            ("sum <= gain;", "sum <= x == 7 ? gain ^ 1 : gain;"),
            "hallucination",
            "table work, row load, column sum: the HDL has a branch that the table does not have "
            "where x = 7: 0 is expected, not 1",
        ),
        (
            ("y = x + 1;", "y = x - 1;"),
            "wrong value",
            "table work, row add, column y: the HDL gives another value: 1 is expected, not 511",
        ),
        (
            (
                "if (kind == 0) sum <= sum + x;\n        else if (kind == 1)",
                "if (kind == 0 && x[7]) sum <= sum + x;\n        else if (kind <= 1)",
            ),
            "wrong value",
            "table work, row add, column sum: the HDL does what row load says where x[7] = 0: "
            "0 is expected, not 1",
        ),
        (
            ("y = x + 1;", "y = x[6:0] + 1;"),
            "wrong value",
            "table work, row add, column y: the HDL gives another value where x >= 128: "
            "129 is expected, not 1",
        ),
        (
            ("sum <= sum + x;", "sum <= {2'd0, sum[7:0] + x};"),
            "width",
            "table work, row add, column sum: the HDL loses what is above bit 7: "
            "256 is expected, not 0",
        ),
        (
            ("busy = go;", "busy = kind == 1 ? 1'bx : go;"),
            "undefined",
            "table step, row rest, column busy: the HDL leaves it undefined where kind = 1: "
            "0 is expected, not x",
        ),
        (
            ("mode <= 2'd0;\n    end else", "mode <= 2'd2;\n    end else"),
            "reset",
            "register mode must reset to IDLE, and the HDL resets it to DONE",
        ),
        (
            ("      sum <= 10'd5;\n", "      if (!go) sum <= 10'd5;\n"),
            "reset",
            "register sum must reset to 5, and the HDL does not reset it",
        ),
        (
            ("reg [9:0] sum;", "reg [9:0] sum = 0;"),
            "reset",
            "register sum must reset to 5, and the HDL starts it at power-on with 0",
        ),
        (
            ("output busy,", "output busy, output spare,"),
            "hallucination",
            "the HDL has an output spare, which the table does not have",
        ),
        (
            ("input [1:0] kind,", "input [2:0] kind,"),
            "width",
            "input kind has 2 bits in the table and 3 in the HDL",
        ),
    ],
)
def test_a_difference_in_hdl_has_a_name(
    unit: Unit, elaborator: Elaborator, edit: tuple[str, str], kind: str, sentence: str
) -> None:
    design = load_verilog({"f.v": edited(HDL, edit)}, elaborator=elaborator)
    found = compare_design(unit, design)
    cell = found.differences[0]
    assert (cell.kind, cell.sentence) == (kind, sentence)
    assert {c.kind for c in found.differences} == {kind}


def test_a_missing_port_is_an_omission(unit: Unit, elaborator: Elaborator) -> None:
    text = edited(HDL, ("output busy, ", ""), ("  assign busy = go;\n", ""))
    found = compare_design(unit, load_verilog({"f.v": text}, elaborator=elaborator))
    assert [(c.row, c.column, c.kind) for c in found.differences] == [
        ("port", "busy", "omission"),
        ("rest", "busy", "omission"),
        ("work", "busy", "omission"),
    ]


def test_names_and_codes_are_mapped(unit: Unit, elaborator: Elaborator) -> None:
    edits = [
        ("reg [1:0] mode;", "reg [2:0] state;"),
        ("mode <= 2'd0;\n    end else", "state <= 3'd1;\n    end else"),
        ("mode <= go ? 2'd1 : 2'd0;", "state <= go ? 3'd2 : 3'd1;"),
    ]
    options = Options(mapping=Mapping.parse(["mode=state{IDLE:1, RUN:2, DONE:4}"]))
    design = load_verilog({"f.v": edited(HDL, *edits)}, elaborator=elaborator)
    assert compare_design(unit, design, options).verdict == "equivalent"
    edits[2] = (edits[2][0], "state <= go ? 3'd4 : 3'd3;")
    design = load_verilog({"f.v": edited(HDL, *edits)}, elaborator=elaborator)
    found = compare_design(unit, design, options)
    assert [c.sentence for c in found.differences] == [
        "table step, row rest, column mode: the HDL gives another value: IDLE is expected, "
        "not code 3",
        "table step, row work, column mode: the HDL gives another value: RUN is expected, not DONE",
    ]


@pytest.mark.parametrize(
    ("edit", "kind", "sentence"),
    [
        (
            ("| add | 1 | 0 |", "| add | 1 | 2 |"),
            "wrong value",
            "table work, row add, column sum: the other table does what row else says: "
            "1 is expected, not 0",
        ),
        (
            ("| gain | gain |", "| gain | * |"),
            "undefined",
            "table work, row load, column y: the other table leaves it undefined: "
            "0 is expected, not x",
        ),
        (
            ("| unsigned(10) | 5 |", "| unsigned(10) | 6 |"),
            "reset",
            "register sum must reset to 5, and the other table makes it 6",
        ),
        (
            (
                "| load | 1 | 1 | => | gain | gain |\n| else |",
                "| load | 1 | 1 | => | gain | gain |\n| rare | 1 | 2 | => | hold | 0 |\n| else |",
            ),
            "omission",
            "table work, row else, column sum: the other table holds: 0 is expected, not 1",
        ),
        (
            ("| rest | 0 | => | IDLE | 0 |\n", ""),
            "omission",
            "table step, row rest, column mode: the other table has no row: "
            "IDLE is expected, not RUN",
        ),
    ],
)
def test_a_difference_between_tables_has_a_name(
    unit: Unit, tmp_path: Path, edit: tuple[str, str], kind: str, sentence: str
) -> None:
    found = compare_units(unit, read(tmp_path, edited(TABLE, edit)))
    assert (found.differences[0].kind, found.differences[0].sentence) == (kind, sentence)
