"""The AXI4-Streams of a side of the mesh, against masters and sinks that are not ours.

Packets go from the ports of the mesh out over `m_axis`, and beats, good and bad, come in over
`s_axis`, all with idle cycles and back-pressure of their own.
"""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from random import Random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, SimTimeoutError, with_timeout
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource
from pyuvm import uvm_root

from spikewright.golden.architecture import Architecture
from spikewright.verif.link_beats import KINDS, Beat, Side, pauses
from spikewright.verif.patterns import FREE, PATTERNS, runs
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord
from spikewright.verif.streams import (
    PERIOD,
    Collector,
    ReceiveAgent,
    StreamMonitor,
    StreamPort,
    send_packets,
)

__all__ = ["axis_link", "axis_link_malformed"]

_BEATS = 120
"""Beats that come in; each third of them is bad."""

_LEAVING = 25
"""Packets that leave over each port."""

_LIMIT = 4_000
_RUNS = 400


class _Bench:
    """A link, its masters and sinks, and what they saw."""

    def __init__(self, dut: Any, job: Job) -> None:
        self.dut = dut
        self.side = _side(job)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk, dut.rst)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk, dut.rst)
        names = [f"{way}_{p}" for way in ("leaving", "entering") for p in range(self.positions)]
        self.ports = {name: StreamPort(dut, name) for name in names}
        self.passed: dict[str, list[Any]] = {name: [] for name in names}
        self.faults: list[str] = []
        self.violations: list[Any] = []
        self.sent: dict[str, list[int]] = {}
        self.bad = self.inside = 0

    @property
    def positions(self) -> int:
        return int(self.side.positions)

    async def start(self) -> None:
        """Reset, then watch every pin."""
        uvm_root().clear_children()
        dut = self.dut
        dut.clear.value = 0
        for name, port in self.ports.items():
            if name.startswith("leaving"):
                port.valid.value = 0
                port.payload.value = 0
            else:
                port.ready.value = 0
            monitor = StreamMonitor(f"monitor_{name}", uvm_root(), port)
            for published, items in (
                (monitor.transfers, self.passed[name]),
                (monitor.violations, self.violations),
            ):
                collector = Collector(f"{published.get_name()}_{name}", items)
                published.connect(collector.analysis_export)
            cocotb.start_soon(monitor.run_phase())
        dut.rst.value = 1
        await ClockCycles(dut.clk, 3)
        dut.rst.value = 0
        await ClockCycles(dut.clk, 1)
        cocotb.start_soon(self._watch())

    async def _watch(self) -> None:
        """Hold stability of the stream out, and whether something is inside, against the pins."""
        dut, waiting = self.dut, None
        came = left = 0
        while True:
            await dut.clk.rising_edge
            if int(dut.s_axis_tvalid.value) and int(dut.s_axis_tready.value):
                beat = Beat(int(dut.s_axis_tdata.value), int(dut.s_axis_tkeep.value))
                came += self.side.legal(beat)
            valid, ready = int(dut.m_axis_tvalid.value), int(dut.m_axis_tready.value)
            pins = (int(dut.m_axis_tdata.value), int(dut.m_axis_tkeep.value))
            if waiting is not None and (not valid or pins != waiting):
                self._fault("m_axis must stay until it is taken, and changed")
            waiting = pins if valid and not ready else None
            left += valid and ready
            await dut.clk.falling_edge
            through = {
                way: sum(len(self.passed[f"{way}_{p}"]) for p in range(self.positions))
                for way in ("leaving", "entering")
            }
            self.inside = through["leaving"] - left + came - through["entering"]
            if int(dut.carrying.value) != (self.inside > 0):
                self._fault(f"carrying must be {self.inside > 0:d}, with {self.inside} inside")

    def _fault(self, text: str) -> None:
        if text not in self.faults:
            self.faults.append(text)

    def pause(self, idle: str, stall: str, rng: Random) -> None:
        """Give both streams of AXI and all ports their idle cycles and their back-pressure."""
        for pattern, end in ((idle, self.source), (stall, self.sink)):
            if pattern != FREE:
                some = itertools.islice(runs(pattern, Random(rng.getrandbits(32))), _RUNS)
                end.set_pause_generator(itertools.cycle(pauses(list(some))))
        for p in range(self.positions):
            name = f"entering_{p}"
            receiver = ReceiveAgent(f"receiver_{name}", uvm_root(), self.ports[name])
            receiver.set_pattern(stall, rng.getrandbits(32))

    async def play(self, idle: str, kinds: tuple[str, ...], rng: Random) -> None:
        """Send both ways until all is through."""
        beats = [
            self.side.bad(rng.choice(kinds), rng) if rng.random() < 1 / 3 else self.side.good(rng)
            for _ in range(_BEATS)
        ]
        self.bad += sum(not self.side.legal(beat) for beat in beats)
        good = [beat for beat in beats if self.side.legal(beat)]
        self.sent = {
            f"entering_{p}": [beat.packet for beat in good if beat.position == p]
            for p in range(self.positions)
        }
        # A frame may hold any number of beats.
        while beats:
            count = rng.randint(1, 4)
            frame, beats = beats[:count], beats[count:]
            data = b"".join(beat.data.to_bytes(8, "little") for beat in frame)
            keep = [beat.keep >> lane & 1 for beat in frame for lane in range(8)]
            self.source.send_nowait(AxiStreamFrame(data, keep))
        senders = []
        for p in range(self.positions):
            name = f"leaving_{p}"
            self.sent[name] = [self.side.packet(rng) for _ in range(_LEAVING)]
            port = self.ports[name]
            sending = send_packets(port, self.sent[name], idle, rng.getrandbits(32))
            senders.append(cocotb.start_soon(sending))
        try:
            for sender in senders:
                await with_timeout(sender, _LIMIT * PERIOD, "step")
            await with_timeout(self.source.wait(), _LIMIT * PERIOD, "step")
        except SimTimeoutError:
            self._fault(f"everything must pass within {_LIMIT} cycles, and does not")
            return
        for _ in range(_LIMIT // 50):
            await ClockCycles(self.dut.clk, 50)
            if not self.inside:
                break

    def judge(self) -> list[str]:
        """Return what is wrong, as sentences."""
        faults = [violation.text for violation in self.violations] + self.faults
        for name, packets in self.sent.items():
            passed = [transfer.payload for transfer in self.passed[name]]
            if passed != packets:
                faults.append(f"{name}: {len(packets)} packets must pass, as they were sent")
        frames: dict[int, list[int]] = {p: [] for p in range(self.positions)}
        while not self.sink.empty():
            frame = self.sink.recv_nowait(compact=False)
            beat = Beat(int.from_bytes(frame.tdata, "little"))
            if len(frame.tdata) != 8 or not all(frame.tkeep):
                faults.append(f"a frame must be one whole beat, not {len(frame.tdata)} bytes")
            elif beat.position not in frames:
                faults.append(f"port {beat.position} must be below {self.positions}")
            else:
                frames[beat.position].append(beat.data ^ beat.position << 32)
        for p, found in frames.items():
            if found != self.sent[f"leaving_{p}"]:
                faults.append(
                    f"m_axis: {_LEAVING} packets of port {p} must come, as they were sent"
                )
        malformed = int(self.dut.malformed.value)
        if malformed != self.bad:
            faults.append(f"malformed must be {self.bad}, not {malformed}")
        return faults

    async def clear(self) -> list[str]:
        """Clear the counter; return what is wrong."""
        self.dut.clear.value = 1
        await ClockCycles(self.dut.clk, 1)
        self.dut.clear.value = 0
        await ClockCycles(self.dut.clk, 2)
        malformed = int(self.dut.malformed.value)
        return [f"malformed must be 0 when cleared, not {malformed}"] if malformed else []


def _job() -> Job:
    return Job.read(Path(os.environ[JOB_VARIABLE]))


def _side(job: Job) -> Side:
    return Side(Architecture.from_dict(job.architecture), job.block)


async def _run(dut: Any, name: str, idle: str, stall: str, kinds: tuple[str, ...] = ()) -> None:
    """Play, and write the record."""
    job, started = _job(), time.monotonic()
    # Low first: at the first edge all inputs must be known.
    Clock(dut.clk, PERIOD, "step", impl="gpi").start(start_high=False)
    bench, rng = _Bench(dut, job), Random(f"{job.seeds[0]} {name}")
    await bench.start()
    bench.pause(idle, stall, rng)
    await bench.play(idle, kinds or bench.side.kinds, rng)
    record = ProgramRecord(seed=job.seeds[0], case=name)
    for fault in bench.judge() + await bench.clear():
        record.complain(fault)
    record.packets = sum(map(len, bench.passed.values()))
    record.reached = {"malformed": bench.bad}
    record.seconds = round(time.monotonic() - started, 3)
    record.append(Path(job.records))
    assert record.ok, f"{job.block}: {name}: {record.first[0]}"


@cocotb.test()
@cocotb.parametrize(idle=PATTERNS, stall=PATTERNS)
async def axis_link(dut: Any, idle: str, stall: str) -> None:
    """Send and receive with one pattern each; nothing may be lost, changed or moved."""
    await _run(dut, f"{idle}-{stall}", idle, stall)


@cocotb.test()
@cocotb.parametrize(kind=KINDS)
async def axis_link_malformed(dut: Any, kind: str) -> None:
    """Drop and count every beat that is malformed in one way, and nothing else."""
    if kind in _side(_job()).kinds:
        await _run(dut, kind, FREE, FREE, (kind,))
