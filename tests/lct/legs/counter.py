"""A unit with a bit of everything, and HDL for it, for the tests of the legs."""

from pathlib import Path

from spikewright.lct.compare import Options
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.ir import Unit
from spikewright.lct.legs import Hdl, Legs, judge
from spikewright.lct.library import Library

TABLE = """# counter

Counts to nine.

## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| go | in | unsigned(1) | | count |
| load | in | unsigned(4) | | a digit |
| level | out | unsigned(4) | | |
| full | out | unsigned(1) | | nine |
| count | register | unsigned(4) | 0 | |

## Assumptions
| id | always | why |
|---|---|---|
| A1 | load <= 9 | a digit |
| A2 | count <= 9 | |

## Table step (unique)
| row | go | count | => | count |
|---|---|---|---|---|
| keep | 0 | - | => | hold |
| wrap | 1 | 9 | => | 0 |
| up | 1 | < 9 | => | count + 1 |

## Table show (unique)
| row | go | => | level | full |
|---|---|---|---|---|
| idle | 0 | => | * | 0 |
| run | 1 | => | 9 - load | count == 9 |
"""

VERILOG = """module counter(
  input clk, input rst, input go, input [3:0] load, output [3:0] level, output full);
  reg [3:0] count = 0;
  assign level = 9 - load;
  assign full = go && count == 9;
  always @(posedge clk)
    if (rst) count <= 0;
    else if (go) count <= count == 9 ? 0 : count + 1;
endmodule
"""


def unit_of(text: str, folder: Path) -> Unit:
    """The unit of a text."""
    (folder / "counter.lct.md").write_text(text, encoding="utf-8")
    return Library(folder).unit("counter")


def edited(text: str, *edits: tuple[str, str]) -> str:
    """A text with each edit done once."""
    for old, new in edits:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def verilog(*edits: tuple[str, str]) -> Hdl:
    """The HDL with edits."""
    return Hdl(edited(VERILOG, *edits), "verilog", "counter")


def judged(unit: Unit, hdl: Hdl | None, text: str | None, elaborator: Elaborator) -> Legs:
    """A round trip, judged; what is found is the same after it was written and read."""
    options = Options(limit=5, explain=False)
    legs = judge(unit, hdl, text, elaborator=elaborator, options=options, exact=False)
    assert Legs.from_json(legs.to_json()) == legs
    return legs


def wrong(legs: Legs) -> dict[str, str]:
    """Verdicts of all rows that are not clean, with ``!`` where two faults cancel."""
    return {
        f"{r.table}.{r.row}": r.verdict + "!" * r.cancels for r in legs.rows if r.verdict != "clean"
    }
