"""Judging in processes, and what a model is told of what they find."""

import os
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.compare import Cell
from spikewright.lct.legs import Leg
from spikewright.lct.library import Library
from spikewright.tools.llm.feedback import MOST, counterexamples
from spikewright.tools.llm.judging import Judges, Lost

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("roundtrip_helpers.py"))))
UNIT, GOOD, WRONG, BROKEN, hdl = (
    helpers.UNIT, helpers.GOOD, helpers.WRONG, helpers.BROKEN, helpers.hdl,
)  # fmt: skip
TABLE = "\n".join(Library().unit(UNIT).document.lines)


@pytest.fixture(scope="module")
def judges():
    with Judges(1) as found:
        yield found


def test_a_unit_there_and_back(judges):
    legs = judges.judge(UNIT, hdl(), TABLE)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == ("clean", "same", "same")


def test_the_same_question_is_asked_once(judges):
    assert judges.judge(UNIT, hdl(WRONG), None) is judges.judge(UNIT, hdl(WRONG), None)
    assert judges.judge(UNIT, hdl(WRONG), None) is not judges.judge(UNIT, hdl(WRONG), TABLE)


def test_a_planted_fault_becomes_a_row_without_the_solution(judges):
    legs = judges.judge(UNIT, hdl(WRONG), None)
    (line,) = counterexamples(Library().unit(UNIT), legs.encoder)
    begin, _, end = line.partition(": ")
    assert begin == "step, row always"
    assert end == (
        "west.payload = (dx=0, dy=0, slot=0, axon=0), local.ready = 0, south.ready = 0, "
        "north.ready = 0, east.ready = 0, west.valid = 0: east.payload must be "
        "(dx=-1, dy=0, slot=0, axon=0), not (dx=-2, dy=0, slot=0, axon=0)"
    )
    assert "trunc" not in line


def test_what_two_faults_hide_from_each_other_is_seen(judges):
    legs = judges.judge(UNIT, hdl(WRONG), TABLE)
    assert (legs.verdict, legs.cancels, legs.loop.verdict) == ("both", True, "same")
    back = judges.judge(UNIT, hdl(), TABLE.replace(*helpers.MISREAD))
    assert (back.verdict, back.cancels) == ("decoder", False)


def test_what_the_front_end_refuses_is_told_with_its_line(judges):
    assert judges.screen(UNIT, hdl()) is None
    refusal = judges.screen(UNIT, hdl(BROKEN))
    assert refusal.rule == "syntax"
    assert refusal.sentence == f"{UNIT}.v:28:9: expected a declaration name"


def test_a_proof_names_the_tables_it_rests_on(judges):
    proof = judges.prove(UNIT, hdl())
    assert (proof.holds, proof.method, sorted(proof.tables)) == (True, "names", ["chip", UNIT])
    assert not judges.prove(UNIT, hdl(WRONG)).holds
    assert judges.prove(UNIT, hdl(BROKEN)).verdict == "refused"


def test_what_hides_behind_an_instance_written_by_hand_is_not_proven(judges):
    proof = judges.prove("core", replace(hdl("module core; endmodule\n"), top="core"))
    assert (proof.holds, proof.verdict, proof.sentence) == (
        False,
        "unknown",
        "instance scheduler_rows is written by hand, and what the HDL has there is not held",
    )


def test_a_judge_that_is_lost_costs_one_answer_and_nothing_hangs(judges):
    (worker,) = judges._workers
    kill = replace(hdl(), text=GOOD + "// killed")
    judges.screen(UNIT, hdl())
    os.kill(worker._process.pid, 9)
    with pytest.raises(Lost, match=r"^the process that checked it died, by signal 9$"):
        judges.judge(UNIT, kill, None)
    assert judges.judge(UNIT, kill, None).encoder.verdict == "same"


def test_long_lists_are_cut():
    cells = [Cell("t", "r", f"c{n}", "different", sentence=f"port {n}") for n in range(MOST + 5)]
    lines = counterexamples(Library().unit(UNIT), Leg(verdict="different", cells=tuple(cells)))
    assert (len(lines), lines[0], lines[-1]) == (MOST + 1, "port 0", "and 5 more that differ")


def test_a_run_from_reset_is_told_step_by_step():
    unit = Library().unit("merge_local")
    steps = ({"east.valid": 1}, {"east.valid": 0})
    cell = Cell(
        "arbitrate", "none", "link.valid", "different", witness=steps[-1], expected=1, actual=0,
        shown={"east.valid": "0"}, trace=steps,
    )  # fmt: skip
    (line,) = counterexamples(unit, Leg(verdict="different", cells=(cell,)))
    assert line == (
        "arbitrate, row none: step 0 after reset: east.valid = 1; then step 1 after reset: "
        "all inputs 0: link.valid must be 1, not 0"
    )


def test_a_row_of_instances_names_the_instance():
    unit = Library().unit("router")
    shown = {"buffer_east.level": "ONE"}
    register = Cell(
        "buffer_east", "keep", "level", "different", witness={"x": 1}, shown=shown, expected=0,
        actual=1,
    )  # fmt: skip
    output = replace(register, row="output", column="local_out.valid", expected=1, actual=0)
    lines = counterexamples(unit, Leg(verdict="different", cells=(register, output)))
    assert lines == (
        "buffer_east.level = ONE, all else 0: the next value of buffer_east.level must be EMPTY, "
        "not ONE",
        "buffer_east, row output: buffer_east.level = ONE, all else 0: local_out.valid must be 1, "
        "not 0",
    )
