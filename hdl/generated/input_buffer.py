"""Generated from input_buffer.lct.md: do not edit, change the table.

Written by: spikewright generate input_buffer
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip

__all__ = ["InputBuffer", "Level"]


class Level(enum.Enum, shape=2):  # type: ignore[call-arg]
    EMPTY = 0
    ONE = 1
    TWO = 2


class InputBuffer(wiring.Component):
    """Two packets of buffer at an input of the router. Neither `arrive.ready` nor `leave.valid`
    depends on the other side, so no path runs through a router in one cycle; two places keep one
    packet a cycle moving. `leave.payload` is the register itself, and means nothing while no packet
    is inside.

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
    arrive : In(stream of Packet)
        From the link.
    leave : Out(stream of Packet)
        To the routing units, oldest first.
    occupied : Out(unsigned(1))
        A packet is inside.
    """

    arrive: stream.Interface
    leave: stream.Interface
    occupied: Signal

    def __init__(self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        self._packet = chip.packet_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons
        )
        super().__init__(
            {
                "arrive": In(stream.Signature(self._packet)),
                "leave": Out(stream.Signature(self._packet)),
                "occupied": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        level = Signal(Level, init=Level.EMPTY)  # packets inside
        oldest = Signal(self._packet)  # the packet that leaves next
        newest = Signal(self._packet)  # the one behind it

        # Table offer (unique)
        with m.Switch(level):
            with m.Case(Level.EMPTY):  # row empty
                m.d.comb += [
                    self.arrive.ready.eq(1),
                    self.leave.valid.eq(0),
                    self.occupied.eq(0),
                ]
            with m.Case(Level.ONE):  # row one
                m.d.comb += [
                    self.arrive.ready.eq(1),
                    self.leave.valid.eq(1),
                    self.occupied.eq(1),
                ]
            with m.Case(Level.TWO):  # row two
                m.d.comb += [
                    self.arrive.ready.eq(0),
                    self.leave.valid.eq(1),
                    self.occupied.eq(1),
                ]

        # Table show (unique)
        # row always
        m.d.comb += self.leave.payload.eq(oldest)

        # Table move (unique)
        with m.Switch(level):
            with m.Case(Level.EMPTY):
                with m.If(~self.arrive.valid):  # row wait
                    m.d.sync += level.eq(Level.EMPTY)
                with m.Else():  # row fill
                    m.d.sync += [
                        level.eq(Level.ONE),
                        oldest.eq(self.arrive.payload),
                    ]
            with m.Case(Level.ONE):
                with m.If(~self.arrive.valid & ~self.leave.ready):  # row keep
                    m.d.sync += level.eq(Level.ONE)
                with m.Elif(~self.arrive.valid & self.leave.ready):  # row drain
                    m.d.sync += level.eq(Level.EMPTY)
                with m.Elif(self.arrive.valid & ~self.leave.ready):  # row stack
                    m.d.sync += [
                        level.eq(Level.TWO),
                        newest.eq(self.arrive.payload),
                    ]
                with m.Else():  # row pass: one in, one out
                    m.d.sync += [
                        level.eq(Level.ONE),
                        oldest.eq(self.arrive.payload),
                    ]
            with m.Case(Level.TWO):
                with m.If(~self.leave.ready):  # row full
                    m.d.sync += level.eq(Level.TWO)
                with m.Else():  # row shift
                    m.d.sync += [
                        level.eq(Level.ONE),
                        oldest.eq(newest),
                    ]

        return m
