"""Rows made few: equal ones merged, conditions that follow from others dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from spikewright.lct.decoder.columns import Column
from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.settle import undefined
from spikewright.lct.decoder.split import Cube, Goal, Rule
from spikewright.lct.decoder.word import Word, ordered
from spikewright.lct.decoder.words import Words

__all__ = ["ANY", "Sheet", "tidy", "weight"]

ANY = "undefined any"
"""The symbol that stands for a value which the HDL leaves open entirely."""


@dataclass
class _Row:
    cube: Cube
    values: list[frozenset[Word]]


@dataclass(frozen=True)
class Sheet:
    """The rows of one table.

    Attributes
    ----------
    rules : list of Rule
    last_is_else : bool
        Whether the last row is for whatever no other covers; its cube is empty.
    """

    goals: tuple[Goal, ...]
    columns: tuple[Column, ...]
    rules: list[Rule]
    last_is_else: bool

    @property
    def cost(self) -> float:
        """How much there is to read."""
        cells = sum(len(r.cube) for r in self.rules)
        values = sum(weight(v) for r in self.rules for v in r.values)
        return cells + values + 2 * len(self.rules) + 2 * len(self.columns) + 3


def weight(word: Word) -> float:
    """How much there is to read of a word."""
    size = sum(1 for _ in ordered(word, {}))
    return 0.5 if size == 1 else min(1 + size / 4, 20)


def tidy(
    words: Words,
    judge: Judge,
    columns: Mapping[Word, Column],
    goals: Sequence[Goal],
    rules: Sequence[Rule],
    *,
    base: Sequence[Word] = (),
) -> Sheet:
    """The table of some rows that exclude each other and together cover all that `base` allows."""
    t = _Tidier(words, judge, columns, goals, base)
    rows = [t.row(r) for r in rules]
    t.share(rows)
    rows = t.merge(rows)
    for row in rows:
        t.relax(row)
    rows = t.merge(rows)
    made = [Rule(r.cube, t.choose(r)) for r in rows]
    # Beside conditions that stand elsewhere, a row for whatever is left has no meaning.
    made, last = (made, False) if base else t.otherwise(made)
    used = [s for s in columns if any(s in r.cube for r in made)]
    order = t.order(made, used)
    return Sheet(tuple(goals), tuple(columns[s] for s in order), made, last)


def _order(held: Word | None, word: Word) -> tuple[bool, float, bool, int]:
    """Which of several values says most in few words."""
    return word is not held, weight(word), word.op != "const", word.serial


class _Tidier:
    def __init__(
        self,
        words: Words,
        judge: Judge,
        columns: Mapping[Word, Column],
        goals: Sequence[Goal],
        base: Sequence[Word],
    ) -> None:
        self.words, self.judge, self.columns, self.goals = words, judge, columns, goals
        self.base = base

    def row(self, rule: Rule) -> _Row:
        """A rule, with what is entirely undefined made one value."""
        return _Row(dict(rule.cube), [frozenset({self._defined(v)}) for v in rule.values])

    def _defined(self, value: Word) -> Word:
        parts = value.args if value.op == "cat" else (value,)
        if all(map(undefined, parts)):
            return self.words.unknown(ANY, value.width)
        return value

    def given(self, cube: Cube) -> list[Word]:
        """The conditions of a row."""
        own = [self.columns[s].condition(self.words, chosen) for s, chosen in cube.items()]
        return [*self.base, *own]

    def share(self, rows: list[_Row]) -> None:
        """For each row, find which values of other rows would do as well."""
        for k, goal in enumerate(self.goals):
            found = dict.fromkeys(next(iter(r.values[k])) for r in rows)
            if goal.held is not None:
                found[goal.held] = None
            if len(found) == 1:
                continue
            for row in rows:
                (own,) = row.values[k]
                if own.value == ANY:
                    continue
                given = self.given(row.cube)
                others = [v for v in found if v is not own and self._comparable(v, own)]
                same = [v for v in others if self.judge.same(v, own, given)]
                row.values[k] = frozenset({own, *same})

    @staticmethod
    def _comparable(a: Word, b: Word) -> bool:
        return a.value != ANY and not (a.op == b.op == "const")

    # ---- fewer rows

    def merge(self, rows: list[_Row]) -> list[_Row]:
        """Join rows that differ in one column only, as long as there are any."""
        rows = list(rows)
        again = True
        while again:
            again = False
            for i in range(len(rows)):
                for j in range(len(rows) - 1, i, -1):
                    joined = self._join(rows[i], rows[j])
                    if joined is not None:
                        rows[i] = joined
                        del rows[j]
                        again = True
        return rows

    def _join(self, a: _Row, b: _Row) -> _Row | None:
        differ = [s for s in {**a.cube, **b.cube} if a.cube.get(s) != b.cube.get(s)]
        if len(differ) > 1 or any(s not in a.cube or s not in b.cube for s in differ):
            return None
        values = [x & y for x, y in zip(a.values, b.values, strict=True)]
        if not all(values):
            return None
        cube = dict(a.cube)
        for s in differ:
            cube[s] = a.cube[s] | b.cube[s]
            if cube[s] == self.columns[s].all:
                del cube[s]
        return _Row(cube, values)

    def relax(self, row: _Row) -> None:
        """Drop conditions that follow from the others, and values that cannot be."""
        for subject in list(row.cube):
            column, chosen = self.columns[subject], row.cube[subject]
            others = self.given({s: c for s, c in row.cube.items() if s is not subject})
            opposite = self.words.invert(column.condition(self.words, chosen))
            if others and not self.judge.possible(*others, opposite):
                del row.cube[subject]

    def choose(self, row: _Row) -> tuple[Word, ...]:
        """Of the values that would do, the one that says most in few words."""
        return tuple(
            min(v, key=partial(_order, g.held)) for v, g in zip(row.values, self.goals, strict=True)
        )

    def otherwise(self, rules: list[Rule]) -> tuple[list[Rule], bool]:
        """Make the commonest result the last row, for whatever is left, where that is shorter."""
        groups: dict[tuple[Word, ...], list[Rule]] = {}
        for rule in rules:
            groups.setdefault(rule.values, []).append(rule)
        values, most = max(groups.items(), key=lambda g: sum(map(self._length, g[1])))
        if sum(map(self._length, most)) < 3 or len(groups) < 2:
            return rules, False
        rest = [r for r in rules if r.values != values]
        return [*rest, Rule({}, values)], True

    def _length(self, rule: Rule) -> int:
        """Lines that a row is worth: one with a long list of values more than one."""
        ranges = [len(self.columns[s].ranges(c)) for s, c in rule.cube.items()]
        return max([1, *(n // 2 for n in ranges)])

    def order(self, rules: list[Rule], used: list[Word]) -> list[Word]:
        """Columns: those that most rows use first."""
        counts = {s: sum(s in r.cube for r in rules) for s in used}
        first = {s: min(list(r.cube).index(s) for r in rules if s in r.cube) for s in used}
        return sorted(used, key=lambda s: (first[s], -counts[s], s.serial))
