"""Generated from merge_side.lct.md: do not edit, change the table.

Written by: spikewright generate merge_side
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import edge
from spikewright.lct.hardware import choose, replace, trunc, wire

__all__ = ["Input", "MergeSide"]


class Input(enum.Enum, shape=1):  # type: ignore[call-arg]
    EVEN = 0
    ODD = 1


class MergeSide(wiring.Component):
    """Merges two streams of one side of the mesh into one, fairly, and notes in the tag which of the
    two a packet came over: its bit becomes the lowest of `position`. A tree of these units carries
    any number of ports over one link. After a transfer the other input comes first; while the link
    is stalled the input that was chosen stays first, so an offered packet never changes.

    Parameters
    ----------
    positions : int
        Ports along a side of the mesh.
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.
    axons : int
        Axons of a core.

    Members
    -------
    even : In(stream of Tagged)
        From the ports of even numbers.
    odd : In(stream of Tagged)
        From the ports of odd numbers.
    link : Out(stream of Tagged)
        Towards the link.
    """

    even: stream.Interface
    odd: stream.Interface
    link: stream.Interface

    def __init__(
        self, *, positions: int = 64, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256
    ) -> None:
        self.positions = positions
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        self.position_bits = edge.position_bits(positions=positions)
        tagged = edge.tagged_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons, positions=positions
        )
        super().__init__(
            {
                "even": In(stream.Signature(tagged)),
                "odd": In(stream.Signature(tagged)),
                "link": Out(stream.Signature(tagged)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        first = Signal(Input, init=Input.EVEN)  # the input that is asked first

        from_even = wire(
            m,
            replace(
                self.even.payload,
                position=trunc(self.even.payload.position.shift_left(1), self.position_bits),
            ),
        )
        from_odd = wire(
            m,
            replace(
                self.odd.payload,
                position=trunc(self.odd.payload.position.shift_left(1), self.position_bits) | 1,
            ),
        )

        # Table arbitrate (unique)
        with m.If(~self.even.valid & ~self.odd.valid):  # row idle
            m.d.comb += [
                self.link.valid.eq(0),
                self.even.ready.eq(0),
                self.odd.ready.eq(0),
            ]
        with m.Elif((first == Input.EVEN) & self.even.valid):  # row even_even
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(from_even),
                self.even.ready.eq(self.link.ready),
                self.odd.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.ODD, Input.EVEN))
        with m.Elif((first == Input.EVEN) & ~self.even.valid & self.odd.valid):  # row even_odd
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(from_odd),
                self.even.ready.eq(0),
                self.odd.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EVEN, Input.ODD))
        with m.Elif((first == Input.ODD) & self.odd.valid):  # row odd_odd
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(from_odd),
                self.even.ready.eq(0),
                self.odd.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EVEN, Input.ODD))
        with m.Else():  # row odd_even
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(from_even),
                self.even.ready.eq(self.link.ready),
                self.odd.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.ODD, Input.EVEN))

        return m
