"""cocotb's entry to the environment of a mesh."""

from __future__ import annotations

import importlib
import runpy
from collections.abc import Awaitable
from typing import Any

import cocotb
import pyuvm

from spikewright.golden.simulate import Simulator
from spikewright.verif.bench import JobTest
from spikewright.verif.directed import directed_scenario
from spikewright.verif.env import ChipEnv
from spikewright.verif.records import ProgramRecord
from spikewright.verif.scenario import Scenario, random_scenario
from spikewright.verif.sequences import PlayScenario

__all__ = ["ChipPrograms"]


def _model(path: str | None) -> Any:
    """Return the model that a job names, or the golden one."""
    if path is None:
        return Simulator
    place, _, name = path.rpartition(":")
    if not place.endswith(".py"):
        return getattr(importlib.import_module(place), name)
    return runpy.run_path(place)[name]


@pyuvm.test()
class ChipPrograms(JobTest):
    """Directed programs by name, then random ones by seed, on a mesh of cores."""

    def build_phase(self) -> None:
        """Make the environment."""
        super().build_phase()
        self.env = ChipEnv(
            "env",
            self,
            dut=cocotb.top,
            architecture=self.architecture,
            attached=self.block.attached,
            core=self.block.core,
            simulator=_model(self.job.predictor),
        )

    def directed(self, case: str) -> Scenario:
        """Return the scenario of a case."""
        return directed_scenario(case, self.block, self.architecture)

    def random(self, seed: int) -> Scenario:
        """Return the scenario of a seed."""
        return random_scenario(self.block, self.architecture, seed)

    def play(self, program: Scenario, record: ProgramRecord) -> Awaitable[None]:
        """Play it from reset to quiescence."""
        playing: Awaitable[None] = PlayScenario(self.env, program, record).start(None)
        return playing
