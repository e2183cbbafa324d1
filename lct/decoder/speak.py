"""Words as expressions of the language.

Arithmetic of words is modular and has no sign, arithmetic of the language is exact and has one. A
`Phrase` therefore says of which type its text is; its value always equals the word's bits modulo
the word's width. `exact` makes of that an unsigned or signed number of the word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spikewright.lct.decoder.word import Word, mask, signed
from spikewright.lct.decoder.words import Words
from spikewright.lct.types import BOOL, Array, Enum, Int, Struct, Type, clog2, int_for, union

__all__ = ["Phrase", "Speaker", "Unsayable"]

_IF, _OR, _AND, _NOT, _COMPARE, _BITOR, _XOR, _BITAND, _SHIFT, _SUM, _PRODUCT, _UNARY, _ATOM = (
    range(1, 14)
)


class Unsayable(ValueError):
    """The language has no expression for this."""


@dataclass(frozen=True)
class Phrase:
    """A text, how tightly it binds, and its type."""

    text: str
    level: int
    type: Type

    def at(self, level: int) -> str:
        """The text where something of this level is needed."""
        return self.text if self.level >= level else f"({self.text})"


class Speaker:
    """Turns words into text.

    Parameters
    ----------
    words : Words
    symbols : mapping of str to (str, Type)
        For each symbol of a word: its name in the language, and its type.
    functions : mapping of Word to (str, Word)
        Words that are a function of the language, see `recognise`.
    names : dict of Word to str
        Words that have a name of their own: it is used, and noted in `definitions`.

    Attributes
    ----------
    definitions : dict of str to Phrase
        Definitions that were used, each after those that it uses.
    """

    def __init__(
        self,
        words: Words,
        symbols: Mapping[str, tuple[str, Type]],
        functions: Mapping[Word, tuple[str, Word]],
        names: Mapping[Word, str],
    ) -> None:
        self.words, self.symbols, self.functions, self.names = words, symbols, functions, names
        self.definitions: dict[str, Phrase] = {}
        self._open: set[Word] = set()
        self._said: dict[Word, Phrase] = {}

    # ---- numbers

    def say(self, word: Word) -> Phrase:
        """An expression whose value is the word modulo its width."""
        if word in self._said:
            return self._said[word]
        if word in self.names and word not in self._open:
            phrase = self._named(word)
        elif word in self.functions:
            phrase = self._function(*self.functions[word])
        else:
            phrase = getattr(self, f"_{word.op}", self._nothing)(word)
        if not self._open:
            self._said[word] = phrase
        return phrase

    def exact(self, word: Word, sign: bool = False) -> Phrase:
        """An expression that is the word as a number, unsigned or signed."""
        if word.op == "const":
            value = signed(word.value, word.width) if sign else word.value
            return Phrase(str(value), _ATOM if value >= 0 else _UNARY, int_for(value, value))
        said, width = self.say(word), word.width
        kind = said.type
        if not isinstance(kind, Int):
            said = Phrase(f"cat({said.text})", _ATOM, Int(width))
            kind = Int(width)
        if sign:
            if kind.signed:
                return said if kind.width <= width else _trunc(said, width)
            if kind.width < width:
                return said
            return _trunc(Phrase(f"{said.at(_SUM)} - 0", _SUM, Int(kind.width + 1, True)), width)
        if not kind.signed:
            return said if kind.width <= width else _trunc(said, width)
        if kind.width < width:
            said = _trunc(said, width)
        return Phrase(f"{said.at(_ATOM)}[0:{width}]", _ATOM, Int(width))

    def sized(self, word: Word) -> Phrase:
        """An expression of exactly the word's width."""
        said = self.say(word)
        return said if said.type.width == word.width else _trunc(self.exact(word), word.width)

    def _named(self, word: Word) -> Phrase:
        name = self.names[word]
        if name not in self.definitions:
            self._open.add(word)
            said = self.say(word)
            if isinstance(said.type, Int) and said.type.width > word.width:
                said = _trunc(said, word.width)
            self._open.discard(word)
            self.definitions[name] = said
        return Phrase(name, _ATOM, self.definitions[name].type)

    def _function(self, name: str, argument: Word) -> Phrase:
        if name == "minus_lowest":
            x = self.exact(argument)
            text = f"{x.at(_BITAND)} & ({x.at(_SUM)} - 1)"
            return Phrase(text, _BITAND, Int(argument.width + 2, signed=True))
        x = self.exact(argument, name in ("abs", "sign"))
        kind = {
            "first_one": Int(clog2(argument.width)),
            "popcount": int_for(0, argument.width),
            "abs": Int(argument.width),
            "sign": Int(2, signed=True),
        }[name]
        return Phrase(f"{name}({x.text})", _ATOM, kind)

    def _nothing(self, word: Word) -> Phrase:
        raise Unsayable(f"the language has no expression for {word.op} of {word.width} bits")

    def _const(self, word: Word) -> Phrase:
        return Phrase(str(word.value), _ATOM, int_for(word.value, word.value))

    def _sym(self, word: Word) -> Phrase:
        return self._part(word, 0, word.width)

    def _slice(self, word: Word) -> Phrase:
        (x,) = word.args
        if x.op == "sym" and x not in self.names:
            return self._part(x, word.value, word.width)
        said = self.say(x)
        if not isinstance(said.type, Int) or said.type.width < word.value + word.width:
            said = self.sized(x)
            if not isinstance(said.type, Int):
                said = Phrase(f"cat({said.text})", _ATOM, Int(x.width))
        return _slice(said, word.value, word.width)

    def _part(self, symbol: Word, low: int, width: int) -> Phrase:
        """A stretch of a symbol's bits, by the names of its fields."""
        if symbol.value not in self.symbols:
            raise Unsayable(f"the HDL leaves {symbol.value.removeprefix('undefined ')} undefined")
        text, kind = self.symbols[symbol.value]
        while not (low == 0 and width == kind.width):
            inner = _inside(kind, low, width)
            if inner is None:
                break
            more, part, offset = inner
            text, kind, low = text + more, part, low - offset
        whole = Phrase(text, _ATOM, kind)
        if low == 0 and width == kind.width:
            return whole
        if isinstance(kind, Enum) and width == 1:
            names = [n for n, v in kind.members if v >> low & 1]
            others = [n for n, v in kind.members if not v >> low & 1]
            for op, found in (("==", names), ("!=", others)):
                if len(found) == 1:
                    return Phrase(f"{text} {op} {found[0]}", _COMPARE, BOOL)
        if not isinstance(kind, Int):
            whole = Phrase(f"cat({text})", _ATOM, Int(kind.width))
        return _slice(whole, low, width)

    def _cat(self, word: Word) -> Phrase:
        parts = ", ".join(self.sized(a).text for a in word.args)
        return Phrase(f"cat({parts})", _ATOM, Int(word.width))

    def _zext(self, word: Word) -> Phrase:
        return self.exact(word.args[0])

    def _sext(self, word: Word) -> Phrase:
        return self.exact(word.args[0], True)

    def _not(self, word: Word) -> Phrase:
        (x,) = word.args
        if word.width > 1:
            said = self.exact(x)
            said = said if said.type.width == word.width else self.sized(x)
            return Phrase(f"~{said.at(_UNARY)}", _UNARY, said.type)
        if x not in self.names and x.op in _OPPOSITES:
            return _OPPOSITES[x.op](self, x)
        said = self.truth(x)
        for op, other in ((" == ", " != "), (" != ", " == ")):
            left, found, right = said.text.partition(op)
            plain = said.level == _COMPARE and "(" not in said.text
            if plain and found and op not in right:
                return Phrase(f"{left}{other}{right}", _COMPARE, BOOL)
        return Phrase(f"not {said.at(_NOT)}", _NOT, BOOL)

    def truth(self, word: Word) -> Phrase:
        """A condition."""
        if word.op == "const":
            return Phrase(f"{word.value}", _ATOM, BOOL)
        said = self.exact(word)
        return said if said.type == BOOL else Phrase(f"{said.at(_BITOR)} == 1", _COMPARE, BOOL)

    def _connective(self, word: Word, op: str, level: int) -> Phrase:
        # `and` binds tighter than `or`; parentheses save the reader from knowing it.
        parts = [self.truth(w).at(_NOT) for w in _flat(word, word.op, self.names)]
        return Phrase(f" {op} ".join(parts), level, BOOL)

    def _bitwise(self, word: Word, op: str, level: int) -> Phrase:
        a, b = (self.exact(w) for w in word.args)
        kind = Int(max(a.type.width, b.type.width))
        return Phrase(f"{a.at(level)} {op} {b.at(level + 1)}", level, kind)

    def _and(self, word: Word) -> Phrase:
        if word.width == 1:
            return self._connective(word, "and", _AND)
        return self._bitwise(word, "&", _BITAND)

    def _or(self, word: Word) -> Phrase:
        if word.width == 1:
            return self._connective(word, "or", _OR)
        return self._bitwise(word, "|", _BITOR)

    def _xor(self, word: Word) -> Phrase:
        if word.width == 1:
            return self.bits_differ(word, "!=")
        return self._bitwise(word, "^", _XOR)

    def bits_differ(self, word: Word, op: str) -> Phrase:
        """Whether two conditions differ, or are the same."""
        a, b = (self.truth(w) for w in word.args)
        return Phrase(f"{a.at(_BITOR)} {op} {b.at(_BITOR)}", _COMPARE, BOOL)

    def _add(self, word: Word) -> Phrase:
        return self._sum(word, "+")

    def _sub(self, word: Word) -> Phrase:
        return self._sum(word, "-")

    def _sum(self, word: Word, op: str) -> Phrase:
        a, b = (self.say(w) for w in word.args)
        a, b = (_integer(p) for p in (a, b))
        sign = op == "-" or any(isinstance(p.type, Int) and p.type.signed for p in (a, b))
        kind = _together(a, b)
        return Phrase(f"{a.at(_SUM)} {op} {b.at(_PRODUCT)}", _SUM, Int(kind.width + 1, sign))

    def _neg(self, word: Word) -> Phrase:
        x = _integer(self.say(word.args[0]))
        return Phrase(f"-{x.at(_UNARY)}", _UNARY, Int(x.type.width + 1, signed=True))

    def _mul(self, word: Word) -> Phrase:
        a, b = (_integer(self.say(w)) for w in word.args)
        sign = any(isinstance(p.type, Int) and p.type.signed for p in (a, b))
        text = f"{a.at(_PRODUCT)} * {b.at(_UNARY)}"
        return Phrase(text, _PRODUCT, Int(a.type.width + b.type.width, sign))

    def _shl(self, word: Word) -> Phrase:
        x, by = self.say(word.args[0]), self.exact(word.args[1])
        x = _integer(x)
        far = mask(by.type.width)
        if x.type.width + far > 4096:
            raise Unsayable(f"a shift to the left by up to {far} bits is too wide")
        sign = isinstance(x.type, Int) and x.type.signed
        return Phrase(f"{x.at(_SHIFT)} << {by.at(_SUM)}", _SHIFT, Int(x.type.width + far, sign))

    def _shr(self, word: Word) -> Phrase:
        x, by = (self.exact(w) for w in word.args)
        return Phrase(f"{x.at(_SHIFT)} >> {by.at(_SUM)}", _SHIFT, x.type)

    def _ashr(self, word: Word) -> Phrase:
        x, by = self.exact(word.args[0], True), self.exact(word.args[1])
        return Phrase(f"{x.at(_SHIFT)} >> {by.at(_SUM)}", _SHIFT, x.type)

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
        return Phrase(f"{said.at(_BITOR)} {op} {other.at(_BITOR)}", _COMPARE, BOOL)

    def _ult(self, word: Word) -> Phrase:
        return self.order(word, "<", False)

    def _slt(self, word: Word) -> Phrase:
        return self.order(word, "<", True)

    def order(self, word: Word, op: str, sign: bool) -> Phrase:
        """How the operands of a comparison stand to each other, read with or without a sign."""
        a, b = (self.exact(w, sign) for w in word.args)
        return Phrase(f"{a.at(_BITOR)} {op} {b.at(_BITOR)}", _COMPARE, BOOL)

    def _ite(self, word: Word) -> Phrase:
        condition, *sides = word.args
        yes, no = (_integer(self.say(s)) for s in sides)
        kind = union(*(p.type for p in (yes, no) if isinstance(p.type, Int)))
        text = f"{yes.at(_OR)} if {self.truth(condition).at(_OR)} else {no.at(_IF)}"
        return Phrase(text, _IF, kind)

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
            text = f"{yes.at(_OR)} if {self.truth(condition).at(_OR)} else {no.at(_IF)}"
            return Phrase(text, _IF, kind)
        if isinstance(kind, Enum):
            return self._enumerant(word, kind)
        if isinstance(kind, Struct):
            return self._struct(word, kind)
        raise Unsayable(f"the language cannot make a value of {kind}")

    def _enumerant(self, word: Word, kind: Enum) -> Phrase:
        if word.op == "const":
            if word.value not in [value for _, value in kind.members]:
                raise Unsayable(f"{word.value} is no value of {kind}")
            return Phrase(kind.name_of(word.value), _ATOM, kind)
        text = kind.members[-1][0]
        for name, value in reversed(kind.members[:-1]):
            here = self.truth(self.words.equal(word, self.words.number(value, kind.width)))
            text = f"{name} if {here.at(_OR)} else {text}"
        return Phrase(text, _IF, kind)

    def _struct(self, word: Word, kind: Struct) -> Phrase:
        parts = {
            name: self.words.slice(word, kind.offset(name), part.width)
            for name, part in kind.fields
        }
        base, same = self._base(parts, kind)
        changed = [(n, p) for n, p in kind.fields if n not in same]
        fields = ", ".join(f"{n} = {self.typed(parts[n], p).at(_IF)}" for n, p in changed)
        if base is not None:
            return (
                Phrase(f"{base} with {fields}", 0, kind) if changed else (Phrase(base, _ATOM, kind))
            )
        return Phrase(f"{kind.name}({fields})", _ATOM, kind)

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


def _inside(kind: Type, low: int, width: int) -> tuple[str, Type, int] | None:
    """The field or element that holds a stretch of bits: how it is written, its type, its place."""
    if isinstance(kind, Struct):
        for name, part in kind.fields:
            offset = kind.offset(name)
            if offset <= low and low + width <= offset + part.width:
                return f".{name}", part, offset
    if isinstance(kind, Array):
        size = kind.element.width
        if low // size == (low + width - 1) // size:
            return f"[{low // size}]", kind.element, low // size * size
    return None


def _integer(phrase: Phrase) -> Phrase:
    if isinstance(phrase.type, Int):
        return phrase
    return Phrase(f"cat({phrase.text})", _ATOM, Int(phrase.type.width))


def _together(a: Phrase, b: Phrase) -> Int:
    kinds = [p.type for p in (a, b) if isinstance(p.type, Int)]
    sign = any(k.signed for k in kinds)
    return Int(max(k.width + (sign and not k.signed) for k in kinds), sign)


def _trunc(phrase: Phrase, width: int) -> Phrase:
    kind = phrase.type
    return Phrase(
        f"trunc({phrase.text}, {width})",
        _ATOM,
        Int(width, isinstance(kind, Int) and kind.signed),
    )


def _slice(phrase: Phrase, low: int, width: int) -> Phrase:
    if width == 1:
        return Phrase(f"{phrase.at(_ATOM)}[{low}]", _ATOM, BOOL)
    return Phrase(f"{phrase.at(_ATOM)}[{low}:{low + width}]", _ATOM, Int(width))
