"""Stage 3, calls: the functions of expressions, and structs that are made field by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spikewright.lct.diagnostics import Span
from spikewright.lct.evaluate import constant
from spikewright.lct.expression import Ast
from spikewright.lct.faults import TypeFault
from spikewright.lct.ir import Node
from spikewright.lct.types import BOOL, Int, Struct, Type, clog2, int_for

if TYPE_CHECKING:
    from spikewright.lct.scope import Scope

__all__ = ["FUNCTIONS", "WIDEST", "Calls"]

WIDEST = 4096
"""Bits of the widest value."""

FUNCTIONS = {
    "abs": 1,
    "cat": -1,
    "clamp": 3,
    "clog2": 1,
    "first_one": 1,
    "popcount": 1,
    "sign": 1,
    "trunc": 2,
}
"""How many values each function takes; -1 is any number from 1."""


class Calls:
    """The base of the elaboration of expressions, and the part that deals with calls."""

    def __init__(self, scope: Scope, span: Callable[[Ast], Span]) -> None:
        self.scope, self.span = scope, span

    def node(self, ast: Ast, expected: Type | None = None) -> Node:
        """The typed node of a syntax tree."""
        return getattr(self, f"_{ast.kind}")(ast, expected)  # type: ignore[no-any-return]

    def make(
        self, op: str, args: tuple[Node, ...], kind: Type, ast: Ast, value: object = None
    ) -> Node:
        """A node that stands where `ast` does, unless it is too wide."""
        if kind.width > WIDEST:
            message = f"a value has at most {WIDEST} bits, this one has {kind.width}"
            raise TypeFault("width", message, ast)
        return Node(op, args, kind, value, self.span(ast))

    def integer(self, ast: Ast, expected: Type | None = None) -> tuple[Node, Int]:
        """The node of an integer, and its type."""
        node = self.node(ast, expected)
        if not isinstance(node.type, Int):
            raise TypeFault("type", f"an integer belongs here, not {node.type}", ast)
        return node, node.type

    def truth(self, ast: Ast) -> Node:
        """The node of a condition."""
        node = self.node(ast)
        if node.type != BOOL:
            raise TypeFault("type", f"a condition has type unsigned(1), not {node.type}", ast)
        return node

    def static(self, ast: Ast) -> tuple[Node, int]:
        """The node of a constant, and its value."""
        node, _ = self.integer(ast)
        value = constant(node)
        if value is None:
            raise TypeFault("type", "a constant belongs here", ast)
        return node, value

    def _assigned(self, struct: Struct, assign: Ast) -> Node:
        kind = struct.field(assign.value)
        if kind is None:
            raise TypeFault("unknown-name", f"{struct} has no field {assign.value}", assign)
        node = self.node(assign.parts[0], kind)
        if not self.assignable(node.type, kind):
            message = f"{struct}.{assign.value} has type {kind}, not {node.type}"
            raise TypeFault("type", message, assign.parts[0])
        return node

    @staticmethod
    def assignable(source: Type, sink: Type) -> bool:
        """Whether a value may go there; whether an integer fits is the solver's question."""
        return (isinstance(source, Int) and isinstance(sink, Int)) or source == sink

    def _call(self, ast: Ast, _: Type | None) -> Node:
        callee, *parts = ast.parts
        name = callee.value
        if callee.kind != "name":
            raise TypeFault("unknown-name", "only functions and struct types are called", callee)
        kind = self.scope.types.get(name)
        if isinstance(kind, Struct):
            self.scope.used.add(name)
            return self._make(ast, kind, parts)
        if name not in FUNCTIONS:
            raise TypeFault("unknown-name", f"no function is called {name}", callee)
        wanted = FUNCTIONS[name]
        if wanted != len(parts) and (wanted >= 0 or not parts):
            count = "at least 1" if wanted < 0 else wanted
            plural = "s" * (wanted > 1)
            message = f"{name} takes {count} value{plural}, not {len(parts)}"
            raise TypeFault("type", message, ast)
        return getattr(self, f"_call_{name}")(ast, parts)  # type: ignore[no-any-return]

    def _make(self, ast: Ast, struct: Struct, parts: list[Ast]) -> Node:
        given = [p.value if p.kind == "assign" else "" for p in parts]
        fields = [name for name, _ in struct.fields]
        if sorted(given) != sorted(fields):
            message = f"{struct}(...) gives each of {', '.join(fields)} once, as name = value"
            raise TypeFault("type", message, ast)
        return self.make(
            "make", tuple(self._assigned(struct, p) for p in parts), struct, ast, tuple(given)
        )

    def _call_clog2(self, ast: Ast, parts: list[Ast]) -> Node:
        node, value = self.static(parts[0])
        if value < 1:
            raise TypeFault("width", f"clog2 takes a number of at least 1, not {value}", parts[0])
        bits = clog2(value)
        return self.make("clog2", (node,), int_for(bits, bits), ast)

    def _call_clamp(self, ast: Ast, parts: list[Ast]) -> Node:
        x, _ = self.integer(parts[0])
        low, first = self.static(parts[1])
        high, last = self.static(parts[2])
        if first > last:
            raise TypeFault("type", f"clamp's limits are lo <= hi, not {first} and {last}", ast)
        return self.make("clamp", (x, low, high), int_for(first, last), ast)

    def _call_trunc(self, ast: Ast, parts: list[Ast]) -> Node:
        x, kind = self.integer(parts[0])
        bits, width = self.static(parts[1])
        if width < 1:
            raise TypeFault("width", f"trunc keeps at least 1 bit, not {width}", parts[1])
        return self.make("trunc", (x, bits), Int(width, kind.signed), ast)

    def _call_cat(self, ast: Ast, parts: list[Ast]) -> Node:
        nodes = tuple(self.node(p) for p in parts)
        return self.make("cat", nodes, Int(sum(n.type.width for n in nodes)), ast)

    def _call_popcount(self, ast: Ast, parts: list[Ast]) -> Node:
        x, kind = self.integer(parts[0])
        return self.make("popcount", (x,), int_for(0, kind.width), ast)

    def _call_first_one(self, ast: Ast, parts: list[Ast]) -> Node:
        x, kind = self.integer(parts[0])
        return self.make("first_one", (x,), Int(clog2(kind.width)), ast)

    def _call_sign(self, ast: Ast, parts: list[Ast]) -> Node:
        x, _ = self.integer(parts[0])
        return self.make("sign", (x,), Int(2, signed=True), ast)

    def _call_abs(self, ast: Ast, parts: list[Ast]) -> Node:
        x, kind = self.integer(parts[0])
        return self.make("abs", (x,), Int(kind.width), ast)
