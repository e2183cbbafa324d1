"""Generated from neuron_core.lct.md: do not edit, change the table.

Written by: spikewright generate neuron_core
"""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from spikewright.hdl.axon_sums import AxonSums, KindMemory
from spikewright.hdl.generated import chip
from spikewright.hdl.generated.configuration import Configuration
from spikewright.hdl.generated.count_control import CountControl
from spikewright.hdl.generated.leak_and_clamp import LeakAndClamp
from spikewright.hdl.generated.neuron_scan import NeuronScan
from spikewright.hdl.generated.random_draw import RandomDraw
from spikewright.hdl.generated.scheduler_control import SchedulerControl
from spikewright.hdl.generated.spike_sender import SpikeSender
from spikewright.hdl.generated.synaptic_integration import SynapticIntegration
from spikewright.hdl.generated.threshold_fire_reset import ThresholdFireReset
from spikewright.hdl.generated.tick_controller import TickController
from spikewright.hdl.generated.weigh import Weigh
from spikewright.hdl.memories import (
    ParameterMemory,
    PotentialMemory,
    SchedulerMemory,
    SynapseMemory,
    TypeMemory,
)

__all__ = ["NeuronCore"]


class NeuronCore(wiring.Component):
    """One neurosynaptic core that integrates a whole neuron in a cycle, unless some of its synapses
    are stochastic: in place of the scan of `core` it has `neuron_scan` and the counting of axons,
    and is otherwise the same. A tick of N neurons, of which the stochastic ones have E synaptic
    events, takes N + E cycles and at most 12 more to fill and drain the pipeline. With 256 axons
    and neurons it is, on ECP5, 10,095 cells of logic, 2,354 flip-flops, 12 block RAMs and 4
    multipliers.

    Parameters
    ----------
    axons : int
        Axons of a core.
    neurons : int
        Neurons of a core.
    potential_bits : int
        Bits of a membrane potential.
    delay_slots : int
        Rows of the scheduler.
    axon_types : int
        Types of axon: each selects one of a neuron's weights.
    offset_bits : int
        Bits of a signed core offset.
    weight_bits : int
        Bits of a weight: sign and magnitude.
    leak_bits : int
        Bits of a leak: sign and magnitude.
    threshold_bits : int
        Bits of both thresholds.
    mask_bits : int
        Largest number of random threshold bits.
    wrap : int
        1: potentials wrap in two's complement; 0: they are clamped, and no sum overflows.
    inclusive : int
        1: a potential at its negative threshold is below it; 0: it is not.

    Members
    -------
    start : In(unsigned(1))
        Begin a tick.
    next_slot : In(unsigned(SLOT_BITS))
        Its slot, with start.
    busy : Out(unsigned(1))
        A tick runs.
    delivery : In(stream of Delivery)
        Spikes for this core.
    packet : Out(stream of Packet)
        Spikes of this core.
    enable : In(unsigned(1))
        Program the core: see `configuration`.
    read : In(unsigned(1))
        Read the core: see `configuration`.
    space : In(unsigned(3))
    address : In(unsigned(ADDRESS_BITS))
    axon_type : In(unsigned(TYPE_BITS))
    synapses : In(unsigned(AXONS))
    parameters : In(Parameters)
    initial : In(signed(POTENTIAL_BITS))
    seed : In(unsigned(32))
    answered : Out(unsigned(1))
        A write or a read came in the cycle before.
    denied : Out(unsigned(1))
        And it was refused.
    read_type : Out(unsigned(TYPE_BITS))
        What was read, as an axon type.
    read_synapses : Out(unsigned(AXONS))
    read_parameters : Out(Parameters)
    read_potential : Out(signed(POTENTIAL_BITS))
    present : Out(unsigned(32))
        State of the random generator.
    retire : Out(unsigned(1))
        A neuron is done.
    neuron : Out(unsigned(NEURON_BITS))
        Which neuron.
    potential : Out(signed(POTENTIAL_BITS))
        Its new potential.
    spike : Out(unsigned(1))
        It fires.
    late : Out(unsigned(16))
        Deliveries that came late.
    overrun : Out(unsigned(16))
        Starts that came while a tick ran.
    refused : Out(unsigned(16))
        Writes and reads that were refused.
    """

    start: Signal
    next_slot: Signal
    busy: Signal
    delivery: stream.Interface
    packet: stream.Interface
    enable: Signal
    read: Signal
    space: Signal
    address: Signal
    axon_type: Signal
    synapses: Signal
    parameters: data.View
    initial: Signal
    seed: Signal
    answered: Signal
    denied: Signal
    read_type: Signal
    read_synapses: Signal
    read_parameters: data.View
    read_potential: Signal
    present: Signal
    retire: Signal
    neuron: Signal
    potential: Signal
    spike: Signal
    late: Signal
    overrun: Signal
    refused: Signal

    def __init__(
        self,
        *,
        axons: int = 256,
        neurons: int = 256,
        potential_bits: int = 20,
        delay_slots: int = 16,
        axon_types: int = 4,
        offset_bits: int = 9,
        weight_bits: int = 9,
        leak_bits: int = 9,
        threshold_bits: int = 18,
        mask_bits: int = 17,
        wrap: int = 0,
        inclusive: int = 0,
    ) -> None:
        self.axons = axons
        self.neurons = neurons
        self.potential_bits = potential_bits
        self.delay_slots = delay_slots
        self.axon_types = axon_types
        self.offset_bits = offset_bits
        self.weight_bits = weight_bits
        self.leak_bits = leak_bits
        self.threshold_bits = threshold_bits
        self.mask_bits = mask_bits
        self.wrap = wrap
        self.inclusive = inclusive
        self.axon_bits = chip.axon_bits(axons=axons)
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self.slot_bits = chip.slot_bits(delay_slots=delay_slots)
        self.type_bits = chip.type_bits(axon_types=axon_types)
        self.address_bits = max(self.axon_bits, self.neuron_bits)
        delivery = chip.delivery_layout(delay_slots=delay_slots, axons=axons)
        packet = chip.packet_layout(offset_bits=offset_bits, delay_slots=delay_slots, axons=axons)
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
                "start": In(1),
                "next_slot": In(self.slot_bits),
                "busy": Out(1),
                "delivery": In(stream.Signature(delivery)),
                "packet": Out(stream.Signature(packet)),
                "enable": In(1),
                "read": In(1),
                "space": In(3),
                "address": In(self.address_bits),
                "axon_type": In(self.type_bits),
                "synapses": In(axons),
                "parameters": In(parameters),
                "initial": In(signed(potential_bits)),
                "seed": In(32),
                "answered": Out(1),
                "denied": Out(1),
                "read_type": Out(self.type_bits),
                "read_synapses": Out(axons),
                "read_parameters": Out(parameters),
                "read_potential": Out(signed(potential_bits)),
                "present": Out(32),
                "retire": Out(1),
                "neuron": Out(self.neuron_bits),
                "potential": Out(signed(potential_bits)),
                "spike": Out(1),
                "late": Out(16),
                "overrun": Out(16),
                "refused": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.submodules.configuration = configuration = Configuration(
            axons=self.axons,
            axon_types=self.axon_types,
            mask_bits=self.mask_bits,
            neurons=self.neurons,
            potential_bits=self.potential_bits,
            wrap=self.wrap,
            threshold_bits=self.threshold_bits,
            weight_bits=self.weight_bits,
            leak_bits=self.leak_bits,
            offset_bits=self.offset_bits,
            delay_slots=self.delay_slots,
        )
        m.submodules.ticks = ticks = TickController(
            neurons=self.neurons, delay_slots=self.delay_slots
        )
        m.submodules.scheduler = scheduler = SchedulerControl(
            axons=self.axons, delay_slots=self.delay_slots
        )
        m.submodules.scheduler_rows = scheduler_rows = SchedulerMemory(
            axons=self.axons, delay_slots=self.delay_slots
        )
        m.submodules.scan = scan = NeuronScan(
            axons=self.axons, axon_types=self.axon_types, neurons=self.neurons
        )
        m.submodules.synapse_rows = synapse_rows = SynapseMemory(
            axons=self.axons, neurons=self.neurons
        )
        m.submodules.kinds = kinds = KindMemory(
            axon_types=self.axon_types,
            neurons=self.neurons,
            weight_bits=self.weight_bits,
            leak_bits=self.leak_bits,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            potential_bits=self.potential_bits,
            offset_bits=self.offset_bits,
            axons=self.axons,
            delay_slots=self.delay_slots,
        )
        m.submodules.count = count = CountControl(
            axons=self.axons,
            neurons=self.neurons,
            potential_bits=self.potential_bits,
            wrap=self.wrap,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            weight_bits=self.weight_bits,
            axon_types=self.axon_types,
            leak_bits=self.leak_bits,
            offset_bits=self.offset_bits,
            delay_slots=self.delay_slots,
        )
        m.submodules.sums = sums = AxonSums(
            axons=self.axons,
            axon_types=self.axon_types,
            weight_bits=self.weight_bits,
            leak_bits=self.leak_bits,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            potential_bits=self.potential_bits,
            offset_bits=self.offset_bits,
            delay_slots=self.delay_slots,
        )
        m.submodules.types = types = TypeMemory(axons=self.axons, axon_types=self.axon_types)
        m.submodules.rows = rows = ParameterMemory(
            neurons=self.neurons,
            weight_bits=self.weight_bits,
            axon_types=self.axon_types,
            leak_bits=self.leak_bits,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            potential_bits=self.potential_bits,
            offset_bits=self.offset_bits,
            axons=self.axons,
            delay_slots=self.delay_slots,
        )
        m.submodules.potentials = potentials = PotentialMemory(
            neurons=self.neurons, potential_bits=self.potential_bits
        )
        m.submodules.weigh = weigh = Weigh(
            axon_types=self.axon_types,
            potential_bits=self.potential_bits,
            weight_bits=self.weight_bits,
            leak_bits=self.leak_bits,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            offset_bits=self.offset_bits,
            axons=self.axons,
            delay_slots=self.delay_slots,
            neurons=self.neurons,
        )
        m.submodules.draw = draw = RandomDraw(
            leak_bits=self.leak_bits,
            mask_bits=self.mask_bits,
            weight_bits=self.weight_bits,
            neurons=self.neurons,
            threshold_bits=self.threshold_bits,
            potential_bits=self.potential_bits,
            offset_bits=self.offset_bits,
            axons=self.axons,
            delay_slots=self.delay_slots,
        )
        m.submodules.integration = integration = SynapticIntegration(
            axons=self.axons,
            potential_bits=self.potential_bits,
            wrap=self.wrap,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            weight_bits=self.weight_bits,
            leak_bits=self.leak_bits,
            neurons=self.neurons,
            offset_bits=self.offset_bits,
            delay_slots=self.delay_slots,
        )
        m.submodules.leak = leak = LeakAndClamp(
            potential_bits=self.potential_bits,
            wrap=self.wrap,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            leak_bits=self.leak_bits,
            neurons=self.neurons,
            offset_bits=self.offset_bits,
            axons=self.axons,
            delay_slots=self.delay_slots,
        )
        m.submodules.fire = fire = ThresholdFireReset(
            inclusive=self.inclusive,
            neurons=self.neurons,
            potential_bits=self.potential_bits,
            wrap=self.wrap,
            threshold_bits=self.threshold_bits,
            mask_bits=self.mask_bits,
            offset_bits=self.offset_bits,
            axons=self.axons,
            delay_slots=self.delay_slots,
        )
        m.submodules.sender = sender = SpikeSender(
            delay_slots=self.delay_slots, offset_bits=self.offset_bits, axons=self.axons
        )

        m.d.comb += [
            ticks.start.eq(self.start),
            ticks.next_slot.eq(self.next_slot),
            ticks.retire.eq(fire.retire),
            ticks.neuron.eq(fire.neuron),
            ticks.sending.eq(sender.busy),
            self.busy.eq(ticks.busy),
            self.overrun.eq(ticks.overrun),
        ]
        connect(m, flipped(self.delivery), scheduler.delivery)
        m.d.comb += [
            scheduler.load.eq(ticks.load),
            scheduler.slot.eq(ticks.slot),
            scheduler.row.eq(scheduler_rows.row),
            scheduler_rows.address.eq(scheduler.address),
            scheduler_rows.write.eq(scheduler.write),
            scheduler_rows.bits.eq(scheduler.bits),
            scheduler_rows.clear.eq(scheduler.clear),
            self.late.eq(scheduler.late),
            ticks.clearing.eq(scheduler.clearing),
            scan.start.eq(ticks.load),
            scan.spikes.eq(scheduler.spikes),
            scan.synapses.eq(synapse_rows.answer),
            configuration.fetch.eq(scan.fetch),
            configuration.fetch_neuron.eq(scan.fetch_neuron),
            configuration.look_up.eq(count.look_up),
            configuration.look_up_axon.eq(count.look_up_axon),
            configuration.look_up_neuron.eq(count.look_up_neuron),
            synapse_rows.read.eq(configuration.synapse_read),
            synapse_rows.read_neuron.eq(configuration.synapse_read_neuron),
            kinds.read.eq(configuration.synapse_read),
            kinds.read_neuron.eq(configuration.synapse_read_neuron),
            scan.stochastic.eq(kinds.answer),
            types.read.eq(configuration.row_read),
            types.read_axon.eq(configuration.row_read_axon),
            rows.read.eq(configuration.row_read),
            rows.read_neuron.eq(configuration.row_read_neuron),
            potentials.read.eq(configuration.row_read),
            potentials.read_neuron.eq(configuration.row_read_neuron),
        ]
        connect(m, scan.scanned, count.scanned)
        m.d.comb += [
            sums.move.eq(count.move),
            sums.row.eq(count.row),
            sums.parameters.eq(rows.answer),
            count.sum.eq(sums.sum),
            count.axon_type.eq(types.answer),
            count.parameters.eq(rows.answer),
            count.potential.eq(potentials.answer),
        ]
        connect(m, count.step, weigh.step)
        m.d.comb += [
            weigh.axon_type.eq(count.step_type),
            weigh.parameters.eq(count.step_parameters),
            weigh.potential.eq(count.step_potential),
        ]
        connect(m, weigh.weighed, draw.weighed)
        connect(m, draw.event, integration.event)
        connect(m, integration.integrated, leak.integrated)
        connect(m, leak.leaked, fire.leaked)
        connect(m, fire.fired, sender.fired)
        m.d.comb += sender.slot.eq(ticks.slot)
        connect(m, sender.packet, flipped(self.packet))
        m.d.comb += [
            self.retire.eq(fire.retire),
            self.neuron.eq(fire.neuron),
            self.potential.eq(fire.potential),
            self.spike.eq(fire.spike),
            configuration.enable.eq(self.enable),
            configuration.read.eq(self.read),
            self.answered.eq(configuration.answered),
            self.denied.eq(configuration.denied),
            self.read_type.eq(types.answer),
            self.read_synapses.eq(synapse_rows.answer),
            self.read_parameters.eq(rows.answer),
            self.read_potential.eq(potentials.answer),
            self.present.eq(draw.present),
            configuration.space.eq(self.space),
            configuration.address.eq(self.address),
            configuration.axon_type.eq(self.axon_type),
            configuration.parameters.eq(self.parameters),
            configuration.initial.eq(self.initial),
            configuration.seed.eq(self.seed),
            configuration.busy.eq(ticks.running),
            configuration.retire.eq(fire.retire),
            configuration.retire_neuron.eq(fire.neuron),
            configuration.retire_potential.eq(fire.potential),
            types.write.eq(configuration.type_write),
            types.write_axon.eq(configuration.axon),
            types.data.eq(self.axon_type),
            sums.write.eq(configuration.type_write),
            sums.write_axon.eq(configuration.axon),
            sums.data.eq(self.axon_type),
            synapse_rows.write.eq(configuration.synapse_write),
            synapse_rows.write_neuron.eq(configuration.neuron),
            synapse_rows.data.eq(self.synapses),
            rows.write.eq(configuration.parameter_write),
            rows.write_neuron.eq(configuration.neuron),
            rows.data.eq(self.parameters),
            kinds.write.eq(configuration.parameter_write),
            kinds.write_neuron.eq(configuration.neuron),
            kinds.data.eq(self.parameters),
            potentials.write.eq(configuration.potential_write),
            potentials.write_neuron.eq(configuration.potential_neuron),
            potentials.data.eq(configuration.potential),
            draw.seed_write.eq(configuration.seed_write),
            draw.seed.eq(self.seed),
            self.refused.eq(configuration.refused),
        ]

        return m
