"""cocotb's entry to the bench of one router unit: every idle pattern with every back-pressure.

The pins are watched by the same monitors as in the environment of a chip; what they saw is held
against `router_units` when everything has drained.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, SimTimeoutError, with_timeout
from pyuvm import uvm_root

from spikewright.golden.architecture import Architecture
from spikewright.verif.patterns import FREE, PATTERNS
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord
from spikewright.verif.router_units import Observed, faults_of, packets_for, unit_named
from spikewright.verif.streams import (
    PERIOD,
    Collector,
    ReceiveAgent,
    StreamMonitor,
    StreamPort,
    cycle,
    send_packets,
)
from spikewright.verif.transactions import Violation

__all__ = ["PACKETS", "crossed"]

PACKETS = 100
"""Packets into each input, with each pair of patterns."""

_DRAIN = 12


class _Bench:
    """The unit, its monitors, and what they saw."""

    def __init__(self, dut: Any, job: Job) -> None:
        self.dut = dut
        self.unit = unit_named(job.block)
        self.architecture = Architecture.from_dict(job.architecture)
        self.faults: list[str] = []
        self.violations: list[Violation] = []
        self.most = 0
        """Packets that were inside a buffer at once."""
        self.seen = Observed({})
        names = (*self.unit.inputs, *self.unit.outputs)
        self.ports = {name: StreamPort(dut, name) for name in names}

    def watch(self) -> None:
        """Watch every stream."""
        uvm_root().clear_children()
        for name, port in self.ports.items():
            monitor = StreamMonitor(f"monitor_{name}", uvm_root(), port)
            passed = Collector(f"transfers_{name}", self.seen.transfers.setdefault(name, []))
            monitor.transfers.connect(passed.analysis_export)
            broken = Collector(f"violations_{name}", self.violations)
            monitor.violations.connect(broken.analysis_export)
            cocotb.start_soon(monitor.run_phase())
            cocotb.start_soon(self._offers(name, port))

    async def _offers(self, name: str, port: StreamPort) -> None:
        """Note the first edge that sees an offer, each time `valid` rises."""
        offers = self.seen.offers.setdefault(name, [])
        while True:
            await port.valid.rising_edge
            await port.clk.rising_edge
            offers.append(cycle())

    async def _occupied(self) -> None:
        """Count what is inside, in the middle of each cycle."""
        transfers, dut = self.seen.transfers, self.dut
        while True:
            await dut.clk.falling_edge
            inside = len(transfers["arrive"]) - len(transfers["leave"])
            self.most = max(self.most, inside)
            if int(dut.occupied.value) != (inside > 0) and not self.faults:
                self.faults.append(f"occupied must be {inside > 0:d}, with {inside} packets inside")

    async def reset(self) -> None:
        """Reset, with nothing on offer; then it is known whether a buffer is occupied."""
        for name, port in self.ports.items():
            if name in self.unit.inputs:
                port.valid.value = 0
                port.payload.value = 0
            else:
                port.ready.value = 0
        self.dut.rst.value = 1
        await ClockCycles(self.dut.clk, 2)
        self.dut.rst.value = 0
        await ClockCycles(self.dut.clk, 1)
        if self.unit.kind == "buffer":
            cocotb.start_soon(self._occupied())

    async def play(self, idle: str, stall: str, rng: Random) -> None:
        """Send packets into every input until all are through."""
        unit = self.unit
        self.seen.sent = {
            name: packets_for(unit, name, self.architecture, PACKETS, rng) for name in unit.inputs
        }
        for name in unit.outputs:
            receiver = ReceiveAgent(f"receiver_{name}", uvm_root(), self.ports[name])
            receiver.set_pattern(stall, rng.getrandbits(32))
        senders = [
            cocotb.start_soon(send_packets(self.ports[name], packets, idle, rng.getrandbits(32)))
            for name, packets in self.seen.sent.items()
        ]
        limit = 1000 * PACKETS
        try:
            for sender in senders:
                await with_timeout(sender, limit * PERIOD, "step")
        except SimTimeoutError:
            self.faults.append(f"{PACKETS} packets must pass within {limit} cycles, and do not")
            return
        await self._drain()

    async def _drain(self) -> None:
        """Give whatever is inside the time to come out, however long the last stall lasts."""
        for _ in range(PACKETS):
            await ClockCycles(self.dut.clk, _DRAIN)
            if not any(int(self.ports[name].valid.value) for name in self.unit.outputs):
                return


def _job() -> Job:
    return Job.read(Path(os.environ[JOB_VARIABLE]))


@cocotb.test()
@cocotb.parametrize(idle=PATTERNS, stall=PATTERNS)
async def crossed(dut: Any, idle: str, stall: str) -> None:
    """Send and receive with one pattern each; nothing may be lost, changed, moved or held up."""
    job, started = _job(), time.monotonic()
    bench = _Bench(dut, job)
    # Low first: at the first edge all inputs must be known.
    Clock(dut.clk, PERIOD, "step", impl="gpi").start(start_high=False)
    bench.watch()
    await bench.reset()
    seed = job.seeds[0]
    await bench.play(idle, stall, Random(f"{seed} {idle} {stall}"))
    record = ProgramRecord(seed=seed, case=f"{idle}-{stall}")
    record.packets = sum(map(len, bench.seen.transfers.values()))
    unhindered = idle == stall == FREE
    faults = [violation.text for violation in bench.violations] + bench.faults
    faults += faults_of(bench.unit, bench.seen, bench.architecture, unhindered=unhindered)
    if bench.unit.kind == "buffer" and stall == "stalled" and bench.most != 2:
        faults.append(f"two packets must fit in, and {bench.most} did")
    for fault in faults:
        record.complain(fault)
    record.seconds = round(time.monotonic() - started, 3)
    record.append(Path(job.records))
    assert record.ok, f"{job.block}: {idle} into {stall}: {record.first[0]}"
