"""What a simulator's process is asked to do, and what it found: files between two processes.

The verdict on a program is its line in the file of records. A program without a line has failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["JOB_VARIABLE", "Job", "ProgramRecord", "read_records"]

JOB_VARIABLE = "SPIKEWRIGHT_VERIFY_JOB"
"""Environment variable with the path of the job's file."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Programs to run in one simulator process.

    Members
    -------
    block : str
    architecture : dict
        As `Architecture.to_dict` gives it.
    seeds : list of int
    cases : list of str
        Directed programs, run before the seeds.
    records : str
        File to which a line is added after each program.
    predictor : str or None
        ``module:name`` or ``file.py:name`` of what stands in for the golden model.
    core : {"event", "neuron"}
    stop_early : bool
        End after the first program that fails.
    links : list of str or None
        Sides with AXI4-Streams; None: those of the block.
    """

    block: str
    architecture: dict[str, int]
    seeds: list[int]
    cases: list[str]
    records: str
    predictor: str | None = None
    core: str = "event"
    stop_early: bool = False
    links: list[str] | None = None

    def write(self, path: Path) -> None:
        """Write to a file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(kw_only=True)
class ProgramRecord:
    """What one program showed.

    Members
    -------
    seed : int or None
    case : str or None
        One of the two names the program.
    ticks : int
        Ticks compared.
    spikes, potentials, packets : int
        Spikes that both sides saw; potentials, and packets at ports, that were compared.
    mismatches : int
    first : list of str
        The first few mismatches as sentences.
    paced, flagged : bool
        Ticks had a fixed period; the chip said that it is too short.
    least, most : int or None
        Cycles of a core's tick beyond N + E, over all cores and ticks.
    settled : int or None
        The most cycles of a whole tick beyond N + E of its busiest core, until no core was busy.
    latency : int or None
        The fewest cycles of a packet through a router.
    reached : dict
        Counts of situations.
    seconds : float
    """

    seed: int | None = None
    case: str | None = None
    ticks: int = 0
    spikes: int = 0
    potentials: int = 0
    packets: int = 0
    mismatches: int = 0
    first: list[str] = field(default_factory=list)
    paced: bool = False
    flagged: bool = False
    least: int | None = None
    most: int | None = None
    settled: int | None = None
    latency: int | None = None
    reached: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Something was compared, and everything agreed."""
        # A period that is too short for the very first tick leaves the flag alone to be checked.
        return self.mismatches == 0 and (self.potentials > 0 or self.packets > 0 or self.flagged)

    @property
    def name(self) -> str:
        """The seed or the case."""
        return f"seed {self.seed}" if self.case is None else f"case {self.case}"

    def complain(self, text: str) -> None:
        """Count a mismatch, and keep the first few as text."""
        self.mismatches += 1
        if len(self.first) < 5:
            self.first.append(text)

    def append(self, path: Path) -> None:
        """Add a line to a file of records."""
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(self)) + "\n")


def read_records(path: Path) -> list[ProgramRecord]:
    """Return all whole lines; a process that died may have left half of one."""
    if not path.exists():
        return []
    return list(_whole(path.read_text(encoding="utf-8").splitlines()))


def _whole(lines: Iterable[str]) -> Iterable[ProgramRecord]:
    for line in lines:
        try:
            values: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        yield ProgramRecord(**values)
