"""Agents of the chip's other ports: reset, configuration, time, and the trace of each core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cocotb.triggers import ClockCycles, Timer
from pyuvm import (
    uvm_agent,
    uvm_analysis_port,
    uvm_component,
    uvm_driver,
    uvm_monitor,
    uvm_sequencer,
)

from spikewright.verif.streams import PERIOD, cycle
from spikewright.verif.transactions import (
    Boundary,
    ConfigBurst,
    ConfigWrite,
    Counters,
    ResetDone,
    ResetItem,
    Retirement,
    TickItem,
)

__all__ = ["ConfigAgent", "CounterPins", "IdleMonitor", "ResetAgent", "TickAgent", "TraceMonitor"]


class CounterPins:
    """The error counters at the top of a mesh.

    Parameters
    ----------
    dut
    cores : int
    unattached : iterable of (side, position)
        Edge ports with a counter of dropped packets.
    """

    def __init__(self, dut: Any, cores: int, unattached: Iterable[tuple[str, int]]) -> None:
        self._by_core = {
            name: [getattr(dut, f"{name}_{c}") for c in range(cores)]
            for name in ("late", "overrun", "refused")
        }
        self._unsettled = dut.unsettled
        self._off_mesh = {edge: getattr(dut, "off_mesh_{}_{}".format(*edge)) for edge in unattached}

    def read(self) -> Counters:
        """Return what the counters show now."""
        values = {
            name: tuple(int(pin.value) for pin in pins) for name, pins in self._by_core.items()
        }
        off_mesh = {edge: int(pin.value) for edge, pin in self._off_mesh.items()}
        unsettled = bool(int(self._unsettled.value))
        return Counters(**values, off_mesh=off_mesh, unsettled=unsettled)


class _Agent(uvm_agent):
    """Sequencer, driver and monitor of the classes that a subclass names."""

    driver_class: type[uvm_driver]
    monitor_class: type[uvm_monitor]

    def __init__(self, name: str, parent: uvm_component, dut: Any, counters: CounterPins) -> None:
        super().__init__(name, parent)
        self.dut = dut
        self.counters = counters

    def build_phase(self) -> None:
        super().build_phase()
        self.sequencer = uvm_sequencer("sequencer", self)
        self.driver = self.driver_class("driver", self)
        self.monitor = self.monitor_class("monitor", self)
        self.driver.dut = self.monitor.dut = self.dut
        self.monitor.counters = self.counters

    def connect_phase(self) -> None:
        self.driver.seq_item_port.connect(self.sequencer.seq_item_export)


class _ResetDriver(uvm_driver):
    dut: Any

    async def run_phase(self) -> None:
        dut = self.dut
        dut.rst.value = 0
        while True:
            item: ResetItem = await self.seq_item_port.get_next_item()
            dut.rst.value = 1
            await ClockCycles(dut.clk, item.cycles)
            dut.rst.value = 0
            self.seq_item_port.item_done()


class _ResetMonitor(uvm_monitor):
    """Publishes a `ResetDone` when the chip can start ticks after a reset."""

    dut: Any
    counters: CounterPins

    def build_phase(self) -> None:
        self.resets = uvm_analysis_port("resets", self)

    async def run_phase(self) -> None:
        dut = self.dut
        while True:
            await dut.rst.falling_edge
            released = cycle()
            await dut.clk.rising_edge
            counters = self.counters.read()
            if int(dut.busy.value):
                await dut.busy.falling_edge
            self.resets.write(ResetDone(cycle(), cycle() - released, counters))


class ResetAgent(_Agent):
    """Resets the chip."""

    driver_class, monitor_class = _ResetDriver, _ResetMonitor


class _ConfigDriver(uvm_driver):
    dut: Any

    async def run_phase(self) -> None:
        dut = self.dut
        fields = ("core", "space", "address", "data")
        pins = {name: getattr(dut, f"config__{name}") for name in fields}
        dut.config__enable.value = dut.config__read.value = dut.config__word.value = 0
        for pin in pins.values():
            pin.value = 0
        shown = dict.fromkeys(fields, 0)
        while True:
            burst: ConfigBurst = await self.seq_item_port.get_next_item()
            for write in burst.writes:
                dut.config__enable.value = 1
                for name in fields:
                    value = getattr(write, name)
                    if value != shown[name]:
                        pins[name].value = shown[name] = value
                await dut.clk.rising_edge
            dut.config__enable.value = 0
            self.seq_item_port.item_done()


class _ConfigMonitor(uvm_monitor):
    """Publishes a `ConfigWrite` for each write that is offered, taken or not."""

    dut: Any
    counters: CounterPins

    def build_phase(self) -> None:
        self.writes = uvm_analysis_port("writes", self)

    async def run_phase(self) -> None:
        dut = self.dut
        while True:
            await dut.config__enable.rising_edge
            await dut.clk.rising_edge
            while int(dut.config__enable.value):
                write = ConfigWrite(
                    int(dut.config__core.value),
                    int(dut.config__space.value),
                    int(dut.config__address.value),
                    int(dut.config__data.value),
                    cycle(),
                    bool(int(dut.busy.value)),
                    bool(int(dut.start.value)),
                )
                self.writes.write(write)
                await dut.clk.rising_edge


class ConfigAgent(_Agent):
    """Programs the chip."""

    driver_class, monitor_class = _ConfigDriver, _ConfigMonitor


class _TickDriver(uvm_driver):
    """Starts ticks, at quiescence or at a fixed time."""

    dut: Any

    async def run_phase(self) -> None:
        dut = self.dut
        dut.start.value = 0
        dut.slot.value = 0
        while True:
            item: TickItem = await self.seq_item_port.get_next_item()
            await self._wait(item)
            if item.slot is not None:
                dut.slot.value = item.slot
                dut.start.value = 1
                await ClockCycles(dut.clk, item.hold)
                dut.start.value = 0
            self.seq_item_port.item_done()

    async def _wait(self, item: TickItem) -> None:
        """Wait for what the item asks for; afterwards a rising edge has just been."""
        dut = self.dut
        await dut.clk.rising_edge
        ahead = item.not_before - cycle()
        if ahead > 1:
            await Timer((ahead - 1) * PERIOD - PERIOD // 2, "step")
            await dut.clk.rising_edge
        while item.quiet and not int(dut.quiescent.value):
            await dut.quiescent.rising_edge
            await dut.clk.rising_edge


class _TickMonitor(uvm_monitor):
    """Publishes a `Boundary` for each start, whether or not the cores could take it."""

    dut: Any
    counters: CounterPins

    def build_phase(self) -> None:
        self.boundaries = uvm_analysis_port("boundaries", self)

    async def run_phase(self) -> None:
        dut = self.dut
        while True:
            await dut.start.rising_edge
            await dut.clk.rising_edge
            while int(dut.start.value):
                self.boundaries.write(Boundary(int(dut.slot.value), cycle(), self.counters.read()))
                await dut.clk.rising_edge

    def end(self) -> None:
        """Publish the end of a program."""
        self.boundaries.write(Boundary(None, cycle() + 2, self.counters.read()))


class TickAgent(_Agent):
    """The chip's time."""

    driver_class, monitor_class = _TickDriver, _TickMonitor


class IdleMonitor(uvm_monitor):
    """Publishes the cycle after which no core was busy any more."""

    def __init__(self, name: str, parent: uvm_component, dut: Any) -> None:
        super().__init__(name, parent)
        self.dut = dut
        self.idle = uvm_analysis_port("idle", self)

    async def run_phase(self) -> None:
        """Sleep until the last core is done."""
        while True:
            await self.dut.busy.falling_edge
            self.idle.write(cycle())


class TraceMonitor(uvm_monitor):
    """Publishes a `Retirement` for each neuron of one core."""

    def __init__(self, name: str, parent: uvm_component, dut: Any, core: int) -> None:
        super().__init__(name, parent)
        self.core = core
        self.clk = dut.clk
        self.valid, self.neuron, self.potential, self.spike = (
            getattr(dut, f"trace_{core}__{pin}")
            for pin in ("valid", "neuron", "potential", "spike")
        )
        self.retirements = uvm_analysis_port("retirements", self)

    async def run_phase(self) -> None:
        """Sleep until a neuron is done, then look at each edge while more follow."""
        while True:
            await self.valid.rising_edge
            await self.clk.rising_edge
            while int(self.valid.value):
                self.retirements.write(
                    Retirement(
                        self.core,
                        int(self.neuron.value),
                        self.potential.value.to_signed(),
                        bool(int(self.spike.value)),
                        cycle(),
                    )
                )
                await self.clk.rising_edge
