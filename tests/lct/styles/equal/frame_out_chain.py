"""Amaranth: next values as one chain of Mux, lengths by slices and Cat."""

from amaranth.hdl import C, Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out


class FrameOut(wiring.Component):
    frame: In(stream.Signature(40))
    byte: Out(stream.Signature(8))

    def elaborate(self, platform):
        m = Module()
        left = Signal(range(6))
        held = Signal(40)
        empty = ~left.any()
        take = empty & self.frame.valid
        give = ~empty & self.byte.ready
        m.d.sync += left.eq(Mux(take, 5, left - give))
        m.d.sync += held.eq(Mux(take, self.frame.payload, Mux(give, Cat(held[8:], C(0, 8)), held)))
        m.d.comb += [
            self.frame.ready.eq(empty),
            self.byte.valid.eq(~empty),
            self.byte.payload.eq(held[:8]),
        ]
        return m
