"""Amaranth: an enabled register from a small submodule."""

from amaranth.hdl import Cat, Module, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

DESTINATION = data.StructLayout({"dx": signed(9), "dy": signed(9), "axon": 8, "delay": 4})
FIRED = data.StructLayout({"spike": 1, "destination": DESTINATION})
PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})


class Keep(wiring.Component):
    def __init__(self, width):
        super().__init__({"load": In(1), "d": In(width), "q": Out(width)})

    def elaborate(self, platform):
        m = Module()
        with m.If(self.load):
            m.d.sync += self.q.eq(self.d)
        return m


class SpikeSender(wiring.Component):
    fired: In(stream.Signature(FIRED))
    packet: Out(stream.Signature(PACKET))
    slot: In(4)
    busy: Out(1)

    def elaborate(self, platform):
        m = Module()
        m.submodules.keep = keep = Keep(30)
        full = Signal()
        held = Signal(PACKET)
        to = self.fired.payload.destination
        when = Signal(4)
        m.d.comb += when.eq(self.slot + to.delay)
        m.d.comb += keep.d.eq(Cat(to.dx, to.dy, when, to.axon))
        with m.If(self.fired.ready):
            m.d.sync += full.eq(keep.load)
        m.d.comb += [
            self.fired.ready.eq(~(full & ~self.packet.ready)),
            keep.load.eq(
                self.fired.valid & self.fired.ready & self.fired.payload.spike & to.delay.any()
            ),
            held.as_value().eq(keep.q),
            self.packet.payload.eq(held),
            self.packet.valid.eq(full),
            self.busy.eq(full),
        ]
        return m
