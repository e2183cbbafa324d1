"""Stage 4, parameters and types."""

from __future__ import annotations

from spikewright.lct.diagnostics import Place
from spikewright.lct.elaboration import Elaboration, Spans
from spikewright.lct.evaluate import constant
from spikewright.lct.expression import Ast, parse_expression, parse_type
from spikewright.lct.ir import Node, Parameter, TypeDefinition
from spikewright.lct.markdown import Cell
from spikewright.lct.scope import Poisoned, TypeFault
from spikewright.lct.types import Array, Enum, Int, Struct, Type, int_for

__all__ = ["declare_parameter", "declare_type", "resolve"]

_WIDEST = 4096
_ARTICLE = {"struct": "a struct", "enum": "an enum"}


def declare_parameter(e: Elaboration, cells: dict[str, Cell]) -> None:
    """Add a row of Parameters to the unit."""
    name, cell = e.named("Parameters", cells), cells["value"]
    place = e.document.place(cell.span, "Parameters", cells["name"].text, "value")
    if name is None:
        return

    def act(span: Spans) -> None:
        ast = parse_expression(cell.text)
        if ast.kind == "field" and ast.parts[0].kind == "name":
            found = _imported_parameter(e, name, ast, place)
            if found is None:
                raise Poisoned(name)
            node, value, base, origin = None, found.value, found.base, ast.parts[0].value
        else:
            node, known = e.scope.node(ast, span), None
            known = constant(node)
            if known is None or not isinstance(node.type, Int):
                raise TypeFault("type", "a parameter's value is a constant integer", ast)
            base, value, origin = ast.kind == "number", known, ""
            if base:
                value = e.overrides.get(name.lower(), value)
        shown = Node("param", (), int_for(value, value), (name, value), cell.span)
        meaning = cells["meaning"].text if "meaning" in cells else ""
        kept = shown if node is None or base else node
        at = cells["name"].span
        e.unit.parameters[name] = Parameter(name, value, base, kept, meaning, origin, at)
        e.scope.names[name] = shown

    e.declare(name, cell, place, act)


def _imported_parameter(e: Elaboration, name: str, ast: Ast, place: Place) -> Parameter | None:
    source = e.import_unit(ast.parts[0].value, place)
    if source is None:
        return None
    if ast.value != name:
        raise TypeFault("unknown-name", "an imported parameter keeps its name", ast)
    if name not in source.parameters:
        raise TypeFault("unknown-name", f"{source.name} has no parameter {name}", ast)
    return source.parameters[name]


def declare_type(e: Elaboration, cells: dict[str, Cell]) -> None:
    """Add a row of Types to the unit."""
    name, cell = e.named("Types", cells), cells["definition"]
    place = e.document.place(cell.span, "Types", cells["name"].text, "definition")
    if name is None:
        return

    def act(span: Spans) -> None:
        ast = parse_type(cell.text)
        origin = ast.value.partition(".")[0] if ast.kind == "type" and "." in ast.value else ""
        kind = _imported_type(e, name, ast, place) if origin else resolve(e, ast, span, name)
        if kind is None:
            raise Poisoned(name)
        meaning = cells["meaning"].text if "meaning" in cells else ""
        at = cells["name"].span
        e.unit.types[name] = TypeDefinition(name, kind, ast, origin, meaning, at)
        e.scope.types[name] = kind

    e.declare(name, cell, place, act)


def _imported_type(e: Elaboration, name: str, ast: Ast, place: Place) -> Type | None:
    origin, _, member = ast.value.partition(".")
    source = e.import_unit(origin, place)
    if source is None:
        return None
    if member != name:
        raise TypeFault("unknown-name", "an imported type keeps its name", ast)
    if member not in source.types:
        raise TypeFault("unknown-name", f"{origin} has no type {member}", ast)
    for inner in source.types.values():
        if inner.name != name:
            e.scope.types.setdefault(f"{origin}.{inner.name}", inner.type)
    return source.types[member].type


def resolve(e: Elaboration, ast: Ast, span: Spans, name: str = "") -> Type:
    """The type that a type's text means; `name` is the name it is being given."""
    kind: Type
    if ast.kind in ("signed", "unsigned"):
        width = constant(e.scope.node(ast.parts[0], span))
        if width is None or not 1 <= width <= _WIDEST:
            message = f"a width is a constant in 1..{_WIDEST}, not {width}"
            raise TypeFault("width", message, ast.parts[0])
        return Int(width, ast.kind == "signed")
    if ast.kind == "array":
        length = constant(e.scope.node(ast.parts[1], span))
        if length is None or length < 1:
            message = f"an array's length is a constant of at least 1, not {length}"
            raise TypeFault("width", message, ast.parts[1])
        kind = Array(resolve(e, ast.parts[0], span), length)
    elif ast.kind == "type":
        if ast.value in e.scope.broken:
            raise Poisoned(ast.value)
        if ast.value not in e.unit.types:
            raise TypeFault("unknown-name", f"no type is called {ast.value}", ast)
        e.scope.used.add(ast.value)
        return e.unit.types[ast.value].type
    else:
        kind = _composed(e, ast, span, name)
    if kind.width > _WIDEST:
        message = f"a type has at most {_WIDEST} bits, this one has {kind.width}"
        raise TypeFault("width", message, ast)
    return kind


def _composed(e: Elaboration, ast: Ast, span: Spans, name: str) -> Struct | Enum:
    if not name:
        raise TypeFault("type", f"{_ARTICLE[ast.kind]} is given a name in Types first", ast)
    members = [m.value for m in ast.parts]
    if not members or len(set(members)) < len(members):
        raise TypeFault("type", f"{_ARTICLE[ast.kind]} names each of its members once", ast)
    if ast.kind == "struct":
        return Struct(name, tuple((m.value, resolve(e, m.parts[0], span)) for m in ast.parts))
    return _enum(e, ast, span, name)


def _enum(e: Elaboration, ast: Ast, span: Spans, name: str) -> Enum:
    members: list[tuple[str, int]] = []
    taken: set[int] = set()
    for member in ast.parts:
        value: int | None = members[-1][1] + 1 if members else 0
        if member.parts:
            value = constant(e.scope.node(member.parts[0], span))
        if value is None or value < 0 or value in taken:
            message = f"an enumerant's value is constant, >= 0 and its own, not {value}"
            raise TypeFault("type", message, member)
        taken.add(value)
        members.append((member.value, value))
    return Enum(name, tuple(members))
