"""Generated from counter_scan.lct.md: do not edit, change the table.

Written by: spikewright generate counter_scan
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.hardware import trunc, wire

__all__ = ["CounterScan"]


class CounterScan(wiring.Component):
    """Sums the error counters of cores and of the mesh's edge, one after another, again and again: an
    adder tree over all of them would be larger than what it counts for. A sum is complete after a
    whole round.

    Members
    -------
    late : In(unsigned(16))
        Counter number `index` of the cores, 0 if there is none.
    off_mesh : In(unsigned(16))
        Counter number `index` of the edge, 0 if there is none.
    last : In(unsigned(1))
        No counter follows.
    active : In(unsigned(1))
        Counters may change.
    clear : In(unsigned(1))
        Count from zero.
    index : Out(unsigned(16))
        Counter to show.
    late_count : Out(unsigned(32))
        Sum since `clear`.
    off_mesh_count : Out(unsigned(32))
    more_late : Out(unsigned(1))
        The sum grows.
    more_off_mesh : Out(unsigned(1))
    counted : Out(unsigned(1))
        Nothing has changed since the last round began.
    """

    late: Signal
    off_mesh: Signal
    last: Signal
    active: Signal
    clear: Signal
    index: Signal
    late_count: Signal
    off_mesh_count: Signal
    more_late: Signal
    more_off_mesh: Signal
    counted: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "late": In(16),
                "off_mesh": In(16),
                "last": In(1),
                "active": In(1),
                "clear": In(1),
                "index": Out(16),
                "late_count": Out(32),
                "off_mesh_count": Out(32),
                "more_late": Out(1),
                "more_off_mesh": Out(1),
                "counted": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        at = Signal(16, init=0)
        late_part = Signal(32, init=0)  # sum of the round so far
        off_mesh_part = Signal(32, init=0)
        late_sum = Signal(32, init=0)  # sum of the last round
        off_mesh_sum = Signal(32, init=0)
        late_base = Signal(32, init=0)  # sum at the last `clear`
        off_mesh_base = Signal(32, init=0)
        still = Signal(init=0)  # nothing has changed since this round began
        settled = Signal(init=0)

        late_next = wire(m, trunc(late_part + self.late, 32))
        off_mesh_next = wire(m, trunc(off_mesh_part + self.off_mesh, 32))

        # Table show (unique)
        # row always
        m.d.comb += [
            self.index.eq(at),
            self.late_count.eq((late_sum - late_base) & 0xFFFFFFFF),
            self.off_mesh_count.eq((off_mesh_sum - off_mesh_base) & 0xFFFFFFFF),
            self.more_late.eq(self.last & (late_next != late_sum)),
            self.more_off_mesh.eq(self.last & (off_mesh_next != off_mesh_sum)),
            self.counted.eq(settled & ~self.active),
        ]

        # Table round (unique)
        with m.If(~self.last):  # row on
            m.d.sync += [
                at.eq(at + 1),
                late_part.eq(late_next),
                off_mesh_part.eq(off_mesh_next),
            ]
        with m.Else():  # row last
            m.d.sync += [
                at.eq(0),
                late_part.eq(0),
                off_mesh_part.eq(0),
                late_sum.eq(late_next),
                off_mesh_sum.eq(off_mesh_next),
            ]

        # Table clear (unique)
        with m.If(~self.clear):  # row no
            pass
        with m.Else():  # row clear
            m.d.sync += [
                late_base.eq(late_sum),
                off_mesh_base.eq(off_mesh_sum),
            ]

        # Table settle (unique)
        with m.If(self.active):  # row change
            m.d.sync += [
                still.eq(0),
                settled.eq(0),
            ]
        with m.Elif(~self.active & ~self.last):  # row on
            pass
        with m.Else():  # row round
            m.d.sync += [
                still.eq(1),
                settled.eq(still),
            ]

        return m
