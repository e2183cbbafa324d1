"""A network's ticks on any engine, in parts short enough that an interrupt is answered at once."""

from __future__ import annotations

import importlib.util
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Recording, State
from spikewright.tools.compare import DEFAULT_TICKS, LAST_TICK
from spikewright.tools.console import progress
from spikewright.tools.errors import UserError
from spikewright.tools.run_warm import Engine

__all__ = [
    "Run",
    "choose_engine",
    "feed",
    "long_enough",
    "run_network",
    "stop_signals",
]

Events = NDArray[np.void]

# How long one call of an engine may take: an interrupt waits as long as that.
CALL_SECONDS = 0.2
# The first call may have found the engine cold: the next ones grow by steps.
GROWTH = 8

# Cores times ticks from which loading the compiled engine costs less than it saves.
FAST_WORK = 20_000


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run came to.

    Members
    -------
    recording : Recording
        Of all ticks from tick 0, those before a resumption included.
    ticks : int
        That were wanted.
    ticks_here, seconds : int, float
        What was run by this process, and how long the engine took for it.
    """

    recording: Recording
    ticks: int
    ticks_here: int
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether all ticks were run."""
        return self.recording.ticks == self.ticks


def choose_engine(name: str, network: Network, ticks: int) -> tuple[str, str]:
    """Return the engine that a name stands for, and why it was chosen if that was "auto"."""
    if name != "auto":
        return name, ""
    work = network.architecture.cores * ticks
    if work < FAST_WORK:
        return "numpy", f"auto: {work} core ticks would not pay for loading numba"
    if importlib.util.find_spec("numba") is None:
        return "numpy", "auto: numba is not installed; pip install 'spikewright[fast]'"
    return "numba", f"auto: {work} core ticks pay for loading it"


def long_enough(network: Network, *ticks: NDArray[np.int64]) -> int:
    """Return how many ticks it takes until whatever the last event sets off has been delivered.

    Parameters
    ----------
    network : Network
    *ticks : ndarray of int64
        Of events, each kind by itself.
    """
    last = max((int(kind.max()) for kind in ticks if len(kind)), default=-1)
    if last > LAST_TICK:
        raise UserError(
            f"--ticks must be given where events reach beyond tick {LAST_TICK}, here to {last}."
        )
    return max(last + 1 + network.architecture.delay_slots, DEFAULT_TICKS)


def feed(simulator: Any, spikes: Events, packets: Events) -> None:
    """Hand an engine the events that are still to come.

    Packets of the tick that was run last have entered in it; before the first tick there was none.
    """
    tick = simulator.tick
    simulator.inject(spikes[spikes["tick"] >= tick])
    simulator.inject_packets(packets[packets["tick"] >= (tick or -1)])


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Yield what tells whether SIGINT or SIGTERM came.

    Within the block neither does anything else: results are written whole, however often somebody
    presses Ctrl-C.
    """
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_network(
    engine: Engine,
    ticks: int,
    *,
    done: Recording,
    stopped: Callable[[], bool],
    save: Callable[[State, Recording], None] | None = None,
    every: int | None = None,
    quiet: bool = False,
) -> Run:
    """Run an engine up to a tick, or until it is stopped.

    Parameters
    ----------
    engine : Engine
        Its simulator has its events, and stands after the last tick of ``done``.
    ticks : int
        How many there are to be in all.
    done : Recording
        From tick 0. What it watches is watched further.
    stopped : callable
        Asked several times a second.
    save : callable, optional
        Given the state and the recording so far after each tick that ``every`` divides.
    every : int, optional
    quiet : bool
        Show no progress: somebody else does.
    """
    simulator = engine.simulator
    first = simulator.tick
    parts = [done]
    count, seconds = 1, 0.0
    shown = nullcontext(_unseen) if quiet else progress("Running", ticks - first, rate="ticks")
    with shown as advance:
        while simulator.tick < ticks and not stopped():
            end = ticks if every is None else min(ticks, (simulator.tick // every + 1) * every)
            count = min(count, end - simulator.tick)
            before = time.perf_counter()
            parts.append(simulator.run(count, done.watch))
            took = time.perf_counter() - before
            seconds += took
            _fold(parts)
            advance(count)
            if every is not None and simulator.tick % every == 0 and save is not None:
                parts = [Recording.joined(parts)]
                save(simulator.state(), parts[0])
            engine.take_over()
            if engine.simulator is not simulator:
                # Much faster from here on.
                simulator, count = engine.simulator, GROWTH * count
            count = max(1, min(GROWTH * count, int(count * CALL_SECONDS / max(took, 1e-6))))
    return Run(
        recording=Recording.joined(parts),
        ticks=ticks,
        ticks_here=simulator.tick - first,
        seconds=seconds,
    )


def _unseen(_steps: int) -> None:
    """Take a step of which nothing is shown."""


def _fold(parts: list[Recording]) -> None:
    """Join short parts to their like: few are left, and none is copied often."""
    while len(parts) > 1 and parts[-2].ticks <= parts[-1].ticks:
        parts[-2:] = [Recording.joined(parts[-2:])]
