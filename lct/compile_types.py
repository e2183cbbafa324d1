"""Types to Amaranth shapes, and the functions and classes that hold a unit's own types."""

from __future__ import annotations

import keyword

from spikewright.lct.compile_names import (
    Base,
    Imports,
    Library,
    ast_bases,
    fault,
    home,
    parameter_bases,
    snake_name,
    type_bases,
)
from spikewright.lct.compile_numbers import Names, Numbers
from spikewright.lct.compile_text import docstring, paragraphs, wrap
from spikewright.lct.diagnostics import Span
from spikewright.lct.expression import Ast
from spikewright.lct.ir import Node, TypeDefinition, Unit
from spikewright.lct.scope import Scope
from spikewright.lct.types import Enum, Int, Struct, Type, int_for

__all__ = ["Shapes", "own_types", "public_names", "sentence"]

# Attributes that a view of a struct has itself.
_VIEW = {"as_value", "eq", "shape"}


class Shapes:
    """Shapes of one unit's types, in the words of the place where they will stand."""

    def __init__(self, unit: Unit, names: Names, imports: Imports, library: Library) -> None:
        self.unit, self.names, self.imports, self.library = unit, names, imports, library
        self.numbers = Numbers(unit, names, imports)
        self.scope = Scope()
        for parameter in unit.parameters.values():
            value = parameter.value
            node = Node("param", (), int_for(value, value), (parameter.name, value))
            self.scope.names[parameter.name] = node

    def number(self, ast: Ast) -> str:
        """A width or length."""
        return self.numbers.number(self.scope.node(ast, lambda a: Span(0, a.start)))

    def shape(self, ast: Ast) -> str:
        """The shape that a type's text means; an unsigned integer is its width."""
        match ast.kind:
            case "unsigned":
                return self.number(ast.parts[0])
            case "signed":
                self.imports.use("amaranth.hdl", "signed")
                return f"signed({self.number(ast.parts[0])})"
            case "array":
                self.imports.use("amaranth.lib", "data")
                return f"data.ArrayLayout({self.shape(ast.parts[0])}, {self.number(ast.parts[1])})"
            case "type":
                return self.named(ast.value)
        self.imports.use("amaranth.lib", "data")
        fields = ", ".join(f'"{m.value}": {self.shape(m.parts[0])}' for m in ast.parts)
        return f"data.StructLayout({{{fields}}})"

    def named(self, name: str) -> str:
        """The shape of a named type: its class, or a call of the function that makes it."""
        definition = self.unit.types[name]
        module = self.imports.unit(home(self.unit, name, self.library))
        if isinstance(definition.type, Enum):
            return f"{module}{name}"
        found = {b.name: b for b in type_bases(self.unit, name, self.library)}
        return f"{module}{layout_name(definition.type, name)}({pass_on(found, self.names)})"


def layout_name(kind: Type, name: str) -> str:
    """The function that makes the shape of a named type."""
    return f"{snake_name(name)}_{'shape' if isinstance(kind, Int) else 'layout'}"


def pass_on(found: dict[str, Base], names: Names) -> str:
    """Arguments that hand base parameters on."""
    return ", ".join(f"{b}={names.parameter(b)}" for b in found)


class _ArgumentNames:
    """Inside a function that takes base parameters: derived ones are calls of their functions."""

    def __init__(self, unit: Unit, imports: Imports, library: Library) -> None:
        self.unit, self.imports, self.library = unit, imports, library

    def parameter(self, name: str) -> str:
        found = [p for k, p in self.unit.parameters.items() if k.lower() == name.lower()]
        parameter = found[0] if found else None
        if parameter is None or parameter.base:
            return name.lower()
        bases = {b.name: b for b in parameter_bases(self.unit, parameter.name, self.library)}
        module = self.imports.unit(home(self.unit, parameter.name, self.library))
        return f"{module}{parameter.name.lower()}({pass_on(bases, self)})"

    def symbol(self, name: str) -> str:
        raise AssertionError(name)

    definition = symbol

    def layout(self, struct: Struct) -> str:
        raise AssertionError(struct)

    def enumeration(self, enum: Enum) -> str:
        return enum.name


def own_types(unit: Unit, imports: Imports, library: Library) -> list[str]:
    """Source of the types that a unit defines, and of a types unit's derived parameters."""
    names = _ArgumentNames(unit, imports, library)
    shapes = Shapes(unit, names, imports, library)
    out: list[str] = []
    if unit.kind == "types":
        for parameter in unit.parameters.values():
            if not parameter.base and not parameter.origin:
                found = {b.name: b for b in parameter_bases(unit, parameter.name, library)}
                value = shapes.numbers.number(parameter.node)
                out += _function(parameter.name.lower(), found, "int", parameter.meaning, value)
    for definition in unit.types.values():
        if definition.origin:
            continue
        if isinstance(definition.type, Enum):
            if definition.ast.kind == "type":
                out += ["", "", f"{definition.name} = {shapes.shape(definition.ast)}"]
            else:
                out += _enumeration(unit, definition, definition.type, imports)
            continue
        _check_fields(unit, definition)
        found = {b.name: b for b in ast_bases(unit, definition.ast, library)}
        result = {"struct": "data.StructLayout", "array": "data.ArrayLayout"}.get(
            definition.ast.kind
        )
        value = shapes.shape(definition.ast)
        if definition.ast.kind == "unsigned":
            value = f"{imports.use('amaranth.hdl', 'unsigned')}({value})"
        if result is None:
            result = (
                imports.use("amaranth.hdl", "Shape") if "signed" in definition.ast.kind else "Any"
            )
            if result == "Any":
                imports.use("typing", "Any")
        name = layout_name(definition.type, definition.name)
        out += _function(name, found, result, definition.meaning, value)
    return out


def _check_fields(unit: Unit, definition: TypeDefinition) -> None:
    """Refuse fields that a view of the struct could not have as attributes."""
    fields = definition.type.fields if isinstance(definition.type, Struct) else ()
    for name, _ in fields:
        if keyword.iskeyword(name) or name in _VIEW or name.startswith("_"):
            message = f"a field is not called {name}: the generated code cannot name it"
            raise fault(unit, "syntax", message, definition.span, "Types")


def public_names(unit: Unit) -> list[str]:
    """Names of what `own_types` writes."""
    names = []
    if unit.kind == "types":
        mine = [p for p in unit.parameters.values() if not p.base and not p.origin]
        names = [p.name.lower() for p in mine]
    for definition in unit.types.values():
        if not definition.origin:
            kind, name = definition.type, definition.name
            names.append(name if isinstance(kind, Enum) else layout_name(kind, name))
    return names


def _function(
    name: str, found: dict[str, Base], result: str, meaning: str, value: str
) -> list[str]:
    arguments = ", ".join(f"{b.name}: int = {b.default}" for b in found.values())
    head = f"def {name}({'*, ' if arguments else ''}{arguments}) -> {result}:"
    doc = docstring(sentence(meaning), "    ") if meaning else []
    return ["", "", *wrap(head), *doc, *wrap(f"    return {value}")]


def sentence(text: str) -> list[str]:
    """A meaning from a table, as a sentence."""
    text = text[:1].upper() + text[1:]
    return paragraphs([text if text.endswith((".", "?", "!")) else f"{text}."], 90)


def _enumeration(unit: Unit, definition: TypeDefinition, kind: Enum, imports: Imports) -> list[str]:
    for member in definition.ast.parts:
        if member.parts and any(n.kind == "name" for n in _walk(member.parts[0])):
            message = f"enumerant {member.value} has a fixed value, not one that a parameter sets"
            raise fault(unit, "type", message, definition.span, "Types")
    if 0 not in [value for _, value in kind.members]:
        # An undriven signal is 0, and so would hold no enumerant.
        message = f"an enumeration has an enumerant of value 0, and {kind} has none"
        raise fault(unit, "type", message, definition.span, "Types")
    imports.use("amaranth.lib", "enum")
    doc = docstring(sentence(definition.meaning), "    ") if definition.meaning else []
    members = [f"    {name} = {value}" for name, value in kind.members]
    gap = [""] if doc else []
    # Type checkers do not know Amaranth's metaclass.
    ignore = "  # type: ignore[call-arg]"
    head = f"class {definition.name}(enum.Enum, shape={kind.width}):{ignore}"
    return ["", "", head, *doc, *gap, *members]


def _walk(ast: Ast) -> list[Ast]:
    return [ast, *(x for p in ast.parts for x in _walk(p))]
