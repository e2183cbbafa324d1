"""Amaranth without a single If: everything is a Mux or an And."""

from amaranth.hdl import Module, Mux, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})


class ForwardNorth(wiring.Component):
    south: In(stream.Signature(PACKET))
    north: Out(stream.Signature(PACKET))
    local: Out(stream.Signature(PACKET))

    def elaborate(self, platform):
        m = Module()
        packet, valid = self.south.payload, self.south.valid
        on = ~((packet.dy < 0) | (packet.dy == 0))
        m.d.comb += [
            self.north.valid.eq(valid & on),
            self.local.valid.eq(valid & ~on),
            self.south.ready.eq(Mux(valid, Mux(on, self.north.ready, self.local.ready), 0)),
            self.local.payload.eq(packet),
            self.north.payload.eq(packet),
            self.north.payload.dy.eq(packet.dy + (-1)),
        ]
        return m
