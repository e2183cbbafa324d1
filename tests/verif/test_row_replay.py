"""Counterexamples on real HDL: faults must show, what is no fault must not, prints fool none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from spikewright.lct.compare.mapping import Mapping as Names
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.verif.errors import ToolError
from spikewright.verif.replay_run import Step, run_steps
from spikewright.verif.row_replay import replay, replay_all, replay_trace, replay_units

TABLE = """\
# adder

## Types
| name | definition |
|---|---|
| Phase | enum(IDLE, RUN, DONE) |
| Pair | struct(a: unsigned(4), b: signed(4)) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| go | in | unsigned(1) | |
| pair | in stream | Pair | |
| busy | out | unsigned(1) | |
| sum | out | unsigned(8) | |
| phase | register | Phase | IDLE |
| total | register | unsigned(8) | 5 |

## Table move (unique)
| row | phase | go | => | phase | total |
|---|---|---|---|---|---|
| wait | IDLE | 0 | => | hold | hold |
| go | IDLE | 1 | => | RUN | trunc(total + pair.payload.a, 8) |
| run | RUN | - | => | DONE | hold |
| done | DONE | - | => | IDLE | hold |

## Table show (unique)
| row | => | busy | sum | pair.ready |
|---|---|---|---|---|
| always | => | phase != IDLE | total if busy else 0 | 1 |
"""

GOOD = """\
module adder(input clk, input rst, input go, input [7:0] pair__payload, input pair__valid,
             output busy, output [7:0] sum, output pair__ready);
  reg [1:0] phase;
  reg [7:0] total;
  always @(posedge clk)
    if (rst) begin phase <= 2'd0; total <= 8'd5; end
    else case (phase)
      2'd0: if (go) begin phase <= 2'd1; total <= total + pair__payload[3:0]; end
      2'd1: phase <= 2'd2;
      default: phase <= 2'd0;
    endcase
  assign busy = phase != 2'd0;
  assign sum = busy ? total : 8'd0;
  assign pair__ready = 1'b1;
endmodule
"""


@dataclass(frozen=True)
class Cell:
    """A claim that something differs."""

    row: str
    column: str
    witness: Mapping[str, int] = field(default_factory=dict)
    expected: int | None = None


AT_GO = {"phase": 0, "go": 1, "total": 250, "pair.payload": 0xF7}
GO = Cell("go", "total", AT_GO, 1)
BUSY = Cell("always", "busy", {"phase": 2, "total": 1}, 1)
SUM = Cell("always", "sum", {"phase": 1, "total": 77}, 77)
RESET = Cell("reset", "total", {}, 5)


@pytest.fixture(scope="module")
def adder(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    folder: Path = tmp_path_factory.mktemp("units")
    (folder / "adder.lct.md").write_text(TABLE)
    return Library(folder).unit("adder")


def _design(source: str, mapping: Names | None = None) -> Design:
    names = mapping or Names()
    with Elaborator() as elaborator:
        return load_verilog(
            {"a.sv": source},
            "adder",
            prefer=["phase", "total", *(e.name for e in names.entries)],
            reset=names.reset,
            elaborator=elaborator,
        )


def _seen(unit: Unit, source: str, cells: Sequence[Cell]) -> list[tuple[int | None, bool]]:
    found = replay_all(unit, _design(source), cells)
    assert {f.simulator for f in found} == {"icarus"}
    return [(f.actual, f.confirmed) for f in found]


def test_nothing_is_confirmed_where_nothing_differs(adder: Unit) -> None:
    cells = [
        GO,
        BUSY,
        SUM,
        RESET,
        Cell("reset", "phase", {}, 0),
        Cell("always", "pair.ready", {}, 1),
    ]
    assert _seen(adder, GOOD, cells) == [
        (1, False),
        (1, False),
        (77, False),
        (5, False),
        (0, False),
        (1, False),
    ]
    assert replay(adder, _design(GOOD), GO).sentence == (
        "the simulation shows what the table wants"
    )


@pytest.mark.parametrize(
    ("right", "wrong", "seen"),
    [
        ("total + pair__payload[3:0]", "total - pair__payload[3:0]", [243, 1, 77, 5]),
        ("phase != 2'd0;", "phase == 2'd1;", [1, 0, 77, 5]),
        ("busy ? total", "busy ? total ^ 8'd1", [1, 1, 76, 5]),
        ("total <= 8'd5", "total <= 8'd7", [1, 1, 77, 7]),
        ("total <= 8'd5;", "", [1, 1, 77, None]),
        ("reg [7:0] total;", "reg [7:0] total = 8'd9;", [1, 1, 77, 9]),
        ("if (rst)", "if (rst && go)", [1, 1, 77, None]),
    ],
)
def test_faults_show(adder: Unit, right: str, wrong: str, seen: list[int | None]) -> None:
    wanted = [1, 1, 77, 5]
    shown = _seen(adder, GOOD.replace(right, wrong), [GO, BUSY, SUM, RESET])
    assert shown == [(a, a != e) for a, e in zip(seen, wanted, strict=True)]


def test_undefined_is_a_difference(adder: Unit) -> None:
    source = GOOD.replace("assign busy = phase != 2'd0;", "assign busy = phase != 2'd0 | 1'bx;")
    found = replay(adder, _design(source), Cell("always", "busy", {"phase": 0}, 0))
    assert (found.actual, found.confirmed, found.bits) == (None, True, "x")


def test_a_claim_about_another_value_than_the_tables_is_not_confirmed(adder: Unit) -> None:
    found = replay(adder, _design(GOOD), Cell("go", "total", AT_GO, 3))
    assert not found.confirmed
    assert found.sentence == "the table that is run gives total 1, not 3"


def test_registers_inside_and_under_two_names_are_placed(adder: Unit) -> None:
    head, _, body = GOOD.partition(");")
    source = (
        f"{head});\n  inner u(.*);\nendmodule\n"
        f"{head.replace('adder', 'inner')});{body}"
        .replace("reg [7:0] total;", "reg [7:0] acc; wire [7:0] total; assign total = acc;")
        .replace("total <= total", "acc <= acc").replace("total <= 8'd5", "acc <= 8'd5")
        .replace("reg [1:0] phase;", "typedef enum logic [1:0] {I, R, D} st; st phase;")
        .replace("phase <= 2'd0", "phase <= I").replace("phase <= 2'd1", "phase <= R")
        .replace("phase <= 2'd2", "phase <= D")
    )  # fmt: skip
    mapping = Names.parse(["phase=u.phase", "total=u.total"])
    design = _design(source, mapping)
    found = replay_all(adder, design, [GO, BUSY, SUM, RESET], mapping)
    assert [(f.actual, f.confirmed) for f in found] == [
        (1, False),
        (1, False),
        (77, False),
        (5, False),
    ]


def test_codes_and_a_low_reset(adder: Unit) -> None:
    source = (
        GOOD.replace("input rst", "input reset_n").replace("(rst)", "(!reset_n)")
        .replace("reg [1:0] phase", "reg [2:0] state").replace("case (phase)", "case (state)")
        .replace("2'd0: ", "3'd1: ").replace("2'd1: ", "3'd2: ")
        .replace("phase <= 2'd0", "state <= 3'd1")
        .replace("phase <= 2'd1", "state <= 3'd2").replace("phase <= 2'd2", "state <= 3'd4")
        .replace("phase != 2'd0", "!state[0]")
    )  # fmt: skip
    mapping = Names.parse(["phase=state{idle:1,run:2,done:4}", "rst=!reset_n"])
    cells = [GO, BUSY, SUM, RESET, Cell("run", "phase", {"phase": 1}, 2)]
    found = replay_all(adder, _design(source, mapping), cells, mapping)
    assert [(f.actual, f.confirmed) for f in found] == [
        (1, False),
        (1, False),
        (77, False),
        (5, False),
        (2, False),
    ]
    wrong = source.replace("state <= 3'd4", "state <= 3'd6")
    found = replay_all(adder, _design(wrong, mapping), cells, mapping)
    assert [f.confirmed for f in found] == [False] * 4 + [True]
    assert (found[4].actual, found[4].bits) == (None, "110")


PRINTS = """\
  initial begin $display("w 0 00000001"); $fwrite(32'h80000003, "w 0 1"); end
  always @(posedge clk) begin $display("0 5"); $fdisplay(32'h80000003, "junk"); end
"""


def test_what_the_hdl_prints_is_no_result(adder: Unit) -> None:
    design = _design(GOOD)
    wrong = GOOD.replace("total + pair", "total - pair").replace("endmodule", PRINTS + "endmodule")
    loud = _simulated(design, wrong)
    found = replay(adder, loud, GO)
    assert not found.confirmed
    assert found.simulator == ""
    assert found.sentence.startswith("A replay must leave 6 results and nothing else, not ")
    quiet = (
        wrong.replace("$fdisplay(32'h80000003", "$display(")
        .replace("$fwrite(32'h80000003,", "$write(")
        .replace('$display(, "', '$display("')
    )
    found = replay(adder, _simulated(design, quiet), GO)
    assert (found.actual, found.confirmed) == (243, True)


def _simulated(design: Design, source: str) -> Design:
    """A design with other text for the simulator."""
    return replace(design, _verilog=lambda: (source,))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("initial #25 $finish;", r"^A replay must leave 6 results and nothing else, not \d lines"),
        (
            'initial $system("true");',
            r"^HDL that is simulated must leave files alone, not use \$system$",
        ),
        (
            '`define A $f``open\ninteger f; initial f = `A("x");',
            r"^HDL that is simulated must leave files alone, not open one$",
        ),
    ],
)
def test_hdl_that_interferes(adder: Unit, code: str, sentence: str) -> None:
    design = _design(GOOD)
    source = GOOD.replace("endmodule", f"{code}\nendmodule")
    found = replay(adder, _simulated(design, source), GO)
    assert (found.confirmed, found.simulator) == (False, "")
    with pytest.raises(ToolError, match=sentence):
        raise ToolError(found.sentence)


def test_a_trace_from_reset(adder: Unit) -> None:
    wrong = GOOD.replace(
        "2'd1: phase <= 2'd2", "2'd1: begin phase <= 2'd2; total <= total + 1; end //"
    )
    moments = [{}, {"go": 1, "pair.payload": 3}, {}, {}]
    assert not replay_trace(adder, _design(GOOD), moments, "sum").confirmed
    found = replay_trace(adder, _design(wrong), moments, "sum")
    assert (found.actual, found.confirmed) == (9, True)
    assert not replay_trace(adder, _design(wrong), moments[:3], "sum").confirmed


def test_two_tables(adder: Unit, tmp_path: Path) -> None:
    text = TABLE.replace("total + pair.payload.a", "total - pair.payload.a + 0")
    text = text.replace("unsigned(8) | 5", "unsigned(8) | 6")
    (tmp_path / "adder.lct.md").write_text(text)
    other = Library(tmp_path).unit("adder")
    assert replay_units(adder, other, GO).actual == 243
    assert replay_units(adder, other, GO).confirmed
    assert replay_units(adder, other, RESET).confirmed
    assert not replay_units(adder, adder, GO).confirmed
    assert not replay_units(adder, other, BUSY).confirmed


def test_verilator_where_icarus_cannot_read(adder: Unit) -> None:
    # Icarus 11 has no streaming operators.
    wrong = GOOD.replace("assign sum = busy ? total", "assign sum = busy ? {<<{total}}")
    found = replay_all(adder, _design(wrong), [GO, SUM, RESET])
    assert [(f.actual, f.confirmed, f.simulator) for f in found] == [
        (1, False, "verilator"),
        (0b10110010, True, "verilator"),
        (5, False, "verilator"),
    ]


def test_a_source_that_no_simulator_takes(adder: Unit) -> None:
    design = _simulated(_design(GOOD), "module nothing; endmodule")
    found = replay(adder, design, GO)
    assert (found.actual, found.confirmed, found.simulator) == (None, False, "")
    with pytest.raises(ToolError, match="Icarus says"):
        run_steps(design, [Step("wait")])
