"""cocotb's entry to the environment of a router."""

from __future__ import annotations

from collections.abc import Awaitable

import cocotb
import pyuvm

from spikewright.verif.bench import JobTest
from spikewright.verif.records import ProgramRecord
from spikewright.verif.router_env import PlayTraffic, RouterEnv
from spikewright.verif.router_traffic import Traffic, directed_traffic, random_traffic

__all__ = ["RouterPrograms"]


@pyuvm.test()
class RouterPrograms(JobTest):
    """Directed traffic by name, then random traffic by seed, through one router."""

    def build_phase(self) -> None:
        """Make the environment."""
        super().build_phase()
        self.env = RouterEnv("env", self, dut=cocotb.top, architecture=self.architecture)

    def directed(self, case: str) -> Traffic:
        """Return the traffic of a case."""
        return directed_traffic(case, self.architecture)

    def random(self, seed: int) -> Traffic:
        """Return the traffic of a seed."""
        return random_traffic(self.architecture, seed)

    def play(self, program: Traffic, record: ProgramRecord) -> Awaitable[None]:
        """Send it, and wait until it is through."""
        playing: Awaitable[None] = PlayTraffic(self.env, program, record).start(None)
        return playing
