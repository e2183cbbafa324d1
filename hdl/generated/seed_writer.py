"""Generated from seed_writer.lct.md: do not edit, change the table.

Written by: spikewright generate seed_writer
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import clog2

__all__ = ["SeedWriter"]


class SeedWriter(wiring.Component):
    """Gives each core its seed after a reset, one core a cycle, as soon as the cores take writes. A
    seed is no memory's: it goes to the register of the random generator.

    Parameters
    ----------
    cores : int
        Cores of the chip.

    Members
    -------
    quiescent : In(unsigned(1))
        All cores are idle.
    enable : Out(unsigned(1))
        Write a seed.
    core : Out(unsigned(CORE_BITS))
        To this core.
    busy : Out(unsigned(1))
        Some core has no seed yet.
    """

    quiescent: Signal
    enable: Signal
    core: Signal
    busy: Signal

    def __init__(self, *, cores: int = 16) -> None:
        self.cores = cores
        self.core_bits = clog2(cores) if cores > 1 else 1
        super().__init__(
            {
                "quiescent": In(1),
                "enable": Out(1),
                "core": Out(self.core_bits),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        next_ = Signal(self.core_bits, init=0, name="next")  # the core whose turn it is
        finished = Signal(init=0)  # every core has its seed

        # Table offer (unique)
        # row always
        m.d.comb += [
            self.enable.eq(self.quiescent & ~finished),
            self.core.eq(next_),
            self.busy.eq(~finished),
        ]

        # Table count (unique)
        with m.If(finished):  # row over
            m.d.sync += finished.eq(1)
        with m.Elif(~finished & ~self.quiescent):  # row wait
            m.d.sync += finished.eq(0)
        with m.Elif(~finished & self.quiescent & (next_ < self.cores - 1)):  # row write
            m.d.sync += [
                next_.eq(next_ + 1),
                finished.eq(0),
            ]
        with m.Else():  # row last
            m.d.sync += finished.eq(1)

        return m
