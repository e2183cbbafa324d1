"""Amaranth: both halves in an Array, which the lowest bit of the tag indexes."""

from amaranth.hdl import Array, Module, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})
TAGGED = data.StructLayout({"packet": PACKET, "position": 6})


class SplitSide(wiring.Component):
    link: In(stream.Signature(TAGGED))
    even: Out(stream.Signature(TAGGED))
    odd: Out(stream.Signature(TAGGED))

    def elaborate(self, platform):
        m = Module()
        which = self.link.payload.position[0]
        valid = Array([self.even.valid, self.odd.valid])
        ready = Array([self.even.ready, self.odd.ready])
        m.d.comb += valid[which].eq(self.link.valid)
        m.d.comb += self.link.ready.eq(self.link.valid & ready[which])
        for half in (self.even, self.odd):
            m.d.comb += half.payload.packet.eq(self.link.payload.packet)
            m.d.comb += half.payload.position.eq(self.link.payload.position[1:])
        return m
