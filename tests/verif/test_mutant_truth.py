"""What is true of a mutant, without the comparison."""

from __future__ import annotations

import pytest

from spikewright.lct.library import Library
from spikewright.verif.mutant_truth import Truth, truths, unchanged
from spikewright.verif.mutant_truth_hdl import RefusedByIcarus, cut, simulate
from spikewright.verif.mutant_truth_proof import prove, reference
from spikewright.verif.mutant_truth_vectors import RESETS, layout, vectors
from spikewright.verif.mutation import Candidate, Change, Mutant, plant
from spikewright.verif.mutation_bases import amaranth_base, verilog_base


def _planted(unit: str, old: str, new: str, language: str = "verilog", number: int = 0) -> Mutant:
    base = verilog_base(unit) if language == "verilog" else amaranth_base(unit)
    assert base.count(old) == 1, base
    at = base.index(old)
    candidate = Candidate("latch", "by hand", (Change(at, at + len(old), new),))
    return plant(base, candidate, unit, language, number)


def test_each_way_to_the_truth() -> None:
    unit, line = Library().unit("host_port"), "    entering__payload = 36'h000000000;\n"
    mutants = [
        unchanged("host_port", "verilog"),
        _planted("host_port", "module host_port(", "\nmodule host_port(", number=1),
        _planted("host_port", line, "", number=2),
        _planted("host_port", line, "    entering__payload = entering__payload;\n", number=3),
        _planted("host_port", line, line.replace("'h0", "'h7"), number=4),
    ]
    found = truths(unit, mutants, seed=1)
    assert found[:2] == [Truth("equal", "proof"), Truth("equal", "proof")]
    assert found[2] == Truth("different", "latch")
    assert found[3].by in ("latch", "loop")
    # Without a packet its value is `*`.
    assert found[4] == Truth("equal", "proof")


def test_amaranth() -> None:
    unit = Library().unit("edge_drop")
    base = amaranth_base("edge_drop")
    register = "Signal(16, init=0)"
    mutants = [
        unchanged("edge_drop", "amaranth"),
        _planted("edge_drop", register, "Signal(16, init=1)", "amaranth", 1),
        _planted("edge_drop", register, "Signal(17, init=0)", "amaranth", 2),
        _planted("edge_drop", register, "Signal(16, init=0 + 0)", "amaranth", 3),
    ]
    assert register in base
    verdicts = [(t.verdict, t.by) for t in truths(unit, mutants, seed=1)]
    assert verdicts == [
        ("equal", "proof"),
        ("different", "vectors"),
        ("different", "interface"),
        ("equal", "proof"),
    ]


def test_a_difference_that_no_vector_finds_is_proven() -> None:
    unit = Library().unit("edge_drop")
    text = verilog_base("edge_drop")
    changed = text.replace("? 16'hffff : t5", "? 16'hffff : dropped == 16'h9a3c ? 16'h0 : t5")
    assert changed != text
    module = cut(changed, unit, "odd")
    at = layout(unit)
    assert simulate({"odd": module}, at, vectors(unit, 60, 0, "1")) == {"odd": None}
    known = reference("edge_drop")
    assert prove(known, {"odd": module}) == {"odd": "different"}
    assert prove(known, {"base": cut(text, unit, "base")}) == {"base": "equal"}


@pytest.mark.parametrize("name", ["host_port", "frame_in", "configuration"])
def test_the_reference_is_its_table(name: str) -> None:
    unit = Library().unit(name)
    at, given = layout(unit), vectors(unit, 60, 60, "1")
    assert len(given) > RESETS
    assert simulate({"reference": reference(name).cut}, at, given) == {"reference": None}


def test_a_wrong_vector_is_told() -> None:
    unit = Library().unit("edge_drop")
    at, given = layout(unit), vectors(unit, 60, 0, "1")
    (place,) = [f for f in at.fields if f.role == "next"]
    given[40] ^= 1 << place.low
    assert simulate({"reference": reference("edge_drop").cut}, at, given) == {"reference": 40}


def test_icarus_refuses() -> None:
    unit = Library().unit("edge_drop")
    module = cut(verilog_base("edge_drop").replace("endmodule", "nonsense\nendmodule"), unit, "m")
    with pytest.raises(RefusedByIcarus, match=r"\Aiverilog must take a mutant, and says: "):
        simulate({"m": module}, layout(unit), vectors(unit, 20, 0, "1"))
