"""Targets as rows: which conditions decide, and what each target becomes where they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from spikewright.lct.decoder.columns import Classes, Column, Test, columns_of
from spikewright.lct.decoder.conditions import Conditions
from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.settle import imply
from spikewright.lct.decoder.word import Word, ordered
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
        self.conditions = Conditions(words, judge, types)
        self.columns: dict[Word, Column] = {}

    # ---- conditions

    def learn(self, goals: Sequence[Goal]) -> None:
        """Find the columns that these targets may need, whatever is split first."""
        for goal in goals:
            for atom in self._all_atoms(goal):
                self.conditions.test(atom)
        kinds: dict[Word, Type] = {}
        for test in self.conditions.tests.values():
            kind = self.types.get(test.subject) or self.natural(test.subject)
            if kind is not None:
                kinds[test.subject] = kind
        self.columns = columns_of(self.conditions.tests, kinds)

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
        subject = self.conditions.test(atom).subject
        column = self.columns.get(subject)
        if column is not None and atom in column.tests:
            return subject
        kind = self.types.get(subject)
        if isinstance(kind, Enum):
            # The classes are the enumerants, whatever is asked of them.
            made = columns_of({atom: self.conditions.test(atom)}, {subject: kind})[subject]
            have = column.tests if column is not None else {}
            self.columns[subject] = replace(made, tests={**have, **made.tests})
            return subject
        self.conditions.tests[atom] = Test(atom, ((1, 1),))
        self.columns |= columns_of({atom: self.conditions.tests[atom]}, {})
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
