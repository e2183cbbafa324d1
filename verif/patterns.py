"""When a stream moves: generators of idle time for senders and of back-pressure for receivers.

A pattern is a sequence of runs (go, stop): so many cycles in which the side is willing, so many in
which it is not. The bench crosses every pattern of the sender with every pattern of the receiver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

__all__ = ["FREE", "PATTERNS", "runs"]

FREE = "free"


def _random(rng: Random) -> Iterator[tuple[int, int]]:
    """Change its mind about every other cycle."""
    while True:
        yield _geometric(rng), _geometric(rng)


def _geometric(rng: Random) -> int:
    count = 1
    while rng.random() < 0.5:
        count += 1
    return count


def _bursty(rng: Random) -> Iterator[tuple[int, int]]:
    while True:
        yield rng.randint(1, 24), rng.randint(1, 24)


def _stalled(rng: Random) -> Iterator[tuple[int, int]]:
    """Stop until everything behind has come to a halt, then go for a long time."""
    while True:
        yield 0, rng.randint(60, 300)
        yield rng.randint(100, 400), 0


_GENERATORS: dict[str, Callable[[Random], Iterator[tuple[int, int]]]] = {
    "random": _random,
    "bursty": _bursty,
    "stalled": _stalled,
}

PATTERNS = (FREE, *_GENERATORS)
"""Names of the patterns; `FREE` never stops."""


def runs(name: str, rng: Random) -> Iterator[tuple[int, int]]:
    """Return the runs of a pattern other than `FREE`, without end."""
    return _GENERATORS[name](rng)
