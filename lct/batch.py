"""Many units checked at once, under several sets of parameters, over several processes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from spikewright.lct.check import check
from spikewright.lct.diagnostics import Finding, LctError
from spikewright.lct.library import Library
from spikewright.lct.solver import LIMIT

__all__ = ["Job", "Report", "check_jobs"]

_ALONE = 1.5
"""Seconds of work in this process before others are started, which takes about as long."""


@dataclass(frozen=True)
class Job:
    """One unit under one set of parameters, which is called `preset`."""

    directory: Path
    unit: str
    preset: str
    overrides: Mapping[str, int]
    limit: float = LIMIT


@dataclass(frozen=True)
class Report:
    """What the checks of one unit have found.

    Attributes
    ----------
    kind : str
        The unit's kind, or empty where it does not elaborate.
    rows : int
        Rows of its logic tables.
    seconds : float
        How long it took.
    lines : mapping of str to list of str
        The lines of the files that findings point at.
    """

    unit: str
    preset: str
    kind: str
    rows: int
    seconds: float
    findings: tuple[Finding, ...]
    lines: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """Findings that are proven."""
        return sum(f.verdict == "fault" for f in self.findings)

    @property
    def unknown(self) -> int:
        """Findings where the solver gave up: no pass either."""
        return len(self.findings) - self.faults


_libraries: dict[Path, Library] = {}


def _check_job(job: Job) -> Report:
    start = time.perf_counter()
    library = _libraries.setdefault(job.directory, Library(job.directory))
    kind, rows = "", 0
    try:
        unit = library.unit(job.unit, job.overrides)
    except LctError as error:
        findings = error.findings
    else:
        findings = tuple(check(unit, job.limit))
        kind, rows = unit.kind, sum(len(t.rows) for t in unit.tables)
    seconds = time.perf_counter() - start
    lines = {name: _lines(job.directory / name) for name in {f.place.file for f in findings}}
    return Report(job.unit, job.preset, kind, rows, seconds, findings, lines)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def check_jobs(jobs: Sequence[Job], processes: int = 2) -> Iterator[Report]:
    """Run jobs; reports come as they are ready, in any order."""
    start, done = time.monotonic(), 0
    while done < len(jobs) and (processes < 2 or time.monotonic() - start < _ALONE):
        yield _check_job(jobs[done])
        done += 1
    if done == len(jobs):
        return
    # A fresh process has no threads of ours, such as those of a progress bar, in a state half way.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(_check_job, job) for job in jobs[done:]]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
