"""The sum of a round is stored without its last counter."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class CounterScan(wiring.Component):
    late: In(16)
    off_mesh: In(16)
    last: In(1)
    active: In(1)
    clear: In(1)
    index: Out(16)
    late_count: Out(32)
    off_mesh_count: Out(32)
    more_late: Out(1)
    more_off_mesh: Out(1)
    counted: Out(1)

    def elaborate(self, platform):
        m = Module()
        at = Signal(16)
        still = Signal()
        settled = Signal()
        for name in ("late", "off_mesh"):
            part = Signal(32, name=f"{name}_part")
            total = Signal(32, name=f"{name}_sum")
            base = Signal(32, name=f"{name}_base")
            new = (part + getattr(self, name))[:32]
            m.d.sync += part.eq(new)
            with m.If(self.last):
                m.d.sync += [total.eq(part), part.eq(0)]
            with m.If(self.clear):
                m.d.sync += base.eq(total)
            m.d.comb += getattr(self, f"{name}_count").eq(total - base)
            m.d.comb += getattr(self, f"more_{name}").eq(self.last & (new != total))
        m.d.sync += at.eq(at + 1)
        with m.If(self.last):
            m.d.sync += [at.eq(0), settled.eq(still), still.eq(1)]
        with m.If(self.active):
            m.d.sync += [still.eq(0), settled.eq(0)]
        m.d.comb += [self.index.eq(at), self.counted.eq(settled & ~self.active)]
        return m
