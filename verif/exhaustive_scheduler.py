"""Scripts for a scheduler: cycle by cycle what goes in, and what must come out."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.architecture import Architecture

from .rig import Int

__all__ = ["Script"]


class Script:
    """Builds columns of inputs, and of outputs after the specification, section "Core".

    It begins right after a reset. The model is a set of (row, axon) and a number: a packet for the
    row that runs is dropped and counted, any other sets its bit if the core has such an axon; a
    start moves the row's bits to the axons that spike.

    Members
    -------
    cases : int
        Packets that were delivered or dropped, or waited for a start.
    """

    def __init__(self, architecture: Architecture) -> None:
        self._slots, self._axons = architecture.delay_slots, architecture.axons
        self._rows = [0] * self._slots
        self._running: int | None = None
        self._slot = 0
        self._spikes = self._late = 0
        self._inputs: list[tuple[int, int, int, int, int, int]] = []
        self._wanted: list[tuple[int, int, int, int]] = []
        self.cases = 0
        self._clear()

    def _cycle(
        self, *, ready: int, rst: int = 0, load: int = 0, packet: Any = None, clearing: int = 0
    ) -> None:
        """Add one cycle: registers show what they held before it."""
        slot, axon = packet or (0, 0)
        self._inputs.append((rst, load, self._slot, packet is not None, slot, axon))
        self._wanted.append((ready, self._spikes, self._late, clearing))
        self.cases += packet is not None

    def _clear(self) -> None:
        """Every row is cleared after a reset, one a cycle; a packet has to wait."""
        for slot in range(self._slots):
            self._cycle(ready=0, packet=(slot, 0) if slot % 2 else None, clearing=1)

    def reset(self) -> None:
        """Reset, and wait until the rows are clear."""
        self._cycle(ready=1, rst=1)
        self._rows = [0] * self._slots
        self._running = None
        self._spikes = self._late = 0
        self._clear()

    def start(self, slot: int, packet: tuple[int, int] | None = None) -> None:
        """Start a tick; a packet that comes in this very cycle must wait."""
        self._slot = slot
        self._cycle(ready=0, load=1, packet=packet)
        self._spikes, self._rows[slot] = self._rows[slot], 0
        self._running = slot

    def deliver(self, slot: int, axon: int) -> None:
        """Deliver a packet."""
        self._cycle(ready=1, packet=(slot, axon))
        if slot == self._running:
            self._late = min(self._late + 1, 0xFFFF)
        elif axon < self._axons:
            self._rows[slot] |= 1 << axon

    def read_all(self, running: int) -> None:
        """Start a tick for each row in turn, so that every bit that is set shows."""
        for step in range(1, self._slots + 1):
            self.start((running + step) % self._slots)

    def columns(self) -> tuple[dict[str, Int], dict[str, Int]]:
        """Return inputs and wanted outputs by port; a packet in its fields."""
        names_in = ("rst", "load", "slot", "delivery__valid", "packet_slot", "axon")
        names_out = ("delivery__ready", "spikes", "late", "clearing")
        inputs, wanted = np.array(self._inputs, np.int64).T, np.array(self._wanted, np.int64).T
        return (
            dict(zip(names_in, inputs, strict=True)),
            dict(zip(names_out, wanted, strict=True)),
        )
