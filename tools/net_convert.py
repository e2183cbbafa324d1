"""What a conversion does besides reading and writing a network: stimuli, and what is expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from rich.text import Text

from spikewright.golden import Network, make_simulator, port_events
from spikewright.tools.console import out
from spikewright.tools.errors import UserError
from spikewright.tools.formats import FORMATS, Report
from spikewright.tools.run_network import choose_engine

__all__ = ["read_expected", "read_stimulus", "show_report", "timed_lists"]

Int = NDArray[np.int64]

_CHUNK = 16


def read_stimulus(path: Path, name: str, network: Network) -> NDArray[np.void]:
    """Return the spikes on axons that a file of a network carries with it.

    Parameters
    ----------
    path : Path
    name : str
        Of the format.
    network : Network
        Read from the same file.
    """
    known = FORMATS[name]
    if not known.stimulus:
        carriers = ", ".join(f.name for f in FORMATS.values() if f.stimulus)
        raise UserError(
            f"--stimulus-out must come with a format that carries a stimulus ({carriers}), "
            f"not with {name}."
        )
    events: NDArray[np.void] = known.function(known.stimulus)(path, network)
    return events


def read_expected(
    folder: Path, name: str, network: Network, spikes: NDArray[np.void]
) -> tuple[Int, str]:
    """Return what RANC's test bench expects on the bus, and how its ticks were found.

    Returns
    -------
    events : ndarray of int64, shape (E, 2)
        Rows (tick, index), sorted.
    note : str
    """
    if name != "ranc-memory":
        raise UserError(
            "--expected-out must come with format ranc-memory, which may have a tb_correct.txt, "
            f"not with {name}."
        )
    lists = FORMATS[name].function("read_ranc_expected")(folder)
    events, ran = timed_lists(network, spikes, lists)
    return events, (
        "tb_correct.txt has no ticks, as RANC leaves out those in which nothing comes out: its "
        "list k is expected in the k-th tick in which something comes out of the golden model, "
        f"which has such a tick for {ran} of {len(lists)} lists"
    )


def timed_lists(
    network: Network, spikes: NDArray[np.void], lists: list[list[int]]
) -> tuple[Int, int]:
    """Return lists of lines of the bus as events, each in a tick of its own.

    Parameters
    ----------
    network : Network
        With an output port "bus".
    spikes : ndarray of SPIKE
    lists : list of list of int
        Empty ones are left out.

    Returns
    -------
    events : ndarray of int64, shape (E, 2)
        Rows (tick, index), sorted.
    ran : int
        How many lists have the tick of an output of the golden model.
    """
    lists = [lines for lines in lists if lines]
    ticks: list[int] = []
    # After the last spike, some ticks for each list and for a way through many cores.
    last = int(spikes["tick"].max()) if len(spikes) else 0
    patience = last + 2 * len(lists) + 16 * network.architecture.delay_slots
    simulator = make_simulator(network, choose_engine("auto", network, patience)[0])
    simulator.inject(spikes)
    while len(ticks) < len(lists) and simulator.tick < patience:
        events = port_events(network, "bus", simulator.run(_CHUNK).fired())
        ticks += np.unique(events[:, 0]).tolist()
    ran = min(len(ticks), len(lists))
    del ticks[ran:]
    while len(ticks) < len(lists):
        ticks.append(ticks[-1] + 1 if ticks else 0)
    rows = [(tick, line) for tick, lines in zip(ticks, lists, strict=True) for line in lines]
    return np.unique(np.array(rows, dtype=np.int64).reshape(-1, 2), axis=0), ran


def show_report(report: Report) -> None:
    """Print every kind of change, and every note."""
    if report.changes:
        table = Table("changed", "rule", "first place", "was", "now", box=None, pad_edge=False)
        for change in report.changes:
            cells = (f"{change.count:,}", change.rule, change.place, change.was, change.now)
            # As text: a name in brackets is no markup.
            table.add_row(*map(Text, cells))
        out.print(table)
    for note in report.notes:
        out.print(f"Note: {note.removesuffix('.')}.", markup=False, soft_wrap=True)
