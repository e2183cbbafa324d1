"""Round trips with odd answers: other names, other forms, none at all."""

import re
import runpy
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.compare.judge import Judge
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.ir import Unit
from spikewright.lct.legs import Hdl, judge
from spikewright.lct.library import Library

COUNTER = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("counter.py"))))
TABLE: str = COUNTER.TABLE
judged, wrong = COUNTER.judged, COUNTER.wrong
VERILOG: str = COUNTER.VERILOG

TWO = ("count + 1", "count + 2")


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    return COUNTER.unit_of(TABLE, tmp_path_factory.mktemp("counter"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["number", "up"])
def test_registers_under_other_names(name: str, unit: Unit, elaborator: Elaborator) -> None:
    text, hdl = (re.sub(r"\bcount\b", name, t) for t in (TABLE, VERILOG))
    for table in (TABLE, text):
        for source in (VERILOG, hdl):
            legs = judged(unit, Hdl(source, "verilog", "counter"), table, elaborator)
            assert (legs.verdict, legs.loop.verdict, wrong(legs)) == ("clean", "same", {})
    faulty = Hdl(hdl.replace(f"{name} + 1", f"{name} + 2"), "verilog", "counter")
    legs = judged(unit, faulty, TABLE, elaborator)
    assert (legs.verdict, legs.cancels, wrong(legs)) == ("both", True, {"step.up": "both!"})
    legs = judged(unit, COUNTER.verilog(), text.replace(f"{name} + 1", name), elaborator)
    assert (legs.verdict, wrong(legs)) == ("decoder", {"step.up": "decoder"})


DOWN = VERILOG.replace("= 0;", "= 9;").replace("<= 9", "<= 9").replace("count <= 0;", "count <= 9;")
DOWN = DOWN.replace("count == 9 ? 0 : count + 1", "left == 0 ? 9 : left - 1")
DOWN = re.sub(r"\bcount\b", "left", DOWN).replace("left == 9;", "left == 0;")


def test_a_register_in_another_form(unit: Unit, elaborator: Elaborator) -> None:
    legs = judged(unit, Hdl(DOWN, "verilog", "counter"), TABLE, elaborator)
    assert (legs.verdict, wrong(legs)) == ("clean", {})
    text = TABLE.replace("count + 1", "count")
    legs = judged(unit, Hdl(DOWN, "verilog", "counter"), text, elaborator)
    assert (legs.verdict, wrong(legs)["step.up"]) == ("decoder", "decoder")
    faulty = Hdl(DOWN.replace("left - 1", "left - 2"), "verilog", "counter")
    legs = judged(unit, faulty, TABLE, elaborator)
    assert (legs.verdict, legs.cancels) == ("both", True)
    # What is not known of a row is never a pass.
    assert set(wrong(legs)) >= {"step.keep", "step.wrap", "step.up", "show.run"}


def test_a_register_that_is_left_out_as_it_is_constant(unit: Unit, elaborator: Elaborator) -> None:
    edits = ("reg [3:0] count = 0;", "wire [3:0] count = 0;"), (
        "  always @(posedge clk)\n    if (rst) count <= 0;\n"
        "    else if (go) count <= count == 9 ? 0 : count + 1;\n", "",
    )  # fmt: skip
    legs = judged(unit, COUNTER.verilog(*edits), TABLE, elaborator)
    assert (legs.verdict, wrong(legs)) == ("both", {"step.up": "both!"})
    still = TABLE.replace("| count + 1 |", "| hold |").replace("9 | => | 0 |", "9 | => | hold |")
    legs = judged(unit, COUNTER.verilog(*edits), still, elaborator)
    assert (legs.verdict, wrong(legs)) == ("encoder", {"step.up": "encoder"})
    hdl = COUNTER.verilog(*edits, ("count = 0", "count = 2"))
    legs = judged(unit, hdl, still, elaborator)
    assert wrong(legs) == {"step.up": "encoder", ".reset": "both!"}


def test_no_answers(unit: Unit, elaborator: Elaborator) -> None:
    legs = judged(unit, None, None, elaborator)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == ("encoder", "none", "none")
    legs = judged(unit, COUNTER.verilog(), None, elaborator)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == ("decoder", "same", "none")
    assert set(wrong(legs).values()) == {"decoder"}
    legs = judged(unit, COUNTER.verilog(TWO), None, elaborator)
    assert legs.verdict == "both"
    assert wrong(legs)["step.up"] == "both"
    assert not legs.cancels


def test_hdl_that_is_refused(unit: Unit, elaborator: Elaborator) -> None:
    latch = "reg [3:0] l; assign level = l; always @* if (go) l = load;"
    legs = judged(unit, COUNTER.verilog(("assign level = 9 - load;", latch)), TABLE, elaborator)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == (
        "encoder", "different", "none",
    )  # fmt: skip
    assert legs.encoder.sentence == (
        "the HDL is refused (latch): counter.v:4:34: l keeps its value without a clock, as a latch"
    )
    assert legs.loop.verdict == "same"
    assert not legs.cancels
    assert set(wrong(legs).values()) == {"encoder"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            TABLE.replace("| 9 | => | 0 |", "| 9 | => | 0 )) |"),
            "counter.lct.md:24:25 (table step, row wrap, column count): syntax: "
            "expected the end of the cell, found ')'",
        ),
        ("", "counter.lct.md:1:1: syntax: a unit file starts with `# name`"),
        (
            TABLE.replace("| * | 0 |", "| level + 1 | 0 |"),
            "counter.lct.md:28:19 (table show, column level): comb-loop: "
            "combinational loop: level -> level",
        ),
    ],
)
def test_a_decoded_text_that_is_no_table(
    text: str, sentence: str, unit: Unit, elaborator: Elaborator
) -> None:
    legs = judged(unit, COUNTER.verilog(), text, elaborator)
    assert (legs.verdict, legs.decoder.verdict, legs.loop.verdict) == (
        "decoder", "different", "different",
    )  # fmt: skip
    assert legs.decoder.sentence == sentence


def test_a_fault_of_the_table_itself_blames_nobody(tmp_path: Path, elaborator: Elaborator) -> None:
    text = TABLE.replace("| wrap | 1 | 9 | => | 0 |\n", "")
    legs = judged(COUNTER.unit_of(text, tmp_path), COUNTER.verilog(TWO), TABLE, elaborator)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == (
        "specification", "none", "none",
    )  # fmt: skip
    assert {r.verdict for r in legs.rows} == {"specification"}
    finding = legs.findings[0]
    assert (finding["code"], finding["table"]) == ("gap", "step")
    assert finding["witness"] == {"go": "1", "count": "9"}


def test_the_exact_decoder(unit: Unit, elaborator: Elaborator) -> None:
    legs = judge(unit, COUNTER.verilog(TWO), TABLE, elaborator=elaborator)
    assert "| up | 1 | < 9 | => | trunc(count + 2, 4) |" in legs.table1
    legs = judge(unit, Hdl(DOWN, "verilog", "counter"), TABLE, elaborator=elaborator)
    assert legs.table1 == ""
    assert legs.table1_sentence == (
        "counter and its guide must have the same registers: the legs rest on the HDL itself"
    )


def test_cells_of_the_decoder(unit: Unit, elaborator: Elaborator) -> None:
    legs = judged(
        unit, COUNTER.verilog(), TABLE.replace("9 | => | 0 |", "9 | => | 1 |"), elaborator
    )
    (cell,) = legs.decoder.cells
    assert (cell.table, cell.row, cell.column, cell.kind) == (
        "step",
        "wrap",
        "count",
        "wrong value",
    )
    assert (cell.expected, cell.actual, cell.witness["count"]) == (0, 1, 9)
    assert (
        cell.sentence
        == legs.decoder.sentence
        == ("table step, row wrap, column count: the HDL gives 0, and the decoded table says 1")
    )


def test_undecided_questions_are_no_pass(
    unit: Unit, elaborator: Elaborator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(_: Judge, claims: Sequence[object]) -> dict[object, str]:
        return dict.fromkeys(claims, "unknown")

    monkeypatch.setattr(Judge, "judge", give_up)
    legs = judged(unit, COUNTER.verilog(), TABLE, elaborator)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == (
        "unknown", "same", "unknown",
    )  # fmt: skip
    assert {r.verdict for r in legs.rows if r.table} == {"unknown"}
    assert legs.decoder.sentence == ("table step, row keep, column count: not decided within 5 s")


def test_what_is_no_unit_of_logic() -> None:
    sentence = "A unit that is judged has logic tables or instances, not chip"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        judge(Library().unit("chip"), None, None)
