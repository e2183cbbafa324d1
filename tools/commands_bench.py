"""`spikewright bench`: how fast it is here, as ratios and against what the machine allows."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from spikewright.tools.bench_attacks import attacks
from spikewright.tools.bench_faults import faults
from spikewright.tools.bench_roundtrip import roundtrip
from spikewright.tools.bench_specification import specification
from spikewright.tools.console import out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

__all__ = [
    "app",
    "attacks",
    "compare_lct",
    "faults",
    "roundtrip",
    "rtl",
    "sim",
    "specification",
]

SIDES = (4, 8, 16, 32, 64)
CORES = ("event", "neuron")
MOST_CORES = 1024

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Measure speed on this machine.",
)


app.command()(attacks)
app.command()(faults)
app.command()(roundtrip)
app.command()(specification)


@app.callback()
def bench() -> None:
    """Measure speed on this machine."""


@app.command("compare-lct")
def compare_lct(
    *,
    rows: Annotated[str, typer.Option(help="Rows of the tables.")] = "96,256",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure the proof that a priority table of 32-bit words equals a disjoint rewrite of it.

    Example: spikewright bench compare-lct --rows 16,96

    The rewrite has its rows in another order, and each excludes all that came before it; once it
    is a table, once Verilog.
    """
    from dataclasses import asdict

    from spikewright.tools.bench_compare import measure

    counts = [int(n) for n in rows.split(",") if n.strip().isdecimal() and int(n)]
    if len(counts) != len(rows.split(",")):
        raise UserError(f"Rows are positive numbers with commas between them, not {rows}.")
    results = []
    with progress("Comparing", 2 * len(counts)) as advance:
        for count in counts:
            for result in measure(count):
                results.append(result)
                advance(1)
    if as_json:
        print_json([asdict(r) for r in results])
    else:
        for r in results:
            text = f"{r.rows} rows against {r.form}: {r.verdict}, {r.seconds:.2f} s"
            out.print(text, markup=False)
    if any(r.verdict != "equivalent" for r in results):
        raise typer.Exit(EXIT_FAULT)


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


@app.command()
def rtl(
    *,
    cores: Annotated[
        str, typer.Option(help="Numbers of cores to time; none with an empty text.")
    ] = "1,4,11,16,64",
    core: Annotated[
        list[str] | None, typer.Option(help="event, neuron; both if none is named.")
    ] = None,
    cold: Annotated[
        bool, typer.Option(help="Build each anew, in an empty folder and without ccache.")
    ] = False,
    overhead: Annotated[
        bool, typer.Option(help="Also hold a whole run against a bare loop around the model.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Hold the cycles of a tick against the formulas, and time meshes in Verilator.

    Example: spikewright bench rtl --cores 1,4,16,64,256,1024 --cold

    Cycles are those of one core of 256 x 256 with half of its synapses connected, at 1, 2, 10 and
    100 % of its axons, in lockstep with the golden model. Exit status 1 where a tick takes more
    cycles than its formula allows, a run costs more than 1.3 bare loops, or a result differs.
    """
    from spikewright.golden import Architecture
    from spikewright.tools.bench_rtl import ACTIVITIES, measure_cycles, measure_speed, shape
    from spikewright.tools.bench_rtl_overhead import measure_overhead
    from spikewright.tools.bench_rtl_report import show
    from spikewright.tools.engine import require_simulator

    kinds = list(dict.fromkeys(core or CORES))
    for kind in kinds:
        if kind not in CORES:
            raise UserError(f"--core must be one of {', '.join(CORES)}, not {kind!r}.")
    sizes = _counts(cores)
    require_simulator()
    chip = Architecture.preset("truenorth")
    meshes = [(chip.with_mesh(*shape(size)), kind) for size in sizes for kind in kinds]
    steps = len(kinds) * 2 * len(ACTIVITIES) + (1 + overhead) * len(meshes)
    with progress("Measuring", steps) as advance:
        cycles, speeds, overheads = [], [], []
        for kind in kinds:
            for row in measure_cycles(chip.with_mesh(1, 1), kind):
                cycles.append(row)
                advance(1)
        for mesh, kind in meshes:
            with _empty_builds() if cold else nullcontext(None) as root:
                speeds.append(measure_speed(mesh, kind, root=root))
            advance(1)
        for mesh, kind in meshes if overhead else ():
            overheads.append(measure_overhead(mesh, kind))
            advance(1)
    ok = all(row.ok for row in cycles) and all(row.ok for row in overheads)
    if as_json:
        print_json(
            {
                "ok": ok,
                "cycles": [row.to_dict() for row in cycles],
                "speed": [speed.to_dict() for speed in speeds],
                "overhead": [row.to_dict() for row in overheads],
            }
        )
    else:
        show(cycles, speeds, overheads)
    if not ok:
        raise typer.Exit(EXIT_FAULT)


@contextmanager
def _empty_builds() -> Iterator[Path]:
    """Yield an empty folder of builds; while it is there, nothing comes from ccache either."""
    before = os.environ.get("CCACHE_DISABLE")
    os.environ["CCACHE_DISABLE"] = "1"
    try:
        with TemporaryDirectory(prefix="spikewright-") as folder:
            yield Path(folder)
    finally:
        os.environ.pop("CCACHE_DISABLE")
        if before is not None:
            os.environ["CCACHE_DISABLE"] = before


def _counts(cores: str) -> list[int]:
    """Return numbers of cores."""
    counts = []
    for word in cores.split(",") if cores.strip() else []:
        number = int(word) if re.fullmatch(r" *\d{1,4} *", word) else 0
        if not 1 <= number <= MOST_CORES:
            raise UserError(f"--cores must be numbers in 1..{MOST_CORES}, not {word.strip()!r}.")
        counts.append(number)
    return counts


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
