"""What a condition tests: a number or an enumeration, however the condition is written."""

from __future__ import annotations

from collections.abc import Mapping

from spikewright.lct.decoder.columns import Test, test_of
from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.word import Word, mask, ordered
from spikewright.lct.decoder.words import Words
from spikewright.lct.types import Enum, Int, Type

__all__ = ["Conditions"]


class Conditions:
    """Conditions as tests of subjects.

    Parameters
    ----------
    types : mapping of Word to Type
        Types of words that are a signal or a part of one.

    Attributes
    ----------
    tests : dict of Word to Test
        All that was asked for so far.
    """

    def __init__(self, words: Words, judge: Judge, types: Mapping[Word, Type]) -> None:
        self.words, self.judge, self.types = words, judge, types
        self.tests: dict[Word, Test] = {}

    def test(self, atom: Word) -> Test:
        """What a condition tests."""
        if atom not in self.tests:
            found = self._as_values(atom) or self._as_threshold(atom)
            self.tests[atom] = found or self._lifted(test_of(atom))
        return self.tests[atom]

    def _lifted(self, test: Test) -> Test:
        """A test of the upper bits of a number as one of the number."""
        part = test.subject
        if part.op != "slice" or part.width == 1:
            return test
        whole, shift = part.args[0], part.value
        if whole.op == "sym":
            home = _home(part, self.types)
            if home is None or not isinstance(home[1], Int):
                return test
            whole = home[0]
            shift -= whole.value if whole.op == "slice" else 0
        elif whole.op not in ("add", "sub", "mul"):
            return test
        if shift + part.width != whole.width:
            return test
        below = mask(shift)
        return Test(whole, tuple((a << shift, b << shift | below) for a, b in test.ranges))

    def _as_values(self, atom: Word) -> Test | None:
        """A condition on one enumeration as those of its values for which it holds."""
        found = _only_source(atom, self.types)
        if found is None or not isinstance(found[1], Enum):
            return None
        x, kind = found[0], found[1]
        truths = {v: self._at(atom, x, v) for _, v in kind.members}
        if not set(truths.values()) <= {0, 1}:
            return None
        return Test(x, tuple((v, v) for v, holds in truths.items() if holds))

    def _as_threshold(self, atom: Word) -> Test | None:
        """A condition on one number that says whether it is large or small, however written."""
        plain = atom.op in ("eq", "ult", "slt") and atom.args[1].op == "const"
        if plain or atom.op == "sym":
            return None
        found = _only_source(atom, self.types)
        if found is None or not isinstance(found[1], Int) or found[1].width < 2:
            return None
        x, kind = found[0], found[1]
        if atom.op == "slice" and not kind.signed:
            return None
        low, high = kind.low, kind.high
        first, last = self._at(atom, x, low), self._at(atom, x, high)
        if first == last:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if self._at(atom, x, middle) == first:
                low = middle
            else:
                high = middle
        op = "slt" if kind.signed else "ult"
        below = self.words.make(op, (x, self.words.number(high, x.width)), 1)
        meaning = below if first else self.words.invert(below)
        if not self.judge.alike(atom, meaning):
            return None
        start, end = (kind.low, high - 1) if first else (high, kind.high)
        cut = start < 0 <= end
        parts = [(start, -1), (0, end)] if cut else [(start, end)]
        top = mask(x.width)
        return Test(x, tuple((a & top, b & top) for a, b in parts))

    def _at(self, atom: Word, x: Word, value: int) -> int:
        known = {x: self.words.number(value, x.width)}
        for part in ordered(atom, {}):
            if part.op == "slice" and x.op == "slice" and part.args[0] is x.args[0]:
                low = part.value - x.value
                known[part] = self.words.number(value >> low, part.width)
            elif part.op == "slice" and part.args[0] is x:
                known[part] = self.words.number(value >> part.value, part.width)
        result = self.words.replace(atom, known)
        return int(result.value) if result.op == "const" else -1


def _only_source(atom: Word, types: Mapping[Word, Type]) -> tuple[Word, Type] | None:
    """The one number of a signal that a condition reads."""
    source: Word | None = None
    kind: Type | None = None
    todo, seen = [atom], set[Word]()
    while todo:
        word = todo.pop()
        if word in seen:
            continue
        seen.add(word)
        if word in types and isinstance(types[word], (Int, Enum)):
            here, its = word, types[word]
        elif word.op == "slice" and word.args[0].op == "sym":
            home = _home(word, types)
            if home is None:
                return None
            here, its = home
        elif word.op == "sym":
            return None
        else:
            todo += word.args
            continue
        if source is not None and here is not source:
            return None
        source, kind = here, its
    return (source, kind) if source is not None and kind is not None else None


def _home(part: Word, types: Mapping[Word, Type]) -> tuple[Word, Type] | None:
    """The number of which a slice is a part."""
    symbol, low = part.args[0], part.value
    if isinstance(types.get(symbol), (Int, Enum)):
        return symbol, types[symbol]
    for word, kind in types.items():
        inside = word.op == "slice" and word.args[0] is symbol and isinstance(kind, (Int, Enum))
        if inside and word.value <= low and low + part.width <= word.value + word.width:
            return word, kind
    return None
