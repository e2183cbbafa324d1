"""Generated from router.lct.md: do not edit, change the table.

Written by: spikewright generate router
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from spikewright.hdl.generated import chip
from spikewright.hdl.generated.forward_east import ForwardEast
from spikewright.hdl.generated.forward_north import ForwardNorth
from spikewright.hdl.generated.forward_south import ForwardSouth
from spikewright.hdl.generated.forward_west import ForwardWest
from spikewright.hdl.generated.from_local import FromLocal
from spikewright.hdl.generated.input_buffer import InputBuffer
from spikewright.hdl.generated.merge_east import MergeEast
from spikewright.hdl.generated.merge_local import MergeLocal
from spikewright.hdl.generated.merge_north import MergeNorth
from spikewright.hdl.generated.merge_south import MergeSouth
from spikewright.hdl.generated.merge_west import MergeWest
from spikewright.hdl.generated.to_local import ToLocal

__all__ = ["Router"]


class Router(wiring.Component):
    """One node of the two-dimensional mesh: five inputs with a buffer each, a routing unit for each
    direction of travel, a fair merge for each output. x first, then y, so no cycle of waiting can
    form.

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
    local_in : In(stream of Packet)
        From the spike sender of this core.
    east_in : In(stream of Packet)
        From the east neighbour.
    west_in : In(stream of Packet)
        From the west neighbour.
    north_in : In(stream of Packet)
        From the north neighbour.
    south_in : In(stream of Packet)
        From the south neighbour.
    local_out : Out(stream of Delivery)
        To the scheduler of this core.
    east_out : Out(stream of Packet)
        To the east neighbour.
    west_out : Out(stream of Packet)
        To the west neighbour.
    north_out : Out(stream of Packet)
        To the north neighbour.
    south_out : Out(stream of Packet)
        To the south neighbour.
    local_occupied : Out(unsigned(1))
        The buffer of input local holds a packet.
    east_occupied : Out(unsigned(1))
        The buffer of input east holds a packet.
    west_occupied : Out(unsigned(1))
        The buffer of input west holds a packet.
    north_occupied : Out(unsigned(1))
        The buffer of input north holds a packet.
    south_occupied : Out(unsigned(1))
        The buffer of input south holds a packet.
    """

    local_in: stream.Interface
    east_in: stream.Interface
    west_in: stream.Interface
    north_in: stream.Interface
    south_in: stream.Interface
    local_out: stream.Interface
    east_out: stream.Interface
    west_out: stream.Interface
    north_out: stream.Interface
    south_out: stream.Interface
    local_occupied: Signal
    east_occupied: Signal
    west_occupied: Signal
    north_occupied: Signal
    south_occupied: Signal

    def __init__(self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        packet = chip.packet_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
        delivery = chip.delivery_layout(delay_slots=delay_slots, axons=axons)
        super().__init__(
            {
                "local_in": In(stream.Signature(packet)),
                "east_in": In(stream.Signature(packet)),
                "west_in": In(stream.Signature(packet)),
                "north_in": In(stream.Signature(packet)),
                "south_in": In(stream.Signature(packet)),
                "local_out": Out(stream.Signature(delivery)),
                "east_out": Out(stream.Signature(packet)),
                "west_out": Out(stream.Signature(packet)),
                "north_out": Out(stream.Signature(packet)),
                "south_out": Out(stream.Signature(packet)),
                "local_occupied": Out(1),
                "east_occupied": Out(1),
                "west_occupied": Out(1),
                "north_occupied": Out(1),
                "south_occupied": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # packets of this core
        m.submodules.buffer_local = buffer_local = InputBuffer(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        # packets from the east neighbour
        m.submodules.buffer_east = buffer_east = InputBuffer(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        # packets from the west neighbour
        m.submodules.buffer_west = buffer_west = InputBuffer(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        # packets from the north neighbour
        m.submodules.buffer_north = buffer_north = InputBuffer(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        # packets from the south neighbour
        m.submodules.buffer_south = buffer_south = InputBuffer(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.from_local = from_local = FromLocal(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.forward_east = forward_east = ForwardEast(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.forward_west = forward_west = ForwardWest(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.forward_north = forward_north = ForwardNorth(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.forward_south = forward_south = ForwardSouth(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.merge_east = merge_east = MergeEast(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.merge_west = merge_west = MergeWest(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.merge_north = merge_north = MergeNorth(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.merge_south = merge_south = MergeSouth(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.merge_local = merge_local = MergeLocal(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )
        m.submodules.to_local = to_local = ToLocal(
            offset_bits=self.offset_bits, delay_slots=self.delay_slots, axons=self.axons
        )

        connect(m, flipped(self.local_in), buffer_local.arrive)
        m.d.comb += self.local_occupied.eq(buffer_local.occupied)
        connect(m, flipped(self.east_in), buffer_east.arrive)
        m.d.comb += self.east_occupied.eq(buffer_east.occupied)
        connect(m, flipped(self.west_in), buffer_west.arrive)
        m.d.comb += self.west_occupied.eq(buffer_west.occupied)
        connect(m, flipped(self.north_in), buffer_north.arrive)
        m.d.comb += self.north_occupied.eq(buffer_north.occupied)
        connect(m, flipped(self.south_in), buffer_south.arrive)
        m.d.comb += self.south_occupied.eq(buffer_south.occupied)
        connect(m, buffer_local.leave, from_local.core)
        connect(m, buffer_west.leave, forward_east.west)
        connect(m, buffer_east.leave, forward_west.east)
        connect(m, buffer_south.leave, forward_north.south)
        connect(m, buffer_north.leave, forward_south.north)
        connect(m, from_local.east, merge_east.local)
        connect(m, from_local.west, merge_west.local)
        connect(m, from_local.north, merge_north.local)
        connect(m, from_local.south, merge_south.local)
        connect(m, from_local.local, merge_local.local)
        connect(m, forward_east.east, merge_east.through)
        connect(m, forward_west.west, merge_west.through)
        connect(m, forward_north.north, merge_north.through)
        connect(m, forward_south.south, merge_south.through)
        connect(m, forward_east.north, merge_north.east)
        connect(m, forward_east.south, merge_south.east)
        connect(m, forward_west.north, merge_north.west)
        connect(m, forward_west.south, merge_south.west)
        connect(m, forward_east.local, merge_local.east)
        connect(m, forward_west.local, merge_local.west)
        connect(m, forward_north.local, merge_local.north)
        connect(m, forward_south.local, merge_local.south)
        connect(m, merge_east.link, flipped(self.east_out))
        connect(m, merge_west.link, flipped(self.west_out))
        connect(m, merge_north.link, flipped(self.north_out))
        connect(m, merge_south.link, flipped(self.south_out))
        connect(m, merge_local.link, to_local.packet)
        connect(m, to_local.delivery, flipped(self.local_out))

        return m
