"""A host at the AXI ports of a chip, made of cocotbext-axi: masters and sinks that are not ours."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np
from cocotb.triggers import ClockCycles
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiResp,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.stimulus import make_packets
from spikewright.hdl.register_map import CFG_STATUS_WORDS, STATUS_READY, Command, Register
from spikewright.verif.chip_glue import edge_positions
from spikewright.verif.chip_packets import PacketCodec
from spikewright.verif.patterns import FREE, runs

__all__ = ["HUNG", "Host", "Refused", "beat", "pauses"]

HUNG = 20_000
"""Polls after which a chip that is not ready is said to hang."""

Entry = tuple[int, int, int, int]
"""Space, core, address and data of a configuration word."""


class Refused(Exception):
    """An access was answered otherwise than OKAY."""


def pauses(pattern: str, rng: Random) -> Iterator[bool]:
    """Say for each cycle whether a side pauses in it."""
    for go, stop in runs(pattern, rng):
        yield from itertools.repeat(False, go)
        yield from itertools.repeat(True, stop)


def beat(payload: int, position: int) -> bytes:
    """The TDATA of a packet."""
    return (payload | position << 32).to_bytes(8, "little")


class Host:
    """Drives and watches every AXI port of the chip `dut`.

    Parameters
    ----------
    dut
    architecture : Architecture
    links : sequence of str
        Sides with AXI4-Streams.
    """

    def __init__(self, dut: Any, architecture: Architecture, links: Sequence[str]) -> None:
        self.dut, self.architecture, self.links = dut, architecture, tuple(links)
        self.accesses = 0
        # Each access would be a line.
        logging.getLogger("cocotb.chip").setLevel(logging.WARNING)
        bus = AxiLiteBus.from_prefix(dut, "s_axi")
        self.master = AxiLiteMaster(bus, dut.clk, dut.rst)
        self.sources: dict[str, Any] = {}
        self.sinks: dict[str, Any] = {}
        for side in links:
            for kind, ports, name in (
                (AxiStreamSource, self.sources, f"s_axis_{side}"),
                (AxiStreamSink, self.sinks, f"m_axis_{side}"),
            ):
                ports[side] = kind(AxiStreamBus.from_prefix(dut, name), dut.clk, dut.rst)
        self.edges = edge_positions(architecture, links)
        self._codec = PacketCodec(architecture, self.edges)

    async def reset(self, idle: str = FREE, stall: str = FREE, seed: int = 0) -> None:
        """Reset the chip, and pause at every channel as these patterns say."""
        write, read = self.master.write_if, self.master.read_if
        senders = [write.aw_channel, write.w_channel, read.ar_channel, *self.sources.values()]
        receivers = [write.b_channel, read.r_channel, *self.sinks.values()]
        for number, channel in enumerate((*senders, *receivers)):
            pattern = idle if channel in senders else stall
            channel.clear_pause_generator()
            channel.pause = False
            if pattern != FREE:
                channel.set_pause_generator(pauses(pattern, Random(f"{seed} {number}")))
        self.dut.halt.value = 0
        self.dut.rst.value = 1
        await ClockCycles(self.dut.clk, 4)
        self.dut.rst.value = 0
        await ClockCycles(self.dut.clk, 2)
        for sink in self.sinks.values():
            sink.clear()
        await self.ready()
        self.words = CFG_STATUS_WORDS.of(await self.read(Register.CFG_STATUS))
        self._place = (0, 0, 0)

    async def write(self, address: int, value: int) -> None:
        """Write a register, or raise `Refused`."""
        done = await self.master.write(address, value.to_bytes(4, "little"))
        self.accesses += 1
        assert done.resp in (AxiResp.OKAY, AxiResp.SLVERR)
        if done.resp != AxiResp.OKAY:
            raise Refused(f"write of {value:#x} to {address:#x}: {done.resp.name}")

    async def read(self, address: int) -> int:
        """Read a register, or raise `Refused`."""
        done = await self.master.read(address, 4)
        self.accesses += 1
        assert done.resp in (AxiResp.OKAY, AxiResp.SLVERR)
        if done.resp != AxiResp.OKAY:
            raise Refused(f"read of {address:#x}: {done.resp.name}")
        return int.from_bytes(done.data, "little")

    async def ready(self) -> None:
        """Wait until commands are taken."""
        for _ in range(HUNG):
            if STATUS_READY.of(await self.read(Register.STATUS)):
                return
        raise AssertionError("the chip must become ready, and hangs")

    def forget(self) -> None:
        """Name every place anew: a refused command leaves the address as it was."""
        self._place = (-1, -1, -1)

    async def _go_to(self, core: int, space: int, address: int) -> None:
        """Name a place; the address goes up by itself."""
        if self._place[0] != core:
            await self.write(Register.CFG_CORE, core)
        if self._place[1] != space:
            await self.write(Register.CFG_SPACE, space)
        if self._place[2] != address:
            await self.write(Register.CFG_ADDRESS, address)
        self._place = core, space, address + 1

    async def _command(self, command: Command) -> None:
        try:
            await self.write(Register.CFG_COMMAND, command)
        except Refused:
            self.forget()
            raise

    async def program(self, entries: Sequence[Entry]) -> None:
        """Write configuration words."""
        data = [-1] * self.words
        for space, core, address, value in entries:
            await self._go_to(core, space, address)
            if value >> (32 * self.words):
                raise ValueError(f"Entry must fit {self.words} words, not {value:#x}")
            for word in range(self.words):
                part = value >> (32 * word) & 0xFFFFFFFF
                # Data words stay as they are.
                if part != data[word]:
                    await self.write(Register.CFG_DATA + 4 * word, part)
                    data[word] = part
            await self._command(Command.WRITE)

    async def entry(self, space: int, core: int, address: int) -> int:
        """Read a configuration word back."""
        await self._go_to(core, space, address)
        await self._command(Command.READ)
        words = [await self.read(Register.CFG_DATA + 4 * i) for i in range(self.words)]
        return sum(word << (32 * i) for i, word in enumerate(words))

    async def send(self, packets: NDArray[np.void]) -> None:
        """Send packets into the links, and wait until they are in."""
        ports, payloads = self._codec.encode(packets)
        for port, payload in zip(ports.tolist(), payloads.tolist(), strict=True):
            side, position = self.edges[port]
            self.sources[side].send_nowait(AxiStreamFrame(beat(payload, position)))
        for source in self.sources.values():
            await source.wait()

    async def received(self, tick: int) -> NDArray[np.void]:
        """Take what came out of the links so far, as packets of a tick, sorted."""
        found: list[tuple[int, int]] = []
        for side, sink in self.sinks.items():
            while not sink.empty():
                frame = sink.recv_nowait(compact=False)
                assert len(frame.tdata) == 8, f"{side}: one packet a frame, not {frame}"
                assert all(frame.tkeep), f"{side}: every byte is kept, not {frame}"
                data = int.from_bytes(bytes(frame.tdata), "little")
                found.append((self.edges.index((side, data >> 32)), data & 0xFFFFFFFF))
        if not found:
            return make_packets()
        ports, payloads = np.array(found, np.uint64).T
        ticks = np.full(len(found), tick, np.int64)
        return np.sort(self._codec.decode(ticks, ports.astype(np.int64), payloads))
