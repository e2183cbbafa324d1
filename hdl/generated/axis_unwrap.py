"""Generated from axis_unwrap.lct.md: do not edit, change the table.

Written by: spikewright generate axis_unwrap
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import edge
from spikewright.lct.hardware import clamp, trunc, wire

__all__ = ["AxisUnwrap"]


class AxisUnwrap(wiring.Component):
    """Takes the beats of an AXI4-Stream apart and lets only those through that are packets which can
    come over this side: whatever else a master may send is taken, dropped and counted, and does no
    harm inside. A packet that comes in from the west has no way to go west; one that comes along y
    has no way left to go along x.

    Parameters
    ----------
    axons : int
        Axons of a core.
    positions : int
        Ports along a side of the mesh.
    side : int
        Side of the mesh: 0 west, 1 east, 2 north, 3 south.
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    beat : In(stream of Beat)
        From the stream.
    link : Out(stream of Tagged)
        Towards the mesh.
    clear : In(unsigned(1))
        Count from zero.
    malformed : Out(unsigned(16))
        Beats dropped; stays at its largest value.
    """

    beat: stream.Interface
    link: stream.Interface
    clear: Signal
    malformed: Signal

    def __init__(
        self,
        *,
        axons: int = 256,
        positions: int = 64,
        side: int = 0,
        offset_bits: int = 9,
        delay_slots: int = 16,
    ) -> None:
        self.axons = axons
        self.positions = positions
        self.side = side
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.position_bits = edge.position_bits(positions=positions)
        beat = edge.beat_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
        tagged = edge.tagged_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons, positions=positions
        )
        super().__init__(
            {
                "beat": In(stream.Signature(beat)),
                "link": Out(stream.Signature(tagged)),
                "clear": In(1),
                "malformed": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        count = Signal(16, init=0)

        packet = self.beat.payload.packet
        position = self.beat.payload.position
        # no byte is missing, and no bit is set that means nothing
        whole = wire(m, (self.beat.payload.keep == 0xFF) & (self.beat.payload.unused == 0))
        # there is such a port, and such an axon
        known = wire(m, (position < self.positions) & (packet.axon < self.axons))
        # it may have come this way: x first, then y
        possible = wire(
            m,
            packet.dx >= 0
            if self.side == 0
            else packet.dx <= 0
            if self.side == 1
            else (packet.dx == 0) & (packet.dy <= 0 if self.side == 2 else packet.dy >= 0),
        )
        counted = wire(m, Mux(self.clear, 0, count))

        # Table accept (unique)
        with m.If(~self.beat.valid):  # row none
            m.d.comb += [
                self.beat.ready.eq(self.link.ready),
                self.link.valid.eq(0),
            ]
            m.d.sync += count.eq(counted)
        with m.Elif(self.beat.valid & whole & known & possible):  # row pass
            m.d.comb += [
                self.beat.ready.eq(self.link.ready),
                self.link.valid.eq(1),
                self.link.payload.packet.eq(packet),
                self.link.payload.position.eq(trunc(position, self.position_bits)),
            ]
            m.d.sync += count.eq(counted)
        with m.Else():  # row else
            m.d.comb += [
                self.beat.ready.eq(self.link.ready),
                self.link.valid.eq(0),
            ]
            m.d.sync += count.eq(clamp(counted + self.link.ready, 0, 0xFFFF))

        # Table show (unique)
        # row always
        m.d.comb += self.malformed.eq(count)

        return m
