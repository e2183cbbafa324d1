"""The compiler: an elaborated unit to readable Amaranth source, one branch a row.

The source is parametric: widths stay expressions of the unit's parameters. It is written by the
same unit in the same way on any machine; nothing in it depends on time, place or hash seed.
"""

from __future__ import annotations

from spikewright.lct.compile_class import class_lines
from spikewright.lct.compile_logic import logic_lines
from spikewright.lct.compile_names import (
    GENERATED,
    Imports,
    Library,
    bases,
    check_public,
    class_name,
)
from spikewright.lct.compile_structure import structure_lines
from spikewright.lct.compile_text import docstring, wrap
from spikewright.lct.compile_types import own_types, public_names
from spikewright.lct.ir import Unit
from spikewright.lct.library import SUFFIX
from spikewright.lct.library import Library as Folder

__all__ = ["GENERATED", "bases", "class_name", "compile_package", "compile_unit"]


def compile_unit(unit: Unit, library: Library | None = None, package: str = GENERATED) -> str:
    """Amaranth source of one unit.

    Parameters
    ----------
    unit : Unit
        A unit of tables, structure or types, elaborated without overrides: its parameters' values
        become defaults.
    library : Library
        Where the units stand from which it imports; the project's own by default.
    package : str
        Package in which the modules of the other units will be.

    Raises
    ------
    LctError
        The unit is hand-written, or something in it has no Amaranth form.
    """
    library = library or Folder()
    assert not unit.external, f"{unit.name} is hand-written"
    public = public_names(unit) + ([] if unit.kind == "types" else [class_name(unit.name)])
    check_public(unit, public, bases(unit, library))
    imports = Imports(package)
    types, body = own_types(unit, imports, library), _body(unit, imports, library)
    public.sort(key=lambda n: (n[:1].islower(), n))
    exported = _exported(public)
    parts = [imports.lines(), exported] if imports.lines() else [exported]
    lines = [*_header(unit), *(x for part in parts for x in ["", *part]), *types, *body]
    return "\n".join(lines) + "\n"


def _body(unit: Unit, imports: Imports, library: Library) -> list[str]:
    """Source of the class, if the unit has more than types."""
    if unit.kind == "types":
        return []
    elaborate = structure_lines if unit.kind == "structure" else logic_lines
    method, kept = elaborate(unit, imports, library)
    return [*class_lines(unit, imports, library, kept), *method]


def _header(unit: Unit) -> list[str]:
    lines = [
        f"Generated from {unit.name}{SUFFIX}: do not edit, change the table.",
        "",
        f"Written by: spikewright generate {unit.name}",
    ]
    return docstring(lines)


def compile_package(names: list[str]) -> str:
    """Source of the package's `__init__`, which names its modules."""
    what = "Generated from the tables in lct/units: do not edit, change the tables."
    lines = docstring([what, "", "Written by: spikewright generate"])
    return "\n".join([*lines, "", *_exported(sorted(names))]) + "\n"


def _exported(names: list[str]) -> list[str]:
    quoted = ", ".join(f'"{n}"' for n in names)
    return wrap(f"__all__ = [{quoted}]")
