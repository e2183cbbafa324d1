"""`spikewright generate`: tables to Amaranth sources and Verilog."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spikewright.tools.console import complain, out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

__all__ = ["generate"]

ROOT = Path(__file__).resolve().parent.parent


def generate(
    units: Annotated[
        list[str] | None, typer.Argument(help="Units; all of them when none is named.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a file differs.")
    ] = False,
    verilog: Annotated[bool, typer.Option(help="Write Verilog too.")] = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the Verilog.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Architecture of the Verilog; the tables' own if left out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write hdl/generated/*.py and build/verilog/*.v from the tables in lct/units.

    Without names, also what is written from the register map hdl/registers.rdl.

    Every check of every unit comes first: nothing is written while one has a finding.
    """
    from spikewright.lct.generate import FindingsError, generate_all
    from spikewright.tools.registers import generate_registers

    names = units or []
    parameters = _parameters(preset)
    # First, because the tables use what is written from the register map.
    changes = [] if names else generate_registers(check=check)
    try:
        changes += generate_all(names, check=check, parameters=parameters)
    except FindingsError as error:
        if json:
            print_json({"findings": [f.to_json() for f in error.findings]})
        complain(f"{error}\nNothing was generated: {len(error.findings)} findings.")
        raise typer.Exit(EXIT_FAULT) from None
    result: dict[str, Any] = {
        "changes": [{"file": c.path.name, "kind": c.kind} for c in changes],
        "verilog": [],
    }
    if verilog and not check:
        result["verilog"] = _verilog(names, output, preset, parameters)
    if json:
        print_json(result)
    else:
        _report(changes, result["verilog"], check)
    if changes and check:
        raise typer.Exit(EXIT_FAULT)


def _parameters(preset: str | None) -> dict[str, int]:
    """Every number of a preset, by name; units take those that they know."""
    if preset is None:
        return {}
    from dataclasses import fields

    from spikewright.golden.architecture import Architecture

    architecture = Architecture.preset(preset)
    return {f.name: getattr(architecture, f.name) for f in fields(architecture)}


def _verilog(
    names: list[str], output: Path | None, preset: str | None, parameters: dict[str, int]
) -> list[dict[str, Any]]:
    from spikewright.lct.generate import selected
    from spikewright.lct.generate_verilog import generate_verilog
    from spikewright.lct.library import Library

    if output is None:
        if not (ROOT / "pyproject.toml").is_file():
            raise UserError("Outside a checkout the folder of the Verilog is named with --output.")
        output = ROOT / "build" / "verilog" / (preset or "")
    library = Library()
    wanted = [n for n in selected(library, names) if library.unit(n).kind != "types"]
    files = []
    with progress("Verilog", len(wanted)) as advance:
        for path, written in generate_verilog(wanted, output, library, parameters):
            files.append({"file": path, "written": written})
            advance(1)
    return files


def _report(changes: list[Any], verilog: list[dict[str, Any]], check: bool) -> None:
    for change in changes:
        out.print(f"{change.kind:8}{change.path.name}", markup=False)
        if check:
            out.print(change.diff(), markup=False, soft_wrap=True)
    if not changes:
        out.print("All sources agree with the tables.")
    written = sum(f["written"] for f in verilog)
    if verilog:
        folder = verilog[0]["file"].parent
        text = f"Verilog: {written} written, {len(verilog) - written} up to date, in {folder}"
        out.print(text, markup=False, soft_wrap=True)
