"""Bit-vector terms that can be read and rewritten: what a decoder works on.

`Words` builds them behind the solver's own interface, so the front end's cells and the language's
expressions both become words without a line of their own. Words are shared: equal ones are one
object. A truth value is a word of one bit. Reading order of operands does not matter for their
meaning; comparisons with constants have the constant on the right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bitwuzla import Kind

from spikewright.lct.builder import Builder
from spikewright.lct.decoder.fold import fold
from spikewright.lct.decoder.word import Word, ordered

__all__ = ["Words"]

_NAMES: Mapping[Any, str] = {
    Kind.AND: "and",
    Kind.OR: "or",
    Kind.NOT: "not",
    Kind.BV_AND: "and",
    Kind.BV_OR: "or",
    Kind.BV_XOR: "xor",
    Kind.BV_NOT: "not",
    Kind.BV_NEG: "neg",
    Kind.BV_ADD: "add",
    Kind.BV_SUB: "sub",
    Kind.BV_MUL: "mul",
    Kind.BV_SHL: "shl",
    Kind.BV_SHR: "shr",
    Kind.BV_ASHR: "ashr",
    Kind.BV_UDIV: "udiv",
    Kind.BV_SDIV: "sdiv",
    Kind.BV_UREM: "urem",
    Kind.BV_SREM: "srem",
    Kind.BV_SMOD: "smod",
}
_ORDERS: Mapping[Any, tuple[str, bool, bool]] = {
    Kind.BV_ULT: ("ult", False, False),
    Kind.BV_UGT: ("ult", True, False),
    Kind.BV_UGE: ("ult", False, True),
    Kind.BV_ULE: ("ult", True, True),
    Kind.BV_SLT: ("slt", False, False),
    Kind.BV_SGT: ("slt", True, False),
    Kind.BV_SGE: ("slt", False, True),
    Kind.BV_SLE: ("slt", True, True),
}
"""For each order: the operation, whether operands change places, whether the result is inverted."""


class Words(Builder):
    """Words, made behind the interface of the solver's builder."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Word] = {}
        self.true: Word = self.number(1, 1)
        self.false: Word = self.number(0, 1)

    def make(self, op: str, args: tuple[Word, ...], width: int, value: Any = None) -> Word:
        """A word, simplified; the one that is there already if there is one."""
        key = (op, args, width, value)
        if key not in self._known:
            self._known[key] = fold(self, op, args, width, value) or Word(
                op, args, width, value, len(self._known)
            )
        return self._known[key]

    def term(self, kind: Any, *args: Any, indices: tuple[int, ...] = ()) -> Word:
        """One operation of the solver."""
        if kind in _ORDERS:
            op, swapped, inverted = _ORDERS[kind]
            result = self.make(op, (args[1], args[0]) if swapped else tuple(args), 1)
            return self.invert(result) if inverted else result
        if kind == Kind.BV_EXTRACT:
            high, low = indices
            return self.slice(args[0], low, high - low + 1)
        if kind == Kind.BV_CONCAT:
            return self.cat(tuple(reversed(args)))
        if kind in (Kind.BV_ZERO_EXTEND, Kind.BV_SIGN_EXTEND):
            op = "zext" if kind == Kind.BV_ZERO_EXTEND else "sext"
            return self.make(op, tuple(args), args[0].width + indices[0]) if indices[0] else args[0]
        if kind == Kind.EQUAL:
            return self.equal(args[0], args[1])
        if kind == Kind.ITE:
            return self.make("ite", tuple(args), args[1].width)
        name = _NAMES[kind]
        result = args[0]
        if len(args) == 1:
            return self.make(name, (result,), result.width)
        for arg in args[1:]:
            result = self.make(name, (result, arg), result.width)
        return result

    def number(self, value: int, width: int) -> Word:
        """A constant with the low bits of `value`."""
        return self.make("const", (), width, value & ((1 << width) - 1))

    def unknown(self, name: str, width: int) -> Word:
        """A symbol."""
        return self.make("sym", (), width, name)

    def all(self, terms: Iterable[Word]) -> Word:
        """Conjunction; of nothing, true."""
        result = self.true
        for term in terms:
            result = self.make("and", (result, term), 1)
        return result

    def any(self, terms: Iterable[Word]) -> Word:
        """Disjunction; of nothing, false."""
        result = self.false
        for term in terms:
            result = self.make("or", (result, term), 1)
        return result

    def negate(self, term: Word) -> Word:
        """Not `term`."""
        return self.invert(term)

    def choose(self, condition: Word, yes: Word, no: Word) -> Word:
        """Either of two words of one width."""
        return self.make("ite", (condition, yes, no), yes.width)

    def equal(self, a: Word, b: Word) -> Word:
        """Whether two words are equal."""
        if a.op == "const" or (b.op != "const" and b.serial < a.serial):
            a, b = b, a
        return self.make("eq", (a, b), 1)

    def invert(self, word: Word) -> Word:
        """Every bit the other way round."""
        return self.make("not", (word,), word.width)

    def slice(self, word: Word, low: int, width: int) -> Word:
        """A stretch of bits."""
        if low == 0 and width == word.width:
            return word
        return self.make("slice", (word,), width, low)

    def cat(self, parts: tuple[Word, ...]) -> Word:
        """Parts side by side, the first in the low bits."""
        return self.make("cat", parts, sum(p.width for p in parts)) if len(parts) > 1 else parts[0]

    def replace(self, word: Word, known: dict[Word, Word]) -> Word:
        """The word with others in the place of some; `known` grows by what was looked at."""
        for part in ordered(word, known):
            args = tuple(known[a] for a in part.args)
            known[part] = part if args == part.args else self.again(part, args)
        return known[word]

    def again(self, word: Word, args: tuple[Word, ...]) -> Word:
        """The same operation on other words."""
        if word.op == "eq":
            return self.equal(*args)
        if word.op == "slice":
            return self.slice(args[0], word.value, word.width)
        return self.make(word.op, args, word.width, word.value)
