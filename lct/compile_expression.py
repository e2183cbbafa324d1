"""Typed nodes to Amaranth expressions.

Amaranth grows widths as the table language does, with one difference: arithmetic of parameters is
Python's and leaves the narrowest constant, perhaps without the sign. That matters only where more
than the value is looked at: the sign under ``trunc``, every bit under ``~``, ``cat``, a slice. So
each expression is written for what its reader needs: `VALUE`, `SIGN` or `BITS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from spikewright.lct.compile_names import Imports, fault
from spikewright.lct.ir import Definition, Node, Unit
from spikewright.lct.types import BOOL, Array, Enum, Int, Struct

__all__ = ["BITS", "SIGN", "VALUE", "Expressions", "Names", "access"]

# What an expression must have right: its value; also its signedness; also its width.
VALUE, SIGN, BITS = range(3)

_IF, _LOGIC_OR, _LOGIC_AND, _NOT, _COMPARE = range(5)
_OR, _XOR, _AND, _SHIFT, _SUM, _PRODUCT, _UNARY, _POSTFIX = range(5, 13)
_LEVELS = {
    **dict.fromkeys(("|", "or"), _OR),
    "^": _XOR,
    **dict.fromkeys(("&", "and"), _AND),
    **dict.fromkeys(("<<", ">>"), _SHIFT),
    **dict.fromkeys(("+", "-"), _SUM),
    "*": _PRODUCT,
}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
# What Python computes for whole numbers as the table language does.
_PLAIN = {"const", "param", "ref", "neg", "abs", "clog2", "clamp", "if", "and", "or", "not"}
_PLAIN |= {"+", "-", "*", "&", "|", "^", "<<", ">>", *_OPPOSITE}
_NUMBER = re.compile(r"0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*")
# Attributes that a view of a struct has itself.
_VIEW = {"as_value", "eq", "shape"}


class Text(NamedTuple):
    """Source of an expression, and how tightly its outermost operator binds."""

    text: str
    level: int = _POSTFIX

    def at(self, level: int) -> str:
        """The text as an operand of something that binds this tightly."""
        return self.text if self.level >= level else f"({self.text})"


class Names(Protocol):
    """How expressions call what they read."""

    def parameter(self, name: str) -> str:
        """A parameter."""

    def symbol(self, name: str) -> str:
        """A port, part of a stream or register."""

    def definition(self, name: str) -> str:
        """A definition."""

    def layout(self, struct: Struct) -> str:
        """A struct's layout."""

    def enumeration(self, enum: Enum) -> str:
        """An enumeration's class."""


def access(base: str, field: str) -> str:
    """A field of a struct."""
    return f'{base}["{field}"]' if field in _VIEW or field.startswith("_") else f"{base}.{field}"


class Expressions:
    """Writes the expressions of one unit.

    Parameters
    ----------
    unit : Unit
        The unit, for error messages and the spelling of numbers.
    names : Names
        What its names are called where the expressions will stand.
    imports : Imports
        Collects what the expressions need.
    """

    def __init__(self, unit: Unit, names: Names, imports: Imports) -> None:
        self.unit, self.names, self.imports = unit, names, imports
        self._static: dict[int, bool] = {}
        self._plain: dict[int, bool] = {}
        self._keep: list[Node] = []
        # What the readers of each definition need.
        self.exact: dict[str, int] = {}

    # ---- what kind of expression it is

    def is_static(self, node: Node) -> bool:
        """Whether it reads no signal."""
        return self._memo(self._static, node, lambda n: n.op != "symbol", self.is_static)

    def is_plain(self, node: Node) -> bool:
        """Whether Python's integers compute it."""

        def own(n: Node) -> bool:
            return n.op in _PLAIN and isinstance(n.type, Int)

        return self._memo(self._plain, node, own, self.is_plain)

    def is_path(self, node: Node) -> bool:
        """Whether it only says where a value is: a signal, a field, a fixed element."""
        if node.op == "field" or (node.op == "index" and self.is_static(node.args[1])):
            return self.is_path(node.args[0])
        return node.op in ("symbol", "ref") or (node.op == "const" and isinstance(node.type, Enum))

    def _memo(
        self,
        known: dict[int, bool],
        node: Node,
        own: Callable[[Node], bool],
        again: Callable[[Node], bool],
    ) -> bool:
        if id(node) not in known:
            # Kept, so that its id is not given to another node.
            self._keep.append(node)
            known[id(node)] = own(node) and all(again(a) for a in node.args)
        return known[id(node)]

    # ---- values known when the class is made

    def number(self, node: Node) -> str:
        """Python source of a constant.

        Raises
        ------
        LctError
            Python does not compute it the way the table does.
        """
        return self._number(node).text

    def _number(self, node: Node) -> Text:
        if not self.is_plain(node):
            text = f"a constant is made by arithmetic, comparisons and clog2, not with {node.op}"
            raise fault(self.unit, "type", text, node.span)
        op, args = node.op, node.args
        match op:
            case "const":
                return self._literal(node)
            case "param":
                return Text(self.names.parameter(node.value[0]))
            case "ref":
                return Text(self.names.definition(node.value))
            case "neg":
                return Text(f"-{self._number(args[0]).at(_UNARY)}", _UNARY)
            case "not":
                return Text(f"not {self._number(args[0]).at(_NOT)}", _NOT)
            case "if":
                condition, yes, no = (self._number(a) for a in args)
                extreme = self._extreme(args[0], yes.text, no.text)
                if extreme:
                    return Text(extreme)
                return Text(f"{yes.at(1)} if {condition.at(1)} else {no.at(0)}", _IF)
            case "clamp":
                x, low, high = (self._number(a).text for a in args)
                return Text(f"min(max({x}, {low}), {high})")
            case "clog2":
                return self._call("clog2", self._number(args[0]).text)
            case "abs":
                return Text(f"abs({self._number(args[0]).text})")
            case "and" | "or":
                level = _LOGIC_AND if op == "and" else _LOGIC_OR
                return self._joined(f" {op} ", level, *(self._number(a) for a in args))
        level = _COMPARE if op in _OPPOSITE else _LEVELS[op]
        return self._joined(f" {op} ", level, *(self._number(a) for a in args))

    def _extreme(self, condition: Node, yes: str, no: str) -> str:
        """``a if a > b else b`` is the larger of the two."""
        if condition.op not in ("<", "<=", ">", ">="):
            return ""
        sides = [self._number(a).text for a in condition.args]
        if sorted(sides) != sorted((yes, no)):
            return ""
        larger = (condition.op[0] == ">") == (sides[0] == yes)
        return f"{'max' if larger else 'min'}({yes}, {no})"

    def _literal(self, node: Node) -> Text:
        span, value = node.span, int(node.value)
        text = str(value)
        if span is not None and 0 < span.line <= len(self.unit.document.lines):
            line = self.unit.document.lines[span.line - 1]
            spelled = line[span.column - 1 : span.column - 1 + span.length]
            if (
                _NUMBER.fullmatch(spelled)
                and spelled[:2] in ("0x", "0b")
                and int(spelled, 0) == value
            ):
                text = spelled[:2] + spelled[2:].upper()
        return Text(text, _UNARY if value < 0 else _POSTFIX)

    # ---- values of signals

    def hardware(self, node: Node, exact: int = VALUE) -> str:
        """Amaranth source of an expression; `exact` where its width is looked at."""
        return self._render(node, exact).text

    def defined(self, definition: Definition) -> str:
        """Source of a definition, for what is known of its readers."""
        return self.hardware(definition.node, self.exact.get(definition.name, VALUE))

    def conjunction(self, nodes: list[Node]) -> str:
        """All conditions at once."""
        parts = [self._render(x) for n in nodes for x in self._flat(n, "and")]
        return self._joined(" & ", _AND, *parts).text if len(parts) > 1 else parts[0].text

    def _render(self, node: Node, exact: int = VALUE) -> Text:
        if self.is_static(node) and isinstance(node.type, Int):
            if not self.is_plain(node):
                exact = BITS
            elif exact == VALUE:
                return self._number(node)
            elif node.op in ("const", "param", "clog2"):
                self.imports.use("amaranth.hdl", "Const")
                return Text(f"Const({self._number(node).text})")
            elif node.op == "ref":
                return self._render(node.args[0], exact)
        if node.op in _OPPOSITE or node.op in _LEVELS:
            return self._binary(node, exact)
        return getattr(self, f"_op_{_METHODS.get(node.op, node.op)}")(node, exact)  # type: ignore[no-any-return]

    def _call(self, function: str, *args: str, module: str = "spikewright.lct.hardware") -> Text:
        self.imports.use(module, function)
        return Text(f"{function}({', '.join(args)})")

    @staticmethod
    def _joined(operator: str, level: int, *parts: Text) -> Text:
        """Operands around an operator; those of bit operators are put in brackets."""
        texts = []
        for n, part in enumerate(parts):
            wanted = level if n == 0 else level + 1
            if level in (_OR, _XOR, _AND, _SHIFT) and not (n == 0 and part.level == level):
                wanted = _UNARY
            texts.append(part.at(wanted))
        return Text(operator.join(texts), level)

    def _binary(self, node: Node, exact: int) -> Text:
        op, (a, b) = node.op, node.args
        if op in _OPPOSITE:
            return self._joined(f" {op} ", _COMPARE, self._render(a), self._render(b))
        if op in ("and", "or"):
            sign = {"and": "&", "or": "|"}[op]
            return self._joined(
                f" {sign} ", _LEVELS[op], *(self._render(x) for x in self._flat(node, op))
            )
        if op in ("<<", ">>") and self.is_static(b):
            by = self.number(b)
            if op == ">>" and exact == BITS:
                return self._call("shift_right", self._render(a, BITS).text, by)
            method = "shift_left" if op == "<<" else "shift_right"
            return Text(f"{self._render(a, exact).at(_POSTFIX)}.{method}({by})")
        return self._joined(
            f" {op} ", _LEVELS[op], self._operand(a, b, exact), self._operand(b, a, exact)
        )

    def _operand(self, node: Node, other: Node, exact: int) -> Text:
        """A bare number beside a value has the width that the table gives it."""
        bare = node.op in ("const", "param") and not self.is_static(other)
        return self._render(node, exact and not bare)

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
        return Text(access(self._render(node.args[0]).at(_POSTFIX), node.value))

    def _op_index(self, node: Node, _: int) -> Text:
        base, index = node.args
        text = self._render(base, BITS if isinstance(base.type, Int) else VALUE).at(_POSTFIX)
        at = self.hardware(index)
        if isinstance(base.type, Array) or (self.is_static(index) and self.is_plain(index)):
            return Text(f"{text}[{at}]")
        return Text(f"{text}.bit_select({at}, 1)")

    def _op_slice(self, node: Node, _: int) -> Text:
        base, low, high = node.args
        start, end = self._number(low).at(_LOGIC_OR), self._number(high).at(_LOGIC_OR)
        start = "" if start == "0" else start
        # As formatters do: spaces around the colon unless both bounds are words.
        tight = all(re.fullmatch(r"\w*", t) for t in (start, end))
        colon = ":" if tight else " : " if start else ": "
        return Text(f"{self._render(base, BITS).at(_POSTFIX)}[{start}{colon}{end}]")

    def _op_with(self, node: Node, _: int) -> Text:
        base, *values = node.args
        return self._call("replace", self.hardware(base), *self._fields(node, values))

    def _op_make(self, node: Node, _: int) -> Text:
        assert isinstance(node.type, Struct)
        return self._call(
            "build", self.names.layout(node.type), *self._fields(node, list(node.args))
        )

    def _fields(self, node: Node, values: list[Node]) -> list[str]:
        return [f"{f}={self.hardware(v)}" for f, v in zip(node.value, values, strict=True)]

    def _op_neg(self, node: Node, exact: int) -> Text:
        return Text(f"-{self._render(node.args[0], exact).at(_UNARY)}", _UNARY)

    def _op_complement(self, node: Node, _: int) -> Text:
        return Text(f"~{self._render(node.args[0], BITS).at(_UNARY)}", _UNARY)

    def _op_not(self, node: Node, _: int) -> Text:
        inner = node.args[0]
        if inner.op in _OPPOSITE:
            opposite = Node(_OPPOSITE[inner.op], inner.args, BOOL, span=inner.span)
            return self._binary(opposite, False)
        return Text(f"~{self._render(inner, BITS).at(_UNARY)}", _UNARY)

    def _op_if(self, node: Node, exact: int) -> Text:
        condition, yes, no = node.args
        sides = (self._operand(x, exact).text for x in (yes, no))
        texts = [self.hardware(condition), *sides]
        if isinstance(node.type, Int):
            return self._call("Mux", *texts, module="amaranth.hdl")
        return self._call("choose", *texts)

    def _op_match(self, node: Node, _: int) -> Text:
        (inner,), (mask, value) = node.args, node.value
        bits = range(inner.type.width - 1, -1, -1)
        pattern = "".join(str(value >> b & 1) if mask >> b & 1 else "-" for b in bits)
        return Text(f'{self._render(inner, BITS).at(_POSTFIX)}.matches("{pattern}")')

    def _op_clamp(self, node: Node, _: int) -> Text:
        x, low, high = node.args
        return self._call("clamp", self.hardware(x), self.number(low), self.number(high))

    def _op_trunc(self, node: Node, _: int) -> Text:
        x, bits = node.args
        return self._call("trunc", self.hardware(x, SIGN), self.number(bits))

    def _op_cat(self, node: Node, _: int) -> Text:
        return self._call(
            "Cat", *(self.hardware(a, BITS) for a in node.args), module="amaranth.hdl"
        )

    def _op_unary_call(self, node: Node, _: int) -> Text:
        exact = BITS if node.op in ("popcount", "first_one") else VALUE
        return self._call(node.op, self.hardware(node.args[0], exact))

    def _op_abs(self, node: Node, exact: int) -> Text:
        return Text(f"abs({self.hardware(node.args[0], exact)})")


_METHODS = {
    "~": "complement",
    "popcount": "unary_call",
    "first_one": "unary_call",
    "sign": "unary_call",
}
