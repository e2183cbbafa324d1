"""Faults in what Amaranth assigns: constants, operators, signals, targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from spikewright.lct.ir import Symbol
from spikewright.lct.types import Int, Struct

from .mutation import Candidate, Change
from .mutation_amaranth_source import Source

__all__ = ["value_candidates"]

_BINARY: dict[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.BitAnd: ("&", ("|", "^")),
    ast.BitOr: ("|", ("&", "^")),
    ast.BitXor: ("^", ("|", "&")),
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
}
_COMPARE: dict[type[ast.cmpop], tuple[str, tuple[str, ...], str]] = {
    ast.Eq: ("==", ("!=",), ""),
    ast.NotEq: ("!=", ("==",), ""),
    ast.Lt: ("<", (">", ">="), "<="),
    ast.LtE: ("<=", (">=", ">"), "<"),
    ast.Gt: (">", ("<", "<="), ">="),
    ast.GtE: (">=", ("<=", "<"), ">"),
}


def _places(source: Source) -> Iterator[tuple[ast.expr, str, str, str]]:
    """Every expression that is read: the node, target, table, row."""
    for call, _, left, value in source.assignments():
        symbol = source.symbol(left)
        for node in _below(value):
            yield node, symbol.name if symbol else "", *source.row(call)
    for chain in source.chains():
        for branch in chain:
            if branch.guard is not None:
                for node in _below(branch.guard):
                    yield node, "", *source.row(branch.node)
    for statement in source.method.body:
        match statement:
            case ast.Assign(value=ast.Call(func=ast.Name(id="wire"), args=[_, value, *_])):
                for node in _below(value):
                    yield node, "", "", ""


def _below(root: ast.expr) -> Iterator[ast.expr]:
    return (node for node in ast.walk(root) if isinstance(node, ast.expr))


def value_candidates(source: Source) -> Iterator[Candidate]:
    """Everything that could be planted in expressions and assignments."""
    for node, *place in _places(source):
        match node:
            case ast.Constant(value=int(number)) if not isinstance(number, bool):
                yield from _constants(source, node, number, place)
            case ast.BinOp() | ast.UnaryOp(op=ast.Invert()):
                yield from _operations(source, node, place)
            case ast.Compare(ops=[operation]) if type(operation) in _COMPARE:
                yield from _compared(source, node, operation, place)
            case ast.Call(func=ast.Name(id="Mux" | "choose" as name), args=[c, yes, no]):
                test, one, two = source.of(c), source.of(yes), source.of(no)
                if one != two:
                    change = source.change(node, f"{name}({test}, {two}, {one})")
                    yield Candidate("swapped priority", "sides", (change,), *place)
            case ast.Attribute(value=ast.Name(id=enum)) if enum in source.enums:
                others = [member for member in source.enums[enum] if member != node.attr]
                for member in others:
                    change = source.change(node, f"{enum}.{member}")
                    yield Candidate("wrong constant", "enumerant", (change,), *place)
            case ast.Attribute() | ast.Name():
                yield from _signals(source, node, place)
    for call, domain, left, value in source.assignments():
        yield from _assigned(source, call, domain, left, value)


def _operations(
    source: Source, node: ast.BinOp | ast.UnaryOp, place: Sequence[str]
) -> Iterator[Candidate]:
    if isinstance(node, ast.UnaryOp):
        change = source.change(node, source.of(node.operand))
        yield Candidate("wrong operator", "not gone", (change,), *place)
    elif type(node.op) in _BINARY:
        old, news = _BINARY[type(node.op)]
        start, end = source.span(node.left)[1], source.span(node.right)[0]
        between = source.text[start:end]
        for new in news:
            change = Change(start, end, between.replace(old, new, 1))
            yield Candidate("wrong operator", "another", (change,), *place)
        if isinstance(node.op, ast.BitOr):
            for side in (node.left, node.right):
                change = source.change(node, source.of(side))
                yield Candidate("narrowed guard", "operand gone", (change,), *place)


def _constants(
    source: Source, node: ast.expr, value: int, place: Sequence[str]
) -> Iterator[Candidate]:
    for bit in {0, max(value.bit_length() - 1, 0)}:
        change = source.change(node, str(value ^ (1 << bit)))
        yield Candidate("wrong constant", "bit", (change,), *place)
    for new in (value + 1, value - 1):
        if new >= 0 and value > 1:
            yield Candidate("off by one", "constant", (source.change(node, str(new)),), *place)


def _compared(
    source: Source, node: ast.Compare, operation: ast.cmpop, place: Sequence[str]
) -> Iterator[Candidate]:
    old, news, neighbour = _COMPARE[type(operation)]
    start, end = source.span(node.left)[1], source.span(node.comparators[0])[0]
    between = source.text[start:end]
    for new in news:
        change = Change(start, end, between.replace(old, new, 1))
        yield Candidate("wrong operator", "another", (change,), *place)
    if neighbour:
        change = Change(start, end, between.replace(old, neighbour, 1))
        yield Candidate("off by one", "comparison", (change,), *place)
    start, end = source.span(node.comparators[0])
    change = Change(end, end, " - 1")
    yield Candidate("off by one", "limit", (change,), *place)


def _signals(source: Source, node: ast.expr, place: Sequence[str]) -> Iterator[Candidate]:
    text = source.of(node)
    symbol = source.symbols.get(text)
    if symbol is None:
        return
    for other, found in source.symbols.items():
        if other != text and found.role != "output" and found.type == symbol.type:
            change = source.change(node, other)
            yield Candidate("wrong signal", "another", (change,), *place)


def _assigned(
    source: Source, call: ast.Call, domain: str, left: ast.expr, value: ast.expr
) -> Iterator[Candidate]:
    """Faults at one assignment: its value as a whole, or its target."""
    symbol, place = source.symbol(left), source.row(call)
    name = symbol.name if symbol else ""
    old, target, number = source.of(value), source.of(left), isinstance(value, ast.Constant)
    if symbol and isinstance(symbol.type, Int) and symbol.type.width > 1:
        for new in ("+", "-") if domain == "sync" or not number else ():
            change = source.change(value, f"({old}) {new} 1")
            yield Candidate("off by one", "value", (change,), name, *place)
        for operator, new in (("narrower", "[:-1]"), ("no sign", "")) if not number else ():
            change = source.change(value, f"Cat({old}){new}")
            yield Candidate(
                "wrong width or sign", operator, (change,), name, *place, kind="wrong value"
            )
    if domain == "comb" and symbol and symbol.role == "output":
        for bit in source.bits()[:3]:
            change = source.change(value, f"Mux({bit}, {old}, {target})")
            yield Candidate("latch", "own value", (change,), name, *place)
    for other, found in source.symbols.items():
        same = symbol and found.role == symbol.role and found.type == symbol.type
        if same and other != target and source.symbols.get(target) is symbol:
            change = source.change(left, other)
            yield Candidate("wrong signal", "another target", (change,), name, *place)
    for field in _fields(symbol, left, source):
        change = source.change(left, field)
        yield Candidate("wrong signal", "another field", (change,), name, *place)


def _fields(symbol: Symbol | None, left: ast.expr, source: Source) -> Iterator[str]:
    """Other fields of one type, beside the one that an assignment drives."""
    if symbol is None or not isinstance(left, ast.Attribute) or not isinstance(symbol.type, Struct):
        return
    base = source.of(left.value)
    if source.symbols.get(base) is symbol:
        own = symbol.type.field(left.attr)
        for name, kind in symbol.type.fields:
            if name != left.attr and kind == own:
                yield f"{base}.{name}"
