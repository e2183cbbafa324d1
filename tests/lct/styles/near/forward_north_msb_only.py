"""Positive is taken for not negative."""

from amaranth.hdl import Module, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})


class ForwardNorth(wiring.Component):
    south: In(stream.Signature(PACKET))
    north: Out(stream.Signature(PACKET))
    local: Out(stream.Signature(PACKET))

    def elaborate(self, platform):
        m = Module()
        packet = self.south.payload
        m.d.comb += [self.local.payload.eq(packet), self.north.payload.eq(packet)]
        m.d.comb += self.north.payload.dy.eq(packet.dy - 1)
        with m.If(self.south.valid):
            with m.If(packet.dy.as_unsigned()[8]):
                m.d.comb += [self.local.valid.eq(1), self.south.ready.eq(self.local.ready)]
            with m.Else():
                m.d.comb += [self.north.valid.eq(1), self.south.ready.eq(self.north.ready)]
        return m
