"""Takes the next frame with the last byte of this one."""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out


class FrameOut(wiring.Component):
    frame: In(stream.Signature(40))
    byte: Out(stream.Signature(8))

    def elaborate(self, platform):
        m = Module()
        left = Signal(3)
        held = Signal(40)
        m.d.comb += [
            self.frame.ready.eq((left == 0) | ((left == 1) & self.byte.ready)),
            self.byte.valid.eq(left != 0),
            self.byte.payload.eq(held[:8]),
        ]
        with m.If(self.frame.valid & self.frame.ready):
            m.d.sync += [left.eq(5), held.eq(self.frame.payload)]
        with m.Elif(self.byte.valid & self.byte.ready):
            m.d.sync += [left.eq(left - 1), held.eq(held >> 8)]
        return m
