"""Generated from edge_drop.lct.md: do not edit, change the table.

Written by: spikewright generate edge_drop
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clamp

__all__ = ["EdgeDrop"]


class EdgeDrop(wiring.Component):
    """Stands at an edge port of the mesh to which nothing is attached: drops what comes, and counts
    it.

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
        Leaves the mesh.
    dropped : Out(unsigned(16))
        Packets dropped; stays at its largest value.
    """

    packet: stream.Interface
    dropped: Signal

    def __init__(self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        packet = chip.packet_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
        super().__init__(
            {
                "packet": In(stream.Signature(packet)),
                "dropped": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        count = Signal(16, init=0)

        # Table drop (unique)
        with m.If(~self.packet.valid):  # row none
            m.d.comb += self.packet.ready.eq(1)
        with m.Else():  # row drop
            m.d.comb += self.packet.ready.eq(1)
            m.d.sync += count.eq(clamp(count + 1, 0, 0xFFFF))

        # Table show (unique)
        # row always
        m.d.comb += self.dropped.eq(count)

        return m
