"""What `spikewright compare` prints for people."""

from __future__ import annotations

from rich.table import Table

from spikewright.tools.comparison import Comparison
from spikewright.tools.console import out

__all__ = ["show"]

# Longer runs are summed up, several ticks a row.
ROWS = 16
# Column of the table and of the log; what is no column of the log is computed.
COLUMNS = ("spikes", "events", "packets", "late", "off_mesh")


def show(result: Comparison) -> None:
    """Print the tick table, the figures and the verdict."""
    network, log = result.network, result.log
    architecture = network.architecture
    out.print(
        f"{architecture.width} x {architecture.height} cores of {architecture.axons} axons and "
        f"{architecture.neurons} neurons; attached: {', '.join(network.attached) or 'nothing'}"
    )
    if len(log):
        out.print(_table(result))
    fit = log.fit()
    if fit is not None:
        out.print(fit.sentence(), soft_wrap=True)
    speeds = log.speeds()
    if {"rtl", "golden"} <= speeds.keys():
        out.print(
            f"Verilated RTL {speeds['rtl']:,.0f} ticks/s, golden model "
            f"{speeds['golden']:,.0f} ticks/s"
        )
    _verdict(result)


def _table(result: Comparison) -> Table:
    """Sum up the ticks that agree, and give the one that does not a row of its own."""
    columns = result.log.columns()
    agreeing = len(result.log) - (not result.agree)
    step = -(-agreeing // ROWS) or 1
    rows = [(first, min(first + step, agreeing)) for first in range(0, agreeing, step)]
    if not result.agree:
        rows.append((agreeing, agreeing + 1))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("ticks", *COLUMNS, "cycles/tick"):
        table.add_column(title.replace("_", " "), justify="right")
    table.add_column("RTL = golden")
    for first, end in rows:
        same = end <= agreeing
        cycles = columns["cycles"][first:end]
        table.add_row(
            f"{first}" if end == first + 1 else f"{first}..{end - 1}",
            *(f"{columns[name][first:end].sum():,}" for name in COLUMNS),
            f"{cycles.mean():,.0f}" if cycles.min() >= 0 else "broken off",
            "yes" if same else "NO",
            style=None if same else "bold red",
        )
    return table


def _verdict(result: Comparison) -> None:
    log, network = result.log, result.network
    if result.difference is None:
        states = len(log) * network.architecture.cores * network.architecture.neurons
        columns = log.columns()
        out.print(
            f"AGREE: {len(log):,} ticks, {states:,} potentials and spikes, "
            f"{columns['packets'].sum():,} packets.",
            style="bold green",
            soft_wrap=True,
        )
        return
    out.print(f"DIFFER at {result.difference.sentence()}", style="bold red", soft_wrap=True)
    for line in result.difference.also:
        out.print(f"  {line}", soft_wrap=True, markup=False)
    waves = result.waves
    if waves is None:
        return
    if waves.path is None:
        out.print(f"No waveform: {waves.fault}", soft_wrap=True, markup=False)
        return
    shown = result.difference.tick - waves.first_tick + 1
    out.print(
        f"Waveform of ticks {waves.first_tick}..{waves.last_tick}: {waves.path}\n"
        f"Tick {result.difference.tick} begins with pulse {shown} of `start`; open it with "
        "surfer or gtkwave.",
        soft_wrap=True,
        markup=False,
    )
