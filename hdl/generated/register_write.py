"""Generated from register_write.lct.md: do not edit, change the table.

Written by: spikewright generate register_write
"""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import registers
from spikewright.lct.hardware import wire

__all__ = ["RegisterWrite"]


class RegisterWrite(wiring.Component):
    """What a write to a register does. A write that is not of a whole word, not to a register that can
    be written, or of a value that it cannot hold is answered with an error and does nothing. The
    registers of the ticks and of the next command are kept here.

    Members
    -------
    ask : In(unsigned(1))
        A write waits, until `done`.
    at : In(unsigned(12))
        Byte address.
    strobes : In(unsigned(4))
        Bytes that are written.
    data : In(unsigned(32))
    control : In(Control)
        The data, read as CONTROL.
    enables : In(IrqEnable)
        The data, read as IRQ_ENABLE.
    words : In(unsigned(8))
        Data words that there are.
    stepping : In(unsigned(1))
        A single tick is asked for or runs.
    ended : In(unsigned(1))
        The command is done.
    denied : In(unsigned(1))
        It was refused.
    done : Out(unsigned(1))
    failed : Out(unsigned(1))
        With `done`: nothing was written.
    illegal : Out(unsigned(1))
        With `failed`: for another reason than a refused command.
    step : Out(unsigned(1))
        Run one tick.
    clear : Out(unsigned(1))
        Set counters and flags to 0.
    to_errors : Out(unsigned(1))
        Clear the flags of ERRORS whose bits are set in the data.
    command : Out(unsigned(1))
        Run a command, until `ended`.
    read : Out(unsigned(1))
        The command is a read.
    data_write : Out(unsigned(1))
        Write a data word.
    run : Out(unsigned(1))
        CONTROL.run.
    paced : Out(unsigned(1))
        CONTROL.paced.
    period : Out(unsigned(32))
        PERIOD.
    irq_enable : Out(IrqEnable)
        IRQ_ENABLE.
    core : Out(unsigned(16))
        CFG_CORE.
    space : Out(unsigned(3))
        CFG_SPACE.
    address : Out(unsigned(16))
        CFG_ADDRESS.
    """

    ask: Signal
    at: Signal
    strobes: Signal
    data: Signal
    control: data.View
    enables: data.View
    words: Signal
    stepping: Signal
    ended: Signal
    denied: Signal
    done: Signal
    failed: Signal
    illegal: Signal
    step: Signal
    clear: Signal
    to_errors: Signal
    command: Signal
    read: Signal
    data_write: Signal
    run: Signal
    paced: Signal
    period: Signal
    irq_enable: data.View
    core: Signal
    space: Signal
    address: Signal

    def __init__(self) -> None:
        self.control_at = registers.control_at()
        self.control_unknown = registers.control_unknown()
        self.period_at = registers.period_at()
        self.errors_at = registers.errors_at()
        self.errors_unknown = registers.errors_unknown()
        self.irq_enable_at = registers.irq_enable_at()
        self.irq_enable_unknown = registers.irq_enable_unknown()
        self.cfg_core_at = registers.cfg_core_at()
        self.cfg_core_unknown = registers.cfg_core_unknown()
        self.cfg_space_at = registers.cfg_space_at()
        self.cfg_space_unknown = registers.cfg_space_unknown()
        self.cfg_address_at = registers.cfg_address_at()
        self.cfg_address_unknown = registers.cfg_address_unknown()
        self.cfg_command_at = registers.cfg_command_at()
        self.cfg_data_at = registers.cfg_data_at()
        control = registers.control_layout()
        self._irq_enable = registers.irq_enable_layout()
        super().__init__(
            {
                "ask": In(1),
                "at": In(12),
                "strobes": In(4),
                "data": In(32),
                "control": In(control),
                "enables": In(self._irq_enable),
                "words": In(8),
                "stepping": In(1),
                "ended": In(1),
                "denied": In(1),
                "done": Out(1),
                "failed": Out(1),
                "illegal": Out(1),
                "step": Out(1),
                "clear": Out(1),
                "to_errors": Out(1),
                "command": Out(1),
                "read": Out(1),
                "data_write": Out(1),
                "run": Out(1),
                "paced": Out(1),
                "period": Out(32),
                "irq_enable": Out(self._irq_enable),
                "core": Out(16),
                "space": Out(3),
                "address": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        mode = Signal(2, init=0)  # run, and paced above it
        cycles = Signal(32, init=1)
        mask = Signal(self._irq_enable)
        chosen_core = Signal(16, init=0)
        chosen_space = Signal(3, init=0)
        chosen_address = Signal(16, init=0)

        whole = wire(m, self.ask & (self.strobes == 15))
        # one tick at a time
        step_ok = wire(m, ~self.control.step | (~self.control.run & ~mode[0] & ~self.stepping))
        to_control = wire(
            m,
            whole
            & (self.at == self.control_at)
            & (self.data & self.control_unknown == 0)
            & step_ok,
        )
        to_period = wire(m, whole & (self.at == self.period_at) & (self.data != 0))
        to_flags = wire(
            m, whole & (self.at == self.errors_at) & (self.data & self.errors_unknown == 0)
        )
        to_mask = wire(
            m, whole & (self.at == self.irq_enable_at) & (self.data & self.irq_enable_unknown == 0)
        )
        to_core = wire(
            m, whole & (self.at == self.cfg_core_at) & (self.data & self.cfg_core_unknown == 0)
        )
        to_space = wire(
            m, whole & (self.at == self.cfg_space_at) & (self.data & self.cfg_space_unknown == 0)
        )
        to_address = wire(
            m,
            whole & (self.at == self.cfg_address_at) & (self.data & self.cfg_address_unknown == 0),
        )
        to_command = wire(
            m, whole & (self.at == self.cfg_command_at) & ((self.data == 1) | (self.data == 2))
        )
        to_data = wire(
            m,
            whole
            & (self.at >= self.cfg_data_at)
            & (self.at < self.cfg_data_at + 4 * self.words)
            & (self.at[:2] == 0),
        )
        # taken at once
        plain = wire(
            m,
            to_control | to_period | to_flags | to_mask | to_core | to_space | to_address | to_data,
        )
        success = wire(m, self.ended & ~self.denied)

        # Table answer (unique)
        with m.If(~self.ask):  # row none
            m.d.comb += [
                self.done.eq(0),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(plain):  # row plain
            m.d.comb += [
                self.done.eq(1),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Elif(self.ask & ~to_command & ~plain):  # row illegal
            m.d.comb += [
                self.done.eq(1),
                self.failed.eq(1),
                self.illegal.eq(1),
            ]
        with m.Elif(to_command & ~self.ended):  # row wait
            m.d.comb += [
                self.done.eq(0),
                self.failed.eq(0),
                self.illegal.eq(0),
            ]
        with m.Else():  # row ended
            m.d.comb += [
                self.done.eq(1),
                self.failed.eq(self.denied),
                self.illegal.eq(0),
            ]

        # Table act (unique)
        # row always
        m.d.comb += [
            self.step.eq(to_control & self.control.step),
            self.clear.eq(to_control & self.control.clear),
            self.to_errors.eq(to_flags),
            self.command.eq(to_command),
            self.read.eq(self.data == 2),
            self.data_write.eq(to_data),
        ]

        # Table show (unique)
        # row always
        m.d.comb += [
            self.run.eq(mode[0]),
            self.paced.eq(mode[1]),
            self.period.eq(cycles),
            self.irq_enable.eq(mask),
            self.core.eq(chosen_core),
            self.space.eq(chosen_space),
            self.address.eq(chosen_address),
        ]

        # Table control (unique)
        with m.If(~to_control):  # row no
            pass
        with m.Else():  # row write
            m.d.sync += mode.eq(Cat(self.control.run, self.control.paced))

        # Table period (unique)
        with m.If(~to_period):  # row no
            pass
        with m.Else():  # row write
            m.d.sync += cycles.eq(self.data)

        # Table mask (unique)
        with m.If(~to_mask):  # row no
            pass
        with m.Else():  # row write
            m.d.sync += mask.eq(self.enables)

        # Table core (unique)
        with m.If(~to_core):  # row no
            pass
        with m.Else():  # row write
            m.d.sync += chosen_core.eq(self.data)

        # Table space (unique)
        with m.If(~to_space):  # row no
            pass
        with m.Else():  # row write
            m.d.sync += chosen_space.eq(self.data)

        # Table address (unique)
        with m.If(to_address):  # row write
            m.d.sync += chosen_address.eq(self.data)
        with m.Elif(to_command & success):  # row next
            m.d.sync += chosen_address.eq(chosen_address + 1)
        with m.Else():  # row else
            pass

        return m
