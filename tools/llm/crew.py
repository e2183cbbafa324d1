"""Threads that work through a plan, and stop in good order: at a failure, or when interrupted."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from spikewright.tools.console import err
from spikewright.tools.llm.failure import ModelFailure

__all__ = ["GRACE", "crew"]

GRACE = 10.0
"""Seconds that work under way gets to end, and answers to be recorded, after an interrupt."""

_Result = TypeVar("_Result")


def crew(
    work: Callable[..., tuple[_Result, ModelFailure | None]],
    plan: Iterable[tuple[Any, ...]],
    jobs: int,
    stop: threading.Event,
) -> Iterator[tuple[_Result, ModelFailure | None]]:
    """Do work on threads, and yield results as they come.

    Parameters
    ----------
    work : callable
        Takes the arguments of one piece; its result has the failure that ended it, if one did.
    plan : iterable of tuple
        The arguments of each piece.
    jobs : int
        Threads.
    stop : Event
        Set when nothing more may begin: after a failure that is fatal, or an interrupt.

    Raises
    ------
    ModelFailure, KeyboardInterrupt
        Why it has stopped, when everything that still ended in time has been yielded.
    """
    own = _Crew(work, plan, jobs, stop)
    try:
        yield from own.results()
    finally:
        stop.set()
    if own.reason is not None:
        raise own.reason


class _Crew:
    """Threads, and what they bring."""

    def __init__(
        self,
        work: Callable[..., tuple[Any, ModelFailure | None]],
        plan: Iterable[tuple[Any, ...]],
        jobs: int,
        stop: threading.Event,
    ) -> None:
        self._work, self._plan, self._stop = work, deque(plan), stop
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._alive, self._until = min(jobs, len(self._plan)), float("inf")
        self.reason: BaseException | None = None
        for _ in range(self._alive):
            # An answer that is long in coming must not keep the process alive.
            threading.Thread(target=self._loop, daemon=True).start()

    def results(self) -> Iterator[tuple[Any, ModelFailure | None]]:
        """Everything that ends, until all has or time is up."""
        while self._alive:
            try:
                item = self._ended.get(timeout=self._patience())
            except queue.Empty:
                if time.monotonic() >= self._until:
                    return
            except KeyboardInterrupt as interrupt:
                self._interrupt(interrupt)
            else:
                if item is None:
                    self._alive -= 1
                elif isinstance(item, BaseException):
                    raise item
                else:
                    yield item

    def _loop(self) -> None:
        while self._plan and not self._stop.is_set():
            try:
                piece = self._plan.popleft()
            except IndexError:
                break
            try:
                result = self._work(*piece)
                self._look(result[1])
                self._ended.put(result)
            except BaseException as error:  # noqa: BLE001 (told to the thread that waits)
                self._ended.put(error)
        self._ended.put(None)

    def _patience(self) -> float:
        """Seconds to wait: a wait without end would not see an interrupt on every system."""
        return max(0.0, min(self._until - time.monotonic(), 60.0))

    def _interrupt(self, interrupt: KeyboardInterrupt) -> None:
        if isinstance(self.reason, KeyboardInterrupt):
            raise interrupt
        self.reason, self._until = interrupt, time.monotonic() + GRACE
        self._stop.set()
        text = f"Stopping: what is under way gets {GRACE:g} s. Interrupt again to leave at once."
        err.print(text, markup=False)

    def _look(self, failure: ModelFailure | None) -> None:
        if failure is not None and failure.fatal:
            self.reason = self.reason or failure
            self._stop.set()
