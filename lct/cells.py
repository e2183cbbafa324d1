"""Condition cells and target cells: what one cell of a logic table says."""

from __future__ import annotations

from collections.abc import Callable

from spikewright.lct.diagnostics import Span
from spikewright.lct.evaluate import constant
from spikewright.lct.expression import (
    COMPARISONS,
    Ast,
    Parser,
    SyntaxFault,
    check_depth,
    parse_expression,
)
from spikewright.lct.ir import ANY, HOLD, Node, Symbol
from spikewright.lct.scope import Scope, TypeFault
from spikewright.lct.types import BOOL, Int

__all__ = ["condition_cell", "target_cell"]


def condition_cell(
    text: str, column: Node, scope: Scope, span: Callable[[Ast], Span]
) -> Node | None:
    """The condition that a cell puts on its column, None for ``-``.

    Raises
    ------
    SyntaxFault, TypeFault
        The cell does not parse or does not fit its column.
    """
    if text == "-":
        return None
    if not text:
        raise SyntaxFault("a condition cell is not empty: `-` means any", 0)
    parser = Parser(text)
    node = _pattern(parser, column, scope, span)
    parser.end()
    return node


def _pattern(parser: Parser, column: Node, scope: Scope, span: Callable[[Ast], Span]) -> Node:
    start = parser.token.start

    def built(op: str, args: tuple[Node, ...], value: object = None) -> Node:
        whole = Ast("cell", "", (), start, parser.tokens[max(parser.at - 1, 0)].end)
        return Node(op, args, BOOL, value, span(whole))

    if parser.take("not"):
        return built("not", (_pattern(parser, column, scope, span),))
    if parser.take("{"):
        choices = [_pattern(parser, column, scope, span)]
        while parser.take(","):
            choices.append(_pattern(parser, column, scope, span))
        parser.expect("}")
        result = choices[0]
        for choice in choices[1:]:
            result = built("or", (result, choice))
        return result
    operator = parser.take(*COMPARISONS)
    if operator:
        return built(operator.text, (column, _operand(parser, column, scope, span, True)))
    token = parser.token
    if token.kind == "number" and token.text[:2] == "0b" and "x" in token.text[2:].lower():
        parser.at += 1
        return _bits(token.text, token.start, column, built)
    low = _operand(parser, column, scope, span, False)
    if parser.take(".."):
        high = _operand(parser, column, scope, span, True)
        return built("and", (built(">=", (column, low)), built("<=", (column, high))))
    value = constant(low)
    if column.type == BOOL and value is not None:
        return column if value else built("not", (column,))
    return built("==", (column, low))


def _operand(
    parser: Parser, column: Node, scope: Scope, span: Callable[[Ast], Span], ordered: bool
) -> Node:
    ast = parser.binary(0) if ordered or isinstance(column.type, Int) else parser.expression()
    check_depth(ast)
    node = scope.node(ast, span, column.type)
    both = isinstance(node.type, Int) and isinstance(column.type, Int)
    if ordered and not both and node.type == column.type:
        raise TypeFault("type", f"values of {column.type} have no order", ast)
    if not both and node.type != column.type:
        message = f"a column of type {column.type} is not compared with {node.type}"
        raise TypeFault("type", message, ast)
    value = constant(node)
    if value is not None and isinstance(column.type, Int) and not ordered:
        if column.type.low <= value <= column.type.high:
            return node
        raise TypeFault("width", f"{value} is not a value of {column.type}", ast)
    return node


def _bits(
    text: str, start: int, column: Node, built: Callable[[str, tuple[Node, ...], object], Node]
) -> Node:
    digits = text[2:].replace("_", "").lower()
    at = Ast("number", text, (), start, start + len(text))
    if not isinstance(column.type, Int):
        raise TypeFault("type", f"bits are not compared with {column.type}", at)
    if len(digits) != column.type.width:
        message = f"a pattern for {column.type} has {column.type.width} bits, not {len(digits)}"
        raise TypeFault("width", message, at)
    mask = int("".join("0" if d == "x" else "1" for d in digits), 2)
    value = int(digits.replace("x", "0"), 2)
    return built("match", (column,), (mask, value))


def target_cell(text: str, symbol: Symbol, scope: Scope, span: Callable[[Ast], Span]) -> Node | str:
    """What a cell gives its target: a node, `HOLD` or `ANY`.

    Raises
    ------
    SyntaxFault, TypeFault
        The cell does not parse or does not fit its target.
    """
    if text == "*":
        return ANY
    whole = Ast("cell", "", (), 0, max(1, len(text)))
    if text == "hold":
        if symbol.role != "register":
            raise TypeFault("type", f"only registers hold, and {symbol.name} is none", whole)
        return HOLD
    if not text:
        raise SyntaxFault("a target cell is not empty: `*` means any value", 0)
    ast = parse_expression(text)
    node = scope.node(ast, span, symbol.type)
    integers = isinstance(node.type, Int) and isinstance(symbol.type, Int)
    if not integers and node.type != symbol.type:
        raise TypeFault("type", f"{symbol.name} has type {symbol.type}, not {node.type}", ast)
    return node
