"""Constants to Python expressions, and what all writers of expressions share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from spikewright.lct.compile_names import Imports, fault
from spikewright.lct.ir import Node, Unit
from spikewright.lct.types import Enum, Int, Struct

__all__ = ["LEVELS", "OPPOSITE", "Names", "Numbers", "Text"]

# How tightly an operator binds, loosest first.
IF, LOGIC_OR, LOGIC_AND, NOT, COMPARE = range(5)
OR, XOR, AND, SHIFT, SUM, PRODUCT, UNARY, POSTFIX = range(5, 13)
LEVELS = {
    **dict.fromkeys(("|", "or"), OR),
    "^": XOR,
    **dict.fromkeys(("&", "and"), AND),
    **dict.fromkeys(("<<", ">>"), SHIFT),
    **dict.fromkeys(("+", "-"), SUM),
    "*": PRODUCT,
}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
# What Python computes for whole numbers as the table language does.
_PLAIN = {"const", "param", "ref", "neg", "abs", "clog2", "clamp", "if", "and", "or", "not"}
_PLAIN |= {"+", "-", "*", "&", "|", "^", "<<", ">>", *OPPOSITE}
_SPELLED = re.compile(r"0x[0-9a-fA-F_]+|0b[01_]+")


class Text(NamedTuple):
    """Source of an expression, and how tightly its outermost operator binds."""

    text: str
    level: int = POSTFIX

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


class Numbers:
    """Writes the constants of one unit: what is known when a class is made.

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

    # ---- what kind of expression it is

    def is_static(self, node: Node) -> bool:
        """Whether it reads no signal."""
        return self._memo(self._static, node, lambda n: n.op != "symbol", self.is_static)

    def is_plain(self, node: Node) -> bool:
        """Whether Python's integers compute it."""

        def own(n: Node) -> bool:
            return n.op in _PLAIN and isinstance(n.type, Int)

        return self._memo(self._plain, node, own, self.is_plain)

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
        """Python source of a constant."""
        return self.constant(node).text

    def constant(self, node: Node) -> Text:
        """Python source of a constant, and how tightly it binds.

        Raises
        ------
        LctError
            Python does not compute it the way the table does.
        """
        if not self.is_plain(node):
            text = f"a constant is made by arithmetic, comparisons and clog2, not with {node.op}"
            raise fault(self.unit, "type", text, node.span)
        method = getattr(self, f"_constant_{node.op}", None)
        if method is not None:
            return method(node, *(self.constant(a) for a in node.args))  # type: ignore[no-any-return]
        level = COMPARE if node.op in OPPOSITE else LEVELS[node.op]
        return self.joined(f" {node.op} ", level, *(self.constant(a) for a in node.args))

    def _constant_const(self, node: Node) -> Text:
        """A number, in the table's own spelling where that is not decimal."""
        span, value = node.span, int(node.value)
        text = str(value)
        if span is not None and 0 < span.line <= len(self.unit.document.lines):
            line = self.unit.document.lines[span.line - 1]
            spelled = line[span.column - 1 :][: span.length]
            if _SPELLED.fullmatch(spelled) and int(spelled, 0) == value:
                text = spelled[:2] + spelled[2:].upper()
        return Text(text, UNARY if value < 0 else POSTFIX)

    def _constant_param(self, node: Node) -> Text:
        return Text(self.names.parameter(node.value[0]))

    def _constant_ref(self, node: Node, _: Text) -> Text:
        return Text(self.names.definition(node.value))

    def _constant_neg(self, _: Node, x: Text) -> Text:
        return Text(f"-{x.at(UNARY)}", UNARY)

    def _constant_not(self, _: Node, x: Text) -> Text:
        return Text(f"not {x.at(NOT)}", NOT)

    def _constant_and(self, _: Node, a: Text, b: Text) -> Text:
        return self.joined(" and ", LOGIC_AND, a, b)

    def _constant_or(self, _: Node, a: Text, b: Text) -> Text:
        return self.joined(" or ", LOGIC_OR, a, b)

    def _constant_clamp(self, _: Node, x: Text, low: Text, high: Text) -> Text:
        return Text(f"min(max({x.text}, {low.text}), {high.text})")

    def _constant_clog2(self, _: Node, x: Text) -> Text:
        return self.call("clog2", x.text)

    def _constant_abs(self, _: Node, x: Text) -> Text:
        return Text(f"abs({x.text})")

    def _constant_if(self, node: Node, condition: Text, yes: Text, no: Text) -> Text:
        test = node.args[0]
        if test.op in ("<", "<=", ">", ">="):
            first, second = (self.constant(a).text for a in test.args)
            if (yes.text, no.text) in ((first, second), (second, first)):
                larger = (test.op[0] == ">") == (first == yes.text)
                return Text(f"{'max' if larger else 'min'}({first}, {second})")
        return Text(f"{yes.at(LOGIC_OR)} if {condition.at(LOGIC_OR)} else {no.at(IF)}", IF)

    def call(self, function: str, *args: str, module: str = "spikewright.lct.hardware") -> Text:
        """A call of an imported function."""
        self.imports.use(module, function)
        return Text(f"{function}({', '.join(args)})")

    @staticmethod
    def joined(operator: str, level: int, *parts: Text) -> Text:
        """Operands around an operator; those of bit operators are put in brackets."""
        texts = []
        for n, part in enumerate(parts):
            wanted = level if n == 0 else level + 1
            if level in (OR, XOR, AND, SHIFT) and not (n == 0 and part.level == level):
                wanted = UNARY
            texts.append(part.at(wanted))
        return Text(operator.join(texts), level)
