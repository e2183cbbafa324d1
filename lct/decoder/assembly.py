"""From targets to tables: which targets stand together, and what the rows are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.recognise import recognise
from spikewright.lct.decoder.rows import Sheet, tidy, weight
from spikewright.lct.decoder.scene import Scene
from spikewright.lct.decoder.settle import settle, undefined
from spikewright.lct.decoder.speak import Speaker
from spikewright.lct.decoder.split import Goal, Splitter, TooLarge
from spikewright.lct.decoder.word import Word, ordered
from spikewright.lct.types import Array, Enum, Int, Struct, Type

__all__ = ["Assembly"]

_SHORT = 6
"""Operations and operands of a condition that is short enough to be left as one expression."""


class Assembly:
    """A design's targets, and what is needed to make tables of them.

    Parameters
    ----------
    name : callable
        Gives the words that have a name of their own, from what the targets become.
    """

    def __init__(self, scene: Scene, name: Callable[[Sequence[Word]], Mapping[Word, str]]) -> None:
        self.scene, self.words = scene, scene.words
        self.judge = Judge({n: s.type for n, s in scene.unit.symbols.items()})
        self.goals = self._goals()
        roots = [g.word for g in self.goals]
        names = name(roots)
        symbols = {n: (n, s.type) for n, s in scene.unit.symbols.items()}
        functions = recognise(self.words, self.judge, roots)
        self.speaker = Speaker(self.words, symbols, functions, names)
        self._splitter = Splitter(
            self.words, self.judge, self._types(), names, natural=self._natural
        )
        self._splitter.learn(self.goals)

    def _goals(self) -> list[Goal]:
        goals = []
        for symbol in self.scene.unit.symbols.values():
            if symbol.role == "input":
                continue
            word = settle(self.words, self.scene.value(symbol))
            if any(map(undefined, ordered(word, {}))):
                word = settle(self.words, word, self.judge)
            held = self.scene.present.get(symbol.name)
            enumerants = isinstance(symbol.type, Enum)
            goals.append(Goal(symbol.name, word, held, self._short(word), enumerants))
        return goals

    def _natural(self, word: Word) -> Type | None:
        """The type of an arithmetic expression: with a sign or without."""
        if word.op not in ("add", "sub", "mul", "neg"):
            return None
        kind = self.speaker.say(word).type
        return Int(word.width, kind.signed) if isinstance(kind, Int) else None

    def _short(self, word: Word) -> bool:
        """Whether a condition is best left as an expression."""
        parts = list(ordered(word, {}))
        return word.width == 1 and len(parts) <= _SHORT and not any(map(undefined, parts))

    def _types(self) -> dict[Word, Type]:
        """Types of all signals and of their parts."""
        found: dict[Word, Type] = {}

        def visit(symbol: Word, low: int, kind: Type) -> None:
            found[self.words.slice(symbol, low, kind.width)] = kind
            if isinstance(kind, Struct):
                for name, part in kind.fields:
                    visit(symbol, low + kind.offset(name), part)
            if isinstance(kind, Array):
                for i in range(kind.length):
                    visit(symbol, low + i * kind.element.width, kind.element)

        for name, word in self.scene.present.items():
            visit(word, 0, self.scene.unit.symbols[name].type)
        return found

    def sheets(self) -> list[Sheet]:
        """The tables of all targets: those together that share their conditions."""
        clusters: list[tuple[Goal, ...]] = [(g,) for g in self.goals]
        sheets = {c: self.sheet(c) for c in clusters}
        done: dict[tuple[Goal, ...], Sheet] = {}
        simple = tuple(g for s in sheets.values() if len(s.rules) == 1 for g in s.goals)
        alone = [c for c in clusters if len(sheets[c].rules) > 1]
        if simple:
            done[simple] = self.sheet(simple)
        tried: set[tuple[Goal, ...]] = set()
        again = True
        while again:
            again = False
            pairs = [
                (self._likeness(sheets[a], sheets[b]), i, j)
                for i, a in enumerate(alone)
                for j, b in enumerate(alone)
                if i < j
            ]
            for likeness, i, j in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
                both = alone[i] + alone[j]
                if likeness < 0.3 or both in tried:
                    continue
                tried.add(both)
                try:
                    joint = self.sheet(both)
                except TooLarge:
                    continue
                if joint.cost < sheets[alone[i]].cost + sheets[alone[j]].cost:
                    sheets[both] = joint
                    alone[i] = both
                    del alone[j]
                    again = True
                    break
        return [*(sheets[c] for c in alone), *done.values()]

    @staticmethod
    def _likeness(a: Sheet, b: Sheet) -> float:
        one, two = ({c.subject for c in s.columns} for s in (a, b))
        return len(one & two) / min(len(one), len(two)) if one and two else 0.0

    def sheet(self, goals: tuple[Goal, ...], given: Sequence[Word] = ()) -> Sheet:
        """The table of some targets, where some conditions hold.

        Raises
        ------
        TooLarge
            There would be too many rows for several targets at once.
        """
        splitter = self._splitter
        try:
            rules = splitter.rules(goals, given)
        except TooLarge:
            if len(goals) > 1:
                raise
            goals = (goals[0].as_whole(),)
            rules = splitter.rules(goals, given)
        sheet = tidy(self.words, self.judge, splitter.columns, goals, rules, base=given)
        if len(goals) == 1 and self._better_whole(goals[0], sheet):
            return self.sheet((goals[0].as_whole(),), given)
        return sheet

    @staticmethod
    def _better_whole(goal: Goal, sheet: Sheet) -> bool:
        """Whether a condition reads better as an expression than as all of these rows."""
        if goal.whole or goal.word.width > 1 or any(map(undefined, ordered(goal.word, {}))):
            return False
        return sheet.cost > 4 * weight(goal.word) + 6
