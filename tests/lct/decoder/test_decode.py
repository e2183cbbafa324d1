"""HDL comes back as a table that a person would write, and only if it is proven."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spikewright.lct.check import check
from spikewright.lct.decoder import Undecodable, assembly, decode, rows
from spikewright.lct.decoder.project import decode_project
from spikewright.lct.decoder.split import Rule
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.elaborate import elaborate
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.load import load_class
from spikewright.lct.markdown import parse_markdown

QUICK = ("to_local", "merge_east", "axi_read", "tick_controller", "from_local", "frame_in")

SIGNALS = """# held
## Types
| name | definition |
|---|---|
| State | enum(IDLE, RUN, DONE) |
## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| go | in | unsigned(1) | | |
| stop | in | unsigned(1) | | |
| data | in | unsigned(8) | | |
| busy | out | unsigned(1) | | |
| state | register | State | IDLE | |
| total | register | unsigned(8) | 0 | |
## Table nothing (unique)
| row | => | busy |
|---|---|---|
| always | => | 0 |
"""

TABLE = """\
## Table state (unique)
| row | state | go | stop | => | state | total |
|---|---|---|---|---|---|---|
| idle_1 | IDLE | 0 | - | => | hold | hold |
| idle_2 | IDLE | 1 | - | => | RUN | 0 |
| run_1 | RUN | - | 0 | => | hold | trunc(total + data, 8) |
| run_2 | RUN | - | 1 | => | DONE | hold |
| done | DONE | - | - | => | IDLE | hold |

## Table wires (unique)
| row | => | busy |
|---|---|---|
| always | => | state != IDLE |
"""

STYLES = {
    "case": """
always_ff @(posedge clk)
  if (rst) begin state <= 0; total <= 0; end
  else case (state)
    0: if (go) begin state <= 1; total <= 0; end
    1: if (stop) state <= 2; else total <= total + data;
    default: state <= 0;
  endcase""",
    "ternaries": """
always_ff @(posedge clk) begin
  state <= rst ? 0 : state == 0 ? {1'b0, go} : state == 1 ? (stop ? 2'd2 : 2'd1) : 2'd0;
  total <= rst ? 0 : state == 0 && go ? 0 : state == 1 && !stop ? total + data : total;
end""",
    "masks": """
wire start = ~|state & go;
wire adds = state[0] & ~stop;
wire [7:0] sum = total + ({8{adds}} & data);
always_ff @(posedge clk) begin
  state[0] <= ~rst & (start | adds);
  state[1] <= ~rst & state[0] & stop;
  total <= sum & {8{~(start | rst)}};
end""",
    "end of a count": """
always_ff @(posedge clk)
  if (rst) begin state <= 0; total <= 0; end
  else begin
    state <= 0;
    if (go && !(&total)) total <= total + 1'b1;
  end""",
    "casez in a function, signs": """
function automatic [1:0] pick(input [2:0] r);
  casez (r) 3'b??1: pick = 0; 3'b?10: pick = 1; 3'b100: pick = 2; default: pick = 0; endcase
endfunction
always_ff @(posedge clk)
  if (rst) begin state <= 0; total <= 0; end
  else begin state <= pick(data[2:0]); total <= $signed(data) < 0 ? -data : data; end""",
}

BUSY = """
## Table wires (unique)
| row | => | busy |
|---|---|---|
| always | => | state != IDLE |
"""

DECODED = {
    "case": TABLE,
    "ternaries": TABLE,
    "masks": """\
## Definitions
| name | expression |
|---|---|
| adds | state == RUN and not stop |
| start | state == IDLE and go |

## Table state (unique)
| row | adds | start | state | => | state | total |
|---|---|---|---|---|---|---|
| r1 | - | 0 | not RUN | => | IDLE | hold |
| run | 0 | - | RUN | => | DONE | hold |
| r3 | 1 | - | - | => | hold | trunc(total + data, 8) |
| r4 | - | 1 | - | => | RUN | 0 |
"""
    + BUSY,
    "end of a count": """\
## Table total (unique)
| row | go | total | => | total |
|---|---|---|---|---|
| r1 | 0 | - | => | hold |
| r2 | 1 | < 255 | => | total + 1 |
| r3 | 1 | 255 | => | hold |

## Table wires (unique)
| row | => | busy | state |
|---|---|---|---|
| always | => | state != IDLE | IDLE |
""",
    "casez in a function, signs": """\
## Table state (unique)
| row | data[0:2] | data[0:3] | => | state |
|---|---|---|---|---|
| r1 | not 2 | not 4 | => | IDLE |
| r2 | 2 | - | => | RUN |
| r3 | - | 4 | => | DONE |

## Table total (unique)
| row | data | => | total |
|---|---|---|---|
| r1 | <= 127 | => | data |
| r2 | >= 128 | => | (-data)[0:8] |
"""
    + BUSY,
}


def unit(text: str) -> Unit:
    """A unit from its text."""
    diagnostics = Diagnostics()
    document = parse_markdown(Path("held.lct.md"), text, diagnostics)
    result = elaborate(document, Library(), {}, diagnostics)
    diagnostics.raise_if_any(document.lines)
    return result


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    """One process for all designs."""
    with Elaborator() as process:
        yield process


def held(body: str) -> str:
    """A module with the signals of `SIGNALS`."""
    return f"""module held(input clk, rst, go, stop, input [7:0] data, output busy);
reg [1:0] state; reg [7:0] total;
assign busy = state != 0;
{body}
endmodule
"""


@pytest.mark.parametrize("name", QUICK)
def test_unit(name: str, elaborator: Elaborator) -> None:
    """A compiled unit comes back without a finding."""
    given = Library().unit(name)
    prefer = [s.name for s in given.by_role("register")]
    design = load_component(load_class(name)(), name, elaborator=elaborator, prefer=prefer)
    assert check(decode(design, given).unit) == []


@pytest.mark.parametrize("style", STYLES)
def test_styles(style: str, elaborator: Elaborator) -> None:
    """Each style gives the table that a person would write of it."""
    design = load_verilog({"held.sv": held(STYLES[style])}, "held", elaborator=elaborator)
    text = decode(design, unit(SIGNALS)).text
    start = "## Definitions" if "## Definitions" in text else "## Table"
    assert text[text.index(start) :] == DECODED[style]


def _dropped(sheet: rows.Sheet) -> rows.Sheet:
    """A table without its first row; the second one covers what it covered."""
    first, second, *rest = sheet.rules
    return replace(sheet, rules=[Rule(first.cube, second.values), second, *rest])


def _held(sheet: rows.Sheet) -> rows.Sheet:
    """A table in which one row wrongly keeps a register's value."""
    k, goal = next((k, g) for k, g in enumerate(sheet.goals) if g.held is not None)
    at = next(i for i, r in enumerate(sheet.rules) if r.values[k] is not goal.held)
    values = list(sheet.rules[at].values)
    values[k] = goal.held  # type: ignore[call-overload]
    rules = list(sheet.rules)
    rules[at] = Rule(rules[at].cube, tuple(values))
    return replace(sheet, rules=rules)


def _short(sheet: rows.Sheet) -> rows.Sheet:
    """A table without its last row."""
    return replace(sheet, rules=sheet.rules[:-1])


FAULTS = {
    "row lost to another": (
        _dropped,
        "table state, row idle_1, column state: RUN is expected, not IDLE",
    ),
    "row lost": (_short, "table state does not cover every input"),
    "wrong value": (_held, "table state, row idle_2, column state: IDLE is expected, not RUN"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_the_decoder(
    fault: str,
    elaborator: Elaborator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong table is never returned."""
    real = assembly.tidy
    plant, sentence = FAULTS[fault]

    def wrong(*args: Any, **given: Any) -> rows.Sheet:
        sheet = real(*args, **given)
        return plant(sheet) if len(sheet.rules) > 2 else sheet

    monkeypatch.setattr(assembly, "tidy", wrong)
    design = load_verilog({"held.sv": held(STYLES["case"])}, "held", elaborator=elaborator)
    with pytest.raises(Undecodable) as caught:
        decode(design, unit(SIGNALS))
    assert str(caught.value) == f"the decoded table of held differs from the HDL: {sentence}"


def test_too_deep(elaborator: Elaborator) -> None:
    """What the language does not take is one sentence."""
    text = "data"
    for _ in range(60):
        text = f"(({text} + total) ^ data)"
    reset = "if (rst) begin state <= 0; total <= 0; end"
    body = f"always_ff @(posedge clk) {reset} else total <= {text};"
    design = load_verilog({"held.sv": held(body)}, "held", elaborator=elaborator)
    with pytest.raises(Undecodable) as caught:
        decode(design, unit(SIGNALS))
    rule = "an expression nests at most 100 levels deep: name its parts in Definitions"
    assert str(caught.value) == f"held cannot be written as a table: {rule}"


def test_too_long(elaborator: Elaborator) -> None:
    """Logic that shares what a table must repeat grows without bound, and is not read."""
    lines = ["a[0] = data;", *(f"a[{n}] = a[{n - 1}] ^ (a[{n - 1}] << 1);" for n in range(1, 40))]
    reset = "if (rst) begin state <= 0; total <= 0; end"
    body = f"""logic [7:0] a [40];
    always_comb begin {" ".join(lines)} end
    always_ff @(posedge clk) {reset} else total <= a[39];"""
    design = load_verilog({"held.sv": held(body)}, "held", elaborator=elaborator)
    with pytest.raises(Undecodable) as caught:
        decode(design, unit(SIGNALS))
    rule = "one expression of it would have more than 65,536 characters"
    assert str(caught.value) == f"held cannot be written as a table: {rule}"


@pytest.mark.parametrize("name", QUICK)
def test_guided(name: str, elaborator: Elaborator) -> None:
    """With its own table as a guide, a compiled unit comes back word for word."""
    given = Library().unit(name)
    prefer = [s.name for s in given.by_role("register")]
    design = load_component(load_class(name)(), name, elaborator=elaborator, prefer=prefer)
    text = Library().path(name).read_text(encoding="utf-8")
    assert decode(design, given, given).text == text


@pytest.mark.nightly
def test_every_unit() -> None:
    """Every unit comes back the same from Amaranth and from Verilog."""
    found = list(decode_project())
    assert len(found) == 2 * len(Library().logic())
    assert [o for o in found if not o.good] == []
