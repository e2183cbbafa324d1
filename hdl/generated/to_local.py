"""Generated from to_local.lct.md: do not edit, change the table.

Written by: spikewright generate to_local
"""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip

__all__ = ["ToLocal"]


class ToLocal(wiring.Component):
    """Hands packets that have arrived to the scheduler: the steps are spent, slot and axon are left.

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
    packet : In(stream of Packet)
        Has reached its core.
    delivery : Out(stream of Delivery)
        To the scheduler.
    """

    packet: stream.Interface
    delivery: stream.Interface

    def __init__(self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        packet = chip.packet_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
        delivery = chip.delivery_layout(delay_slots=delay_slots, axons=axons)
        super().__init__(
            {
                "packet": In(stream.Signature(packet)),
                "delivery": Out(stream.Signature(delivery)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Table hand_over (unique)
        with m.If(~self.packet.valid):  # row idle
            m.d.comb += [
                self.packet.ready.eq(0),
                self.delivery.valid.eq(0),
            ]
        with m.Else():  # row deliver
            m.d.comb += [
                self.packet.ready.eq(self.delivery.ready),
                self.delivery.valid.eq(1),
                self.delivery.payload.slot.eq(self.packet.payload.slot),
                self.delivery.payload.axon.eq(self.packet.payload.axon),
            ]

        return m
