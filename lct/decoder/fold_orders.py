"""Simplification of comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spikewright.lct.decoder.word import Word, is_ones, is_zero, mask, signed

if TYPE_CHECKING:
    from spikewright.lct.decoder.words import Words

__all__ = ["below", "equality", "signed_below"]

_MOST_SELECTS = 512


def equality(b: Words, args: tuple[Word, ...], _: int, __: Any) -> Word | None:
    """`x == y`, simplified; None where it is simple already."""
    x, y = args
    if x is y:
        return b.true
    if x.width == 1:
        return (
            b.invert(b.make("xor", (x, y), 1))
            if y.op != "const"
            else (x if y.value else b.invert(x))
        )
    if x.op == "not" and y.op in ("const", "not"):
        return b.equal(x.args[0], b.invert(y))
    if y.op == "const":
        return _eq_const(b, x, y)
    if x.op == y.op and x.op in ("zext", "sext") and x.args[0].width == y.args[0].width:
        return b.equal(x.args[0], y.args[0])
    return None


def _eq_const(b: Words, x: Word, y: Word) -> Word | None:
    value, width = y.value, x.width
    if x.op in ("zext", "sext"):
        inner = x.args[0]
        low = b.number(value, inner.width)
        return b.equal(inner, low) if b.make(x.op, (low,), width) is y else b.false
    if x.op == "cat":
        result, at = b.true, 0
        for part in x.args:
            result = b.all([result, b.equal(part, b.number(value >> at, part.width))])
            at += part.width
        return result
    if x.op == "ite":
        yes, no = (b.equal(a, y) for a in x.args[1:])
        if "const" in (yes.op, no.op):
            return b.choose(x.args[0], yes, no)
    if x.op in ("add", "sub") and x.args[1].op == "const":
        back = -x.args[1].value if x.op == "add" else x.args[1].value
        return b.equal(x.args[0], b.number(value + back, width))
    if x.op == "sub" and value == 0:
        return b.equal(x.args[0], x.args[1])
    if x.op == "and" and value == 0:
        return _at_most_one(b, x)
    if x.op == "or" and value == 0:
        return b.all([b.equal(a, y) for a in x.args])
    if x.op == "xor" and value == 0:
        return b.equal(x.args[0], x.args[1])
    return None


def _at_most_one(b: Words, x: Word) -> Word | None:
    """`x & (x - 1) == 0` of single conditions: how an exclusive multiplexer guards itself."""
    for y, less in (x.args, x.args[::-1]):
        if less.op == "sub" and less.args[0] is y and less.args[1].op == "const":
            parts = y.args[0].args if y.op == "zext" else y.args
            if less.args[1].value == 1 and y.op in ("cat", "zext") and parts:
                bits = [p for p in parts if p.op != "const"]
                if all(p.width == 1 for p in bits) and len(bits) <= _MOST_SELECTS:
                    pairs = [b.all([p, q]) for i, p in enumerate(bits) for q in bits[:i]]
                    return b.negate(b.any(pairs))
    return None


def below(b: Words, args: tuple[Word, ...], _: int, __: Any) -> Word | None:
    """`x < y` without signs, simplified; None where it is simple already."""
    x, y = args
    width = x.width
    if x is y or is_zero(y) or is_ones(x):
        return b.false
    if x.op == "const":
        return b.invert(b.make("ult", (y, b.number(x.value + 1, width)), 1))
    if y.op == "const":
        if y.value == 1:
            return b.equal(x, b.number(0, width))
        if y.value == mask(width):
            return b.invert(b.equal(x, y))
        if x.op == "zext":
            inner = x.args[0]
            if y.value > mask(inner.width):
                return b.true
            return b.make("ult", (inner, b.number(y.value, inner.width)), 1)
        if y.value & (y.value - 1) == 0:
            # Below a power of two: the bits above are zero.
            at = y.value.bit_length() - 1
            return (
                b.equal(b.slice(x, at, width - at), b.number(0, width - at))
                if (x.op == "cat")
                else None
            )
    if x.op == y.op == "zext" and x.args[0].width == y.args[0].width:
        return b.make("ult", (x.args[0], y.args[0]), 1)
    return None


def signed_below(b: Words, args: tuple[Word, ...], _: int, __: Any) -> Word | None:
    """`x < y` with signs, simplified; None where it is simple already."""
    x, y = args
    width = x.width
    low, high = 1 << (width - 1), mask(width - 1)
    if x is y or (y.op == "const" and y.value == low) or (x.op == "const" and x.value == high):
        return b.false
    if x.op == "const":
        return b.invert(b.make("slt", (y, b.number(x.value + 1, width)), 1))
    if x.op == "zext" and y.op == "zext":
        return b.make("ult", (x, y), 1)
    if x.op == "zext" and y.op == "const":
        return b.false if y.value >= low else b.make("ult", (x, y), 1)
    if x.op == "sext" and y.op == "const":
        inner = x.args[0]
        if b.make("sext", (b.number(y.value, inner.width),), width) is y:
            return b.make("slt", (inner, b.number(y.value, inner.width)), 1)
        return b.true if signed(y.value, width) > 0 else b.false
    if x.op == y.op == "sext" and x.args[0].width == y.args[0].width:
        return b.make("slt", (x.args[0], y.args[0]), 1)
    if x.op == "sub" and is_zero(y):
        return _difference(b, x)
    return None


def _difference(b: Words, x: Word) -> Word | None:
    """Whether a difference without overflow is negative."""
    p, q = x.args
    if p.op == q.op == "zext" and max(p.args[0].width, q.args[0].width) < x.width:
        return b.make("ult", (p, q), 1)
    if p.op == q.op == "sext" and max(p.args[0].width, q.args[0].width) < x.width:
        return b.make("slt", (p, q), 1)
    return None
