"""Functions of the language in words that spell them out: found by values, kept by proof."""

from __future__ import annotations

from collections.abc import Iterator

from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.word import Word, ordered
from spikewright.lct.decoder.words import Words
from spikewright.lct.ir import Node
from spikewright.lct.terms import Terms
from spikewright.lct.types import Int, clog2, int_for

__all__ = ["FUNCTIONS", "recognise"]

FUNCTIONS = ("first_one", "popcount", "abs", "sign")
_LEAST = 3
"""Operations below which a word is as readable as any function."""


def recognise(words: Words, judge: Judge, roots: list[Word]) -> dict[Word, tuple[str, Word]]:
    """Words that are a function of one stretch of bits: the function's name, and the stretch."""
    supports: dict[Word, dict[Word, tuple[int, int]]] = {}
    sizes: dict[Word, int] = {}
    found: dict[Word, tuple[str, Word]] = {}
    for root in roots:
        for word in ordered(root, supports):
            supports[word] = _support(word, supports)
            sizes[word] = min(1 + sum(sizes[a] for a in word.args), 1 << 20)
    todo, seen = list(roots), set[Word]()
    while todo:
        word = todo.pop()
        if word in seen:
            continue
        seen.add(word)
        hit = None
        if sizes[word] > _LEAST and word.width > 1:
            for argument in _arguments(words, supports[word]):
                hit = hit or next(_candidates(words, judge, word, argument), None)
        if hit:
            found[word] = hit
        else:
            todo += word.args
    return found


def _support(
    word: Word, supports: dict[Word, dict[Word, tuple[int, int]]]
) -> dict[Word, tuple[int, int]]:
    """Which bits of which symbols a word reads: the lowest and one past the highest."""
    if word.op == "sym":
        return {word: (0, word.width)}
    if word.op == "slice" and word.args[0].op == "sym":
        return {word.args[0]: (word.value, word.value + word.width)}
    result: dict[Word, tuple[int, int]] = {}
    for arg in word.args:
        for symbol, (low, high) in supports[arg].items():
            have = result.get(symbol, (low, high))
            result[symbol] = min(low, have[0]), max(high, have[1])
    return result


def _arguments(words: Words, support: dict[Word, tuple[int, int]]) -> list[Word]:
    """What a function may be of: a stretch of one symbol, or what two have in common."""
    parts = [words.slice(s, low, high - low) for s, (low, high) in support.items()]
    if len(parts) == 1:
        return parts
    if len(parts) == 2 and parts[0].width == parts[1].width:
        return [words.make("and", tuple(parts), parts[0].width)]
    return []


def _candidates(
    words: Words, judge: Judge, word: Word, argument: Word
) -> Iterator[tuple[str, Word]]:
    size = argument.width
    shapes = {
        "first_one": clog2(size),
        "popcount": int_for(0, size).width,
        "abs": size,
        "sign": 2,
        "minus_lowest": size,
    }
    for name, width in shapes.items():
        wider = name == "sign" and word.width > width
        if size < 4 or (word.width != width and not wider):
            continue
        meaning = call(words, name, argument)
        if wider:
            meaning = words.make("sext", (meaning,), word.width)
        if judge.alike(word, meaning):
            yield name, argument


def call(words: Words, name: str, argument: Word) -> Word:
    """What a function of the language gives for a word, as a word."""
    if name == "minus_lowest":
        return words.make(
            "and",
            (
                argument,
                words.make("sub", (argument, words.number(1, argument.width)), argument.width),
            ),
            argument.width,
        )
    kind = Int(argument.width, signed=name in ("abs", "sign"))
    node = Node("symbol", (), kind, "argument")
    result = {
        "first_one": Int(clog2(kind.width)),
        "popcount": int_for(0, kind.width),
        "abs": Int(kind.width),
        "sign": Int(2, signed=True),
    }[name]
    made: Word = Terms(words, bound={"argument": argument}).bits(Node(name, (node,), result))
    return made
