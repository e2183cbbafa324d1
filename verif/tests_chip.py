"""cocotb's entry to the environment of a mesh: plays the programs of a job, one after the other."""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path
from typing import Any

import cocotb
import pyuvm
from cocotb.clock import Clock
from pyuvm import uvm_test

from spikewright.golden.architecture import Architecture
from spikewright.golden.simulate import Simulator
from spikewright.verif.blocks import block_named
from spikewright.verif.directed import directed_scenario
from spikewright.verif.env import ChipEnv
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord
from spikewright.verif.scenario import Scenario, random_scenario
from spikewright.verif.sequences import Hung, PlayScenario
from spikewright.verif.streams import PERIOD

__all__ = ["Programs"]


def _named(path: str | None) -> Any:
    """Return the model that a job names, or the golden one."""
    if path is None:
        return Simulator
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


@pyuvm.test()
class Programs(uvm_test):
    """Directed programs by name, then random ones by seed."""

    def build_phase(self) -> None:
        """Read the job, and make the environment for its block."""
        self.job = Job.read(Path(os.environ[JOB_VARIABLE]))
        self.block = block_named(self.job.block)
        self.architecture = self.block.shaped(Architecture.from_dict(self.job.architecture))
        self.env = ChipEnv(
            "env",
            self,
            dut=cocotb.top,
            architecture=self.architecture,
            attached=self.block.attached,
            simulator=_named(self.job.predictor),
        )

    async def run_phase(self) -> None:
        """Play every program; a record each."""
        self.raise_objection()
        Clock(cocotb.top.clk, PERIOD, "step", impl="gpi").start()
        failed = []
        for case in self.job.cases:
            scenario = directed_scenario(case, self.block, self.architecture)
            failed += await self._play(scenario, ProgramRecord(case=case))
        for seed in self.job.seeds:
            scenario = random_scenario(self.block, self.architecture, seed)
            failed += await self._play(scenario, ProgramRecord(seed=seed))
        assert not failed, f"{len(failed)} programs must pass, and fail: {', '.join(failed)}"
        self.drop_objection()

    async def _play(self, scenario: Scenario, record: ProgramRecord) -> list[str]:
        """Play one program; its name, if it failed."""
        started = time.monotonic()
        hung = None
        try:
            await PlayScenario(self.env, scenario, record).start(None)
        except Hung as error:
            hung = error
            self.env.scoreboard.abandon()
            record.complain(str(error))
        record.seconds = round(time.monotonic() - started, 3)
        record.append(Path(self.job.records))
        # Drivers that hang cannot play on; the programs that are left are played anew elsewhere.
        assert hung is None, f"{record.name}: {hung}"
        return [] if record.ok else [record.name]
