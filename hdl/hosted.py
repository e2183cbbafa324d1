"""A mesh as a chip of its own on an FPGA: full memories, and a host at eight pins each way.

Hand-written: it ties units together, and how many ports there are depends on the network. All
decisions are made in the units `frame_in`, `frame_out`, `host_port`, `seed_writer`, `tick_pacer`.

The host's port is eight bits wide, with valid and ready. Bytes need no clock of their own as SPI
does, a simulator drives them as hardware does, and they never are what limits: at the chip's clock
a spike takes `frame_octets` + 1 cycles, and a tick 256 at least. FIFO chips for USB have such a
port, and a UART or an SPI slave can be put before it.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import ClockSignal, Const, Instance, Module, ResetSignal, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.hdl.generated.edge import frame_layout
from spikewright.hdl.generated.frame_in import FrameIn
from spikewright.hdl.generated.frame_out import FrameOut
from spikewright.hdl.generated.host_port import HostPort
from spikewright.hdl.generated.seed_writer import SeedWriter
from spikewright.hdl.generated.tick_pacer import TickPacer
from spikewright.hdl.links import Link
from spikewright.hdl.memory_parts import FEWEST_ROWS
from spikewright.hdl.mesh import Mesh, edges
from spikewright.hdl.parameters import SPACES, accepted
from spikewright.hdl.verilog import component_verilog, tile_verilog

__all__ = ["HostedMesh", "SeedMemory", "frame_octets", "host_ports", "hosted_verilog"]

_SEED_BITS = 32


def host_ports(architecture: Architecture, attached: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return side and place of each port of the mesh, in the order of their numbers in frames.

    Raises
    ------
    ArchitectureError
        No side is attached.
    """
    ports = [(side, p) for side, p in edges(architecture) if side in attached]
    if not ports:
        raise ArchitectureError("attached must name one side at least, and names none")
    return ports


def frame_octets(architecture: Architecture, positions: int) -> int:
    """Return how many bytes a frame has on a board with so many ports."""
    layout = frame_layout(**accepted(frame_layout, architecture), positions=positions)
    return -(-int(layout.size) // 8)


class SeedMemory(wiring.Component):
    """The seed of each core, read in the same cycle (distributed RAM).

    Nothing writes it: its port is there because without one synthesis would take it for logic, and
    its contents could not be exchanged in a finished bitstream.

    Members
    -------
    address : In
    seed : Out(32)
    write : In(1)
        Store `data` at `address`.
    data : In(32)
    """

    def __init__(self, *, cores: int) -> None:
        self.rows = max(cores, FEWEST_ROWS)
        super().__init__(
            {
                "address": In(range(self.rows)),
                "seed": Out(_SEED_BITS),
                "write": In(1),
                "data": In(_SEED_BITS),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.entries = entries = Memory(shape=_SEED_BITS, depth=self.rows, init=[])
        write, read = entries.write_port(), entries.read_port(domain="comb")
        m.d.comb += [
            read.addr.eq(self.address),
            self.seed.eq(read.data),
            write.addr.eq(self.address),
            write.en.eq(self.write),
            write.data.eq(self.data),
        ]
        return m


class HostedMesh(wiring.Component):
    """A mesh whose memories are full from the start, and that a host talks to in frames of bytes.

    A frame is `edge.Frame`, from the lowest bit up: dx, dy, slot, axon, the number of the port, one
    bit that says that the frame is a tick, and zeros up to a whole byte. The lowest byte goes
    first.
    Ports count along the attached sides, west, east, north, south (`host_ports`). The host must
    not send what no packet over its port can be, see `links.AxisLink`: nothing here checks it.

    A tick that the host sends runs after all that it sent before; then the chip sends a tick back,
    behind the spikes that left in it. After a reset the cores get their seeds, one a cycle, and the
    first tick waits for that. A reset does not bring back the first potentials: that takes loading
    the FPGA again.

    All pins are synchronous to the clock. There is no programming port, nothing is read back, and
    there are no counters of errors: what they would take is what sixteen full-size cores leave.

    Parameters
    ----------
    architecture : Architecture
    attached : tuple of {"west", "east", "north", "south"}
        Sides over which spikes come and go; at the others packets that leave are dropped.

    Members
    -------
    in_data : In(8); in_valid : In(1); in_ready : Out(1)
        Bytes from the host.
    out_data : Out(8); out_valid : Out(1); out_ready : In(1)
        Bytes to the host.

    Raises
    ------
    ArchitectureError
        No side is attached.
    """

    def __init__(self, architecture: Architecture, attached: tuple[str, ...]) -> None:
        self.architecture, self.attached = architecture, tuple(attached)
        self.ports = host_ports(architecture, self.attached)
        super().__init__(
            {
                "in_data": In(8),
                "in_valid": In(1),
                "in_ready": Out(1),
                "out_data": Out(8),
                "out_valid": Out(1),
                "out_ready": In(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        a, positions = self.architecture, len(self.ports)
        octets = frame_octets(a, positions)
        m.submodules.mesh = mesh = Mesh(a, self.attached)
        m.submodules.link = link = Link(a, positions)
        m.submodules.frame_in = frame_in = FrameIn(octets=octets)
        m.submodules.frame_out = frame_out = FrameOut(octets=octets)
        m.submodules.host = host = HostPort(**accepted(HostPort, a), positions=positions)
        m.submodules.pacer = pacer = TickPacer(**accepted(TickPacer, a))
        quiescent = Signal()
        seeding = self._seeds(m, mesh, quiescent)
        for number, (side, p) in enumerate(self.ports):
            out, into = getattr(mesh, f"{side}_out_{p}"), getattr(mesh, f"{side}_in_{p}")
            wiring.connect(m, out, getattr(link, f"leaving_{number}"))
            wiring.connect(m, getattr(link, f"entering_{number}"), into)
        wiring.connect(m, link.send, host.leaving)
        wiring.connect(m, host.entering, link.receive)
        m.d.comb += [
            frame_in.byte.payload.eq(self.in_data),
            frame_in.byte.valid.eq(self.in_valid),
            self.in_ready.eq(frame_in.byte.ready),
            Value.cast(host.frame.payload).eq(frame_in.frame.payload),
            host.frame.valid.eq(frame_in.frame.valid),
            frame_in.frame.ready.eq(host.frame.ready),
            frame_out.frame.payload.eq(Value.cast(host.answer.payload)),
            frame_out.frame.valid.eq(host.answer.valid),
            host.answer.ready.eq(frame_out.frame.ready),
            self.out_data.eq(frame_out.byte.payload),
            self.out_valid.eq(frame_out.byte.valid),
            frame_out.byte.ready.eq(self.out_ready),
            quiescent.eq(mesh.quiescent & ~link.carrying),
            pacer.step.eq(host.step),
            pacer.quiescent.eq(quiescent),
            pacer.commanding.eq(seeding),
            host.stepping.eq(pacer.stepping),
            host.done.eq(pacer.done),
            mesh.start.eq(pacer.start),
            mesh.slot.eq(pacer.slot),
        ]
        return m

    def _seeds(self, m: Module, mesh: Mesh, quiescent: Signal) -> Signal:
        """Write the seeds; of the configuration port all else is tied, so that it costs nothing."""
        m.submodules.seed_writer = writer = SeedWriter(cores=self.architecture.cores)
        seed = Signal(_SEED_BITS)
        m.submodules.seeds = Instance(
            "seeds",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_address=writer.core,
            o_seed=seed,
            i_write=Const(0, 1),
            i_data=Const(0, _SEED_BITS),
        )
        m.d.comb += [
            writer.quiescent.eq(quiescent),
            mesh.config.enable.eq(writer.enable),
            mesh.config.core.eq(writer.core),
            mesh.config.space.eq(SPACES["seed"]),
            mesh.config.data.eq(seed),
        ]
        return writer.busy


def hosted_verilog(
    architecture: Architecture, attached: tuple[str, ...], *, core: str = "event"
) -> str:
    """Verilog of the modules `board`, `seeds` and `tile`, see `HostedMesh`; memories hold zeros."""
    seeds = component_verilog(SeedMemory(cores=architecture.cores), "seeds")
    board = component_verilog(HostedMesh(architecture, attached), "board")
    return tile_verilog(architecture, core=core) + seeds + board
