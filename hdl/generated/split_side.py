"""Generated from split_side.lct.md: do not edit, change the table.

Written by: spikewright generate split_side
"""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import edge
from spikewright.lct.hardware import replace, wire

__all__ = ["SplitSide"]


class SplitSide(wiring.Component):
    """Parts what came over one link by the lowest bit of the tag, and takes that bit off: the
    counterpart of `merge_side`. A tree of these units leads every packet to its port.

    Parameters
    ----------
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.
    axons : int
        Axons of a core.
    positions : int
        Ports along a side of the mesh.

    Members
    -------
    link : In(stream of Tagged)
        From the link.
    even : Out(stream of Tagged)
        To the ports of even numbers.
    odd : Out(stream of Tagged)
        To the ports of odd numbers.
    """

    link: stream.Interface
    even: stream.Interface
    odd: stream.Interface

    def __init__(
        self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256, positions: int = 64
    ) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        self.positions = positions
        tagged = edge.tagged_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons, positions=positions
        )
        super().__init__(
            {
                "link": In(stream.Signature(tagged)),
                "even": Out(stream.Signature(tagged)),
                "odd": Out(stream.Signature(tagged)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # the tag among the ports of this half
        inner = wire(m, replace(self.link.payload, position=self.link.payload.position >> 1))

        # Table part (unique)
        with m.If(~self.link.valid):  # row idle
            m.d.comb += [
                self.link.ready.eq(0),
                self.even.valid.eq(0),
                self.odd.valid.eq(0),
            ]
        with m.Elif(self.link.valid & ~self.link.payload.position[0]):  # row even
            m.d.comb += [
                self.link.ready.eq(self.even.ready),
                self.even.valid.eq(1),
                self.even.payload.eq(inner),
                self.odd.valid.eq(0),
            ]
        with m.Else():  # row odd
            m.d.comb += [
                self.link.ready.eq(self.odd.ready),
                self.even.valid.eq(0),
                self.odd.valid.eq(1),
                self.odd.payload.eq(inner),
            ]

        return m
