"""Generated from register_read.lct.md: do not edit, change the table.

Written by: spikewright generate register_read
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import registers
from spikewright.lct.hardware import wire

__all__ = ["RegisterRead"]


class RegisterRead(wiring.Component):
    """What a read of a register shows.

    Members
    -------
    ask : In(unsigned(1))
        A read.
    at : In(unsigned(12))
        Byte address.
    size : In(unsigned(32))
    core : In(unsigned(32))
    control : In(unsigned(32))
    period : In(unsigned(32))
    status : In(unsigned(32))
    tick : In(unsigned(32))
    errors : In(unsigned(32))
    irq_enable : In(unsigned(32))
    late : In(unsigned(32))
    off_mesh : In(unsigned(32))
    overrun : In(unsigned(32))
    refused : In(unsigned(32))
    malformed : In(unsigned(32))
    spikes_in : In(unsigned(32))
    spikes_out : In(unsigned(32))
    cfg_core : In(unsigned(32))
    cfg_space : In(unsigned(32))
    cfg_address : In(unsigned(32))
    cfg_status : In(unsigned(32))
    data_word : In(unsigned(32))
        The data word at this address.
    words : In(unsigned(8))
        Data words that there are.
    data : Out(unsigned(32))
    failed : Out(unsigned(1))
        There is no such register.
    illegal : Out(unsigned(1))
        A read of what is not there.
    """

    ask: Signal
    at: Signal
    size: Signal
    core: Signal
    control: Signal
    period: Signal
    status: Signal
    tick: Signal
    errors: Signal
    irq_enable: Signal
    late: Signal
    off_mesh: Signal
    overrun: Signal
    refused: Signal
    malformed: Signal
    spikes_in: Signal
    spikes_out: Signal
    cfg_core: Signal
    cfg_space: Signal
    cfg_address: Signal
    cfg_status: Signal
    data_word: Signal
    words: Signal
    data: Signal
    failed: Signal
    illegal: Signal

    def __init__(self) -> None:
        self.id_at = registers.id_at()
        self.version_at = registers.version_at()
        self.size_at = registers.size_at()
        self.core_at = registers.core_at()
        self.control_at = registers.control_at()
        self.period_at = registers.period_at()
        self.status_at = registers.status_at()
        self.tick_at = registers.tick_at()
        self.errors_at = registers.errors_at()
        self.irq_enable_at = registers.irq_enable_at()
        self.late_at = registers.late_at()
        self.off_mesh_at = registers.off_mesh_at()
        self.overrun_at = registers.overrun_at()
        self.refused_at = registers.refused_at()
        self.malformed_at = registers.malformed_at()
        self.spikes_in_at = registers.spikes_in_at()
        self.spikes_out_at = registers.spikes_out_at()
        self.cfg_core_at = registers.cfg_core_at()
        self.cfg_space_at = registers.cfg_space_at()
        self.cfg_address_at = registers.cfg_address_at()
        self.cfg_status_at = registers.cfg_status_at()
        self.cfg_data_at = registers.cfg_data_at()
        self.cfg_command_at = registers.cfg_command_at()
        self.id_value = registers.id_value()
        self.version_value = registers.version_value()
        super().__init__(
            {
                "ask": In(1),
                "at": In(12),
                "size": In(32),
                "core": In(32),
                "control": In(32),
                "period": In(32),
                "status": In(32),
                "tick": In(32),
                "errors": In(32),
                "irq_enable": In(32),
                "late": In(32),
                "off_mesh": In(32),
                "overrun": In(32),
                "refused": In(32),
                "malformed": In(32),
                "spikes_in": In(32),
                "spikes_out": In(32),
                "cfg_core": In(32),
                "cfg_space": In(32),
                "cfg_address": In(32),
                "cfg_status": In(32),
                "data_word": In(32),
                "words": In(8),
                "data": Out(32),
                "failed": Out(1),
                "illegal": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        in_data = wire(
            m,
            (self.at >= self.cfg_data_at)
            & (self.at < self.cfg_data_at + 4 * self.words)
            & (self.at[:2] == 0),
        )

        # Table show (unique)
        with m.If(self.at == self.id_at):  # row id
            m.d.comb += [
                self.data.eq(self.id_value),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.version_at):  # row version
            m.d.comb += [
                self.data.eq(self.version_value),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.size_at):  # row size
            m.d.comb += [
                self.data.eq(self.size),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.core_at):  # row core
            m.d.comb += [
                self.data.eq(self.core),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.control_at):  # row control
            m.d.comb += [
                self.data.eq(self.control),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.period_at):  # row period
            m.d.comb += [
                self.data.eq(self.period),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.status_at):  # row status
            m.d.comb += [
                self.data.eq(self.status),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.tick_at):  # row tick
            m.d.comb += [
                self.data.eq(self.tick),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.errors_at):  # row errors
            m.d.comb += [
                self.data.eq(self.errors),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.irq_enable_at):  # row irq_enable
            m.d.comb += [
                self.data.eq(self.irq_enable),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.late_at):  # row late
            m.d.comb += [
                self.data.eq(self.late),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.off_mesh_at):  # row off_mesh
            m.d.comb += [
                self.data.eq(self.off_mesh),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.overrun_at):  # row overrun
            m.d.comb += [
                self.data.eq(self.overrun),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.refused_at):  # row refused
            m.d.comb += [
                self.data.eq(self.refused),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.malformed_at):  # row malformed
            m.d.comb += [
                self.data.eq(self.malformed),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.spikes_in_at):  # row spikes_in
            m.d.comb += [
                self.data.eq(self.spikes_in),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.spikes_out_at):  # row spikes_out
            m.d.comb += [
                self.data.eq(self.spikes_out),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.cfg_core_at):  # row cfg_core
            m.d.comb += [
                self.data.eq(self.cfg_core),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.cfg_space_at):  # row cfg_space
            m.d.comb += [
                self.data.eq(self.cfg_space),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.cfg_address_at):  # row cfg_address
            m.d.comb += [
                self.data.eq(self.cfg_address),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.cfg_status_at):  # row cfg_status
            m.d.comb += [
                self.data.eq(self.cfg_status),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.at == self.cfg_command_at):  # row cfg_command
            m.d.comb += [
                self.data.eq(0),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(in_data):  # row cfg_data
            m.d.comb += [
                self.data.eq(self.data_word),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Else():  # row else
            m.d.comb += [
                self.data.eq(0),
                self.failed.eq(1),
                self.illegal.eq(self.ask),
            ]

        return m
