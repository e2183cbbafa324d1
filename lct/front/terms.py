"""An elaborated design as terms: outputs, and registers one clock later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spikewright.lct.builder import Builder, Term
from spikewright.lct.front.arrays import READ, read_word, written
from spikewright.lct.front.cells import CELLS
from spikewright.lct.front.design import Design
from spikewright.lct.front.netlist import Bit, Cell

__all__ = ["DesignTerms"]


class DesignTerms:
    """One moment of a design.

    Parameters
    ----------
    design : Design
    builder : Builder
        Where the terms are made.
    suffix : str
        Ends the names of this moment's unknowns.
    bound : mapping of str to Term
        Inputs, registers and memories whose terms are given, those of memories as `Builder.array`
        makes them. The clock needs none; the reset input, where there is one, is inactive unless
        it is given.

    Attributes
    ----------
    unknowns : dict of str to Term
        Inputs, registers and memories that were not given.
    open : dict of str to Term
        What the HDL leaves open, by the place in its source: each is an unknown, so that a proof
        covers every choice. Each use of an x or of a wire that nothing drives is one of its own,
        as it may be to an optimiser; what a cell leaves open is one for all that read the cell.
    """

    def __init__(
        self,
        design: Design,
        builder: Builder,
        suffix: str = "",
        bound: Mapping[str, Term] | None = None,
    ) -> None:
        self.design, self.builder, self.suffix = design, builder, suffix
        self.bound = dict(bound or {})
        self.unknowns: dict[str, Term] = {}
        self.open: dict[str, Term] = {}
        self._outputs: dict[tuple[str, str], Term] = {}
        reset = design.reset
        if reset is not None and reset not in self.bound:
            self.bound[reset] = builder.number(1 - design.reset_active, 1)

    def value(self, name: str) -> Term:
        """The bits of a port, register or wire."""
        return self.bits(self.design.bits(name))

    def next(self, register: str) -> Term:
        """A register's bits after the next edge of the clock.

        Its value in reset is the same where the reset input is bound to its active level, whether
        the reset waits for the clock or not.
        """
        found, reset = self.design.registers[register], self.design.reset
        if found.load is None or reset is None:
            return self.bits(found.data)
        active = self.builder.number(self.design.reset_active, 1)
        resets = self.builder.equal(self.symbol(reset, 1), active)
        return self.builder.choose(resets, self.bits(found.load), self.bits(found.data))

    def next_memory(self, name: str) -> Term:
        """A memory's words after the next edge of the clock."""
        return written(self, self.design.memories[name])

    def memory(self, name: str) -> Term:
        """A memory's present words: an array, by their number from the lowest address up."""
        if name in self.bound:
            return self.bound[name]
        if name not in self.unknowns:
            memory = self.design.memories[name]
            made = self.builder.array(f"hdl {name}{self.suffix}", memory.index, memory.width)
            self.unknowns[name] = made
        return self.unknowns[name]

    def symbol(self, name: str, width: int) -> Term:
        """An input's or register's present bits."""
        if name in self.bound:
            return self.bound[name]
        if name not in self.unknowns:
            self.unknowns[name] = self.builder.unknown(f"hdl {name}{self.suffix}", width)
        return self.unknowns[name]

    def bits(self, bits: Sequence[Bit]) -> Term:
        """The term of some bits, lowest first: runs of one origin become one slice."""
        self._prepare(bits)
        parts: list[Term] = []
        for origin, low, width in _runs(self.design, bits):
            parts.append(self._slice(origin, low, width))
        return self.builder.join(parts)

    def pin(self, cell: Cell, name: str) -> Term:
        """The bits at a cell's pin."""
        # A pin without bits is the number zero.
        return self.bits(cell.pins[name] or ("0",))

    def undefined(self, cell: Cell, width: int) -> Term:
        """Bits that may be anything, because of a cell."""
        return self._fresh(f"{cell.kind} {cell.place or cell.name}", width)

    def _fresh(self, name: str, width: int) -> Term:
        name = f"undefined {name} {len(self.open)}{self.suffix}"
        self.open[name] = self.builder.unknown(name, width)
        return self.open[name]

    def _slice(self, origin: tuple[str, str], low: int, width: int) -> Term:
        b, (kind, name) = self.builder, origin
        if kind == "constant":
            return b.number(int(name, 2), width)
        if kind == "open":
            return self._fresh(name, width)
        if kind == "symbol":
            return b.bits(self.symbol(name, self.design.width(name)), low, width)
        if kind == "undriven":
            return self._fresh(f"wire {name}", 1)
        return b.bits(self._outputs[name, "Y"], low, width)

    def _prepare(self, bits: Sequence[Bit]) -> None:
        """Make the terms of every cell behind some bits, the deepest first."""
        todo = [c for c in self.design.cells_behind(bits) if (c.name, "Y") not in self._outputs]
        while todo:
            cell = todo[-1]
            if (cell.name, "Y") in self._outputs:
                todo.pop()
                continue
            need = [
                c
                for pin, pins in cell.pins.items()
                if pin not in cell.outputs
                for c in self.design.cells_behind(pins)
                if (c.name, "Y") not in self._outputs
            ]
            if need:
                todo += need
                continue
            todo.pop()
            made = read_word(self, cell) if cell.kind == READ else CELLS[cell.kind](self, cell)
            self._outputs[cell.name, "Y"] = made


def _runs(design: Design, bits: Sequence[Bit]) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Stretches of bits with one origin: the origin, its lowest bit, how many."""
    i = 0
    while i < len(bits):
        if bits[i] in ("0", "1"):
            end = i
            while end < len(bits) and bits[end] in ("0", "1"):
                end += 1
            text = "".join(str(b) for b in reversed(bits[i:end]))
            yield ("constant", text), 0, end - i
            i = end
            continue
        kind, name, low = design.origin(bits[i])
        end = i + 1
        while kind == "open" and end < len(bits) and bits[end] == bits[i]:
            end += 1
        while end < len(bits) and kind in ("cell", "symbol"):
            if bits[end] in ("0", "1", "x", "z"):
                break
            if design.origin(bits[end]) != (kind, name, low + end - i):
                break
            end += 1
        yield (kind, name), low, end - i
        i = end
