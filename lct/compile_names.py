"""What generated code calls things, and which parameters a generated class takes."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from spikewright.lct.diagnostics import Finding, LctError, Place, Span
from spikewright.lct.expression import Ast
from spikewright.lct.ir import Parameter, Unit, walk
from spikewright.lct.types import Enum

__all__ = [
    "GENERATED",
    "Base",
    "Imports",
    "Library",
    "ast_bases",
    "bases",
    "check_public",
    "class_name",
    "class_of",
    "fault",
    "home",
    "is_reserved",
    "local_names",
    "module_of",
    "parameter_bases",
    "snake_name",
    "type_bases",
]

# Package that the generated modules are in.
GENERATED = "spikewright.hdl.generated"
# What a generated module may bind itself, beside Python's own names.
_TAKEN = {
    *("m", "self", "platform", "In", "Out", "data", "enum", "stream", "wiring"),
    *("Cat", "Const", "Module", "Mux", "Shape", "Signal", "signed", "unsigned"),
    *("bit", "build", "choose", "clamp", "clog2", "connect", "first_one", "flipped", "popcount"),
    *("replace", "shift_right", "sign", "trunc", "wire"),
}


class Library(Protocol):
    """Where the compiler finds the units that a unit imports from."""

    def unit(self, name: str, overrides: Mapping[str, int] | None = None) -> Unit:
        """A unit by name."""


@dataclass(frozen=True)
class Base:
    """A parameter of a generated class: the argument's name, its default and its meaning."""

    name: str
    default: int
    meaning: str


def fault(
    unit: Unit, code: str, message: str, span: Span | None = None, section: str = ""
) -> LctError:
    """What the compiler raises for a unit that it cannot write down."""
    place = Place(unit.document.file, span, section)
    return LctError([Finding(code, message, place)], unit.document.lines)


def class_name(unit: str) -> str:
    """``forward_east`` as a class: ``ForwardEast``."""
    return "".join(word[:1].upper() + word[1:] for word in unit.split("_"))


def class_of(unit: Unit) -> str:
    """The class of a unit, generated or hand-written."""
    return unit.external.partition(":")[2] or class_name(unit.name)


def snake_name(name: str) -> str:
    """``HopCount`` as a variable: ``hop_count``; all capitals are one word."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def module_of(unit: Unit, imports: Imports) -> str:
    """Module that holds a unit's class."""
    return unit.external.partition(":")[0] or f"{imports.package}.{unit.name}"


def is_reserved(name: str) -> bool:
    """Whether generated modules use the name themselves."""
    return name in _TAKEN or keyword.iskeyword(name) or hasattr(builtins, name)


def local_names(names: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """Variables for a table's names: one that means something else gets an underscore."""
    result: dict[str, str] = {}
    used = {*taken, *names}
    for name in names:
        variable = name
        while is_reserved(variable) or variable in taken or variable in used - {name}:
            variable += "_"
        result[name] = variable
        used.add(variable)
    return result


def check_public(unit: Unit, names: Sequence[str], parameters: Iterable[str]) -> None:
    """Refuse names that the generated module could not give away.

    Parameters
    ----------
    names : sequence of str
        Functions and classes of the module.
    parameters : iterable of str
        Arguments.
    """
    for name in [unit.name, *names, *parameters]:
        if is_reserved(name):
            message = f"{name} is a name that the generated module needs itself"
            raise fault(unit, "syntax", message)
    for name in names:
        if names.count(name) > 1:
            raise fault(unit, "syntax", f"the generated module would have two things called {name}")


def home(unit: Unit, name: str, library: Library) -> str:
    """The unit whose module holds a type or a parameter; empty where that is this unit."""
    origin = ""
    while name in unit.parameters or name in unit.types:
        declared = unit.parameters.get(name) or unit.types[name]
        if not declared.origin:
            break
        origin = declared.origin
        unit = library.unit(origin)
    return origin


class Imports:
    """The names that a generated module uses, by module.

    Parameters
    ----------
    package : str
        Package of the other generated modules.
    """

    def __init__(self, package: str = GENERATED) -> None:
        self.package = package
        self._names: dict[str, set[str]] = {}

    def use(self, module: str, name: str) -> str:
        """Note that `name` of `module` is used; the name."""
        self._names.setdefault(module, set()).add(name)
        return name

    def unit(self, name: str) -> str:
        """Note that another unit's module is used; how its names begin."""
        return f"{self.use(self.package, name)}." if name else ""

    def lines(self) -> list[str]:
        """Import statements, sorted; ours apart from Amaranth's."""
        out: list[str] = []
        for group in ("typing", "amaranth", ""):
            mine = [m for m in self._names if m.startswith(group)]
            if group == "":
                mine = [m for m in mine if not m.startswith(("typing", "amaranth"))]
            if mine and out:
                out.append("")
            for module in sorted(mine):
                out += _import(module, sorted(self._names[module], key=_isort_key))
        return out


def _import(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 100:
        return [line]
    return [f"from {module} import (", *(f"    {n}," for n in names), ")"]


def _isort_key(name: str) -> tuple[int, str]:
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


# ---- parameters


def parameter_bases(unit: Unit, name: str, library: Library) -> Iterator[Base]:
    """The base parameters that a parameter is made from."""
    parameter = unit.parameters[name]
    if parameter.origin:
        yield from _described(
            parameter_bases(library.unit(parameter.origin), name, library), parameter
        )
    elif parameter.base:
        yield Base(name.lower(), parameter.value, parameter.meaning)
    else:
        for node in walk(parameter.node):
            if node.op == "param":
                yield from parameter_bases(unit, node.value[0], library)


def _described(found: Iterable[Base], parameter: Parameter) -> Iterator[Base]:
    """A unit's own words for an imported parameter come first."""
    for base in found:
        own = parameter.meaning if base.name == parameter.name.lower() else ""
        yield Base(base.name, base.default, own or base.meaning)


def type_bases(unit: Unit, name: str, library: Library) -> Iterator[Base]:
    """The base parameters that a type depends on."""
    definition = unit.types[name]
    if definition.origin:
        yield from type_bases(library.unit(definition.origin), name, library)
    elif isinstance(definition.type, Enum):
        return
    else:
        yield from ast_bases(unit, definition.ast, library)


def ast_bases(unit: Unit, ast: Ast, library: Library) -> Iterator[Base]:
    """The base parameters that a type's text depends on."""
    if ast.kind == "name" and ast.value in unit.parameters:
        yield from parameter_bases(unit, ast.value, library)
    elif ast.kind == "type":
        yield from type_bases(unit, ast.value, library)
    for part in ast.parts:
        yield from ast_bases(unit, part, library)


def bases(unit: Unit, library: Library) -> dict[str, Base]:
    """The parameters of a unit's class, by name, in the order in which the unit comes to need them.

    Raises
    ------
    LctError
        Two of the units involved give one parameter different defaults.
    """
    found: dict[str, Base] = {}
    for base in _all_bases(unit, library):
        known = found.setdefault(base.name, base)
        if known.default != base.default:
            message = (
                f"parameter {base.name} has one default, not {known.default} and {base.default}"
            )
            raise fault(unit, "parameter", message)
    return found


def _all_bases(unit: Unit, library: Library) -> Iterator[Base]:
    for parameter in unit.parameters.values():
        # A hand-written class computes for itself what its table derives.
        if parameter.base or not unit.external:
            yield from parameter_bases(unit, parameter.name, library)
    for name in unit.types:
        yield from type_bases(unit, name, library)
    for instance in unit.instances.values():
        yield from bases(instance.unit, library).values()
