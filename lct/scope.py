"""Stage 3: syntax trees to typed nodes. Widths grow as exact arithmetic needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from spikewright.lct.calls import FUNCTIONS, WIDEST, Calls
from spikewright.lct.diagnostics import Span
from spikewright.lct.evaluate import constant
from spikewright.lct.expression import Ast
from spikewright.lct.faults import Poisoned, TypeFault
from spikewright.lct.ir import Node, Reading
from spikewright.lct.precedence import differing, verilog_reading
from spikewright.lct.types import BOOL, Array, Enum, Int, Struct, Type, int_for, union

__all__ = ["FUNCTIONS", "Poisoned", "Scope", "TypeFault"]


class Scope:
    """Names that an expression may use, and what each of them is.

    Attributes
    ----------
    names : mapping of str to Node
        Parameters, definitions and whole signals.
    streams : mapping of str to mapping of str to Node
        Parts of streams: ``valid``, ``ready``, ``payload``.
    types : mapping of str to Type
        Named types; their enumerants are names too.
    used : set of str
        Every name that an expression has used, for the check of unused names.
    broken : set of str
        Names whose declarations have faults: using one is no second fault.
    readings : list of Reading
        Expressions that mean something else, or the same by luck, by Verilog's precedence.
    """

    def __init__(self) -> None:
        self.names: dict[str, Node] = {}
        self.streams: dict[str, Mapping[str, Node]] = {}
        self.types: dict[str, Type] = {}
        self.used: set[str] = set()
        self.broken: set[str] = set()
        self.readings: list[Reading] = []

    def node(self, ast: Ast, span: Callable[[Ast], Span], expected: Type | None = None) -> Node:
        """Elaborate `ast`; an enumerant is looked for in `expected` first."""
        node = _Elaborator(self, span).node(ast, expected)
        other = verilog_reading(ast)
        if other != ast:
            asts = differing(ast, other)
            # What has no type there is read by nobody.
            with suppress(TypeFault):
                verilog = _Verilog(self, span).node(other, expected)
                self.readings.append(Reading(node, verilog, asts, span(asts[0])))
        return node

    def enumerant(self, name: str, expected: Type | None) -> tuple[Enum, int] | None:
        """The enumeration and value of a bare enumerant, None if there is none or several."""
        if isinstance(expected, Enum) and name in dict(expected.members):
            return expected, expected.value_of(name)
        homes = [t for t in self.types.values() if isinstance(t, Enum) and name in dict(t.members)]
        return (homes[0], homes[0].value_of(name)) if len(set(homes)) == 1 else None


class _Elaborator(Calls):
    """Every kind of expression but calls."""

    def _group(self, ast: Ast, expected: Type | None) -> Node:
        return self.node(ast.parts[0], expected)

    def _number(self, ast: Ast, _: Type | None) -> Node:
        if "x" in ast.value[2:].lower():
            raise TypeFault("syntax", "x bits belong in condition cells only", ast)
        value = int(ast.value, 0)
        return self.make("const", (), int_for(value, value), ast, value)

    def _name(self, ast: Ast, expected: Type | None) -> Node:
        name = ast.value
        if name in self.scope.names:
            self.scope.used.add(name)
            return replace(self.scope.names[name], span=self.span(ast))
        found = self.scope.enumerant(name, expected)
        if found:
            self.scope.used.add(found[0].name)
            return self.make("const", (), found[0], ast, found[1])
        if name in self.scope.broken:
            raise Poisoned(name)
        if name in self.scope.streams:
            raise TypeFault("type", f"{name} is a stream: name its valid, ready or payload", ast)
        homes = [
            t.name
            for t in self.scope.types.values()
            if isinstance(t, Enum) and name in dict(t.members)
        ]
        if homes:
            message = f"{name} is an enumerant of {' and '.join(sorted(set(homes)))}: say which"
            raise TypeFault("unknown-name", message, ast)
        raise TypeFault("unknown-name", f"nothing is called {name}", ast)

    def _field(self, ast: Ast, _: Type | None) -> Node:
        base = ast.parts[0]
        if base.kind == "name":
            if base.value in self.scope.streams:
                parts = self.scope.streams[base.value]
                if ast.value not in parts:
                    message = f"a stream has valid, ready and payload, not {ast.value}"
                    raise TypeFault("unknown-name", message, ast)
                self.scope.used.add(f"{base.value}.{ast.value}")
                return replace(parts[ast.value], span=self.span(ast))
            kind = self.scope.types.get(base.value)
            if isinstance(kind, Enum) and base.value not in self.scope.names:
                if ast.value not in dict(kind.members):
                    raise TypeFault("unknown-name", f"{kind} has no enumerant {ast.value}", ast)
                self.scope.used.add(base.value)
                return self.make("const", (), kind, ast, kind.value_of(ast.value))
        node = self.node(base)
        if not isinstance(node.type, Struct):
            raise TypeFault("type", f"{node.type} has no fields", ast)
        kind = node.type.field(ast.value)
        if kind is None:
            raise TypeFault("unknown-name", f"{node.type} has no field {ast.value}", ast)
        return self.make("field", (node,), kind, ast, ast.value)

    def _index(self, ast: Ast, _: Type | None) -> Node:
        base = self.node(ast.parts[0])
        index, index_type = self.integer(ast.parts[1])
        if not isinstance(base.type, (Array, Int)):
            raise TypeFault("type", f"{base.type} cannot be indexed", ast.parts[0])
        length = base.type.length if isinstance(base.type, Array) else base.type.width
        kind = base.type.element if isinstance(base.type, Array) else BOOL
        value = constant(index)
        if (value is not None and not 0 <= value < length) or (value is None and index_type.signed):
            shown = value if value is not None else index_type
            raise TypeFault("width", f"an index here is 0..{length - 1}, not {shown}", ast.parts[1])
        return self.make("index", (base, index), kind, ast)

    def _slice(self, ast: Ast, _: Type | None) -> Node:
        base, kind = self.integer(ast.parts[0])
        low, first = self.static(ast.parts[1])
        high, last = self.static(ast.parts[2])
        if not 0 <= first < last <= kind.width:
            message = (
                f"a slice of {kind} is lo:hi with 0 <= lo < hi <= {kind.width}, not {first}:{last}"
            )
            raise TypeFault("width", message, ast)
        return self.make("slice", (base, low, high), Int(last - first), ast)

    def _with(self, ast: Ast, _: Type | None) -> Node:
        base = self.node(ast.parts[0])
        if not isinstance(base.type, Struct):
            raise TypeFault(
                "type", f"`with` replaces fields of a struct, not of {base.type}", ast.parts[0]
            )
        names = tuple(a.value for a in ast.parts[1:])
        if len(set(names)) < len(names):
            raise TypeFault("type", "a field is replaced once", ast)
        values = tuple(self._assigned(base.type, a) for a in ast.parts[1:])
        return self.make("with", (base, *values), base.type, ast, names)

    def _unary(self, ast: Ast, _: Type | None) -> Node:
        node, kind = self.integer(ast.parts[0])
        if ast.value == "~":
            return self.make("~", (node,), kind, ast)
        value = constant(node)
        if value is not None and node.op == "const":
            return self.make("const", (), int_for(-value, -value), ast, -value)
        return self.make("neg", (node,), Int(kind.width + 1, signed=True), ast)

    def _binary(self, ast: Ast, _: Type | None) -> Node:
        a, left = self.integer(ast.parts[0])
        b, right = self.integer(ast.parts[1])
        op = ast.value
        signed = left.signed or right.signed
        common = max(t.width + (signed and not t.signed) for t in (left, right))
        if op in "&|^":
            kind = Int(common, signed)
        elif op == "+":
            kind = Int(common + 1, signed)
        elif op == "-":
            kind = Int(common + 1, signed=True)
        elif op == "*":
            kind = Int(left.width + right.width, signed)
        else:
            kind = self._shifted(op, left, right, constant(b), ast)
        node = self.make(op, (a, b), kind, ast)
        value = constant(node)
        return node if value is None else self.make(op, (a, b), int_for(value, value), ast)

    @staticmethod
    def _shifted(op: str, left: Int, right: Int, by: int | None, ast: Ast) -> Int:
        if right.signed:
            raise TypeFault("type", "a shift distance is not signed", ast.parts[1])
        if op == ">>":
            return Int(left.width if by is None else max(left.width - by, 1), left.signed)
        longest = by if by is not None else right.high
        if longest > WIDEST:
            message = f"a shift by up to {longest} bits is wider than {WIDEST} bits"
            raise TypeFault("width", message, ast)
        return Int(left.width + longest, left.signed)

    def _compare(self, ast: Ast, _: Type | None) -> Node:
        left, right = ast.parts
        a = self.node(left)
        b = self.node(right, a.type)
        ordered = ast.value not in ("==", "!=")
        both = isinstance(a.type, Int) and isinstance(b.type, Int)
        if ordered and not both and a.type == b.type:
            raise TypeFault("type", f"values of {a.type} have no order", ast)
        if not both and a.type != b.type:
            raise TypeFault("type", f"{a.type} and {b.type} cannot be compared", ast)
        return self.make(ast.value, (a, b), BOOL, ast)

    def _and(self, ast: Ast, _: Type | None) -> Node:
        return self.make(ast.kind, tuple(self.truth(p) for p in ast.parts), BOOL, ast)

    _or = _not = _and

    def _if(self, ast: Ast, expected: Type | None) -> Node:
        condition = self.truth(ast.parts[0])
        yes = self.node(ast.parts[1], expected)
        no = self.node(ast.parts[2], expected)
        if isinstance(yes.type, Int) and isinstance(no.type, Int):
            kind: Type = union(yes.type, no.type)
        elif yes.type == no.type:
            kind = yes.type
        else:
            raise TypeFault(
                "type", f"both sides of `if` have one type, not {yes.type} and {no.type}", ast
            )
        return self.make("if", (condition, yes, no), kind, ast)

    def _assign(self, ast: Ast, _: Type | None) -> Node:
        raise TypeFault("type", f"no field is called {ast.value} here", ast)


class _Verilog(_Elaborator):
    """Expressions whose parts are numbers wherever one is wanted, as all things are in Verilog."""

    def integer(self, ast: Ast, expected: Type | None = None) -> tuple[Node, Int]:
        node = self.node(ast, expected)
        kind = node.type if isinstance(node.type, Int) else Int(node.type.width)
        return self._number_of(node), kind

    def truth(self, ast: Ast) -> Node:
        node, kind = self.integer(ast)
        return node if kind == BOOL else Node("!=", (node, _constant(0, kind)), BOOL)

    def _compare(self, ast: Ast, _: Type | None) -> Node:
        left, right = ast.parts
        named = left
        while named.kind == "not":
            named = named.parts[0]
        # An enumerant means that of what it is compared with here.
        a, b = self.node(left), self.node(right, self.node(named).type)
        if a.type == b.type and ast.value in ("==", "!="):
            return self.make(ast.value, (a, b), BOOL, ast)
        return self.make(ast.value, (self._number_of(a), self._number_of(b)), BOOL, ast)

    @staticmethod
    def _number_of(node: Node) -> Node:
        if isinstance(node.type, Int):
            return node
        width = node.type.width
        ends = (_constant(0, Int(1)), _constant(width, int_for(width, width)))
        return Node("slice", (node, *ends), Int(width), None, node.span)


def _constant(value: int, kind: Type) -> Node:
    return Node("const", (), kind, value)
