"""Amaranth: a function makes each slot."""

from amaranth.hdl import Module, Mux, Signal
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
        m.d.comb += self.ask.eq(has_address & has_data & ~answered)
        finish = self.ask & self.done

        def slot(port, has, held):
            m.d.comb += port.ready.eq(~has)
            m.d.sync += has.eq(Mux(has, ~finish, port.valid))
            with m.If(port.valid & port.ready):
                m.d.sync += held.eq(port.payload)

        slot(self.aw, has_address, held_address)
        slot(self.w, has_data, held_data)
        m.d.sync += answered.eq(finish | (answered & ~self.b.ready))
        with m.If(finish):
            m.d.sync += response.eq(Mux(self.failed, 2, 0))
        m.d.comb += [
            self.address.eq(held_address),
            self.written.eq(held_data),
            self.b.valid.eq(answered),
            self.b.payload.eq(response),
        ]
        return m
