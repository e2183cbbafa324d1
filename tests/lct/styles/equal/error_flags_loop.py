"""Amaranth: a Python loop over the names of the flags."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

NAMES = ("late", "off_mesh", "overrun", "refused", "malformed", "unsettled", "access")
ERRORS = data.StructLayout({**dict.fromkeys(NAMES, 1), "gap_7": 24, "done": 1})


class ErrorFlags(wiring.Component):
    late: In(1)
    off_mesh: In(1)
    overrun: In(1)
    refused: In(1)
    access: In(1)
    done: In(1)
    malformed_count: In(18)
    was_unsettled: In(1)
    spikes_in: In(3)
    spikes_out: In(3)
    clear: In(1)
    write: In(1)
    written: In(ERRORS)
    enables: In(ERRORS)
    errors: Out(ERRORS)
    overrun_count: Out(32)
    refused_count: Out(32)
    spikes_in_count: Out(32)
    spikes_out_count: Out(32)
    irq: Out(1)

    def elaborate(self, platform):
        m = Module()
        flags = Signal(ERRORS)
        malformed_before = Signal(18)
        unsettled_before = Signal()
        m.d.sync += malformed_before.eq(self.malformed_count)
        m.d.sync += unsettled_before.eq(self.was_unsettled)
        events = {
            "malformed": self.malformed_count > malformed_before,
            "unsettled": self.was_unsettled & ~unsettled_before,
        }
        requests = 0
        for name in (*NAMES, "done"):
            event = events[name] if name in events else getattr(self, name)
            with m.If(event):
                m.d.sync += flags[name].eq(1)
            with m.Elif(self.clear | (self.write & self.written[name])):
                m.d.sync += flags[name].eq(0)
            requests = requests | (flags[name] & self.enables[name])
        m.d.comb += [self.errors.eq(flags), self.irq.eq(requests)]
        for name in ("overrun", "refused", "spikes_in", "spikes_out"):
            total = Signal(32, name=f"{name}_sum")
            m.d.sync += total.eq(total + getattr(self, name))
            with m.If(self.clear):
                m.d.sync += total.eq(0)
            m.d.comb += getattr(self, f"{name}_count").eq(total)
        return m
