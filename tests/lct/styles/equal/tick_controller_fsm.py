"""Amaranth's own FSM: states by name, code chosen by the tool."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class TickController(wiring.Component):
    start: In(1)
    next_slot: In(4)
    retire: In(1)
    neuron: In(8)
    sending: In(1)
    clearing: In(1)
    load: Out(1)
    slot: Out(4)
    running: Out(1)
    busy: Out(1)
    overrun: Out(16)

    def elaborate(self, platform):
        m = Module()
        current = Signal(4)
        missed = Signal(16)
        m.d.comb += [self.slot.eq(current), self.overrun.eq(missed)]
        idle = Signal()
        with m.FSM(init="DRAINED"):
            with m.State("IDLE"):
                m.d.comb += idle.eq(1)
                with m.If(self.start):
                    m.d.comb += [self.load.eq(1), self.slot.eq(self.next_slot)]
                    m.d.comb += [self.running.eq(1), self.busy.eq(1)]
                    m.d.sync += current.eq(self.next_slot)
                    m.next = "SCAN"
            with m.State("SCAN"):
                m.d.comb += [self.running.eq(1), self.busy.eq(1)]
                with m.If(self.retire & (self.neuron == 255)):
                    m.next = "SEND"
            with m.State("SEND"):
                m.d.comb += [self.running.eq(1), self.busy.eq(1)]
                with m.If(~self.sending):
                    m.next = "IDLE"
            with m.State("DRAINED"):
                m.d.comb += self.busy.eq(1)
                with m.If(~self.clearing):
                    m.next = "IDLE"
        m.d.sync += missed.eq(missed + Mux(self.start & ~idle, ~missed.all(), 0))
        return m
