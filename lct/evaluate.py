"""Values of expressions in exact Python integers: the software face of a table.

A struct or array is the integer of its packed bits; signed integers are Python's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spikewright.lct.ir import Node
from spikewright.lct.types import Array, Int, Struct, Type, clog2

__all__ = ["constant", "evaluate", "pack", "unpack"]


def unpack(bits: int, kind: Type) -> int:
    """The value of packed `bits`: sign-extended for a signed integer."""
    bits &= (1 << kind.width) - 1
    if isinstance(kind, Int) and kind.signed and bits >> (kind.width - 1):
        return bits - (1 << kind.width)
    return bits


def pack(value: int, kind: Type) -> int:
    """The bits of a value."""
    return value & ((1 << kind.width) - 1)


def _insert(bits: int, offset: int, value: int, kind: Type) -> int:
    mask = ((1 << kind.width) - 1) << offset
    return (bits & ~mask) | (pack(value, kind) << offset)


def _struct_insert(
    node: Node, bits: int, values: tuple[Node, ...], run: Callable[[Node], int]
) -> int:
    assert isinstance(node.type, Struct)
    for name, value in zip(node.value, values, strict=True):
        kind = node.type.field(name)
        assert kind is not None
        bits = _insert(bits, node.type.offset(name), run(value), kind)
    return bits


def _index(node: Node, run: Callable[[Node], int]) -> int:
    base, index = node.args
    at = run(index)
    width = node.type.width
    if isinstance(base.type, Array):
        return unpack(run(base) >> (at * width), node.type)
    return (pack(run(base), base.type) >> at) & 1


def _cat(node: Node, run: Callable[[Node], int]) -> int:
    result, at = 0, 0
    for part in node.args:
        result |= pack(run(part), part.type) << at
        at += part.type.width
    return result


_BINARY: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "and": lambda a, b: int(bool(a) and bool(b)),
    "or": lambda a, b: int(bool(a) or bool(b)),
}


def evaluate(node: Node, values: Mapping[str, int]) -> int:
    """Value of `node` where symbols have these `values`.

    Raises
    ------
    KeyError
        A symbol has no value.
    """

    def run(n: Node) -> int:
        op, args = n.op, n.args
        if op in _BINARY:
            return _BINARY[op](run(args[0]), run(args[1]))
        match op:
            case "const":
                return int(n.value)
            case "param":
                return int(n.value[1])
            case "symbol":
                return values[n.value]
            case "ref":
                return run(args[0])
            case "field":
                base = args[0].type
                assert isinstance(base, Struct)
                return unpack(run(args[0]) >> base.offset(n.value), n.type)
            case "index":
                return _index(n, run)
            case "slice":
                bits = pack(run(args[0]), args[0].type) >> run(args[1])
                return unpack(bits, n.type)
            case "with":
                return _struct_insert(n, run(args[0]), args[1:], run)
            case "make":
                return _struct_insert(n, 0, args, run)
            case "neg":
                return -run(args[0])
            case "~":
                return unpack(~run(args[0]), n.type)
            case "not":
                return int(not run(args[0]))
            case "if":
                return run(args[1]) if run(args[0]) else run(args[2])
            case "match":
                return int((pack(run(args[0]), args[0].type) & n.value[0]) == n.value[1])
            case "clamp":
                return min(max(run(args[0]), run(args[1])), run(args[2]))
            case "trunc":
                return unpack(run(args[0]), n.type)
            case "cat":
                return _cat(n, run)
            case "popcount":
                return pack(run(args[0]), args[0].type).bit_count()
            case "first_one":
                bits = pack(run(args[0]), args[0].type)
                return (bits & -bits).bit_length() - 1 if bits else 0
            case "sign":
                x = run(args[0])
                return (x > 0) - (x < 0)
            case "abs":
                return abs(run(args[0]))
            case "clog2":
                return clog2(run(args[0]))
        raise AssertionError(f"operation {op} has no value")

    return run(node)


def constant(node: Node) -> int | None:
    """The value of an expression without symbols, None if it has any."""
    try:
        return evaluate(node, {})
    except KeyError:
        return None
