"""The memories of a core. Hand-written, because a table describes logic and not storage.

Each stands in the structure table `core` under the unit of the same name, whose Signals section
lists these ports. Contents are undefined in hardware until they are programmed; in simulation they
start at zero.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Mux, Shape, ShapeLike, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from spikewright.hdl.generated import chip
from spikewright.hdl.memory_parts import FEWEST_ROWS, memory_parts

__all__ = [
    "DataWords",
    "ParameterMemory",
    "PotentialMemory",
    "SchedulerMemory",
    "SynapseMemory",
    "TypeMemory",
]


def _index(count: int) -> Shape:
    """Shape of an index into `count` things, at least one bit."""
    return unsigned(max(1, ceil_log2(count)))


class SchedulerMemory(wiring.Component):
    """One row of axon bits for each delay slot.

    A read answers in the same cycle (distributed memory), so that setting one bit, which reads the
    word that holds it and writes it back, takes one cycle. A word of the row is written at a time:
    a write enable for each bit would cost most of the simulation time. What a word holds goes
    straight back into it: through a table it would first have to be chosen among all words of the
    row, which made the slowest path of the core.

    Members
    -------
    address : In
        Row to read and to write.
    write : In
        For each word of the row, set `bits` in it; the answer shows it one cycle later.
    bits : In
    clear : In
        With `write`, clear the words instead.
    row : Out
        The row at `address`.
    """

    def __init__(self, *, axons: int = 256, delay_slots: int = 16) -> None:
        self.axons, self.delay_slots = axons, delay_slots
        self.words, self.word_bits = chip.words(axons=axons), chip.word_bits(axons=axons)
        super().__init__(
            {
                "address": In(_index(delay_slots)),
                "write": In(self.words),
                "bits": In(self.word_bits),
                "clear": In(1),
                "row": Out(axons),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        shape = unsigned(self.words * self.word_bits)
        m.submodules.rows = rows = Memory(shape=shape, depth=self.delay_slots, init=[])
        write = rows.write_port(granularity=self.word_bits)
        read = rows.read_port(domain="comb")
        m.d.comb += [
            read.addr.eq(self.address),
            self.row.eq(read.data),
            write.addr.eq(self.address),
            write.en.eq(self.write),
            write.data.eq(Mux(self.clear, 0, read.data | self.bits.replicate(self.words))),
        ]
        return m


class _ReadWrite(wiring.Component):
    """A memory with one read port and one write port.

    A read answers one cycle later and keeps its answer until the next read, so the memory maps to
    block RAM; a few bits more than fill block RAMs are a memory of their own, so that they can be
    distributed RAM. `index` names what an address is, and so the ports.

    No entry may be read in the cycle in which it is written: block RAM would answer anything. The
    core writes what is programmed between ticks and reads in ticks only, and within a tick a
    neuron's potential is read before it is written.

    Members
    -------
    read : In
        Read the entry at `read_<index>`.
    answer : Out
        What the last read asked for.
    write : In
        Store `data` at `write_<index>`.
    """

    def __init__(self, index: str, depth: int, shape: ShapeLike) -> None:
        self.index, self.depth, self.shape = index, depth, shape
        super().__init__(
            {
                "read": In(1),
                f"read_{index}": In(_index(depth)),
                "answer": Out(shape),
                "write": In(1),
                f"write_{index}": In(_index(depth)),
                "data": In(shape),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        answer, data = Value.cast(self.answer), Value.cast(self.data)
        first = 0
        for name, bits in memory_parts(len(data)):
            # Without this, logic around the block RAM would answer what an entry held before a
            # write in the same cycle: 480 LUTs and 870 registers for a full-size core.
            attrs = {"no_rw_check": 1}
            depth = max(self.depth, FEWEST_ROWS)
            m.submodules[name] = entries = Memory(shape=bits, depth=depth, init=[], attrs=attrs)
            write, read = entries.write_port(), entries.read_port(domain="sync")
            m.d.comb += [
                read.en.eq(self.read),
                read.addr.eq(getattr(self, f"read_{self.index}")),
                answer[first : first + bits].eq(read.data),
                write.en.eq(self.write),
                write.addr.eq(getattr(self, f"write_{self.index}")),
                write.data.eq(data[first : first + bits]),
            ]
            first += bits
        return m


class SynapseMemory(_ReadWrite):
    """The crossbar: for each neuron one bit an axon."""

    def __init__(self, *, axons: int = 256, neurons: int = 256) -> None:
        super().__init__("neuron", neurons, unsigned(axons))


class TypeMemory(_ReadWrite):
    """The type of each axon."""

    def __init__(self, *, axons: int = 256, axon_types: int = 4) -> None:
        super().__init__("axon", axons, _index(axon_types))


class PotentialMemory(_ReadWrite):
    """The membrane potential of each neuron."""

    def __init__(self, *, neurons: int = 256, potential_bits: int = 20) -> None:
        super().__init__("neuron", neurons, signed(potential_bits))


class ParameterMemory(_ReadWrite):
    """The parameters of each neuron. Keyword parameters are those of the layout, and `neurons`."""

    def __init__(self, *, neurons: int = 256, **widths: int) -> None:
        super().__init__("neuron", neurons, chip.parameters_layout(**widths))


class DataWords(wiring.Component):
    """The data words of the chip's commands: written one at a time, seen all at once.

    Members
    -------
    write : In(1)
        Store `data` as word `index`.
    shown : In
        Number of the word at `word`.
    words : Out
        All of them, the first in the low bits.
    """

    def __init__(self, *, count: int) -> None:
        self.count = count
        super().__init__(
            {
                "write": In(1),
                "index": In(_index(count)),
                "data": In(32),
                "shown": In(_index(count)),
                "word": Out(32),
                "words": Out(32 * count),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        words = [self.words[32 * i : 32 * (i + 1)] for i in range(self.count)]
        for number, word in enumerate(words):
            with m.If(self.write & (self.index == number)):
                m.d.sync += word.eq(self.data)
            with m.If(self.shown == number):
                m.d.comb += self.word.eq(word)
        return m
