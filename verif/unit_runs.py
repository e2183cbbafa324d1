"""Run the benches of single units: one build a unit, one simulator process a run."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture

from .build import build_cocotb
from .cocotb_run import run_cocotb
from .design import Design
from .patterns import PATTERNS
from .ports import Port, parse_ports
from .records import JOB_VARIABLE, Job, ProgramRecord, read_records
from .router_units import unit_named

__all__ = ["UnitReport", "run_unit", "unit_design", "wrapped"]


@dataclass(frozen=True, kw_only=True)
class UnitReport:
    """What the bench of one unit found.

    Members
    -------
    unit, simulator : str
    seed : int
    records : tuple of ProgramRecord
        One for each pair of patterns that was played.
    trouble : str
        What went wrong with the run itself, if anything did.
    seconds : float
    """

    unit: str
    simulator: str
    seed: int
    records: tuple[ProgramRecord, ...]
    trouble: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Every pair of patterns was played, and nothing was wrong."""
        played = len(self.records) == len(PATTERNS) ** 2
        return played and not self.trouble and all(record.ok for record in self.records)

    @property
    def packets(self) -> int:
        """Packets seen at all pins."""
        return sum(record.packets for record in self.records)

    @property
    def first(self) -> str:
        """What is wrong, in one sentence; empty if nothing is."""
        for record in self.records:
            if not record.ok:
                return f"{record.name}: {(record.first or ['no packet passed'])[0]}"
        missing = len(PATTERNS) ** 2 - len(self.records)
        return self.trouble or (f"{missing} pairs of patterns were not played" if missing else "")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        summary = {"ok": self.ok, "packets": self.packets, "first": self.first}
        return summary | asdict(self)


def unit_design(unit: str, architecture: Architecture, verilog: str | None = None) -> Design:
    """Return what is simulated: a unit inside a module that has a clock and a reset in any case.

    Parameters
    ----------
    verilog : str, optional
        Stands in for the unit's own, port for port.
    """
    from spikewright.hdl.verilog import component_verilog

    from .rig import unit_component

    text = verilog or component_verilog(unit_component(unit, architecture), unit)
    top = f"{unit}_bench"
    return Design(top, {f"{unit}.v": text, f"{top}.v": wrapped(unit, parse_ports(text, unit))})


def wrapped(unit: str, ports: dict[str, Port]) -> str:
    """Return a module around a unit: most units have no register, and so no clock."""
    outer = {"clk": Port("input", 1), "rst": Port("input", 1)} | ports
    declared = ",\n".join(
        f"  {port.direction} wire [{port.width - 1}:0] {name}" for name, port in outer.items()
    )
    connected = ", ".join(f".{name}({name})" for name in ports)
    return f"module {unit}_bench(\n{declared}\n);\n  {unit} dut({connected});\nendmodule\n"


def run_unit(
    unit: str,
    sim: str = "verilator",
    seed: int = 0,
    *,
    architecture: Architecture | None = None,
    verilog: str | None = None,
    root: Path | None = None,
) -> UnitReport:
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
    """
    unit_named(unit)
    architecture = architecture or Architecture.preset("truenorth")
    build = build_cocotb(unit_design(unit, architecture, verilog), simulator=sim, root=root)
    with tempfile.TemporaryDirectory(prefix="spikewright-unit-") as folder:
        records, path = Path(folder) / "records.jsonl", Path(folder) / "job.json"
        job = Job(
            block=unit,
            architecture=architecture.to_dict(),
            seeds=[seed],
            cases=[],
            records=str(records),
        )
        job.write(path)
        results = run_cocotb(
            build,
            "spikewright.verif.tests_router_unit",
            "crossed",
            test_dir=Path(folder),
            env={JOB_VARIABLE: str(path)},
            seed=seed,
            check=False,
        )
        found = tuple(read_records(records))
    return UnitReport(
        unit=unit,
        simulator=sim,
        seed=seed,
        records=found,
        # Not what the records already tell, with what was compared.
        trouble="" if results.ok else next(iter(results.failures.values())),
        seconds=results.seconds,
    )
