"""What is undefined, taken out of where it cannot be seen.

The front end guards an undefined value by the very conditions under which it is undefined, often
several times over. Here each part is simplified by what the conditions around it already say.
"""

from __future__ import annotations

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


def settle(words: Words, root: Word) -> Word:
    """The word, equal wherever nothing undefined can be seen."""
    doubtful: dict[Word, bool] = {}
    done: dict[Word, Word] = {}
    return _settle(words, root, doubtful, done)


def _doubt(word: Word, doubtful: dict[Word, bool]) -> bool:
    for part in ordered(word, doubtful):
        doubtful[part] = undefined(part) or any(doubtful[a] for a in part.args)
    return doubtful[word]


def _settle(words: Words, word: Word, doubtful: dict[Word, bool], done: dict[Word, Word]) -> Word:
    if not _doubt(word, doubtful) or not word.args:
        return word
    if word not in done:
        args = word.args
        if word.op == "ite":
            args = (args[0], *(_given(words, args[0], n == 1, args[n]) for n in (1, 2)))
        elif word.op in ("and", "or") and word.width == 1:
            first, second = args
            second = _given(words, first, word.op == "and", second)
            args = (_given(words, second, word.op == "and", first), second)
        args = tuple(_settle(words, a, doubtful, done) for a in args)
        done[word] = words.again(word, args)
    return done[word]


def _given(words: Words, condition: Word, holds: bool, word: Word) -> Word:
    known: dict[Word, Word] = {}
    imply(words, condition, holds, known)
    return words.replace(word, known)
