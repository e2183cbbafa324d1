"""Generated from synaptic_integration.lct.md: do not edit, change the table.

Written by: spikewright generate synaptic_integration
"""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import sign, trunc, wire

__all__ = ["SynapticIntegration"]


class SynapticIntegration(wiring.Component):
    """Sums the synaptic events of a neuron, one a cycle, and adds its stored potential at the end.

    A1 and A2 are promises of the other units. I1 is an invariant, checked by induction: with it, it
    is proven that neither the sum nor the potential can overflow inside a tick. Where potentials
    wrap, every sum wraps, and nothing has to be assumed: the order of the additions still does not
    matter.

    Parameters
    ----------
    axons : int
        Axons of a core.
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
    leak_bits : int
        Bits of a leak: sign and magnitude.
    neurons : int
        Neurons of a core.
    offset_bits : int
        Bits of a signed core offset.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    event : In(stream of Event)
        Steps with weights and random numbers.
    integrated : Out(stream of Integrated)
        Neurons whose synapses are summed.

    Assumptions
    -----------
    A1 : WRAP or not event.valid or event.payload.end or (event.payload.axon >= next_axon and event.payload.axon < AXONS)
        `synapse_scan` goes through a neuron's axons in ascending order.
    A2 : WRAP or not event.valid or not event.payload.end or (V >= -POTENTIAL_LIMIT - (WEIGHT_BOUND * AXONS if next_axon == 0 else 0) and V <= POTENTIAL_LIMIT + (WEIGHT_BOUND * AXONS if next_axon == 0 else 0))
        `leak_and_clamp` limits it, `configuration` refuses others; `axon_count` adds at most one
        weight an axon, and only where no axon has an event.
    I1 : WRAP or (next_axon <= AXONS and sum <= WEIGHT_BOUND * next_axon and sum >= -WEIGHT_BOUND * next_axon)
        At most one event an axon.
    """

    event: stream.Interface
    integrated: stream.Interface

    def __init__(
        self,
        *,
        axons: int = 256,
        potential_bits: int = 20,
        wrap: int = 0,
        threshold_bits: int = 18,
        mask_bits: int = 17,
        weight_bits: int = 9,
        leak_bits: int = 9,
        neurons: int = 256,
        offset_bits: int = 9,
        delay_slots: int = 16,
    ) -> None:
        self.axons = axons
        self.potential_bits = potential_bits
        self.wrap = wrap
        self.threshold_bits = threshold_bits
        self.mask_bits = mask_bits
        self.weight_bits = weight_bits
        self.leak_bits = leak_bits
        self.neurons = neurons
        self.offset_bits = offset_bits
        self.delay_slots = delay_slots
        self.axon_bits = chip.axon_bits(axons=axons)
        self.potential_limit = chip.potential_limit(
            wrap=wrap,
            potential_bits=potential_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
        )
        self.weight_bound = 1 << (weight_bits - 1)
        event = chip.event_layout(
            axons=axons,
            weight_bits=weight_bits,
            potential_bits=potential_bits,
            leak_bits=leak_bits,
            neurons=neurons,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            offset_bits=offset_bits,
            delay_slots=delay_slots,
        )
        self._integrated = chip.integrated_layout(
            potential_bits=potential_bits,
            leak_bits=leak_bits,
            neurons=neurons,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            offset_bits=offset_bits,
            axons=axons,
            delay_slots=delay_slots,
        )
        super().__init__(
            {
                "event": In(stream.Signature(event)),
                "integrated": Out(stream.Signature(self._integrated)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        full = Signal(init=0)  # `held` is a neuron
        held = Signal(self._integrated)  # the neuron on offer
        # sum of this neuron's events so far
        sum_ = Signal(signed(self.potential_bits), init=0, name="sum")
        # the lowest axon that may come; only the proof needs it
        next_axon = Signal(self.axon_bits + 1, init=0)

        free = wire(m, ~full | self.integrated.ready)  # room for a neuron
        weight = self.event.payload.weight
        V = self.event.payload.potential  # stored potential
        passes = wire(m, abs(weight) >= self.event.payload.draw)  # the gate of a stochastic synapse
        with_weight = wire(
            m, trunc(sum_ + weight, self.potential_bits) if self.wrap else sum_ + weight
        )
        with_unit = wire(
            m, trunc(sum_ + sign(weight), self.potential_bits) if self.wrap else sum_ + sign(weight)
        )
        total = wire(m, trunc(V + sum_, self.potential_bits) if self.wrap else V + sum_)

        # Table flow (unique)
        with m.If(~self.event.valid & free):  # row none
            m.d.comb += self.event.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Elif(~self.event.valid & ~free):  # row stall_none
            m.d.comb += self.event.ready.eq(0)
            m.d.sync += full.eq(1)
        with m.Elif(self.event.valid & ~self.event.payload.end & free):  # row add
            m.d.comb += self.event.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Elif(self.event.valid & ~self.event.payload.end & ~free):
            # row add_full: an event needs no room
            m.d.comb += self.event.ready.eq(1)
            m.d.sync += full.eq(1)
        with m.Elif(self.event.valid & self.event.payload.end & ~free):  # row stall_end
            m.d.comb += self.event.ready.eq(0)
            m.d.sync += full.eq(1)
        with m.Else():  # row end
            m.d.comb += self.event.ready.eq(1)
            m.d.sync += [
                full.eq(1),
                held.potential.eq(total),
                held.leak.eq(self.event.payload.leak),
                held.leak_draw.eq(self.event.payload.leak_draw),
                held.after.eq(self.event.payload.after),
            ]

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.integrated.valid.eq(full),
            self.integrated.payload.eq(held),
        ]

        # Table add (unique)
        with m.If(~self.event.valid):  # row none
            pass
        with m.Elif(self.event.valid & ~self.event.payload.end & ~self.event.payload.stochastic):
            # row whole
            m.d.sync += [
                sum_.eq(with_weight),
                next_axon.eq(self.event.payload.axon + 1),
            ]
        with m.Elif(
            self.event.valid & ~self.event.payload.end & self.event.payload.stochastic & passes
        ):
            # row unit
            m.d.sync += [
                sum_.eq(with_unit),
                next_axon.eq(self.event.payload.axon + 1),
            ]
        with m.Elif(
            self.event.valid & ~self.event.payload.end & self.event.payload.stochastic & ~passes
        ):
            # row gated
            m.d.sync += next_axon.eq(self.event.payload.axon + 1)
        with m.Elif(self.event.valid & self.event.payload.end & ~free):  # row stall
            pass
        with m.Else():  # row end
            m.d.sync += [
                sum_.eq(0),
                next_axon.eq(0),
            ]

        return m
