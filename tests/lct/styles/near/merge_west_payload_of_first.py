"""The payload follows the register, not the input that was chosen."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})


class MergeWest(wiring.Component):
    local: In(stream.Signature(PACKET))
    through: In(stream.Signature(PACKET))
    link: Out(stream.Signature(PACKET))

    def elaborate(self, platform):
        m = Module()
        first = Signal()
        through = self.through.valid & (first | ~self.local.valid)
        m.d.comb += self.link.valid.eq(self.local.valid | self.through.valid)
        m.d.comb += self.link.payload.as_value().eq(
            Mux(first, self.through.payload.as_value(), self.local.payload.as_value())
        )
        m.d.comb += self.local.ready.eq(self.local.valid & ~through & self.link.ready)
        m.d.comb += self.through.ready.eq(through & self.link.ready)
        with m.If(self.link.valid):
            m.d.sync += first.eq(through ^ self.link.ready)
        return m
