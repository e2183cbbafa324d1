"""`spikewright synth`: area and speed of parts of the chip, by the open tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.console import complain, out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, EXIT_UNABLE, UserError

if TYPE_CHECKING:
    from spikewright.tools.synth import Area, Implementation

__all__ = ["synth"]

ROOT = Path(__file__).resolve().parent.parent
AREA = ("LUTs", "registers", "RAM16", "block RAM", "multipliers")
COLUMNS = ("design", "target", "cells", *AREA, "MHz", "s")
UNIT_COLUMNS = ("unit", "times", *AREA)


def synth(
    designs: Annotated[
        list[str] | None, typer.Argument(help="Parts of the chip; see --list. core-256 if none.")
    ] = None,
    *,
    target: Annotated[str, typer.Option(help="ecp5, ice40 or generic.")] = "ecp5",
    core: Annotated[str, typer.Option(help="The cores' kind: event or neuron.")] = "event",
    units: Annotated[
        bool, typer.Option("--units/--no-units", help="Area of each unit, which takes longer.")
    ] = True,
    megahertz: Annotated[
        float | None, typer.Option(min=1, help="Clock that the tools aim for.")
    ] = None,
    at_least: Annotated[
        float | None, typer.Option(min=1, help="Exit 1 where the clock is slower, in MHz.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the placer.")] = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of netlists, logs and reports.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="List designs and targets.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Synthesise parts of the chip, place and route them, and tell area, clock and slowest path.

    Example: spikewright synth core-256 router --target ecp5

    Large memories must be block RAM, and nothing a latch: where that fails, or a clock is slower
    than --at-least, the exit status is 1. What does not fit the device is not placed, and the exit
    status is 2. On generic nothing is placed, so there is no clock. Cells are what the device
    spends on LUTs, carry chains and distributed RAM together. A unit's area is that of the unit
    alone; together they take more than the design, which is optimised across its units.
    """
    from spikewright.hdl.tile import CORES
    from spikewright.tools.synth import STEPS, TARGETS, implement
    from spikewright.tools.synth_sets import SETS

    if names:
        _list(json)
        return
    if target not in TARGETS:
        raise UserError(f"--target must be one of {', '.join(TARGETS)}, not {target!r}.")
    if core not in CORES:
        raise UserError(f"--core must be one of {', '.join(CORES)}, not {core!r}.")
    chosen = designs or ["core-256"]
    for name in chosen:
        if name not in SETS:
            raise UserError(f"Design must be one of {', '.join(SETS)}, not {name!r}.")
    folder = output or _folder()
    results = []
    with progress("Implementing", STEPS * len(chosen)) as advance:
        for name in chosen:
            place = folder / "-".join((name, target) if core == "event" else (name, core, target))
            results.append(
                implement(
                    SETS[name],
                    TARGETS[target],
                    place,
                    core=core,
                    units=units,
                    megahertz=megahertz,
                    seed=seed,
                    advance=advance,
                )
            )
    faults = [finding for result in results for finding in result.findings]
    faults += [
        f"Design {r.design} must run at {at_least:g} MHz, and runs at {r.megahertz:.1f}"
        for r in results
        if at_least is not None and r.megahertz is not None and r.megahertz < at_least
    ]
    if json:
        print_json({"results": [result.to_dict() for result in results], "faults": faults})
    else:
        _show(results)
    misfits = [misfit for result in results for misfit in result.misfits]
    for sentence in faults + misfits:
        complain(f"{sentence}.")
    if misfits:
        raise typer.Exit(EXIT_UNABLE)
    if faults:
        raise typer.Exit(EXIT_FAULT)


def _folder() -> Path:
    if not (ROOT / "pyproject.toml").is_file():
        raise UserError("Outside a checkout the folder of the results is named with --output.")
    return ROOT / "build" / "synth"


def _list(json: bool) -> None:
    from spikewright.tools.synth import TARGETS
    from spikewright.tools.synth_sets import SETS

    if json:
        meanings = {name: design.meaning for name, design in SETS.items()}
        print_json({"designs": meanings, "targets": list(TARGETS)})
        return
    for name, design in SETS.items():
        out.print(f"{name:14}{design.meaning}", markup=False)
    out.print(f"targets: {', '.join(TARGETS)}", markup=False)


def _show(results: list[Implementation]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:2] else "right")
    for result in results:
        area = result.area
        table.add_row(
            result.design,
            " ".join(filter(None, (result.target, result.device))),
            "" if area.cells is None else f"{area.cells:,}",
            *_numbers(area),
            "" if result.megahertz is None else f"{result.megahertz:.1f}",
            f"{result.synthesis_seconds:.0f} + {result.place_and_route_seconds:.0f}",
        )
    out.print(table)
    for result in results:
        path = result.path
        if path is not None:
            out.print(
                f"{result.design}: slowest from {path.begins} to {path.ends}: {path.logic:.1f} ns "
                f"in {path.steps} cells, {path.routing:.1f} ns in wires",
                markup=False,
                soft_wrap=True,
            )
        if result.units:
            _show_units(result)


def _show_units(result: Implementation) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title=f"units of {result.design}", title_justify="left")
    for column in UNIT_COLUMNS:
        table.add_column(column, justify="left" if column == UNIT_COLUMNS[0] else "right")
    for unit in result.units:
        table.add_row(unit.name or "between units", str(unit.count), *_numbers(unit.area))
    out.print(table)


def _numbers(area: Area) -> tuple[str, ...]:
    numbers = (area.luts, area.flip_flops, area.distributed, area.block_rams, area.multipliers)
    return tuple(f"{number:,}" for number in numbers)
