"""Generated from neuron_scan.lct.md: do not edit, change the table.

Written by: spikewright generate neuron_scan
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import build, drop_one, first_one, wire

__all__ = ["NeuronScan", "State"]


class State(enum.Enum, shape=2):  # type: ignore[call-arg]
    IDLE = 0
    FILL = 1
    RUN = 2


class NeuronScan(wiring.Component):
    """Goes through the neurons in ascending order. A neuron without stochastic synapses takes one
    step, its end, together with all axons that spiked and are connected: they are counted at once.
    Of any other neuron each synaptic event has a step of its own, as in `synapse_scan`, and no axon
    is left to be counted at its end. N neurons, of which the stochastic ones have E events, take N
    + E steps, one a cycle.

    While a neuron is scanned the memories already hold synapses and kind of the next one.

    Parameters
    ----------
    axons : int
        Axons of a core.
    axon_types : int
        Types of axon: each selects one of a neuron's weights.
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
    stochastic : In(unsigned(AXON_TYPES))
        The memory's answer: its stochastic types.
    scanned : Out(stream of Scanned)
        To the counting of axons.
    fetch : Out(unsigned(1))
        Read synapses and kind of neuron `fetch_neuron`.
    fetch_neuron : Out(unsigned(NEURON_BITS))
    """

    start: Signal
    spikes: Signal
    synapses: Signal
    stochastic: Signal
    scanned: stream.Interface
    fetch: Signal
    fetch_neuron: Signal

    def __init__(self, *, axons: int = 256, axon_types: int = 4, neurons: int = 256) -> None:
        self.axons = axons
        self.axon_types = axon_types
        self.neurons = neurons
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self._scanned = chip.scanned_layout(axons=axons, neurons=neurons)
        self._step = chip.step_layout(axons=axons, neurons=neurons)
        super().__init__(
            {
                "start": In(1),
                "spikes": In(axons),
                "synapses": In(axons),
                "stochastic": In(axon_types),
                "scanned": Out(stream.Signature(self._scanned)),
                "fetch": Out(1),
                "fetch_neuron": Out(self.neuron_bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        state = Signal(State, init=State.IDLE)
        neuron = Signal(self.neuron_bits, init=0)  # the neuron that is scanned
        pending = Signal(self.axons, init=0)  # its events that have no step yet
        whole = Signal(init=0)  # they are counted, and have no step each
        full = Signal(init=0)  # `held` is a step
        held = Signal(self._scanned)  # the step on offer

        free = wire(m, ~full | self.scanned.ready)  # room for a step
        done = wire(m, whole | (pending == 0))  # nothing is left but the neuron's end
        last = wire(m, neuron == self.neurons - 1)  # no neuron follows
        end = wire(
            m,
            build(self._scanned, step=build(self._step, end=1, axon=0, neuron=neuron), row=pending),
        )

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.scanned.valid.eq(full),
            self.scanned.payload.eq(held),
        ]

        # Table scan (unique)
        with m.Switch(state):
            with m.Case(State.IDLE):
                with m.If(~self.start):  # row idle: the last step may still be on offer
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += full.eq(~free)
                with m.Else():  # row start
                    m.d.comb += [
                        self.fetch.eq(1),
                        self.fetch_neuron.eq(0),
                    ]
                    m.d.sync += [
                        state.eq(State.FILL),
                        neuron.eq(0),
                        pending.eq(0),
                        full.eq(~free),
                    ]
            with m.Case(State.FILL):  # row fill
                m.d.comb += [
                    self.fetch.eq(1),
                    self.fetch_neuron.eq(neuron + 1),
                ]
                m.d.sync += [
                    state.eq(State.RUN),
                    pending.eq(self.synapses & self.spikes),
                    whole.eq(self.stochastic == 0),
                    full.eq(~free),
                ]
            with m.Case(State.RUN):
                with m.If(~free):  # row stall
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += full.eq(1)
                with m.Elif(free & ~done):  # row event: one synaptic event
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += [
                        pending.eq(drop_one(pending)),
                        full.eq(1),
                        held.step.end.eq(0),
                        held.step.axon.eq(first_one(pending)),
                        held.step.neuron.eq(neuron),
                        held.row.eq(0),
                    ]
                with m.Elif(free & done & ~last):  # row end: on to the next neuron
                    m.d.comb += [
                        self.fetch.eq(1),
                        self.fetch_neuron.eq(neuron + 2),
                    ]
                    m.d.sync += [
                        neuron.eq(neuron + 1),
                        pending.eq(self.synapses & self.spikes),
                        whole.eq(self.stochastic == 0),
                        full.eq(1),
                        held.eq(end),
                    ]
                with m.Else():  # row end_last
                    m.d.comb += self.fetch.eq(0)
                    m.d.sync += [
                        state.eq(State.IDLE),
                        full.eq(1),
                        held.eq(end),
                    ]

        return m
