"""Generated from leak_and_clamp.lct.md: do not edit, change the table.

Written by: spikewright generate leak_and_clamp
"""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clamp, sign, trunc, wire

__all__ = ["LeakAndClamp"]


class LeakAndClamp(wiring.Component):
    """Applies a neuron's leak and limits its potential. One neuron a cycle, one cycle of latency.
    Beside it the random part of the thresholds is added to both, so that the next stage only
    compares.

    With reversal (epsilon = 1) the leak follows the sign of the potential: it diverges from zero or
    converges to it, and a convergent leak stops at zero. Where potentials wrap there is no clamp:
    the leak's own sum is exact, so what wraps around has not come past zero.

    Parameters
    ----------
    potential_bits : int
        Bits of a membrane potential.
    wrap : int
        1: potentials wrap in two's complement; 0: they are clamped, and no sum overflows.
    threshold_bits : int
        Bits of both thresholds.
    mask_bits : int
        Largest number of random threshold bits.
    leak_bits : int
        Bits of a leak: sign and magnitude.
    neurons : int
        Neurons of a core.
    offset_bits : int
        Bits of a signed core offset.
    axons : int
        Axons of a core.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    integrated : In(stream of Integrated)
        Synapses are summed.
    leaked : Out(stream of Leaked)
        To the threshold.
    """

    integrated: stream.Interface
    leaked: stream.Interface

    def __init__(
        self,
        *,
        potential_bits: int = 20,
        wrap: int = 0,
        threshold_bits: int = 18,
        mask_bits: int = 17,
        leak_bits: int = 9,
        neurons: int = 256,
        offset_bits: int = 9,
        axons: int = 256,
        delay_slots: int = 16,
    ) -> None:
        self.potential_bits = potential_bits
        self.wrap = wrap
        self.threshold_bits = threshold_bits
        self.mask_bits = mask_bits
        self.leak_bits = leak_bits
        self.neurons = neurons
        self.offset_bits = offset_bits
        self.axons = axons
        self.delay_slots = delay_slots
        self.potential_limit = chip.potential_limit(
            wrap=wrap,
            potential_bits=potential_bits,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
        )
        integrated = chip.integrated_layout(
            potential_bits=potential_bits,
            leak_bits=leak_bits,
            neurons=neurons,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            offset_bits=offset_bits,
            axons=axons,
            delay_slots=delay_slots,
        )
        self._judged = chip.judged_layout(
            neurons=neurons,
            threshold_bits=threshold_bits,
            mask_bits=mask_bits,
            potential_bits=potential_bits,
            offset_bits=offset_bits,
            axons=axons,
            delay_slots=delay_slots,
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
        super().__init__(
            {
                "integrated": In(stream.Signature(integrated)),
                "leaked": Out(stream.Signature(leaked)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        full = Signal(init=0)  # a neuron is inside
        # its potential after leak and clamp
        potential = Signal(signed(self.potential_bits), init=0)
        after = Signal(self._judged)  # what it needs later

        free = wire(m, ~full | self.leaked.ready)  # room for a neuron
        take = wire(m, self.integrated.valid & free)  # a neuron comes in
        V = self.integrated.payload.potential  # membrane potential
        leak = self.integrated.payload.leak  # lambda, c, epsilon
        step = wire(m, Mux(leak.stochastic, sign(leak.leak), leak.leak))  # how far a leak moves
        # the gate of a stochastic leak
        leaks = wire(m, ~leak.stochastic | (abs(leak.leak) >= self.integrated.payload.leak_draw))
        later = self.integrated.payload.after
        fire = later.fire  # parameters of the threshold
        level = wire(m, fire.threshold + later.eta)  # alpha + eta
        # with kappa = 1 eta plays no part
        floor = wire(m, fire.negative_threshold + Mux(fire.negative_saturate, 0, later.eta))
        up = wire(m, V + step)
        down = wire(m, V - step)
        # V, up and down as potentials between ticks
        kept = wire(m, V if self.wrap else clamp(V, -self.potential_limit, self.potential_limit))
        raised = wire(
            m,
            trunc(up, self.potential_bits)
            if self.wrap
            else clamp(up, -self.potential_limit, self.potential_limit),
        )
        lowered = wire(
            m,
            trunc(down, self.potential_bits)
            if self.wrap
            else clamp(down, -self.potential_limit, self.potential_limit),
        )

        # Table flow (unique)
        with m.If(~free):  # row stall
            m.d.comb += self.integrated.ready.eq(0)
            m.d.sync += full.eq(1)
        with m.Elif(~self.integrated.valid & free):  # row none
            m.d.comb += self.integrated.ready.eq(1)
            m.d.sync += full.eq(0)
        with m.Else():  # row take
            m.d.comb += self.integrated.ready.eq(1)
            m.d.sync += [
                full.eq(1),
                after.neuron.eq(later.neuron),
                after.level.eq(level),
                after.floor.eq(floor),
                after.reset_mode.eq(fire.reset_mode),
                after.reset_potential.eq(fire.reset_potential),
                after.negative_saturate.eq(fire.negative_saturate),
                after.destination.eq(later.destination),
            ]

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.leaked.valid.eq(full),
            self.leaked.payload.potential.eq(potential),
            self.leaked.payload.after.eq(after),
        ]

        # Table leak (unique)
        with m.If(~take):  # row wait
            pass
        with m.Elif(take & ~leaks):  # row gated: the draw was too large
            m.d.sync += potential.eq(kept)
        with m.Elif(take & leaks & ~leak.reversal):  # row plain
            m.d.sync += potential.eq(raised)
        with m.Elif(take & leaks & leak.reversal & (V == 0)):  # row rest: sgn(0) = 0
            m.d.sync += potential.eq(0)
        with m.Elif(take & leaks & leak.reversal & (V > 0) & (up >= 0)):  # row above
            m.d.sync += potential.eq(raised)
        with m.Elif(take & leak.reversal & (V > 0) & (up < 0)):
            # row above_stops: carried across zero
            m.d.sync += potential.eq(0)
        with m.Elif(take & leaks & leak.reversal & (V < 0) & (down <= 0)):  # row below
            m.d.sync += potential.eq(lowered)
        with m.Else():  # row below_stops: carried across zero
            m.d.sync += potential.eq(0)

        return m
