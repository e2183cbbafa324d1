"""Values of expressions in exact Python integers: the software face of a table.

A struct or array is the integer of its packed bits; signed integers are Python's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

from spikewright.lct.ir import Node
from spikewright.lct.types import Array, Int, Struct, Type, clog2

__all__ = ["constant", "evaluate", "ordered", "pack", "unpack"]


def unpack(bits: int, kind: Type) -> int:
    """The value of packed `bits`: sign-extended for a signed integer."""
    bits &= (1 << kind.width) - 1
    if isinstance(kind, Int) and kind.signed and bits >> (kind.width - 1):
        return bits - (1 << kind.width)
    return bits


def pack(value: int, kind: Type) -> int:
    """The bits of a value."""
    return value & ((1 << kind.width) - 1)


def _struct(n: Node, args: list[int]) -> int:
    assert isinstance(n.type, Struct)
    bits, values = (args[0], args[1:]) if n.op == "with" else (0, args)
    for name, value in zip(n.value, values, strict=True):
        kind = n.type.field(name)
        assert kind is not None
        offset = n.type.offset(name)
        mask = ((1 << kind.width) - 1) << offset
        bits = (bits & ~mask) | (pack(value, kind) << offset)
    return bits


def _field(n: Node, args: list[int]) -> int:
    base = n.args[0].type
    assert isinstance(base, Struct)
    return unpack(args[0] >> base.offset(n.value), n.type)


def _index(n: Node, args: list[int]) -> int:
    base, at = args
    kind = n.args[0].type
    if isinstance(kind, Array):
        return unpack(base >> (at * n.type.width), n.type)
    return (pack(base, kind) >> at) & 1


def _cat(n: Node, args: list[int]) -> int:
    result, at = 0, 0
    for part, value in zip(n.args, args, strict=True):
        result |= pack(value, part.type) << at
        at += part.type.width
    return result


def _packed(n: Node, args: list[int]) -> int:
    """The bits of the first argument."""
    return pack(args[0], n.args[0].type)


def _first_one(n: Node, args: list[int]) -> int:
    bits = _packed(n, args)
    return (bits & -bits).bit_length() - 1 if bits else 0


_OPERATIONS: dict[str, Callable[[Node, list[int]], int]] = {
    "const": lambda n, _: int(n.value),
    "param": lambda n, _: int(n.value[1]),
    "ref": lambda _, a: a[0],
    "field": _field,
    "index": _index,
    "slice": lambda n, a: unpack(_packed(n, a) >> a[1], n.type),
    "with": _struct,
    "make": _struct,
    "neg": lambda _, a: -a[0],
    "~": lambda n, a: unpack(~a[0], n.type),
    "not": lambda _, a: int(not a[0]),
    "+": lambda _, a: a[0] + a[1],
    "-": lambda _, a: a[0] - a[1],
    "*": lambda _, a: a[0] * a[1],
    "&": lambda _, a: a[0] & a[1],
    "|": lambda _, a: a[0] | a[1],
    "^": lambda _, a: a[0] ^ a[1],
    "<<": lambda _, a: a[0] << a[1],
    ">>": lambda _, a: a[0] >> a[1],
    "==": lambda _, a: int(a[0] == a[1]),
    "!=": lambda _, a: int(a[0] != a[1]),
    "<": lambda _, a: int(a[0] < a[1]),
    "<=": lambda _, a: int(a[0] <= a[1]),
    ">": lambda _, a: int(a[0] > a[1]),
    ">=": lambda _, a: int(a[0] >= a[1]),
    "and": lambda _, a: int(bool(a[0]) and bool(a[1])),
    "or": lambda _, a: int(bool(a[0]) or bool(a[1])),
    "if": lambda _, a: a[1] if a[0] else a[2],
    "match": lambda n, a: int(_packed(n, a) & n.value[0] == n.value[1]),
    "clamp": lambda _, a: min(max(a[0], a[1]), a[2]),
    "trunc": lambda n, a: unpack(a[0], n.type),
    "cat": _cat,
    "popcount": lambda n, a: _packed(n, a).bit_count(),
    "first_one": _first_one,
    "sign": lambda _, a: (a[0] > 0) - (a[0] < 0),
    "abs": lambda _, a: abs(a[0]),
    "clog2": lambda _, a: clog2(a[0]),
}

_orders: WeakKeyDictionary[Node, tuple[Node, ...]] = WeakKeyDictionary()


def ordered(node: Node) -> tuple[Node, ...]:
    """The node and everything below it, each once, arguments before what needs them."""
    known = _orders.get(node)
    if known is None:
        found: dict[int, Node] = {}
        stack = [(node, False)]
        while stack:
            at, ready = stack.pop()
            if id(at) in found:
                continue
            if ready:
                found[id(at)] = at
            else:
                stack.append((at, True))
                stack.extend((arg, False) for arg in reversed(at.args))
        # Without the node itself: a value that holds its key would never be dropped.
        known = _orders[node] = tuple(found.values())[:-1]
    return (*known, node)


def evaluate(node: Node, values: Mapping[str, int]) -> int:
    """Value of `node` where symbols have these `values`.

    Raises
    ------
    KeyError
        A symbol has no value.
    """
    known: dict[int, int] = {}
    for n in ordered(node):
        if n.op == "symbol":
            known[id(n)] = values[n.value]
        else:
            known[id(n)] = _OPERATIONS[n.op](n, [known[id(a)] for a in n.args])
    return known[id(node)]


def constant(node: Node) -> int | None:
    """The value of an expression without symbols, None if it has any."""
    if any(n.op == "symbol" for n in ordered(node)):
        return None
    return evaluate(node, {})
