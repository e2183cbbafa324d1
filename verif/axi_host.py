"""A host at the AXI ports of a chip, made of cocotbext-axi: masters and sinks that are not ours."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np
from cocotb.triggers import ClockCycles, SimTimeoutError, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.stimulus import make_packets
from spikewright.hdl.array import part_of
from spikewright.verif.axi_slave import HUNG, Entry, Slave
from spikewright.verif.chip_glue import edge_positions
from spikewright.verif.chip_packets import PacketCodec
from spikewright.verif.patterns import FREE, runs
from spikewright.verif.sequences import Hung
from spikewright.verif.streams import PERIOD

__all__ = ["Host", "beat", "pauses"]


def pauses(pattern: str, rng: Random) -> Iterator[bool]:
    """Say for each cycle whether a side pauses in it."""
    for go, stop in runs(pattern, rng):
        yield from itertools.repeat(False, go)
        yield from itertools.repeat(True, stop)


def beat(payload: int, position: int) -> bytes:
    """The TDATA of a packet."""
    return (payload | position << 32).to_bytes(8, "little")


class Host:
    """Drives and watches every AXI port of a chip, or of a board of chips.

    Parameters
    ----------
    dut
        A module `chip`, or a `board`.
    architecture : Architecture
        Of all cores.
    links : sequence of str
        Sides with AXI4-Streams.
    chips : (int, int)
        Chips of the board, along x and along y.
    """

    def __init__(
        self,
        dut: Any,
        architecture: Architecture,
        links: Sequence[str],
        chips: tuple[int, int] = (1, 1),
    ) -> None:
        self.dut, self.architecture, self.links, self.chips = dut, architecture, tuple(links), chips
        self.part = part_of(architecture, chips)
        # Each access would be a line.
        logging.getLogger("cocotb.chip" if chips == (1, 1) else "cocotb.board").setLevel(
            logging.WARNING
        )
        alone = chips == (1, 1)
        self.slaves = [
            Slave(
                AxiLiteMaster(
                    AxiLiteBus.from_prefix(dut, "s_axi" if alone else f"chip_{x}_{y}_s_axi"),
                    dut.clk,
                    dut.rst,
                )
            )
            for y in range(chips[1])
            for x in range(chips[0])
        ]
        self.master = self.slaves[0].master
        self.sources: dict[Any, Any] = {}
        self.sinks: dict[Any, Any] = {}
        for side in links:
            for k in range(chips[1] if side in ("west", "east") else chips[0]):
                port = side if alone else f"{side}_{k}"
                for kind, ports, name in (
                    (AxiStreamSource, self.sources, f"s_axis_{port}"),
                    (AxiStreamSink, self.sinks, f"m_axis_{port}"),
                ):
                    bus = AxiStreamBus.from_prefix(dut, name)
                    ports[side, k] = kind(bus, dut.clk, dut.rst)
        self.edges = edge_positions(architecture, links)
        self._codec = PacketCodec(architecture, self.edges)

    @property
    def accesses(self) -> int:
        """Reads and writes of registers so far."""
        return sum(slave.accesses for slave in self.slaves)

    @property
    def words(self) -> int:
        """Data words of a configuration command."""
        return self.slaves[0].words

    async def reset(self, idle: str = FREE, stall: str = FREE, seed: int = 0) -> None:
        """Reset the chip, and pause at every channel as these patterns say."""
        senders, receivers = [*self.sources.values()], [*self.sinks.values()]
        for slave in self.slaves:
            write, read = slave.master.write_if, slave.master.read_if
            senders += [write.aw_channel, write.w_channel, read.ar_channel]
            receivers += [write.b_channel, read.r_channel]
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
        for slave in self.slaves:
            await slave.begin()

    async def write(self, address: int, value: int) -> None:
        """Write a register of every chip."""
        for slave in self.slaves:
            await slave.write(address, value)

    async def read(self, address: int) -> int:
        """Read a register, which must be the same in every chip."""
        values = {await slave.read(address) for slave in self.slaves}
        assert len(values) == 1, f"{address:#x} must be the same in all chips, not {values}"
        return values.pop()

    async def ready(self) -> None:
        """Wait until every chip takes commands."""
        for _ in range(HUNG):
            states = [await slave.is_ready() for slave in self.slaves]
            # A packet may have gone on to a chip that was ready before.
            if all(states) and self.dut.quiescent.value:
                return
        raise Hung("the chip must become ready, and does not")

    def forget(self) -> None:
        """Name every place anew: a refused command leaves the address as it was."""
        for slave in self.slaves:
            slave.forget()

    def home(self, core: int) -> tuple[Slave, int]:
        """Return the chip of a core, and its number there."""
        if len(self.slaves) == 1:
            return self.slaves[0], core
        x, y = core % self.architecture.width, core // self.architecture.width
        chip = x // self.part.width + self.chips[0] * (y // self.part.height)
        return self.slaves[chip], x % self.part.width + self.part.width * (y % self.part.height)

    async def program(self, entries: Sequence[Entry]) -> None:
        """Write configuration words, chip by chip."""
        parts: dict[Slave, list[Entry]] = {}
        for space, core, address, value in entries:
            slave, number = self.home(core)
            parts.setdefault(slave, []).append((space, number, address, value))
        for slave, part in parts.items():
            await slave.program(part)

    async def entry(self, space: int, core: int, address: int) -> int:
        """Read a configuration word back."""
        slave, number = self.home(core)
        return await slave.entry(space, number, address)

    async def send(self, packets: NDArray[np.void]) -> None:
        """Send packets into the links, and wait until they are in."""
        ports, payloads = self._codec.encode(packets)
        for port, payload in zip(ports.tolist(), payloads.tolist(), strict=True):
            side, position = self.edges[port]
            k, at = divmod(position, self._ports(side))
            self.sources[side, k].send_nowait(AxiStreamFrame(beat(payload, at)))
        for (side, _), source in self.sources.items():
            try:
                await with_timeout(source.wait(), HUNG * PERIOD, "step")
            except SimTimeoutError:
                raise Hung(f"packets in the {side} must be taken, and are not") from None

    async def received(self, tick: int) -> NDArray[np.void]:
        """Take what came out of the links so far, as packets of a tick, sorted."""
        found: list[tuple[int, int]] = []
        for (side, k), sink in self.sinks.items():
            while not sink.empty():
                frame = sink.recv_nowait(compact=False)
                assert len(frame.tdata) == 8, f"{side}: one packet a frame, not {frame}"
                assert all(frame.tkeep), f"{side}: every byte is kept, not {frame}"
                data = int.from_bytes(bytes(frame.tdata), "little")
                place = side, k * self._ports(side) + (data >> 32)
                found.append((self.edges.index(place), data & 0xFFFFFFFF))
        if not found:
            return make_packets()
        ports, payloads = np.array(found, np.uint64).T
        ticks = np.full(len(found), tick, np.int64)
        return np.sort(self._codec.decode(ticks, ports.astype(np.int64), payloads))

    def moving(self) -> bool:
        """Whether a packet is on offer at a link."""
        return any(int(sink.bus.tvalid.value) for sink in self.sinks.values())

    def _ports(self, side: str) -> int:
        """Ports along a side of a chip."""
        return self.part.height if side in ("west", "east") else self.part.width
