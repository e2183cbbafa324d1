"""Targets as rows: which conditions decide, and what each target becomes where they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from spikewright.lct.decoder.columns import Classes, Column, Test, columns_of, test_of
from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.settle import imply
from spikewright.lct.decoder.word import Word, mask, ordered
from spikewright.lct.decoder.words import Words
from spikewright.lct.types import Int, Type

__all__ = ["MOST_ROWS", "Cube", "Goal", "Rule", "Splitter", "TooLarge"]

MOST_ROWS = 200
"""Rows of one table; what would need more becomes several tables, or expressions."""

Cube = dict[Word, Classes]
"""For each subject that matters, the classes in which it lies."""


class TooLarge(Exception):
    """More rows than a table may have."""


@dataclass(frozen=True)
class Goal:
    """A target: what it becomes, its own present value if it is a register, and its form.

    A `whole` one stays an expression; of another one the choices become rows.
    """

    name: str
    word: Word
    held: Word | None
    whole: bool = False

    def as_whole(self) -> Goal:
        """The same as one expression."""
        return replace(self, whole=True)


@dataclass
class Rule:
    """A row: when, and what each target becomes."""

    cube: Cube
    values: tuple[Word, ...]


class Splitter:
    """Splits targets by the conditions that choose between their values.

    Parameters
    ----------
    types : mapping of Word to Type
        Types of words that are a signal or a part of one.
    names : mapping of Word to str
        Conditions that have a name are not taken apart.
    """

    def __init__(
        self, words: Words, judge: Judge, types: Mapping[Word, Type], names: Mapping[Word, str]
    ) -> None:
        self.words, self.judge, self.types, self.names = words, judge, types, names
        self._tests: dict[Word, Test] = {}
        self.columns: dict[Word, Column] = {}

    # ---- conditions

    def learn(self, goals: Sequence[Goal]) -> None:
        """Find the columns that these targets may need, whatever is split first."""
        for goal in goals:
            for atom in self._all_atoms(goal):
                self.test(atom)
        self.columns = columns_of(self._tests, self.types)

    def _all_atoms(self, goal: Goal) -> Iterator[Word]:
        seen: set[Word] = set()
        todo = [goal.word]
        while todo:
            word = todo.pop()
            if word in seen:
                continue
            seen.add(word)
            if word.width == 1:
                yield from self.atoms(word, word is goal.word)
            elif word.op == "ite":
                yield from self.atoms(word.args[0], False)
                todo += word.args[1:]
            elif word.op in ("or", "cat", "zext", "sext", "and", "add", "sub"):
                todo += word.args

    def atoms(self, word: Word, root: bool = False) -> list[Word]:
        """Conditions of which this one is made, in order of their appearance."""
        found: dict[Word, None] = {}
        todo, seen = [(word, root)], set[Word]()
        while todo:
            here, top = todo.pop()
            if here in seen or here.op == "const":
                continue
            seen.add(here)
            inner = here.op in ("and", "or", "not", "xor", "ite")
            if inner and (top or here.op == "not" or here not in self.names):
                todo += [(a, False) for a in reversed(here.args)]
            else:
                found[here] = None
        return list(found)

    def test(self, atom: Word) -> Test:
        """What a condition tests."""
        if atom not in self._tests:
            self._tests[atom] = self._as_threshold(atom) or test_of(atom)
        return self._tests[atom]

    def _as_threshold(self, atom: Word) -> Test | None:
        """A condition on one number that says whether it is large or small, however written."""
        if atom.op in ("sym", "eq", "ult", "slt") and not (
            atom.op in ("ult", "slt", "eq") and atom.args[1].op != "const"
        ):
            return None
        found = _only_source(atom, self.types)
        if found is None:
            return None
        x, kind = found
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

    # ---- splitting

    def rules(self, goals: Sequence[Goal], given: Sequence[Word] = ()) -> list[Rule]:
        """The rows of a table for these targets: they exclude each other, and one always holds.

        Parameters
        ----------
        given : sequence of Word
            What holds anyway.

        Raises
        ------
        TooLarge
            There are more than `MOST_ROWS`.
        """
        rules: list[Rule] = []
        self._grow(goals, tuple(g.word for g in goals), {}, list(given), rules)
        return rules

    def _grow(
        self,
        goals: Sequence[Goal],
        values: tuple[Word, ...],
        cube: Cube,
        path: list[Word],
        rules: list[Rule],
    ) -> None:
        column = self._next(goals, values)
        if column is None:
            rules.append(Rule(cube, values))
            if len(rules) > MOST_ROWS:
                raise TooLarge
            return
        groups: dict[tuple[Word, ...], set[int]] = {}
        for k in sorted(cube.get(column.subject, column.all)):
            known = self._known(column, k)
            after = tuple(self.words.replace(v, known) for v in values)
            groups.setdefault(after, set()).add(k)
        alive = []
        for after, found in groups.items():
            classes = frozenset(found)
            condition = column.condition(self.words, classes)
            if len(groups) == 1 or self.judge.possible(*path, condition):
                alive.append((after, classes, condition))
        for after, chosen, condition in alive:
            if len(alive) == 1:
                self._grow(goals, after, cube, path, rules)
            else:
                inner = {**cube, column.subject: chosen}
                self._grow(goals, after, inner, [*path, condition], rules)

    def _known(self, column: Column, k: int) -> dict[Word, Word]:
        """What becomes of conditions where a subject lies in a class."""
        known: dict[Word, Word] = {}
        for atom, classes in column.tests.items():
            imply(self.words, atom, k in classes, known)
        return known

    def _next(self, goals: Sequence[Goal], values: tuple[Word, ...]) -> Column | None:
        """The column that most targets ask for first."""
        votes: dict[Word, float] = {}
        for goal, value in zip(goals, values, strict=True):
            if goal.whole:
                continue
            for place, subject in enumerate(self._wanted(goal, value)):
                bonus = 1.0 if place == 0 else 0.5 / (place + 1)
                votes[subject] = votes.get(subject, 0.0) + bonus
        if not votes:
            return None
        best = max(votes, key=lambda s: (votes[s] + self._weight(s), -s.serial))
        return self.columns[best]

    def _weight(self, subject: Word) -> float:
        """Registers that say in which state a unit is come first."""
        kind = self.types.get(subject)
        return 2.0 if kind is not None and not isinstance(kind, Int) else 0.0

    def _wanted(self, goal: Goal, value: Word) -> list[Word]:
        """Subjects that the first choice of a value asks for."""
        condition = _choice(value)
        if condition is None:
            return []
        atoms = self.atoms(condition, root=condition is goal.word)
        subjects = dict.fromkeys(self._subject(a) for a in atoms)
        return list(subjects)

    def _subject(self, atom: Word) -> Word:
        """The column for a condition: one of its own where it appeared only now."""
        subject = self.test(atom).subject
        if subject in self.columns and atom in self.columns[subject].tests:
            return subject
        self._tests[atom] = Test(atom, ((1, 1),))
        self.columns |= columns_of({atom: self._tests[atom]}, {})
        return atom


def _choice(value: Word) -> Word | None:
    """The condition of the first choice in a value, None where it has none left."""
    if value.op == "const":
        return None
    if value.width == 1:
        inner = value.args[0] if value.op == "not" else value
        return value if inner.op in ("and", "or", "xor", "ite") else None
    if value.op == "ite":
        return value.args[0]
    if value.op == "or":
        found = [_choice(a) for a in value.args]
        return next((c for c in found if c is not None), None)
    return None


def _only_source(atom: Word, types: Mapping[Word, Type]) -> tuple[Word, Int] | None:
    """The one number of a signal that a condition reads."""
    source: Word | None = None
    kind: Type | None = None
    todo, seen = [atom], set[Word]()
    while todo:
        word = todo.pop()
        if word in seen:
            continue
        seen.add(word)
        if word in types and isinstance(types[word], Int):
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
    return (
        (source, kind) if source is not None and isinstance(kind, Int) and kind.width > 1 else None
    )


def _home(part: Word, types: Mapping[Word, Type]) -> tuple[Word, Type] | None:
    """The number of which a slice is a part."""
    symbol, low = part.args[0], part.value
    if isinstance(types.get(symbol), Int):
        return symbol, types[symbol]
    for word, kind in types.items():
        inside = word.op == "slice" and word.args[0] is symbol and isinstance(kind, Int)
        if inside and word.value <= low and low + part.width <= word.value + word.width:
            return word, kind
    return None
