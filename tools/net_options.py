"""Options that commands have for networks in any format, and the reading that they lead to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.errors import UserError

if TYPE_CHECKING:
    from spikewright.golden import Network
    from spikewright.tools.formats import Report

__all__ = [
    "Approximate",
    "AsJson",
    "Bus",
    "Dt",
    "Mesh",
    "Preset",
    "Settings",
    "Source",
    "check_option",
    "given_options",
    "read_network",
]

Source = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="npz, ranc, ranc-memory, cpe or nir."),
]
Approximate = Annotated[
    bool,
    typer.Option("--approximate", help="Change what does not fit, and report it; else refuse it."),
]
Mesh = Annotated[
    str | None, typer.Option(metavar="WxH", help="Size of the mesh, where a file does not say it.")
]
Bus = Annotated[
    str | None, typer.Option(metavar="X,Y", help="Cell of RANC's output bus, where it is not said.")
]
Preset = Annotated[
    str | None, typer.Option(help="For RANC: ranc, which wraps at 9 bits, or truenorth.")
]
Dt = Annotated[
    float | None, typer.Option(help="For NIR: length of a tick in the file's unit of time.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=N",
        help="For RANC: axons, neurons, outputs or neuron_reset_type. May be repeated.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

_SETTINGS = ("axons", "neurons", "outputs", "neuron_reset_type")


def given_options(
    mesh: str | None,
    bus: str | None,
    preset: str | None,
    dt: float | None,
    settings: list[str] | None,
) -> dict[str, Any]:
    """Return what was given, by the names and in the types of readers and writers."""
    options: dict[str, Any] = {}
    for option, text, pattern, rule in (
        ("mesh", mesh, r"(\d{1,5})x(\d{1,5})", "WIDTHxHEIGHT, such as 3x3"),
        ("bus", bus, r"(\d{1,5}),(\d{1,5})", "X,Y, such as 2,2"),
    ):
        if text is not None:
            match = re.fullmatch(pattern, text)
            if match is None:
                raise UserError(f"--{option} must be {rule}, not {text!r}.")
            options[option] = (int(match[1]), int(match[2]))
    options |= {
        name: value for name, value in (("preset", preset), ("dt", dt)) if value is not None
    }
    for text in settings or []:
        match = re.fullmatch(rf"({'|'.join(_SETTINGS)})=(\d{{1,7}})", text)
        if match is None:
            raise UserError(
                f"--set must be NAME=NUMBER, the name of {', '.join(_SETTINGS)}, not {text!r}."
            )
        options[match[1]] = int(match[2])
    return options


def check_option(option: str, name: str, which: str) -> None:
    """Refuse an option that a format's reader or writer does not have.

    Parameters
    ----------
    option : str
        As `given_options` names it.
    name : str
        Of the format; an unknown one is left to whoever reads or writes it.
    which : {"read_options", "write_options"}
    """
    from spikewright.tools.formats import FORMATS

    if name in FORMATS and option not in getattr(FORMATS[name], which):
        others = [known.name for known in FORMATS.values() if option in getattr(known, which)]
        several = " or ".join(filter(None, [", ".join(others[:-1]), *others[-1:]]))
        shown = f"--set {option}" if option in _SETTINGS else f"--{option}"
        raise UserError(f"{shown} must be left out with format {name}: it is for {several}.")


def read_network(
    path: Path,
    source: str | None,
    approximate: bool,
    options: dict[str, Any],
    target: str | None = None,
) -> tuple[Network, Report, str]:
    """Read a network, and return it with what its reader has to say and the format's name.

    The options must be the reader's, or else those of the writer of ``target``.
    """
    from spikewright.tools.formats import FORMATS, detect, load_network
    from spikewright.tools.stages import Stages

    name = source or detect(path)
    readable = FORMATS[name].read_options if name in FORMATS else ()
    writable = FORMATS[target].write_options if target in FORMATS else ()
    for option in options:
        if option not in writable:
            check_option(option, name, "read_options")
    with Stages().show(f"Reading {path.name}"):
        given = {option: value for option, value in options.items() if option in readable}
        network, report = load_network(path, name, approximate, **given)
    return network, report, name
