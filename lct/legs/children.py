"""The compiler's own sources of a structural unit's instances."""

from __future__ import annotations

import re

from spikewright.lct.compile import compile_unit
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.ir import Unit
from spikewright.lct.library import UNITS, Library

__all__ = ["children", "python_children"]

_KNOWN: dict[tuple[str, str, tuple[tuple[str, int], ...]], str] = {}


def children(unit: Unit, text: str, library: Library) -> dict[str, str]:
    """Sources, by file name, of the units that `text` instantiates and does not define itself.

    External units have none.
    """
    found: dict[str, str] = {}
    for name, inner in {i.unit.name: i.unit for i in unit.instances.values()}.items():
        defined = re.search(rf"\bmodule\s+\\?{name}\b", text)
        used = re.search(rf"\b{name}\s+(#\s*\(|\\?\w+\s*\()", text)
        if used and not defined and inner.kind in ("logic", "structure"):
            found[f"{name}_compiled.v"] = _compiled(inner, library)
    return found


def python_children(unit: Unit, library: Library | None) -> dict[str, str] | None:
    """Amaranth sources of the units of instances; None where the installed ones do."""
    if library is None or library.directory == UNITS:
        return None
    inner = {i.unit.name: i.unit for i in unit.instances.values()}
    return {n: compile_unit(u, library) for n, u in inner.items() if u.kind == "logic"}


def _compiled(unit: Unit, library: Library) -> str:
    values = {p.name.lower(): p.value for p in unit.parameters.values() if p.base}
    key = (str(library.directory), unit.name, tuple(sorted(values.items())))
    if key not in _KNOWN:
        _KNOWN[key] = verilog_text(unit.name, library, values)
    return _KNOWN[key]
