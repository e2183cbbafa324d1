"""`spikewright replay`: cores of a network run again alone in the RTL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spikewright.golden import Network
    from spikewright.tools.replay import Replay

__all__ = ["replay_command"]

# Differences that a table shows; --json has them all.
SHOWN = 10

MICROARCHITECTURES = ("event", "neuron")


def replay_command(
    *,
    file: Annotated[
        Path, typer.Argument(metavar="NET", help="A network, in any format that convert reads.")
    ],
    stimulus: Annotated[
        Path | None, typer.Option(help="Spikes on axons, or events of ports; .npz or .csv.")
    ] = None,
    ticks: Annotated[
        int | None,
        typer.Option(min=1, help="How many ticks; by default until the last event is through."),
    ] = None,
    cores: Annotated[
        list[str] | None,
        typer.Option(metavar="all|X,Y", help="Which cores; 0:4,0:4 is sixteen. May be repeated."),
    ] = None,
    core: Annotated[str, typer.Option(help="Microarchitecture: event or neuron.")] = "event",
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Let the workers of a Dask cluster do it."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes here; by default one a processor.")
    ] = None,
    programmed: Annotated[
        Path | None,
        typer.Option(metavar="NET", help="Program the RTL with this one, to see a fault found."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Results as lines of JSON; what is there already is not run again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Run each core of a network again alone in the RTL, from the golden model's trace.

    Example: spikewright replay net.npz --ticks 20 --jobs 2

    The golden model runs the whole network; each core is then run by itself in the hardware, fed
    with the spikes that it received, and all its potentials, spikes and packets are compared.

    Exit status: 0 they agree, 1 they differ, 2 they could not be run.
    """
    if core not in MICROARCHITECTURES:
        raise UserError(f"--core must be {' or '.join(MICROARCHITECTURES)}, not {core!r}.")
    if scheduler is not None and jobs is not None:
        raise UserError(
            "--jobs must come without --scheduler, whose workers are as many as it has."
        )

    from spikewright.golden import make_spikes
    from spikewright.golden.event_file import load_stimulus
    from spikewright.tools.formats import load_network
    from spikewright.tools.replay import replay
    from spikewright.tools.run_network import long_enough

    network, _ = load_network(file)
    other = None if programmed is None else load_network(programmed)[0]
    if other is not None and other.architecture != network.architecture:
        raise UserError(f"--programmed must have the architecture of {file}, not another.")
    spikes = make_spikes() if stimulus is None else load_stimulus(stimulus, network)
    result = replay(
        network,
        spikes,
        ticks or long_enough(network, spikes["tick"]),
        cores=chosen_cores(cores or ["all"], network),
        programmed=other,
        microarchitecture=core,
        scheduler=scheduler,
        jobs=jobs,
        results=out,
    )
    if as_json:
        from spikewright.tools.console import print_json

        print_json(result.to_dict())
    else:
        _show(result)
    if result.differences:
        raise typer.Exit(EXIT_FAULT)


def chosen_cores(places: list[str], network: Network) -> NDArray[np.int64]:
    """Return x + width * y of cores like ``3,4`` and ``0:4,0:4``, or of ``all``; ascending."""
    import numpy as np

    a = network.architecture
    chosen = np.zeros((a.height, a.width), np.bool_)
    for place in places:
        if place == "all":
            chosen[:] = True
            continue
        found = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?,(\d{1,9})(?::(\d{1,9}))?", place)
        if found is None:
            raise UserError(f"--cores must be all or x,y, each a number or a range, not {place!r}.")
        ranges = []
        for name, first, end, size in (
            ("x", found[1], found[2], a.width),
            ("y", found[3], found[4], a.height),
        ):
            low, high = int(first), int(end or int(first) + 1)
            if not low < high <= size:
                text = first if end is None else f"{first}:{end}"
                raise UserError(f"--cores {place}: {name} must be in 0..{size - 1}, not {text}.")
            ranges.append(slice(low, high))
        chosen[ranges[1], ranges[0]] = True
    return np.flatnonzero(chosen)


def _show(result: Replay) -> None:
    from rich.table import Table

    from spikewright.tools import console

    table = Table(show_header=False)
    rows: dict[str, Any] = {
        "cores, each alone in RTL": f"{result.cores:,} ({result.cores_here:,} now)",
        "ticks": f"{result.ticks:,}",
        "spikes on their axons": f"{result.inputs:,}",
        "spikes of their neurons": f"{result.spikes:,}",
        "potentials compared": f"{result.potentials:,}",
        "golden model": f"{result.golden_seconds:.1f} s",
        "RTL": f"{result.rtl_seconds:.1f} s",
        "cores that differ": f"{len(result.differences):,}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    console.out.print(table)
    for one in result.differences[:SHOWN]:
        console.out.print(_sentence(one), style="red", markup=False, soft_wrap=True)


def _sentence(one: dict[str, Any]) -> str:
    place = f"core ({one['x']}, {one['y']})"
    if one["tick"] is None:
        return f"{place}: {one['rtl']}"
    if "neuron" in one:
        place += f", neuron {one['neuron']}"
    return f"Tick {one['tick']}, {place}: {one['what']} {one['rtl']} in RTL, {one['golden']} golden"
