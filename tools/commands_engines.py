"""`spikewright engines`: the golden model's two engines, held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spikewright.tools.engines_faults import Outcome
    from spikewright.tools.engines_report import Report

__all__ = ["engines"]


def engines(
    *,
    networks: Annotated[
        int | None,
        typer.Option(min=1, help="Networks; 2,000, or with --faults at most 100 for each fault."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the first network; the next is one more.")
    ] = 0,
    faults: Annotated[
        bool, typer.Option("--faults", help="Plant faults in either engine: each must be told.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="With --faults: this one, once or several times.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="With --faults: processes at a time.")] = 2,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run generated networks on the reference and on the compiled engine, and compare everything.

    A seed is always the same network. Spikes, potentials, random states, synaptic events, errors,
    packets that leave and the final state must be the same to the bit, for any number of threads.
    Exit status 1 if anything differs, or if a planted fault is not told.

    Examples: `spikewright engines`, `spikewright engines --networks 1 --seed 17`,
    `spikewright engines --faults`.
    """
    from spikewright.golden.engines import require

    require("numba")
    if only and not faults:
        raise UserError("--only must be given with --faults.")
    if faults:
        _hunt(only or [], seed, networks, jobs, json)
        return
    from spikewright.tools.engines_report import hold

    count = networks or 2000
    with progress("Networks", count, rate="networks") as advance:
        report = hold(range(seed, seed + count), progress=advance)
    if json:
        print_json(report.to_dict())
    else:
        _show(report)
    if report.differences:
        raise typer.Exit(EXIT_FAULT)


def _hunt(only: list[str], seed: int, networks: int | None, jobs: int, json: bool) -> None:
    from spikewright.tools.engines_faults import NETWORKS, chosen_faults, hunt

    chosen = chosen_faults(only)
    with progress("Faults", 1 + len(chosen)) as advance:
        outcomes = hunt(
            chosen, seed, networks or NETWORKS, jobs=jobs, progress=lambda _: advance(1)
        )
    if json:
        print_json({"ok": all(o.ok for o in outcomes), "faults": [o.to_dict() for o in outcomes]})
    else:
        _show_faults(outcomes)
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(EXIT_FAULT)


def _show(report: Report) -> None:
    from rich.table import Table

    table = Table("feature", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("networks", justify="right")
    for name, count in report.features.items():
        table.add_row(name, f"{count:,}", style="" if count else "yellow")
    out.print(table)
    threads = ", ".join(f"{report.threads[n]:,} on {n}" for n in sorted(report.threads))
    out.print(f"Networks by threads of the compiled engine: {threads}.", soft_wrap=True)
    wrong = len(report.differences)
    out.print(
        f"{report.networks:,} networks, {report.ticks:,} ticks, {report.potentials:,} potentials "
        f"and {report.spikes:,} spikes compared: {wrong:,} differ{'s' * (wrong == 1)}.",
        soft_wrap=True,
    )
    for difference in report.differences:
        text = f"seed {difference.seed}, {difference.threads} threads: {difference.text}"
        out.print(text, style="red", markup=False, soft_wrap=True)
        out.print(f"  again: {difference.again}", markup=False, soft_wrap=True)


def _show_faults(outcomes: Sequence[Outcome]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("fault", "meaning", "networks", "first difference")
    for outcome in outcomes:
        fault, found = outcome.fault, outcome.difference
        first = f"seed {found['seed']}: {found['text']}" if found else "nothing"
        row = (
            fault.name if fault else "(none)",
            fault.meaning if fault else "",
            str(outcome.networks),
            outcome.trouble or first,
        )
        table.add_row(*map(Text, row), style="" if outcome.ok else "red")
    out.print(table)
    planted = [outcome for outcome in outcomes if outcome.fault]
    clean = [outcome for outcome in outcomes if not outcome.fault]
    out.print(
        f"{sum(outcome.ok for outcome in planted)} of {len(planted)} faults found; without a fault "
        f"the engines {'agree' if all(o.ok for o in clean) else 'differ'}."
    )
