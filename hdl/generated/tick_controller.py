"""Generated from tick_controller.lct.md: do not edit, change the table.

Written by: spikewright generate tick_controller
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clamp, wire

__all__ = ["State", "TickController"]


class State(enum.Enum, shape=2):  # type: ignore[call-arg]
    CLEAR = 0
    IDLE = 1
    RUN = 2
    DRAIN = 3


class TickController(wiring.Component):
    """Runs one tick of a core: takes the scheduler's row, starts the scan, and waits until the last
    neuron is stored and its packet has left. After reset it first waits until the scheduler is
    clear.

    Parameters
    ----------
    neurons : int
        Neurons of a core.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    start : In(unsigned(1))
        Begin a tick.
    next_slot : In(unsigned(SLOT_BITS))
        Its slot, with start.
    retire : In(unsigned(1))
        A neuron is stored.
    neuron : In(unsigned(NEURON_BITS))
        Which neuron.
    sending : In(unsigned(1))
        A packet waits for the router.
    clearing : In(unsigned(1))
        The scheduler's rows are being cleared.
    load : Out(unsigned(1))
        The tick begins: take the row, start the scan.
    slot : Out(unsigned(SLOT_BITS))
        The tick that runs, or ran last, modulo the number of slots.
    running : Out(unsigned(1))
        A tick runs.
    busy : Out(unsigned(1))
        A tick runs, or none can start yet.
    overrun : Out(unsigned(16))
        Starts that came while a tick ran; stays at its largest value.
    """

    start: Signal
    next_slot: Signal
    retire: Signal
    neuron: Signal
    sending: Signal
    clearing: Signal
    load: Signal
    slot: Signal
    running: Signal
    busy: Signal
    overrun: Signal

    def __init__(self, *, neurons: int = 256, delay_slots: int = 16) -> None:
        self.neurons = neurons
        self.delay_slots = delay_slots
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self.slot_bits = chip.slot_bits(delay_slots=delay_slots)
        super().__init__(
            {
                "start": In(1),
                "next_slot": In(self.slot_bits),
                "retire": In(1),
                "neuron": In(self.neuron_bits),
                "sending": In(1),
                "clearing": In(1),
                "load": Out(1),
                "slot": Out(self.slot_bits),
                "running": Out(1),
                "busy": Out(1),
                "overrun": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        state = Signal(State, init=State.CLEAR)
        current = Signal(self.slot_bits, init=0)
        missed = Signal(16, init=0)

        last = wire(m, self.retire & (self.neuron == self.neurons - 1))  # the last neuron is stored

        # Table control (unique)
        with m.Switch(state):
            with m.Case(State.CLEAR):
                with m.If(self.clearing):  # row clear
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(0),
                        self.busy.eq(1),
                        self.slot.eq(current),
                    ]
                with m.Else():  # row clean
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(0),
                        self.busy.eq(1),
                        self.slot.eq(current),
                    ]
                    m.d.sync += state.eq(State.IDLE)
            with m.Case(State.IDLE):
                with m.If(~self.start):  # row idle
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(0),
                        self.busy.eq(0),
                        self.slot.eq(current),
                    ]
                with m.Else():  # row start
                    m.d.comb += [
                        self.load.eq(1),
                        self.running.eq(1),
                        self.busy.eq(1),
                        self.slot.eq(self.next_slot),
                    ]
                    m.d.sync += [
                        state.eq(State.RUN),
                        current.eq(self.next_slot),
                    ]
            with m.Case(State.RUN):
                with m.If(~last):  # row run
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(1),
                        self.busy.eq(1),
                        self.slot.eq(current),
                    ]
                with m.Else():  # row last
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(1),
                        self.busy.eq(1),
                        self.slot.eq(current),
                    ]
                    m.d.sync += state.eq(State.DRAIN)
            with m.Case(State.DRAIN):
                with m.If(self.sending):  # row send
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(1),
                        self.busy.eq(1),
                        self.slot.eq(current),
                    ]
                with m.Else():  # row done
                    m.d.comb += [
                        self.load.eq(0),
                        self.running.eq(1),
                        self.busy.eq(1),
                        self.slot.eq(current),
                    ]
                    m.d.sync += state.eq(State.IDLE)

        # Table miss (unique)
        with m.If(~self.start):  # row none
            pass
        with m.Elif((state == State.IDLE) & self.start):  # row accepted
            pass
        with m.Else():  # row missed
            m.d.sync += missed.eq(clamp(missed + 1, 0, 0xFFFF))

        # Table count (unique)
        # row always
        m.d.comb += self.overrun.eq(missed)

        return m
