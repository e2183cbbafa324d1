"""What a unit is held against: HDL, or another table, in the unit's own symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.binding import Binding, Wire
from spikewright.lct.compare.second import parts_of
from spikewright.lct.execute import Machine
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.types import Int

__all__ = ["HdlSide", "Side", "TableSide"]


class Side(Protocol):
    """The other side of a comparison, at one moment of the unit.

    Attributes
    ----------
    noun : str
        What it is called in sentences.
    facts : list of Term
        What holds because of the types.
    """

    noun: str
    facts: list[Term]

    def width(self, symbol: Symbol) -> int | None:
        """Bits that it gives a symbol, None where it lacks it."""

    def spare(self, role: str) -> Iterator[str]:
        """Its inputs or outputs that the unit lacks."""

    def coded(self, symbol: Symbol, term: Term) -> Term:
        """A value of a symbol as the side writes it."""

    def value(self, symbol: Symbol) -> Term:
        """An output's bits now, or a register's after the clock's next edge, as `coded`."""

    def plain(self, symbol: Symbol) -> Term:
        """An output's value now."""

    def meaning(self, symbol: Symbol, number: int) -> int | None:
        """The packed value behind a number of `value`; None where it stands for none."""

    def covered(self, symbol: Symbol) -> Term:
        """Whether the side says at all what a symbol becomes."""

    def loose(self, question: Iterable[Term]) -> list[str]:
        """Registers that matter to anything asked so far, and that the unit does not have.

        Memories too, if they matter to the terms of this question.
        """

    def open(self) -> list[Term]:
        """Unknowns that stand for freedom: every choice must be right."""

    def branches(self, symbol: Symbol) -> list[Term]:
        """Conditions by which the side decides what a symbol becomes."""


class HdlSide:
    """An elaborated design.

    Parameters
    ----------
    present : mapping of str to Term
        The unit's inputs and registers now; others are unknown.
    reset : bool
        Whether the reset input is active.
    fixed : bool
        Whether registers that are constants in the HDL count as such: what is asked is then asked
        of states where they have that value, and they must keep it.
    """

    noun = "the HDL"

    def __init__(
        self,
        binding: Binding,
        builder: Builder,
        present: Mapping[str, Term],
        *,
        reset: bool = False,
        fixed: bool = False,
    ) -> None:
        self.binding, self.builder = binding, builder
        self.design: Design = binding.design
        self.fixed = dict(binding.fixed) if fixed else {}
        self.facts: list[Term] = [
            builder.equal(present[n], builder.number(v, binding.unit.symbols[n].type.width))
            for n, v in self.fixed.items()
        ]
        bound: dict[str, Term] = {}
        if present:
            bound = binding.bound(builder, lambda symbol: present[symbol.name])
            for symbol in self._misfits():
                name, width = self._misfit(symbol), binding.widths[symbol.name]
                if symbol.role != "output":
                    bound[name] = builder.resize(present[symbol.name], width, False)
        if reset and self.design.reset is not None:
            bound[self.design.reset] = builder.number(self.design.reset_active, 1)
        self.terms = DesignTerms(self.design, builder, " in reset" if reset else "", bound)

    def _misfits(self) -> list[Symbol]:
        return [self.binding.unit.symbols[n] for n in self.binding.widths]

    def _misfit(self, symbol: Symbol) -> str:
        """The name of a symbol that has the wrong width."""
        known = self.binding.known(symbol)
        return next(n for n in self.binding.spellings(symbol.name) if n in known)

    def width(self, symbol: Symbol) -> int | None:
        """Bits that the HDL gives a symbol, None where it lacks it."""
        if symbol.name in self.binding.wires or symbol.name in self.fixed:
            return symbol.type.width
        return self.binding.widths.get(symbol.name)

    def spare(self, role: str) -> Iterator[str]:
        """Ports that no symbol stands for."""
        wires = [w for ws in self.binding.wires.values() for w in ws]
        used = {w.name for w in wires} | {self._misfit(s) for s in self._misfits()}
        ports = self.design.inputs if role == "input" else self.design.outputs
        return (n for n in ports if n not in used)

    def coded(self, symbol: Symbol, term: Term) -> Term:
        """A value in the HDL's code."""
        if symbol.name not in self.binding.wires:
            return term
        return self.binding.encode(self.builder, symbol, term)

    def value(self, symbol: Symbol) -> Term:
        """An output's bits now, or a register's after the clock's next edge."""
        read = self.terms.next if symbol.role == "register" else self.terms.value
        if symbol.name in self.binding.wires:
            return self.binding.actual(self.builder, symbol, read)
        if symbol.name in self.fixed:
            return self.builder.number(self.fixed[symbol.name], symbol.type.width)
        signed = isinstance(symbol.type, Int) and symbol.type.signed
        return self.builder.resize(read(self._misfit(symbol)), symbol.type.width, signed)

    def raw(self, symbol: Symbol) -> Term:
        """As `value`, in the width that the HDL gives the symbol."""
        if symbol.name not in self.binding.widths:
            return self.value(symbol)
        read = self.terms.next if symbol.role == "register" else self.terms.value
        return read(self._misfit(symbol))

    def plain(self, symbol: Symbol) -> Term:
        """An output's value now; where the HDL's number stands for none, any."""
        wires = self.binding.wires.get(symbol.name, ())
        if not any(w.code for w in wires):
            return self.value(symbol)
        return self.builder.join([self._decoded(w) for w in wires])

    def _decoded(self, wire: Wire) -> Term:
        b = self.builder
        number = b.bits(self.terms.value(wire.name), wire.low, wire.width)
        if not wire.code:
            return number
        result = b.number(wire.code[-1][0], wire.kind.width)
        for value, code in wire.code[:-1]:
            here = b.equal(number, b.number(code, wire.width))
            result = b.choose(here, b.number(value, wire.kind.width), result)
        return result

    def meaning(self, symbol: Symbol, number: int) -> int | None:
        """The packed value behind the HDL's bits; None where its code has no such number."""
        at, parts = 0, dict[str, int]()
        if symbol.name not in self.binding.wires:
            return number
        for wire in self.binding.wires[symbol.name]:
            bits = number >> at & ((1 << wire.width) - 1)
            parts[wire.name] = parts.get(wire.name, 0) | bits << wire.low
            at += wire.width
        return self.binding.decode(symbol, lambda name: parts[name])

    def covered(self, symbol: Symbol) -> Term:
        """Hardware always does something."""
        del symbol
        return self.builder.true

    def loose(self, question: Iterable[Term]) -> list[str]:
        """State that matters, and that the unit does not have."""
        found = [f"register {n}" for n in self.terms.unknowns if n in self.design.registers]
        arrays = {t.id(): n for n, t in self.terms.unknowns.items() if n in self.design.memories}
        parts = parts_of(question) if arrays else []
        return found + [f"memory {arrays[p.id()]}" for p in parts if p.id() in arrays]

    def open(self) -> list[Term]:
        """What the source leaves undefined."""
        return list(self.terms.open.values())

    def branches(self, symbol: Symbol) -> list[Term]:
        """The choices of the multiplexers behind a symbol."""
        b, found = self.builder, list[Term]()
        names = [w.name for w in self.binding.wires.get(symbol.name, ())]
        if symbol.name in self.fixed:
            return []
        for name in names or [self._misfit(symbol)]:
            register = self.design.registers.get(name) if symbol.role == "register" else None
            bits = register.data if register else self.design.bits(name)
            todo, seen = list(self.design.cells_behind(bits)), set[str]()
            while todo:
                cell = todo.pop()
                if cell.name in seen:
                    continue
                seen.add(cell.name)
                pins = [p for n, p in cell.pins.items() if n not in cell.outputs]
                todo += [c for p in pins for c in self.design.cells_behind(p)]
                if cell.kind in ("$mux", "$pmux"):
                    choice = self.terms.pin(cell, "S")
                    width = choice.sort().bv_size()
                    found += [b.truth(b.bits(choice, i, 1)) for i in range(width)]
        return found


class TableSide:
    """Another table of the same signals."""

    noun = "the other table"

    def __init__(
        self, left: Unit, right: Unit, builder: Builder, present: Mapping[str, Term]
    ) -> None:
        self.unit, self.builder, self._left = right, builder, left
        own = {
            s.name: builder.unknown(f"right {s.name}", s.type.width) for s in Machine(right).outputs
        }
        bound = {
            s.name: builder.resize(present[s.name], s.type.width, False)
            for s in right.symbols.values()
            if s.name in present
        }
        self.terms = UnitTerms(right, builder, " right", bound | own)
        self.facts = [*self.terms.facts]
        for name, term in own.items():
            self.facts.append(builder.equal(term, self.terms.outcome(right.symbols[name])))

    def _own(self, symbol: Symbol) -> Symbol | None:
        found = self.unit.symbols.get(symbol.name)
        return found if found is not None and found.role == symbol.role else None

    def width(self, symbol: Symbol) -> int | None:
        """Bits that the other table gives a symbol, None where it lacks it."""
        own = self._own(symbol)
        return own.type.width if own else None

    def spare(self, role: str) -> Iterator[str]:
        """Inputs or outputs that the left unit does not have as such."""
        left = {s.name for s in self._left.by_role(role)}
        return (s.name for s in self.unit.by_role(role) if s.name not in left)

    def coded(self, symbol: Symbol, term: Term) -> Term:
        """Both tables write values alike."""
        del symbol
        return term

    def value(self, symbol: Symbol) -> Term:
        """What the first row that matches gives."""
        own = self._own(symbol)
        assert own is not None
        signed = isinstance(own.type, Int) and own.type.signed
        return self.builder.resize(self.terms.outcome(own), symbol.type.width, signed)

    def plain(self, symbol: Symbol) -> Term:
        """An output's value now."""
        return self.value(symbol)

    def meaning(self, symbol: Symbol, number: int) -> int | None:
        """The number itself."""
        del symbol
        return number

    def covered(self, symbol: Symbol) -> Term:
        """Whether some row matches."""
        for table in self.unit.tables:
            if symbol.name in [t.symbol.name for t in table.targets]:
                return self.builder.any(self.terms.guards(table))
        return self.builder.true

    def loose(self, question: Iterable[Term]) -> list[str]:
        """Registers that the left unit does not have."""
        del question
        names = (s.name for s in self.unit.by_role("register"))
        return [f"register {n}" for n in names if n in self.terms.terms.unknowns]

    def open(self) -> list[Term]:
        """What each `*` stands for."""
        return list(self.terms.free.values())

    def branches(self, symbol: Symbol) -> list[Term]:
        """When each row matches."""
        for table in self.unit.tables:
            if symbol.name in [t.symbol.name for t in table.targets]:
                return self.terms.guards(table)
        return []
