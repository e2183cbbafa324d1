"""Amaranth: set-and-clear flags as functions, later statements win."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class TickPacer(wiring.Component):
    run: In(1)
    paced: In(1)
    period: In(32)
    step: In(1)
    quiescent: In(1)
    commanding: In(1)
    halt: In(1)
    start: Out(1)
    slot: Out(4)
    due: Out(1)
    stepping: Out(1)
    idle: Out(1)
    ticks: Out(32)
    late: Out(1)
    done: Out(1)

    def elaborate(self, platform):
        m = Module()

        def flag(name, clear, put):
            signal = Signal(name=name)
            with m.If(clear):
                m.d.sync += signal.eq(0)
            with m.If(put):
                m.d.sync += signal.eq(1)
            return signal

        begin = Signal()
        missed = Signal()
        ending = Signal()
        going = Signal()
        m.d.sync += going.eq(begin)
        pending = flag("pending", begin, self.step)
        active = flag("active", ending, going)
        timed = flag("timed", missed | ~self.run, begin)
        count = Signal(32)
        left = Signal(32)
        over = left == 0
        with m.If(going):
            m.d.sync += count.eq(count + 1)
        with m.If(~over):
            m.d.sync += left.eq(left - 1)
        with m.If(begin):
            m.d.sync += left.eq(self.period - self.period.bool())
        wanted = pending | (self.run & (over | ~self.paced))
        m.d.comb += [
            self.due.eq(wanted & self.quiescent & ~(self.commanding | going | active)),
            begin.eq(self.due & ~self.halt),
            missed.eq(timed & self.run & self.paced & over & ~begin),
            ending.eq(active & self.quiescent & ~going),
            self.start.eq(going),
            self.slot.eq(count[:4]),
            self.stepping.eq(pending | going | active),
            self.idle.eq(~self.run & ~self.stepping & self.quiescent),
            self.ticks.eq(count),
            self.late.eq(missed),
            self.done.eq(ending),
        ]
        return m
