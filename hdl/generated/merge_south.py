"""Generated from merge_south.lct.md: do not edit, change the table.

Written by: spikewright generate merge_south
"""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import choose, first_one, wire

__all__ = ["Input", "MergeSouth"]


class Input(enum.Enum, shape=2):  # type: ignore[call-arg]
    LOCAL = 0
    EAST = 1
    WEST = 2
    THROUGH = 3


class MergeSouth(wiring.Component):
    """Merges the packets that go to the south neighbour, fairly: after a transfer the next input in
    the circle comes first. While the link is stalled the input that was chosen stays first, so an
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
    east : In(stream of Packet)
        Travelling east until here.
    west : In(stream of Packet)
        Travelling west until here.
    through : In(stream of Packet)
        Going straight on.
    link : Out(stream of Packet)
        To the south neighbour.
    """

    local: stream.Interface
    east: stream.Interface
    west: stream.Interface
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
                "east": In(stream.Signature(packet)),
                "west": In(stream.Signature(packet)),
                "through": In(stream.Signature(packet)),
                "link": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        first = Signal(Input, init=Input.LOCAL)  # the input that is asked first

        # a bit for each input, in the order of the circle
        waiting = wire(
            m, Cat(self.local.valid, self.east.valid, self.west.valid, self.through.valid)
        )
        # those from `first` to the end of the circle
        round_ = wire(
            m,
            waiting
            & Mux(
                first == Input.EAST,
                0b1110,
                Mux(first == Input.WEST, 0b1100, Mux(first == Input.THROUGH, 0b1000, 0b1111)),
            ),
            name="round",
        )
        # number of the input whose packet is on offer
        chosen = wire(m, first_one(Mux(round_ != 0, round_, waiting)))

        # Table offer (unique)
        with m.If(waiting == 0):  # row idle
            m.d.comb += self.link.valid.eq(0)
        with m.Else():  # row some
            m.d.comb += self.link.valid.eq(1)

        # Table choose (unique)
        with m.If(chosen == 0):  # row local
            m.d.comb += [
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.through.ready.eq(0),
            ]
        with m.Elif(chosen == 1):  # row east
            m.d.comb += [
                self.link.payload.eq(self.east.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(self.link.ready),
                self.west.ready.eq(0),
                self.through.ready.eq(0),
            ]
        with m.Elif(chosen == 2):  # row west
            m.d.comb += [
                self.link.payload.eq(self.west.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(self.link.ready),
                self.through.ready.eq(0),
            ]
        with m.Else():  # row through
            m.d.comb += [
                self.link.payload.eq(self.through.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.through.ready.eq(self.link.ready),
            ]

        # Table turn (unique)
        with m.If(waiting == 0):  # row idle
            pass
        with m.Elif((waiting > 0) & (chosen == 0)):  # row local
            m.d.sync += first.eq(choose(self.link.ready, Input.EAST, Input.LOCAL))
        with m.Elif(chosen == 1):  # row east
            m.d.sync += first.eq(choose(self.link.ready, Input.WEST, Input.EAST))
        with m.Elif(chosen == 2):  # row west
            m.d.sync += first.eq(choose(self.link.ready, Input.THROUGH, Input.WEST))
        with m.Else():  # row through
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.THROUGH))

        return m
