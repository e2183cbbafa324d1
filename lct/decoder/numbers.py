"""The value of a word where its symbols have values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spikewright.lct.decoder.word import Word, mask, ordered, signed

__all__ = ["evaluate", "operate"]


def _cat(w: Word, values: list[int]) -> int:
    result = at = 0
    for part, value in zip(w.args, values, strict=True):
        result |= value << at
        at += part.width
    return result


def _quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _signed_pair(w: Word, v: list[int]) -> tuple[int, int]:
    return signed(v[0], w.args[0].width), signed(v[1], w.args[1].width)


def _sdiv(w: Word, v: list[int]) -> int:
    a, b = _signed_pair(w, v)
    return _quotient(a, b) if b else (-1 if a >= 0 else 1)


def _srem(w: Word, v: list[int]) -> int:
    a, b = _signed_pair(w, v)
    return a - b * _quotient(a, b) if b else a


def _smod(w: Word, v: list[int]) -> int:
    a, b = _signed_pair(w, v)
    return a % b if b else a


_VALUES: dict[str, Callable[[Word, list[int]], int]] = {
    "slice": lambda w, v: v[0] >> w.value,
    "cat": _cat,
    "zext": lambda _, v: v[0],
    "sext": lambda w, v: signed(v[0], w.args[0].width),
    "not": lambda _, v: ~v[0],
    "and": lambda _, v: v[0] & v[1],
    "or": lambda _, v: v[0] | v[1],
    "xor": lambda _, v: v[0] ^ v[1],
    "neg": lambda _, v: -v[0],
    "add": lambda _, v: v[0] + v[1],
    "sub": lambda _, v: v[0] - v[1],
    "mul": lambda _, v: v[0] * v[1],
    "shl": lambda w, v: v[0] << v[1] if v[1] < w.width else 0,
    "shr": lambda w, v: v[0] >> min(v[1], w.width),
    "ashr": lambda w, v: signed(v[0], w.width) >> min(v[1], w.width),
    "udiv": lambda w, v: v[0] // v[1] if v[1] else mask(w.width),
    "urem": lambda _, v: v[0] % v[1] if v[1] else v[0],
    "sdiv": _sdiv,
    "srem": _srem,
    "smod": _smod,
    "eq": lambda _, v: v[0] == v[1],
    "ult": lambda _, v: v[0] < v[1],
    "slt": lambda w, v: signed(v[0], w.args[0].width) < signed(v[1], w.args[1].width),
    "ite": lambda _, v: v[1] if v[0] else v[2],
}


def operate(word: Word, values: list[int]) -> int:
    """The value of one operation from the values of its operands."""
    return int(_VALUES[word.op](word, values)) & mask(word.width)


def evaluate(word: Word, symbols: Mapping[str, int], known: dict[Word, int]) -> int:
    """The value of a word; `known` keeps the values of everything below it."""
    for part in ordered(word, known):
        if part.op == "const":
            known[part] = part.value
        elif part.op == "sym":
            known[part] = symbols[part.value] & mask(part.width)
        else:
            known[part] = operate(part, [known[a] for a in part.args])
    return known[word]
