"""The tables of `spikewright bench rtl`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from spikewright.tools.bench_rtl import PEER_CORES, PEER_CYCLES, PEER_SECONDS, Cycles, Speed
from spikewright.tools.bench_rtl_overhead import LIMIT, Overhead
from spikewright.tools.console import out

__all__ = ["show"]


def show(
    cycles: Sequence[Cycles], speeds: Sequence[Speed], overheads: Sequence[Overhead] = ()
) -> None:
    """Print what was measured."""
    table = Table(title="cycles of a tick, one core of 256 x 256", title_justify="left", box=None)
    for column in ("core", "synapses"):
        table.add_column(column)
    for column in ("axons", "events", "cycles", "at most", f"{PEER_CYCLES:,} /"):
        table.add_column(column, justify="right")
    table.add_column("beyond", justify="right", no_wrap=True)
    for row in cycles:
        table.add_row(
            row.core,
            "stochastic" if row.stochastic else "deterministic",
            f"{100 * row.activity:g} %",
            f"{row.events:,.0f}",
            f"{row.cycles:,.0f}",
            row.formula,
            f"{row.ratio:.1f}",
            _verdict(row),
        )
    out.print(table)
    if not speeds:
        return
    table = Table(title="speed in Verilator", title_justify="left", box=None)
    table.add_column("core")
    peer = f"{PEER_CORES} cores: {PEER_SECONDS} s /"
    for column in ("cores", "build, s", "CPU, s", "", "cycles", "ticks/s", "median", peer):
        table.add_column(column, justify="right" if column else "left", no_wrap=not column)
    for speed in speeds:
        table.add_row(
            speed.core,
            f"{speed.cores:,}",
            f"{speed.build_seconds:.1f}",
            f"{speed.build_processor:.1f}",
            speed.builds,
            f"{speed.cycles:,.0f}",
            f"{speed.ticks_per_second:,.4g}",
            f"{speed.median:,.4g}",
            "" if speed.ratio is None else f"{speed.ratio:.0f}",
        )
    out.print()
    out.print(table)
    if overheads:
        out.print()
        out.print(_costs(overheads))


def _costs(overheads: Sequence[Overhead]) -> Table:
    table = Table(
        title="a whole run, held against a bare loop in C++", title_justify="left", box=None
    )
    table.add_column("core")
    for column in ("cores", "ticks", "run, s", "bare loop, s", "ratio"):
        table.add_column(column, justify="right")
    for row in overheads:
        verdict = f"{row.ratio:.2f}" if row.ok else f"[red]{row.ratio:.2f}: above {LIMIT}[/red]"
        table.add_row(
            row.core,
            f"{row.cores:,}",
            f"{row.ticks:,}",
            f"{row.run_seconds:.2f}",
            f"{row.bare_seconds:.2f}",
            verdict if row.same else "[red]wrong results[/red]",
        )
    return table


def _verdict(row: Cycles) -> str:
    if not row.same:
        return "[red]wrong results[/red]"
    return str(row.beyond) if row.ok else f"[red]{row.beyond}: broken[/red]"
