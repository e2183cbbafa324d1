"""What is undefined, taken out of where it cannot be seen.

The front end guards an undefined value by the very conditions under which it is undefined, often
several times over. Here each part is simplified by what the conditions around it already say.
"""

from __future__ import annotations

from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.word import Word, ordered
from spikewright.lct.decoder.words import Words

__all__ = ["UNDEFINED", "imply", "settle", "undefined"]

UNDEFINED = "undefined "
"""How the names of what the HDL leaves open begin."""


def undefined(word: Word) -> bool:
    """Whether a word is itself something that the HDL leaves open."""
    return word.op == "sym" and word.value.startswith(UNDEFINED)


def imply(words: Words, condition: Word, holds: bool, known: dict[Word, Word]) -> None:
    """Note a condition's truth, and that of its parts that follows."""
    known[condition] = words.number(holds, 1)
    if condition.op == "not":
        imply(words, condition.args[0], not holds, known)
    elif condition.op == ("and" if holds else "or"):
        for part in condition.args:
            imply(words, part, holds, known)


def settle(words: Words, root: Word, judge: Judge | None = None) -> Word:
    """The word, equal wherever nothing undefined can be seen.

    Parameters
    ----------
    judge : Judge
        Who is asked whether a choice of something undefined can come at all; the form of the
        conditions alone decides where left out.
    """
    return _Settler(words, judge).settle(root, ())


class _Settler:
    def __init__(self, words: Words, judge: Judge | None) -> None:
        self.words, self.judge = words, judge
        self.doubtful: dict[Word, bool] = {}
        self.done: dict[tuple[Word, tuple[Word, ...]], Word] = {}

    def settle(self, word: Word, path: tuple[Word, ...]) -> Word:
        if not self._doubt(word) or not word.args:
            return word
        # Without a judge nothing depends on the path.
        key = word, path if self.judge else ()
        if key not in self.done:
            self.done[key] = self._settled(word, path)
        return self.done[key]

    def _doubt(self, word: Word) -> bool:
        for part in ordered(word, self.doubtful):
            self.doubtful[part] = undefined(part) or any(self.doubtful[a] for a in part.args)
        return self.doubtful[word]

    def _settled(self, word: Word, path: tuple[Word, ...]) -> Word:
        words = self.words
        if word.op == "ite":
            condition, yes, no = word.args
            condition = self.settle(condition, path)
            opposite = words.invert(condition)
            if self._never(path, condition, yes):
                return self.settle(no, path)
            if self._never(path, opposite, no):
                return self.settle(yes, path)
            yes = self.settle(_given(words, condition, True, yes), (*path, condition))
            no = self.settle(_given(words, condition, False, no), (*path, opposite))
            return words.choose(condition, yes, no)
        if word.op in ("and", "or") and word.width == 1:
            holds = word.op == "and"
            first, second = word.args
            if self._doubt(first) and not self._doubt(second):
                first, second = second, first
            second = _given(words, first, holds, second)
            if not self._doubt(first):
                first = _given(words, second, holds, first)
            second = self.settle(second, (*path, first if holds else words.invert(first)))
            return words.make(word.op, (self.settle(first, path), second), 1)
        return words.again(word, tuple(self.settle(a, path) for a in word.args))

    def _never(self, path: tuple[Word, ...], condition: Word, side: Word) -> bool:
        """Whether a side that is in doubt is never chosen."""
        return (
            self.judge is not None
            and self._doubt(side)
            and not any(map(self._doubt, (*path, condition)))
            and not self.judge.possible(*path, condition)
        )


def _given(words: Words, condition: Word, holds: bool, word: Word) -> Word:
    known: dict[Word, Word] = {}
    imply(words, condition, holds, known)
    return words.replace(word, known)
