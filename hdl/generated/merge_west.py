"""Generated from merge_west.lct.md: do not edit, change the table.

Written by: spikewright generate merge_west
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import choose

__all__ = ["Input", "MergeWest"]


class Input(enum.Enum, shape=1):  # type: ignore[call-arg]
    LOCAL = 0
    THROUGH = 1


class MergeWest(wiring.Component):
    """Merges the packets that go to the west neighbour, fairly: after a transfer the next input in the
    circle comes first. While the link is stalled the input that was chosen stays first, so an
    offered packet never changes.

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
    local : In(stream of Packet)
        From this core.
    through : In(stream of Packet)
        Going straight on.
    link : Out(stream of Packet)
        To the west neighbour.
    """

    local: stream.Interface
    through: stream.Interface
    link: stream.Interface

    def __init__(self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        packet = chip.packet_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
        super().__init__(
            {
                "local": In(stream.Signature(packet)),
                "through": In(stream.Signature(packet)),
                "link": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        first = Signal(Input, init=Input.LOCAL)  # the input that is asked first

        # Table arbitrate (unique)
        with m.If(~self.local.valid & ~self.through.valid):  # row idle
            m.d.comb += [
                self.link.valid.eq(0),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(0),
                self.through.ready.eq(0),
            ]
        with m.Elif((first == Input.LOCAL) & self.local.valid):  # row local_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.through.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.THROUGH, Input.LOCAL))
        with m.Elif((first == Input.LOCAL) & ~self.local.valid & self.through.valid):
            # row local_through
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.through.payload),
                self.local.ready.eq(0),
                self.through.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.THROUGH))
        with m.Elif((first == Input.THROUGH) & self.through.valid):  # row through_through
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.through.payload),
                self.local.ready.eq(0),
                self.through.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.THROUGH))
        with m.Else():  # row through_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.through.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.THROUGH, Input.LOCAL))

        return m
