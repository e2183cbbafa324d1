"""The response follows `failed` at all times, not only when the write ends."""

from amaranth.hdl import C, Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

WRITTEN = data.StructLayout({"data": 32, "strobes": 4})


class AxiWrite(wiring.Component):
    aw: In(stream.Signature(12))
    w: In(stream.Signature(WRITTEN))
    b: Out(stream.Signature(2))
    ask: Out(1)
    address: Out(12)
    written: Out(WRITTEN)
    done: In(1)
    failed: In(1)

    def elaborate(self, platform):
        m = Module()
        has_address = Signal()
        has_data = Signal()
        answered = Signal()
        held_address = Signal(12)
        held_data = Signal(WRITTEN)
        response = Signal(2)
        finish = has_address & has_data & ~answered & self.done
        with m.If(finish):
            m.d.sync += [has_address.eq(0), has_data.eq(0)]
        with m.Else():
            m.d.sync += [has_address.eq(has_address | self.aw.valid)]
            m.d.sync += [has_data.eq(has_data | self.w.valid)]
        with m.If(self.aw.valid & ~has_address):
            m.d.sync += held_address.eq(self.aw.payload)
        with m.If(self.w.valid & ~has_data):
            m.d.sync += held_data.eq(self.w.payload)
        m.d.sync += answered.eq(Mux(answered, ~self.b.ready, finish))
        m.d.sync += response.eq(Cat(C(0, 1), self.failed))
        m.d.comb += [
            self.aw.ready.eq(~has_address),
            self.w.ready.eq(~has_data),
            self.ask.eq(has_address & has_data & ~answered),
            self.address.eq(held_address),
            self.written.eq(held_data),
            self.b.valid.eq(answered),
            self.b.payload.eq(response),
        ]
        return m
