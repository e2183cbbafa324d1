"""Words as numbers of the language.

Arithmetic of words is modular and has no sign, arithmetic of the language is exact and has one. A
`Phrase` therefore says of which type its text is; its value always equals the word's bits modulo
the word's width. `Numbers.exact` makes of that an unsigned or signed number of the word.
"""

from __future__ import annotations

from collections.abc import Mapping

from spikewright.lct.decoder.phrase import (
    ATOM,
    BITAND,
    COMPARE,
    PRODUCT,
    SHIFT,
    SUM,
    UNARY,
    Phrase,
    Unsayable,
    inside,
    integer,
    sliced,
    together,
    truncated,
)
from spikewright.lct.decoder.word import Word, mask, signed
from spikewright.lct.decoder.words import Words
from spikewright.lct.types import BOOL, Enum, Int, Type, clog2, int_for

__all__ = ["Numbers"]


class Numbers:
    """Turns words into numbers of the language.

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
            return Phrase(str(value), ATOM if value >= 0 else UNARY, int_for(value, value))
        said, width = self.say(word), word.width
        kind = said.type
        if not isinstance(kind, Int):
            said = Phrase(f"cat({said.text})", ATOM, Int(width))
            kind = Int(width)
        if sign:
            if kind.signed:
                return said if kind.width <= width else truncated(said, width)
            if kind.width < width:
                return said
            return truncated(Phrase(f"{said.at(SUM)} - 0", SUM, Int(kind.width + 1, True)), width)
        if not kind.signed:
            return said if kind.width <= width else truncated(said, width)
        if kind.width < width:
            said = truncated(said, width)
        return Phrase(f"{said.at(ATOM)}[0:{width}]", ATOM, Int(width))

    def sized(self, word: Word) -> Phrase:
        """An expression of exactly the word's width."""
        said = self.say(word)
        return said if said.type.width == word.width else truncated(self.exact(word), word.width)

    def _named(self, word: Word) -> Phrase:
        name = self.names[word]
        if name not in self.definitions:
            self._open.add(word)
            said = self.say(word)
            if isinstance(said.type, Int) and said.type.width > word.width:
                said = truncated(said, word.width)
            self._open.discard(word)
            self.definitions[name] = said
        return Phrase(name, ATOM, self.definitions[name].type)

    def _function(self, name: str, argument: Word) -> Phrase:
        if name == "minus_lowest":
            x = self.exact(argument)
            text = f"{x.at(BITAND)} & ({x.at(SUM)} - 1)"
            return Phrase(text, BITAND, Int(argument.width + 2, signed=True))
        x = self.exact(argument, name in ("abs", "sign"))
        kind = {
            "first_one": Int(clog2(argument.width)),
            "popcount": int_for(0, argument.width),
            "abs": Int(argument.width),
            "sign": Int(2, signed=True),
        }[name]
        return Phrase(f"{name}({x.text})", ATOM, kind)

    def _nothing(self, word: Word) -> Phrase:
        raise Unsayable(f"the language has no expression for {word.op} of {word.width} bits")

    def _const(self, word: Word) -> Phrase:
        return Phrase(str(word.value), ATOM, int_for(word.value, word.value))

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
                said = Phrase(f"cat({said.text})", ATOM, Int(x.width))
        return sliced(said, word.value, word.width)

    def _part(self, symbol: Word, low: int, width: int) -> Phrase:
        """A stretch of a symbol's bits, by the names of its fields."""
        if symbol.value not in self.symbols:
            raise Unsayable(f"the HDL leaves {symbol.value.removeprefix('undefined ')} undefined")
        text, kind = self.symbols[symbol.value]
        while not (low == 0 and width == kind.width):
            inner = inside(kind, low, width)
            if inner is None:
                break
            more, part, offset = inner
            text, kind, low = text + more, part, low - offset
        whole = Phrase(text, ATOM, kind)
        if low == 0 and width == kind.width:
            return whole
        if isinstance(kind, Enum) and width == 1:
            names = [n for n, v in kind.members if v >> low & 1]
            others = [n for n, v in kind.members if not v >> low & 1]
            for op, found in (("==", names), ("!=", others)):
                if len(found) == 1:
                    return Phrase(f"{text} {op} {found[0]}", COMPARE, BOOL)
        if not isinstance(kind, Int):
            whole = Phrase(f"cat({text})", ATOM, Int(kind.width))
        return sliced(whole, low, width)

    def _cat(self, word: Word) -> Phrase:
        parts = ", ".join(self.sized(a).text for a in word.args)
        return Phrase(f"cat({parts})", ATOM, Int(word.width))

    def _zext(self, word: Word) -> Phrase:
        return self.exact(word.args[0])

    def _sext(self, word: Word) -> Phrase:
        return self.exact(word.args[0], True)

    def _bitwise(self, word: Word, op: str, level: int) -> Phrase:
        a, b = (self.exact(w) for w in word.args)
        kind = Int(max(a.type.width, b.type.width))
        return Phrase(f"{a.at(level)} {op} {b.at(level + 1)}", level, kind)

    def _add(self, word: Word) -> Phrase:
        return self._sum(word, "+")

    def _sub(self, word: Word) -> Phrase:
        return self._sum(word, "-")

    def _sum(self, word: Word, op: str) -> Phrase:
        a, b = (self.say(w) for w in word.args)
        a, b = (integer(p) for p in (a, b))
        sign = op == "-" or any(isinstance(p.type, Int) and p.type.signed for p in (a, b))
        kind = together(a, b)
        return Phrase(f"{a.at(SUM)} {op} {b.at(PRODUCT)}", SUM, Int(kind.width + 1, sign))

    def _neg(self, word: Word) -> Phrase:
        x = integer(self.say(word.args[0]))
        return Phrase(f"-{x.at(UNARY)}", UNARY, Int(x.type.width + 1, signed=True))

    def _mul(self, word: Word) -> Phrase:
        a, b = (integer(self.say(w)) for w in word.args)
        sign = any(isinstance(p.type, Int) and p.type.signed for p in (a, b))
        text = f"{a.at(PRODUCT)} * {b.at(UNARY)}"
        return Phrase(text, PRODUCT, Int(a.type.width + b.type.width, sign))

    def _shl(self, word: Word) -> Phrase:
        x, by = self.say(word.args[0]), self.exact(word.args[1])
        x = integer(x)
        far = mask(by.type.width)
        if x.type.width + far > 4096:
            raise Unsayable(f"a shift to the left by up to {far} bits is too wide")
        sign = isinstance(x.type, Int) and x.type.signed
        return Phrase(f"{x.at(SHIFT)} << {by.at(SUM)}", SHIFT, Int(x.type.width + far, sign))

    def _shr(self, word: Word) -> Phrase:
        x, by = (self.exact(w) for w in word.args)
        return Phrase(f"{x.at(SHIFT)} >> {by.at(SUM)}", SHIFT, x.type)

    def _ashr(self, word: Word) -> Phrase:
        x, by = self.exact(word.args[0], True), self.exact(word.args[1])
        return Phrase(f"{x.at(SHIFT)} >> {by.at(SUM)}", SHIFT, x.type)
