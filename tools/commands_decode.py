"""`spikewright decode`: HDL as a table, proven equal to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import atomic_write, check_place, out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from spikewright.lct.decoder.project import Outcome
    from spikewright.lct.ir import Unit

__all__ = ["decode"]


def decode(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|FILE.py:CLASS]", help="Verilog, SystemVerilog or Amaranth."),
    ] = None,
    *,
    unit: Annotated[
        str, typer.Option("--unit", help="Whose signals these are: a unit by name, or its file.")
    ] = "",
    guided: Annotated[
        bool, typer.Option("--guided", help="Line the table up with the unit's own.")
    ] = False,
    top: Annotated[str, typer.Option(help="The module; found if left out.")] = "",
    preset: Annotated[str, typer.Option(help="Parameters of the unit: those of this preset.")] = "",
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=NUMBER", help="A parameter of the HDL and of the unit."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="SYMBOL=NAME", help="What a signal is called in the HDL."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; else it is printed.")
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    every: Annotated[
        bool,
        typer.Option("--all", help="Compile, decode and compare every unit of the project."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write the table that HDL of any style is, in the designer's names.

    Nothing but the list of signals is taken from the unit, unless the table is to line up with it.
    Every table is proven equal to the HDL before it is written. Exit status 2 where there is none.

    Example: spikewright decode edge.sv --unit lct/units/forward_east.lct.md -o decoded.lct.md
    """
    if every:
        if file or unit or output or guided:
            raise UserError("--all decodes the project's own units: it takes no file and no unit.")
        _all(limit, json)
        return
    if file is None or not unit:
        raise UserError("Name the HDL and, with --unit, whose signals it has; or give --all.")
    if output is not None:
        check_place(output)
    numbers = dict(map(_number, parameter or []))
    signals = _unit(unit, preset, numbers)
    text, rows, seconds = _one(
        file, signals, numbers, guided=guided, top=top, entries=map_ or [], limit=limit
    )
    if output is not None:
        atomic_write(output, text)
    if json:
        print_json({"text": text, "rows": rows, "seconds": round(seconds, 3)})
    elif output is None:
        out.print(text, markup=False, soft_wrap=True, end="")
    else:
        out.print(f"wrote {output}: {rows} rows, proven in {seconds:.1f} s", markup=False)


def _one(
    file: str,
    unit: Unit,
    numbers: dict[str, int],
    *,
    guided: bool,
    top: str,
    entries: list[str],
    limit: float,
) -> tuple[str, int, float]:
    from spikewright.lct.compare.mapping import Mapping
    from spikewright.lct.decoder import decode as run
    from spikewright.lct.front.source import load_source

    mapping = Mapping.parse(entries)
    begin = time.perf_counter()
    design = load_source(
        file, top=top, parameters=numbers, prefer=mapping.prefer(unit), reset=mapping.reset
    )
    found = run(design, unit, unit if guided else None, mapping=mapping, limit=limit)
    rows = sum(len(t.rows) for t in found.unit.tables)
    return found.text, rows, time.perf_counter() - begin


def _number(text: str) -> tuple[str, int]:
    name, _, value = text.partition("=")
    try:
        return name, int(value, 0)
    except ValueError:
        raise UserError(f"A parameter is NAME=NUMBER, not {text}.") from None


def _unit(name: str, preset: str, numbers: dict[str, int]) -> Unit:
    from spikewright.lct.library import Library
    from spikewright.tools.commands_lct import _find, preset_values

    (path,) = _find([name])
    values = preset_values(preset) if preset else {}
    values |= {n.lower(): v for n, v in numbers.items()}
    unit = Library(path.parent).unit(path.name.removesuffix(".lct.md"), values)
    if unit.kind != "logic":
        raise UserError(f"A unit of logic tables can be decoded, and {unit.name} is none.")
    return unit


def _all(limit: float, json: bool) -> None:
    from spikewright.lct.decoder.project import decode_project
    from spikewright.lct.library import Library

    found: list[Outcome] = []
    begin = time.perf_counter()
    with progress("Decoding", 2 * len(Library().logic())) as advance:
        for outcome in decode_project(limit):
            found.append(outcome)
            advance(1)
    seconds = time.perf_counter() - begin
    if json:
        print_json({"seconds": round(seconds, 3), "units": [o.to_json() for o in found]})
    else:
        for line in _report(found, seconds):
            out.print(line, markup=False, soft_wrap=isinstance(line, str))
    if not all(o.good for o in found):
        raise typer.Exit(EXIT_FAULT)


def _report(found: list[Outcome], seconds: float) -> Iterator[Any]:
    from rich.table import Table

    heads = ("from", "rows", "decoded", "identical", "equivalent", "verdict", "seconds")
    table = Table(box=None, pad_edge=False)
    table.add_column("unit", no_wrap=True)
    for head in heads:
        table.add_column(head)
    for o in found:
        counts = (str(o.rows), str(o.decoded), str(o.identical), str(o.equivalent))
        table.add_row(o.unit, o.source, *counts, o.verdict, f"{o.seconds:.2f}")
    yield table
    slowest = max(found, key=lambda o: o.seconds)
    good = sum(o.good for o in found)
    yield (
        f"{good} of {len(found)} decoded and proven the same in {seconds:.1f} s, "
        f"the slowest {slowest.unit} from {slowest.source} in {slowest.seconds:.1f} s"
    )
    for o in found:
        if o.sentence:
            yield f"{o.unit} from {o.source}: {o.sentence}"
