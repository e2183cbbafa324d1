"""One moment of three: the rows of T, what RTL1 does, what T' says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from spikewright.lct.builder import Builder, Term
from spikewright.lct.check_width import obligations
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.result import Options
from spikewright.lct.compare.scene import Scene, present_terms
from spikewright.lct.compare.sides import HdlSide
from spikewright.lct.front.design import Design
from spikewright.lct.ir import ANY, Node, Symbol, Table, Unit
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.types import Int, Type

__all__ = ["Said", "Trio", "mapped", "renamed"]


class Trio:
    """T, RTL1 and T' over the same unknowns.

    What T' adds to T's inputs and registers is bound to the HDL too, by its name. Outputs that T or
    T' reads are the HDL's: so a wrong output is blamed where it is made, and nowhere else.

    Parameters
    ----------
    names : mapping of str to str
        Registers of T' that stand for one of another name.

    Attributes
    ----------
    facts : list of Term
        T's types and assumptions.
    extra : list of Symbol
        What T' has and T has not, though the HDL has it.
    """

    def __init__(
        self,
        unit: Unit,
        design: Design,
        other: Unit,
        options: Options,
        names: Mapping[str, str],
    ) -> None:
        self.unit, self.other, self.names = unit, other, dict(names)
        b = self.builder = Builder()
        more = {
            s.name: s for s in other.symbols.values() if s.name not in {**unit.symbols, **names}
        }
        joint = replace(unit, symbols={**unit.symbols, **more})
        self.present = present_terms(joint, b)
        binding = Binding(joint, design, options.mapping)
        for name, old in _renamed_inputs(unit, joint, other, binding).items():
            # So that what T assumes of a port holds of it under its new name too.
            self.present[name] = self.present[old]
        self.hdl = HdlSide(binding, b, self.present, fixed=True)
        self.scene = Scene(joint, self.hdl, b, self.present)
        self.said = Said(other, b, self._bound(names), names)
        self.facts = [*self.scene.facts, *self.said.facts]
        self.extra = [s for s in more.values() if self.hdl.width(s) is not None]

    def _bound(self, names: Mapping[str, str]) -> dict[str, Term]:
        """What each symbol of T' is, in the width that T' gives it."""
        found: dict[str, Term] = {}
        for symbol in self.other.symbols.values():
            same = self.scene.unit.symbols[names.get(symbol.name, symbol.name)]
            if same.role != "output":
                term = self.present[same.name]
            elif same.name in self.hdl.binding.widths:
                term = self.hdl.raw(same)
            elif self.hdl.width(same) is not None:
                term = self.hdl.plain(same)
            else:
                continue
            # As `HdlSide` does it: of what both see, both must see the same.
            found[symbol.name] = self.builder.resize(term, symbol.type.width, False)
        return found


class Said:
    """What T' says at one moment."""

    def __init__(
        self, unit: Unit, builder: Builder, bound: Mapping[str, Term], names: Mapping[str, str]
    ) -> None:
        self.unit, self.builder = unit, builder
        self.terms = UnitTerms(unit, builder, " decoded", bound)
        self.facts = self.terms.facts
        self.assumed = {a.id: self.terms.terms.truth(a.node) for a in unit.assumptions}
        self._own = {names.get(n, n): s for n, s in unit.symbols.items()}
        self._driver = {
            t.symbol.name: (table, k)
            for table in unit.tables
            for k, t in reversed(list(enumerate(table.targets)))
        }

    def own(self, symbol: Symbol) -> Symbol | None:
        """The symbol of T' that stands for one of T, or of the HDL; None where it has none."""
        found = self._own.get(symbol.name)
        return found if found is not None and found.role == symbol.role else None

    def value(self, symbol: Symbol, width: int) -> Term:
        """What it becomes, in another width."""
        own = self.own(symbol)
        assert own is not None
        return self.builder.resize(self.terms.outcome(own), width, _signed(own.type))

    def vague(self, symbol: Symbol) -> Term:
        """When the row that decides has a ``*``."""
        b, own = self.builder, self.own(symbol)
        if own is None or own.name not in self._driver:
            # A register that no row drives keeps its value; an output may be anything.
            return b.true if own is not None and own.role == "output" else b.false
        table, position = self._driver[own.name]
        guards, first = self.terms.guards(table), self.terms.none_before(table)
        rows = [i for i, r in enumerate(table.rows) if r.targets[position] == ANY]
        return b.any(b.all([guards[i], first[i]]) for i in rows)

    def covered(self, symbol: Symbol) -> Term:
        """When some row decides."""
        own = self.own(symbol)
        if own is None or own.name not in self._driver:
            return self.builder.true
        return self.builder.any(self.terms.guards(self._driver[own.name][0]))

    def clash(self, table: Table) -> Term:
        """When rows of a ``(unique)`` table match at once."""
        b, before, found = self.builder, self.builder.false, list[Term]()
        for row, guard in zip(table.rows, self.terms.guards(table), strict=True):
            if table.policy == "unique" and not row.is_else:
                found.append(b.all([before, guard]))
                before = b.any([before, guard])
        return b.any(found)

    def misfits(self, table: Table) -> Iterator[Term]:
        """When a value does not fit where it goes, or an index points at nothing."""
        terms, b = self.terms, self.builder
        for i, row in enumerate(table.rows):
            cells = [c for c in row.conditions if c is not None]
            for k, cell in enumerate(cells):
                others = [terms.terms.truth(c) for j, c in enumerate(cells) if j != k]
                yield from self._demands(cell, b.all([terms.none_before(table)[i], *others]))
            when = terms.wins(table, i)
            for target, said in zip(table.targets, row.targets, strict=True):
                if isinstance(said, Node):
                    yield from self._demands(said, when)
                    kind = target.symbol.type
                    if isinstance(kind, Int) and isinstance(said.type, Int):
                        yield b.all([when, self._outside(said, kind.low, kind.high)])

    def _demands(self, root: Node, when: Term) -> Iterator[Term]:
        b, truth = self.builder, self.terms.terms.truth
        for demand in obligations(root):
            path = [truth(n) if yes else b.negate(truth(n)) for n, yes in demand.path]
            yield b.all([when, *path, self._outside(demand.node, demand.low, demand.high)])

    def _outside(self, node: Node, low: int, high: int) -> Term:
        assert isinstance(node.type, Int)
        b = self.builder
        return b.negate(b.within(self.terms.terms.bits(node), node.type, low, high))


def _renamed_inputs(unit: Unit, joint: Unit, other: Unit, binding: Binding) -> dict[str, str]:
    """Inputs of T that RTL1 and T' lack, by those of the same width that both have instead."""
    lost = [
        s
        for s in unit.by_role("input")
        if s.name in binding.missing and s.name not in other.symbols
    ]
    found: dict[str, str] = {}
    for symbol in joint.by_role("input"):
        alike = [s for s in lost if s.type.width == symbol.type.width]
        if symbol.name in unit.symbols or symbol.name in binding.missing or not alike:
            continue
        closest = max(alike, key=lambda s: SequenceMatcher(None, s.name, symbol.name).ratio())
        found[symbol.name] = closest.name
        lost.remove(closest)
    return found


def renamed(unit: Unit, names: Mapping[str, str]) -> Unit:
    """A unit whose registers have other names, for what looks at declarations only."""
    symbols = {names.get(n, n): replace(s, name=names.get(n, n)) for n, s in unit.symbols.items()}
    return replace(unit, symbols=symbols)


def mapped(options: Options, unit: Unit) -> Options:
    """The options without entries of a mapping for what a unit does not have."""
    names = tuple(unit.symbols)
    entries = tuple(
        e
        for e in options.mapping.entries
        if any(e.symbol == n or e.symbol.startswith((f"{n}.", f"{n}[")) for n in names)
    )
    return replace(options, mapping=replace(options.mapping, entries=entries))


def _signed(kind: Type) -> bool:
    return isinstance(kind, Int) and kind.signed
