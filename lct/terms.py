"""Expressions as terms of the solver, with exactly the values that `evaluate` gives them.

A value is a bit vector of its type's width. Growth is exact by construction of the types, so every
operation is: extend the operands to the width of the result, then compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwuzla import Kind

from spikewright.lct.adders import full_adders, word_width
from spikewright.lct.builder import Builder, Term
from spikewright.lct.evaluate import constant, ordered, pack
from spikewright.lct.ir import Node
from spikewright.lct.types import BOOL, Array, Int, Struct, Type

__all__ = ["Builder", "Term", "Terms"]

_LONGEST_CHAIN = 64


class Terms:
    """Expressions over one set of symbols.

    Parameters
    ----------
    builder : Builder
        Where the terms are made.
    suffix : str
        Ends the names of this copy's unknowns.
    bound : mapping of str to Term
        Symbols that stand for a given term; every other one becomes an unknown.
    """

    def __init__(
        self, builder: Builder, suffix: str = "", bound: Mapping[str, Term] | None = None
    ) -> None:
        self.builder, self.suffix = builder, suffix
        self.bound = dict(bound or {})
        self.unknowns: dict[str, tuple[Term, Type]] = {}
        # The nodes are kept with their terms: an identity lasts as long as its object.
        self._bits: dict[int, tuple[Node, Term]] = {}
        self._truth: dict[int, tuple[Node, Term]] = {}

    def symbol(self, name: str, kind: Type) -> Term:
        """The term of a symbol."""
        if name in self.bound:
            return self.bound[name]
        if name not in self.unknowns:
            self.unknowns[name] = (self.builder.unknown(name + self.suffix, kind.width), kind)
        return self.unknowns[name][0]

    def bits(self, node: Node) -> Term:
        """The value of `node`, a bit vector of its type's width."""
        self._prepare(node)
        if id(node) not in self._bits:
            self._bits[id(node)] = node, self.builder.bit(self._truth[id(node)][1])
        return self._bits[id(node)][1]

    def truth(self, node: Node) -> Term:
        """Whether `node`, of one bit, is 1."""
        self._prepare(node)
        if id(node) not in self._truth:
            self._truth[id(node)] = node, self.builder.truth(self._bits[id(node)][1])
        return self._truth[id(node)][1]

    def _prepare(self, node: Node) -> None:
        """Make the terms of a node and of all below it, from below: no expression is too deep."""
        if id(node) in self._bits or id(node) in self._truth:
            return
        for part in ordered(node):
            if id(part) in self._bits or id(part) in self._truth:
                continue
            if part.op in _TRUTHS:
                self._truth[id(part)] = part, _TRUTHS[part.op](self, part)
            elif part.type == BOOL and part.op in ("ref", "if"):
                self._truth[id(part)] = part, _CHOICES[part.op](self, part)
            else:
                self._bits[id(part)] = part, _OPERATIONS[part.op](self, part)

    def extended(self, node: Node, width: int) -> Term:
        """The value of `node` in another width: the low bits, or extended by its sign."""
        signed = isinstance(node.type, Int) and node.type.signed
        return self.builder.resize(self.bits(node), width, signed)

    def together(self, *nodes: Node) -> tuple[bool, list[Term]]:
        """Values of integers in a width that holds them all, and whether that is signed."""
        kinds = [n.type for n in nodes]
        signed = any(isinstance(k, Int) and k.signed for k in kinds)
        width = max(k.width + (signed and not (isinstance(k, Int) and k.signed)) for k in kinds)
        return signed, [self.extended(n, width) for n in nodes]


def _connective(kind: Any) -> Callable[[Terms, Node], Term]:
    return lambda t, n: t.builder.term(kind, *map(t.truth, n.args))


def _comparison(unsigned: Any, signed: Any) -> Callable[[Terms, Node], Term]:
    def run(t: Terms, n: Node) -> Term:
        negative, (a, b) = t.together(*n.args)
        return t.builder.term(signed if negative else unsigned, a, b)

    return run


def _equality(t: Terms, n: Node) -> Term:
    if all(a.type == BOOL for a in n.args):
        return t.builder.equal(*map(t.truth, n.args))
    return t.builder.equal(*t.together(*n.args)[1])


def _match(t: Terms, n: Node) -> Term:
    mask, value = n.value
    width = n.args[0].type.width
    masked = t.builder.term(Kind.BV_AND, t.bits(n.args[0]), t.builder.number(mask, width))
    return t.builder.equal(masked, t.builder.number(value, width))


_TRUTHS: dict[str, Callable[[Terms, Node], Term]] = {
    "and": _connective(Kind.AND),
    "or": _connective(Kind.OR),
    "not": _connective(Kind.NOT),
    "==": _equality,
    "!=": lambda t, n: t.builder.negate(_equality(t, n)),
    "<": _comparison(Kind.BV_ULT, Kind.BV_SLT),
    "<=": _comparison(Kind.BV_ULE, Kind.BV_SLE),
    ">": _comparison(Kind.BV_UGT, Kind.BV_SGT),
    ">=": _comparison(Kind.BV_UGE, Kind.BV_SGE),
    "match": _match,
}


def _arithmetic(kind: Any) -> Callable[[Terms, Node], Term]:
    return lambda t, n: t.builder.term(kind, *(t.extended(a, n.type.width) for a in n.args))


def _left(t: Terms, n: Node) -> Term:
    width = max(n.type.width, n.args[1].type.width)
    shifted = t.builder.term(Kind.BV_SHL, *(t.extended(a, width) for a in n.args))
    return t.builder.bits(shifted, 0, n.type.width)


def _right(t: Terms, n: Node) -> Term:
    kind = n.args[0].type
    signed = isinstance(kind, Int) and kind.signed
    width = max(kind.width, n.args[1].type.width)
    operation = Kind.BV_ASHR if signed else Kind.BV_SHR
    shifted = t.builder.term(operation, *(t.extended(a, width) for a in n.args))
    return t.builder.resize(shifted, n.type.width, signed)


def _field(t: Terms, n: Node) -> Term:
    struct = n.args[0].type
    assert isinstance(struct, Struct)
    return t.builder.bits(t.bits(n.args[0]), struct.offset(n.value), n.type.width)


def _index(t: Terms, n: Node) -> Term:
    base, index = n.args
    b, width, bits = t.builder, n.type.width, t.bits(base)
    length = base.type.length if isinstance(base.type, Array) else base.type.width
    at = constant(index)
    if at is not None:
        return b.bits(bits, at * width, width)
    if length <= _LONGEST_CHAIN:
        # A place that is not there reads as 0, as in `evaluate`; a check reports it.
        result = b.number(0, width)
        chooser, places = t.bits(index), min(length, 1 << index.type.width)
        for i in range(places):
            here = b.equal(chooser, b.number(i, index.type.width))
            result = b.choose(here, b.bits(bits, i * width, width), result)
        return result
    room = max(base.type.width, index.type.width + width.bit_length())
    distance = b.term(Kind.BV_MUL, t.extended(index, room), b.number(width, room))
    return b.bits(b.term(Kind.BV_SHR, b.resize(bits, room, False), distance), 0, width)


def _slice(t: Terms, n: Node) -> Term:
    low = constant(n.args[1])
    assert low is not None
    return t.builder.bits(t.bits(n.args[0]), low, n.type.width)


def _struct(t: Terms, n: Node) -> Term:
    kind, values = n.type, n.args[n.op == "with" :]
    assert isinstance(kind, Struct)
    given = dict(zip(n.value, values, strict=True))
    return t.builder.join(
        [
            t.extended(given[name], part.width)
            if name in given
            else t.builder.bits(t.bits(n.args[0]), kind.offset(name), part.width)
            for name, part in kind.fields
        ]
    )


def _clamp(t: Terms, n: Node) -> Term:
    signed, (x, low, high) = t.together(*n.args)
    less = Kind.BV_SLT if signed else Kind.BV_ULT
    b = t.builder
    limited = b.choose(b.term(less, high, x), high, b.choose(b.term(less, x, low), low, x))
    return b.resize(limited, n.type.width, signed)


def _popcount(t: Terms, n: Node) -> Term:
    """By `full_adders`, as `hardware.popcount`."""
    b, bits, size = t.builder, n.args[0].type.width, n.type.width
    width = word_width(bits)

    def add(one: Term, two: Term, three: Term) -> tuple[Term, Term]:
        either = b.term(Kind.BV_XOR, one, two)
        both = b.term(Kind.BV_AND, one, two)
        carry = b.term(Kind.BV_OR, b.term(Kind.BV_AND, either, three), both)
        return b.term(Kind.BV_XOR, either, three), carry

    def cut(word: Term, half: int) -> list[Term]:
        return [b.bits(word, low, half) for low in (0, half)]

    padded = b.resize(t.bits(n.args[0]), -(-bits // width) * width, False)
    words = [b.bits(padded, low, width) for low in range(0, bits, width)]
    columns = full_adders(words, width, size, add, cut)
    zero = b.number(0, 1)
    first, second = ([c[k] if len(c) > k else zero for c in columns] for k in range(2))
    return b.term(Kind.BV_ADD, b.join(first), b.join(second))


def _first_one(t: Terms, n: Node) -> Term:
    b, x = t.builder, t.bits(n.args[0])
    result = b.number(0, n.type.width)
    for i in reversed(range(n.args[0].type.width)):
        result = b.choose(b.truth(b.bits(x, i, 1)), b.number(i, n.type.width), result)
    return result


def _negative(t: Terms, node: Node) -> Term:
    kind = node.type
    if not (isinstance(kind, Int) and kind.signed):
        return t.builder.false
    return t.builder.truth(t.builder.bits(t.bits(node), kind.width - 1, 1))


def _sign(t: Terms, n: Node) -> Term:
    b, x = t.builder, t.bits(n.args[0])
    zero = b.equal(x, b.number(0, n.args[0].type.width))
    nonzero = b.choose(_negative(t, n.args[0]), b.number(-1, 2), b.number(1, 2))
    return b.choose(zero, b.number(0, 2), nonzero)


def _abs(t: Terms, n: Node) -> Term:
    x = t.bits(n.args[0])
    return t.builder.choose(_negative(t, n.args[0]), t.builder.term(Kind.BV_NEG, x), x)


def _constant(t: Terms, n: Node) -> Term:
    value = constant(n)
    assert value is not None
    return t.builder.number(pack(value, n.type), n.type.width)


def _if(t: Terms, n: Node) -> Term:
    sides = (t.extended(side, n.type.width) for side in n.args[1:])
    return t.builder.choose(t.truth(n.args[0]), *sides)


_CHOICES: dict[str, Callable[[Terms, Node], Term]] = {
    "ref": lambda t, n: t.truth(n.args[0]),
    "if": lambda t, n: t.builder.choose(*map(t.truth, n.args)),
}
"""Operations on truth values that are kept as such."""

_OPERATIONS: dict[str, Callable[[Terms, Node], Term]] = {
    "const": _constant,
    "param": _constant,
    "clog2": _constant,
    "symbol": lambda t, n: t.symbol(n.value, n.type),
    "ref": lambda t, n: t.bits(n.args[0]),
    "field": _field,
    "index": _index,
    "slice": _slice,
    "with": _struct,
    "make": _struct,
    "neg": lambda t, n: t.builder.term(Kind.BV_NEG, t.extended(n.args[0], n.type.width)),
    "~": lambda t, n: t.builder.term(Kind.BV_NOT, t.bits(n.args[0])),
    "+": _arithmetic(Kind.BV_ADD),
    "-": _arithmetic(Kind.BV_SUB),
    "*": _arithmetic(Kind.BV_MUL),
    "&": _arithmetic(Kind.BV_AND),
    "|": _arithmetic(Kind.BV_OR),
    "^": _arithmetic(Kind.BV_XOR),
    "<<": _left,
    ">>": _right,
    "if": _if,
    "clamp": _clamp,
    "trunc": lambda t, n: t.extended(n.args[0], n.type.width),
    "cat": lambda t, n: t.builder.join([t.bits(p) for p in n.args]),
    "popcount": _popcount,
    "first_one": _first_one,
    "sign": _sign,
    "abs": _abs,
}
