"""Generated from error_flags.lct.md: do not edit, change the table.

Written by: spikewright generate error_flags
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import registers
from spikewright.lct.hardware import wire

__all__ = ["ErrorFlags"]


class ErrorFlags(wiring.Component):
    """What has happened, in flags that stay until they are cleared, counters, and the interrupt. What
    happens in the cycle in which a flag is cleared sets it again.

    Members
    -------
    late : In(unsigned(1))
        It happens in this cycle.
    off_mesh : In(unsigned(1))
        It happens in this cycle.
    overrun : In(unsigned(1))
        It happens in this cycle.
    refused : In(unsigned(1))
        It happens in this cycle.
    access : In(unsigned(1))
        It happens in this cycle.
    done : In(unsigned(1))
        It happens in this cycle.
    malformed_count : In(unsigned(18))
        Malformed beats so far.
    was_unsettled : In(unsigned(1))
        It has happened since reset.
    spikes_in : In(unsigned(3))
        Packets that come in in this cycle.
    spikes_out : In(unsigned(3))
        Packets that leave.
    clear : In(unsigned(1))
        Set flags and counters to 0.
    write : In(unsigned(1))
        Clear the flags of which `written` is set.
    written : In(Errors)
    enables : In(IrqEnable)
    errors : Out(Errors)
        The flags.
    overrun_count : Out(unsigned(32))
    refused_count : Out(unsigned(32))
    spikes_in_count : Out(unsigned(32))
    spikes_out_count : Out(unsigned(32))
    irq : Out(unsigned(1))
    """

    late: Signal
    off_mesh: Signal
    overrun: Signal
    refused: Signal
    access: Signal
    done: Signal
    malformed_count: Signal
    was_unsettled: Signal
    spikes_in: Signal
    spikes_out: Signal
    clear: Signal
    write: Signal
    written: data.View
    enables: data.View
    errors: data.View
    overrun_count: Signal
    refused_count: Signal
    spikes_in_count: Signal
    spikes_out_count: Signal
    irq: Signal

    def __init__(self) -> None:
        self._errors = registers.errors_layout()
        irq_enable = registers.irq_enable_layout()
        super().__init__(
            {
                "late": In(1),
                "off_mesh": In(1),
                "overrun": In(1),
                "refused": In(1),
                "access": In(1),
                "done": In(1),
                "malformed_count": In(18),
                "was_unsettled": In(1),
                "spikes_in": In(3),
                "spikes_out": In(3),
                "clear": In(1),
                "write": In(1),
                "written": In(self._errors),
                "enables": In(irq_enable),
                "errors": Out(self._errors),
                "overrun_count": Out(32),
                "refused_count": Out(32),
                "spikes_in_count": Out(32),
                "spikes_out_count": Out(32),
                "irq": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        flags = Signal(self._errors)
        malformed_before = Signal(18, init=0)
        unsettled_before = Signal(init=0)
        overrun_sum = Signal(32, init=0)
        refused_sum = Signal(32, init=0)
        spikes_in_sum = Signal(32, init=0)
        spikes_out_sum = Signal(32, init=0)

        malformed = wire(m, self.malformed_count > malformed_before)
        unsettled = wire(m, self.was_unsettled & ~unsettled_before)

        # Table before (unique)
        # row always
        m.d.sync += [
            malformed_before.eq(self.malformed_count),
            unsettled_before.eq(self.was_unsettled),
        ]

        # Table show (unique)
        # row always
        m.d.comb += [
            self.errors.eq(flags),
            self.overrun_count.eq(overrun_sum),
            self.refused_count.eq(refused_sum),
            self.spikes_in_count.eq(spikes_in_sum),
            self.spikes_out_count.eq(spikes_out_sum),
            self.irq.eq(
                (flags.late & self.enables.late)
                | (flags.off_mesh & self.enables.off_mesh)
                | (flags.overrun & self.enables.overrun)
                | (flags.refused & self.enables.refused)
                | (flags.malformed & self.enables.malformed)
                | (flags.unsettled & self.enables.unsettled)
                | (flags.access & self.enables.access)
                | (flags.done & self.enables.done)
            ),
        ]

        # Table flags (unique)
        # row always
        m.d.sync += [
            flags.late.eq(
                self.late | (flags.late & ~(self.clear | (self.write & self.written.late)))
            ),
            flags.off_mesh.eq(
                self.off_mesh
                | (flags.off_mesh & ~(self.clear | (self.write & self.written.off_mesh)))
            ),
            flags.overrun.eq(
                self.overrun | (flags.overrun & ~(self.clear | (self.write & self.written.overrun)))
            ),
            flags.refused.eq(
                self.refused | (flags.refused & ~(self.clear | (self.write & self.written.refused)))
            ),
            flags.malformed.eq(
                malformed
                | (flags.malformed & ~(self.clear | (self.write & self.written.malformed)))
            ),
            flags.unsettled.eq(
                unsettled
                | (flags.unsettled & ~(self.clear | (self.write & self.written.unsettled)))
            ),
            flags.access.eq(
                self.access | (flags.access & ~(self.clear | (self.write & self.written.access)))
            ),
            flags.gap_7.eq(0),
            flags.done.eq(
                self.done | (flags.done & ~(self.clear | (self.write & self.written.done)))
            ),
        ]

        # Table count (unique)
        with m.If(~self.clear):  # row count
            m.d.sync += [
                overrun_sum.eq(overrun_sum + self.overrun),
                refused_sum.eq(refused_sum + self.refused),
                spikes_in_sum.eq(spikes_in_sum + self.spikes_in),
                spikes_out_sum.eq(spikes_out_sum + self.spikes_out),
            ]
        with m.Else():  # row clear
            m.d.sync += [
                overrun_sum.eq(0),
                refused_sum.eq(0),
                spikes_in_sum.eq(0),
                spikes_out_sum.eq(0),
            ]

        return m
