"""Amaranth, with a Switch on the two signs and two zeros put side by side."""

from amaranth.hdl import Cat, Module, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})


class ForwardEast(wiring.Component):
    west: In(stream.Signature(PACKET))
    east: Out(stream.Signature(PACKET))
    north: Out(stream.Signature(PACKET))
    south: Out(stream.Signature(PACKET))
    local: Out(stream.Signature(PACKET))

    def elaborate(self, platform):
        m = Module()
        packet = self.west.payload
        east_bound = packet.dx > 0
        sign = packet.dy.as_unsigned()[-1]
        for out in (self.east, self.north, self.south, self.local):
            m.d.comb += out.payload.eq(packet)
        m.d.comb += [
            self.east.payload.dx.eq(packet.dx - 1),
            self.north.payload.dy.eq(packet.dy - 1),
            self.south.payload.dy.eq(packet.dy + 1),
        ]

        def take(out):
            m.d.comb += [out.valid.eq(1), self.west.ready.eq(out.ready)]

        with m.Switch(Cat(packet.dy.any(), sign, east_bound, self.west.valid)):
            with m.Case("0---"):
                pass
            with m.Case("11--"):
                take(self.east)
            with m.Case("1000"):
                take(self.local)
            with m.Case("1001"):
                take(self.north)
            with m.Default():
                take(self.south)
        return m
