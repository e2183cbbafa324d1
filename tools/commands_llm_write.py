"""`spikewright llm encode`, `decode` and `prompts`: one direction of a model at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import atomic_write, check_place, out, print_json, progress
from spikewright.tools.errors import UserError
from spikewright.tools.llm import options as opt
from spikewright.tools.llm.clean import cleaned, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spikewright.tools.llm.judging import Judges
    from spikewright.tools.llm.settings import Settings
    from spikewright.tools.llm.writing import Outcome

__all__ = ["decode", "encode", "prompts"]

WRITTEN = Path("build/llm")
SIMULATED = "SIMULATED: no model wrote this, but Spikewright's own server."

LimitOption = Annotated[
    float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
]


def encode(
    units: Annotated[list[str], typer.Argument(metavar="UNIT...", help="Units by name.")],
    *,
    model: opt.ModelOption = None,
    target: opt.TargetOption = opt.Target.verilog,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where UNIT.v or UNIT.py goes.")
    ] = WRITTEN,
    base_url: opt.BaseUrlOption = "",
    config: opt.ConfigOption = None,
    record: opt.RecordOption = opt.RECORD,
    replay: opt.ReplayOption = None,
    budget: opt.BudgetOption = None,
    jobs: opt.JobsOption = None,
    seed: opt.SeedOption = None,
    temperature: opt.TemperatureOption = None,
    prompts: opt.PromptsOption = None,
    limit: LimitOption = 20.0,
    json: opt.JsonOption = False,
) -> None:
    """Have a model write the HDL of units from their tables, and hold it against them by proof.

    What the model wrote is in the folder, right or wrong: `roundtrip --accept` keeps only what is
    proven. Exit status: 0 all proven equal, 1 one differs or is none, 2 unknown or not answered.

    Example: spikewright llm encode forward_east merge_east --model NAME -o build/llm
    """
    if output.exists() and not output.is_dir():
        raise UserError(f"HDL is written into a folder, and {output} is none.")
    from spikewright.tools.llm.client import ModelFailure, open_client
    from spikewright.tools.llm.writing import chosen, write_units

    settings = _settings(
        model, config, base_url=base_url or None, budget=budget, jobs=jobs, seed=seed,
        temperature=temperature,
    )  # fmt: skip
    found: list[Outcome] = []
    failure: ModelFailure | None = None
    with open_client(settings, record, replay) as client, _judges(limit) as judges:
        every = chosen(judges.library, units)
        output.mkdir(parents=True, exist_ok=True)
        with progress("Encoding", len(every)) as advance:
            written = write_units(
                client, judges, every, target=target.value, model=settings.models[0],
                prompts=prompts,
            )  # fmt: skip
            try:
                for outcome in written:
                    found.append(_write(outcome, output, target))
                    advance(1)
            except ModelFailure as error:
                failure = error
    found.sort(key=lambda o: units.index(o.unit))
    if json:
        print_json({"model": settings.models[0], "units": [o.to_json() for o in found]})
    else:
        _show(found, "its table")
    if failure is not None:
        raise failure
    raise typer.Exit(max((o.exit_status for o in found), default=0))


def decode(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="FILE.v, FILE.sv or FILE.py.")],
    *,
    unit: Annotated[str, typer.Option("--unit", help="Whose signals these are: a unit by name.")],
    model: opt.ModelOption = None,
    top: Annotated[
        str, typer.Option(help="The module or class; as the unit is called, if left out.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; else it is printed.")
    ] = None,
    base_url: opt.BaseUrlOption = "",
    config: opt.ConfigOption = None,
    record: opt.RecordOption = opt.RECORD,
    replay: opt.ReplayOption = None,
    budget: opt.BudgetOption = None,
    seed: opt.SeedOption = None,
    temperature: opt.TemperatureOption = None,
    prompts: opt.PromptsOption = None,
    limit: LimitOption = 20.0,
    json: opt.JsonOption = False,
) -> None:
    """Have a model write HDL as a table, and hold that against the HDL by proof.

    The model is told the unit's name, types and signals and the HDL without comments; it never sees
    the unit's own table. Exit status: 0 proven equal, 1 the table is wrong or none, 2 unknown.

    Example: spikewright llm decode build/llm/forward_east.v --unit forward_east --model NAME
    """
    if output is not None:
        check_place(output)
    from spikewright.tools.llm.client import open_client
    from spikewright.tools.llm.writing import chosen, read_hdl, read_unit

    settings = _settings(
        model, config, base_url=base_url or None, budget=budget, seed=seed,
        temperature=temperature,
    )  # fmt: skip
    with open_client(settings, record, replay) as client, _judges(limit) as judges:
        (signals,) = chosen(judges.library, [unit])
        hdl = read_hdl(file, signals, top)
        with progress("Decoding", 1) as advance:
            outcome = read_unit(
                client, judges, signals, hdl, model=settings.models[0], prompts=prompts
            )
            advance(1)
    if output is not None and outcome.text:
        atomic_write(output, outcome.text)
        outcome = replace(outcome, file=output)
    if json:
        print_json({"model": settings.models[0], **outcome.to_json()})
    else:
        if output is None and outcome.text:
            out.print(cleaned(outcome.text), markup=False, soft_wrap=True)
        _show([outcome], "the HDL")
    raise typer.Exit(outcome.exit_status)


def prompts(
    *,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FOLDER", help="Copy them there, to change.")
    ] = None,
    folder: opt.PromptsOption = None,
    json: opt.JsonOption = False,
) -> None:
    """List the prompts, with the places that each fills and the digest by which records name it.

    Example: spikewright llm prompts --write my-prompts
    """
    from spikewright.tools.llm.prompt import PLACES, prompt, write_prompts

    if write is not None:
        for path in write_prompts(write):
            out.print(f"wrote {path}", markup=False, soft_wrap=True)
        return
    every = {name: prompt(name, folder) for name in PLACES}
    if json:
        print_json(
            [
                {"name": n, "digest": p.digest, "places": sorted(PLACES[n]), "text": p.text}
                for n, p in every.items()
            ]
        )
        return
    for name, form in every.items():
        places = ", ".join(sorted(PLACES[name])) or "no places"
        out.print(f"{name:16} {form.digest[:10]}  {places}", markup=False, soft_wrap=True)


def _settings(models: Sequence[str] | None, config: Path | None, **given: Any) -> Settings:
    """The settings of a command that asks one model."""
    from spikewright.tools.llm.settings import load_settings

    settings = load_settings(config, models=tuple(models or ()), **given)
    if len(settings.models) != 1:
        raise UserError(f"One model is asked, not {len(settings.models)}: name it with --model.")
    return settings


def _judges(limit: float) -> Judges:
    from spikewright.lct.compare import Options
    from spikewright.tools.llm.judging import Judges

    return Judges(options=Options(limit=limit), exact=False)


def _write(outcome: Outcome, folder: Path, target: opt.Target) -> Outcome:
    from spikewright.tools.llm.writing import SUFFIX

    if not outcome.text:
        return outcome
    path = folder / f"{outcome.unit}{SUFFIX[target.value]}"
    atomic_write(path, outcome.text)
    return replace(outcome, file=path)


def _show(found: Sequence[Outcome], against: str) -> None:
    """A line for each unit, and the rows that show what is wrong."""
    if any(o.simulated for o in found):
        out.print(SIMULATED, style="bold", markup=False)
    words = {
        "same": f"proven equal to {against}",
        "different": f"differs from {against}",
        "unknown": f"may or may not be equal to {against}",
        "none": "nothing written",
    }
    for o in found:
        file = f" -> {o.file}" if o.file else ""
        why = f": {o.sentence}" if o.sentence else ""
        text = f"{o.unit}{file}: {words[o.verdict]}{why}"
        tokens = f" ({o.tokens_in:,} tokens in, {o.tokens_out:,} out)" if o.tokens_in else ""
        out.print(one_line(text + tokens), markup=False, soft_wrap=True)
        for row in o.rows:
            out.print(f"  {one_line(row)}", markup=False, soft_wrap=True)
