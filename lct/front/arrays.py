"""Memories that stay arrays: what a read gives, and what the clock's edge leaves in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bitwuzla import Kind

from spikewright.lct.builder import Builder, Term
from spikewright.lct.front.design import Design, Memory
from spikewright.lct.front.netlist import Bit, Cell

__all__ = ["ARRAY", "READ", "read_word", "written"]

ARRAY, READ = "$array", "$read"
"""Cells of such a memory: its write ports, and one for each read port. Not yosys' own."""


class Arrays(Protocol):
    """What the ports need of a moment of a design."""

    design: Design
    builder: Builder

    def memory(self, name: str) -> Term:
        """A memory's present words."""

    def bits(self, bits: Sequence[Bit]) -> Term:
        """The term of some bits."""

    def undefined(self, cell: Cell, width: int) -> Term:
        """Bits that may be anything."""


def read_word(t: Arrays, cell: Cell) -> Term:
    """The word at the address of a cell `READ`; outside the memory, anything."""
    b, memory = t.builder, t.design.memories[cell.parameters["MEMORY"]]
    index, inside = _place(b, memory, t.bits(cell.pins["A"]))
    word = b.term(Kind.ARRAY_SELECT, t.memory(memory.name), index)
    if inside == b.true:
        return word
    return b.choose(inside, word, t.undefined(cell, memory.width))


def written(t: Arrays, memory: Memory) -> Term:
    """The words after the clock's edge: each port in its order, with an enable for each bit.

    Bits that two ports write at once are the later one's where it goes first, and anything else
    where none does. A write outside the memory is none.
    """
    b, result = t.builder, t.memory(memory.name)
    before: list[tuple[Term, Term, Term]] = []
    for port in memory.writes:
        index, inside = _place(b, memory, t.bits(port.address))
        enable = t.bits(port.enable)
        word = _merge(b, b.term(Kind.ARRAY_SELECT, result, index), t.bits(port.data), enable)
        for number, (there, valid, mask) in enumerate(before):
            if number not in port.over:
                both = b.term(Kind.BV_AND, enable, mask)
                clash = _merge(b, word, t.undefined(memory.cell, memory.width), both)
                word = b.choose(b.all([valid, b.equal(there, index)]), clash, word)
        stored = b.term(Kind.ARRAY_STORE, result, index, word)
        result = stored if inside == b.true else b.choose(inside, stored, result)
        before.append((index, inside, enable))
    return result


def _merge(b: Builder, old: Term, new: Term, mask: Term) -> Term:
    """The new bits where the mask is set."""
    kept = b.term(Kind.BV_AND, old, b.term(Kind.BV_NOT, mask))
    return b.term(Kind.BV_OR, kept, b.term(Kind.BV_AND, new, mask))


def _place(b: Builder, memory: Memory, address: Term) -> tuple[Term, Term]:
    """Which word an address means, the lowest 0, and whether there is one."""
    wide = address.sort().bv_size()
    if memory.offset:
        address = b.term(Kind.BV_SUB, address, b.number(memory.offset, wide))
    index = b.resize(address, memory.index, False)
    if memory.depth >> wide:
        return index, b.true
    return index, b.term(Kind.BV_ULT, address, b.number(memory.depth, wide))
