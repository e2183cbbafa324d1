"""Amaranth: If and Elif by row, the register in the same branches."""

from amaranth.hdl import Module, Signal, signed
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

        def offer(source, number):
            m.d.comb += [
                self.link.valid.eq(1),
                self.link.payload.eq(source.payload),
                source.ready.eq(self.link.ready),
            ]
            m.d.sync += first.eq(self.link.ready ^ number)

        m.d.comb += self.link.payload.eq(self.local.payload)
        with m.If(first & self.through.valid):
            offer(self.through, 1)
        with m.Elif(self.local.valid):
            offer(self.local, 0)
        with m.Elif(self.through.valid):
            offer(self.through, 1)
        return m
