"""What a tick costs in the RTL: clock cycles against the formulas, and ticks a second in Verilator.

For scale: a public RTL in TrueNorth's manner takes 66,051 cycles a tick for a core of 256 x 256,
whatever the activity, and 0.088 s a tick for 11 cores in Verilator.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikewright.golden import Architecture, Network, simulate
from spikewright.golden.workloads import recurrent_network
from spikewright.tools.engine import FLAT_CORES, compiled_chip, program
from spikewright.verif.cache import default_root
from spikewright.verif.chip_model import ChipModel

__all__ = [
    "ACTIVITIES",
    "DENSITY",
    "PEER_CORES",
    "PEER_CYCLES",
    "PEER_SECONDS",
    "RATE",
    "Cycles",
    "Speed",
    "busy_network",
    "measure_cycles",
    "measure_speed",
    "shape",
]

PEER_CYCLES = 66_051
PEER_CORES, PEER_SECONDS = 11, 0.088

ACTIVITIES = (0.01, 0.02, 0.1, 1.0)
"""Shares of the axons that spike in every tick."""

ALLOWED = {"event": 16, "neuron": 32}
"""Cycles of a tick beyond neurons and events, as the specification has it."""

DENSITY, RATE = 0.5, 0.02
"""Shares of the synapses that connect, and of the neurons that fire in a tick."""

TICKS = 24
SECONDS, WINDOWS = 5.0, 10
"""About how long the timings of one mesh take together, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Cycles:
    """Cycles of a core's ticks.

    Members
    -------
    core : {"event", "neuron"}
    stochastic : bool
        Whether all synapses are, and thresholds random.
    activity : float
        Share of the axons that spike in a tick.
    events : float
        Synaptic events a tick.
    cycles : float
        Clock cycles a tick, until the core is idle.
    beyond : int
        The most cycles beyond the neurons, and the events that the formula counts.
    same : bool
        Whether spikes and potentials were the golden model's.
    """

    core: str
    stochastic: bool
    activity: float
    events: float
    cycles: float
    beyond: int
    same: bool

    @property
    def counted(self) -> bool:
        """The formula counts events: not where the core counts axons and nothing is stochastic."""
        return self.core == "event" or self.stochastic

    @property
    def formula(self) -> str:
        """The most cycles that a tick may take."""
        return f"N + {'E + ' if self.counted else ''}{ALLOWED[self.core]}"

    @property
    def ok(self) -> bool:
        """The formula holds, and the results are right."""
        return self.same and self.beyond <= ALLOWED[self.core]

    @property
    def ratio(self) -> float:
        """How many times fewer cycles than the public RTL of the same size."""
        return PEER_CYCLES / self.cycles

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        more = {"formula": self.formula, "ok": self.ok, "times_fewer": round(self.ratio, 1)}
        return asdict(self) | more


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Speed of a mesh in Verilator; 2 % of the neurons fire, half of the synapses are connected.

    Members
    -------
    core : {"event", "neuron"}
    cores : int
    build_seconds : float
        From the tables' hardware to a model that runs.
    build_processor : float
        Seconds of processors that it took.
    builds : {"new", "partly new", "cached"}
        How much of that was there from an earlier run.
    ticks_per_second : float
        Of one processor, without programming; the fastest of `WINDOWS`, because what else a
        machine does can only slow a window down.
    median : float
        The same, of the window in the middle.
    cycles : float
        Clock cycles a tick, until nothing is under way.
    """

    core: str
    cores: int
    build_seconds: float
    build_processor: float
    builds: str
    ticks_per_second: float
    median: float
    cycles: float

    @property
    def ratio(self) -> float | None:
        """How many times less time than the public RTL, where it has as many cores."""
        if self.cores != PEER_CORES:
            return None
        return PEER_SECONDS * self.ticks_per_second

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        ratio = self.ratio
        return asdict(self) | {"times_less_time": None if ratio is None else round(ratio, 1)}


def shape(cores: int) -> tuple[int, int]:
    """Return width and height of a mesh as square as may be."""
    height = next(h for h in range(math.isqrt(cores), 0, -1) if cores % h == 0)
    return cores // height, height


def busy_network(
    architecture: Architecture, activity: float, *, stochastic: bool, seed: int = 1
) -> Network:
    """Return a network of one core in which, from tick 1 on, always the same axons spike.

    As many neurons as axons fire in every tick, each to an axon of its own with delay 1, so that
    packets travel while the core runs. Half of the synapses are connected.
    """
    a, rng = architecture, np.random.default_rng(seed)
    count = round(activity * a.axons)
    neuron = np.arange(a.neurons)
    fires = neuron < count
    signs = np.where(np.arange(a.axon_types) % 2, -1, 1)
    return Network(
        a,
        synapses=(rng.random((1, a.neurons, a.axons)) < DENSITY),
        axon_types=(np.arange(a.axons) % a.axon_types)[None],
        weights=np.where(fires[:, None], 1, signs * 3)[None],
        weight_stochastic=stochastic,
        leak=fires.astype(np.int64)[None],
        threshold=np.where(fires, 1, a.threshold_limit)[None],
        negative_threshold=a.threshold_limit,
        threshold_mask=np.where(fires, 0, 5 * stochastic)[None],
        axon=rng.permutation(a.axons)[neuron % a.axons][None],
        delay=fires.astype(np.int64)[None],
    )


def measure_cycles(architecture: Architecture, core: str) -> Iterator[Cycles]:
    """Yield what every activity costs, without stochastic synapses and with nothing else."""
    with compiled_chip(architecture, (), core=core) as chip:
        for stochastic in (False, True):
            for activity in ACTIVITIES:
                yield _cycles(chip, architecture, core, stochastic, activity)


def _cycles(
    chip: ChipModel, architecture: Architecture, core: str, stochastic: bool, activity: float
) -> Cycles:
    network = busy_network(architecture, activity, stochastic=stochastic)
    golden = simulate(network, ticks=TICKS)
    program(chip, network)
    run = chip.run(TICKS)
    pairs = (run.spikes, golden.spikes), (run.potentials, golden.potentials)
    same = all(bool(np.all(np.asarray(got) == np.asarray(wanted))) for got, wanted in pairs)
    events = golden.synaptic_events[:, 0]
    counted = core == "event" or stochastic
    beyond = run.busy_cycles - architecture.neurons - (events if counted else 0)
    # In tick 0 no axon has spiked yet.
    return Cycles(
        core=core,
        stochastic=stochastic,
        activity=activity,
        events=float(events[1:].mean()),
        cycles=float(run.busy_cycles[1:].mean()),
        beyond=int(beyond.max()),
        same=same,
    )


def measure_speed(architecture: Architecture, core: str, *, root: Path | None = None) -> Speed:
    """Build a mesh and time its ticks.

    Parameters
    ----------
    architecture : Architecture
    core : {"event", "neuron"}
    root : Path, optional
        Folder of builds, see `cache.default_root`.
    """
    # The Verilog and a model of all, or of the tile and of the rest.
    wanted = 3 if architecture.cores > FLAT_CORES else 2
    before = _builds(root)
    network = recurrent_network(architecture, 1, density=DENSITY, rate=RATE)
    network.attached = ()
    start, spent_before = time.perf_counter(), sum(os.times()[:4])
    with compiled_chip(architecture, (), core=core, root=root) as chip:
        built, processor = time.perf_counter() - start, sum(os.times()[:4]) - spent_before
        made = len(_builds(root) - before)
        program(chip, network)
        # As long as the longest delay, until as many spikes arrive as leave.
        chip.run(architecture.delay_slots, potentials=False)
        begun = time.perf_counter()
        chip.run(4, potentials=False)
        each = (time.perf_counter() - begun) / 4
        ticks = max(4, min(4096, round(SECONDS / WINDOWS / each)))
        windows = []
        for _ in range(WINDOWS):
            begun = time.thread_time()
            run = chip.run(ticks, potentials=False)
            windows.append(ticks / (time.thread_time() - begun))
    return Speed(
        core=core,
        cores=architecture.cores,
        build_seconds=built,
        build_processor=processor,
        builds="cached" if not made else "new" if made == wanted else "partly new",
        ticks_per_second=max(windows),
        median=statistics.median(windows),
        cycles=float(run.cycles.mean()),
    )


def _builds(root: Path | None) -> set[str]:
    """Return the finished builds in a folder of builds."""
    names = ("verilog-*", "mesh_harness-*", "tile_block-*")
    found = (path for name in names for path in (root or default_root()).glob(name))
    return {path.name for path in found if path.suffix != ".partial"}
