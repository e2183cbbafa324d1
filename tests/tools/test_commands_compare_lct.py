"""`spikewright compare-lct`: what is printed, and the exit status."""

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.compare import Cell, Comparison
from spikewright.tools.bench_compare import measure
from spikewright.tools.commands_compare_lct import _believed
from spikewright.verif.row_replay import Replayed

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
run = partial(helpers.invoke, "compare-lct")

TABLE = """\
# half

## Signals
| name | kind | type | reset |
|---|---|---|---|
| go | in | unsigned(1) | |
| x | in | unsigned(8) | |
| y | out | unsigned(8) | |
| last | register | unsigned(8) | 0 |

## Table shift (unique)
| row | go | => | y | last |
|---|---|---|---|---|
| rest | 0 | => | last | hold |
| work | 1 | => | x >> 1 | x |
"""

HDL = """\
module half #(parameter BY = 1) (input clk, input rst, input go, input [7:0] x, output [7:0] y);
  reg [7:0] last;
  always @(posedge clk) if (rst) last <= 0; else if (go) last <= x;
  assign y = go ? x >> BY : last;
endmodule
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "half.lct.md").write_text(TABLE)
    (tmp_path / "half.v").write_text(HDL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.usefixtures("folder")
def test_equal_hdl_gives_status_0() -> None:
    status, out, _ = run("half.lct.md", "half.v:half", "--cross-check")
    assert status == 0
    assert lines(out)[:5] == [
        "shift  y  last",
        "rest   ~  ~",
        "work   ~  ~",
        "reset  last",
        "       ~",
    ]
    assert lines(out)[-1].startswith("half: equivalent (5 equivalent; by names, ")


@pytest.mark.usefixtures("folder")
def test_a_difference_is_shown_confirmed_and_gives_status_1() -> None:
    status, out, _ = run("half.v", "half.lct.md", "--parameter", "BY=2")
    assert status == 1
    assert lines(out)[2] == "work   ! wrong value  ~"
    assert lines(out)[6:10] == [
        "! table shift, row work, column y: the HDL gives another value where x >= 2: "
        "1 is expected, not 0",
        "  wrong value",
        "  counterexample: go = 1, last = 0, x = 2, expected = 1, actual = 0",
        "  confirmed by icarus",
    ]


def test_other_names_and_json(folder: Path) -> None:
    (folder / "half.v").write_text(HDL.replace("last", "previous"))
    status, out, _ = run("half.lct.md", "half.v", "--map", "last=previous", "--json")
    assert status == 0
    report = json.loads(out)
    assert report["verdict"] == "equivalent"
    assert {c["column"] for c in report["cells"]} == {"y", "last"}


@pytest.mark.usefixtures("folder")
def test_two_tables_of_one_text_are_identical() -> None:
    status, out, _ = run("half.lct.md", "half.lct.md")
    assert status == 0
    assert lines(out)[-1].startswith("half: identical (5 identical; by names, ")


def test_the_other_table_may_be_amaranth(folder: Path) -> None:
    (folder / "half.py").write_text(
        "from amaranth.hdl import Module, Signal\n"
        "from amaranth.lib import wiring\n"
        "from amaranth.lib.wiring import In, Out\n"
        "class Half(wiring.Component):\n"
        "    go: In(1)\n    x: In(8)\n    y: Out(8)\n"
        "    def elaborate(self, platform):\n"
        "        m, last = Module(), Signal(8)\n"
        "        m.d.comb += self.y.eq(last)\n"
        "        with m.If(self.go):\n"
        "            m.d.sync += last.eq(self.x)\n"
        "            m.d.comb += self.y.eq(self.x[1:])\n"
        "        return m\n"
    )
    assert run("half.lct.md", "half.py:Half")[0] == 0


def test_what_is_not_decided_gives_status_2(folder: Path) -> None:
    head = (
        "# half\n\n## Signals\n| name | kind | type |\n|---|---|---|\n| a | in | unsigned(40) |\n"
    )
    head += "| b | in | unsigned(40) |\n| y | out | unsigned(80) |\n\n## Table t (unique)\n"
    table = f"{head}| row | => | y |\n|---|---|---|\n| always | => | a * b |\n"
    (folder / "half.lct.md").write_text(table)
    text = "module half(input [39:0] a, input [39:0] b, output [79:0] y);\n"
    text += "assign y = a[19:0] * b + ((a[39:20] * b) << 20);\nendmodule\n"
    (folder / "half.v").write_text(text)
    status, out, _ = run("half.lct.md", "half.v", "--limit", "0.05")
    assert status == 2
    assert lines(out)[1] == "always  ?"
    assert "? table t, row always, column y: not decided within 0.05 s" in lines(out)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["half.v", "half.v"], "One side must be a unit or NAME.lct.md, not both of half.v and "),
        (["half.lct.md", "no.v"], "no.v: there is no such file"),
        (["no.lct.md", "half.v"], "There is no file no.lct.md."),
        (["half.lct.md"], "A comparison has two sides, A and B, not 1."),
        (["chip", "half.v"], "Only units with logic tables are compared, and chip has none."),
        (["half.lct.md", "router"], "router has instances, so it is compared with HDL only."),
        (["router", "half.v", "--reachable"], "--reachable takes a unit of logic tables, and "),
        (["half.lct.md", "half.v", "--parameter", "BY"], "A parameter is NAME=VALUE with a whole "),
        (["half.lct.md", "half.v", "--map", "last"], "Map entry must be SYMBOL=NAME, NAME[high:"),
        (["--all", "half.v"], "--all takes neither sides nor --map."),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(arguments: list[str], message: str) -> None:
    status, out, error = run(*arguments)
    assert status == 2
    assert out == ""
    assert len(error.splitlines()) == 1
    assert error.startswith(message)


def test_a_difference_that_the_simulator_contradicts_is_none() -> None:
    cell = Cell("t", "r", "y", "different", "wrong value", sentence="table t, row r, column y")
    found = Comparison("u", (cell,), (), "names", 0.1)
    assert _believed(found, {0: Replayed(1, True, "icarus")}) == found
    assert _believed(found, {0: Replayed(None, False, "", sentence="no simulator")}) == found
    (other,) = _believed(found, {0: Replayed(1, False, "icarus")}).cells
    assert (other.verdict, other.kind) == ("unknown", "")
    text = "solver and icarus contradict each other: table t, row r, column y"
    assert other.sentence == text


def test_many_rows_against_a_disjoint_rewrite() -> None:
    found = list(measure(12))
    assert [(m.form, m.rows, m.verdict) for m in found] == [
        ("table", 12, "equivalent"),
        ("verilog", 12, "equivalent"),
    ]


SAME = """\
# same

## Signals
| name | kind | type |
|---|---|---|
| go | in | unsigned(1) |
| x | in | unsigned(8) |
| y | out | unsigned(8) |

## Instances
| name | unit |
|---|---|
| inner | half |

## Connections
| from | to |
|---|---|
| go | inner.go |
| x | inner.x |
| inner.y | y |
"""


def test_a_unit_of_instances(folder: Path) -> None:
    (folder / "same.lct.md").write_text(SAME)
    top = HDL + "module same(input clk, input rst, input go, input [7:0] x, output [7:0] y);\n"
    top += "  half #(1) inner(clk, rst, go, x, y);\nendmodule\n"
    (folder / "same.v").write_text(top)
    status, out, _ = run("same.lct.md", "same.v:same")
    assert status == 0
    assert lines(out)[:2] == ["instance  =  ~  !  ?", "inner        4"]
    assert lines(out)[-1].startswith("same: equivalent (4 equivalent; by names, ")
    (folder / "same.v").write_text(top.replace("#(1)", "#(2)"))
    status, out, _ = run("same.lct.md", "same.v:same", "--json")
    assert status == 1
    (cell,) = [c for c in json.loads(out)["cells"] if c["verdict"] == "different"]
    assert cell["sentence"].startswith("instance inner, row output, column y: ")
    assert cell["sentence"].endswith("; it begins at output y of instance inner")
    assert not cell["confirmed"]
