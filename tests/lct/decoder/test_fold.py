"""Simplified words keep their values: random operations against the same ones left alone."""

from __future__ import annotations

import random

import pytest

from spikewright.lct.decoder.numbers import evaluate
from spikewright.lct.decoder.word import Word
from spikewright.lct.decoder.words import Words

WIDTHS = {"a": 4, "b": 4, "c": 1, "d": 1, "e": 6}
OPERATIONS = [
    *("slice", "cat", "zext", "sext", "not", "and", "or", "xor", "add", "sub", "neg", "mul"),
    *("shl", "shr", "ashr", "eq", "ult", "slt", "ite", "ite", "and", "or", "eq"),
]
Pair = tuple[Word, Word]


def pairs(rng: random.Random) -> list[Pair]:
    """Random words, each beside itself as it is without simplification."""
    words = Words()
    plain = [words.unknown(n, w) for n, w in WIDTHS.items()]
    plain += [words.number(rng.randrange(1 << w), w) for w in (4, 1, 6)]
    pool = [(w, w) for w in plain]
    for _ in range(8):
        operation, x = rng.choice(OPERATIONS), rng.choice(pool)
        width, value = x[0].width, None
        alike = [p for p in pool if p[0].width == width]
        operands, size = [x, rng.choice(alike)], width
        match operation:
            case "slice":
                size = rng.randint(1, width)
                value, operands = rng.randint(0, width - size), [x]
            case "cat":
                operands = [x, rng.choice(pool)]
                size = width + operands[1][0].width
            case "zext" | "sext":
                operands, size = [x], width + rng.randint(1, 3)
            case "not" | "neg":
                operands = [x]
            case "eq" | "ult" | "slt":
                size = 1
            case "ite":
                operands.insert(0, rng.choice([p for p in pool if p[0].width == 1]))
        if size > 24 or (operation == "slice" and size == width):
            continue
        made = tuple(p[0] for p in operands)
        equal = operation == "eq"
        short = words.equal(*made) if equal else words.make(operation, made, size, value)
        pool.append((short, Word(operation, tuple(p[1] for p in operands), size, value, -1)))
    return pool


@pytest.mark.parametrize("seed", range(4))
def test_value_is_kept(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        pool = pairs(rng)
        for _ in range(4):
            symbols = {n: rng.randrange(1 << w) for n, w in WIDTHS.items()}
            simple: dict[Word, int] = {}
            plain: dict[Word, int] = {}
            for short, whole in pool:
                assert short.width == whole.width
                assert evaluate(short, symbols, simple) == evaluate(whole, symbols, plain), whole
