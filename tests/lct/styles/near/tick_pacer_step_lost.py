"""A step that is asked for in the cycle in which a tick begins is lost: clear wins over set."""

from amaranth.hdl import Module, Mux, Signal
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
        pending = Signal()
        going = Signal()
        active = Signal()
        timed = Signal()
        count = Signal(32)
        left = Signal(32)
        begin = self.due & ~self.halt
        over = left == 0
        m.d.sync += going.eq(begin)
        m.d.sync += count.eq(count + going)
        m.d.sync += pending.eq((pending | self.step) & ~begin)
        m.d.sync += active.eq((active & ~self.done) | going)
        m.d.sync += timed.eq(begin | (timed & self.run & ~self.late))
        m.d.sync += left.eq(Mux(begin, self.period - self.period.any(), left - left.any()))
        m.d.comb += [
            self.due.eq(
                (pending | (self.run & (over | ~self.paced)))
                & (self.quiescent & ~self.commanding & ~going & ~active)
            ),
            self.start.eq(going),
            self.slot.eq(count),
            self.stepping.eq(pending | going | active),
            self.idle.eq(~(self.run | pending | going | active) & self.quiescent),
            self.ticks.eq(count),
            self.late.eq(timed & self.run & self.paced & over & ~begin),
            self.done.eq(active & self.quiescent & ~going),
        ]
        return m
