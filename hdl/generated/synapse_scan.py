"""Generated from synapse_scan.lct.md: do not edit, change the table.

Written by: spikewright generate synapse_scan
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import drop_one, first_one, wire

__all__ = ["State", "SynapseScan"]


class State(enum.Enum, shape=2):  # type: ignore[call-arg]
    IDLE = 0
    FILL = 1
    RUN = 2


class SynapseScan(wiring.Component):
    """Goes through the neurons in ascending order and, of each, only through the axons that spiked and
    are connected: one step a synaptic event, one step to end the neuron. N neurons with E events
    take N + E steps, one a cycle.

    While a neuron is scanned the memory already holds the synapses of the next one. Which one is
    read next does not depend on the events, only when. `pending` is loaded wherever it is not
    needed, so that few decisions come before its 256 bits.

    Parameters
    ----------
    axons : int
        Axons of a core.
    neurons : int
        Neurons of a core.

    Members
    -------
    start : In(unsigned(1))
        A tick begins.
    spikes : In(unsigned(AXONS))
        Axons that spiked, from the cycle after start on.
    synapses : In(unsigned(AXONS))
        The memory's answer: synapses of the neuron asked for last.
    step : Out(stream of Step)
        To the look-up.
    fetch : Out(unsigned(1))
        Read the synapses of neuron `fetch_neuron`.
    fetch_neuron : Out(unsigned(NEURON_BITS))
    """

    start: Signal
    spikes: Signal
    synapses: Signal
    step: stream.Interface
    fetch: Signal
    fetch_neuron: Signal

    def __init__(self, *, axons: int = 256, neurons: int = 256) -> None:
        self.axons = axons
        self.neurons = neurons
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self._step = chip.step_layout(axons=axons, neurons=neurons)
        super().__init__(
            {
                "start": In(1),
                "spikes": In(axons),
                "synapses": In(axons),
                "step": Out(stream.Signature(self._step)),
                "fetch": Out(1),
                "fetch_neuron": Out(self.neuron_bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        state = Signal(State, init=State.IDLE)
        neuron = Signal(self.neuron_bits, init=0)  # the neuron that is scanned
        ahead = Signal(self.neuron_bits, init=0)  # the neuron whose synapses are read next
        pending = Signal(self.axons, init=0)  # its events that have no step yet
        full = Signal(init=0)  # `held` is a step
        held = Signal(self._step)  # the step on offer

        free = wire(m, ~full | self.step.ready)  # room for a step
        axon = wire(m, first_one(pending))  # the lowest axon with an event
        last = wire(m, neuron == self.neurons - 1)  # no neuron follows

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.step.valid.eq(full),
            self.step.payload.eq(held),
            self.fetch_neuron.eq(ahead),
        ]

        # Table scan (unique)
        with m.Switch(state):
            with m.Case(State.IDLE):
                with m.If(~self.start):  # row idle: the last step may still be on offer
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += [
                        pending.eq(self.synapses & self.spikes),
                        full.eq(~free),
                    ]
                with m.Else():  # row start
                    m.d.comb += self.fetch.eq(1)
                    m.d.sync += [
                        state.eq(State.FILL),
                        neuron.eq(0),
                        pending.eq(self.synapses & self.spikes),
                        full.eq(~free),
                        ahead.eq(1 if self.neurons > 1 else 0),
                    ]
            with m.Case(State.FILL):  # row fill
                m.d.comb += self.fetch.eq(1)
                m.d.sync += [
                    state.eq(State.RUN),
                    pending.eq(self.synapses & self.spikes),
                    full.eq(~free),
                    ahead.eq(ahead + 1),
                ]
            with m.Case(State.RUN):
                with m.If(~free):  # row stall
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += full.eq(1)
                with m.Elif(free & (pending > 0)):  # row event: one synaptic event
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += [
                        pending.eq(drop_one(pending)),
                        full.eq(1),
                        held.end.eq(0),
                        held.axon.eq(axon),
                        held.neuron.eq(neuron),
                    ]
                with m.Elif(free & (pending == 0) & ~last):  # row end: on to the next neuron
                    m.d.comb += self.fetch.eq(1)
                    m.d.sync += [
                        neuron.eq(neuron + 1),
                        pending.eq(self.synapses & self.spikes),
                        full.eq(1),
                        held.end.eq(1),
                        held.axon.eq(0),
                        held.neuron.eq(neuron),
                        ahead.eq(ahead + 1),
                    ]
                with m.Else():  # row end_last
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += [
                        state.eq(State.IDLE),
                        pending.eq(self.synapses & self.spikes),
                        full.eq(1),
                        held.end.eq(1),
                        held.axon.eq(0),
                        held.neuron.eq(neuron),
                        ahead.eq(0),
                    ]

        return m
