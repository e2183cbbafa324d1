"""Typed nodes to Amaranth expressions.

Amaranth grows widths as the table language does. Bare Python numbers need care: two of them under
an operator, or one where a width or a sign matters, are no Amaranth value. So each expression is
written for what its reader needs: the sign under ``trunc``, every bit under ``~``, ``cat`` or a
slice, the value alone elsewhere.
"""

from __future__ import annotations

import re

from spikewright.lct.compile_names import Imports, fault
from spikewright.lct.compile_numbers import (
    AND,
    COMPARE,
    IF,
    LEVELS,
    LOGIC_OR,
    OPPOSITE,
    POSTFIX,
    UNARY,
    Names,
    Numbers,
    Text,
)
from spikewright.lct.evaluate import constant
from spikewright.lct.ir import Definition, Node, Unit
from spikewright.lct.types import BOOL, Array, Enum, Int, Struct

__all__ = ["BITS", "SIGN", "VALUE", "Expressions"]

# What an expression must have right: its value; also its signedness; also its width.
VALUE, SIGN, BITS = range(3)

# Constants that the table language makes as narrow as their value, as Amaranth does.
_NARROW = {"const", "param", "clog2", "and", "or", "not", *OPPOSITE, *LEVELS}


class Expressions(Numbers):
    """Writes the expressions of one unit.

    Attributes
    ----------
    exact : dict of str to int
        What the readers of each definition need, as far as they have been written.
    """

    def __init__(self, unit: Unit, names: Names, imports: Imports) -> None:
        super().__init__(unit, names, imports)
        self.exact: dict[str, int] = {}

    def is_path(self, node: Node) -> bool:
        """Whether it only says where a value is: a signal, a field, a fixed element."""
        if node.op == "field" or (node.op == "index" and self.is_static(node.args[1])):
            return self.is_path(node.args[0])
        return node.op in ("symbol", "ref") or (node.op == "const" and isinstance(node.type, Enum))

    def hardware(self, node: Node, exact: int = VALUE) -> str:
        """Amaranth source of an expression; `exact` where its width is looked at."""
        return self._render(node, exact).text

    def defined(self, definition: Definition) -> str:
        """Source of a definition, for what is known of its readers."""
        return self.hardware(definition.node, self.exact.get(definition.name, VALUE))

    def conjunction(self, nodes: list[Node]) -> str:
        """All conditions at once."""
        parts = [self._render(x) for n in nodes for x in self._flat(n, "and")]
        return self.joined(" & ", AND, *parts).text if len(parts) > 1 else parts[0].text

    def _render(self, node: Node, exact: int = VALUE) -> Text:
        if self.is_static(node) and isinstance(node.type, Int):
            if not self.is_plain(node):
                exact = BITS
            elif exact == VALUE:
                return self.constant(node)
            elif node.op in _NARROW:
                self.imports.use("amaranth.hdl", "Const")
                return Text(f"Const({self.constant(node).text})")
            elif node.op == "ref":
                return self._render(node.args[0], exact)
        if node.op in OPPOSITE or node.op in LEVELS:
            return self._binary(node, exact)
        return getattr(self, f"_op_{_METHODS.get(node.op, node.op)}")(node, exact)  # type: ignore[no-any-return]

    def _binary(self, node: Node, exact: int) -> Text:
        op, (a, b) = node.op, node.args
        if op in OPPOSITE:
            return self.joined(f" {op} ", COMPARE, self._render(a), self._render(b))
        if op in ("and", "or"):
            sign = {"and": "&", "or": "|"}[op]
            return self.joined(
                f" {sign} ", LEVELS[op], *(self._render(x) for x in self._flat(node, op))
            )
        if op == "<<" and self.is_static(b):
            return Text(f"{self._render(a, exact).at(POSTFIX)}.shift_left({self.number(b)})")
        if op == ">>" and self.is_static(b) and exact == BITS:
            return self.call("shift_right", self._render(a, BITS).text, self.number(b))
        if self.is_static(node):
            message = "a constant is made by arithmetic, comparisons and clog2"
            raise fault(self.unit, "type", message, node.span)
        if op == "&" and exact == VALUE and _drops_one(a, b):
            return self.call("drop_one", self.hardware(a))
        texts = [self._operand(x, exact) for x in (a, b)]
        return self.joined(f" {op} ", LEVELS[op], *texts)

    def _operand(self, node: Node, exact: int) -> Text:
        """Something beside a value: there a bare number has the width that the table gives it."""
        bare = node.op in _NARROW and self.is_static(node) and self.is_plain(node)
        return self._render(node, VALUE if bare else exact)

    def _flat(self, node: Node, op: str) -> list[Node]:
        if node.op != op:
            return [node]
        return self._flat(node.args[0], op) + self._flat(node.args[1], op)

    def _op_const(self, node: Node, _: int) -> Text:
        if not isinstance(node.type, Enum):
            raise fault(
                self.unit, "type", f"a constant of type {node.type} is not written here", node.span
            )
        return Text(f"{self.names.enumeration(node.type)}.{node.type.name_of(node.value)}")

    def _op_symbol(self, node: Node, _: int) -> Text:
        return Text(self.names.symbol(node.value))

    def _op_ref(self, node: Node, exact: int) -> Text:
        self.exact[node.value] = max(exact, self.exact.get(node.value, VALUE))
        return Text(self.names.definition(node.value))

    def _op_field(self, node: Node, _: int) -> Text:
        return Text(f"{self._render(node.args[0]).at(POSTFIX)}.{node.value}")

    def _op_index(self, node: Node, _: int) -> Text:
        base, index = node.args
        text = self._render(base, BITS if isinstance(base.type, Int) else VALUE)
        at = self.hardware(index)
        if isinstance(base.type, Array) or (self.is_static(index) and self.is_plain(index)):
            return Text(f"{text.at(POSTFIX)}[{at}]")
        return self.call("bit", text.text, at)

    def _op_slice(self, node: Node, _: int) -> Text:
        base, low, high = node.args
        start, end = self.constant(low).at(LOGIC_OR), self.constant(high).at(LOGIC_OR)
        start = "" if start == "0" else start
        # As formatters do: spaces around the colon unless both bounds are words.
        tight = all(re.fullmatch(r"\w*", t) for t in (start, end))
        colon = ":" if tight else " : " if start else ": "
        return Text(f"{self._render(base, BITS).at(POSTFIX)}[{start}{colon}{end}]")

    def _op_with(self, node: Node, _: int) -> Text:
        base, *values = node.args
        return self.call("replace", self.hardware(base), *self._fields(node, values))

    def _op_make(self, node: Node, _: int) -> Text:
        assert isinstance(node.type, Struct)
        return self.call(
            "build", self.names.layout(node.type), *self._fields(node, list(node.args))
        )

    def _fields(self, node: Node, values: list[Node]) -> list[str]:
        return [f"{f}={self.hardware(v)}" for f, v in zip(node.value, values, strict=True)]

    def _op_neg(self, node: Node, exact: int) -> Text:
        return Text(f"-{self._render(node.args[0], exact).at(UNARY)}", UNARY)

    def _op_complement(self, node: Node, _: int) -> Text:
        return Text(f"~{self._render(node.args[0], BITS).at(UNARY)}", UNARY)

    def _op_not(self, node: Node, _: int) -> Text:
        inner = node.args[0]
        if inner.op in OPPOSITE:
            opposite = Node(OPPOSITE[inner.op], inner.args, BOOL, span=inner.span)
            return self._binary(opposite, VALUE)
        return Text(f"~{self._render(inner, BITS).at(UNARY)}", UNARY)

    def _op_if(self, node: Node, exact: int) -> Text:
        condition, *sides = node.args
        if not isinstance(node.type, Int):
            return self.call("choose", *(self.hardware(x) for x in node.args))
        if exact == VALUE and self.is_static(condition) and self.is_plain(condition):
            # Parameters choose, and the other side costs no hardware. The result has the shape of
            # one side, not a shape for both, so it is only for readers of the value.
            yes, no = (self._render(x, SIGN if self.is_static(x) else VALUE) for x in sides)
            test = self.constant(condition)
            return Text(f"{yes.at(LOGIC_OR)} if {test.at(LOGIC_OR)} else {no.at(IF)}", IF)
        texts = (self._operand(x, exact).text for x in sides)
        return self.call("Mux", self.hardware(condition), *texts, module="amaranth.hdl")

    def _op_match(self, node: Node, _: int) -> Text:
        (inner,), (mask, value) = node.args, node.value
        bits = range(inner.type.width - 1, -1, -1)
        pattern = "".join(str(value >> b & 1) if mask >> b & 1 else "-" for b in bits)
        return Text(f'{self._render(inner, BITS).at(POSTFIX)}.matches("{pattern}")')

    def _op_clamp(self, node: Node, _: int) -> Text:
        x, low, high = node.args
        return self.call("clamp", self.hardware(x), self.number(low), self.number(high))

    def _op_trunc(self, node: Node, _: int) -> Text:
        x, bits = node.args
        return self.call("trunc", self.hardware(x, SIGN), self.number(bits))

    def _op_cat(self, node: Node, _: int) -> Text:
        return self.call("Cat", *(self.hardware(a, BITS) for a in node.args), module="amaranth.hdl")

    def _op_unary_call(self, node: Node, _: int) -> Text:
        exact = BITS if node.op == "first_one" else VALUE
        return self.call(node.op, self.hardware(node.args[0], exact))

    def _op_popcount(self, node: Node, _: int) -> Text:
        return self.call("popcount", "m", self.hardware(node.args[0], BITS))

    def _op_abs(self, node: Node, exact: int) -> Text:
        return Text(f"abs({self.hardware(node.args[0], exact)})")


def _drops_one(x: Node, other: Node) -> bool:
    """Whether the two are `x` and `x - 1`, of an unsigned signal."""
    if x.op != "symbol" or not isinstance(x.type, Int) or x.type.signed or other.op != "-":
        return False
    symbol, one = other.args
    return (symbol.op, symbol.value) == ("symbol", x.value) and constant(one) == 1


_METHODS = {
    "~": "complement",
    "first_one": "unary_call",
    "sign": "unary_call",
}
