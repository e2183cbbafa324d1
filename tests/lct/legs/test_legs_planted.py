"""Where faults are: planted in HDL, in the decoded table, and in both."""

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.ir import Unit

COUNTER = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("counter.py"))))
TABLE: str = COUNTER.TABLE
judged, wrong = COUNTER.judged, COUNTER.wrong

Edits = tuple[tuple[str, str], ...]

TWO = ("count + 1", "count + 2")
SAID_TWO = ("count + 1 |", "trunc(count + 2, 4) |")


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    return COUNTER.unit_of(TABLE, tmp_path_factory.mktemp("counter"))  # type: ignore[no-any-return]


class Case(NamedTuple):
    """Edits of the HDL and of the decoded table, and what is to be found."""

    hdl: Edits
    table: Edits
    verdict: str
    rows: dict[str, str]
    loop: str
    cancels: bool = False


CASES = {
    "right work": Case((), (), "clean", {}, "same"),
    "an encoder's fault, told as it is": Case(
        (TWO,), (SAID_TWO,), "encoder", {"step.up": "encoder"}, "different"
    ),
    "a decoder's fault": Case(
        (), (("9 | => | 0 |", "9 | => | 1 |"),), "decoder", {"step.wrap": "decoder"}, "different"
    ),
    "two faults in two rows": Case(
        (TWO,), (SAID_TWO, ("count == 9 |", "count == 8 |")), "both",
        {"step.up": "encoder", "show.run": "decoder"}, "different",
    ),
    "two faults in one row": Case(
        (TWO,), (("count + 1 |", "trunc(count + 3, 4) |"),), "both",
        {"step.up": "both"}, "different",
    ),
    "two faults that cancel": Case((TWO,), (), "both", {"step.up": "both!"}, "same", True),
    "two that cancel beside one that does not": Case(
        (TWO,), (("count == 9 |", "count == 8 |"),), "both",
        {"step.up": "both!", "show.run": "decoder"}, "different",
    ),
    "a value told where any will do": Case(
        (), (("| * | 0 |", "| 9 - load | 0 |"),), "clean", {}, "same"
    ),
    "a wrong value told where any will do": Case(
        (), (("| * | 0 |", "| 3 | 0 |"),), "decoder", {"show.idle": "decoder"}, "same"
    ),
    "any value told where one is meant": Case(
        (), (("| 9 - load |", "| * |"),), "decoder", {"show.run": "decoder"}, "different"
    ),
    "a reset value": Case(
        (("count <= 0;", "count <= 3;"),), (), "both", {".reset": "both!"}, "same", True
    ),
    "a reset value, told as it is": Case(
        (("= 0;", "= 3;"), ("count <= 0;", "count <= 3;")),
        (("unsigned(4) | 0 |", "unsigned(4) | 3 |"),),
        "encoder", {".reset": "encoder"}, "different",
    ),
    "a decoder's reset value": Case(
        (), (("unsigned(4) | 0 |", "unsigned(4) | 5 |"),), "decoder", {".reset": "decoder"},
        "different",
    ),
    "a value at power-on, of which tables say nothing": Case(
        (("= 0;", "= 3;"),), (), "encoder", {".power-on": "encoder"}, "same"
    ),
    "a width": Case(
        (("output [3:0] level", "output [2:0] level"),), (), "both",
        {"show.run": "encoder", ".port": "both!"}, "same", True,
    ),
    "a width, told as it is": Case(
        (("output [3:0] level", "output [2:0] level"),),
        (("level | out | unsigned(4)", "level | out | unsigned(3)"),
         ("| 9 - load |", "| (9 - load)[0:3] |")),
        "encoder", {"show.run": "encoder", ".port": "encoder"}, "different",
    ),
    "a port left out": Case(
        ((", output full", ""), ("assign full = go && count == 9;", "")), (), "both",
        {"show.idle": "both!", "show.run": "both!", ".port": "both!"}, "same", True,
    ),
    "a port left out, told as it is": Case(
        ((", output full", ""), ("assign full = go && count == 9;", "")),
        (("| full | out | unsigned(1) | | nine |\n", ""), ("| level | full |", "| level |"),
         ("|---|---|---|---|---|\n| idle", "|---|---|---|---|\n| idle"), ("| * | 0 |", "| * |"),
         ("| 9 - load | count == 9 |", "| 9 - load |")),
        "encoder", {"show.idle": "encoder", "show.run": "encoder", ".port": "encoder"}, "different",
    ),
    "an input that nobody asked for": Case(
        (("input go", "input en, input go"), ("if (go)", "if (go & en)")), (), "both",
        {"step.wrap": "both!", "step.up": "both!", ".port": "both!"}, "same", True,
    ),
    "an input that nobody asked for, told as it is": Case(
        (("input go", "input en, input go"), ("if (go)", "if (go & en)")),
        (("| go | in |", "| en | in | unsigned(1) | | |\n| go | in |"),
         ("| row | go | count |", "| row | go and en | count |")),
        "encoder", {"step.wrap": "encoder", "step.up": "encoder", ".port": "encoder"}, "different",
    ),
    "a port of another name, told as it is": Case(
        (("[3:0] load", "[3:0] digit"), ("9 - load", "9 - digit")),
        (("| load | in |", "| digit | in |"), ("load <= 9", "digit <= 9"),
         ("9 - load", "9 - digit")),
        "encoder", {"show.run": "encoder", ".port": "encoder"}, "different",
    ),
    "a row left out of the decoded table": Case(
        (), (("| wrap | 1 | 9 | => | 0 |\n", ""),), "decoder", {"step.wrap": "decoder"},
        "different",
    ),
    "rows that overlap in the decoded table": Case(
        (), (("| < 9 |", "| - |"),), "decoder", {"step.wrap": "decoder"}, "same"
    ),
    "a value that does not fit": Case(
        (), (("| up | 1 | < 9 | => | count + 1", "| up | 1 | < 9 | => | count + 17"),), "decoder",
        {"step.up": "decoder"}, "same",
    ),
    "an assumption that takes inputs away": Case(
        (), (("| A2 | count <= 9 | |", "| A2 | count <= 9 | |\n| A3 | count != 9 | |"),), "decoder",
        {"step.keep": "decoder", "step.wrap": "decoder", "show.idle": "decoder",
         "show.run": "decoder"}, "same",
    ),
    "an assumption that nothing meets": Case(
        (), (("count <= 9", "count > 15"),), "decoder",
        dict.fromkeys(("step.keep", "step.wrap", "step.up", "show.idle", "show.run"), "decoder"),
        "same",
    ),
    "an assumption that follows": Case(
        (), (("| A2 | count <= 9 | |", "| A2 | count <= 9 | |\n| A3 | load != 12 | |"),), "clean",
        {}, "same",
    ),
    "no assumptions": Case(
        (),
        (("## Assumptions\n| id | always | why |\n|---|---|---|\n| A1 | load <= 9 | a digit |\n"
          "| A2 | count <= 9 | |\n", ""), ("| < 9 |", "| != 9 |"),
         ("| count + 1 |", "| trunc(count + 1, 4) |")), "clean", {}, "same",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_planted(case: Case, unit: Unit, elaborator: Elaborator) -> None:
    legs = judged(unit, COUNTER.verilog(*case.hdl), COUNTER.edited(TABLE, *case.table), elaborator)
    assert wrong(legs) == case.rows
    assert (legs.verdict, legs.cancels) == (case.verdict, case.cancels)
    assert legs.loop.verdict == case.loop
    assert legs.text_same == (not case.table)
