"""Generated from merge_local.lct.md: do not edit, change the table.

Written by: spikewright generate merge_local
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import choose

__all__ = ["Input", "MergeLocal"]


class Input(enum.Enum, shape=3):  # type: ignore[call-arg]
    LOCAL = 0
    EAST = 1
    WEST = 2
    NORTH = 3
    SOUTH = 4


class MergeLocal(wiring.Component):
    """Merges the packets that go to this core, fairly: after a transfer the next input in the circle
    comes first. While the link is stalled the input that was chosen stays first, so an offered
    packet never changes.

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
    north : In(stream of Packet)
        Travelling north until here.
    south : In(stream of Packet)
        Travelling south until here.
    link : Out(stream of Packet)
        To this core.
    """

    local: stream.Interface
    east: stream.Interface
    west: stream.Interface
    north: stream.Interface
    south: stream.Interface
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
                "north": In(stream.Signature(packet)),
                "south": In(stream.Signature(packet)),
                "link": Out(stream.Signature(packet)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        first = Signal(Input, init=Input.LOCAL)  # the input that is asked first

        # Table arbitrate (unique)
        with m.If(
            ~self.local.valid
            & ~self.east.valid
            & ~self.west.valid
            & ~self.north.valid
            & ~self.south.valid
        ):
            # row idle
            m.d.comb += [
                self.link.valid.eq(0),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
        with m.Elif((first == Input.LOCAL) & self.local.valid):  # row local_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EAST, Input.LOCAL))
        with m.Elif((first == Input.LOCAL) & ~self.local.valid & self.east.valid):  # row local_east
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.east.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(self.link.ready),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.WEST, Input.EAST))
        with m.Elif(
            (first == Input.LOCAL) & ~self.local.valid & ~self.east.valid & self.west.valid
        ):
            # row local_west
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.west.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(self.link.ready),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.NORTH, Input.WEST))
        with m.Elif(
            (first == Input.LOCAL)
            & ~self.local.valid
            & ~self.east.valid
            & ~self.west.valid
            & self.north.valid
        ):
            # row local_north
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.north.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(self.link.ready),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.SOUTH, Input.NORTH))
        with m.Elif(
            (first == Input.LOCAL)
            & ~self.local.valid
            & ~self.east.valid
            & ~self.west.valid
            & ~self.north.valid
            & self.south.valid
        ):
            # row local_south
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.south.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.SOUTH))
        with m.Elif((first == Input.EAST) & self.east.valid):  # row east_east
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.east.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(self.link.ready),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.WEST, Input.EAST))
        with m.Elif((first == Input.EAST) & ~self.east.valid & self.west.valid):  # row east_west
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.west.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(self.link.ready),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.NORTH, Input.WEST))
        with m.Elif((first == Input.EAST) & ~self.east.valid & ~self.west.valid & self.north.valid):
            # row east_north
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.north.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(self.link.ready),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.SOUTH, Input.NORTH))
        with m.Elif(
            (first == Input.EAST)
            & ~self.east.valid
            & ~self.west.valid
            & ~self.north.valid
            & self.south.valid
        ):
            # row east_south
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.south.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.SOUTH))
        with m.Elif(
            (first == Input.EAST)
            & self.local.valid
            & ~self.east.valid
            & ~self.west.valid
            & ~self.north.valid
            & ~self.south.valid
        ):
            # row east_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EAST, Input.LOCAL))
        with m.Elif((first == Input.WEST) & self.west.valid):  # row west_west
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.west.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(self.link.ready),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.NORTH, Input.WEST))
        with m.Elif((first == Input.WEST) & ~self.west.valid & self.north.valid):  # row west_north
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.north.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(self.link.ready),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.SOUTH, Input.NORTH))
        with m.Elif(
            (first == Input.WEST) & ~self.west.valid & ~self.north.valid & self.south.valid
        ):
            # row west_south
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.south.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.SOUTH))
        with m.Elif(
            (first == Input.WEST)
            & self.local.valid
            & ~self.west.valid
            & ~self.north.valid
            & ~self.south.valid
        ):
            # row west_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EAST, Input.LOCAL))
        with m.Elif(
            (first == Input.WEST)
            & ~self.local.valid
            & self.east.valid
            & ~self.west.valid
            & ~self.north.valid
            & ~self.south.valid
        ):
            # row west_east
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.east.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(self.link.ready),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.WEST, Input.EAST))
        with m.Elif((first == Input.NORTH) & self.north.valid):  # row north_north
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.north.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(self.link.ready),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.SOUTH, Input.NORTH))
        with m.Elif((first == Input.NORTH) & ~self.north.valid & self.south.valid):
            # row north_south
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.south.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.SOUTH))
        with m.Elif(
            (first == Input.NORTH) & self.local.valid & ~self.north.valid & ~self.south.valid
        ):
            # row north_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EAST, Input.LOCAL))
        with m.Elif(
            (first == Input.NORTH)
            & ~self.local.valid
            & self.east.valid
            & ~self.north.valid
            & ~self.south.valid
        ):
            # row north_east
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.east.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(self.link.ready),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.WEST, Input.EAST))
        with m.Elif(
            (first == Input.NORTH)
            & ~self.local.valid
            & ~self.east.valid
            & self.west.valid
            & ~self.north.valid
            & ~self.south.valid
        ):
            # row north_west
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.west.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(self.link.ready),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.NORTH, Input.WEST))
        with m.Elif((first == Input.SOUTH) & self.south.valid):  # row south_south
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.south.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.LOCAL, Input.SOUTH))
        with m.Elif((first == Input.SOUTH) & self.local.valid & ~self.south.valid):
            # row south_local
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.local.payload),
                self.local.ready.eq(self.link.ready),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.EAST, Input.LOCAL))
        with m.Elif(
            (first == Input.SOUTH) & ~self.local.valid & self.east.valid & ~self.south.valid
        ):
            # row south_east
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.east.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(self.link.ready),
                self.west.ready.eq(0),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.WEST, Input.EAST))
        with m.Elif(
            (first == Input.SOUTH)
            & ~self.local.valid
            & ~self.east.valid
            & self.west.valid
            & ~self.south.valid
        ):
            # row south_west
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.west.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(self.link.ready),
                self.north.ready.eq(0),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.NORTH, Input.WEST))
        with m.Else():  # row south_north
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(self.north.payload),
                self.local.ready.eq(0),
                self.east.ready.eq(0),
                self.west.ready.eq(0),
                self.north.ready.eq(self.link.ready),
                self.south.ready.eq(0),
            ]
            m.d.sync += first.eq(choose(self.link.ready, Input.SOUTH, Input.NORTH))

        return m
