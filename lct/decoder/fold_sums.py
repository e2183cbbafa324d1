"""Simplification of sums, differences and products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spikewright.lct.decoder.word import Word, is_zero

if TYPE_CHECKING:
    from spikewright.lct.decoder.words import Words

__all__ = ["addition", "opposite", "product", "subtraction"]


def addition(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`x + y`, simplified; None where it is simple already."""
    x, y = args
    if x.op == "const":
        x, y = y, x
    if is_zero(y):
        return x
    if y.op == "neg":
        return b.make("sub", (x, y.args[0]), width)
    if y.op == "const" and x.op in ("add", "sub") and x.args[1].op == "const":
        have = x.args[1].value if x.op == "add" else -x.args[1].value
        return b.make("add", (x.args[0], b.number(have + y.value, width)), width)
    if x is not args[0]:
        return b.make("add", (x, y), width)
    if y.op == "const" and y.value > 1 << (width - 1):
        return b.make("sub", (x, b.number(-y.value, width)), width)
    return None


def subtraction(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`x - y`, simplified; None where it is simple already."""
    x, y = args
    if x is y:
        return b.number(0, width)
    if is_zero(y):
        return x
    if is_zero(x):
        return b.make("neg", (y,), width)
    if y.op == "neg":
        return b.make("add", (x, y.args[0]), width)
    if y.op == "const" and y.value >= 1 << (width - 1) and width > 1:
        return b.make("add", (x, b.number(-y.value, width)), width)
    if y.op == "const" and x.op in ("add", "sub") and x.args[1].op == "const":
        return b.make("add", (x, b.number(-y.value, width)), width)
    return None


def opposite(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    """`-x`, simplified; None where it is simple already."""
    (x,) = args
    if x.op == "neg":
        return x.args[0]
    return b.make("sub", (x.args[1], x.args[0]), width) if x.op == "sub" else None


def product(_: Words, args: tuple[Word, ...], __: int, ___: Any) -> Word | None:
    """`x * y`, simplified; None where it is simple already."""
    for x, y in (args, args[::-1]):
        if is_zero(x):
            return x
        if x.op == "const" and x.value == 1:
            return y
    return None
