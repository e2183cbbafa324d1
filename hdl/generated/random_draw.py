"""Generated from random_draw.lct.md: do not edit, change the table.

Written by: spikewright generate random_draw
"""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc, wire

__all__ = ["RandomDraw"]


class RandomDraw(wiring.Component):
    """Gives every step of the scan its random numbers. The generator is xorshift32 with the shifts 13,
    17 and 5 (Marsaglia, 2003). It advances only where a number is used: once for a stochastic
    synapse; at the end of a neuron for a stochastic leak, then for a random threshold. Whether a
    number is used depends on the configuration alone, never on a potential, so all draws are made
    here, in order.

    Parameters
    ----------
    leak_bits : int
        Bits of a leak: sign and magnitude.
    mask_bits : int
        Largest number of random threshold bits.
    weight_bits : int
        Bits of a weight: sign and magnitude.
    neurons : int
        Neurons of a core.
    threshold_bits : int
        Bits of both thresholds.
    potential_bits : int
        Bits of a membrane potential.
    offset_bits : int
        Bits of a signed core offset.
    axons : int
        Axons of a core.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    weighed : In(stream of Weighed)
        A step with its weight and parameters.
    seed_write : In(unsigned(1))
        Set the generator, between ticks.
    seed : In(unsigned(32))
        Its new state, not 0.
    present : Out(unsigned(32))
        State of the generator.
    event : Out(stream of Event)
        To the integration.
    """

    weighed: stream.Interface
    seed_write: Signal
    seed: Signal
    present: Signal
    event: stream.Interface

    def __init__(
        self,
        *,
        leak_bits: int = 9,
        mask_bits: int = 17,
        weight_bits: int = 9,
        neurons: int = 256,
        threshold_bits: int = 18,
        potential_bits: int = 20,
        offset_bits: int = 9,
        axons: int = 256,
        delay_slots: int = 16,
    ) -> None:
        self.leak_bits = leak_bits
        self.mask_bits = mask_bits
        self.weight_bits = weight_bits
        self.neurons = neurons
        self.threshold_bits = threshold_bits
        self.potential_bits = potential_bits
        self.offset_bits = offset_bits
        self.axons = axons
        self.delay_slots = delay_slots
        self._event = chip.event_layout(
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
        weighed = chip.weighed_layout(
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
                "weighed": In(stream.Signature(weighed)),
                "seed_write": In(1),
                "seed": In(32),
                "present": Out(32),
                "event": Out(stream.Signature(self._event)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        state = Signal(32, init=0xFFFFFFFF)  # state of the generator
        full = Signal(init=0)  # `held` is an event
        held = Signal(self._event)  # the event on offer

        free = wire(m, ~full | self.event.ready)  # room for an event
        step = self.weighed.payload
        take = wire(m, self.weighed.valid & free)  # a step comes in
        a13 = wire(m, state ^ trunc(state.shift_left(13), 32))
        a17 = wire(m, a13 ^ (a13 >> 17))
        once = wire(m, a17 ^ trunc(a17.shift_left(5), 32))  # the state after one draw
        b13 = wire(m, once ^ trunc(once.shift_left(13), 32))
        b17 = wire(m, b13 ^ (b13 >> 17))
        twice = wire(m, b17 ^ trunc(b17.shift_left(5), 32))  # the state after two draws
        masked = wire(m, step.fire.mask > 0)  # the threshold is random
        threshold_draw = wire(m, Mux(step.leak.stochastic, twice, once) >> (32 - self.mask_bits))
        # 0 where the threshold is not random
        eta = wire(m, threshold_draw & ((1 << step.fire.mask) - 1))

        # Table flow (unique)
        with m.If(~free):  # row stall
            m.d.comb += self.weighed.ready.eq(0)
            m.d.sync += full.eq(1)
        with m.Elif(~self.weighed.valid & free):  # row none
            m.d.comb += self.weighed.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Else():  # row take
            m.d.comb += self.weighed.ready.eq(1)
            m.d.sync += [
                full.eq(1),
                held.end.eq(step.end),
                held.axon.eq(step.axon),
                held.weight.eq(step.weight),
                held.stochastic.eq(step.stochastic),
                held.draw.eq(once >> (33 - self.weight_bits)),
                held.potential.eq(step.potential),
                held.leak.eq(step.leak),
                held.leak_draw.eq(once >> (33 - self.leak_bits)),
                held.after.neuron.eq(step.neuron),
                held.after.fire.eq(step.fire),
                held.after.eta.eq(eta),
                held.after.destination.eq(step.destination),
            ]

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.event.valid.eq(full),
            self.event.payload.eq(held),
            self.present.eq(state),
        ]

        # Table draw (unique)
        with m.If(self.seed_write):  # row seed
            m.d.sync += state.eq(self.seed)
        with m.Elif(~self.seed_write & ~take):  # row wait
            pass
        with m.Elif(~self.seed_write & take & ~step.end & ~step.stochastic):  # row fixed
            pass
        with m.Elif(~self.seed_write & take & ~step.end & step.stochastic):  # row synapse
            m.d.sync += state.eq(once)
        with m.Elif(~self.seed_write & take & step.end & ~step.leak.stochastic & ~masked):
            # row none
            pass
        with m.Elif(~self.seed_write & take & step.end & step.leak.stochastic & ~masked):
            # row leak
            m.d.sync += state.eq(once)
        with m.Elif(~self.seed_write & take & step.end & ~step.leak.stochastic & masked):
            # row threshold
            m.d.sync += state.eq(once)
        with m.Else():  # row both
            m.d.sync += state.eq(twice)

        return m
