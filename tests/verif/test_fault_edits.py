"""Edits that plant faults, and what they refuse."""

from pathlib import Path

import pytest

from spikewright.lct.library import UNITS
from spikewright.verif.errors import ToolError
from spikewright.verif.fault_edits import Cell, Fault, Phrase
from spikewright.verif.fault_runs import FAULTS, Outcome, fault_named, plant

ROOT = Path(__file__).resolve().parents[2]

TABLE = r"""
| row | a | state | => | state | out |
|---|---|---|---|---|---|
| go | - | 0 | => | 1 | a \| b |
| stay | - | 1 | => | 1 | 0 |

| row | a | => | other |
|---|---|---|---|
| go | 1 | => | 0 |
"""


def edited(row, column, old, new, tables=1):
    return Cell("unit", row, column, old, new, tables=tables).apply(TABLE)


def test_a_cell():
    assert "| go | - | 0 | => | 1 | b |" in edited("go", "out", r"a \| b", "b")
    assert "| stay | - | 7 | => | 1 | 0 |" in edited("stay", "state", "1", "7")
    assert "| stay | - | 1 | => | 7 | 0 |" in edited("stay", "=> state", "1", "7")
    assert "| go | 1 | => | 5 |" in edited("go", "other", "0", "5")


def test_nothing_else_changes():
    lines = zip(TABLE.splitlines(), edited("go", "out", "a", "c").splitlines(), strict=True)
    assert [old != new for old, new in lines].count(True) == 1


def test_a_cell_in_several_tables():
    text = edited("stay", "out", "0", "1")
    assert text == edited("stay", "=> out", "0", "1")
    with pytest.raises(ToolError) as caught:
        edited("go", "a", "-", "0")
    assert str(caught.value) == "Row go with column a must stand in 1 tables of unit, not in 2"
    with pytest.raises(ToolError) as caught:
        edited("go", "a", "-", "0", tables=2)
    assert str(caught.value) == "Cell a of row go in unit must hold '-' once, and is '1'"


def test_a_cell_that_is_not_there():
    with pytest.raises(ToolError, match=r"^Row run with column a must stand in 1 .*, not in 0$"):
        edited("run", "a", "-", "0")
    with pytest.raises(ToolError, match=r"^Row go with column b must stand in 1 .*, not in 0$"):
        edited("go", "b", "-", "0")


def test_a_phrase():
    assert Phrase("x.py", "a + b", "a - b").apply("c = a + b\n") == "c = a - b\n"
    for text, count in (("", 0), ("a + b, a + b", 2)):
        with pytest.raises(ToolError) as caught:
            Phrase("x.py", "a + b", "a - b").apply(text)
        assert str(caught.value) == f"x.py must hold 'a + b' once, and holds it {count} times"


def test_edits_describe_themselves():
    assert str(Cell("unit", "go", "out", "a", "b")) == "unit: go: out: a -> b"
    assert str(Phrase("x.py", "a", "b")) == "x.py: a -> b"


def test_two_edits_of_one_file():
    edits = (Cell("unit", "go", "out", "a", "c"), Cell("unit", "stay", "out", "0", "1"))
    fault = Fault(name="two", meaning="", edits=edits)
    assert fault.where == "unit: go: out: a -> c; unit: stay: out: 0 -> 1"
    assert fault.part == "hdl"
    with pytest.raises(FileNotFoundError):
        fault.sources(ROOT)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_fits_the_sources(name):
    sources = FAULTS[name].sources(ROOT)
    for file, text in sources.items():
        assert text != (ROOT / file).read_text(encoding="utf-8")


def test_the_faults_reach_every_unit():
    edits = [edit for fault in FAULTS.values() for edit in fault.edits]
    touched = {edit.unit for edit in edits if isinstance(edit, Cell)}
    memories = {path.name.removesuffix(".lct.md") for path in UNITS.glob("*_memory.lct.md")}
    units = {path.name.removesuffix(".lct.md") for path in UNITS.glob("*.lct.md")}
    constants, structures = {"chip", "edge", "registers"}, {"core", "neuron_core", "axon_sums"}
    # Their faults are in tests/tools/test_bitstream_faults.py, since no bench of verif has pins.
    at_the_pins = {"frame_in", "frame_out", "host_port", "seed_writer"}
    assert units - touched == memories | constants | structures | at_the_pins
    written = {edit.file for edit in edits if isinstance(edit, Phrase)}
    assert {"hdl/memories.py", "hdl/tile.py", "hdl/mesh.py"} < written
    assert {f"golden/{part}.py" for part in ("crossbar", "mesh", "neuron", "random")} < written


def test_a_table_with_a_fault_becomes_hardware(tmp_path):
    plant(fault_named("synapse-gate"), tmp_path)
    file = "hdl/generated/synaptic_integration.py"
    planted = (tmp_path / "spikewright" / file).read_text(encoding="utf-8")
    own = (ROOT / file).read_text(encoding="utf-8")
    differing = [
        (a, b) for a, b in zip(own.splitlines(), planted.splitlines(), strict=True) if a != b
    ]
    assert len(differing) == 1
    assert " >= " in differing[0][0]
    assert " > " in differing[0][1]


def test_unknown_faults_are_refused():
    with pytest.raises(ToolError, match=r"^Fault must be one of slot-of-last-tick, .*, not 'x'$"):
        fault_named("x")


def test_verdicts():
    fault = fault_named("synapse-gate")
    assert Outcome(fault=fault, block="core", found=True).ok
    assert not Outcome(fault=fault, block="core", found=False).ok
    assert not Outcome(fault=fault, block="core", found=True, trouble="no compiler").ok
    assert Outcome(fault=None, block="core", found=False).ok
    assert not Outcome(fault=None, block="core", found=True).ok
