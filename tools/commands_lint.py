"""`spikewright lint`: Verilator's warnings and yosys' checks on the Verilog of every unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from spikewright.verif.lint import Finding

__all__ = ["lint_command"]


def lint_command(
    units: Annotated[
        list[str] | None,
        typer.Argument(help="Units, and tile, mesh, chip, board; all when none is named."),
    ] = None,
    *,
    preset: Annotated[
        list[str] | None,
        typer.Option(help="Size of the cores: tiny, truenorth or ranc. May be repeated."),
    ] = None,
    mesh: Annotated[str, typer.Option(metavar="WxH", help="Size of the mesh.")] = "2x2",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Look for latches, loops, wires without a driver or with two, and widths that do not fit.

    Verilator runs with -Wall; every warning that is waived has its reason in verif/waive.vlt. Yosys
    checks each unit with everything below it. Exit status 1 if either finds anything. `chip/neuron`
    is the chip with the core `neuron`; so are `tile/neuron` and `mesh/neuron`.

    Examples: spikewright lint, spikewright lint mesh --preset truenorth --mesh 4x4
    """
    import re

    from spikewright.golden.architecture import Architecture
    from spikewright.tools.console import print_json, progress
    from spikewright.verif.lint import lint
    from spikewright.verif.lint_designs import lint_design, lint_names

    size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", mesh)
    if size is None:
        raise UserError(f"--mesh must be WIDTHxHEIGHT, such as 2x2, not {mesh!r}.")
    presets = preset or ["truenorth"]
    shapes = {p: Architecture.preset(p).with_mesh(int(size[1]), int(size[2])) for p in presets}
    names = units or lint_names()
    results: list[tuple[str, str, list[Finding]]] = []
    with progress("Linting", len(shapes) * len(names)) as advance:
        for label, architecture in shapes.items():
            for name in names:
                results.append((label, name, lint(lint_design(name, architecture))))
                advance(1)
    clean = not any(findings for *_, findings in results)
    if as_json:
        rows = [
            {"preset": label, "unit": f.top, "tool": f.tool, "text": f.text}
            for label, _, findings in results
            for f in findings
        ]
        print_json({"ok": clean, "units": names, "presets": presets, "findings": rows})
    else:
        _show(results)
    if not clean:
        raise typer.Exit(EXIT_FAULT)


def _show(results: list[tuple[str, str, list[Finding]]]) -> None:
    from rich.table import Table

    from spikewright.tools.console import out

    table = Table("preset", "unit", "tool", "finding")
    for label, name, findings in results:
        for finding in findings:
            table.add_row(label, name, finding.tool, finding.text)
    if table.row_count:
        out.print(table)
    count = sum(len(findings) for *_, findings in results)
    found = f"{count} findings" if count else "nothing found"
    out.print(f"{len(results)} units by Verilator -Wall and yosys check: {found}.")
