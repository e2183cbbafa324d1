"""What the tests of commands share."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Network, Simulator
from spikewright.verif.chip_run import ChipRun
from spikewright.verif.errors import ToolError

Spoil = Callable[[dict[str, Any], int], None]


class GoldenChip:
    """The golden model with the face of a compiled chip, for tests that are not about the RTL.

    Parameters
    ----------
    network : Network
        What `configure` would have programmed.
    spoil : callable, optional
        Changes what a run returns, given its arrays by name and its first tick.
    breaks_in : int, optional
        Tick that the chip does not survive.
    """

    def __init__(
        self, network: Network, spoil: Spoil | None = None, breaks_in: int | None = None
    ) -> None:
        self.network, self.spoil, self.breaks_in = network, spoil, breaks_in
        self.closed = False
        self.reset()

    def reset(self) -> None:
        self.simulator = Simulator(self.network)

    def configure(self, writes: list[tuple[int, int, int, int]]) -> None:
        assert len(writes)

    @property
    def next_tick(self) -> int:
        return self.simulator.tick

    def run(self, ticks: int, packets: np.ndarray) -> ChipRun:
        first = self.next_tick
        if self.breaks_in is not None and first <= self.breaks_in < first + ticks:
            raise ToolError(f"Tick {self.breaks_in} must be over within 9 cycles, and is not")
        self.simulator.inject_packets(packets)
        steps = [self.simulator.step() for _ in range(ticks)]
        neurons, cores = self.network.architecture.neurons, self.network.architecture.cores
        busy = np.array([neurons + s.synaptic_events.max() + 7 for s in steps])
        values: dict[str, Any] = {
            "spikes": np.stack([s.spikes for s in steps]),
            "potentials": np.stack([s.potentials for s in steps]),
            "late": np.stack([s.late for s in steps]),
            "off_mesh": np.array([s.off_mesh for s in steps]),
            "outputs": np.concatenate([s.outputs for s in steps]),
            "busy_cycles": busy,
            "cycles": busy + 1,
            "overrun": np.zeros(cores, np.uint16),
            "refused": np.zeros(cores, np.uint16),
        }
        if self.spoil is not None:
            self.spoil(values, first)
        return ChipRun(first_tick=first, arrivals=values["outputs"], **values)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def golden_chip() -> type[GoldenChip]:
    return GoldenChip


@pytest.fixture(scope="session")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Export a chip of one tiny core, and return the folder and what the command says of it."""
    helpers = runpy.run_path(str(Path(__file__).with_name("command_helpers.py")))
    folder = tmp_path_factory.mktemp("export") / "out"
    status, stdout, _ = helpers["invoke"](
        "export", folder, "--preset", "tiny", "--ticks", 4, "--json"
    )
    assert status == 0
    return folder, json.loads(stdout)
