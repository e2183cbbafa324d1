"""Generated from scheduler_control.lct.md: do not edit, change the table.

Written by: spikewright generate scheduler_control
"""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clamp, wire

__all__ = ["SchedulerControl"]


class SchedulerControl(wiring.Component):
    """Keeps the spikes that wait for their tick. A delivery sets one bit of one row of the scheduler
    memory; two on one bit merge. Only the word of the row that holds the bit is written; what is
    set in it stays, which the memory itself sees to. What the memory would write is the same
    whether it writes or not, so that no decision is in its way. When a tick begins its row moves to
    `spikes` and is cleared; deliveries wait for that one cycle, so none is lost. A delivery for the
    row of the current tick is late: it is dropped and counted. One for an axon that the core does
    not have sets nothing. After reset the rows are cleared, one a cycle.

    Parameters
    ----------
    axons : int
        Axons of a core.
    delay_slots : int
        Rows of the scheduler.

    Members
    -------
    delivery : In(stream of Delivery)
        From the router.
    load : In(unsigned(1))
        A tick begins.
    slot : In(unsigned(SLOT_BITS))
        Its slot.
    row : In(unsigned(AXONS))
        The memory's row at `address`.
    address : Out(unsigned(SLOT_BITS))
        Row to read, and to write.
    write : Out(unsigned(WORDS))
        For each word of the row, set `bits` in it.
    bits : Out(unsigned(WORD_BITS))
    clear : Out(unsigned(1))
        Clear the words instead.
    spikes : Out(unsigned(AXONS))
        Axons with a spike in this tick.
    late : Out(unsigned(16))
        Deliveries that were late; stays at its largest value.
    clearing : Out(unsigned(1))
        Rows are being cleared after reset.
    """

    delivery: stream.Interface
    load: Signal
    slot: Signal
    row: Signal
    address: Signal
    write: Signal
    bits: Signal
    clear: Signal
    spikes: Signal
    late: Signal
    clearing: Signal

    def __init__(self, *, axons: int = 256, delay_slots: int = 16) -> None:
        self.axons = axons
        self.delay_slots = delay_slots
        self.slot_bits = chip.slot_bits(delay_slots=delay_slots)
        self.word_bits = chip.word_bits(axons=axons)
        self.word_shift = chip.word_shift(axons=axons)
        self.words = chip.words(axons=axons)
        delivery = chip.delivery_layout(delay_slots=delay_slots, axons=axons)
        super().__init__(
            {
                "delivery": In(stream.Signature(delivery)),
                "load": In(1),
                "slot": In(self.slot_bits),
                "row": In(axons),
                "address": Out(self.slot_bits),
                "write": Out(self.words),
                "bits": Out(self.word_bits),
                "clear": Out(1),
                "spikes": Out(axons),
                "late": Out(16),
                "clearing": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        active = Signal(self.axons, init=0)
        begun = Signal(init=0)  # a tick has begun since reset
        lost = Signal(16, init=0)
        dirty = Signal(init=1)  # some rows are not cleared yet
        next_row = Signal(self.slot_bits, init=0)  # the row to clear

        axon = self.delivery.payload.axon
        every = (1 << self.words) - 1  # all words
        place = wire(m, axon >> self.word_shift)  # which word the axon is in

        # Table deliver (unique)
        with m.If(dirty):  # row clear
            m.d.comb += [
                self.delivery.ready.eq(0),
                self.address.eq(next_row),
                self.write.eq(every),
                self.clear.eq(1),
            ]
        with m.Elif(~dirty & self.load):  # row load
            m.d.comb += [
                self.delivery.ready.eq(0),
                self.address.eq(self.slot),
                self.write.eq(every),
                self.clear.eq(1),
            ]
            m.d.sync += [
                active.eq(self.row),
                begun.eq(1),
            ]
        with m.Elif(~dirty & ~self.load & ~self.delivery.valid):  # row none
            m.d.comb += [
                self.delivery.ready.eq(1),
                self.address.eq(self.delivery.payload.slot),
                self.write.eq(0),
                self.clear.eq(0),
            ]
        with m.Elif(~dirty & ~self.load & self.delivery.valid & ~begun):  # row early
            m.d.comb += [
                self.delivery.ready.eq(1),
                self.address.eq(self.delivery.payload.slot),
                self.write.eq(1 << place),
                self.clear.eq(0),
            ]
        with m.Elif(
            ~dirty
            & ~self.load
            & self.delivery.valid
            & begun
            & (self.delivery.payload.slot != self.slot)
        ):
            # row set
            m.d.comb += [
                self.delivery.ready.eq(1),
                self.address.eq(self.delivery.payload.slot),
                self.write.eq(1 << place),
                self.clear.eq(0),
            ]
        with m.Else():  # row late
            m.d.comb += [
                self.delivery.ready.eq(1),
                self.address.eq(self.delivery.payload.slot),
                self.write.eq(0),
                self.clear.eq(0),
            ]
            m.d.sync += lost.eq(clamp(lost + 1, 0, 0xFFFF))

        # Table sweep (unique)
        with m.If(~dirty):  # row done
            pass
        with m.Elif(dirty & (next_row < self.delay_slots - 1)):  # row next
            m.d.sync += [
                next_row.eq(next_row + 1),
                dirty.eq(1),
            ]
        with m.Else():  # row last
            m.d.sync += dirty.eq(0)

        # Table show (unique)
        # row always
        m.d.comb += [
            self.spikes.eq(active),
            self.late.eq(lost),
            self.clearing.eq(dirty),
            self.bits.eq(1 << (axon & (self.word_bits - 1))),
        ]

        return m
