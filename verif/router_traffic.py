"""Traffic for one router: which packets go in where, and when; random by seed, directed by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.verif.config_words import packet_word
from spikewright.verif.errors import ToolError
from spikewright.verif.patterns import FREE, PATTERNS

__all__ = ["PORTS", "ROUTER_CASES", "Traffic", "directed_traffic", "hop", "random_traffic"]

PORTS = ("local", "east", "west", "north", "south")

Generator = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Packets for one router.

    Members
    -------
    bursts : dict
        Payloads by input, in order.
    one_by_one : bool
        Each packet finds the router empty.
    full_rate : bool
        Each output must give a packet in every cycle between its first and its last.
    idle, stall : str
        Patterns of the senders and of the receivers.
    seed : int
        Of the patterns.
    """

    bursts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    one_by_one: bool = False
    full_rate: bool = False
    idle: str = FREE
    stall: str = FREE
    seed: int = 0


def hop(dx: int, dy: int) -> tuple[str, int, int]:
    """Return where a packet leaves, and the steps still to go from there: x first, then y."""
    if dx:
        return ("east", dx - 1, dy) if dx > 0 else ("west", dx + 1, dy)
    if dy:
        return ("north", dx, dy - 1) if dy > 0 else ("south", dx, dy + 1)
    return "local", 0, 0


def _allowed(a: Architecture, port: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the limits of dx and dy at an input: no packet turns back, or from y to x."""
    low, high = a.offset_range
    return {
        "local": ((low, high), (low, high)),
        "west": ((0, high), (low, high)),
        "east": ((low, 0), (low, high)),
        "south": ((0, 0), (0, high)),
        "north": ((0, 0), (low, 0)),
    }[port]


class _Tags:
    """Packets that can be told apart by slot and axon, which are all that is left at the end."""

    def __init__(self, a: Architecture, rng: Generator) -> None:
        self._word = packet_word(a)
        self._axons = a.axons
        self._free = rng.permutation(a.axons * a.delay_slots).tolist()

    @property
    def left(self) -> int:
        return len(self._free)

    def packet(self, dx: int, dy: int) -> int:
        tag = self._free.pop()
        values = {"dx": dx, "dy": dy, "slot": tag // self._axons, "axon": tag % self._axons}
        return self._word.pack(values)


def _steps_to(rng: Generator, a: Architecture, port: str, goal: str) -> tuple[int, int] | None:
    """Return random steps that bring a packet from an input to an output, if there are any."""
    (low_x, high_x), (low_y, high_y) = _allowed(a, port)
    bounds = {
        "east": ((1, high_x), (low_y, high_y)),
        "west": ((low_x, -1), (low_y, high_y)),
        "north": ((0, 0), (1, high_y)),
        "south": ((0, 0), (low_y, -1)),
        "local": ((0, 0), (0, 0)),
    }[goal]
    if any(low > high for low, high in bounds):
        return None
    (first_x, last_x), (first_y, last_y) = bounds
    return int(rng.integers(first_x, last_x + 1)), int(rng.integers(first_y, last_y + 1))


def _goals(rng: Generator, a: Architecture, port: str) -> list[str]:
    return [goal for goal in PORTS if _steps_to(rng, a, port, goal) is not None]


def random_traffic(a: Architecture, seed: int) -> Traffic:
    """Return the traffic of a seed: uniform, or with one output that most packets want."""
    rng = np.random.default_rng([seed, *b"router"])
    tags = _Tags(a, rng)
    popular = str(rng.choice(PORTS))
    pull = float(rng.choice([0.0, 0.5, 0.95]))
    most = min(tags.left // len(PORTS), 120)
    bursts: dict[str, list[int]] = {}
    for _ in range(int(rng.integers(min(most, 20), most + 1))):
        for port in PORTS:
            goals = _goals(rng, a, port)
            wanted = popular if popular in goals and rng.random() < pull else rng.choice(goals)
            steps = _steps_to(rng, a, port, str(wanted))
            assert steps is not None
            bursts.setdefault(port, []).append(tags.packet(*steps))
    return Traffic(bursts=bursts, idle=PATTERNS[seed % 4], stall=PATTERNS[seed // 4 % 4], seed=seed)


ROUTER_CASES: dict[str, Callable[[Architecture], Traffic]] = {}


def _case(make: Callable[[Architecture], Traffic]) -> Callable[[Architecture], Traffic]:
    ROUTER_CASES[make.__name__.lstrip("_")] = make
    return make


def directed_traffic(name: str, architecture: Architecture) -> Traffic:
    """Return the traffic of a case by name."""
    if name not in ROUTER_CASES:
        raise ToolError(f"Case must be one of {', '.join(ROUTER_CASES)}, not {name!r}")
    return ROUTER_CASES[name](architecture)


@_case
def _every_turn(a: Architecture) -> Traffic:
    """One packet at a time takes every legal way through, in one cycle, with extreme offsets."""
    rng = np.random.default_rng(0)
    tags = _Tags(a, rng)
    bursts: dict[str, list[int]] = {}
    for port in PORTS:
        (low_x, high_x), (low_y, high_y) = _allowed(a, port)
        columns = sorted({low_x, -1, 0, 1, high_x} & set(range(low_x, high_x + 1)))
        rows = sorted({low_y, -1, 0, 1, high_y} & set(range(low_y, high_y + 1)))
        bursts[port] = [tags.packet(dx, dy) for dx in columns for dy in rows]
    return Traffic(bursts=bursts, one_by_one=True)


@_case
def _full_rate(a: Architecture) -> Traffic:
    """Every output is fed by one input: each gives a packet every cycle, push and pop at once."""
    rng = np.random.default_rng(1)
    ways = {"local": (1, 0), "east": (-1, 0), "south": (0, 1), "north": (0, -1), "west": (0, 0)}
    bursts = {}
    for port, steps in ways.items():
        tags = _Tags(a, rng)
        bursts[port] = [tags.packet(*steps) for _ in range(min(tags.left, 64))]
    return Traffic(bursts=bursts, full_rate=True)


@_case
def _crowd(a: Architecture) -> Traffic:
    """All inputs want the same output for long; nobody waits for more than one turn of the rest."""
    tags = _Tags(a, np.random.default_rng(2))
    bursts: dict[str, list[int]] = {port: [] for port in PORTS}
    for _ in range(min(tags.left // len(PORTS), 50)):
        for port in PORTS:
            bursts[port].append(tags.packet(0, 0))
    return Traffic(bursts=bursts, full_rate=True)


@_case
def _stand_still(a: Architecture) -> Traffic:
    """Outputs stand still until all buffers are full, then everything leaves in order."""
    traffic = random_traffic(a, 2)
    return Traffic(bursts=traffic.bursts, stall="stalled", seed=3)
