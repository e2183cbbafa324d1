"""The open tools behind `spikewright synth`: yosys and nextpnr, each in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from spikewright.tools.errors import UserError

__all__ = ["PINS", "pack", "place_and_route", "yosys"]

# A fault inside yosys ends its process, so it has one of its own.
_YOSYS = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in open(sys.argv[1]).read().splitlines():
    libyosys.run_pass(command, design)
"""
_TOOL = "import sys, {0}; sys.exit({0}.run_{1}(sys.argv[1:]))"

PINS = "pins"
"""Module around a design with more ports than its package has pins."""


def yosys(folder: Path, commands: list[str], log: str = "yosys") -> None:
    """Run commands of yosys in a folder, which also gets them and their log under that name.

    Raises
    ------
    UserError
        With the last line of the log.
    """
    (folder / f"{log}.ys").write_text("\n".join(commands) + "\n", encoding="utf-8")
    _run([sys.executable, "-c", _YOSYS, f"{log}.ys"], folder, "yosys", log)


def place_and_route(folder: Path, kind: str, options: list[str]) -> None:
    """Run nextpnr of a family, ``ecp5`` or ``ice40``, in a folder, which also gets its log.

    Raises
    ------
    UserError
        Where it is not installed, or with its reason why the design cannot be placed or routed.
    """
    _tool(folder, kind, f"nextpnr_{kind}", "nextpnr", options)


def pack(folder: Path, options: list[str]) -> None:
    """Make a bitstream for ECP5 in a folder, which also gets the log.

    Raises
    ------
    UserError
        Where the tool is not installed, or with its reason.
    """
    _tool(folder, "ecp5", "ecppack", "ecppack", options)


def _tool(folder: Path, kind: str, function: str, name: str, options: list[str]) -> None:
    module = f"yowasp_nextpnr_{kind}"
    if find_spec(module) is None:
        raise UserError(f"Target {kind} needs the extra synth: pip install 'spikewright[synth]'.")
    program = _TOOL.format(module, function)
    _run([sys.executable, "-c", program, *options], folder, name)


def _run(command: list[str], folder: Path, name: str, file_name: str = "") -> None:
    log = folder / f"{file_name or name}.log"
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(command, cwd=folder, stdout=file, stderr=file, check=False)
    if done.returncode:
        lines = log.read_text(encoding="utf-8").splitlines()
        errors = [line for line in lines if line.startswith("ERROR: ")]
        reason = (errors or lines or [""])[-1].removeprefix("ERROR: ")
        raise UserError(f"{name} must finish {folder.name}, and says: {reason} (see {log})")


def pins(ports: dict[str, Any], module: str) -> str:
    """Return a module with four pins around an iCE40 design: shift registers instead of pins.

    A register for each input bit, and a register and a LUT for each output bit, all out of the
    design's own paths. Nextpnr for iCE40 cannot leave ports without pins.

    Parameters
    ----------
    ports : dict
        As yosys writes them: name, direction and bits.
    module : str
        The module inside.
    """
    lines, connections, previous = [], [], "d"
    for name, port in ports.items():
        count = len(port["bits"])
        if name in ("clk", "rst"):
            connections.append(f".{name}({name})")
            continue
        wires = [f"{port['direction'][0]}_{name}_{i}" for i in range(count)]
        connections.append(f".\\{name} ({{{', '.join(reversed(wires))}}})")
        lines.append(f"  wire {', '.join(wires)};")
        for wire in wires:
            if port["direction"] == "input":
                lines.append(f"  SB_DFF r_{wire} (.C(clk), .D({previous}), .Q({wire}));")
                previous = wire
            else:
                lines += [
                    f"  wire x_{wire}, q_{wire};",
                    f"  SB_LUT4 #(.LUT_INIT(16'h6666)) l_{wire} (.I0({wire}), .I1({previous}), "
                    f".I2(1'b0), .I3(1'b0), .O(x_{wire}));",
                    f"  SB_DFF r_{wire} (.C(clk), .D(x_{wire}), .Q(q_{wire}));",
                ]
                previous = f"q_{wire}"
    head = f"module {PINS} (input clk, input rst, input d, output q);"
    inner = f"  {module} inner ({', '.join(connections)});"
    return "\n".join([head, *lines, inner, f"  assign q = {previous};", "endmodule", ""])


def read_json(path: Path) -> Any:
    """Return what a tool has reported; yosys writes its version before the JSON of `stat`."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text[text.index("{") :])


def plain_name(cell: str) -> str:
    """Return a cell's name without what synthesis has added to it."""
    cell = re.sub(r"_(TRELLIS_|SB_|LUT4|L6MUX21|PFUMX|CCU2C|DP16KD).*", "", cell)
    return re.sub(r"\$.*", "", cell)
