"""`spikewright roundtrip`: tables to HDL and back with models, each fault by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.console import (
    atomic_write,
    check_place,
    complain,
    out,
    print_json,
    progress,
)
from spikewright.tools.errors import EXIT_FAULT, UserError
from spikewright.tools.llm import options as opt
from spikewright.tools.llm.clean import one_line

if TYPE_CHECKING:
    from spikewright.tools.llm.judging import Judges
    from spikewright.tools.llm.result import Matrix

__all__ = ["roundtrip"]

ACCEPTED = Path("hdl/accepted")
KINDS = (".html", ".svg", ".json")


def roundtrip(
    units: Annotated[
        list[str] | None, typer.Argument(metavar="[UNIT]...", help="Units by name.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All units of tables or instances.")] = False,
    with_parts: Annotated[
        bool, typer.Option("--with-parts", help="Also the units that these are made of.")
    ] = False,
    model: opt.ModelOption = None,
    decoder_model: Annotated[
        str, typer.Option("--decoder-model", help="Who reads HDL back; else who wrote it.")
    ] = "",
    target: opt.TargetOption = opt.Target.verilog,
    samples: opt.SamplesOption = 1,
    rounds: Annotated[
        int, typer.Option("--rounds", min=0, max=20, help="Repairs, told by rows that differ.")
    ] = 2,
    base_url: opt.BaseUrlOption = "",
    config: opt.ConfigOption = None,
    record: opt.RecordOption = opt.RECORD,
    replay: opt.ReplayOption = None,
    budget: opt.BudgetOption = None,
    jobs: opt.JobsOption = None,
    seed: opt.SeedOption = None,
    temperature: opt.TemperatureOption = None,
    prompts: opt.PromptsOption = None,
    tables: Annotated[
        Path | None, typer.Option("--tables", help="A folder of tables, instead of our own.")
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what is proven, with where it is from.")
    ] = False,
    accept_to: Annotated[
        Path, typer.Option("--accept-to", help="The folder that it is written to.")
    ] = ACCEPTED,
    allow_simulated: Annotated[
        bool, typer.Option("--allow-simulated", help="Also what no model wrote, so labelled.")
    ] = False,
    check_accepted: Annotated[
        bool, typer.Option("--check-accepted", help="Only prove accepted files again.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="FILE.html, a page; FILE.svg; or FILE.json."),
    ] = None,
    json: opt.JsonOption = False,
) -> None:
    """Have models write HDL from tables and read it back, and say whose each fault is.

    Each trip is judged by four legs: the HDL against its table by proof, the table that was read
    back against the HDL, the two tables, and the exact decoder. HDL that differs goes back with the
    rows that show it, never with the solution. Every exchange is recorded and paid for once.

    Exit status: 0 all clean, 1 a fault was found, 2 unknown, failed or incomplete.

    Example: spikewright roundtrip router --with-parts --model M --model M2 -o matrix.html
    """
    if check_accepted:
        _check_accepted(accept_to, tables, limit, json=json)
        return
    if every == bool(units):
        raise UserError("Name the units, or give --all.")
    if output is not None:
        _check_output(output)
    from spikewright.tools.llm.client import open_client
    from spikewright.tools.llm.settings import load_settings

    settings = load_settings(
        config,
        models=tuple(model or ()),
        base_url=base_url or None,
        budget=budget,
        jobs=jobs,
        seed=seed,
        temperature=temperature,
    )
    from spikewright.tools.llm.accept import accept_all
    from spikewright.tools.llm.roundtrip import Plan, collect, selected

    with _judges(tables, limit) as judges, open_client(settings, record, replay) as client:
        plan = Plan(
            units=selected(judges.library, units or (), parts=with_parts), models=settings.models,
            samples=samples, target=target.value, rounds=rounds, decoder=decoder_model,
            prompts=prompts,
        )  # fmt: skip
        with progress("Round trips", plan.trips) as advance:
            found = collect(settings, client, plan, judges, lambda _: advance(1))
        if accept:
            landed = accept_all(
                found.trips, judges, client.records, accept_to, simulated=allow_simulated
            )
            found = replace(found, trips=landed)
    texts = {name: judges.library.read(name).decode("utf-8") for name in plan.units}
    if output is not None:
        _write(output, found, texts)
    _show(found, accept=accept, json=json)
    raise typer.Exit(found.exit_status)


def _judges(tables: Path | None, limit: float) -> Judges:
    from spikewright.lct.compare import Options
    from spikewright.lct.library import UNITS
    from spikewright.tools.llm.judging import Judges

    if tables is not None and not tables.is_dir():
        raise UserError(f"--tables must be a folder, and {tables} is none.")
    return Judges(folder=tables or UNITS, options=Options(limit=limit))


def _check_output(path: Path) -> None:
    if path.suffix not in KINDS:
        raise UserError(f"Results are written to FILE.html, FILE.svg or FILE.json, not to {path}.")
    check_place(path)


def _write(path: Path, found: Matrix, tables: Mapping[str, str]) -> None:
    if path.suffix == ".html":
        from spikewright.tools.llm.page import page

        atomic_write(path, page(found, tables))
    elif path.suffix == ".svg":
        from spikewright.tools.llm.picture import picture

        atomic_write(path, picture(found))
    else:
        atomic_write(path, dumps(found.to_json(), indent=2, ensure_ascii=False) + "\n")


def _show(found: Matrix, *, accept: bool, json: bool) -> None:
    if json:
        print_json(found.to_json())
        if found.incomplete:
            complain(found.incomplete)
        return
    from spikewright.tools.llm.report import show

    show(found)
    for trip in found.trips if accept else ():
        text = f"{trip.unit}: accepted as {trip.accepted}" if trip.accepted else trip.sentence
        if text:
            out.print(one_line(text), markup=False, soft_wrap=True)


def _check_accepted(folder: Path, tables: Path | None, limit: float, *, json: bool) -> None:
    """Hold accepted files against what they say of themselves, and against their tables."""
    from spikewright.tools.llm.accept import check_accepted

    if not folder.is_dir():
        raise UserError(f"Accepted files are in a folder, and there is no folder {folder}.")
    with (
        _judges(tables, limit) as judges,
        progress("Checking", len(list(folder.iterdir()))) as done,
    ):
        found = {}
        for path, wrong in check_accepted(folder, judges):
            found[path] = wrong
            done(2)
    if json:
        print_json([{"file": path, "wrong": wrong} for path, wrong in found.items()])
    else:
        for path, wrong in found.items():
            out.print(one_line(f"{path}: {wrong or 'proven anew'}"), markup=False, soft_wrap=True)
        faults = sum(map(bool, found.values()))
        out.print(f"{len(found)} accepted files, {faults} of them wrong", markup=False)
    if any(found.values()):
        raise typer.Exit(EXIT_FAULT)
