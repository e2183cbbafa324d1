"""Generated from count_control.lct.md: do not edit, change the table.

Written by: spikewright generate count_control
"""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc, wire

__all__ = ["CountControl"]


class CountControl(wiring.Component):
    """Leads the steps of `neuron_scan` past the counting of axons, in three stages: the halves of the
    axons are counted, the halves are added and the memories are read, and the sum of counts times
    weights goes on top of the stored potential. What follows gets steps, parameters and potentials
    as it would from `synapse_scan` and the memories, except that the synapses of most neurons are
    summed already.

    All stages move at once, whenever the last one is free to.

    Parameters
    ----------
    axons : int
        Axons of a core.
    neurons : int
        Neurons of a core.
    potential_bits : int
        Bits of a membrane potential.
    wrap : int
        1: potentials wrap in two's complement; 0: they are clamped, and no sum overflows.
    threshold_bits : int
        Bits of both thresholds.
    mask_bits : int
        Largest number of random threshold bits.
    weight_bits : int
        Bits of a weight: sign and magnitude.
    axon_types : int
        Types of axon: each selects one of a neuron's weights.
    leak_bits : int
        Bits of a leak: sign and magnitude.
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    scanned : In(stream of Scanned)
        From the scan.
    axon_type : In(unsigned(TYPE_BITS))
        The memories' answers: type of the axon asked for last.
    parameters : In(Parameters)
        Of the neuron asked for last.
    potential : In(signed(POTENTIAL_BITS))
    sum : In(signed(SUM_BITS))
        Of its counted axons.
    move : Out(unsigned(1))
        Everything moves on by one stage.
    row : Out(unsigned(AXONS))
        The axons to be counted with the step that comes in.
    look_up : Out(unsigned(1))
        Read type of `look_up_axon`, parameters and potential of `look_up_neuron`.
    look_up_axon : Out(unsigned(AXON_BITS))
    look_up_neuron : Out(unsigned(NEURON_BITS))
    step : Out(stream of Step)
        To the random draw.
    step_type : Out(unsigned(TYPE_BITS))
        Type of the step's axon.
    step_parameters : Out(Parameters)
        Of the step's neuron.
    step_potential : Out(signed(POTENTIAL_BITS))
        Of the step's neuron, and what has been counted.

    Assumptions
    -----------
    A1 : WRAP or (potential + sum >= -POTENTIAL_LIMIT - WEIGHT_BOUND * AXONS and potential + sum <= POTENTIAL_LIMIT + WEIGHT_BOUND * AXONS)
        `leak_and_clamp` limits potentials, `configuration` refuses others; `axon_count` counts an
        axon once.
    """

    scanned: stream.Interface
    axon_type: Signal
    parameters: data.View
    potential: Signal
    sum: Signal
    move: Signal
    row: Signal
    look_up: Signal
    look_up_axon: Signal
    look_up_neuron: Signal
    step: stream.Interface
    step_type: Signal
    step_parameters: data.View
    step_potential: Signal

    def __init__(
        self,
        *,
        axons: int = 256,
        neurons: int = 256,
        potential_bits: int = 20,
        wrap: int = 0,
        threshold_bits: int = 18,
        mask_bits: int = 17,
        weight_bits: int = 9,
        axon_types: int = 4,
        leak_bits: int = 9,
        offset_bits: int = 9,
        delay_slots: int = 16,
    ) -> None:
        self.axons = axons
        self.neurons = neurons
        self.potential_bits = potential_bits
        self.wrap = wrap
        self.threshold_bits = threshold_bits
        self.mask_bits = mask_bits
        self.weight_bits = weight_bits
        self.axon_types = axon_types
        self.leak_bits = leak_bits
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axon_bits = chip.axon_bits(axons=axons)
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self.potential_limit = chip.potential_limit(
            wrap=wrap,
            potential_bits=potential_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
        )
        self.sum_bits = chip.sum_bits(weight_bits=weight_bits, axons=axons)
        self.type_bits = chip.type_bits(axon_types=axon_types)
        self.weight_bound = 1 << (weight_bits - 1)
        self._parameters = chip.parameters_layout(
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
        scanned = chip.scanned_layout(axons=axons, neurons=neurons)
        self._step = chip.step_layout(axons=axons, neurons=neurons)
        super().__init__(
            {
                "scanned": In(stream.Signature(scanned)),
                "axon_type": In(self.type_bits),
                "parameters": In(self._parameters),
                "potential": In(signed(potential_bits)),
                "sum": In(signed(self.sum_bits)),
                "move": Out(1),
                "row": Out(axons),
                "look_up": Out(1),
                "look_up_axon": Out(self.axon_bits),
                "look_up_neuron": Out(self.neuron_bits),
                "step": Out(stream.Signature(self._step)),
                "step_type": Out(self.type_bits),
                "step_parameters": Out(self._parameters),
                "step_potential": Out(signed(potential_bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        counting = Signal(init=0)  # there is a step in the first stage
        first = Signal(self._step)
        counted = Signal(init=0)  # there is one in the second stage
        second = Signal(self._step)
        full = Signal(init=0)  # there is one on offer
        held = Signal(self._step)
        held_type = Signal(self.type_bits, init=0)
        held_parameters = Signal(self._parameters)
        held_potential = Signal(signed(self.potential_bits), init=0)

        free = wire(m, ~full | self.step.ready)  # room for a step
        total = wire(
            m,
            trunc(self.potential + self.sum, self.potential_bits)
            if self.wrap
            else self.potential + self.sum,
        )

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.step.valid.eq(full),
            self.step.payload.eq(held),
            self.step_type.eq(held_type),
            self.step_parameters.eq(held_parameters),
            self.step_potential.eq(held_potential),
            self.scanned.ready.eq(free),
            self.move.eq(free),
            self.row.eq(self.scanned.payload.row),
            self.look_up_axon.eq(first.axon),
            self.look_up_neuron.eq(first.neuron),
        ]

        # Table flow (unique)
        with m.If(~free):  # row stall
            m.d.comb += self.look_up.eq(0)
            m.d.sync += full.eq(1)
        with m.Else():  # row move
            m.d.comb += self.look_up.eq(counting)
            m.d.sync += [
                counting.eq(self.scanned.valid),
                first.eq(self.scanned.payload.step),
                counted.eq(counting),
                second.eq(first),
                full.eq(counted),
                held.eq(second),
                held_type.eq(self.axon_type),
                held_parameters.eq(self.parameters),
                held_potential.eq(total),
            ]

        return m
