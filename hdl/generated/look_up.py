"""Generated from look_up.lct.md: do not edit, change the table.

Written by: spikewright generate look_up
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import wire

__all__ = ["LookUp"]


class LookUp(wiring.Component):
    """Asks the memories for what a step of the scan needs: the type of its axon, the parameters and
    the potential of its neuron. The answers are there while the step is on offer.

    Parameters
    ----------
    axons : int
        Axons of a core.
    neurons : int
        Neurons of a core.

    Members
    -------
    step : In(stream of Step)
        From the scan.
    found : Out(stream of Step)
        To be weighed, with the memories' answers.
    read : Out(unsigned(1))
        Read the type of `axon`, parameters and potential of `neuron`.
    axon : Out(unsigned(AXON_BITS))
    neuron : Out(unsigned(NEURON_BITS))
    """

    step: stream.Interface
    found: stream.Interface
    read: Signal
    axon: Signal
    neuron: Signal

    def __init__(self, *, axons: int = 256, neurons: int = 256) -> None:
        self.axons = axons
        self.neurons = neurons
        self.axon_bits = chip.axon_bits(axons=axons)
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self._step = chip.step_layout(axons=axons, neurons=neurons)
        super().__init__(
            {
                "step": In(stream.Signature(self._step)),
                "found": Out(stream.Signature(self._step)),
                "read": Out(1),
                "axon": Out(self.axon_bits),
                "neuron": Out(self.neuron_bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        full = Signal(init=0)  # `held` is a step
        held = Signal(self._step)  # the step on offer

        free = wire(m, ~full | self.found.ready)  # room for a step

        # Table flow (unique)
        with m.If(~free):  # row stall: the memories keep their answers
            m.d.comb += [
                self.step.ready.eq(0),
                self.read.eq(0),
            ]
            m.d.sync += full.eq(1)
        with m.Elif(~self.step.valid & free):  # row none
            m.d.comb += [
                self.step.ready.eq(1),
                self.read.eq(0),
            ]
            m.d.sync += full.eq(0)
        with m.Else():  # row take
            m.d.comb += [
                self.step.ready.eq(1),
                self.read.eq(1),
            ]
            m.d.sync += [
                full.eq(1),
                held.eq(self.step.payload),
            ]

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.found.valid.eq(full),
            self.found.payload.eq(held),
            self.axon.eq(self.step.payload.axon),
            self.neuron.eq(self.step.payload.neuron),
        ]

        return m
