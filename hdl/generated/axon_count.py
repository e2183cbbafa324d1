"""Generated from axon_count.lct.md: do not edit, change the table.

Written by: spikewright generate axon_count
"""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clog2, popcount, shift_right, trunc, wire

__all__ = ["AxonCount"]


class AxonCount(wiring.Component):
    """Counts the active axons of one type for one neuron after the other, and adds their weight as
    many times to the sum of the types before it. A core has one of these units for each type.

    Two cycles: the counts of both halves of the axons, then their sum. A1 and A2 are promises of
    the types before this one, of which no two share an axon; I1 is an invariant, checked by
    induction. With them no sum overflows.

    Parameters
    ----------
    axons : int
        Axons of a core.
    weight_bits : int
        Bits of a weight: sign and magnitude.

    Members
    -------
    move : In(unsigned(1))
        Everything moves on by one stage.
    row : In(unsigned(AXONS))
        The active axons of a neuron.
    mask : In(unsigned(AXONS))
        The axons of this type.
    weight : In(signed(WEIGHT_BITS))
        Of this type, of the neuron that has been counted.
    sum_before : In(signed(SUM_BITS))
        Its sum over the types before this one.
    used_before : In(unsigned(COUNT_BITS))
        How many axons they have counted; only the proof needs it.
    sum : Out(signed(SUM_BITS))
        With this type.
    used : Out(unsigned(COUNT_BITS))

    Assumptions
    -----------
    A1 : sum_before <= WEIGHT_BOUND * used_before and sum_before >= -WEIGHT_BOUND * used_before
        `axon_count` of the type before this one.
    A2 : count > AXONS or used_before + count <= AXONS
        An axon has one type; I1 excludes the rest.
    I1 : low <= HALF and high <= AXONS - HALF and count <= AXONS
        There are no more axons.
    """

    move: Signal
    row: Signal
    mask: Signal
    weight: Signal
    sum_before: Signal
    used_before: Signal
    sum: Signal
    used: Signal

    def __init__(self, *, axons: int = 256, weight_bits: int = 9) -> None:
        self.axons = axons
        self.weight_bits = weight_bits
        self.weight_bound = 1 << (weight_bits - 1)
        self.half = (axons + 1) >> 1
        self.half_bits = clog2(self.half + 1)
        self.count_bits = chip.count_bits(axons=axons)
        self.sum_bits = chip.sum_bits(weight_bits=weight_bits, axons=axons)
        super().__init__(
            {
                "move": In(1),
                "row": In(axons),
                "mask": In(axons),
                "weight": In(signed(weight_bits)),
                "sum_before": In(signed(self.sum_bits)),
                "used_before": In(self.count_bits),
                "sum": Out(signed(self.sum_bits)),
                "used": Out(self.count_bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        low = Signal(self.half_bits, init=0)  # count in the lower half
        high = Signal(self.half_bits, init=0)  # count in the upper half
        count = Signal(self.count_bits, init=0)  # of the neuron before

        active = wire(m, self.row & self.mask)

        # Table count (unique)
        with m.If(~self.move):  # row stall
            pass
        with m.Else():  # row move
            m.d.sync += [
                low.eq(popcount(m, trunc(active, self.half))),
                high.eq(popcount(m, shift_right(active, self.half))),
                count.eq(low + high),
            ]

        # Table add (unique)
        # row always
        m.d.comb += [
            self.sum.eq(self.sum_before + count * self.weight),
            self.used.eq(self.used_before + count),
        ]

        return m
