"""`spikewright decode`: what it writes, what it refuses, and how it lines up with a guide."""

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
run = partial(helpers.invoke, "decode")

# `edge_drop`, but for the end of the count: it wraps around.
SOURCE = """module edge_drop(input clk, rst, packet__valid, input [29:0] packet__payload,
                 output packet__ready, output [15:0] dropped);
reg [15:0] count;
assign packet__ready = 1'b1, dropped = count;
always_ff @(posedge clk)
  if (rst) count <= 0;
  else if (packet__valid) count <= count + 1;
endmodule
"""
TABLES = """\
## Table count (unique)
| row | packet.valid | => | count |
|---|---|---|---|
| r1 | 0 | => | hold |
| r2 | 1 | => | trunc(count + 1, 16) |

## Table wires (unique)
| row | => | packet.ready | dropped |
|---|---|---|---|
| always | => | 1 | count |
"""
GUIDED = """\
## Table drop (unique)
| row | packet.valid | => | packet.ready | count |
|---|---|---|---|---|
| none | 0 | => | 1 | hold |
| drop | 1 | => | 1 | trunc(count + 1, 16) |

## Table show (unique)
| row | => | dropped |
|---|---|---|
| always | => | count |
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "edge.sv"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def tables(text: str) -> str:
    return text[text.index("## Table") :]


def test_table_is_printed(source: Path) -> None:
    status, printed, complaint = run(source, "--unit", "edge_drop")
    assert (status, tables(printed), complaint) == (0, TABLES, "")


def test_table_lines_up_with_the_guide(source: Path) -> None:
    status, printed, complaint = run(source, "--unit", "edge_drop", "--guided")
    assert (status, tables(printed), complaint) == (0, GUIDED, "")


def test_file_is_written_and_counted(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "decoded.lct.md"
    status, printed, _ = run(source, "--unit", "edge_drop", "-o", path, "--json")
    result = json.loads(printed)
    assert (status, result["rows"], tables(result["text"])) == (0, 3, TABLES)
    assert path.read_text(encoding="utf-8") == result["text"]


def test_other_names_are_mapped(source: Path) -> None:
    source.write_text(SOURCE.replace("count", "n"), encoding="utf-8")
    status, printed, _ = run(source, "--unit", "edge_drop", "--map", "count=n")
    assert (status, tables(printed)) == (0, TABLES)


REFUSED = {
    "latch": (
        ("always_ff @(posedge clk)\n  if (rst) count <= 0;\n  else if", "always @* if"),
        "{file}:5:1: count keeps its value without a clock, as a latch\n",
    ),
    "missing port": (
        ("output packet__ready, ", "output other, "),
        "output packet.ready is not in the HDL of edge_drop\n",
    ),
    "spare port": (
        ("output packet__ready, ", "output packet__ready, extra, "),
        "output extra of edge_drop is none of the signals\n",
    ),
    "division": (
        ("dropped = count", "dropped = count / 3"),
        "edge_drop cannot be written as a table: "
        "the language has no expression for udiv of 32 bits\n",
    ),
    "no reset": (
        ("if (rst) count <= 0;\n  else if", "if"),
        "register count of edge_drop has no reset value\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_table_is_status_2_and_one_sentence(case: str, source: Path) -> None:
    edit, sentence = REFUSED[case]
    assert SOURCE.count(edit[0]) == 1
    source.write_text(SOURCE.replace(*edit), encoding="utf-8")
    status, printed, complaint = run(source, "--unit", "edge_drop")
    assert (status, printed, complaint) == (2, "", sentence.format(file=source))


def test_what_is_asked_is_checked(source: Path) -> None:
    complaints = {
        (source,): "Name the HDL and, with --unit, whose signals it has; or give --all.\n",
        (source, "--unit", "chip"): "A unit of logic tables can be decoded, and chip is none.\n",
        (source, "--all"): "--all decodes the project's own units: it takes no file and no unit.\n",
        (source, "--unit", "edge_drop", "--parameter", "N"): "A parameter is NAME=NUMBER, not N.\n",
    }
    for arguments, sentence in complaints.items():
        assert run(*arguments) == (2, "", sentence)
