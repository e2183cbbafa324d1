"""Run the benches of single units: one build a unit, one simulator process a run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from spikewright.golden.architecture import Architecture

from .blocks import for_icarus
from .build import build_cocotb
from .cocotb_run import run_cocotb
from .design import Design
from .patterns import PATTERNS
from .ports import Port, parse_ports
from .records import JOB_VARIABLE, Job, read_records
from .report import Report, preset_of
from .router_units import unit_named

__all__ = ["PAIRS", "run_unit", "unit_design", "wrapped"]

PAIRS = tuple(f"{idle}-{stall}" for idle in PATTERNS for stall in PATTERNS)
"""The programs of a unit: each way of sending with each way of receiving."""


def unit_design(
    unit: str, architecture: Architecture, sim: str = "verilator", verilog: str | None = None
) -> Design:
    """Return what is simulated: a unit inside a module that has a clock and a reset in any case.

    Parameters
    ----------
    unit : str
    architecture : Architecture
    sim : {"verilator", "icarus"}
    verilog : str, optional
        Stands in for the unit's own, port for port.
    """
    from spikewright.hdl.verilog import component_verilog

    from .rig import unit_component

    text = verilog or component_verilog(unit_component(unit, architecture), unit)
    if sim == "icarus":
        text = for_icarus(text)
    top = f"{unit}_bench"
    return Design(top, {f"{unit}.v": text, f"{top}.v": wrapped(unit, parse_ports(text, unit))})


def wrapped(unit: str, ports: dict[str, Port]) -> str:
    """Return a module around a unit: most units have no register, and so no clock."""
    outer = {"clk": Port("input", 1), "rst": Port("input", 1)} | ports
    declared = ",\n".join(
        f"  {port.direction} wire [{port.width - 1}:0] \\{name} " for name, port in outer.items()
    )
    # Escaped, since a port may be called like a keyword.
    connected = ", ".join(f".\\{name} (\\{name} )" for name in ports)
    return f"module {unit}_bench(\n{declared}\n);\n  {unit} dut({connected});\nendmodule\n"


def run_unit(
    unit: str,
    sim: str = "verilator",
    seed: int = 0,
    *,
    architecture: Architecture | None = None,
    verilog: str | None = None,
    root: Path | None = None,
) -> Report:
    """Play every pair of patterns on one unit of the router.

    Parameters
    ----------
    unit : str
        A name of `router_units.ROUTER_UNITS`.
    sim : {"verilator", "icarus"}
    seed : int
        Of packets and patterns.
    architecture : Architecture, optional
        By default `truenorth`.
    verilog : str, optional
        Stands in for the unit's own, port for port.
    root : Path, optional
        Folder of builds.

    Returns
    -------
    Report
        With a record for each pair.
    """
    unit_named(unit)
    architecture = architecture or Architecture.preset("truenorth")
    build = build_cocotb(unit_design(unit, architecture, sim, verilog), simulator=sim, root=root)
    with tempfile.TemporaryDirectory(prefix="spikewright-unit-") as name:
        folder = Path(name)
        job = Job(
            block=unit,
            architecture=architecture.to_dict(),
            seeds=[seed],
            cases=list(PAIRS),
            records=str(folder / "records.jsonl"),
        )
        job.write(folder / "job.json")
        results = run_cocotb(
            build,
            "spikewright.verif.tests_router_unit",
            "crossed",
            test_dir=folder,
            env={JOB_VARIABLE: str(folder / "job.json"), "PYTHONHASHSEED": "0"},
            seed=seed,
            check=False,
        )
        records = read_records(folder / "records.jsonl")
    trouble = [f"{pair} must leave a record, and did not" for pair in PAIRS]
    for record in records:
        trouble.remove(f"{record.case} must leave a record, and did not")
    if not results.ok and all(record.ok for record in records):
        trouble += results.failures.values()
    return Report(
        block=unit,
        preset=preset_of(architecture),
        simulator=sim,
        records=tuple(records),
        trouble=tuple(trouble),
        seconds=results.seconds,
    )
