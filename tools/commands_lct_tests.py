"""`spikewright lct tests`: a cocotb test and a cover point for each row of a unit's tables."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from spikewright.lct.library import Library
    from spikewright.verif.row_faults import RowFault
    from spikewright.verif.row_files import RowTests
    from spikewright.verif.row_runs import RowRun

__all__ = ["write_row_tests"]

SIMULATORS = ("verilator", "icarus")


def write_row_tests(
    names: Annotated[
        list[str], typer.Argument(metavar="UNIT|FILE...", help="Units by name, or files.")
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write to, a folder for each unit in it."),
    ] = None,
    preset: Annotated[str, typer.Option(help="Parameters; the tables' own if none.")] = "",
    run: Annotated[bool, typer.Option("--run", help="Build the units and run the tests.")] = False,
    faults: Annotated[
        bool,
        typer.Option("--faults", help="Plant faults in every cell: its row must find each."),
    ] = False,
    simulator: Annotated[str, typer.Option(help="verilator or icarus.")] = "verilator",
    seed: Annotated[int, typer.Option(help="Of the stimuli that are drawn.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write one cocotb test and one cover point for each row of these units, and run them.

    The folder stands alone: `make` in it needs cocotb and a simulator. With --run or --faults, exit
    status 1 where a row fails, was not covered, or missed a fault.

    Example: spikewright lct tests forward_east -o build/rows --run --simulator icarus
    """
    if simulator not in SIMULATORS:
        raise UserError(f"Simulator must be {' or '.join(SIMULATORS)}, not {simulator!r}.")
    if output is None and not (run or faults):
        raise UserError("Tests need a folder, -o DIR, or --run, or --faults.")
    from spikewright.tools.commands_lct import _find, preset_values

    units, values = _find(names), preset_values(preset) if preset else {}
    runs: list[RowRun] = []
    found: dict[str, list[RowFault]] = {}
    with tempfile.TemporaryDirectory(prefix="spikewright-rows-") as temporary:
        folder = output or Path(temporary)
        with progress("Testing rows" if run or faults else "Writing tests", len(units)) as advance:
            for path in units:
                made = _made(path, values, seed)
                made.write(folder / made.unit.name)
                if run:
                    runs.append(_run(made, folder / made.unit.name, simulator))
                if faults:
                    found[made.unit.name] = _plant(path, values, simulator)
                advance(1)
    if json:
        planted = {name: [asdict(f) for f in them] for name, them in found.items()}
        print_json({"units": [{**asdict(r), "ok": r.ok} for r in runs], "faults": planted})
    else:
        _report(runs)
        _report_faults(found)
        for path in units if output else []:
            wrote = folder / path.name.removesuffix(".lct.md")
            out.print(f"wrote {wrote}", markup=False, soft_wrap=True)
    if not all(r.ok for r in runs) or not all(f.found for them in found.values() for f in them):
        raise typer.Exit(EXIT_FAULT)


def _verilog(name: str, library: Library, values: Mapping[str, int]) -> str:
    """The Verilog of a unit, as the compiler writes it."""
    from spikewright.hdl.verilog import component_verilog
    from spikewright.lct.load import make_component

    return component_verilog(make_component(name, library, values), name)


def _made(path: Path, values: Mapping[str, int], seed: int) -> RowTests:
    """The tests of a unit, which must have no findings."""
    from spikewright.lct.diagnostics import LctError
    from spikewright.lct.generate import require_checks
    from spikewright.lct.library import SUFFIX, Library
    from spikewright.verif.row_files import row_tests

    library, name = Library(path.parent), path.name.removesuffix(SUFFIX)
    try:
        unit = library.unit(name, values)
    except LctError as error:
        first = error.findings[0]
        raise UserError(f"{first.place}: {first.code}: {first.message}.") from None
    if unit.kind != "logic":
        raise UserError(f"Unit {name} must have logic tables, and has none.")
    require_checks(library, [name], values)
    return row_tests(unit, _verilog(name, library, values), seed=seed)


def _plant(path: Path, values: Mapping[str, int], simulator: str) -> list[RowFault]:
    from spikewright.lct.library import SUFFIX
    from spikewright.verif.row_faults import find_faults

    name = path.name.removesuffix(SUFFIX)
    return find_faults(path.parent, name, values, _verilog, simulator)


def _run(made: RowTests, folder: Path, simulator: str) -> RowRun:
    from spikewright.verif.row_runs import run_rows

    return run_rows(made, folder, simulator)


def _report_faults(found: Mapping[str, Sequence[RowFault]]) -> None:
    """How many rows find all that is planted in them, and what was missed."""
    rows: dict[tuple[str, str, str], list[RowFault]] = {}
    for name, faults in found.items():
        for fault in faults:
            rows.setdefault((name, fault.table, fault.row), []).append(fault)
    for (name, table, row), faults in rows.items():
        for fault in faults:
            if not fault.found:
                text = f"{name}, table {table}, row {row}: misses {fault.kind} of {fault.column}"
                out.print(text, markup=False, soft_wrap=True)
    if found:
        good = sum(all(f.found for f in faults) for faults in rows.values())
        count = sum(f.found is True for faults in rows.values() for f in faults)
        every = sum(map(len, rows.values()))
        text = f"{count} of {every} faults found; {good} of {len(rows)} rows find all of theirs"
        out.print(text, markup=False, soft_wrap=True)


def _report(runs: Sequence[RowRun]) -> None:
    from rich.table import Table

    if not runs:
        return
    table = Table("unit", "rows", "passed", "covered", "cases", "seconds", box=None, pad_edge=False)
    for run in runs:
        rows = [r for r in run.rows if r.table and r.verdict != "never decides"]
        passed = sum(r.verdict == "pass" for r in rows)
        covered = sum(r.covered > 0 for r in rows)
        cases = sum(r.cases for r in run.rows)
        numbers = (len(rows), passed, covered, cases, f"{run.seconds:.1f}")
        table.add_row(run.unit, *map(str, numbers))
    out.print(table)
    for run in runs:
        for row in run.rows:
            where = f"table {row.table}, row {row.row}" if row.table else "reset"
            if row.verdict == "never decides":
                out.print(f"{run.unit}, {where}: never decides", markup=False, soft_wrap=True)
            elif not row.ok:
                text = row.reason or f"{row.verdict}, covered {row.covered} times"
                out.print(f"{run.unit}, {where}: {text}", markup=False, soft_wrap=True)
    rows = [r for run in runs for r in run.rows if r.table and r.verdict != "never decides"]
    good = sum(r.ok for r in rows)
    out.print(f"{good} of {len(rows)} rows passed and covered", markup=False)
