"""Generated from host_port.lct.md: do not edit, change the table.

Written by: spikewright generate host_port
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip, edge
from spikewright.lct.hardware import build, wire

__all__ = ["HostPort", "Notice"]


class Notice(enum.Enum, shape=2):  # type: ignore[call-arg]
    NONE = 0
    OWED = 1
    OFFERED = 2


class HostPort(wiring.Component):
    """What the frames between a chip and its host mean: a spike with its port, or a tick. A tick that
    the host sends runs once all that came before it has been delivered; when it is over, and all
    its spikes have left, the chip sends a tick back. So the host alone paces the chip, and knows of
    each spike in which tick it left.

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
    frame : In(stream of Frame)
        From the host.
    entering : Out(stream of Tagged)
        Spikes, to the mesh.
    leaving : In(stream of Tagged)
        Spikes, from the mesh.
    answer : Out(stream of Frame)
        To the host.
    step : Out(unsigned(1))
        Run one tick.
    stepping : In(unsigned(1))
        A tick is asked for, or runs.
    done : In(unsigned(1))
        A tick is over.
    """

    frame: stream.Interface
    entering: stream.Interface
    leaving: stream.Interface
    answer: stream.Interface
    step: Signal
    stepping: Signal
    done: Signal

    def __init__(
        self, *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256, positions: int = 64
    ) -> None:
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axons = axons
        self.positions = positions
        frame = edge.frame_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons, positions=positions
        )
        self._packet = chip.packet_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons
        )
        self._tagged = edge.tagged_layout(
            offset_bits=offset_bits, delay_slots=delay_slots, axons=axons, positions=positions
        )
        super().__init__(
            {
                "frame": In(stream.Signature(frame)),
                "entering": Out(stream.Signature(self._tagged)),
                "leaving": In(stream.Signature(self._tagged)),
                "answer": Out(stream.Signature(frame)),
                "step": Out(1),
                "stepping": In(1),
                "done": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # the host must still be told of a tick; it is being told
        notice = Signal(Notice, init=Notice.NONE)

        ticking = self.frame.payload.tick
        free = wire(m, ~self.stepping & (notice == Notice.NONE))  # there is no tick before this one
        nothing = wire(
            m,
            build(self._tagged, packet=build(self._packet, dx=0, dy=0, slot=0, axon=0), position=0),
        )

        # Table receive (unique)
        with m.If(~self.frame.valid):  # row none
            m.d.comb += [
                self.frame.ready.eq(0),
                self.entering.valid.eq(0),
                self.step.eq(0),
            ]
        with m.Elif(self.frame.valid & ~ticking):  # row spike
            m.d.comb += [
                self.frame.ready.eq(self.entering.ready),
                self.entering.valid.eq(1),
                self.entering.payload.eq(self.frame.payload.tagged),
                self.step.eq(0),
            ]
        with m.Elif(self.frame.valid & ticking & free):  # row tick
            m.d.comb += [
                self.frame.ready.eq(1),
                self.entering.valid.eq(0),
                self.step.eq(1),
            ]
        with m.Else():  # row wait
            m.d.comb += [
                self.frame.ready.eq(0),
                self.entering.valid.eq(0),
                self.step.eq(0),
            ]

        # Table send (unique)
        with m.Switch(notice):
            with m.Case(Notice.OFFERED):  # row tick
                m.d.comb += [
                    self.leaving.ready.eq(0),
                    self.answer.valid.eq(1),
                    self.answer.payload.tick.eq(1),
                    self.answer.payload.tagged.eq(nothing),
                ]
            with m.Case(Notice.NONE, Notice.OWED):
                with m.If(self.leaving.valid):  # row spike
                    m.d.comb += [
                        self.leaving.ready.eq(self.answer.ready),
                        self.answer.valid.eq(1),
                        self.answer.payload.tick.eq(0),
                        self.answer.payload.tagged.eq(self.leaving.payload),
                    ]
                with m.Else():  # row none
                    m.d.comb += [
                        self.leaving.ready.eq(0),
                        self.answer.valid.eq(0),
                    ]

        # Table tell (unique)
        with m.Switch(notice):
            with m.Case(Notice.NONE):
                with m.If(~self.done):  # row none
                    m.d.sync += notice.eq(Notice.NONE)
                with m.Else():  # row done
                    m.d.sync += notice.eq(Notice.OWED)
            with m.Case(Notice.OWED):
                with m.If(self.leaving.valid & ~self.answer.ready):
                    # row behind: a spike that is on offer stays
                    m.d.sync += notice.eq(Notice.OWED)
                with m.Elif(self.leaving.valid & self.answer.ready):  # row after
                    m.d.sync += notice.eq(Notice.OFFERED)
                with m.Else():  # row next
                    m.d.sync += notice.eq(Notice.OFFERED)
            with m.Case(Notice.OFFERED):
                with m.If(~self.answer.ready):  # row stall
                    m.d.sync += notice.eq(Notice.OFFERED)
                with m.Else():  # row told
                    m.d.sync += notice.eq(Notice.NONE)

        return m
