"""Generated from configuration.lct.md: do not edit, change the table.

Written by: spikewright generate configuration
"""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clamp, wire

__all__ = ["Configuration"]


class Configuration(wiring.Component):
    """Takes the writes that program a core, refuses those that the core could not run, and gives the
    memories' ports to the pipeline during a tick and to the outside otherwise: the one write port
    of the potentials, and the read ports of all. A write or a read is answered one cycle later.

    What this unit refuses is what the other units assume never to see.

    Parameters
    ----------
    axons : int
        Axons of a core.
    axon_types : int
        Types of axon: each selects one of a neuron's weights.
    mask_bits : int
        Largest number of random threshold bits.
    neurons : int
        Neurons of a core.
    potential_bits : int
        Bits of a membrane potential.
    wrap : int
        1: potentials wrap in two's complement; 0: they are clamped, and no sum overflows.
    threshold_bits : int
        Bits of both thresholds.
    weight_bits : int
        Bits of a weight: sign and magnitude.
    leak_bits : int
        Bits of a leak: sign and magnitude.
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    enable : In(unsigned(1))
        A write comes from outside.
    read : In(unsigned(1))
        A read comes from outside; not together with a write.
    space : In(unsigned(3))
        What it means: 0 axon type, 1 synapses, 2 parameters, 3 potential, 4 seed.
    address : In(unsigned(ADDRESS_BITS))
        Axon or neuron.
    axon_type : In(unsigned(TYPE_BITS))
        The data, read as an axon type.
    parameters : In(Parameters)
        The data, read as parameters.
    initial : In(signed(POTENTIAL_BITS))
        The data, read as a potential.
    seed : In(unsigned(32))
        The data, read as a seed.
    busy : In(unsigned(1))
        A tick runs.
    retire : In(unsigned(1))
        The pipeline stores a potential.
    retire_neuron : In(unsigned(NEURON_BITS))
        Of this neuron.
    retire_potential : In(signed(POTENTIAL_BITS))
    fetch : In(unsigned(1))
        The pipeline reads synapses.
    fetch_neuron : In(unsigned(NEURON_BITS))
        Of this neuron.
    look_up : In(unsigned(1))
        The pipeline reads the other memories.
    look_up_axon : In(unsigned(AXON_BITS))
    look_up_neuron : In(unsigned(NEURON_BITS))
    synapse_read : Out(unsigned(1))
    synapse_read_neuron : Out(unsigned(NEURON_BITS))
    row_read : Out(unsigned(1))
        Read the other memories.
    row_read_axon : Out(unsigned(AXON_BITS))
    row_read_neuron : Out(unsigned(NEURON_BITS))
    axon : Out(unsigned(AXON_BITS))
        Address of the axon types.
    neuron : Out(unsigned(NEURON_BITS))
        Address of synapses and parameters.
    type_write : Out(unsigned(1))
    synapse_write : Out(unsigned(1))
    parameter_write : Out(unsigned(1))
    seed_write : Out(unsigned(1))
    potential_write : Out(unsigned(1))
    potential_neuron : Out(unsigned(NEURON_BITS))
    potential : Out(signed(POTENTIAL_BITS))
    answered : Out(unsigned(1))
        A write or a read came in the cycle before; the memories show what was read.
    denied : Out(unsigned(1))
        And it was refused.
    refused : Out(unsigned(16))
        Writes and reads that were refused; stays at its largest value.
    """

    enable: Signal
    read: Signal
    space: Signal
    address: Signal
    axon_type: Signal
    parameters: data.View
    initial: Signal
    seed: Signal
    busy: Signal
    retire: Signal
    retire_neuron: Signal
    retire_potential: Signal
    fetch: Signal
    fetch_neuron: Signal
    look_up: Signal
    look_up_axon: Signal
    look_up_neuron: Signal
    synapse_read: Signal
    synapse_read_neuron: Signal
    row_read: Signal
    row_read_axon: Signal
    row_read_neuron: Signal
    axon: Signal
    neuron: Signal
    type_write: Signal
    synapse_write: Signal
    parameter_write: Signal
    seed_write: Signal
    potential_write: Signal
    potential_neuron: Signal
    potential: Signal
    answered: Signal
    denied: Signal
    refused: Signal

    def __init__(
        self,
        *,
        axons: int = 256,
        axon_types: int = 4,
        mask_bits: int = 17,
        neurons: int = 256,
        potential_bits: int = 20,
        wrap: int = 0,
        threshold_bits: int = 18,
        weight_bits: int = 9,
        leak_bits: int = 9,
        offset_bits: int = 9,
        delay_slots: int = 16,
    ) -> None:
        self.axons = axons
        self.axon_types = axon_types
        self.mask_bits = mask_bits
        self.neurons = neurons
        self.potential_bits = potential_bits
        self.wrap = wrap
        self.threshold_bits = threshold_bits
        self.weight_bits = weight_bits
        self.leak_bits = leak_bits
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axon_bits = chip.axon_bits(axons=axons)
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self.potential_least = chip.potential_least(
            wrap=wrap,
            potential_bits=potential_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
        )
        self.potential_limit = chip.potential_limit(
            wrap=wrap,
            potential_bits=potential_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
        )
        self.type_bits = chip.type_bits(axon_types=axon_types)
        self.address_bits = max(self.axon_bits, self.neuron_bits)
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
        super().__init__(
            {
                "enable": In(1),
                "read": In(1),
                "space": In(3),
                "address": In(self.address_bits),
                "axon_type": In(self.type_bits),
                "parameters": In(parameters),
                "initial": In(signed(potential_bits)),
                "seed": In(32),
                "busy": In(1),
                "retire": In(1),
                "retire_neuron": In(self.neuron_bits),
                "retire_potential": In(signed(potential_bits)),
                "fetch": In(1),
                "fetch_neuron": In(self.neuron_bits),
                "look_up": In(1),
                "look_up_axon": In(self.axon_bits),
                "look_up_neuron": In(self.neuron_bits),
                "synapse_read": Out(1),
                "synapse_read_neuron": Out(self.neuron_bits),
                "row_read": Out(1),
                "row_read_axon": Out(self.axon_bits),
                "row_read_neuron": Out(self.neuron_bits),
                "axon": Out(self.axon_bits),
                "neuron": Out(self.neuron_bits),
                "type_write": Out(1),
                "synapse_write": Out(1),
                "parameter_write": Out(1),
                "seed_write": Out(1),
                "potential_write": Out(1),
                "potential_neuron": Out(self.neuron_bits),
                "potential": Out(signed(potential_bits)),
                "answered": Out(1),
                "denied": Out(1),
                "refused": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        asked = Signal(init=0)
        wrong = Signal(init=0)
        turned_down = Signal(16, init=0)

        idle = wire(m, ~self.busy)  # writes and reads are taken between ticks only
        fire = self.parameters.fire
        axon_ok = wire(m, idle & (self.address < self.axons))
        type_ok = wire(m, axon_ok & (self.axon_type < self.axon_types))
        neuron_ok = wire(m, idle & (self.address < self.neurons))
        # there are three reset modes; R is a potential between ticks
        fire_ok = wire(
            m,
            (fire.reset_mode != 3)
            & (fire.mask <= self.mask_bits)
            & (fire.reset_potential >= self.potential_least)
            & (fire.reset_potential <= self.potential_limit),
        )
        parameters_ok = wire(m, neuron_ok & fire_ok)
        # V is a potential between ticks
        initial_ok = wire(
            m,
            neuron_ok
            & (self.initial >= self.potential_least)
            & (self.initial <= self.potential_limit),
        )
        # every seed may be read
        read_ok = wire(
            m,
            Mux(
                self.space == 0, axon_ok, Mux(self.space <= 3, neuron_ok, idle & (self.space == 4))
            ),
        )
        seed_ok = wire(m, idle & (self.seed != 0))  # xorshift32 never leaves 0

        # Table address (unique)
        # row always
        m.d.comb += [
            self.axon.eq(self.address),
            self.neuron.eq(self.address),
            self.answered.eq(asked),
            self.denied.eq(wrong),
            self.refused.eq(turned_down),
        ]

        # Table accept (unique)
        with m.If(~self.enable & ~self.read):  # row none
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(0),
                self.parameter_write.eq(0),
                self.seed_write.eq(0),
            ]
            m.d.sync += wrong.eq(0)
        with m.Elif(self.enable & (self.space == 0) & type_ok):  # row axon_type
            m.d.comb += [
                self.type_write.eq(1),
                self.synapse_write.eq(0),
                self.parameter_write.eq(0),
                self.seed_write.eq(0),
            ]
            m.d.sync += wrong.eq(0)
        with m.Elif(self.enable & (self.space == 1) & neuron_ok):  # row synapses
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(1),
                self.parameter_write.eq(0),
                self.seed_write.eq(0),
            ]
            m.d.sync += wrong.eq(0)
        with m.Elif(self.enable & (self.space == 2) & parameters_ok):  # row parameters
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(0),
                self.parameter_write.eq(1),
                self.seed_write.eq(0),
            ]
            m.d.sync += wrong.eq(0)
        with m.Elif(self.enable & (self.space == 3) & initial_ok):  # row potential
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(0),
                self.parameter_write.eq(0),
                self.seed_write.eq(0),
            ]
            m.d.sync += wrong.eq(0)
        with m.Elif(self.enable & (self.space == 4) & seed_ok):  # row seed
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(0),
                self.parameter_write.eq(0),
                self.seed_write.eq(1),
            ]
            m.d.sync += wrong.eq(0)
        with m.Elif(~self.enable & self.read & read_ok):  # row read
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(0),
                self.parameter_write.eq(0),
                self.seed_write.eq(0),
            ]
            m.d.sync += wrong.eq(0)
        with m.Else():  # row else
            m.d.comb += [
                self.type_write.eq(0),
                self.synapse_write.eq(0),
                self.parameter_write.eq(0),
                self.seed_write.eq(0),
            ]
            m.d.sync += [
                wrong.eq(1),
                turned_down.eq(clamp(turned_down + 1, 0, 0xFFFF)),
            ]

        # Table ask (unique)
        # row always
        m.d.sync += asked.eq(self.enable | self.read)

        # Table look (unique)
        with m.If(self.busy):  # row pipeline
            m.d.comb += [
                self.synapse_read.eq(self.fetch),
                self.synapse_read_neuron.eq(self.fetch_neuron),
                self.row_read.eq(self.look_up),
                self.row_read_axon.eq(self.look_up_axon),
                self.row_read_neuron.eq(self.look_up_neuron),
            ]
        with m.Else():  # row outside
            m.d.comb += [
                self.synapse_read.eq(self.read),
                self.synapse_read_neuron.eq(self.address),
                self.row_read.eq(self.read),
                self.row_read_axon.eq(self.address),
                self.row_read_neuron.eq(self.address),
            ]

        # Table store (unique)
        with m.If(self.retire):  # row pipeline
            m.d.comb += [
                self.potential_write.eq(1),
                self.potential_neuron.eq(self.retire_neuron),
                self.potential.eq(self.retire_potential),
            ]
        with m.Elif(~self.retire & self.enable & (self.space == 3) & initial_ok):  # row outside
            m.d.comb += [
                self.potential_write.eq(1),
                self.potential_neuron.eq(self.address),
                self.potential.eq(self.initial),
            ]
        with m.Else():  # row else
            m.d.comb += self.potential_write.eq(0)

        return m
