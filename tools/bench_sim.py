"""How fast the golden model's engines are, and how near to what the memory allows.

All figures of a report come from one run, and every time is the median of several, taken in turn.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from spikewright.golden import Architecture, Network, make_simulator
from spikewright.golden.fast import FastSimulator
from spikewright.golden.workloads import recurrent_network, resting_network, steady_spikes
from spikewright.tools.bench_bytes import bytes_per_tick

__all__ = ["Measured", "Plan", "Setup", "bandwidth", "measure", "plans"]

SECONDS = 1.5
"""About how long one timing takes."""

PART = 64
"""Ticks in one call."""

LINE = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How to measure.

    Members
    -------
    threads : int
        Of the compiled engine, and of the copy that measures the memory.
    repeats : int
        Timings, of which the median counts.
    bandwidth : float
        Bytes a second that a copy reads and writes.
    """

    threads: int
    repeats: int
    bandwidth: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One network to measure.

    Members
    -------
    title : str
    side : int
        Cores along each edge of the mesh.
    density : float
        Share of connected synapses.
    rate : float
        Spikes a neuron and tick; of stimulus an axon and tick where the network rests.
    mixed, resting : bool
        See `workloads`.
    engines : tuple of str
    """

    title: str
    side: int
    density: float = 0.125
    rate: float = 0.02
    mixed: bool = False
    resting: bool = False
    engines: tuple[str, ...] = ("numba",)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one engine did on one network.

    Members
    -------
    plan : Plan
    engine : str
    ticks_per_second : float
    firing : float
        Spikes a neuron and tick.
    synaptic_events : float
        A tick.
    bytes_per_tick : float or None
        That must come from memory or go there, if a tick leaves nothing in the caches.
    bound : float or None
        Ticks a second if all of that took as long as a copy of as many bytes, and nothing else
        took time.
    """

    plan: Plan
    engine: str
    ticks_per_second: float
    firing: float
    synaptic_events: float
    bytes_per_tick: float | None
    bound: float | None

    @property
    def operations(self) -> float:
        """Synaptic operations a second."""
        return self.synaptic_events * self.ticks_per_second

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        plan = asdict(self.plan)
        plan.pop("engines")
        cores = plan.pop("side") ** 2
        values = {k: v for k, v in asdict(self).items() if k != "plan"}
        fraction = None if self.bound is None else self.ticks_per_second / self.bound
        return {
            **plan,
            "cores": cores,
            **values,
            "synaptic_operations_per_second": self.operations,
            "fraction_of_bound": fraction,
        }


def plans(sides: list[int], *, activity: bool) -> list[Plan]:
    """Return what to measure: sizes, kinds of the largest one, and how cost grows with activity."""
    found = [Plan(title="size", side=side, engines=("numba", "numpy")) for side in sides]
    largest = max(sides)
    found.append(Plan(title="half of the synapses", side=largest, density=0.5))
    found.append(Plan(title="every neuron of its own kind", side=largest, mixed=True))
    if activity:
        found += [
            Plan(title="activity, all neurons leak", side=largest, rate=rate)
            for rate in (0.001, 0.005, 0.05, 0.2)
        ]
        found += [
            Plan(title="activity, neurons rest", side=largest, rate=rate, resting=True)
            for rate in (0.0, 0.0001, 0.001, 0.02)
        ]
    return found


def bandwidth(threads: int, repeats: int = 5) -> float:
    """Return the bytes a second that threads read and write when they copy (STREAM's copy)."""
    sources = [np.ones(LINE // 8) for _ in range(threads)]
    targets = [np.zeros(LINE // 8) for _ in range(threads)]
    best = 0.0
    for _ in range(repeats):
        start = time.perf_counter()
        workers = [
            threading.Thread(target=np.copyto, args=(target, source))
            for source, target in zip(sources, targets, strict=True)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        best = max(best, threads * 2 * LINE / (time.perf_counter() - start))
    return best


def _network(plan: Plan) -> Network:
    architecture = Architecture.preset("truenorth").with_mesh(plan.side, plan.side)
    if plan.resting:
        return resting_network(architecture, 1, density=plan.density)
    return recurrent_network(
        architecture, 1, density=plan.density, rate=plan.rate, mixed=plan.mixed
    )


def measure(chosen: list[Plan], setup: Setup, advance: Callable[[int], None]) -> Iterator[Measured]:
    """Measure networks one after the other; ``advance`` is told of each one done."""
    for plan in chosen:
        network = _network(plan)
        timed = {engine: _Timed(plan, network, engine, setup) for engine in plan.engines}
        for _ in range(setup.repeats):
            for run in timed.values():
                run.once()
        for run in timed.values():
            yield run.result(setup)
        advance(1)


class _Timed:
    """One engine on one network, past its first ticks."""

    def __init__(self, plan: Plan, network: Network, engine: str, setup: Setup) -> None:
        self.plan, self.network, self.engine = plan, network, engine
        self.simulator = make_simulator(network, engine, setup.threads)
        self.seconds: list[float] = []
        self.spikes = self.events = 0
        # The first call of all compiles; then some ticks tell how many fit the time.
        self._run(2)
        start = time.perf_counter()
        self._run(4)
        each = (time.perf_counter() - start) / 4
        self.ticks = max(4, min(4096, math.ceil(SECONDS / each)))
        # New memory is slow at first, and a processor that was idle is too.
        self._run(self.ticks)

    def _run(self, ticks: int) -> Any:
        if self.plan.resting:
            a = self.network.architecture
            events = steady_spikes(a, self.simulator.tick, ticks, rate=self.plan.rate)
            events["tick"] += self.simulator.tick
            self.simulator.inject(events)
        return self.simulator.run(ticks)

    def once(self) -> None:
        """Time some ticks."""
        if self.plan.resting:
            a = self.network.architecture
            events = steady_spikes(a, self.simulator.tick, self.ticks, rate=self.plan.rate)
            events["tick"] += self.simulator.tick
            self.simulator.inject(events)
        start = time.perf_counter()
        # In parts, as a program would that does something with the spikes: to put a minute's worth
        # of them into one array is another matter.
        for done in range(0, self.ticks, PART):
            recording = self.simulator.run(min(PART, self.ticks - done))
            self.spikes += len(recording.spike_index)
            self.events += int(recording.synaptic_events_per_tick.sum())
        self.seconds.append(time.perf_counter() - start)

    def result(self, setup: Setup) -> Measured:
        """Return the median of the timings."""
        a = self.network.architecture
        ticks = self.ticks * len(self.seconds)
        size = bound = None
        if isinstance(self.simulator, FastSimulator):
            stimulus = self.plan.rate * a.cores * a.axons if self.plan.resting else 0.0
            size = bytes_per_tick(self.simulator, self.spikes / ticks, stimulus)
            bound = setup.bandwidth / size
        return Measured(
            plan=self.plan,
            engine=self.engine,
            ticks_per_second=self.ticks / median(self.seconds),
            firing=self.spikes / ticks / (a.cores * a.neurons),
            synaptic_events=self.events / ticks,
            bytes_per_tick=size,
            bound=bound,
        )
