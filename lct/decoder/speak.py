"""Words as expressions of the language: conditions, choices, and values of any type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spikewright.lct.decoder.numbers_text import Numbers
from spikewright.lct.decoder.phrase import (
    AND,
    ATOM,
    BITAND,
    BITOR,
    COMPARE,
    IF,
    NOT,
    OR,
    UNARY,
    XOR,
    Phrase,
    Unsayable,
    integer,
)
from spikewright.lct.decoder.word import Word
from spikewright.lct.types import BOOL, Enum, Int, Struct, Type, union

__all__ = ["Phrase", "Speaker", "Unsayable"]


class Speaker(Numbers):
    """Turns words into text; see `Numbers` for its parameters."""

    def _not(self, word: Word) -> Phrase:
        (x,) = word.args
        if word.width > 1:
            said = self.exact(x)
            said = said if said.type.width == word.width else self.sized(x)
            return Phrase(f"~{said.at(UNARY)}", UNARY, said.type)
        if x not in self.names and x.op in _OPPOSITES:
            return _OPPOSITES[x.op](self, x)
        said = self.truth(x)
        for op, other in ((" == ", " != "), (" != ", " == ")):
            left, found, right = said.text.partition(op)
            plain = said.level == COMPARE and "(" not in said.text
            if plain and found and op not in right:
                return Phrase(f"{left}{other}{right}", COMPARE, BOOL)
        return Phrase(f"not {said.at(NOT)}", NOT, BOOL)

    def truth(self, word: Word) -> Phrase:
        """A condition."""
        if word.op == "const":
            return Phrase(f"{word.value}", ATOM, BOOL)
        said = self.exact(word)
        return said if said.type == BOOL else Phrase(f"{said.at(BITOR)} == 1", COMPARE, BOOL)

    def _connective(self, word: Word, op: str, level: int) -> Phrase:
        # `and` binds tighter than `or`; parentheses save the reader from knowing it.
        parts = [self.truth(w).at(NOT) for w in _flat(word, word.op, self.names)]
        return Phrase(f" {op} ".join(parts), level, BOOL)

    def _and(self, word: Word) -> Phrase:
        if word.width == 1:
            return self._connective(word, "and", AND)
        return self._bitwise(word, "&", BITAND)

    def _or(self, word: Word) -> Phrase:
        if word.width == 1:
            return self._connective(word, "or", OR)
        return self._bitwise(word, "|", BITOR)

    def _xor(self, word: Word) -> Phrase:
        if word.width == 1:
            return self.bits_differ(word, "!=")
        return self._bitwise(word, "^", XOR)

    def bits_differ(self, word: Word, op: str) -> Phrase:
        """Whether two conditions differ, or are the same."""
        a, b = (self.truth(w) for w in word.args)
        return Phrase(f"{a.at(BITOR)} {op} {b.at(BITOR)}", COMPARE, BOOL)

    # ---- conditions

    def _eq(self, word: Word) -> Phrase:
        return self.relation(word, "==")

    def relation(self, word: Word, op: str) -> Phrase:
        """Whether the operands of a comparison are equal, or differ."""
        a, b = word.args
        said = self.say(a)
        if isinstance(said.type, Enum):
            other = self.typed(b, said.type)
        elif isinstance(said.type, Int):
            sign = said.type.signed
            said, other = self.exact(a, sign), self.exact(b, sign)
        else:
            said, other = self.exact(a), self.exact(b)
        return Phrase(f"{said.at(BITOR)} {op} {other.at(BITOR)}", COMPARE, BOOL)

    def _ult(self, word: Word) -> Phrase:
        return self.order(word, "<", False)

    def _slt(self, word: Word) -> Phrase:
        return self.order(word, "<", True)

    def order(self, word: Word, op: str, sign: bool) -> Phrase:
        """How the operands of a comparison stand to each other, read with or without a sign."""
        a, b = (self.exact(w, sign) for w in word.args)
        return Phrase(f"{a.at(BITOR)} {op} {b.at(BITOR)}", COMPARE, BOOL)

    def _ite(self, word: Word) -> Phrase:
        condition, *sides = word.args
        yes, no = (integer(self.say(s)) for s in sides)
        kind = union(*(p.type for p in (yes, no) if isinstance(p.type, Int)))
        text = f"{yes.at(OR)} if {self.truth(condition).at(OR)} else {no.at(IF)}"
        return Phrase(text, IF, kind)

    # ---- values of a type

    def typed(self, word: Word, kind: Type) -> Phrase:
        """An expression of a type: an enumerant, a struct, or a number that fits."""
        if isinstance(kind, Int):
            return self.exact(word, kind.signed)
        if word.op in ("sym", "slice") and word not in self.names:
            said = self.say(word)
            if said.type == kind:
                return said
        if word.op == "ite":
            condition, *sides = word.args
            yes, no = (self.typed(s, kind) for s in sides)
            text = f"{yes.at(OR)} if {self.truth(condition).at(OR)} else {no.at(IF)}"
            return Phrase(text, IF, kind)
        if isinstance(kind, Enum):
            return self._enumerant(word, kind)
        if isinstance(kind, Struct):
            return self._struct(word, kind)
        raise Unsayable(f"the language cannot make a value of {kind}")

    def _enumerant(self, word: Word, kind: Enum) -> Phrase:
        if word.op == "const":
            if word.value not in [value for _, value in kind.members]:
                raise Unsayable(f"{word.value} is no value of {kind}")
            return Phrase(kind.name_of(word.value), ATOM, kind)
        text = kind.members[-1][0]
        for name, value in reversed(kind.members[:-1]):
            here = self.truth(self.words.equal(word, self.words.number(value, kind.width)))
            text = f"{name} if {here.at(OR)} else {text}"
        return Phrase(text, IF, kind)

    def _struct(self, word: Word, kind: Struct) -> Phrase:
        parts = {
            name: self.words.slice(word, kind.offset(name), part.width)
            for name, part in kind.fields
        }
        base, same = self._base(parts, kind)
        changed = [(n, p) for n, p in kind.fields if n not in same]
        fields = ", ".join(f"{n} = {self.typed(parts[n], p).at(IF)}" for n, p in changed)
        if base is not None:
            return (
                Phrase(f"{base} with {fields}", 0, kind) if changed else (Phrase(base, ATOM, kind))
            )
        return Phrase(f"{kind.name}({fields})", ATOM, kind)

    def _base(self, parts: dict[str, Word], kind: Struct) -> tuple[str | None, set[str]]:
        """A value of the struct that most fields come from unchanged, and those fields."""
        found: dict[tuple[Word, int], set[str]] = {}
        for name, part in parts.items():
            symbol = part.args[0] if part.op == "slice" else part
            low = (part.value if part.op == "slice" else 0) - kind.offset(name)
            if symbol.op == "sym" and low >= 0:
                found.setdefault((symbol, low), set()).add(name)
        for (symbol, low), names in sorted(found.items(), key=lambda f: -len(f[1])):
            if 2 * len(names) >= len(parts) and low + kind.width <= symbol.width:
                said = self._part(symbol, low, kind.width)
                if said.type == kind:
                    return said.text, names
        return None, set()


_OPPOSITES: Mapping[str, Callable[[Speaker, Word], Phrase]] = {
    "eq": lambda s, w: s.relation(w, "!="),
    "ult": lambda s, w: s.order(w, ">=", False),
    "slt": lambda s, w: s.order(w, ">=", True),
    "xor": lambda s, w: s.bits_differ(w, "=="),
}
"""Comparisons that have an opposite."""


def _flat(word: Word, op: str, names: Mapping[Word, str], top: bool = True) -> list[Word]:
    """Operands of a chain of one connective, in order."""
    if word.op != op or (word in names and not top):
        return [word]
    return [w for a in word.args for w in _flat(a, op, names, False)]
