"""What `spikewright run` says at the end: figures of the run, and events held against a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from spikewright.golden import Network
from spikewright.golden.statistics import TICKS_PER_SECOND
from spikewright.tools.console import out
from spikewright.tools.run_network import Run
from spikewright.tools.stages import Stages

__all__ = ["Expectation", "figures", "show"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """Events of a port, held against a list of what they should be.

    Members
    -------
    port : str
    events : int
        How many there were.
    difference : tuple of int, or None
        (tick, index) of the first event on one side only.
    missing : bool
        Whether that one was expected and did not come; else it came and was not expected.
    """

    port: str
    events: int
    difference: tuple[int, int] | None
    missing: bool

    @classmethod
    def of(cls, port: str, events: Int, expected: Int) -> Expectation:
        """Compare rows (tick, index), in any order and each once."""
        came, wanted = ({(int(t), int(i)) for t, i in rows} for rows in (events, expected))
        first = min(came ^ wanted, default=None)
        return cls(port=port, events=len(came), difference=first, missing=first in wanted)

    def sentence(self) -> str:
        """Return the verdict in one line."""
        if self.difference is None:
            return f"AGREE: {self.events:,} events of port {self.port}, as expected."
        tick, index = self.difference
        what = "is expected and missing" if self.missing else "is there and not expected"
        return f"DIFFER at tick {tick}: event {index} of port {self.port} {what}."

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON."""
        found = None
        if self.difference is not None:
            tick, index = self.difference
            found = {"tick": tick, "index": index, "expected": self.missing}
        return {"agree": self.difference is None, "difference": found}


def figures(network: Network, run: Run) -> dict[str, Any]:
    """Return the sums of a run, for reports.

    ``mean_rate`` is in spikes a neuron and tick, speeds are of this process alone.
    """
    a, recording = network.architecture, run.recording
    events = recording.synaptic_events_per_tick
    here = len(recording.spikes_per_tick) - run.ticks_here
    spikes = int(recording.spikes_per_tick.sum())
    known = run.seconds > 0
    return {
        "complete": run.complete,
        "ticks": recording.ticks,
        "ticks_wanted": run.ticks,
        "ticks_here": run.ticks_here,
        "seconds": run.seconds,
        "ticks_per_second": run.ticks_here / run.seconds if known else None,
        "spikes": spikes,
        "mean_rate": spikes / (recording.ticks * a.cores * a.neurons) if recording.ticks else None,
        "synaptic_events": None if events is None else int(events.sum()),
        "synaptic_events_per_second": (
            None if events is None or not known else int(events[here:].sum()) / run.seconds
        ),
        "packets_out": len(recording.outputs),
        "late": int(recording.late_per_tick.sum()),
        "off_mesh": int(recording.off_mesh.sum()),
    }


def show(report: dict[str, Any], network: Network, console: Any = out) -> None:
    """Print the figures for people."""
    a = network.architecture
    reason = f" ({report['reason']})" if report["reason"] else ""
    console.print(
        f"{a.width} x {a.height} cores of {a.axons} axons and {a.neurons} neurons, on engine "
        f"{report['engine']}{reason}",
        soft_wrap=True,
        markup=False,
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    speed, rate, sops = (
        report[name] for name in ("ticks_per_second", "mean_rate", "synaptic_events_per_second")
    )
    ticks = f"{report['ticks']:,}"
    if not report["complete"]:
        ticks += f" of {report['ticks_wanted']:,}"
    pace = ""
    if speed is not None:
        pace = f"{speed:,.0f} ticks/s, {speed / TICKS_PER_SECOND:.3g} x real time"
    table.add_row("ticks", ticks, pace)
    mean = "" if rate is None else f"mean rate {rate * TICKS_PER_SECOND:.3g} Hz at 1 kHz ticks"
    table.add_row("spikes", f"{report['spikes']:,}", mean)
    events = report["synaptic_events"]
    if events is None:
        table.add_row("synaptic events", "", "not shown by this engine")
    else:
        a_second = "" if sops is None else f"{sops:,.0f} a second"
        table.add_row("synaptic events", f"{events:,}", a_second)
    table.add_row("packets out", f"{report['packets_out']:,}", "")
    for name, title, why in (
        ("late", "dropped late", "their scheduler row was the one that ran"),
        ("off_mesh", "dropped off mesh", "they left where nothing is attached"),
    ):
        count = report[name]
        style = "bold yellow" if count else None
        table.add_row(title, f"{count:,}", why if count else "", style=style)
    console.print(table)
    console.print(Stages.sentence(report["stages"]), style="dim", markup=False, soft_wrap=True)
