"""Generated from frame_in.lct.md: do not edit, change the table.

Written by: spikewright generate frame_in
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import clog2, wire

__all__ = ["FrameIn"]


class FrameIn(wiring.Component):
    """Puts the bytes that come over narrow pins together: a frame has a fixed number of them, the
    lowest first. A frame of n bytes takes n + 1 cycles.

    Parameters
    ----------
    octets : int
        Bytes of a frame.

    Members
    -------
    byte : In(stream of unsigned(8))
        From the pins.
    frame : Out(stream of unsigned(FRAME_BITS))
        All its bytes.

    Assumptions
    -----------
    A1 : count <= OCTETS
        It counts up to there, and begins anew.
    """

    byte: stream.Interface
    frame: stream.Interface

    def __init__(self, *, octets: int = 5) -> None:
        self.octets = octets
        self.count_bits = clog2(octets + 1)
        self.frame_bits = 8 * octets
        super().__init__(
            {
                "byte": In(stream.Signature(8)),
                "frame": Out(stream.Signature(self.frame_bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        count = Signal(self.count_bits, init=0)  # bytes that are here
        held = Signal(self.frame_bits, init=0)  # the latest byte on top

        whole = wire(m, count == self.octets)

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.byte.ready.eq(~whole),
            self.frame.valid.eq(whole),
            self.frame.payload.eq(held),
        ]

        # Table gather (unique)
        with m.If(~whole & ~self.byte.valid):  # row wait
            pass
        with m.Elif(~whole & self.byte.valid):  # row take
            m.d.sync += [
                count.eq(count + 1),
                held.eq((held >> 8) | self.byte.payload.shift_left(self.frame_bits - 8)),
            ]
        with m.Elif(whole & ~self.frame.ready):  # row full
            pass
        with m.Else():  # row give
            m.d.sync += count.eq(0)

        return m
