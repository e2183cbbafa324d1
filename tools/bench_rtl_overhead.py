"""What `spikewright run --engine rtl` costs beyond the compiled model itself."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from spikewright.golden import Architecture, Recording
from spikewright.golden.workloads import recurrent_network, steady_spikes
from spikewright.tools.bench_rtl import DENSITY, RATE
from spikewright.tools.engine import compiled_chip, program
from spikewright.tools.run_network import run_network
from spikewright.tools.run_warm import Engine
from spikewright.verif.chip_packets import packets_from_spikes

__all__ = ["LIMIT", "Overhead", "measure_overhead"]

LIMIT = 1.3
"""The most that a run may cost, in times of a bare loop around the model."""

STIMULUS = 0.002
"""Spikes from outside, an axon and tick."""

WINDOWS = 5
SECONDS, MOST_TICKS = 1.0, 2000
"""About how long one window takes, and at most."""


@dataclass(frozen=True, kw_only=True)
class Overhead:
    """A run and a bare loop, one after the other, several times.

    Members
    -------
    core : {"event", "neuron"}
    cores, ticks : int
    cycles : float
        Clock cycles a tick, which were the same.
    run_seconds, bare_seconds : float
        Processor time of all ticks: from stimulus to recording, and of the loop in C++.
    same : bool
        Whether both came to the same potentials.
    """

    core: str
    cores: int
    ticks: int
    cycles: float
    run_seconds: float
    bare_seconds: float
    same: bool

    @property
    def ratio(self) -> float:
        """What the whole run costs, in times of the bare loop."""
        return self.run_seconds / self.bare_seconds

    @property
    def ok(self) -> bool:
        """The ratio is within its limit, and both did the same."""
        return self.same and self.ratio <= LIMIT

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "ok": self.ok}


def measure_overhead(architecture: Architecture, core: str) -> Overhead:
    """Run a busy network as `spikewright run` does, and the same model in a bare loop.

    The bare loop clocks the model until each tick is over, with its stimulus in an array of C++,
    and looks at nothing else. Both have the same model, programmed alike, and the same stimulus.
    """
    network = recurrent_network(architecture, 1, density=DENSITY, rate=RATE)
    network.attached = ()
    slots = architecture.delay_slots
    engine = Engine(network, "rtl", None, patient=True, feed=_nothing, core=core)
    run_seconds = bare_seconds = 0.0
    cycles = 0
    with closing(engine.simulator), compiled_chip(architecture, ("west",), core=core) as chip:
        program(chip, network)
        # As long as the longest delay, until as many spikes arrive as leave.
        begun = time.process_time()
        chip.run_bare(slots)
        each = (time.process_time() - begun) / slots
        _run(engine, slots)
        ticks = max(1, min(MOST_TICKS, round(SECONDS / max(each, 1e-9))))
        end = slots + WINDOWS * ticks
        # As packets they enter in the tick before their own.
        spikes = steady_spikes(architecture, 1, end - slots - 1, rate=STIMULUS)
        spikes["tick"] += slots + 1
        packets = packets_from_spikes(spikes, architecture)
        packets = packets[np.argsort(packets["tick"], kind="stable")]
        begun = time.process_time()
        engine.simulator.inject(spikes)
        run_seconds += time.process_time() - begun
        for first in range(slots, end, ticks):
            begun = time.process_time()
            _run(engine, first + ticks)
            run_seconds += time.process_time() - begun
            low, high = np.searchsorted(packets["tick"], (first, first + ticks))
            begun = time.process_time()
            cycles += chip.run_bare(ticks, packets[low:high])
            bare_seconds += time.process_time() - begun
        # What the bare loop came to, one more tick shows.
        _run(engine, end + 1)
        same = bool(np.array_equal(chip.run_sparse(1).last, engine.simulator.potentials))
    return Overhead(
        core=core,
        cores=architecture.cores,
        ticks=WINDOWS * ticks,
        cycles=cycles / (WINDOWS * ticks),
        run_seconds=run_seconds,
        bare_seconds=bare_seconds,
        same=same,
    )


def _nothing(_simulator: Any) -> None:
    """Nothing has to be handed to another engine: none takes over."""


def _run(engine: Engine, until: int) -> None:
    simulator = engine.simulator
    done = Recording.empty(simulator.network.architecture, simulator.tick)
    run_network(engine, until, done=done, stopped=lambda: False, quiet=True)
