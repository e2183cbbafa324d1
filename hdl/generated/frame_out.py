"""Generated from frame_out.lct.md: do not edit, change the table.

Written by: spikewright generate frame_out
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import clog2, wire

__all__ = ["FrameOut"]


class FrameOut(wiring.Component):
    """Takes a frame apart into the bytes that go over narrow pins, the lowest first. A frame of n
    bytes takes n + 1 cycles.

    Parameters
    ----------
    octets : int
        Bytes of a frame.

    Members
    -------
    frame : In(stream of unsigned(FRAME_BITS))
        All its bytes.
    byte : Out(stream of unsigned(8))
        To the pins.
    """

    frame: stream.Interface
    byte: stream.Interface

    def __init__(self, *, octets: int = 5) -> None:
        self.octets = octets
        self.count_bits = clog2(octets + 1)
        self.frame_bits = 8 * octets
        super().__init__(
            {
                "frame": In(stream.Signature(self.frame_bits)),
                "byte": Out(stream.Signature(8)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        left = Signal(self.count_bits, init=0)  # bytes still to go
        held = Signal(self.frame_bits, init=0)  # the next byte lowest

        empty = wire(m, left == 0)

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.frame.ready.eq(empty),
            self.byte.valid.eq(~empty),
            self.byte.payload.eq(held),
        ]

        # Table part (unique)
        with m.If(empty & ~self.frame.valid):  # row none
            pass
        with m.Elif(empty & self.frame.valid):  # row take
            m.d.sync += [
                left.eq(self.octets),
                held.eq(self.frame.payload),
            ]
        with m.Elif(~empty & ~self.byte.ready):  # row stall
            pass
        with m.Else():  # row give
            m.d.sync += [
                left.eq(left - 1),
                held.eq(held >> 8),
            ]

        return m
