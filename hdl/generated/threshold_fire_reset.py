"""Generated from threshold_fire_reset.lct.md: do not edit, change the table.

Written by: spikewright generate threshold_fire_reset
"""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import trunc, wire

__all__ = ["ThresholdFireReset"]


class ThresholdFireReset(wiring.Component):
    """Compares a neuron's potential with its thresholds, decides whether it fires, and resets it. The
    result leaves in the cycle in which the neuron comes.

    With INCLUSIVE a potential at its negative threshold has passed it: it is 0 under it, and `0 <
    1`.

    Parameters
    ----------
    inclusive : int
        1: a potential at its negative threshold is below it; 0: it is not.
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
    offset_bits : int
        Bits of a signed core offset.
    axons : int
        Axons of a core.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    leaked : In(stream of Leaked)
        After leak and clamp.
    fired : Out(stream of Fired)
        To the spike sender.
    retire : Out(unsigned(1))
        The neuron is done: its potential is to be stored.
    neuron : Out(unsigned(NEURON_BITS))
        Which neuron.
    potential : Out(signed(POTENTIAL_BITS))
        Its new potential.
    spike : Out(unsigned(1))
        It fires.

    Assumptions
    -----------
    A1 : WRAP or (R >= -POTENTIAL_LIMIT and R <= POTENTIAL_LIMIT)
        `configuration` refuses others.
    """

    leaked: stream.Interface
    fired: stream.Interface
    retire: Signal
    neuron: Signal
    potential: Signal
    spike: Signal

    def __init__(
        self,
        *,
        inclusive: int = 0,
        neurons: int = 256,
        potential_bits: int = 20,
        wrap: int = 0,
        threshold_bits: int = 18,
        mask_bits: int = 17,
        offset_bits: int = 9,
        axons: int = 256,
        delay_slots: int = 16,
    ) -> None:
        self.inclusive = inclusive
        self.neurons = neurons
        self.potential_bits = potential_bits
        self.wrap = wrap
        self.threshold_bits = threshold_bits
        self.mask_bits = mask_bits
        self.offset_bits = offset_bits
        self.axons = axons
        self.delay_slots = delay_slots
        self.neuron_bits = chip.neuron_bits(neurons=neurons)
        self.potential_limit = chip.potential_limit(
            wrap=wrap,
            potential_bits=potential_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
        )
        leaked = chip.leaked_layout(
            potential_bits=potential_bits,
            neurons=neurons,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            offset_bits=offset_bits,
            axons=axons,
            delay_slots=delay_slots,
        )
        fired = chip.fired_layout(offset_bits=offset_bits, axons=axons, delay_slots=delay_slots)
        super().__init__(
            {
                "leaked": In(stream.Signature(leaked)),
                "fired": Out(stream.Signature(fired)),
                "retire": Out(1),
                "neuron": Out(self.neuron_bits),
                "potential": Out(signed(potential_bits)),
                "spike": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        V = self.leaked.payload.potential  # membrane potential
        after = self.leaked.payload.after  # parameters of this stage
        R = after.reset_potential  # reset potential
        floor = after.floor  # beta + eta, or beta with kappa = 1
        over = wire(m, V - after.level)  # how far V is over alpha + eta
        under = wire(m, V + floor)  # how far V is over the negative threshold
        # -R; the least potential wraps to itself
        opposite = wire(m, trunc(-R, self.potential_bits) if self.wrap else -R)

        # Table flow (unique)
        # row always
        m.d.comb += [
            self.leaked.ready.eq(self.fired.ready),
            self.fired.valid.eq(self.leaked.valid),
            self.fired.payload.spike.eq(self.spike),
            self.fired.payload.destination.eq(self.leaked.payload.after.destination),
            self.retire.eq(self.leaked.valid & self.fired.ready),
            self.neuron.eq(self.leaked.payload.after.neuron),
        ]

        # Table decide (priority)
        with m.If((over >= 0) & (after.reset_mode == 0)):  # row fire_normal
            m.d.comb += [
                self.spike.eq(1),
                self.potential.eq(R),
            ]
        with m.Elif((over >= 0) & (after.reset_mode == 1)):  # row fire_linear
            m.d.comb += [
                self.spike.eq(1),
                self.potential.eq(over),
            ]
        with m.Elif((over >= 0) & (after.reset_mode == 2)):  # row fire_none
            m.d.comb += [
                self.spike.eq(1),
                self.potential.eq(V),
            ]
        with m.Elif((under < self.inclusive) & after.negative_saturate):
            # row saturate: kappa = 1: eta plays no part
            m.d.comb += [
                self.spike.eq(0),
                self.potential.eq(-floor),
            ]
        with m.Elif((under < self.inclusive) & (after.reset_mode == 0)):
            # row floor_normal: kappa = 0, else the row before has taken it
            m.d.comb += [
                self.spike.eq(0),
                self.potential.eq(opposite),
            ]
        with m.Elif((under < self.inclusive) & (after.reset_mode == 1)):  # row floor_linear
            m.d.comb += [
                self.spike.eq(0),
                self.potential.eq(under),
            ]
        with m.Elif((under < self.inclusive) & (after.reset_mode == 2)):  # row floor_none
            m.d.comb += [
                self.spike.eq(0),
                self.potential.eq(V),
            ]
        with m.Else():  # row else
            m.d.comb += [
                self.spike.eq(0),
                self.potential.eq(V),
            ]

        return m
