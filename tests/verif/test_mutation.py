"""Faults as edits of sources."""

from __future__ import annotations

from itertools import islice

import pytest

from spikewright.lct.library import Library
from spikewright.verif.mutant_truth import draw, elaborated
from spikewright.verif.mutation import FAULTS, KINDS, LANGUAGES, Candidate, Change, mix, plant
from spikewright.verif.mutation_bases import amaranth_base, verilog_base


def test_an_edit_is_told_by_line_and_text() -> None:
    changes = (Change(7, 8, "5"), Change(2, 3, "4"))
    candidate = Candidate("wrong constant", "bit", changes, target="b")
    mutant = plant("a\n1\nb = 2;\n", candidate, "u", "verilog", 3)
    assert mutant.text == "a\n4\nb =52;\n"
    assert (mutant.name, mutant.line, mutant.before, mutant.after) == ("u.verilog.3", 2, "1", "4")
    assert (mutant.kind, mutant.target) == ("wrong value", "b")
    assert "text" not in mutant.to_dict()


def test_classes_take_turns_and_nothing_comes_twice() -> None:
    def candidate(fault: str, text: str) -> Candidate:
        return Candidate(fault, "op", (Change(0, 1, text),))

    many = [candidate("latch", str(n)) for n in range(5)]
    many += [candidate("latch", "3"), candidate("stuck output", "x"), candidate("latch", "s")]
    drawn = list(mix("s", many, "seed"))
    assert len(drawn) == 6
    assert {c.fault for c in drawn[:2]} == {"latch", "stuck output"}
    assert list(mix("s", many, "seed")) == drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_is_planted(language: str) -> None:
    unit = Library().unit("tick_controller")
    mutants, _ = draw(unit, language, 28, seed=1)
    assert len({m.text for m in mutants}) == 28
    lacking = set(FAULTS) - {m.fault for m in mutants}
    # Its ports differ in width or direction.
    assert lacking <= {"swapped priority"}
    assert set(KINDS) == set(FAULTS)


def test_edits_that_python_refuses_are_left_out() -> None:
    unit = Library().unit("merge_east")
    mutants, refused = draw(unit, "amaranth", 30, seed=1)
    assert "off by one, limit: TypeError" in refused[0]
    assert all(not isinstance(elaborated(m, unit), str) for m in mutants if m.fault != "latch")


def test_verilog_has_no_names_of_tools() -> None:
    text = verilog_base("merge_north")
    assert "\\" not in text
    assert "$" not in text.replace("$signed", "")
    assert "(first == 1'h1) ? " in text or "first == 1'h1" in text
    assert "module merge_north(" in text


def test_amaranth_is_that_of_the_compiler() -> None:
    source = amaranth_base("edge_drop")
    assert source.startswith('"""Generated from edge_drop.lct.md')
    assert list(islice(mix(source, [], "1"), 1)) == []
