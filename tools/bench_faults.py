"""`spikewright bench faults`: how many faults in HDL the comparison finds."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from spikewright.tools.bench_units import chosen_units
from spikewright.tools.console import atomic_write, check_place, print_json, progress
from spikewright.tools.errors import EXIT_FAULT

__all__ = ["faults"]


def faults(
    *,
    unit: Annotated[
        list[str] | None, typer.Option(help="A unit, once or several times; all if none.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Mutants, at least.")] = 5000,
    seed: Annotated[int, typer.Option(help="Of mutants and vectors.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    named: Annotated[
        int, typer.Option(min=1, help="Name the differences of one in so many mutants.")
    ] = 10,
    work: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps what is done; a later run goes on from there."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the result as JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Plant faults in Verilog and Amaranth of the units, and see what the comparison says of each.

    Example: spikewright bench faults --unit merge_north --count 100

    Whether a mutant behaves otherwise is established without the comparison: by the table run as
    software against Icarus, and by yosys' SAT solver where no vector tells. Exit status 1 if a
    fault is missed, an equal mutant called different, or anything left unknown.
    """
    from spikewright.lct.library import Library
    from spikewright.tools.bench_faults_parts import measure, parts
    from spikewright.tools.bench_faults_report import show, summary
    from spikewright.verif.toolchain import require_icarus

    chosen = chosen_units(unit or [], Library().logic())
    require_icarus()
    if output is not None:
        check_place(output)
    with TemporaryDirectory() as temporary:
        folder = work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        every = parts(chosen, count, seed=seed, folder=folder, limit=limit, named=named)
        results: list[dict[str, Any]] = []
        with progress("Faults", sum(p.count for p in every), rate="mutants") as advance:
            for result in measure(every, jobs):
                results.append(result)
                advance(every[0].count)
                if output is not None:
                    atomic_write(output, _text(summary(results, seed)))
    report = summary(results, seed)
    if as_json:
        print_json(report)
    else:
        show(report)
    if not report["ok"]:
        raise typer.Exit(EXIT_FAULT)


def _text(report: dict[str, Any]) -> str:
    import json

    return json.dumps(report, indent=1) + "\n"
