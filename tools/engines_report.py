"""Hold the two engines of the golden model against each other, network after network.

Every network runs on the reference and, with threads, on the compiled engine; whatever a tick
leaves behind is compared. Then the compiled engine goes on by itself from the reference's state of
some tick, in the sparse form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import (
    Network,
    Recording,
    Simulator,
    State,
    TickResult,
    Trace,
    fast,
    make_simulator,
)
from spikewright.golden.trace import recorded, stacked
from spikewright.tools.engines_cases import TICKS, Case, draw
from spikewright.tools.engines_features import FEATURES, Watcher, of_network

__all__ = ["Difference", "Report", "compare", "hold"]

_DENSE = (
    "spikes",
    "potentials",
    "random_state",
    "synaptic_events",
    "late",
    "off_mesh",
)
_SPARSE = (
    "first_tick",
    "spikes_per_tick",
    "spike_index",
    "synaptic_events_per_tick",
    "synaptic_events_per_core",
    "late_per_tick",
    "late_per_core",
    "off_mesh",
    "outputs",
    "watch",
    "potentials",
)
_STATE = ("tick", "potentials", "scheduler", "random_state")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first place where the engines differ in a network.

    Members
    -------
    seed : int
    threads : int
        Of the compiled engine.
    text : str
        Place, what it is, and both values.
    """

    seed: int
    threads: int
    text: str

    @property
    def again(self) -> str:
        """The command that runs this network alone."""
        return f"spikewright engines --networks 1 --seed {self.seed}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {**asdict(self), "again": self.again}


@dataclass(kw_only=True)
class Report:
    """What a campaign compared.

    Members
    -------
    networks, ticks, potentials, spikes : int
        Ticks are those of the reference, potentials one a neuron and tick.
    threads : dict of int to int
        Networks by the threads that the compiled engine used.
    features : dict of str to int
        In how many networks each feature was met.
    differences : list of Difference
        At most one a network.
    """

    networks: int = 0
    ticks: int = 0
    potentials: int = 0
    spikes: int = 0
    threads: Counter[int] = field(default_factory=Counter)
    features: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FEATURES, 0))
    differences: list[Difference] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        values = {name: getattr(self, name) for name in ("networks", "ticks", "potentials")}
        return {
            "ok": not self.differences,
            **values,
            "spikes": self.spikes,
            "threads": {str(count): self.threads[count] for count in sorted(self.threads)},
            "features": self.features,
            "differences": [difference.to_dict() for difference in self.differences],
        }


def hold(
    seeds: Iterable[int],
    *,
    stop_early: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Hold the engines against each other in the network of each seed.

    Parameters
    ----------
    seeds : iterable of int
    stop_early : bool
        Whether the first difference ends it.
    progress : callable
        Called with the number of networks that were done since the last call.
    """
    report = Report()
    for seed in seeds:
        compare(draw(seed), report)
        progress(1)
        if stop_early and report.differences:
            break
    return report


def compare(case: Case, report: Report) -> None:
    """Run a case on both engines, and add to the report."""
    network = case.network
    simulator = Simulator(network)
    _inject(simulator, case, 0)
    watcher = Watcher(simulator, case.spikes)
    results, begin = [], simulator.state()
    for _ in range(TICKS):
        if simulator.tick == case.cut:
            begin = simulator.state()
        results.append(watcher.step())
    # A network this small would get one thread.
    with mock.patch.object(fast, "CORES_A_THREAD", 1):
        compiled = make_simulator(network, "numba", case.threads)
    first = _first_difference(case, results, begin, simulator.state(), compiled)
    if first is not None:
        difference = Difference(seed=case.seed, threads=compiled.threads, text=first)
        report.differences.append(difference)
    report.networks += 1
    report.ticks += len(results)
    report.potentials += len(results) * network.potential.size
    report.spikes += sum(int(result.spikes.sum()) for result in results)
    report.threads[compiled.threads] += 1
    for name in watcher.found | of_network(network, compiled.threads):
        report.features[name] += 1


def _inject(simulator: Any, case: Case, first: int) -> None:
    """Hand over what comes from a tick on; before tick 0 there are packets too."""
    simulator.inject(case.spikes[case.spikes["tick"] >= first])
    simulator.inject_packets(case.packets[case.packets["tick"] >= (first or -1)])


def _first_difference(
    case: Case, results: list[TickResult], begin: State, end: State, compiled: Any
) -> str | None:
    """Return the first difference of a case in words."""
    _inject(compiled, case, 0)
    expected, trace = stacked(results), compiled.trace(TICKS)
    found = list(_in_traces(case.network, expected, trace))
    if found:
        return min(found)[1]
    for name in _STATE:
        if not _same(getattr(end, name), getattr(compiled.state(), name)):
            return f"after the last tick: {name}"
    if not _same(expected.outputs, trace.outputs):
        return "packets out over the edges"
    compiled.restore(begin)
    _inject(compiled, case, case.cut)
    run = compiled.run(TICKS - case.cut, case.watch)
    later = [recorded(case.network.architecture, r, case.watch) for r in results[case.cut :]]
    recording = Recording.joined(later)
    for name in _SPARSE:
        if not _same(getattr(recording, name), getattr(run, name)):
            return f"run from tick {case.cut} on: {name}"
    if not _same(end.potentials, compiled.potentials):
        return f"run from tick {case.cut} on: potentials after the last tick"
    return None


def _in_traces(network: Network, one: Trace, other: Trace) -> Iterator[tuple[int, str]]:
    """Yield the tick and the words of the first difference in each array."""
    for name in _DENSE:
        slow: NDArray[Any] = getattr(one, name)
        quick: NDArray[Any] = getattr(other, name)
        if _same(slow, quick):
            continue
        if slow.shape != quick.shape:
            yield 0, f"{name}: shape {slow.shape} (numpy), {quick.shape} (numba)"
            continue
        if slow.dtype != quick.dtype:
            yield 0, f"{name}: {slow.dtype} (numpy), {quick.dtype} (numba)"
            continue
        place = tuple(int(i) for i in np.argwhere(slow != quick)[0])
        words = f"tick {place[0]}"
        if len(place) > 1:
            y, x = divmod(place[1], network.architecture.width)
            words += f", core ({x}, {y})"
        if len(place) > 2:
            words += f", neuron {place[2]}"
        yield place[0], f"{words}: {name} {slow[place]} (numpy), {quick[place]} (numba)"


def _same(one: Any, other: Any) -> bool:
    """Return whether values and types are the same."""
    one, other = np.asarray(one), np.asarray(other)
    return one.dtype == other.dtype and np.array_equal(one, other)
