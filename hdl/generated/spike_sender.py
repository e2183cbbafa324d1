"""Generated from spike_sender.lct.md: do not edit, change the table.

Written by: spikewright generate spike_sender
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc, wire

__all__ = ["SpikeSender"]


class SpikeSender(wiring.Component):
    """Turns the spike of a neuron into a packet. A neuron with delay 0 has no destination.

    Parameters
    ----------
    delay_slots : int
        Rows of the scheduler.
    offset_bits : int
        Bits of a signed core offset.
    axons : int
        Axons of a core.

    Members
    -------
    fired : In(stream of Fired)
        Each neuron once per tick.
    packet : Out(stream of Packet)
        To the router.
    slot : In(unsigned(SLOT_BITS))
        The tick that runs, modulo the number of slots.
    busy : Out(unsigned(1))
        A packet waits for the router.
    """

    fired: stream.Interface
    packet: stream.Interface
    slot: Signal
    busy: Signal

    def __init__(self, *, delay_slots: int = 16, offset_bits: int = 9, axons: int = 256) -> None:
        self.delay_slots = delay_slots
        self.offset_bits = offset_bits
        self.axons = axons
        self.slot_bits = chip.slot_bits(delay_slots=delay_slots)
        fired = chip.fired_layout(offset_bits=offset_bits, axons=axons, delay_slots=delay_slots)
        self._packet = chip.packet_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons
        )
        super().__init__(
            {
                "fired": In(stream.Signature(fired)),
                "packet": Out(stream.Signature(self._packet)),
                "slot": In(self.slot_bits),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        full = Signal(init=0)  # `held` is a packet
        held = Signal(self._packet)  # the packet on offer

        destination = self.fired.payload.destination
        free = wire(m, ~full | self.packet.ready)  # room for a packet

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.packet.valid.eq(full),
            self.packet.payload.eq(held),
            self.busy.eq(full),
        ]

        # Table send (unique)
        with m.If(~free):  # row stall
            m.d.comb += self.fired.ready.eq(0)
            m.d.sync += full.eq(1)
        with m.Elif(~self.fired.valid & free):  # row none
            m.d.comb += self.fired.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Elif(self.fired.valid & free & ~self.fired.payload.spike):  # row quiet
            m.d.comb += self.fired.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Elif(self.fired.valid & free & self.fired.payload.spike & (destination.delay == 0)):
            # row nowhere
            m.d.comb += self.fired.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Else():  # row send
            m.d.comb += self.fired.ready.eq(1)
            m.d.sync += [
                full.eq(1),
                held.dx.eq(destination.dx),
                held.dy.eq(destination.dy),
                held.slot.eq(trunc(self.slot + destination.delay, self.slot_bits)),
                held.axon.eq(destination.axon),
            ]

        return m
