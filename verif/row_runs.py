"""Run the tests of a unit's rows, and read what came of each row from the files that they leave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .build import build_cocotb
from .cocotb_run import run_cocotb
from .design import Design, Options
from .row_files import COVERAGE, RESET, RowTests

__all__ = ["RowResult", "RowRun", "run_rows"]


@dataclass(frozen=True)
class RowResult:
    """What came of one row.

    Members
    -------
    table, row : str
        The table is empty for the reset of all registers.
    verdict : {"pass", "fail", "never decides", "unknown"}
    reason : str
        Of a failure.
    cases : int
    covered : int
        In how many cycles the row has decided.
    """

    table: str
    row: str
    verdict: str
    reason: str
    cases: int
    covered: int

    @property
    def ok(self) -> bool:
        """It passed and has decided, or it never can."""
        if self.verdict == "never decides" or not self.table:
            return self.verdict != "fail"
        return self.verdict == "pass" and self.covered > 0


@dataclass(frozen=True)
class RowRun:
    """A run of all rows of a unit."""

    unit: str
    simulator: str
    rows: tuple[RowResult, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Rows were run, all passed, and all that can decide have."""
        return bool(self.rows) and all(row.ok for row in self.rows)


def run_rows(
    tests: RowTests, folder: Path, simulator: str = "verilator", *, root: Path | None = None
) -> RowRun:
    """Build a unit and run its tests.

    Parameters
    ----------
    tests : RowTests
    folder : Path
        The files are written there, and the results into a folder of the simulator's name.
    simulator : {"verilator", "icarus"}
    root : Path, optional
        Folder of builds.

    Raises
    ------
    ToolError
        The unit cannot be built.
    """
    tests.write(folder)
    design = Design(tests.top, tests.sources())
    verilator = simulator == "verilator"
    options = Options(public=tests.public(), quick=True) if verilator else None
    build = build_cocotb(design, simulator=simulator, options=options, root=root)
    results_folder = folder / simulator
    (results_folder / COVERAGE).unlink(missing_ok=True)
    results = run_cocotb(
        build, tests.module, test_dir=results_folder, python_path=[folder], check=False
    )
    covered = _coverage(results_folder / COVERAGE)
    general = results.failures.get("", "")

    def judged(name: str) -> tuple[str, str]:
        if name in results.failures:
            return "fail", results.failures[name]
        if name in results.passed:
            return "pass", ""
        return "fail", general or "the test must run, and did not"

    rows = []
    if tests.registers:
        rows.append(RowResult("", RESET, *judged(RESET), 1, 0))
    for test in tests.tests:
        if test.verdict == "sat":
            verdict, reason = judged(test.name)
        else:
            verdict, reason = {"unsat": "never decides"}.get(test.verdict, "unknown"), ""
        count = covered.get(test.table, {}).get(test.row, 0)
        rows.append(RowResult(test.table, test.row, verdict, reason, len(test.cases), count))
    return RowRun(tests.unit.name, simulator, tuple(rows), results.seconds)


def _coverage(path: Path) -> dict[str, dict[str, int]]:
    """The counts that a run left; none where it left no file that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
