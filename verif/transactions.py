"""What agents tell each other: observations at the pins, and the items that drivers carry out.

An observation carries `cycle`, the number of the rising clock edge at which it was sampled. The
value at an edge is the one from just before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyuvm import uvm_sequence_item

__all__ = [
    "Boundary",
    "ConfigBurst",
    "ConfigWrite",
    "Counters",
    "PayloadBurst",
    "ResetDone",
    "ResetItem",
    "Retirement",
    "TickItem",
    "Transfer",
    "Violation",
]


@dataclass(frozen=True)
class ConfigWrite:
    """One write at the configuration port.

    Members
    -------
    core, space, address, data : int
        As the port takes them.
    cycle : int
        When it was observed; -1 in what a driver is given.
    busy, starting : bool
        What `busy` and `start` of the chip were then.
    """

    core: int
    space: int
    address: int
    data: int
    cycle: int = -1
    busy: bool = False
    starting: bool = False


@dataclass(frozen=True)
class Transfer:
    """One packet that passed a stream.

    Members
    -------
    port : str
        Name of the stream.
    payload : int
    cycle : int
    """

    port: str
    payload: int
    cycle: int


@dataclass(frozen=True)
class Violation:
    """A rule of a handshake that was broken, as one sentence."""

    text: str
    cycle: int


@dataclass(frozen=True)
class Retirement:
    """One neuron whose new potential was stored."""

    core: int
    neuron: int
    potential: int
    spike: bool
    cycle: int


@dataclass(frozen=True)
class Counters:
    """The chip's errors: counters by core and by open edge port, and its flag `unsettled`."""

    late: tuple[int, ...] = ()
    overrun: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    off_mesh: dict[tuple[str, int], int] = field(default_factory=dict)
    unsettled: bool = False


@dataclass(frozen=True)
class Boundary:
    """A start was seen, or the end of a program.

    Members
    -------
    slot : int or None
        With the start; None at the end of a program.
    cycle : int
    counters : Counters
        Just before that edge, so they belong to the tick before.
    """

    slot: int | None
    cycle: int
    counters: Counters


@dataclass(frozen=True)
class ResetDone:
    """The chip has become able to start ticks after a reset.

    Members
    -------
    cycle : int
    cycles : int
        Since the end of the reset.
    counters : Counters
        Right after the reset.
    """

    cycle: int
    cycles: int
    counters: Counters


class ConfigBurst(uvm_sequence_item):
    """Writes, one a cycle."""

    def __init__(self, writes: Sequence[ConfigWrite]) -> None:
        super().__init__("config_burst")
        self.writes = writes


class PayloadBurst(uvm_sequence_item):
    """Packets for one stream, in this order; the driver's pattern says when."""

    def __init__(self, payloads: Sequence[int]) -> None:
        super().__init__("payload_burst")
        self.payloads = payloads


class TickItem(uvm_sequence_item):
    """Something to do with the time of the chip.

    Parameters
    ----------
    slot : int or None
        Start a tick with this slot; None only waits.
    quiet : bool
        Wait for `quiescent` first.
    not_before : int
        Wait for this cycle first.
    hold : int
        Cycles for which `start` stays.
    """

    def __init__(
        self, slot: int | None, *, quiet: bool = True, not_before: int = 0, hold: int = 1
    ) -> None:
        super().__init__("tick")
        self.slot = slot
        self.quiet = quiet
        self.not_before = not_before
        self.hold = hold


class ResetItem(uvm_sequence_item):
    """Reset the chip."""

    def __init__(self, cycles: int = 2) -> None:
        super().__init__("reset")
        self.cycles = cycles
