"""A whole unit as terms: which row wins, and what its targets become."""

from __future__ import annotations

from collections.abc import Mapping

from spikewright.lct.ir import ANY, HOLD, Node, Symbol, Table, Unit
from spikewright.lct.terms import Builder, Term, Terms

__all__ = ["UnitTerms"]


class UnitTerms:
    """One moment of a unit.

    Parameters
    ----------
    unit : Unit
        A logic unit.
    builder : Builder
        Where the terms are made.
    suffix : str
        Ends the names of this moment's unknowns.
    bound : mapping of str to Term
        Symbols whose terms are given, for instance registers that follow from the moment before.
    free : mapping of str to Term
        What each ``*`` stands for, by `free_name`; unknowns of this moment where not given.

    Attributes
    ----------
    facts : list of Term
        What holds because of the types: enumerations hold enumerants.
    """

    def __init__(
        self,
        unit: Unit,
        builder: Builder,
        suffix: str = "",
        bound: Mapping[str, Term] | None = None,
        free: Mapping[str, Term] | None = None,
    ) -> None:
        self.unit, self.builder = unit, builder
        self.terms = Terms(builder, suffix, bound)
        self.facts: list[Term] = []
        self.free: dict[str, Term] = dict(free or {})
        for symbol in unit.symbols.values():
            term = self.terms.symbol(symbol.name, symbol.type)
            if symbol.name not in self.terms.bound:
                self._know(builder.domain(term, symbol.type))
        for table in unit.tables:
            self._choose_any(table, suffix)
        self._guards: dict[str, list[Term]] = {}
        self._first: dict[str, list[Term]] = {}

    def _know(self, fact: Term) -> None:
        if fact != self.builder.true:
            self.facts.append(fact)

    @staticmethod
    def free_name(table: Table, row: int, symbol: Symbol) -> str:
        """The name of the unknown that a ``*`` stands for."""
        return f"{table.name}.{table.rows[row].id}.{symbol.name} any"

    def _choose_any(self, table: Table, suffix: str) -> None:
        for i, row in enumerate(table.rows):
            for target, cell in zip(table.targets, row.targets, strict=True):
                name = self.free_name(table, i, target.symbol)
                if cell == ANY and name not in self.free:
                    kind = target.symbol.type
                    self.free[name] = self.builder.unknown(name + suffix, kind.width)
                    self._know(self.builder.domain(self.free[name], kind))

    def cells(self, table: Table, row: int) -> list[Term]:
        """The conditions of one row, without its ``-``."""
        return [self.terms.truth(c) for c in table.rows[row].conditions if c is not None]

    def guards(self, table: Table) -> list[Term]:
        """When each row matches; ``else`` matches where no other does."""
        if table.name not in self._guards:
            b = self.builder
            guards = [b.all(self.cells(table, i)) for i in range(len(table.rows))]
            if table.rows and table.rows[-1].is_else:
                guards[-1] = b.negate(b.any(guards[:-1]))
            self._guards[table.name] = guards
        return self._guards[table.name]

    def none_before(self, table: Table) -> list[Term]:
        """For each row, that no earlier one matches."""
        if table.name not in self._first:
            b, before = self.builder, [self.builder.true]
            for guard in self.guards(table)[:-1]:
                before.append(
                    b.all([before[-1], b.negate(guard)]) if len(before) > 1 else b.negate(guard)
                )
            self._first[table.name] = before
        return self._first[table.name]

    def wins(self, table: Table, row: int) -> Term:
        """When a row decides: it matches, and in a priority table no earlier one does."""
        guard = self.guards(table)[row]
        if table.policy == "unique" or table.rows[row].is_else:
            return guard
        return self.builder.all([guard, self.none_before(table)[row]])

    def value(self, table: Table, row: int, position: int) -> Term:
        """What a row gives its target, cut to the target's width."""
        cell, symbol = table.rows[row].targets[position], table.targets[position].symbol
        if isinstance(cell, Node):
            return self.terms.extended(cell, symbol.type.width)
        if cell == HOLD:
            return self.terms.symbol(symbol.name, symbol.type)
        return self.free[self.free_name(table, row, symbol)]

    def outcome(self, symbol: Symbol) -> Term:
        """What a symbol becomes: the value of the first row that matches.

        Where none does, the last row decides: a check reports that as a gap. A register that no
        table drives keeps its value.
        """
        for table in self.unit.tables:
            for position, target in enumerate(table.targets):
                if target.symbol.name == symbol.name and table.rows:
                    return self._first_match(table, position)
        return self.terms.symbol(symbol.name, symbol.type)

    def _first_match(self, table: Table, position: int) -> Term:
        guards = self.guards(table)
        result = self.value(table, len(guards) - 1, position)
        for i in reversed(range(len(guards) - 1)):
            result = self.builder.choose(guards[i], self.value(table, i, position), result)
        return result

    def after(self) -> dict[str, Term]:
        """The registers one moment later."""
        return {s.name: self.outcome(s) for s in self.unit.by_role("register")}
