"""Condition columns: a subject, and the classes of its values that the HDL tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spikewright.lct.decoder.word import Word, mask, signed
from spikewright.lct.decoder.words import Words
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.types import BOOL, Enum, Int, Type

__all__ = ["Classes", "Column", "Test", "columns_of"]

Classes = frozenset[int]


@dataclass(frozen=True)
class Test:
    """A condition as a set of values of a subject: inclusive ranges of packed bits."""

    subject: Word
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Column:
    """A subject and its classes.

    Attributes
    ----------
    type : Type
        Of the subject: in which order its values stand.
    classes : tuple of (int, int)
        Inclusive ranges of values, in order, of which every value is one.
    tests : mapping of Word to Classes
        In which classes each condition on the subject holds.
    """

    subject: Word
    type: Int | Enum
    classes: tuple[tuple[int, int], ...]
    tests: Mapping[Word, Classes]

    @property
    def all(self) -> Classes:
        """Every class."""
        return frozenset(range(len(self.classes)))

    def condition(self, words: Words, chosen: Classes) -> Word:
        """That the subject lies in one of these classes."""
        if chosen == self.all:
            return words.true
        for word, classes in self.tests.items():
            if classes == chosen:
                return word
            if classes == self.all - chosen:
                return words.invert(word)
        return words.any([self._within(words, *r) for r in self.ranges(chosen)])

    def _within(self, words: Words, low: int, high: int) -> Word:
        x, width = self.subject, self.subject.width
        if low == high:
            return words.equal(x, words.number(low, width))
        sign = isinstance(self.type, Int) and self.type.signed
        op = "slt" if sign else "ult"
        above = words.invert(words.make(op, (x, words.number(low, width)), 1))
        least = self.type.low if isinstance(self.type, Int) else 0
        if low == least:
            above = words.true
        top = self.type.high if isinstance(self.type, Int) else mask(width)
        if high == top:
            return above
        return words.all([above, words.make(op, (x, words.number(high + 1, width)), 1)])

    def ranges(self, chosen: Iterable[int]) -> list[tuple[int, int]]:
        """The values of some classes as ranges, neighbours joined."""
        result: list[tuple[int, int]] = []
        for k in sorted(chosen):
            low, high = self.classes[k]
            if result and result[-1][1] + 1 == low and not isinstance(self.type, Enum):
                result[-1] = result[-1][0], high
            else:
                result.append((low, high))
        return result


def columns_of(tests: Mapping[Word, Test], types: Mapping[Word, Type]) -> dict[Word, Column]:
    """The column of every subject that some conditions are about."""
    groups: dict[Word, dict[Word, Test]] = {}
    for atom, test in tests.items():
        groups.setdefault(test.subject, {})[atom] = test
    return {s: _column(s, found, types.get(s)) for s, found in groups.items()}


def _column(subject: Word, tests: Mapping[Word, Test], kind: Type | None) -> Column:
    width = subject.width
    if not isinstance(kind, (Int, Enum)) or kind.width != width:
        kind = BOOL if width == 1 else Int(width)
    if isinstance(kind, Enum):
        classes = tuple(sorted((v, v) for _, v in kind.members))
    else:
        classes = _classes(kind, [r for t in tests.values() for r in t.ranges])
    held = {}
    for atom, test in tests.items():
        held[atom] = frozenset(
            k
            for k, (low, _) in enumerate(classes)
            if any(a <= pack(low, kind) <= b for a, b in test.ranges)
        )
    return Column(subject, kind, classes, held)


def _classes(kind: Int, ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    starts = {kind.low}
    if kind.signed:
        starts.add(0)
    for low, high in ranges:
        starts.add(unpack(low, kind))
        starts.add(unpack(high + 1 & mask(kind.width), kind))
    ordered = sorted(starts)
    return tuple(
        (low, high - 1) for low, high in zip(ordered, [*ordered[1:], kind.high + 1], strict=True)
    )


def test_of(atom: Word) -> Test:
    """A condition as a test of a subject."""
    top = mask(1)
    if atom.op in ("eq", "ult", "slt") and atom.args[1].op == "const":
        x, value = atom.args[0], atom.args[1].value
        if atom.op == "eq":
            return Test(x, ((value, value),))
        if atom.op == "ult":
            return Test(x, ((0, value - 1),))
        low, limit = 1 << (x.width - 1), signed(value, x.width)
        if limit > 0:
            return Test(x, ((low, mask(x.width)), (0, value - 1)))
        return Test(x, ((low, value - 1 & mask(x.width)),))
    return Test(atom, ((1, top),))
