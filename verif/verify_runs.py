"""Tasks of verification: each is built once, and its programs go to few simulator processes.

The verdict comes from files alone: cocotb's results and a record for each program. A program
without a record has failed, and so has a run whose results file does not say that it passed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.verif.blocks import Block, block_named
from spikewright.verif.build import CocotbBuild, build_cocotb
from spikewright.verif.cache import default_root
from spikewright.verif.cocotb_run import Results, run_cocotb
from spikewright.verif.design import Options
from spikewright.verif.directed import CASES, directed_scenario
from spikewright.verif.errors import ToolError
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord, read_records
from spikewright.verif.report import Report, preset_of
from spikewright.verif.router_traffic import directed_traffic

__all__ = ["Run", "Task", "deal", "work"]

Progress = Callable[[int], None]

# A simulator process takes a second to start: worth it for so many programs at least.
_LEAST_CHUNK = 8
_POLL_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True)
class Task:
    """Programs to run on one block.

    Members
    -------
    block : str
    architecture : Architecture
        Of the cores; the mesh is the block's.
    seeds : tuple of int
    cases : tuple of str
        Directed programs.
    core : {"event", "neuron"}
        Microarchitecture of the cores.
    sim : {"verilator", "icarus"}
    verilog : str or None
        Stands in for the block's own, port for port.
    predictor : str or None
        ``module:name`` or ``file.py:name`` of what stands in for `golden.Simulator`.
    waves : bool
        Write waves, and keep the files of every run.
    stop_early : bool
        Do not go on after a program that failed.
    timeout : float
        Seconds of wall clock for one simulator process.
    """

    block: str
    architecture: Architecture
    seeds: tuple[int, ...] = ()
    cases: tuple[str, ...] = ()
    core: str = "event"
    sim: str = "verilator"
    verilog: str | None = None
    predictor: str | None = None
    waves: bool = False
    stop_early: bool = False
    timeout: float = 600.0

    def __post_init__(self) -> None:
        if self.sim not in ("verilator", "icarus"):
            raise ToolError(f"Simulator must be verilator or icarus, not {self.sim!r}")
        for seed in self.seeds:
            if seed < 0:
                raise ToolError(f"Seed must be 0 or larger, not {seed}")
        if not self.seeds and not self.cases:
            raise ToolError(
                f"Verification of {self.block} must have a seed or a case, and has none"
            )
        # Both refuse a case that does not exist, and this a block.
        part = self.part
        for case in self.cases:
            if part.bench == "axi":
                raise ToolError(f"Cases of block {self.block} must be none, not {case!r}")
            if part.bench == "router":
                directed_traffic(case, self.architecture)
            elif case not in CASES:
                directed_scenario(case, part, self.architecture)

    @property
    def part(self) -> Block:
        """The block itself."""
        return block_named(self.block, self.core)


@dataclass
class Chunk:
    """Programs for one simulator process, and where it writes."""

    seeds: list[int]
    cases: list[str]
    folder: Path | None = None

    @property
    def programs(self) -> list[str]:
        return [ProgramRecord(case=case).name for case in self.cases] + [
            ProgramRecord(seed=seed).name for seed in self.seeds
        ]

    def without(self, names: set[str]) -> Chunk:
        """Return what is left when some programs are done."""
        return Chunk(
            [seed for seed in self.seeds if ProgramRecord(seed=seed).name not in names],
            [case for case in self.cases if ProgramRecord(case=case).name not in names],
        )


def deal(task: Task, jobs: int) -> list[Chunk]:
    """Deal the seeds out evenly, two chunks a job where there are enough; cases come first."""
    count = max(1, min(2 * jobs, len(task.seeds) // _LEAST_CHUNK))
    chunks = [Chunk(list(task.seeds[k::count]), []) for k in range(count)]
    if len(task.seeds) < 2 * _LEAST_CHUNK:
        chunks[0].cases = list(task.cases)
    elif task.cases:
        chunks.insert(0, Chunk([], list(task.cases)))
    return chunks


@dataclass
class Run:
    """A task under way."""

    task: Task
    waiting: list[Chunk]
    build: CocotbBuild | None = None
    records: dict[str, ProgramRecord] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def finished(self, chunk: Chunk, results: Results) -> None:
        """Take in what a process left behind; what it did not get to waits for another one."""
        assert chunk.folder is not None
        found = read_records(chunk.folder / "records.jsonl")
        for record in found:
            self.records[record.name] = record
        self.seconds += results.seconds
        reason = next(iter(results.failures.values()), "no test passed")
        good = results.ok and all(record.ok for record in found)
        left = chunk.without({record.name for record in found})
        if left.programs and not found:
            # It did not even get through one: that one is to blame.
            lost = ProgramRecord(
                case=left.cases[0] if left.cases else None,
                seed=None if left.cases else left.seeds[0],
            )
            lost.complain(f"the simulator ended before the program did: {reason}")
            self.records[lost.name] = lost
            left = left.without({lost.name})
        if good and left.programs:
            self.trouble.append(f"{left.programs[0]} must leave a record, and did not")
        if not results.ok and found and all(record.ok for record in found) and not left.programs:
            self.trouble.append(reason)
        if left.programs and not self.task.stop_early:
            self.waiting.append(left)
        self._tidy(chunk.folder, good)

    def _tidy(self, folder: Path, good: bool) -> None:
        """Keep the files of a failed run, or all of them where waves were asked for."""
        if good and not self.task.waves:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self.files.append(str(folder))

    def report(self) -> Report:
        """Return the findings in the order of the programs."""
        everything = Chunk(list(self.task.seeds), list(self.task.cases)).programs
        missing = [name for name in everything if name not in self.records]
        if missing and not self.task.stop_early:
            self.trouble.append(f"{missing[0]} must leave a record, and did not")
        return Report(
            block=self.task.block,
            preset=preset_of(self.task.architecture),
            core=self.task.core,
            simulator=self.task.sim,
            records=tuple(self.records[name] for name in everything if name in self.records),
            trouble=tuple(self.trouble),
            files=tuple(self.files),
            seconds=self.seconds,
        )


def work(pool: Executor, runs: Sequence[Run], progress: Progress) -> None:
    """Build, run, and tell how far it is, until nothing is left."""
    builds: dict[Future[CocotbBuild], Run] = {pool.submit(_build, run.task): run for run in runs}
    playing: dict[Future[Results], tuple[Run, Chunk]] = {}
    shown = 0
    while builds or playing:
        futures: list[Future[Any]] = [*builds, *playing]
        wait(futures, _POLL_SECONDS, FIRST_COMPLETED)
        ready = []
        for build in [future for future in builds if future.done()]:
            run = builds.pop(build)
            run.build = build.result()
            ready.append(run)
        for play in [future for future in playing if future.done()]:
            run, chunk = playing.pop(play)
            run.finished(chunk, play.result())
            ready.append(run)
        for run in ready:
            while run.waiting:
                assert run.build is not None
                chunk = run.waiting.pop(0)
                chunk.folder = _folder(run.task)
                playing[pool.submit(_play, run.task, run.build, chunk)] = run, chunk
        count = sum(len(run.records) for run in runs) + sum(
            len(read_records(chunk.folder / "records.jsonl"))
            for _, chunk in playing.values()
            if chunk.folder is not None
        )
        if count > shown:
            progress(count - shown)
            shown = count


def _folder(task: Task) -> Path:
    root = default_root() / "verify"
    root.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{task.block}-", dir=root))


# In the processes of the pool.


def _build(task: Task) -> CocotbBuild:
    architecture = task.part.shaped(task.architecture)
    design = task.part.design(architecture, task.sim, task.verilog)
    return build_cocotb(design, simulator=task.sim, options=Options(waves=task.waves))


def _play(task: Task, build: CocotbBuild, chunk: Chunk) -> Results:
    assert chunk.folder is not None
    job = Job(
        block=task.block,
        architecture=task.part.shaped(task.architecture).to_dict(),
        seeds=chunk.seeds,
        cases=chunk.cases,
        records=str(chunk.folder / "records.jsonl"),
        predictor=task.predictor,
        core=task.core,
        stop_early=task.stop_early,
    )
    path = chunk.folder / "job.json"
    job.write(path)
    results = run_cocotb(
        build,
        f"spikewright.verif.tests_{task.part.bench}",
        test_dir=chunk.folder,
        env={JOB_VARIABLE: str(path), "PYTHONHASHSEED": "0"},
        waves=task.waves,
        timeout=task.timeout,
        check=False,
    )
    # Plain containers only: this crosses to another process.
    return replace(results, failures=dict(results.failures))
