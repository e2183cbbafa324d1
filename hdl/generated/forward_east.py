"""Generated from forward_east.lct.md: do not edit, change the table.

Written by: spikewright generate forward_east
"""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc

__all__ = ["ForwardEast"]


class ForwardEast(wiring.Component):
    """Carries packets that travel east: on to the east while x steps are left, then turns them along y
    or hands them to this core.

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
    west : In(stream of Packet)
        From the west neighbour.
    east : Out(stream of Packet)
        To the east neighbour.
    north : Out(stream of Packet)
        To the north neighbour.
    south : Out(stream of Packet)
        To the south neighbour.
    local : Out(stream of Packet)
        To this core.
    """

    west: stream.Interface
    east: stream.Interface
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
                "west": In(stream.Signature(packet)),
                "east": Out(stream.Signature(packet)),
                "north": Out(stream.Signature(packet)),
                "south": Out(stream.Signature(packet)),
                "local": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Table route (unique)
        with m.If(~self.west.valid):  # row idle
            m.d.comb += [
                self.west.ready.eq(0),
                self.east.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.west.valid & (self.west.payload.dx > 0)):  # row on
            m.d.comb += [
                self.west.ready.eq(self.east.ready),
                self.east.valid.eq(1),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.west.valid & (self.west.payload.dx <= 0) & (self.west.payload.dy > 0)):
            # row north
            m.d.comb += [
                self.west.ready.eq(self.north.ready),
                self.east.valid.eq(0),
                self.north.valid.eq(1),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.west.valid & (self.west.payload.dx <= 0) & (self.west.payload.dy < 0)):
            # row south
            m.d.comb += [
                self.west.ready.eq(self.south.ready),
                self.east.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(1),
                self.local.valid.eq(0),
            ]
        with m.Else():  # row local
            m.d.comb += [
                self.west.ready.eq(self.local.ready),
                self.east.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(1),
            ]

        # Table step (unique)
        # row always
        m.d.comb += [
            self.east.payload.eq(self.west.payload),
            self.east.payload.dx.eq(trunc(self.west.payload.dx - 1, self.offset_bits)),
            self.north.payload.eq(self.west.payload),
            self.north.payload.dy.eq(trunc(self.west.payload.dy - 1, self.offset_bits)),
            self.south.payload.eq(self.west.payload),
            self.south.payload.dy.eq(trunc(self.west.payload.dy + 1, self.offset_bits)),
            self.local.payload.eq(self.west.payload),
        ]

        return m
