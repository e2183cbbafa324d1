"""Stages of a long command: what is being done now, and at the end how long each took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from spikewright.tools.console import QUIET_SECONDS, err

__all__ = ["Stages"]


class Stages:
    """Stages in the order in which they were done.

    Members
    -------
    seconds : dict
        By title.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @staticmethod
    def sentence(seconds: dict[str, float]) -> str:
        """Return what took how long."""
        parts = (f"{title[:1].lower()}{title[1:]} {took:.1f} s" for title, took in seconds.items())
        return ", ".join(parts)

    @contextmanager
    def timed(self, title: str) -> Iterator[None]:
        """Take the time of a block that shows its own progress."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[title] = self.seconds.get(title, 0.0) + time.perf_counter() - start

    @contextmanager
    def show(self, title: str) -> Iterator[None]:
        """Take the time of a block, and show on standard error that it is alive.

        A terminal gets a moving bar with the time so far, which disappears at the end. Anything
        else gets one line, where the block takes longer than a moment.
        """
        with self.timed(title), _bar(title) if err.is_terminal else _line(title):
            yield


@contextmanager
def _bar(title: str) -> Iterator[None]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as display:
        # How long a compiler takes nobody knows beforehand: without a total the bar just moves.
        display.add_task(title, total=None)
        yield


@contextmanager
def _line(title: str) -> Iterator[None]:
    def say() -> None:
        err.print(f"{title} ...", markup=False, soft_wrap=True)

    timer = threading.Timer(QUIET_SECONDS, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
