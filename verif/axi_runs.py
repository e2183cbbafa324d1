"""Runs of the chip at its AXI ports: the build, the cocotb tests, and what they wrote down."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.hdl.tile import SIDES
from spikewright.verif.blocks import for_icarus
from spikewright.verif.build import build_cocotb
from spikewright.verif.cache import default_root
from spikewright.verif.cocotb_run import Results, run_cocotb
from spikewright.verif.design import Design

__all__ = ["JOB_VARIABLE", "MISUSE", "PROGRAMS", "AxiRun", "fault_verdict", "run_axi"]

JOB_VARIABLE = "SPIKEWRIGHT_AXI_JOB"
"""Environment variable: path of a JSON file with architecture, links, seeds and records."""
PROGRAMS = "programs"
MISUSE = ("bad_accesses", "bad_commands", "bad_beats", "pace")
_MODULES = ("spikewright.verif.tests_axi", "spikewright.verif.tests_axi_misuse")


@dataclass(frozen=True)
class AxiRun:
    """What a run came to.

    Members
    -------
    results : Results
    records : tuple of dict
        The figures of each random program that passed.
    """

    results: Results
    records: tuple[dict[str, Any], ...]


def run_axi(
    tests: Sequence[str],
    seeds: Iterable[int],
    *,
    test_dir: Path,
    architecture: Architecture | None = None,
    links: Sequence[str] = SIDES,
    core: str = "event",
    simulator: str = "verilator",
    timeout: float = 600.0,
) -> AxiRun:
    """Run cocotb tests on a chip.

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
    simulator : {"verilator", "icarus"}
    timeout : float
        Seconds.
    """
    from spikewright.hdl.verilog import chip_verilog

    a = architecture or Architecture.preset("tiny")
    text = chip_verilog(a, tuple(links), core=core)
    if simulator == "icarus":
        text = for_icarus(text)
    build = build_cocotb(Design("chip", {"chip.v": text}), simulator=simulator)
    test_dir.mkdir(parents=True, exist_ok=True)
    job, records = test_dir / "job.json", test_dir / "records.jsonl"
    records.unlink(missing_ok=True)
    given = {
        "architecture": a.to_dict(),
        "links": list(links),
        "seeds": list(seeds),
        "records": str(records.absolute()),
    }
    job.write_text(json.dumps(given), encoding="utf-8")
    results = run_cocotb(
        build,
        _MODULES,
        list(tests),
        test_dir=test_dir / "run",
        env={JOB_VARIABLE: str(job.absolute())},
        timeout=timeout,
        check=False,
    )
    lines = records.read_text(encoding="utf-8").splitlines() if records.is_file() else []
    return AxiRun(results, tuple(json.loads(line) for line in lines))


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
