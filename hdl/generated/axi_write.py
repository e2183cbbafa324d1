"""Generated from axi_write.lct.md: do not edit, change the table.

Written by: spikewright generate axi_write
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import wire

__all__ = ["AxiWrite", "written_layout"]


def written_layout() -> data.StructLayout:
    return data.StructLayout({"data": 32, "strobes": 4})


class AxiWrite(wiring.Component):
    """The write channels of an AXI4-Lite slave. Address and data may come in any order; one write at a
    time is shown to the registers until they are done with it, and then answered. A write to a
    register takes four cycles and the time that the master takes for the answer.

    Members
    -------
    aw : In(stream of unsigned(12))
        Address: AWADDR.
    w : In(stream of Written)
        WDATA and WSTRB.
    b : Out(stream of unsigned(2))
        BRESP: 0 OKAY, 2 SLVERR.
    ask : Out(unsigned(1))
        A write waits.
    address : Out(unsigned(12))
        Of the write that waits.
    written : Out(Written)
    done : In(unsigned(1))
        The registers are done with it.
    failed : In(unsigned(1))
        And could not do it.
    """

    aw: stream.Interface
    w: stream.Interface
    b: stream.Interface
    ask: Signal
    address: Signal
    written: data.View
    done: Signal
    failed: Signal

    def __init__(self) -> None:
        self._written = written_layout()
        super().__init__(
            {
                "aw": In(stream.Signature(12)),
                "w": In(stream.Signature(self._written)),
                "b": Out(stream.Signature(2)),
                "ask": Out(1),
                "address": Out(12),
                "written": Out(self._written),
                "done": In(1),
                "failed": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        has_address = Signal(init=0)  # `held_address` waits
        held_address = Signal(12, init=0)
        has_data = Signal(init=0)  # `held_data` waits
        held_data = Signal(self._written)
        answered = Signal(init=0)  # an answer is on offer
        response = Signal(2, init=0)

        asking = wire(m, has_address & has_data & ~answered)
        finish = wire(m, asking & self.done)

        # Table show (unique)
        # row always
        m.d.comb += [
            self.aw.ready.eq(~has_address),
            self.w.ready.eq(~has_data),
            self.b.valid.eq(answered),
            self.b.payload.eq(response),
            self.ask.eq(asking),
            self.address.eq(held_address),
            self.written.eq(held_data),
        ]

        # Table address (unique)
        with m.If(~has_address & ~self.aw.valid):  # row none
            m.d.sync += has_address.eq(0)
        with m.Elif(~has_address & self.aw.valid):  # row take
            m.d.sync += [
                has_address.eq(1),
                held_address.eq(self.aw.payload),
            ]
        with m.Elif(has_address & ~finish):  # row wait
            m.d.sync += has_address.eq(1)
        with m.Else():  # row finish
            m.d.sync += has_address.eq(0)

        # Table data (unique)
        with m.If(~has_data & ~self.w.valid):  # row none
            m.d.sync += has_data.eq(0)
        with m.Elif(~has_data & self.w.valid):  # row take
            m.d.sync += [
                has_data.eq(1),
                held_data.eq(self.w.payload),
            ]
        with m.Elif(has_data & ~finish):  # row wait
            m.d.sync += has_data.eq(1)
        with m.Else():  # row finish
            m.d.sync += has_data.eq(0)

        # Table answer (unique)
        with m.If(~answered & ~finish):  # row none
            m.d.sync += answered.eq(0)
        with m.Elif(finish):  # row finish
            m.d.sync += [
                answered.eq(1),
                response.eq(Mux(self.failed, 2, 0)),
            ]
        with m.Elif(answered & ~self.b.ready):  # row wait
            m.d.sync += answered.eq(1)
        with m.Else():  # row taken
            m.d.sync += answered.eq(0)

        return m
