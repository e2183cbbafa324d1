"""Run the bench of a side's AXI4-Streams: one build a side, one simulator process a run."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from spikewright.golden.architecture import Architecture

from .blocks import for_icarus
from .build import build_cocotb
from .cocotb_run import run_cocotb
from .design import Design
from .link_beats import Side
from .records import JOB_VARIABLE, Job, read_records
from .report import Report, preset_of
from .unit_runs import PAIRS

__all__ = ["LINKED", "run_axis_link"]

LINKED = replace(Architecture.preset("tiny"), axons=11).with_mesh(3, 5)
"""An architecture in which neither axons nor ports are a power of two."""


def run_axis_link(
    side: str,
    sim: str = "verilator",
    seed: int = 0,
    *,
    architecture: Architecture = LINKED,
    root: Path | None = None,
) -> Report:
    """Play every pair of patterns, and every kind of malformed beat, on one side.

    Parameters
    ----------
    side : {"west", "east", "north", "south"}
    sim : {"verilator", "icarus"}
    seed : int
        Of packets and patterns.
    architecture : Architecture
        With the size of the mesh.
    root : Path, optional
        Folder of builds.

    Returns
    -------
    Report
        With a record for each pair and each kind.
    """
    from spikewright.hdl.links import AxisLink
    from spikewright.hdl.verilog import component_verilog

    text = component_verilog(AxisLink(architecture, side), "axis_link")
    design = Design("axis_link", {"axis_link.v": for_icarus(text) if sim == "icarus" else text})
    build = build_cocotb(design, simulator=sim, root=root)
    with tempfile.TemporaryDirectory(prefix="spikewright-link-") as name:
        folder = Path(name)
        job = Job(
            block=side,
            architecture=architecture.to_dict(),
            seeds=[seed],
            cases=[],
            records=str(folder / "records.jsonl"),
        )
        job.write(folder / "job.json")
        results = run_cocotb(
            build,
            "spikewright.verif.tests_axis_link",
            test_dir=folder,
            env={JOB_VARIABLE: str(folder / "job.json"), "PYTHONHASHSEED": "0"},
            seed=seed,
            check=False,
        )
        records = read_records(folder / "records.jsonl")
    found = [record.case for record in records]
    wanted = (*PAIRS, *Side(architecture, side).kinds)
    trouble = [f"{name} must leave a record, and did not" for name in wanted if name not in found]
    if not results.ok and all(record.ok for record in records):
        trouble += results.failures.values()
    return Report(
        block=f"axis_link {side}",
        preset=preset_of(architecture),
        simulator=sim,
        records=tuple(records),
        trouble=tuple(trouble),
        seconds=results.seconds,
    )
