"""Area and speed of a design on a target: synthesis, units one by one, place and route."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from spikewright.tools.synth_report import (
    BLOCK_RAM_FROM,
    Area,
    CriticalPath,
    Implementation,
    Unit,
    area_of,
    latches,
    memory_bits,
    misfits,
    slowest_path,
    units_of,
    unmapped,
)
from spikewright.tools.synth_sets import Design
from spikewright.tools.synth_targets import TARGETS, Target
from spikewright.tools.synth_tools import (
    PINS,
    pins,
    place_and_route,
    read_json,
    yosys,
)

__all__ = [
    "BLOCK_RAM_FROM",
    "STEPS",
    "TARGETS",
    "Area",
    "CriticalPath",
    "Implementation",
    "Target",
    "Unit",
    "implement",
    "slowest_path",
]

STEPS = 4
"""How often `implement` reports progress: after Verilog, synthesis, units, and place and route."""

# Abc proves its own result; for a full-size core that may take longer than all the rest.
_READ = ("scratchpad -set abc9.verify 0", "read_verilog design.v")


def implement(
    design: Design,
    target: Target,
    folder: Path,
    *,
    core: str = "event",
    units: bool = True,
    megahertz: float | None = None,
    seed: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> Implementation:
    """Synthesise a design, and place and route it where the target is a device.

    Parameters
    ----------
    design : Design
    target : Target
    folder : Path
        Gets sources, netlists, logs and reports.
    core : {"event", "neuron"}
        The core's microarchitecture.
    units : bool
        Synthesise once more with the units kept apart, for the area of each.
    megahertz : float, optional
        What the tools aim for.
    seed : int
        Of the placer.
    advance : callable
        Called `STEPS` times.

    Raises
    ------
    UserError
        Where a tool cannot do its part, with its reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "design.v").write_text(design.verilog(core), encoding="utf-8")
    advance(1)
    began = time.monotonic()
    before = _synthesise(target, design.top, folder)
    synthesis = time.monotonic() - began
    advance(1)
    area = area_of(read_json(folder / "stat.json")["design"]["num_cells_by_type"], target)
    netlist = read_json(folder / "netlist.json")["modules"]
    memories = memory_bits(before["cells"])
    parts = _units(target, design.top, folder) if units else []
    advance(1)
    began, fastest, path = time.monotonic(), None, None
    too_much = misfits(design.name, area, target)
    if target.device and not too_much:
        top = _boxed(target, design.top, folder, netlist)
        report = _place(target, top, folder, megahertz or target.megahertz, seed)
        area = replace(area, cells=report["utilization"][target.cells]["used"])
        fastest = min((c["achieved"] for c in report["fmax"].values()), default=None)
        path = slowest_path(report["critical_paths"])
    advance(1)
    return Implementation(
        design=design.name,
        core=core,
        target=target.name,
        device=target.device,
        area=area,
        units=parts,
        megahertz=fastest,
        path=path,
        memories=memories,
        findings=unmapped(memories, target, netlist) + latches(before),
        misfits=too_much,
        synthesis_seconds=synthesis,
        place_and_route_seconds=time.monotonic() - began,
    )


def _synthesise(target: Target, top: str, folder: Path) -> dict[str, Any]:
    """Run yosys; returns the design as it was before its memories were mapped."""
    commands = [
        *_READ,
        *target.before,
        # Without the target's library, which holds what JSON cannot.
        "select -module {top}",
        "write_json -selected memories.json",
        "select -clear",
        *target.after,
        "tee -q -o stat.json stat -json",
        "write_json netlist.json",
    ]
    yosys(folder, [command.format(top=top) for command in commands])
    module: dict[str, Any] = read_json(folder / "memories.json")["modules"][top]
    return module


def _units(target: Target, top: str, folder: Path) -> list[Unit]:
    """Run yosys over units that are kept apart."""
    commands = (*_READ, *target.units, "tee -q -o units.json stat -json")
    yosys(folder, [command.format(top=top) for command in commands], "units")
    return units_of(read_json(folder / "units.json")["modules"], top, target)


def _place(target: Target, top: str, folder: Path, megahertz: float, seed: int) -> dict[str, Any]:
    """Run nextpnr; returns its report."""
    common = ["--json", f"{top}.json", "--top", top, "--report", "report.json", "-q"]
    common += ["--freq", str(megahertz), "--seed", str(seed), "--timing-allow-fail"]
    place_and_route(folder, target.name, [*target.options, *common])
    report: dict[str, Any] = read_json(folder / "report.json")
    return report


def _boxed(target: Target, top: str, folder: Path, netlist: dict[str, Any]) -> str:
    """Return the module to place; on iCE40 the design with shift registers in place of pins."""
    if target.name != "ice40":
        (folder / f"{top}.json").write_bytes((folder / "netlist.json").read_bytes())
        return top
    text = pins(netlist[top]["ports"], top)
    (folder / "pins.v").write_text(text, encoding="utf-8")
    commands = (
        "read_json netlist.json",
        "read_verilog pins.v",
        "read_verilog -lib +/ice40/cells_sim.v",
        f"hierarchy -top {PINS}",
        "flatten",
        "opt_clean",
        f"select -module {PINS}",
        f"write_json -selected {PINS}.json",
    )
    yosys(folder, list(commands))
    return PINS
