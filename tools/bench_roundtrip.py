"""`spikewright bench roundtrip`: what a round trip alone misses, and what four legs find."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from spikewright.tools.bench_units import chosen_units
from spikewright.tools.console import atomic_write, check_place, print_json, progress
from spikewright.tools.errors import EXIT_FAULT

__all__ = ["roundtrip"]

QUICK = ("edge_drop", "forward_north", "seed_writer")
QUICK_COUNT = 60
COUNT = 5000


def roundtrip(
    *,
    unit: Annotated[
        list[str] | None, typer.Option(help="A unit, once or several times; all if none.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help=f"Round trips; {COUNT}, or {QUICK_COUNT} if quick.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of answers.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that judge.")] = 2,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    exact: Annotated[
        int, typer.Option(min=0, help="Judge one in so many with the exact decoder too; 0: none.")
    ] = 20,
    pools: Annotated[
        Path | None, typer.Option(help="Folder of prepared answers; what is missing is made.")
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps what is done; a later run goes on from there."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"{len(QUICK)} units, answers made without proofs.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the result as JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Send units on round trips with a simulated model whose every fault is known.

    Example: spikewright bench roundtrip --quick

    A server of our own answers over HTTP on loopback, with faults in the HDL, in the table read
    back, and in both so that they cancel; client, codec and judging are those of `spikewright
    roundtrip`. Misses and false alarms of three methods: comparing the two tables as text, by
    their meaning, and the four legs. Exit status 1 where the four legs miss, alarm for nothing,
    blame the wrong side, or do not know. All of it is simulated: no result is a model's.
    """
    if output is not None:
        check_place(output)
    from spikewright.tools.simulated.stock import Stock

    named = unit or (list(QUICK) if quick else [])
    chosen = chosen_units(named, list(Stock().units), "that the simulated model knows")
    with TemporaryDirectory() as temporary:
        folder = work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = _measured(
            chosen, count or (QUICK_COUNT if quick else COUNT),
            seed=seed, jobs=jobs, limit=limit, exact=exact, folder=folder,
            pools=pools or folder / "pools", quick=quick,
        )  # fmt: skip
    if output is not None:
        atomic_write(output, json.dumps(report, indent=1) + "\n")
    if as_json:
        print_json(report)
    else:
        from spikewright.tools.bench_roundtrip_report import show

        show(report)
    if not report["ok"]:
        raise typer.Exit(EXIT_FAULT)


def _measured(
    units: Sequence[str],
    count: int,
    *,
    seed: int,
    jobs: int,
    limit: float,
    exact: int,
    folder: Path,
    pools: Path,
    quick: bool,
) -> dict[str, Any]:
    """Prepare, serve, travel, count."""
    from spikewright.lct.compare import Options
    from spikewright.tools.bench_memory import watched
    from spikewright.tools.bench_roundtrip_parts import MODEL, Means, measure, parts
    from spikewright.tools.bench_roundtrip_parts import pools as made
    from spikewright.tools.bench_roundtrip_report import summary
    from spikewright.tools.llm.client import open_client
    from spikewright.tools.llm.judging import Judges
    from spikewright.tools.llm.settings import Settings
    from spikewright.tools.simulated.served import Served

    ready = []
    with progress("Preparing answers", len(units), rate="units") as advance:
        for pool in made(units, pools, seed, jobs, quick=quick):
            ready.append(pool)
            advance(1)
    # In one order, whichever was ready first.
    ready.sort(key=lambda pool: pool.unit)
    todo = parts(ready, count, seed)
    begin, spent = time.perf_counter(), _processor()
    outcomes: list[dict[str, Any]] = []
    options = Options(limit=limit, explain=False)
    records = folder / "records.sqlite"
    with (
        watched(_role) as peaks,
        progress("Round trips", count, rate="trips") as advance,
        Served(pools) as served,
        Judges(jobs, options=options, exact=False) as judges,
        Judges(1, options=options) as again,
    ):
        settings = Settings(base_url=served.base_url, models=(MODEL,), seed=seed, jobs=3 * jobs)
        with open_client(settings, records) as client:
            means = Means(settings, client, judges, again, exact)
            for part in todo:
                found = measure(part, means, folder)
                outcomes += found
                advance(len(found))
    report = summary(outcomes, seed, count)
    report["cost"] = {
        "seconds": round(time.perf_counter() - begin, 1),
        "processor": round(_processor() - spent, 1),
        "jobs": jobs,
        "memory": {role: round(size) for role, size in sorted(peaks.roles.items())},
        "together": round(peaks.together),
    }
    return report


def _role(command: str) -> str:
    """What a child process is, by its command line."""
    if "simulated" in command:
        return "server"
    return "judge" if "multiprocessing" in command else "front end"


def _processor() -> float:
    """Seconds of processor of this process and of all children that have ended."""
    found = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(r.ru_utime + r.ru_stime for r in found)
