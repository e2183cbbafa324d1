"""The frame of a generated class: docstring, ports and constructor."""

from __future__ import annotations

import keyword

from spikewright.lct.compile_names import (
    Base,
    Imports,
    Library,
    bases,
    class_name,
    class_of,
    fault,
    home,
    is_reserved,
    local_names,
    parameter_bases,
    snake_name,
)
from spikewright.lct.compile_text import docstring, paragraphs, wrap
from spikewright.lct.compile_types import Shapes, pass_on, public_names, sentence
from spikewright.lct.expression import Ast
from spikewright.lct.ir import Signal, Unit
from spikewright.lct.types import Enum, Int, Struct

__all__ = ["ClassNames", "ClassShapes", "class_lines"]

# Attributes that every component has.
_RESERVED = {"signature", "elaborate"}


class ClassNames:
    """What a class calls things: in its constructor, and in its other methods.

    Parameters
    ----------
    inside : bool
        True in `elaborate`, where parameters are attributes.
    """

    def __init__(self, unit: Unit, imports: Imports, library: Library, inside: bool) -> None:
        self.unit, self.imports, self.library, self.inside = unit, imports, library, inside
        self.bases = bases(unit, library)
        self.needed: set[str] = set()
        modules = {home(unit, name, library) for name in [*unit.types, *unit.parameters]}
        registers = [s.name for s in unit.signals.values() if s.kind == "register"]
        self.taken = modules | {class_name(unit.name), *public_names(unit)}
        self.taken |= {class_of(i.unit) for i in unit.instances.values()}
        names = [*registers, *unit.definitions, *unit.instances]
        self.locals = local_names(names, self.taken)

    def parameter(self, name: str) -> str:
        """A parameter: the argument, or the attribute."""
        name = name.lower()
        return name if name in self.bases and not self.inside else f"self.{name}"

    def symbol(self, name: str) -> str:
        """A port is an attribute, a register a variable."""
        signal = self.unit.signals[self.unit.symbols[name].signal]
        return self.locals[name] if signal.kind == "register" else f"self.{name}"

    def definition(self, name: str) -> str:
        """The variable that holds a definition."""
        return self.locals[name]

    def layout(self, struct: Struct) -> str:
        """A struct's layout, kept by the constructor."""
        for name, definition in self.unit.types.items():
            if definition.type == struct:
                self.needed.add(name)
                return f"self._{snake_name(name)}"
        raise fault(self.unit, "type", f"type {struct} is used here and needs a row in Types")

    def enumeration(self, enum: Enum) -> str:
        """An enumeration's class, here or in the module that it comes from."""
        for name, definition in self.unit.types.items():
            if definition.type == enum:
                return f"{self.imports.unit(home(self.unit, name, self.library))}{name}"
        for origin in dict.fromkeys(t.origin for t in self.unit.types.values() if t.origin):
            unit = self.library.unit(origin)
            for name, definition in unit.types.items():
                if definition.type == enum:
                    found = home(unit, name, self.library) or origin
                    return f"{self.imports.unit(found)}{name}"
        raise fault(self.unit, "type", f"type {enum} is used here and needs a row in Types")


class ClassShapes(Shapes):
    """Shapes in terms of what the constructor has prepared."""

    def __init__(self, names: ClassNames, kept: set[str]) -> None:
        super().__init__(names.unit, names, names.imports, names.library)
        self.kept, self.used, self.taken = kept, dict[str, str](), {*names.taken, *names.bases}

    def named(self, name: str) -> str:
        """A named type: an enumeration's class, or what the constructor calls the layout."""
        definition = self.unit.types[name]
        if isinstance(definition.type, Enum):
            return super().named(name)
        variable = snake_name(name)
        taken = variable in self.taken or is_reserved(variable)
        own = name in self.kept or not definition.origin or taken
        self.used[name] = f"self._{variable}" if own else variable
        return self.used[name]

    def call(self, name: str) -> str:
        """The call that makes the layout."""
        return super().named(name)


def class_lines(unit: Unit, imports: Imports, library: Library, kept: set[str]) -> list[str]:
    """A class up to the end of its constructor.

    Parameters
    ----------
    kept : set of str
        Types that `elaborate` needs.
    """
    names = ClassNames(unit, imports, library, inside=False)
    ports = [s for s in unit.signals.values() if s.kind != "register"]
    _check_ports(unit, ports, names.bases)
    imports.use("amaranth.lib", "wiring")
    out = ["", "", f"class {class_name(unit.name)}(wiring.Component):"]
    out += docstring(_description(unit, ports, names.bases), "    ")
    out += ["", *(f"    {p.name}: {_annotation(p, imports)}" for p in ports)]
    return [*out, "", *_constructor(unit, ports, names, ClassShapes(names, set(kept)))]


def _check_ports(unit: Unit, ports: list[Signal], parameters: dict[str, Base]) -> None:
    attributes = set(parameters) | {p.lower() for p in unit.parameters}
    for port in ports:
        name = port.name
        if keyword.iskeyword(name) or name in _RESERVED or name.startswith("_"):
            raise fault(
                unit,
                "syntax",
                f"a port is not called {name}: the generated class cannot have it",
                port.span,
                "Signals",
            )
        if name in attributes:
            message = f"port {name} and parameter {name.upper()} would have one name"
            raise fault(unit, "syntax", message, port.span, "Signals")


def _description(unit: Unit, ports: list[Signal], found: dict[str, Base]) -> list[str]:
    out = paragraphs(unit.document.prose, 96) or [f"Unit {unit.name}."]
    if found:
        out += ["", "Parameters", "----------"]
        for base in found.values():
            out += [f"{base.name} : int", *_indented(base.meaning)]
    if ports:
        out += ["", "Members", "-------"]
        for port in ports:
            out += [f"{port.name} : {_flow(port)}({_summary(port)})", *_indented(port.meaning)]
    if unit.assumptions:
        out += ["", "Assumptions", "-----------"]
        for assumption in unit.assumptions:
            at = assumption.span
            text = unit.document.lines[at.line - 1][at.column - 1 :][: at.length].strip()
            out += [f"{assumption.id} : {text}", *_indented(assumption.why)]
    return out


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in (sentence(text) if text else [])]


def _flow(port: Signal) -> str:
    return "In" if port.kind.startswith("in") else "Out"


def _summary(port: Signal) -> str:
    text = _spelled(port.type_ast)
    return f"stream of {text}" if port.kind.endswith("stream") else text


def _spelled(ast: Ast) -> str:
    """A type as the table writes it."""
    if ast.kind == "array":
        return f"array of {_spelled(ast.parts[0])}"
    if ast.kind == "type":
        return ast.value
    return f"{ast.kind}({_spelled_number(ast.parts[0])})"


def _spelled_number(ast: Ast) -> str:
    match ast.kind:
        case "name" | "number":
            return ast.value
        case "group":
            return f"({_spelled_number(ast.parts[0])})"
        case "call":
            return f"{ast.parts[0].value}({', '.join(_spelled_number(p) for p in ast.parts[1:])})"
        case "unary":
            return f"{ast.value}{_spelled_number(ast.parts[0])}"
        case "binary" | "compare":
            return f" {ast.value} ".join(_spelled_number(p) for p in ast.parts)
    return "..."


def _annotation(port: Signal, imports: Imports) -> str:
    if port.kind.endswith("stream"):
        imports.use("amaranth.lib", "stream")
        return "stream.Interface"
    if isinstance(port.type, Int):
        return imports.use("amaranth.hdl", "Signal")
    module, kind = ("enum", "EnumView") if isinstance(port.type, Enum) else ("data", "View")
    imports.use("amaranth.lib", module)
    return f"{module}.{kind}"


def _constructor(
    unit: Unit, ports: list[Signal], names: ClassNames, shapes: ClassShapes
) -> list[str]:
    found = names.bases
    arguments = "".join(f", {b.name}: int = {b.default}" for b in found.values())
    out = wrap(f"    def __init__(self{', *' if arguments else ''}{arguments}) -> None:")
    out += [f"        self.{name} = {name}" for name in found]
    out += _derived(unit, names, shapes)
    members: list[str] = []
    for port in ports:
        shape = shapes.shape(port.type_ast)
        if port.kind.endswith("stream"):
            shape = f"stream.Signature({shape})"
        flow = names.imports.use("amaranth.lib.wiring", _flow(port))
        members += wrap(f'                "{port.name}": {flow}({shape}),')
    for name in shapes.kept:
        shapes.named(name)
    for name in [n for n in unit.types if n in shapes.used]:
        out += wrap(f"        {shapes.used[name]} = {shapes.call(name)}")
    body = ["        super().__init__(", "            {", *members, "            }", "        )"]
    return [*out, *body]


def _derived(unit: Unit, names: ClassNames, shapes: Shapes) -> list[str]:
    out: list[str] = []
    for parameter in unit.parameters.values():
        if parameter.base:
            continue
        if parameter.origin:
            origin = names.library.unit(parameter.origin)
            if origin.kind != "types":
                message = (
                    f"parameter {parameter.name} is derived in {origin.name}, no unit of types"
                )
                raise fault(unit, "parameter", message, parameter.span, "Parameters")
            found = {b.name: b for b in parameter_bases(unit, parameter.name, names.library)}
            module = names.imports.unit(home(unit, parameter.name, names.library))
            value = f"{module}{parameter.name.lower()}({pass_on(found, names)})"
        else:
            value = shapes.numbers.number(parameter.node)
        out += wrap(f"        self.{parameter.name.lower()} = {value}")
    return out
