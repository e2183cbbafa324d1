"""Agents for a stream of Amaranth: ports `__valid`, `__payload` and `__ready`.

The rules of the handshake, written once and checked at every stream, ours as well as the chip's:

1. `valid` stays until a cycle in which `ready` is there too.
2. `payload` does not change meanwhile.
3. Neither `valid` nor `ready`, nor the payload of a valid packet, is unknown.

A packet passes in a cycle with both `valid` and `ready`. Nothing here wakes up in a cycle in which
the stream is idle.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import cocotb
from cocotb.simtime import get_sim_time
from cocotb.triggers import Timer
from pyuvm import (
    uvm_agent,
    uvm_analysis_port,
    uvm_component,
    uvm_driver,
    uvm_monitor,
    uvm_root,
    uvm_sequencer,
    uvm_subscriber,
)

from spikewright.verif.patterns import FREE, runs
from spikewright.verif.transactions import Transfer, Violation

__all__ = [
    "PERIOD",
    "ReceiveAgent",
    "SendAgent",
    "StreamMonitor",
    "StreamPort",
    "cycle",
    "send_packets",
]

PERIOD = 10_000
"""Steps of simulated time in a clock cycle: 10 ns in ps, the precision of every build."""


def cycle() -> int:
    """Return the number of the last rising edge of the clock; they are in the middle of periods."""
    return int(get_sim_time("step")) // PERIOD


class StreamPort:
    """The handles of one stream."""

    def __init__(self, dut: Any, name: str) -> None:
        self.name = name
        self.clk, self.rst = dut.clk, dut.rst
        self.valid = getattr(dut, f"{name}__valid")
        self.payload = getattr(dut, f"{name}__payload")
        self.ready = getattr(dut, f"{name}__ready")


class StreamMonitor(uvm_monitor):
    """Publishes a `Transfer` for each packet that passes, a `Violation` for each broken rule."""

    def __init__(self, name: str, parent: uvm_component, port: StreamPort) -> None:
        super().__init__(name, parent)
        self.port = port
        self.waiting: int | None = None
        """Payload of a packet on offer that has not passed."""
        self.transfers = uvm_analysis_port("transfers", self)
        self.violations = uvm_analysis_port("violations", self)

    async def run_phase(self) -> None:
        """Sleep until the stream is valid, then look at each edge until it is not."""
        port = self.port
        while True:
            await port.valid.rising_edge
            await port.clk.rising_edge
            while self._sample():
                await port.clk.rising_edge

    def _sample(self) -> bool:
        """Take what the last edge saw; whether the stream was valid."""
        port = self.port
        try:
            if not int(port.valid.value):
                if self.waiting is not None:
                    self._violation("valid must stay until ready, and fell")
                return False
            payload, ready = int(port.payload.value), int(port.ready.value)
        except ValueError:
            self._violation("valid, ready and payload must be known, and are not")
            return False
        if self.waiting not in (None, payload):
            self._violation(f"payload must stay 0x{self.waiting:x}, and became 0x{payload:x}")
        self.waiting = None if ready else payload
        if ready:
            self.transfers.write(Transfer(port.name, payload, cycle()))
        return True

    def _violation(self, text: str) -> None:
        """Tell of a broken rule, unless it was a reset that took an offer away."""
        self.waiting = None
        if not int(self.port.rst.value):
            self.violations.write(Violation(f"{self.port.name}: {text}", cycle()))


class _SendDriver(uvm_driver):
    """Sends bursts of packets, with idle cycles between them where the pattern has any."""

    def __init__(self, name: str, parent: uvm_component, port: StreamPort) -> None:
        super().__init__(name, parent)
        self.port = port
        self.set_pattern(FREE, 0)

    def set_pattern(self, pattern: str, seed: int) -> None:
        self._runs = None if pattern == FREE else runs(pattern, Random(seed))
        self._go = 0

    async def run_phase(self) -> None:
        port = self.port
        port.valid.value = 0
        port.payload.value = 0
        while True:
            burst = await self.seq_item_port.get_next_item()
            for payload in burst.payloads:
                await self._idle()
                port.payload.value = payload
                port.valid.value = 1
                await port.clk.rising_edge
                while not int(port.ready.value):
                    await port.clk.rising_edge
            # After the last edge, so before the next one.
            port.valid.value = 0
            self.seq_item_port.item_done()

    async def _idle(self) -> None:
        """Let the pattern's idle cycles pass, if it has some here.

        A timer that ended at a rising edge could run before it or after it. This one ends at the
        falling edge that follows the last idle cycle.
        """
        if self._runs is None:
            return
        self._go -= 1
        while self._go < 0:
            go, stop = next(self._runs)
            self._go += go
            if stop:
                self.port.valid.value = 0
                await self.port.clk.falling_edge
                await Timer(stop * PERIOD, "step")


class SendAgent(uvm_agent):
    """Sends packets into the chip and watches them go in."""

    def __init__(self, name: str, parent: uvm_component, port: StreamPort) -> None:
        super().__init__(name, parent)
        self.port = port

    def build_phase(self) -> None:
        """Make sequencer, driver and monitor."""
        super().build_phase()
        self.sequencer = uvm_sequencer("sequencer", self)
        self.driver = _SendDriver("driver", self, self.port)
        self.monitor = StreamMonitor("monitor", self, self.port)

    def connect_phase(self) -> None:
        """Let the driver take from the sequencer."""
        self.driver.seq_item_port.connect(self.sequencer.seq_item_export)

    def set_pattern(self, pattern: str, seed: int) -> None:
        """Choose the idle cycles."""
        self.driver.set_pattern(pattern, seed)


class ReceiveAgent(uvm_agent):
    """Takes packets out of the chip, when its pattern is willing, and watches them."""

    def __init__(self, name: str, parent: uvm_component, port: StreamPort) -> None:
        super().__init__(name, parent)
        self.port = port
        self._player: Any = None

    def build_phase(self) -> None:
        """Make the monitor; what drives `ready` needs no items."""
        super().build_phase()
        self.monitor = StreamMonitor("monitor", self, self.port)

    async def run_phase(self) -> None:
        """Take everything until told otherwise."""
        self.port.ready.value = 1

    def set_pattern(self, pattern: str, seed: int) -> None:
        """Choose the back-pressure."""
        if self._player is not None:
            self._player.cancel()
            self._player = None
        self.port.ready.value = 1
        if pattern != FREE:
            self._player = cocotb.start_soon(self._play(pattern, seed))

    async def _play(self, pattern: str, seed: int) -> None:
        """Change `ready` at falling edges, half a cycle away from whoever samples it."""
        port = self.port
        await port.clk.falling_edge
        for go, stop in runs(pattern, Random(seed)):
            for ready, cycles in ((0, stop), (1, go)):
                if cycles:
                    port.ready.value = ready
                    await Timer(cycles * PERIOD, "step")


class Collector(uvm_subscriber):
    """Puts what a monitor publishes into a list."""

    def __init__(self, name: str, items: list[Any]) -> None:
        super().__init__(name, uvm_root())
        self.items = items

    def write(self, item: Any) -> None:
        """Take one item."""
        self.items.append(item)


async def send_packets(port: StreamPort, packets: Sequence[int], idle: str, seed: int) -> None:
    """Offer packets one after the other, with the pattern's idle cycles between them."""
    pattern, go = None if idle == FREE else runs(idle, Random(seed)), 0
    for packet in packets:
        go -= 1
        while pattern is not None and go < 0:
            more, stop = next(pattern)
            go += more
            if stop:
                port.valid.value = 0
                await port.clk.falling_edge
                await Timer(stop * PERIOD, "step")
        port.payload.value = packet
        port.valid.value = 1
        await port.clk.rising_edge
        while not int(port.ready.value):
            await port.clk.rising_edge
    port.valid.value = 0
