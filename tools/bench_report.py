"""The tables of `spikewright bench sim`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from spikewright.tools.bench_sim import Measured, Setup
from spikewright.tools.console import out

__all__ = ["ratios", "show"]

COLUMNS = ("cores", "synapses", "rate", "engine", "ticks/s", "SOPS", "MB/tick", "of bound", "ratio")


def ratios(results: Sequence[Measured]) -> dict[int, float]:
    """Return by place how many times faster a result is than numpy's on the same network."""
    slow = {r.plan: r.ticks_per_second for r in results if r.engine == "numpy"}
    return {
        place: result.ticks_per_second / slow[result.plan]
        for place, result in enumerate(results)
        if result.engine != "numpy" and result.plan in slow
    }


def show(setup: Setup, results: Sequence[Measured], loaded: dict[str, Any] | None) -> None:
    """Print what was measured."""
    out.print(
        f"{setup.threads} threads, medians of {setup.repeats}; a copy moves "
        f"{setup.bandwidth / 1e9:.1f} GB/s (read and written)"
    )
    times = ratios(results)
    numbered = list(enumerate(results))
    for title, group in groupby(numbered, key=lambda entry: entry[1].plan.title):
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for column in COLUMNS:
            table.add_column(column, justify="left" if column == "engine" else "right")
        for place, result in group:
            table.add_row(*_cells(result, times.get(place)))
        out.print()
        out.print(table)
    if loaded is not None:
        out.print(
            f"\nLoading {loaded['cores']:,} cores, every neuron of its own kind "
            f"({loaded['file_bytes'] / 1e6:.0f} MB): {loaded['load_seconds']:.2f} s, ready to run "
            f"after {loaded['ready_seconds']:.2f} s, at most {loaded['peak_bytes'] / 1e9:.2f} GB"
        )


def _cells(result: Measured, ratio: float | None) -> list[str]:
    plan = result.plan
    known = result.bytes_per_tick is not None and result.bound is not None
    return [
        f"{plan.side**2:,}",
        f"{100 * plan.density:g} %",
        f"{100 * (plan.rate if plan.resting else result.firing):.2g} %",
        result.engine,
        f"{result.ticks_per_second:,.4g}",
        f"{_prefixed(result.operations)}",
        f"{(result.bytes_per_tick or 0) / 1e6:.2f}" if known else "",
        f"{100 * result.ticks_per_second / (result.bound or 1):.0f} %" if known else "",
        "" if ratio is None else f"{ratio:.0f}",
    ]


def _prefixed(value: float) -> str:
    """Return a number with a prefix of thousands."""
    for power, prefix in ((9, "G"), (6, "M"), (3, "k")):
        if value >= 10**power:
            return f"{value / 10**power:.2f} {prefix}"
    return f"{value:.0f}"
