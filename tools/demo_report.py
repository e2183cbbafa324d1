"""What `spikewright demo` prints for people."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from spikewright.tools.console import out
from spikewright.tools.demo import Demonstration
from spikewright.tools.digits_batch import TICKS
from spikewright.tools.stages import Stages

__all__ = ["show"]


def show(result: Demonstration, files: dict[str, Path]) -> None:
    """Print the figures, the verdict and where things are."""
    figures = result.figures()
    a = result.network.architecture
    out.print(
        f"{figures['digits']} handwritten digits, none of the {result.trained_with:,} that the "
        f"network was trained with, on {a.width} x {a.height} cores of {a.neurons} neurons",
        soft_wrap=True,
    )
    if result.agree:
        out.print(_engines(figures))
    fit = result.run.log.fit()
    if fit is not None:
        out.print(fit.sentence(), soft_wrap=True)
    _verdict(result, figures, files)
    took = f"Took {sum(result.seconds.values()):.1f} s: {Stages.sentence(result.seconds)}."
    out.print(took, soft_wrap=True, style="dim")


def _engines(figures: dict[str, object]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    batch = figures["batch"]
    assert isinstance(batch, dict)
    for title in ("RTL (Verilator)", "golden model", f"golden, batch ({batch['engine']})"):
        table.add_column(title, justify="right")
    frames = batch["frames_per_second"]
    speeds = {"ticks_per_second": frames * TICKS, "digits_per_second": frames}
    rows = (
        ("digits right", "right", "{:,}"),
        ("accuracy", "accuracy", "{:.1%}"),
        ("ticks/s", "ticks_per_second", "{:,.0f}"),
        ("digits/s", "digits_per_second", "{:,.1f}"),
    )
    for title, name, form in rows:
        values = figures[name]
        assert isinstance(values, dict)
        known = {"batch": speeds.get(name), **values}
        table.add_row(title, *(form.format(known[engine]) for engine in ("rtl", "golden", "batch")))
    return table


def _verdict(result: Demonstration, figures: dict[str, object], files: dict[str, Path]) -> None:
    again = f"spikewright compare {files['network']} --packets {files['packets']}"
    if result.run.fault is None and not result.batch_agrees:
        out.print("DIFFER: the batch gives other votes than the digits in a row.", style="bold red")
        return
    if result.run.fault is None:
        out.print(
            f"BIT-EXACT: {figures['ticks']:,} ticks, {figures['states_compared']:,} potentials and "
            f"spikes, {figures['packets_compared']:,} packets, {figures['equal_answers']:,} of "
            f"{figures['digits']:,} answers equal.",
            style="bold green",
            soft_wrap=True,
        )
        out.print(f"Page: {files['page']}\nTick by tick: {again}", soft_wrap=True, markup=False)
        return
    difference = result.run.fault.difference
    out.print(f"DIFFER at {difference.sentence()}", style="bold red", soft_wrap=True)
    out.print(
        f"For the waveform: {again} --ticks {difference.tick + 1}", soft_wrap=True, markup=False
    )
