"""Generated from forward_south.lct.md: do not edit, change the table.

Written by: spikewright generate forward_south
"""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc

__all__ = ["ForwardSouth"]


class ForwardSouth(wiring.Component):
    """Carries packets that travel south: on to the south while y steps are left, then hands them to
    this core. Their x steps are spent, since x comes first.

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
    north : In(stream of Packet)
        From the north neighbour.
    south : Out(stream of Packet)
        To the south neighbour.
    local : Out(stream of Packet)
        To this core.
    """

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
                "north": In(stream.Signature(packet)),
                "south": Out(stream.Signature(packet)),
                "local": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Table route (unique)
        with m.If(~self.north.valid):  # row idle
            m.d.comb += [
                self.north.ready.eq(0),
                self.south.valid.eq(0),
                self.local.valid.eq(0),
            ]
        with m.Elif(self.north.valid & (self.north.payload.dy < 0)):  # row on
            m.d.comb += [
                self.north.ready.eq(self.south.ready),
                self.south.valid.eq(1),
                self.local.valid.eq(0),
            ]
        with m.Else():  # row local
            m.d.comb += [
                self.north.ready.eq(self.local.ready),
                self.south.valid.eq(0),
                self.local.valid.eq(1),
            ]

        # Table step (unique)
        # row always
        m.d.comb += [
            self.south.payload.eq(self.north.payload),
            self.south.payload.dy.eq(trunc(self.north.payload.dy + 1, self.offset_bits)),
            self.local.payload.eq(self.north.payload),
        ]

        return m
