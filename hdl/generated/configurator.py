"""Generated from configurator.lct.md: do not edit, change the table.

Written by: spikewright generate configurator
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import wire

__all__ = ["Configurator", "State"]


class State(enum.Enum, shape=2):  # type: ignore[call-arg]
    IDLE = 0
    ASK = 1
    WAIT = 2
    END = 3


class Configurator(wiring.Component):
    """Runs the commands that program and read cores, one after another. What cannot go to a core,
    because there is no such place or because ticks run, is refused here; what the core refuses, is
    refused by its answer. A write takes five cycles, a read four for each data word and one more.

    Parameters
    ----------
    axons : int
        Axons of a core.
    neurons : int
        Neurons of a core.

    Members
    -------
    command : In(unsigned(1))
        Run a command, until `ended`.
    reading : In(unsigned(1))
        It is a read.
    core : In(unsigned(16))
    space : In(unsigned(3))
    address : In(unsigned(16))
    excess : In(unsigned(5))
        For each space: the data has bits beyond its width.
    cores : In(unsigned(17))
        Cores that there are.
    words : In(unsigned(8))
        Data words that there are.
    idle : In(unsigned(1))
        No tick runs, and none is asked for.
    answered : In(unsigned(1))
        The core answers.
    denied : In(unsigned(1))
        It refuses.
    enable : Out(unsigned(1))
        Write to the core.
    read : Out(unsigned(1))
        Read from it.
    word : Out(unsigned(8))
        This word of its entry.
    store : Out(unsigned(1))
        The answer is data word `word`.
    running : Out(unsigned(1))
        A command runs.
    ended : Out(unsigned(1))
        The command is done.
    refused : Out(unsigned(1))
        The last command was refused.
    """

    command: Signal
    reading: Signal
    core: Signal
    space: Signal
    address: Signal
    excess: Signal
    cores: Signal
    words: Signal
    idle: Signal
    answered: Signal
    denied: Signal
    enable: Signal
    read: Signal
    word: Signal
    store: Signal
    running: Signal
    ended: Signal
    refused: Signal

    def __init__(self, *, axons: int = 256, neurons: int = 256) -> None:
        self.axons = axons
        self.neurons = neurons
        super().__init__(
            {
                "command": In(1),
                "reading": In(1),
                "core": In(16),
                "space": In(3),
                "address": In(16),
                "excess": In(5),
                "cores": In(17),
                "words": In(8),
                "idle": In(1),
                "answered": In(1),
                "denied": In(1),
                "enable": Out(1),
                "read": Out(1),
                "word": Out(8),
                "store": Out(1),
                "running": Out(1),
                "ended": Out(1),
                "refused": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        state = Signal(State, init=State.IDLE)
        at = Signal(8, init=0)  # word that is read
        wrong = Signal(init=0)

        # entries of the space
        limit = wire(m, Mux(self.space == 0, self.axons, Mux(self.space <= 3, self.neurons, 1)))
        beyond = wire(m, (self.excess >> self.space) & 1 == 1)
        legal = wire(
            m,
            self.idle
            & (self.core < self.cores)
            & (self.space <= 4)
            & (self.address < limit)
            & (self.reading | ~beyond),
        )
        last = wire(m, at + 1 >= self.words)

        # Table show (unique)
        # row always
        m.d.comb += [
            self.word.eq(at),
            self.refused.eq(wrong),
        ]

        # Table control (unique)
        with m.Switch(state):
            with m.Case(State.IDLE):
                with m.If(~self.command):  # row idle
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(0),
                        self.running.eq(0),
                        self.ended.eq(0),
                    ]
                with m.Elif(self.command & ~legal):  # row refuse
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(0),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                    m.d.sync += [
                        state.eq(State.END),
                        wrong.eq(1),
                    ]
                with m.Else():  # row begin
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(0),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                    m.d.sync += [
                        state.eq(State.ASK),
                        at.eq(0),
                        wrong.eq(0),
                    ]
            with m.Case(State.ASK):  # row ask
                m.d.comb += [
                    self.enable.eq(~self.reading),
                    self.read.eq(self.reading),
                    self.store.eq(0),
                    self.running.eq(1),
                    self.ended.eq(0),
                ]
                m.d.sync += state.eq(State.WAIT)
            with m.Case(State.WAIT):
                with m.If(~self.answered):  # row wait
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(0),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                with m.Elif(self.answered & self.denied):  # row denied
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(0),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                    m.d.sync += [
                        state.eq(State.END),
                        wrong.eq(1),
                    ]
                with m.Elif(self.answered & ~self.denied & ~self.reading):  # row written
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(0),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                    m.d.sync += state.eq(State.END)
                with m.Elif(self.answered & ~self.denied & self.reading & ~last):  # row next
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(1),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                    m.d.sync += [
                        state.eq(State.ASK),
                        at.eq(at + 1),
                    ]
                with m.Else():  # row all
                    m.d.comb += [
                        self.enable.eq(0),
                        self.read.eq(0),
                        self.store.eq(1),
                        self.running.eq(1),
                        self.ended.eq(0),
                    ]
                    m.d.sync += state.eq(State.END)
            with m.Case(State.END):  # row end
                m.d.comb += [
                    self.enable.eq(0),
                    self.read.eq(0),
                    self.store.eq(0),
                    self.running.eq(1),
                    self.ended.eq(1),
                ]
                m.d.sync += state.eq(State.IDLE)

        return m
