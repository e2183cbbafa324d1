"""Simplification of one operation, from what its operands are.

Every rule keeps the value for all values of the symbols. A rule that needs to look deeper than two
levels does not belong here: what the rules miss, the solver finds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spikewright.lct.decoder.fold_logic import (
    choice,
    conjunction,
    difference,
    disjunction,
    negation,
)
from spikewright.lct.decoder.fold_orders import below, equality, signed_below
from spikewright.lct.decoder.fold_sums import addition, opposite, product, subtraction
from spikewright.lct.decoder.numbers import operate
from spikewright.lct.decoder.word import Word, is_zero

if TYPE_CHECKING:
    from spikewright.lct.decoder.words import Words

__all__ = ["fold"]


def fold(b: Words, op: str, args: tuple[Word, ...], width: int, value: Any) -> Word | None:
    """The simpler word that an operation is, None where it is as simple as it can be."""
    if args and all(a.op == "const" for a in args):
        made = Word(op, args, width, value, -1)
        return b.number(operate(made, [a.value for a in args]), width)
    rule = _RULES.get(op)
    return rule(b, args, width, value) if rule else None


def _slice(b: Words, args: tuple[Word, ...], width: int, low: int) -> Word | None:
    (x,) = args
    if x.op == "slice":
        return b.slice(x.args[0], low + x.value, width)
    if x.op == "cat":
        return _slice_of_cat(b, x, low, width)
    if x.op in ("zext", "sext"):
        return _slice_of_extension(b, x, low, width)
    if x.op in ("and", "or", "xor", "not"):
        return b.make(x.op, tuple(b.slice(a, low, width) for a in x.args), width)
    if x.op == "ite":
        return b.make("ite", (x.args[0], *(b.slice(a, low, width) for a in x.args[1:])), width)
    if x.op in ("add", "sub", "mul", "neg"):
        if low == 0:
            return b.make(x.op, tuple(b.slice(a, 0, width) for a in x.args), width)
        if low == x.width - 1 and x.op == "sub":
            return b.make("slt", (x, b.number(0, x.width)), 1)
    if x.op in ("shr", "ashr", "shl") and x.args[1].op == "const":
        by = x.args[1].value
        if x.op != "shl" and low + by + width <= x.width:
            return b.slice(x.args[0], low + by, width)
    return None


def _slice_of_extension(b: Words, x: Word, low: int, width: int) -> Word:
    inner = x.args[0]
    if low + width <= inner.width:
        return b.slice(inner, low, width)
    if low >= inner.width:
        top = b.number(0, 1) if x.op == "zext" else b.slice(inner, inner.width - 1, 1)
        return b.make("sext", (top,), width) if width > 1 else top
    return b.make(x.op, (b.slice(inner, low, inner.width - low),), width)


def _slice_of_cat(b: Words, x: Word, low: int, width: int) -> Word:
    parts, at = [], 0
    for part in x.args:
        first, last = max(low - at, 0), min(low + width - at, part.width)
        if first < last:
            parts.append(b.slice(part, first, last - first))
        at += part.width
    return b.cat(tuple(parts))


def _cat(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
    flat = [p for a in args for p in (a.args if a.op == "cat" else (a,))]
    merged: list[Word] = []
    for part in flat:
        joined = _join(b, merged[-1], part) if merged else None
        if joined is None:
            merged.append(part)
        else:
            merged[-1] = joined
    if len(merged) > 1 and merged[0].width == 1 and all(m is merged[0] for m in merged):
        return b.make("sext", (merged[0],), width)
    signs = _copies_of_sign(b, merged)
    if signs is not None:
        return b.make("sext", (signs,), width)
    if len(merged) > 1 and merged[-1].op == "const" and merged[-1].value == 0:
        return b.make("zext", (b.cat(tuple(merged[:-1])),), width)
    if merged != list(args):
        return b.cat(tuple(merged))
    return None


def _copies_of_sign(b: Words, parts: list[Word]) -> Word | None:
    """What is left without the copies of its top bit, where there are any."""
    last = len(parts)
    while last > 1 and parts[last - 1] is parts[-1] and parts[-1].width == 1:
        last -= 1
    top = parts[last - 1]
    if last < len(parts) and b.slice(top, top.width - 1, 1) is parts[-1]:
        return b.cat(tuple(parts[:last]))
    return None


def _join(b: Words, low: Word, high: Word) -> Word | None:
    """Two neighbours as one word."""
    width = low.width + high.width
    if low.op == high.op == "const":
        return b.number(low.value | high.value << low.width, width)
    sliced = low.op == high.op == "slice" and low.args == high.args
    if sliced and low.value + low.width == high.value:
        return b.slice(low.args[0], low.value, width)
    if low.op == "slice" and high.op == "slt" and high.args[0] is low.args[0]:
        x = low.args[0]
        if is_zero(high.args[1]) and low.value + low.width == x.width - 1:
            return b.slice(x, low.value, width)
    if high.op == low.op == "ite" and high.args[0] is low.args[0]:
        sides = tuple(b.cat((p, q)) for p, q in zip(low.args[1:], high.args[1:], strict=True))
        return b.make("ite", (low.args[0], *sides), width)
    return None


def _extend(signs: bool) -> Callable[..., Word | None]:
    def rule(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
        (x,) = args
        if x.width == width:
            return x
        if x.op == "zext" or (x.op == "sext" and signs):
            return b.make(x.op, x.args, width)
        if signs and x.width == 1:
            return b.make("ite", (x, b.number(-1, width), b.number(0, width)), width)
        return None

    return rule


def _shift(op: str) -> Callable[..., Word | None]:
    def rule(b: Words, args: tuple[Word, ...], width: int, _: Any) -> Word | None:
        x, by = args
        if is_zero(by) or is_zero(x):
            return x
        if by.op != "const":
            return None
        if by.value >= width and op != "ashr":
            return b.number(0, width)
        n = min(by.value, width - 1)
        if op == "shl":
            return b.cat((b.number(0, n), b.slice(x, 0, width - n)))
        part = b.slice(x, n, width - n)
        return b.make("zext" if op == "shr" else "sext", (part,), width)

    return rule


_RULES: dict[str, Callable[..., Word | None]] = {
    "slice": _slice,
    "cat": _cat,
    "zext": _extend(False),
    "sext": _extend(True),
    "not": negation,
    "and": conjunction,
    "or": disjunction,
    "xor": difference,
    "add": addition,
    "sub": subtraction,
    "neg": opposite,
    "mul": product,
    "shl": _shift("shl"),
    "shr": _shift("shr"),
    "ashr": _shift("ashr"),
    "eq": equality,
    "ult": below,
    "slt": signed_below,
    "ite": choice,
}
