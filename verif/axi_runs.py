"""Runs of the chip at its AXI ports: the build, the cocotb tests, and what they wrote down."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.hdl.tile import SIDES
from spikewright.verif.blocks import block_named
from spikewright.verif.build import build_cocotb
from spikewright.verif.cache import default_root
from spikewright.verif.cocotb_run import Results, run_cocotb
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord, read_records

__all__ = ["MISUSE", "PROGRAMS", "AxiRun", "fault_verdict", "run_axi"]

PROGRAMS = "programs"
MISUSE = ("bad_accesses", "bad_commands", "bad_beats", "pace")
_MODULES = ("spikewright.verif.tests_axi", "spikewright.verif.tests_axi_misuse")


@dataclass(frozen=True)
class AxiRun:
    """What a run came to.

    Members
    -------
    results : Results
    records : tuple of ProgramRecord
        One for each random program.
    """

    results: Results
    records: tuple[ProgramRecord, ...]


def run_axi(
    tests: Sequence[str],
    seeds: Iterable[int],
    *,
    test_dir: Path,
    architecture: Architecture | None = None,
    links: Sequence[str] = SIDES,
    core: str = "event",
    block: str = "chip",
    verilog: str | None = None,
    simulator: str = "verilator",
    timeout: float = 600.0,
) -> AxiRun:
    """Run cocotb tests on a chip, or on a board of chips.

    Parameters
    ----------
    tests : sequence of str
        `PROGRAMS` runs a random program for each seed; those of `MISUSE` use the first seed.
    seeds : iterable of int
    test_dir : Path
        Where everything of this run is written.
    architecture : Architecture, optional
        By default `tiny`.
    links : sequence of str
        Sides with AXI4-Streams.
    core : str
        One of `hdl.tile.CORES`.
    block : {"chip", "board2x1"}
        One chip, or two that are tied to each other; the architecture is that of the whole.
    verilog : str, optional
        Stands in for what is simulated, port for port.
    simulator : {"verilator", "icarus"}
    timeout : float
        Seconds.
    """
    a = architecture or Architecture.preset("tiny")
    named = block_named(block, core)
    part = replace(named, width=a.width, height=a.height, attached=tuple(links))
    build = build_cocotb(part.design(a, simulator, verilog), simulator=simulator)
    test_dir.mkdir(parents=True, exist_ok=True)
    job, records = test_dir / "job.json", test_dir / "records.jsonl"
    records.unlink(missing_ok=True)
    Job(
        block=block,
        architecture=a.to_dict(),
        seeds=list(seeds),
        cases=[],
        records=str(records.absolute()),
        core=core,
        links=list(links),
    ).write(job)
    results = run_cocotb(
        build,
        _MODULES,
        list(tests),
        test_dir=test_dir / "run",
        env={JOB_VARIABLE: str(job.absolute())},
        timeout=timeout,
        check=False,
    )
    return AxiRun(results, tuple(read_records(records)))


def fault_verdict() -> dict[str, Any]:
    """Look for a planted fault, as `fault_worker.bench` does, on two cores with one link."""
    root = default_root()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="axi-", dir=root) as folder:
        run = run_axi(
            [*MISUSE, PROGRAMS],
            range(5, 11),
            test_dir=Path(folder),
            architecture=Architecture.preset("tiny").with_mesh(2, 1),
            links=("west",),
            timeout=300,
        )
    for name, reason in run.results.failures.items():
        return {"found": True, "by": name or "the run itself", "first": reason}
    return {"found": False} if run.results.ok else {"found": False, "trouble": "nothing ran"}
