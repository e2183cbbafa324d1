"""Amaranth: flags first, then one Switch over the mode."""

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

DESTINATION = data.StructLayout({"dx": signed(9), "dy": signed(9), "axon": 8, "delay": 4})
JUDGED = data.StructLayout(
    {
        "neuron": 8,
        "level": 19,
        "floor": 19,
        "reset_mode": 2,
        "reset_potential": signed(20),
        "negative_saturate": 1,
        "destination": DESTINATION,
    }
)
LEAKED = data.StructLayout({"potential": signed(20), "after": JUDGED})
FIRED = data.StructLayout({"spike": 1, "destination": DESTINATION})


class ThresholdFireReset(wiring.Component):
    leaked: In(stream.Signature(LEAKED))
    fired: Out(stream.Signature(FIRED))
    retire: Out(1)
    neuron: Out(8)
    potential: Out(signed(20))
    spike: Out(1)

    def elaborate(self, platform):
        m = Module()
        v = self.leaked.payload.potential
        after = self.leaked.payload.after
        high = Signal()
        low = Signal()
        m.d.comb += high.eq(v >= after.level)
        m.d.comb += low.eq(v < -after.floor)
        m.d.comb += self.potential.eq(Mux(low & after.negative_saturate, -after.floor, v))
        with m.Switch(after.reset_mode):
            with m.Case(0):
                with m.If(high):
                    m.d.comb += self.potential.eq(after.reset_potential)
                with m.Elif(low & ~after.negative_saturate):
                    m.d.comb += self.potential.eq(-after.reset_potential)
            with m.Case(1):
                with m.If(high):
                    m.d.comb += self.potential.eq(v - after.level)
                with m.Elif(low & ~after.negative_saturate):
                    m.d.comb += self.potential.eq(v + after.floor)
            with m.Case(2), m.If(high):
                m.d.comb += self.potential.eq(v)
        m.d.comb += [
            self.spike.eq(high & ~after.reset_mode.all()),
            self.leaked.ready.eq(self.fired.ready),
            self.fired.valid.eq(self.leaked.valid),
            self.fired.payload.eq(Cat(self.spike, after.destination)),
            self.retire.eq(self.leaked.valid & self.fired.ready),
            self.neuron.eq(after.neuron),
        ]
        return m
