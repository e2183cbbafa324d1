"""Generated from from_local.lct.md: do not edit, change the table.

Written by: spikewright generate from_local
"""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc

__all__ = ["FromLocal"]


class FromLocal(wiring.Component):
    """Sends the packets of this core on their way: first along x, then along y, at last into this very
    core. A step over a link is counted where it begins, so that a packet on a link holds the steps
    still to go from the core it is coming to.

    Parameters
    ----------
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.
    axons : int
        Axons of a core.

    Members
    -------
    core : In(stream of Packet)
        From the spike sender.
    east : Out(stream of Packet)
        To the east neighbour.
    west : Out(stream of Packet)
        To the west neighbour.
    north : Out(stream of Packet)
        To the north neighbour.
    south : Out(stream of Packet)
        To the south neighbour.
    local : Out(stream of Packet)
        To this core.
    """

    core: stream.Interface
    east: stream.Interface
    west: stream.Interface
    north: stream.Interface
    south: stream.Interface
    local: stream.Interface

    def __init__(self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        packet = chip.packet_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
        super().__init__(
            {
                "core": In(stream.Signature(packet)),
                "east": Out(stream.Signature(packet)),
                "west": Out(stream.Signature(packet)),
                "north": Out(stream.Signature(packet)),
                "south": Out(stream.Signature(packet)),
                "local": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Table route (unique)
        with m.If(~self.core.valid):  # row idle
            m.d.comb += [
                self.core.ready.eq(0),
                self.east.valid.eq(0),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.core.valid & (self.core.payload.dx > 0)):  # row east
            m.d.comb += [
                self.core.ready.eq(self.east.ready),
                self.east.valid.eq(1),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.core.valid & (self.core.payload.dx < 0)):  # row west
            m.d.comb += [
                self.core.ready.eq(self.west.ready),
                self.east.valid.eq(0),
                self.west.valid.eq(1),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.core.valid & (self.core.payload.dx == 0) & (self.core.payload.dy > 0)):
            # row north
            m.d.comb += [
                self.core.ready.eq(self.north.ready),
                self.east.valid.eq(0),
                self.west.valid.eq(0),
                self.north.valid.eq(1),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.core.valid & (self.core.payload.dx == 0) & (self.core.payload.dy < 0)):
            # row south
            m.d.comb += [
                self.core.ready.eq(self.south.ready),
                self.east.valid.eq(0),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(1),
                self.local.valid.eq(0),
            ]
        with m.Else():  # row local
            m.d.comb += [
                self.core.ready.eq(self.local.ready),
                self.east.valid.eq(0),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(1),
            ]

        # Table step (unique)
        # row always
        m.d.comb += [
            self.east.payload.eq(self.core.payload),
            self.east.payload.dx.eq(trunc(self.core.payload.dx - 1, self.offset_bits)),
            self.west.payload.eq(self.core.payload),
            self.west.payload.dx.eq(trunc(self.core.payload.dx + 1, self.offset_bits)),
            self.north.payload.eq(self.core.payload),
            self.north.payload.dy.eq(trunc(self.core.payload.dy - 1, self.offset_bits)),
            self.south.payload.eq(self.core.payload),
            self.south.payload.dy.eq(trunc(self.core.payload.dy + 1, self.offset_bits)),
            self.local.payload.eq(self.core.payload),
        ]

        return m
