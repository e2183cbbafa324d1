"""`spikewright bench`: how fast it is here, as ratios and against what the machine allows."""

import os
import re
from typing import Annotated, Any

import typer

from spikewright.tools.console import print_json, progress
from spikewright.tools.errors import UserError

__all__ = ["app", "sim"]

SIDES = (4, 8, 16, 32, 64)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Measure speed on this machine.",
)


@app.callback()
def bench() -> None:
    """Measure speed on this machine."""


@app.command()
def sim(
    *,
    cores: Annotated[
        str, typer.Option(help="Sizes, square numbers of full-size cores.")
    ] = ",".join(str(side * side) for side in SIDES),
    threads: Annotated[
        int | None, typer.Option(min=1, help="Of the compiled engine; by default all processors.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Timings; the median counts.")] = 5,
    activity: Annotated[bool, typer.Option(help="Also show how cost grows with activity.")] = True,
    loading: Annotated[
        bool, typer.Option(help="Also time the reading of the largest network's file.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure the golden model's engines, and hold them against the memory's bandwidth.

    Example: spikewright bench sim --cores 16,256 --no-activity

    Every network has an eighth of its synapses connected and 20 spikes a neuron in 1,000 ticks,
    unless its row says otherwise. The bound is what a tick would take if the bytes that it must
    move took as long as a copy of as many bytes on as many threads, measured in the same run.
    """
    from spikewright.golden.engines import require
    from spikewright.tools.bench_load import measure_loading
    from spikewright.tools.bench_sim import Setup, bandwidth, measure, plans

    require("numba")
    sides = _sides(cores)
    chosen = plans(sides, activity=activity)
    count = threads or len(os.sched_getaffinity(0))
    with progress("Measuring", len(chosen) + 1 + loading) as advance:
        setup = Setup(threads=count, repeats=repeats, bandwidth=bandwidth(count))
        advance(1)
        results = list(measure(chosen, setup, advance))
        loaded = measure_loading(max(sides), repeats) if loading else None
        advance(int(loading))
    if as_json:
        report: dict[str, Any] = {
            "threads": setup.threads,
            "repeats": setup.repeats,
            "bandwidth": setup.bandwidth,
            "results": [result.to_dict() for result in results],
            "loading": loaded,
        }
        print_json(report)
        return
    from spikewright.tools.bench_report import show

    show(setup, results, loaded)


def _sides(cores: str) -> list[int]:
    """Return the edges of square meshes."""
    sides = []
    for word in cores.split(","):
        number = int(word) if re.fullmatch(r" *\d{1,4} *", word) else 0
        side = round(number**0.5)
        if number < 1 or side * side != number or side > SIDES[-1]:
            raise UserError(f"--cores must be square numbers in 1..4096, not {word.strip()!r}.")
        sides.append(side)
    return sides
