"""What every cocotb entry does: read the job, run its programs one by one, record each."""

from __future__ import annotations

import importlib
import os
import runpy
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from pyuvm import uvm_test

from spikewright.golden.architecture import Architecture
from spikewright.golden.simulate import Simulator
from spikewright.verif.blocks import block_named
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord
from spikewright.verif.sequences import Hung
from spikewright.verif.streams import PERIOD

__all__ = ["JobTest", "model_named"]


def model_named(path: str | None) -> Any:
    """Return the model that a job names, see `records.Job`, or the golden one."""
    if path is None:
        return Simulator
    place, _, name = path.rpartition(":")
    if not place.endswith(".py"):
        return getattr(importlib.import_module(place), name)
    return runpy.run_path(place)[name]


class JobTest(uvm_test):
    """Runs the programs of a job; a subclass says how to make one and how to play it.

    Members
    -------
    env
        The environment, which the subclass makes, with a `scoreboard`.
    """

    env: Any

    def build_phase(self) -> None:
        """Read the job; a subclass makes its environment next."""
        self.job = Job.read(Path(os.environ[JOB_VARIABLE]))
        self.block = block_named(self.job.block, self.job.core)
        self.architecture = self.block.shaped(Architecture.from_dict(self.job.architecture))

    def directed(self, case: str) -> Any:
        """Return the program of a case."""
        raise NotImplementedError

    def random(self, seed: int) -> Any:
        """Return the program of a seed."""
        raise NotImplementedError

    def play(self, program: Any, record: ProgramRecord) -> Awaitable[None]:
        """Return what plays a program and fills its record."""
        raise NotImplementedError

    async def run_phase(self) -> None:
        """Play every program."""
        self.raise_objection()
        dut: Any = cocotb.top
        # Low first: at the first edge all inputs must be known.
        Clock(dut.clk, PERIOD, "step", impl="gpi").start(start_high=False)
        failed: list[str] = []
        records = [ProgramRecord(case=case) for case in self.job.cases]
        records += [ProgramRecord(seed=seed) for seed in self.job.seeds]
        for record in records:
            if failed and self.job.stop_early:
                break
            failed += await self._play(self._program(record), record)
        assert not failed, f"{len(failed)} programs must pass, and fail: {', '.join(failed)}"
        self.drop_objection()

    def _program(self, record: ProgramRecord) -> Any:
        if record.case is not None:
            return self.directed(record.case)
        assert record.seed is not None
        return self.random(record.seed)

    async def _play(self, program: Any, record: ProgramRecord) -> list[str]:
        """Play one program; its name, if it failed."""
        started = time.monotonic()
        hung = None
        try:
            await self.play(program, record)
        except Hung as error:
            hung = error
            self.env.scoreboard.abandon()
            record.complain(str(error))
        record.seconds = round(time.monotonic() - started, 3)
        record.append(Path(self.job.records))
        # Drivers that hang cannot play on; the programs that are left are played anew elsewhere.
        assert hung is None, f"{record.name}: {hung}"
        return [] if record.ok else [record.name]
