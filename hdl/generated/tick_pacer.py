"""Generated from tick_pacer.lct.md: do not edit, change the table.

Written by: spikewright generate tick_pacer
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import wire

__all__ = ["TickPacer"]


class TickPacer(wiring.Component):
    """Starts the ticks of the chip, always at quiescence: one that is asked for, one after another, or
    one in each period. A tick starts two cycles after the chip became quiescent, or later while
    `halt` is high.

    Parameters
    ----------
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    run : In(unsigned(1))
        Start ticks by itself.
    paced : In(unsigned(1))
        One in each period.
    period : In(unsigned(32))
        Cycles, at least 1.
    step : In(unsigned(1))
        Run one tick.
    quiescent : In(unsigned(1))
        Nothing runs or is under way; not in a cycle with `start`.
    commanding : In(unsigned(1))
        A command runs.
    halt : In(unsigned(1))
        Start nothing.
    start : Out(unsigned(1))
        Begin a tick.
    slot : Out(unsigned(SLOT_BITS))
        Its slot.
    due : Out(unsigned(1))
        A tick would start now, but for `halt`.
    stepping : Out(unsigned(1))
        A single tick is asked for, or a tick runs.
    idle : Out(unsigned(1))
        No tick runs, and none is asked for.
    ticks : Out(unsigned(32))
        Ticks started.
    late : Out(unsigned(1))
        A period is over, and its tick cannot start.
    done : Out(unsigned(1))
        A tick has ended.
    """

    run: Signal
    paced: Signal
    period: Signal
    step: Signal
    quiescent: Signal
    commanding: Signal
    halt: Signal
    start: Signal
    slot: Signal
    due: Signal
    stepping: Signal
    idle: Signal
    ticks: Signal
    late: Signal
    done: Signal

    def __init__(self, *, delay_slots: int = 16) -> None:
        self.delay_slots = delay_slots
        self.slot_bits = chip.slot_bits(delay_slots=delay_slots)
        super().__init__(
            {
                "run": In(1),
                "paced": In(1),
                "period": In(32),
                "step": In(1),
                "quiescent": In(1),
                "commanding": In(1),
                "halt": In(1),
                "start": Out(1),
                "slot": Out(self.slot_bits),
                "due": Out(1),
                "stepping": Out(1),
                "idle": Out(1),
                "ticks": Out(32),
                "late": Out(1),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        pending = Signal(init=0)  # a single tick is asked for
        going = Signal(init=0)  # a tick starts
        active = Signal(init=0)  # a tick runs
        count = Signal(32, init=0)
        left = Signal(32, init=0)  # cycles of the period that are left
        timed = Signal(init=0)  # the period has not been missed

        over = wire(m, left == 0)  # the period is over
        wanted = wire(m, pending | (self.run & (~self.paced | over)))
        able = wire(m, self.quiescent & ~self.commanding & ~going & ~active)
        begin = wire(m, wanted & able & ~self.halt)
        missed = wire(m, timed & self.run & self.paced & over & ~begin)
        ending = wire(m, active & self.quiescent & ~going)

        # Table show (unique)
        # row always
        m.d.comb += [
            self.start.eq(going),
            self.slot.eq(count),
            self.due.eq(wanted & able),
            self.stepping.eq(pending | going | active),
            self.idle.eq(~(self.run | pending | going | active) & self.quiescent),
            self.ticks.eq(count),
            self.late.eq(missed),
            self.done.eq(ending),
        ]

        # Table begin (unique)
        # row always
        m.d.sync += going.eq(begin)

        # Table count (unique)
        with m.If(~going):  # row no
            pass
        with m.Else():  # row start
            m.d.sync += count.eq(count + 1)

        # Table ask (unique)
        with m.If(~self.step & ~begin):  # row none
            pass
        with m.Elif(self.step):  # row step
            m.d.sync += pending.eq(1)
        with m.Else():  # row begin
            m.d.sync += pending.eq(0)

        # Table tick (unique)
        with m.If(~going & ~ending):  # row none
            pass
        with m.Elif(going):  # row start
            m.d.sync += active.eq(1)
        with m.Else():  # row end
            m.d.sync += active.eq(0)

        # Table time (unique)
        with m.If(begin):  # row begin
            m.d.sync += left.eq(Mux(self.period > 0, self.period - 1, 0))
        with m.Elif(~begin & over):  # row over
            m.d.sync += left.eq(0)
        with m.Else():  # row run
            m.d.sync += left.eq(left - 1)

        # Table watch (unique)
        with m.If(begin):  # row begin
            m.d.sync += timed.eq(1)
        with m.Elif(missed):  # row missed
            m.d.sync += timed.eq(0)
        with m.Elif(~begin & ~self.run):  # row off
            m.d.sync += timed.eq(0)
        with m.Else():  # row else
            pass

        return m
