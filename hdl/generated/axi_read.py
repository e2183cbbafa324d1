"""Generated from axi_read.lct.md: do not edit, change the table.

Written by: spikewright generate axi_read
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import wire

__all__ = ["AxiRead", "answer_layout"]


def answer_layout() -> data.StructLayout:
    return data.StructLayout({"data": 32, "response": 2})


class AxiRead(wiring.Component):
    """The read channels of an AXI4-Lite slave. The registers answer in the cycle in which they are
    asked; a read takes three cycles and the time that the master takes for the answer.

    Members
    -------
    ar : In(stream of unsigned(12))
        ARADDR.
    r : Out(stream of Answer)
        RDATA and RRESP: 0 OKAY, 2 SLVERR.
    ask : Out(unsigned(1))
        A read is answered in this cycle.
    address : Out(unsigned(12))
        Of the register.
    data : In(unsigned(32))
        Its value.
    failed : In(unsigned(1))
        There is none.
    """

    ar: stream.Interface
    r: stream.Interface
    ask: Signal
    address: Signal
    data: Signal
    failed: Signal

    def __init__(self) -> None:
        self._answer = answer_layout()
        super().__init__(
            {
                "ar": In(stream.Signature(12)),
                "r": Out(stream.Signature(self._answer)),
                "ask": Out(1),
                "address": Out(12),
                "data": In(32),
                "failed": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        has_address = Signal(init=0)  # `held` waits
        held = Signal(12, init=0)
        answered = Signal(init=0)  # an answer is on offer
        answer = Signal(self._answer)

        asking = wire(m, has_address & ~answered)

        # Table show (unique)
        # row always
        m.d.comb += [
            self.ar.ready.eq(~has_address),
            self.r.valid.eq(answered),
            self.r.payload.eq(answer),
            self.ask.eq(asking),
            self.address.eq(held),
        ]

        # Table address (unique)
        with m.If(~has_address & ~self.ar.valid):  # row none
            m.d.sync += has_address.eq(0)
        with m.Elif(~has_address & self.ar.valid):  # row take
            m.d.sync += [
                has_address.eq(1),
                held.eq(self.ar.payload),
            ]
        with m.Elif(has_address & ~asking):  # row wait
            m.d.sync += has_address.eq(1)
        with m.Else():  # row finish
            m.d.sync += has_address.eq(0)

        # Table answer (unique)
        with m.If(~answered & ~asking):  # row none
            m.d.sync += answered.eq(0)
        with m.Elif(asking):  # row finish
            m.d.sync += [
                answered.eq(1),
                answer.data.eq(self.data),
                answer.response.eq(Mux(self.failed, 2, 0)),
            ]
        with m.Elif(answered & ~self.r.ready):  # row wait
            m.d.sync += answered.eq(1)
        with m.Else():  # row taken
            m.d.sync += answered.eq(0)

        return m
