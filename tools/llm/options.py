"""Options that the commands around language models share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "RECORD",
    "BaseUrlOption",
    "BudgetOption",
    "ConfigOption",
    "JobsOption",
    "JsonOption",
    "ModelOption",
    "PromptsOption",
    "RecordOption",
    "ReplayOption",
    "SamplesOption",
    "SeedOption",
    "Target",
    "TargetOption",
    "TemperatureOption",
]

RECORD = Path("llm-records.sqlite")
"""Where exchanges are kept unless a command is told otherwise."""


class Target(StrEnum):
    """The language that a model is asked for."""

    amaranth = "amaranth"
    verilog = "verilog"


ModelOption = Annotated[
    list[str] | None,
    typer.Option("--model", help="A model by the name that its server knows; several are allowed."),
]
BaseUrlOption = Annotated[
    str, typer.Option("--base-url", help="The server, as in http://localhost:8000/v1.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings, instead of spikewright.toml.")
]
RecordOption = Annotated[
    Path, typer.Option("--record", help="Where each exchange is kept; none is paid for twice.")
]
ReplayOption = Annotated[
    Path | None, typer.Option("--replay", help="Records to answer from: no network, no key.")
]
BudgetOption = Annotated[
    float | None, typer.Option("--budget", min=0.0, help="Stop before this much money is spent.")
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Questions that are asked at the same time.")
]
SamplesOption = Annotated[
    int, typer.Option("--samples", min=1, help="Answers asked for from each model for each unit.")
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Passed on to the server, which may ignore it.")
]
TemperatureOption = Annotated[
    float | None, typer.Option("--temperature", min=0.0, help="0 for the likeliest answer.")
]
TargetOption = Annotated[Target, typer.Option("--target", help="The language of the HDL.")]
PromptsOption = Annotated[
    Path | None,
    typer.Option("--prompts", help="A folder with prompts of your own, file by file."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
