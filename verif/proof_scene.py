"""Units under proof: their moments in one solver, and the terms that theorems are made of."""

from __future__ import annotations

from collections.abc import Mapping

from bitwuzla import Kind

from spikewright.lct.library import Library
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Answer, Builder, Solver, Term
from spikewright.lct.types import Struct

__all__ = ["Scene", "all_of"]


class Scene:
    """Units under proof, in one solver."""

    def __init__(self, library: Library, overrides: Mapping[str, int]) -> None:
        self.library, self.overrides = library, overrides
        self.builder = Builder()
        self.solver = Solver(self.builder)

    def moment(
        self, name: str, suffix: str = "", bound: Mapping[str, Term] | None = None
    ) -> UnitTerms:
        """One moment of a unit; what its types say holds."""
        unit = self.library.unit(name, self.overrides)
        moment = UnitTerms(unit, self.builder, f" of {name}{suffix}", bound)
        for fact in moment.facts:
            self.solver.add(fact)
        for symbol in unit.by_role("output"):
            term = moment.terms.symbol(symbol.name, symbol.type)
            self.solver.add(self.builder.equal(term, moment.outcome(symbol)))
        return moment

    def parameter(self, unit: str, name: str) -> int:
        """The value of a parameter."""
        return self.library.unit(unit, self.overrides).parameters[name].value

    def excludes(self, *terms: Term) -> Answer:
        """Ask for a counterexample. Facts that exclude each other would prove anything."""
        if self.solver.ask() != "sat":
            return "unknown"
        return self.solver.ask(*terms)

    def symbol(self, moment: UnitTerms, name: str) -> Term:
        """The term of a symbol."""
        return moment.terms.symbol(name, moment.unit.symbols[name].type)

    def bit(self, moment: UnitTerms, name: str) -> Term:
        """The truth value of a one-bit symbol."""
        return self.builder.truth(self.symbol(moment, name))

    def kind(self, unit: str, name: str) -> object:
        """The type of a symbol of a unit."""
        return self.library.unit(unit, self.overrides).symbols[name].type

    def field(self, term: Term, kind: object, *path: str) -> Term:
        """A field of a packed struct, by the names that lead to it."""
        for name in path:
            assert isinstance(kind, Struct)
            inner = kind.field(name)
            assert inner is not None
            term, kind = self.builder.bits(term, kind.offset(name), inner.width), inner
        return term

    def implies(self, condition: Term, then: Term) -> Term:
        """Material implication."""
        return self.builder.any([self.builder.negate(condition), then])

    def less(self, a: Term, b: Term) -> Term:
        """A < b, unsigned."""
        return self.builder.term(Kind.BV_ULT, a, b)

    def at_most(self, a: Term, b: Term) -> Term:
        """A <= b, unsigned."""
        return self.builder.term(Kind.BV_ULE, a, b)

    def below(self, bound: Term, width: int) -> Term:
        """A mask of the bits below `bound`."""
        one = self.builder.number(1, width)
        power = self.builder.term(Kind.BV_SHL, one, self.builder.resize(bound, width, False))
        return self.builder.term(Kind.BV_SUB, power, one)


def all_of(*answers: Answer) -> Answer:
    """Proven only if every part is."""
    if "sat" in answers:
        return "sat"
    return "unknown" if "unknown" in answers else "unsat"
