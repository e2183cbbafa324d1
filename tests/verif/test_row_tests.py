"""One test and one cover point a row: they pass on the units, and find what is planted."""

import json
import shutil
from pathlib import Path

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.hdl.verilog import component_verilog
from spikewright.lct.ir import ANY
from spikewright.lct.library import UNITS, Library
from spikewright.tools.commands_lct import preset_values
from spikewright.tools.commands_lct_tests import _verilog
from spikewright.verif.errors import ToolError
from spikewright.verif.rig import unit_component
from spikewright.verif.row_cases import storage
from spikewright.verif.row_faults import find_faults, plant
from spikewright.verif.row_files import COVERAGE, RowTests, row_tests
from spikewright.verif.row_runs import RowResult, RowRun, run_rows

TINY = preset_values("tiny")
LIBRARY = Library()
NAMES = [name for name in LIBRARY.names() if LIBRARY.unit(name).kind == "logic"]


@pytest.fixture(params=["icarus", pytest.param("verilator", marks=pytest.mark.nightly)])
def simulator(request: pytest.FixtureRequest) -> str:
    if request.param == "icarus" and shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    return str(request.param)


def made(name: str) -> RowTests:
    component = unit_component(name, Architecture.preset("tiny"))
    return row_tests(LIBRARY.unit(name, TINY), component_verilog(component, name))


def changed(tests: RowTests, old: str, new: str) -> RowTests:
    """The same tests with a fault in the Verilog."""
    assert tests.verilog.count(old) == 1, tests.verilog
    return RowTests(tests.unit, tests.tests, tests.verilog.replace(old, new), tests.registers)


def wrong(run: RowRun) -> list[tuple[str, str, str]]:
    return [(r.table, r.row, r.verdict) for r in run.rows if not r.ok]


def test_rows_pass_and_are_covered(simulator: str, tmp_path: Path) -> None:
    tests = made("spike_sender")
    run = run_rows(tests, tmp_path, simulator)
    assert run.ok
    assert wrong(run) == []
    rows = [(t.name, r.id) for t in tests.unit.tables for r in t.rows]
    assert [(r.table, r.row) for r in run.rows] == [("", "reset"), *rows]
    assert all(r.covered >= r.cases >= 5 for r in run.rows if r.table)
    counts = json.loads((tmp_path / simulator / COVERAGE).read_text(encoding="utf-8"))
    assert {(t, r) for t, found in counts.items() for r in found} == set(rows)


def test_expected_values_are_the_tables_and_freedom_is_not_checked() -> None:
    tests = made("input_buffer")
    for test in tests.tests:
        (table,) = (t for t in tests.unit.tables if t.name == test.table)
        (row,) = (r for r in table.rows if r.id == test.row)
        given = {t.symbol.name.replace(".", "__") for t, c in
                 zip(table.targets, row.targets, strict=True) if c != ANY}  # fmt: skip
        assert test.cases
        for _, values, now, after in test.cases:
            assert {*now, *after} == given
            assert values.keys() >= tests.registers.keys()


def test_a_wrong_row_fails_its_own_test_and_no_other(tmp_path: Path) -> None:
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    found = find_faults(UNITS, "forward_east", TINY, _verilog, "icarus")
    assert len(found) > 30
    assert [f for f in found if not f.found] == []
    assert {f.kind for f in found} >= {"lowest bit", "no action", "lowest bit of dx"}
    # The same by hand, as a person would break it.
    tests = made("spike_sender")
    text = tests.verilog.replace("if (rst) begin", "if (1'b0) begin")
    without = RowTests(tests.unit, tests.tests, text, tests.registers)
    run = run_rows(without, tmp_path, "icarus")
    assert wrong(run) == [("", "reset", "fail")]
    (told,) = (r for r in run.rows if r.row == "reset")
    assert told.reason.startswith("after a reset full must be 0x0, and is ")
    assert not run.ok


def test_nothing_passes_that_left_no_result(tmp_path: Path) -> None:
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    tests = made("forward_east")
    # A name that a bench does not find ends every test; a run that ends at once leaves none.
    stopped = changed(tests, "endmodule", "initial $finish;\nendmodule")
    run = run_rows(stopped, tmp_path, "icarus")
    assert len(wrong(run)) == len(run.rows) == 6
    assert {r.covered for r in run.rows} == {0}


def test_a_row_that_never_decided_is_no_pass() -> None:
    row = RowResult("route", "on", "pass", "", 3, 0)
    assert not row.ok
    assert not RowRun("forward_east", "icarus", (row,), 1.0).ok
    assert not RowRun("forward_east", "icarus", (), 1.0).ok
    assert RowResult("route", "on", "never decides", "", 0, 0).ok
    assert not RowResult("route", "on", "unknown", "", 0, 0).ok


def test_where_a_register_is_kept() -> None:
    text = "  reg [3:0] a = 4'h0;\n  wire b;\n  assign b = c;\n  output reg c;\n  wire d;\n"
    assert [storage(text, name) for name in ("a", "b", "c")] == ["a", "c", "c"]
    message = "^Register d must be a register of the Verilog, and is none$"
    with pytest.raises(ToolError, match=message):
        storage(text, "d")


def test_faults_are_planted_in_every_cell() -> None:
    for name in ("forward_east", "spike_sender"):
        unit = LIBRARY.unit(name, TINY)
        cells = {(t.name, r.id, c.symbol.name) for t in unit.tables for r in t.rows
                 for c, cell in zip(t.targets, r.targets, strict=True) if cell != ANY}  # fmt: skip
        assert {(f.table, f.row, f.column) for f in plant(unit)[1]} == cells


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_every_unit(simulator: str, name: str, tmp_path: Path) -> None:
    run = run_rows(made(name), tmp_path, simulator)
    assert run.ok, wrong(run)


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_every_fault_in_every_row(name: str) -> None:
    found = find_faults(UNITS, name, TINY, _verilog)
    assert found
    assert [f for f in found if not f.found] == []
