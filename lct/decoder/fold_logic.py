"""Simplification of bit by bit operations and of choices."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from spikewright.lct.decoder.word import Word, is_ones, is_zero, mask

if TYPE_CHECKING:
    from spikewright.lct.decoder.words import Words

__all__ = ["choice", "conjunction", "difference", "disjunction", "negation"]


def negation(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`not x`, simplified; None where it is simple already."""
    (x,) = args
    if x.op == "not":
        return x.args[0]
    if x.op == "ite":
        return b.make("ite", (x.args[0], *(b.invert(a) for a in x.args[1:])), width)
    if x.op == "cat":
        return b.cat(tuple(b.invert(a) for a in x.args))
    return None


def conjunction(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`x & y`, simplified; None where it is simple already."""
    for x, y in (args, args[::-1]):
        if is_zero(x) or x is y:
            return x
        if is_ones(x):
            return y
        if b.invert(x) is y:
            return b.number(0, width)
        masked = _masked(b, x, y, width)
        if masked is not None:
            return masked
        # x & (x | z) and x & (~x | z)
        if y.op == "or":
            if x in y.args:
                return x
            if b.invert(x) in y.args:
                return b.make("and", (x, y.args[y.args[0] is b.invert(x)]), width)
        if y.op == "and" and (x in y.args or b.invert(x) in y.args):
            return y if x in y.args else b.number(0, width)
        if _exclude(x, y.args[0] if y.op == "not" else y):
            return x if y.op == "not" else b.false
    return _bitwise(b, "and", args, width)


def _exclude(x: Word, y: Word) -> bool:
    """Whether two conditions compare one word with different constants."""
    same = x.op == y.op == "eq" and x.args[0] is y.args[0] and x is not y
    return same and x.args[1].op == y.args[1].op == "const"


def disjunction(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`x | y`, simplified; None where it is simple already."""
    for x, y in (args, args[::-1]):
        if is_ones(x) or x is y:
            return x
        if is_zero(x):
            return y
        if b.invert(x) is y:
            return b.number(-1, width)
        if y.op == "and":
            if x in y.args:
                return x
            if b.invert(x) in y.args:
                return b.make("or", (x, y.args[y.args[0] is b.invert(x)]), width)
        if y.op == "or" and (x in y.args or b.invert(x) in y.args):
            return y if x in y.args else b.number(-1, width)
    if width == 1:
        return None
    return _bitwise(b, "or", args, width)


def _masked(b: Words, x: Word, y: Word, width: int) -> Word | None:
    """What is left of `y` under a mask that is all ones or all zeros by a condition."""
    if width > 1 and x.op == "ite" and x.args[1].op == x.args[2].op == "const":
        yes, no = x.args[1:]
        if {yes.value, no.value} == {0, mask(width)}:
            zero = b.number(0, width)
            sides = (y, zero) if yes.value else (zero, y)
            return b.make("ite", (x.args[0], *sides), width)
    return None


def _bitwise(b: Words, op: str, args: tuple[Word, ...], width: int) -> Word | None:
    """Part by part where a side is made of parts with constants among them."""
    for x, y in (args, args[::-1]):
        if x.op == "const" and width > 1 and (y.op != op or y.args[1].op != "const"):
            parts, at = [], 0
            runs = _runs(x.value, width)
            if len(runs) > 4:
                return None
            for bit, size in runs:
                part = b.slice(y, at, size)
                keeps = bit == (op == "and")
                parts.append(part if keeps else b.number(-bit, size))
                at += size
            return b.cat(tuple(parts))
        if x.op in ("cat", "zext") and y.op in ("cat", "zext"):
            cuts = sorted({0, width, *_ends(x), *_ends(y)})
            pieces = [(low, high - low) for low, high in pairwise(cuts)]
            return b.cat(tuple(b.make(op, (b.slice(x, *p), b.slice(y, *p)), p[1]) for p in pieces))
    return None


def _ends(x: Word) -> list[int]:
    """Where the parts of a word end."""
    return list(accumulate(a.width for a in x.args))


def _runs(value: int, width: int) -> list[tuple[int, int]]:
    """Stretches of equal bits, lowest first: the bit and how many."""
    runs: list[tuple[int, int]] = []
    for i in range(width):
        bit = value >> i & 1
        if runs and runs[-1][0] == bit:
            runs[-1] = bit, runs[-1][1] + 1
        else:
            runs.append((bit, 1))
    return runs


def difference(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`x ^ y`, simplified; None where it is simple already."""
    for x, y in (args, args[::-1]):
        if x is y:
            return b.number(0, width)
        if is_zero(x):
            return y
        if is_ones(x):
            return b.invert(y)
        if x.op == "not":
            return b.invert(b.make("xor", (x.args[0], y), width))
    return None


def choice(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`x if c else y`, simplified; None where it is simple already."""
    c, x, y = args
    if c.op == "const":
        return x if c.value else y
    if x is y:
        return x
    if c.op == "not":
        return b.make("ite", (c.args[0], y, x), width)
    if width == 1:
        return _bit_choice(b, c, x, y)
    if x.op == "ite" and x.args[0] is c:
        return b.make("ite", (c, x.args[1], y), width)
    if y.op == "ite" and y.args[0] is c:
        return b.make("ite", (c, x, y.args[2]), width)
    if y.op == "ite" and y.args[1] is x:
        return b.make("ite", (b.any([c, y.args[0]]), x, y.args[2]), width)
    if x.op == "ite" and x.args[2] is y:
        return b.make("ite", (b.all([c, x.args[0]]), x.args[1], y), width)
    return None


def _bit_choice(b: Words, c: Word, x: Word, y: Word) -> Word | None:
    if x.op == "const":
        return b.any([c, y]) if x.value else b.all([b.invert(c), y])
    if y.op == "const":
        return b.any([b.invert(c), x]) if y.value else b.all([c, x])
    if x is c:
        return b.any([c, y])
    if y is c:
        return b.all([c, x])
    if b.invert(x) is y:
        return b.invert(b.make("xor", (c, x), 1))
    return None
