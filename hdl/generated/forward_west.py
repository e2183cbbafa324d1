"""Generated from forward_west.lct.md: do not edit, change the table.

Written by: spikewright generate forward_west
"""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc

__all__ = ["ForwardWest"]


class ForwardWest(wiring.Component):
    """Carries packets that travel west: on to the west while x steps are left, then turns them along y
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
    east : In(stream of Packet)
        From the east neighbour.
    west : Out(stream of Packet)
        To the west neighbour.
    north : Out(stream of Packet)
        To the north neighbour.
    south : Out(stream of Packet)
        To the south neighbour.
    local : Out(stream of Packet)
        To this core.
    """

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
                "east": In(stream.Signature(packet)),
                "west": Out(stream.Signature(packet)),
                "north": Out(stream.Signature(packet)),
                "south": Out(stream.Signature(packet)),
                "local": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Table route (unique)
        with m.If(~self.east.valid):  # row idle
            m.d.comb += [
                self.east.ready.eq(0),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.east.valid & (self.east.payload.dx < 0)):  # row on
            m.d.comb += [
                self.east.ready.eq(self.west.ready),
                self.west.valid.eq(1),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.east.valid & (self.east.payload.dx >= 0) & (self.east.payload.dy > 0)):
            # row north
            m.d.comb += [
                self.east.ready.eq(self.north.ready),
                self.west.valid.eq(0),
                self.north.valid.eq(1),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.east.valid & (self.east.payload.dx >= 0) & (self.east.payload.dy < 0)):
            # row south
            m.d.comb += [
                self.east.ready.eq(self.south.ready),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(1),
                self.local.valid.eq(0),
            ]
        with m.Else():  # row local
            m.d.comb += [
                self.east.ready.eq(self.local.ready),
                self.west.valid.eq(0),
                self.north.valid.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(1),
            ]

        # Table step (unique)
        # row always
        m.d.comb += [
            self.west.payload.eq(self.east.payload),
            self.west.payload.dx.eq(trunc(self.east.payload.dx + 1, self.offset_bits)),
            self.north.payload.eq(self.east.payload),
            self.north.payload.dy.eq(trunc(self.east.payload.dy - 1, self.offset_bits)),
            self.south.payload.eq(self.east.payload),
            self.south.payload.dy.eq(trunc(self.east.payload.dy + 1, self.offset_bits)),
            self.local.payload.eq(self.east.payload),
        ]

        return m
