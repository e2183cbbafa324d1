"""Generated from weigh.lct.md: do not edit, change the table.

Written by: spikewright generate weigh
"""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import bit, wire

__all__ = ["Weigh"]


class Weigh(wiring.Component):
    """Takes what the memories answer for a step: its neuron's parameters, and of them the weight of
    its axon's type. The answers come late in a cycle, so nothing else is done in it.

    Parameters
    ----------
    axon_types : int
        Types of axon: each selects one of a neuron's weights.
    potential_bits : int
        Bits of a membrane potential.
    weight_bits : int
        Bits of a weight: sign and magnitude.
    leak_bits : int
        Bits of a leak: sign and magnitude.
    threshold_bits : int
        Bits of both thresholds.
    mask_bits : int
        Largest number of random threshold bits.
    offset_bits : int
        Bits of a signed core offset.
    axons : int
        Axons of a core.
    delay_slots : int
        Rows of the scheduler.
    neurons : int
        Neurons of a core.

    Members
    -------
    step : In(stream of Step)
        From the look-up.
    axon_type : In(unsigned(TYPE_BITS))
        Type of the step's axon.
    parameters : In(Parameters)
        Of the step's neuron.
    potential : In(signed(POTENTIAL_BITS))
        Of the step's neuron.
    weighed : Out(stream of Weighed)
        To the random draw.
    """

    step: stream.Interface
    axon_type: Signal
    parameters: data.View
    potential: Signal
    weighed: stream.Interface

    def __init__(
        self,
        *,
        axon_types: int = 4,
        potential_bits: int = 20,
        weight_bits: int = 9,
        leak_bits: int = 9,
        threshold_bits: int = 18,
        mask_bits: int = 17,
        offset_bits: int = 9,
        axons: int = 256,
        delay_slots: int = 16,
        neurons: int = 256,
    ) -> None:
        self.axon_types = axon_types
        self.potential_bits = potential_bits
        self.weight_bits = weight_bits
        self.leak_bits = leak_bits
        self.threshold_bits = threshold_bits
        self.mask_bits = mask_bits
        self.offset_bits = offset_bits
        self.axons = axons
        self.delay_slots = delay_slots
        self.neurons = neurons
        self.type_bits = chip.type_bits(axon_types=axon_types)
        parameters = chip.parameters_layout(
            weight_bits=weight_bits,
            axon_types=axon_types,
            leak_bits=leak_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            potential_bits=potential_bits,
            offset_bits=offset_bits,
            axons=axons,
            delay_slots=delay_slots,
        )
        step = chip.step_layout(axons=axons, neurons=neurons)
        self._weighed = chip.weighed_layout(
            axons=axons,
            neurons=neurons,
            weight_bits=weight_bits,
            potential_bits=potential_bits,
            leak_bits=leak_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            offset_bits=offset_bits,
            delay_slots=delay_slots,
        )
        super().__init__(
            {
                "step": In(stream.Signature(step)),
                "axon_type": In(self.type_bits),
                "parameters": In(parameters),
                "potential": In(signed(potential_bits)),
                "weighed": Out(stream.Signature(self._weighed)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        full = Signal(init=0)  # `held` is a step
        held = Signal(self._weighed)  # the step on offer

        free = wire(m, ~full | self.weighed.ready)  # room for a step
        # `configuration` refuses other types
        G = wire(m, Mux(self.axon_type < self.axon_types, self.axon_type, 0))
        stochastic = wire(m, bit(self.parameters.stochastic, G))  # b_G of the step's axon

        # Table flow (unique)
        with m.If(~free):  # row stall
            m.d.comb += self.step.ready.eq(0)
            m.d.sync += full.eq(1)
        with m.Elif(~self.step.valid & free):  # row none
            m.d.comb += self.step.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Else():  # row take
            m.d.comb += self.step.ready.eq(1)
            m.d.sync += [
                full.eq(1),
                held.end.eq(self.step.payload.end),
                held.axon.eq(self.step.payload.axon),
                held.neuron.eq(self.step.payload.neuron),
                held.weight.eq(self.parameters.weights[G]),
                held.stochastic.eq(stochastic),
                held.potential.eq(self.potential),
                held.leak.eq(self.parameters.leak),
                held.fire.eq(self.parameters.fire),
                held.destination.eq(self.parameters.destination),
            ]

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.weighed.valid.eq(full),
            self.weighed.payload.eq(held),
        ]

        return m
