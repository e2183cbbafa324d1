"""cocotb's entry to the environment of a mesh."""

from __future__ import annotations

from collections.abc import Awaitable

import cocotb
import pyuvm

from spikewright.verif.bench import JobTest, model_named
from spikewright.verif.directed import directed_scenario
from spikewright.verif.env import ChipEnv
from spikewright.verif.records import ProgramRecord
from spikewright.verif.scenario import Scenario, random_scenario
from spikewright.verif.sequences import PlayScenario

__all__ = ["ChipPrograms"]


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
            simulator=model_named(self.job.predictor),
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
