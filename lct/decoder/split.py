"""Targets as rows: which conditions decide, and what each target becomes where they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from spikewright.lct.decoder.columns import Classes, Column, Test, columns_of, test_of
from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.settle import imply
from spikewright.lct.decoder.word import Word, mask, ordered
from spikewright.lct.decoder.words import Words
from spikewright.lct.types import Enum, Int, Type

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

    A `whole` one stays an expression; of another one the choices become rows. One of `enumerants`
    is split until each row has a constant, for bits are no enumerants.
    """

    name: str
    word: Word
    held: Word | None
    whole: bool = False
    enumerants: bool = False

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
    natural : callable
        The type that an expression has by itself.
    """

    def __init__(
        self,
        words: Words,
        judge: Judge,
        types: Mapping[Word, Type],
        names: Mapping[Word, str],
        *,
        natural: Callable[[Word], Type | None],
    ) -> None:
        self.words, self.judge, self.types, self.names = words, judge, types, names
        self.natural = natural
        self._tests: dict[Word, Test] = {}
        self.columns: dict[Word, Column] = {}

    # ---- conditions

    def learn(self, goals: Sequence[Goal]) -> None:
        """Find the columns that these targets may need, whatever is split first."""
        for goal in goals:
            for atom in self._all_atoms(goal):
                self.test(atom)
        kinds: dict[Word, Type] = {}
        for test in self._tests.values():
            kind = self.types.get(test.subject) or self.natural(test.subject)
            if kind is not None:
                kinds[test.subject] = kind
        self.columns = columns_of(self._tests, kinds)

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
            found = self._as_values(atom) or self._as_threshold(atom)
            self._tests[atom] = found or self._lifted(test_of(atom))
        return self._tests[atom]

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
        if len(alive) == 1 and alive[0][0] == values:
            # What cannot be split any further stays an expression.
            rules.append(Rule(cube, values))
            return
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
        if isinstance(column.type, Enum):
            value = column.classes[k][0]
            known[column.subject] = self.words.number(value, column.subject.width)
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
        condition = self._choice(value, goal)
        if condition is None:
            return []
        atoms = self.atoms(condition, root=condition is goal.word)
        subjects = dict.fromkeys(self._subject(a) for a in atoms)
        return list(subjects)

    def _choice(self, value: Word, goal: Goal) -> Word | None:
        """The condition that decides next what a target becomes."""
        found = _choice(value, goal.enumerants)
        if found is not None or not goal.enumerants or value.op in ("const", "sym"):
            return found
        for part in ordered(value, {}):
            kind = self.types.get(part)
            if isinstance(kind, Enum) and part is not value:
                first = self.words.number(kind.members[0][1], part.width)
                return self.words.equal(part, first)
        return None

    def _subject(self, atom: Word) -> Word:
        """The column for a condition: one of its own where it appeared only now."""
        subject = self.test(atom).subject
        column = self.columns.get(subject)
        if column is not None and atom in column.tests:
            return subject
        kind = self.types.get(subject)
        if isinstance(kind, Enum):
            # The classes are the enumerants, whatever is asked of them.
            made = columns_of({atom: self.test(atom)}, {subject: kind})[subject]
            have = column.tests if column is not None else {}
            self.columns[subject] = replace(made, tests={**have, **made.tests})
            return subject
        self._tests[atom] = Test(atom, ((1, 1),))
        self.columns |= columns_of({atom: self._tests[atom]}, {})
        return atom


def _choice(value: Word, enumerants: bool) -> Word | None:
    """The condition of the first choice in a value, None where it has none left."""
    if value.op == "const":
        return None
    if value.width == 1:
        inner = value.args[0] if value.op == "not" else value
        return value if inner.op in ("and", "or", "xor", "ite") else None
    if value.op == "ite":
        return value.args[0]
    if enumerants and value.op not in ("sym", "slice"):
        return _first_condition(value)
    if value.op == "or":
        found = [_choice(a, enumerants) for a in value.args]
        return next((c for c in found if c is not None), None)
    return None


def _first_condition(value: Word) -> Word | None:
    """Some condition that decides a bit of a value."""
    for part in value.args:
        if part.op == "const":
            continue
        found = part if part.width == 1 else _first_condition(part)
        if part.op == "ite":
            found = part.args[0]
        if found is not None:
            return found
    return None


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
