"""Terms of the solver: constants, connectives, and changes of width."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from bitwuzla import Kind, TermManager

from spikewright.lct.types import Enum, Int, Type
from spikewright.lct.values import leaves

__all__ = ["Builder", "Term"]

# The solver's Python module has no type annotations.
Term: TypeAlias = Any

# Python writes no decimal number of more bits than some 14,000.
_PLAIN = 4_096

# Never freed: the garbage collector may take a manager before terms that share a cycle with it, and
# the solver's C++ then ends the process.
_MANAGERS: list[TermManager] = []


class Builder:
    """Terms of one solver: constants, connectives and changes of width."""

    def __init__(self) -> None:
        self.manager = TermManager()
        _MANAGERS.append(self.manager)
        self.true: Term = self.manager.mk_true()
        self.false: Term = self.manager.mk_false()

    def term(self, kind: Any, *args: Term, indices: tuple[int, ...] = ()) -> Term:
        """One operation of the solver."""
        return self.manager.mk_term(kind, list(args), list(indices))

    def number(self, value: int, width: int) -> Term:
        """A bit vector with the low bits of `value`."""
        sort = self.manager.mk_bv_sort(width)
        value &= (1 << width) - 1
        if width > _PLAIN:
            return self.manager.mk_bv_value(sort, format(value, "b"), 2)
        return self.manager.mk_bv_value(sort, value)

    def unknown(self, name: str, width: int) -> Term:
        """A bit vector that the solver may choose."""
        return self.manager.mk_const(self.manager.mk_bv_sort(width), name)

    def array(self, name: str, index: int, width: int) -> Term:
        """Words that the solver may choose, with an index of so many bits."""
        manager = self.manager
        sort = manager.mk_array_sort(manager.mk_bv_sort(index), manager.mk_bv_sort(width))
        return manager.mk_const(sort, name)

    def switch(self, name: str) -> Term:
        """A truth value that the solver may choose."""
        return self.manager.mk_const(self.manager.mk_bool_sort(), name)

    def all(self, terms: Iterable[Term]) -> Term:
        """Conjunction; of nothing, true."""
        parts = list(terms)
        return self.term(Kind.AND, *parts) if len(parts) > 1 else (parts or [self.true])[0]

    def any(self, terms: Iterable[Term]) -> Term:
        """Disjunction; of nothing, false."""
        parts = list(terms)
        return self.term(Kind.OR, *parts) if len(parts) > 1 else (parts or [self.false])[0]

    def negate(self, term: Term) -> Term:
        """Not `term`."""
        return self.term(Kind.NOT, term)

    def equal(self, a: Term, b: Term) -> Term:
        """Whether two terms of one width are equal."""
        return self.term(Kind.EQUAL, a, b)

    def choose(self, condition: Term, yes: Term, no: Term) -> Term:
        """Either of two terms of one width."""
        return self.term(Kind.ITE, condition, yes, no)

    def bits(self, term: Term, offset: int, width: int) -> Term:
        """A stretch of bits."""
        if offset == 0 and term.sort().bv_size() == width:
            return term
        return self.term(Kind.BV_EXTRACT, term, indices=(offset + width - 1, offset))

    def resize(self, term: Term, width: int, signed: bool) -> Term:
        """Cut or extend to `width`, repeating the sign if `signed`."""
        grow = width - term.sort().bv_size()
        if grow <= 0:
            return self.bits(term, 0, width)
        kind = Kind.BV_SIGN_EXTEND if signed else Kind.BV_ZERO_EXTEND
        return self.term(kind, term, indices=(grow,))

    def join(self, parts: list[Term]) -> Term:
        """Concatenate, the first part in the low bits."""
        return self.term(Kind.BV_CONCAT, *reversed(parts)) if len(parts) > 1 else parts[0]

    def truth(self, term: Term) -> Term:
        """Whether a one-bit vector is 1."""
        return self.equal(term, self.number(1, 1))

    def bit(self, term: Term) -> Term:
        """A truth value as a one-bit vector."""
        return self.choose(term, self.number(1, 1), self.number(0, 1))

    def domain(self, term: Term, kind: Type) -> Term:
        """Whether a bit vector is a value of the type: enumerations have holes."""
        holds = []
        for offset, leaf in leaves(kind):
            if isinstance(leaf, Enum) and len(leaf.members) < 1 << leaf.width:
                part = self.bits(term, offset, leaf.width)
                values = (self.number(v, leaf.width) for _, v in leaf.members)
                holds.append(self.any(self.equal(part, v) for v in values))
        return self.all(holds)

    def within(self, term: Term, source: Int, low: int, high: int) -> Term:
        """Whether an integer of type `source` lies in ``low..high``."""
        width = 1 + max(
            source.width + 1, *((v if v >= 0 else ~v).bit_length() for v in (low, high))
        )
        wide = self.resize(term, width, source.signed)
        return self.all(
            (
                self.term(Kind.BV_SGE, wide, self.number(low, width)),
                self.term(Kind.BV_SLE, wide, self.number(high, width)),
            )
        )
