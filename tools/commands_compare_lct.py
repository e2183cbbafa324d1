"""`spikewright compare-lct`: a table against HDL or another table, row by row, with proof."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, EXIT_UNABLE, UserError

if TYPE_CHECKING:
    from spikewright.lct.compare import Cell, Comparison, Options
    from spikewright.lct.ir import Unit
    from spikewright.tools.compare_sources import Job
    from spikewright.verif.row_replay import Replayed

__all__ = ["compare_lct"]

MARKS = {"identical": "=", "equivalent": "~", "different": "!", "unknown": "?"}


def compare_lct(
    sides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="A B",
            help="A unit, NAME.lct.md, FILE.v[:TOP], FILE.sv[:TOP] or FILE.py:CLASS; one a table.",
        ),
    ] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every unit of the project against what it compiles to.")
    ] = False,
    preset: Annotated[str, typer.Option(help="Parameters of the project's units.")] = "",
    parameter: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, of both sides; may be repeated.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="SYMBOL=NAME in the HDL, or =NAME{value:code}; repeated."),
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to a solver.")
    ] = 20.0,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Ask a second solver about every verdict.")
    ] = False,
    reachable: Annotated[
        bool, typer.Option("--reachable", help="Only differences that reset leads to count.")
    ] = False,
    replay: Annotated[
        bool, typer.Option(help="Simulate every counterexample on the HDL itself.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Prove that HDL, or another table, does what a table says; or show where it does not.

    Prints each row and column: = identical, ~ equivalent, ! different, ? unknown. The table is the
    specification; of two, the first. Its `*` accepts anything, its assumptions hold, and whatever
    the HDL leaves undefined must be right in every case. Flat HDL of a unit of instances is held
    against all their tables together, without replay; external instances are left out of both.

    Exit status: 0 equal, 1 different, 2 unknown, or the work could not be done.

    Example: spikewright compare-lct forward_east my_router.v:east --map west.payload=packet_in
    """
    from spikewright.lct.compare import Options
    from spikewright.lct.compare.mapping import Mapping as Names

    given = _parameters(parameter or [])
    values = _preset(preset) | {n.lower(): v for n, v in given.items()}
    names = Names.parse(mapping or [])
    options = Options(limit=limit, cross_check=cross_check, mapping=names, reachable=reachable)
    if every:
        if sides or mapping:
            raise UserError("--all takes neither sides nor --map.")
        _all(options, values, json=json)
        return
    if len(sides or []) != 2:
        raise UserError(f"A comparison has two sides, A and B, not {len(sides or [])}.")
    from spikewright.tools.compare_sources import compare, resolve

    left, right = sides or []
    job = resolve(left, right, options, values, given)
    with progress("Comparing", 1) as advance:
        found = compare(job)
        advance(1)
    replayed = _replays(job, found) if replay else {}
    found = _believed(found, replayed)
    if json:
        print_json(_as_json(found, replayed))
    else:
        _print(job, found, replayed)
    _leave([found.verdict])


def _leave(verdicts: Sequence[str]) -> None:
    if "different" in verdicts:
        raise typer.Exit(EXIT_FAULT)
    if "unknown" in verdicts:
        raise typer.Exit(EXIT_UNABLE)


def _parameters(texts: Sequence[str]) -> dict[str, int]:
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = int(value, 0)
        except ValueError:
            raise UserError(f"A parameter is NAME=VALUE with a whole number, not {text}.") from None
    return found


def _preset(name: str) -> dict[str, int]:
    if not name:
        return {}
    from spikewright.tools.commands_lct import preset_values

    return preset_values(name)


# ---- replay


def _replays(job: Job, found: Comparison) -> dict[int, Replayed]:
    """What simulation shows, by the cell's position; ports and power-on cannot be replayed."""
    from spikewright.lct.compare.result import PORT, POWER_ON
    from spikewright.lct.ir import Unit
    from spikewright.verif.row_replay import replay_all, replay_trace, replay_units

    if job.unit.kind == "structure":
        return {}
    cells = {
        i: c
        for i, c in enumerate(found.cells)
        if c.verdict == "different" and c.row not in (PORT, POWER_ON) and _shows(c)
    }
    if not cells:
        return {}
    if isinstance(job.other, Unit):
        return {i: replay_units(job.unit, job.other, c) for i, c in cells.items()}
    names = job.options.mapping
    traced = {
        i: replay_trace(job.unit, job.other, c.trace, c.column, mapping=names, before=c.before)
        for i, c in cells.items()
        if c.trace
    }
    rest = {i: c for i, c in cells.items() if not c.trace}
    results = replay_all(job.unit, job.other, list(rest.values()), names) if rest else []
    return traced | dict(zip(rest, results, strict=True))


def _shows(cell: Cell) -> bool:
    """Whether a cell has something to run."""
    return bool(cell.witness) or cell.row == "reset"


def _believed(found: Comparison, replayed: Mapping[int, Replayed]) -> Comparison:
    """The comparison without the differences that the simulator contradicts.

    What HDL leaves undefined, a simulator fills with one choice of many: that contradicts nothing.
    """
    cells = list(found.cells)
    for i, result in replayed.items():
        if result.simulator and not result.confirmed and cells[i].kind != "undefined":
            text = f"solver and {result.simulator} contradict each other: {cells[i].sentence}"
            cells[i] = replace(cells[i], verdict="unknown", kind="", sentence=text)
    return replace(found, cells=tuple(cells))


# ---- printing


def _as_json(found: Comparison, replayed: Mapping[int, Replayed]) -> dict[str, Any]:
    report = found.to_json()
    for i, cell in enumerate(report["cells"]):
        result = replayed.get(i)
        cell["confirmed"] = bool(result and result.confirmed)
        cell["simulator"] = result.simulator if result else ""
    return report


def _print(job: Job, found: Comparison, replayed: Mapping[int, Replayed]) -> None:
    from spikewright.lct.values import show

    _matrices(job.unit, found)
    for i, cell in enumerate(found.cells):
        if not cell.sentence:
            continue
        out.print(f"\n{MARKS[cell.verdict]} {cell.sentence}", markup=False, soft_wrap=True)
        if cell.kind:
            out.print(f"  {cell.kind}", markup=False)
        if cell.shown:
            row = ", ".join(f"{n} = {v}" for n, v in cell.shown.items())
            out.print(f"  counterexample: {row}", markup=False, soft_wrap=True)
        for n, given in enumerate(cell.trace):
            parts = (f"{k} = {show(v, job.unit.symbols[k].type)}" for k, v in given.items() if v)
            step = ", ".join(parts) or "all inputs 0"
            out.print(f"  step {n} after reset: {step}", markup=False, soft_wrap=True)
        if i in replayed:
            out.print(f"  {_simulated(replayed[i])}", markup=False, soft_wrap=True)
    _notes(job, found)


def _simulated(result: Replayed) -> str:
    if not result.simulator:
        return f"not simulated: {result.sentence}"
    if result.confirmed:
        return f"confirmed by {result.simulator}"
    return f"not confirmed by {result.simulator}"


def _matrices(unit: Unit, found: Comparison) -> None:
    from rich.table import Table

    if unit.kind == "structure":
        _instances(found)
        return
    by_place = {(c.table, c.row, c.column): c for c in found.cells}
    for table in unit.tables:
        columns = [t.symbol.name for t in table.targets]
        grid = Table(table.name, *columns, box=None, pad_edge=False)
        for row in table.rows:
            grid.add_row(row.id, *(_mark(by_place[table.name, row.id, c]) for c in columns))
        out.print(grid)
    registers = [c for c in found.cells if c.row in ("reset", "power-on")]
    if registers:
        grid = Table("reset", *(c.column for c in registers), box=None, pad_edge=False)
        grid.add_row("", *map(_mark, registers))
        out.print(grid)


def _instances(found: Comparison) -> None:
    from rich.table import Table

    grid = Table("instance", *MARKS.values(), box=None, pad_edge=False)
    for name in dict.fromkeys(c.table for c in found.cells):
        marks = [MARKS[c.verdict] for c in found.cells if c.table == name]
        grid.add_row(name, *(str(marks.count(m) or "") for m in MARKS.values()))
    out.print(grid)


def _mark(cell: Cell) -> str:
    mark = MARKS[cell.verdict]
    return f"[red]{mark} {cell.kind}[/red]" if mark in "!?" else mark


def _notes(job: Job, found: Comparison) -> None:
    from spikewright.lct.ir import Unit

    if isinstance(job.other, Unit):
        for name, mine in job.unit.parameters.items():
            other = job.other.parameters.get(name)
            if other is not None and other.value != mine.value:
                note = f"parameter {name} is {mine.value} and {other.value}"
                out.print(f"note: {note}", markup=False)
    if found.assumptions:
        out.print(f"\nassumptions used: {', '.join(found.assumptions)}", markup=False)
    counts = {v: sum(c.verdict == v for c in found.cells) for v in MARKS}
    parts = ", ".join(f"{n} {v}" for v, n in counts.items() if n)
    text = f"{found.unit}: {found.verdict} ({parts}; by {found.method}, {found.seconds:.2f} s)"
    out.print(text, markup=False)


# ---- all units


def _all(options: Options, values: Mapping[str, int], *, json: bool) -> None:
    from rich.table import Table

    from spikewright.lct.library import Library
    from spikewright.tools.compare_sources import compare, every_unit

    library = Library()
    kinds = "logic", "structure"
    names = [n for n in library.names() if library.unit(n, values).kind in kinds]
    begin, rows = time.perf_counter(), []
    with progress("Comparing", 2 * len(names)) as advance:
        for language, job in every_unit(options, values, names):
            found = compare(job)
            rows.append((job.unit.name, language, found.verdict, len(found.cells), found.seconds))
            advance(1)
    total, slowest = time.perf_counter() - begin, max(rows, key=lambda r: r[-1])
    if json:
        fields = ("unit", "language", "verdict", "cells", "seconds")
        units = [dict(zip(fields, row, strict=True)) for row in rows]
        print_json({"seconds": total, "units": units})
    else:
        table = Table("unit", "language", "verdict", "cells", "seconds", box=None, pad_edge=False)
        for name, language, verdict, cells, seconds in rows:
            table.add_row(name, language, verdict, str(cells), f"{seconds:.2f}")
        out.print(table)
        text = f"{len(names)} units in {total:.1f} s; slowest {slowest[0]}, {slowest[-1]:.2f} s"
        out.print(text, markup=False)
    _leave([row[2] for row in rows])
