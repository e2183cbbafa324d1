"""Lint: Verilator's warnings and yosys' checks, for the Verilog of a unit or of a whole chip.

Verilator runs with ``-Wall``, and what is waived has its reason in `waive.vlt`. Yosys looks for
wires without a driver or with two, for combinational loops across all modules, for ports that do
not fit what they are connected to, and for latches.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .design import Design
from .errors import ToolError
from .toolchain import environment, verilator_root

__all__ = ["TOOLS", "Finding", "lint", "verilator_findings", "yosys_findings"]

TOOLS = ("verilator", "yosys")

# Ends with an error by itself where something is wrong: what it writes says what. A fault inside
# yosys ends its process, so it has one of its own.
_CHECK = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in (
    "tee -q -o read.txt read_verilog " + " ".join(sys.argv[2:]),
    "tee -q -o hierarchy.txt hierarchy -check -top " + sys.argv[1],
    "tee -q -o proc.txt proc",
    "flatten",
    "tee -q -o check.txt check",
    "select -write latches.txt t:$dlatch t:$adlatch t:$dlatchsr t:$sr",
    "check -assert",
    "select -assert-none t:$dlatch t:$adlatch t:$dlatchsr t:$sr",
):
    libyosys.run_pass(command, design)
open("done.txt", "w").write("done")
"""

_VERILATOR = re.compile(r"^%(?:Warning|Error)(?:-\w+)?: (?!Exiting).*$", re.MULTILINE)
_YOSYS = re.compile(r"^(?:Warning|ERROR): (.*)$|^.*?: (?:Warning|ERROR): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """Something that a tool does not like.

    Members
    -------
    top : str
        What was looked at.
    tool : {"verilator", "yosys"}
    text : str
        The tool's own words.
    """

    top: str
    tool: str
    text: str


def lint(design: Design) -> list[Finding]:
    """Return what both tools find in a design, nothing where it is clean.

    Raises
    ------
    ToolError
        Where a tool is missing.
    """
    return verilator_findings(design) + yosys_findings(design)


def verilator_findings(design: Design) -> list[Finding]:
    """Return Verilator's warnings and errors that have no waiver."""
    with tempfile.TemporaryDirectory(prefix="spikewright-lint-") as name:
        folder = Path(name)
        files = _write(design, folder)
        waivers = folder / "waive.vlt"
        waivers.write_text("\n".join(["`verilator_config", *design.waivers()]) + "\n")
        command = [verilator_root() / "bin" / "verilator_bin", "--lint-only", "-Wall"]
        done = subprocess.run(
            [*map(str, command), waivers.name, *files, "--top-module", design.top],
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
    output = done.stderr + done.stdout
    return _findings(design.top, "verilator", _VERILATOR.findall(output), done.returncode, output)


def yosys_findings(design: Design) -> list[Finding]:
    """Return what yosys warns of, and its latches, loops, and wires that are driven wrongly."""
    with tempfile.TemporaryDirectory(prefix="spikewright-lint-") as name:
        folder = Path(name)
        files = _write(design, folder)
        done = subprocess.run(
            [sys.executable, "-c", _CHECK, design.top, *files],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        logs = {
            log: (folder / f"{log}.txt").read_text() if (folder / f"{log}.txt").is_file() else ""
            for log in ("read", "hierarchy", "proc", "check", "latches", "done")
        }
    if "No module named" in done.stderr:
        raise ToolError("pyosys is missing to lint: pip install pyosys")
    told = [
        one or other
        for log in ("read", "hierarchy", "proc", "check")
        for one, other in _YOSYS.findall(logs[log])
    ]
    told += [f"latch {cell}" for cell in logs["latches"].split()]
    status = done.returncode or int(logs["done"] != "done")
    return _findings(design.top, "yosys", told, status, done.stdout + done.stderr)


def _write(design: Design, folder: Path) -> list[str]:
    for name, text in design.sources.items():
        (folder / name).write_text(text, "utf-8")
    return list(design.sources)


def _findings(top: str, tool: str, told: list[str], status: int, output: str) -> list[Finding]:
    """The exit status decides: a tool that fails without saying why is a finding, too."""
    if status and not told:
        lines = [line for line in output.splitlines() if line.strip()]
        told = [lines[-1] if lines else f"it ends with status {status}"]
    return [Finding(top, tool, " ".join(text.split())) for text in dict.fromkeys(told)]
