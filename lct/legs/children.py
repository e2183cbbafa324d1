"""The compiler's own Verilog of a structural unit's instances."""

from __future__ import annotations

import re

from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

__all__ = ["children"]

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


def _compiled(unit: Unit, library: Library) -> str:
    values = {p.name.lower(): p.value for p in unit.parameters.values() if p.base}
    key = (str(library.directory), unit.name, tuple(sorted(values.items())))
    if key not in _KNOWN:
        _KNOWN[key] = verilog_text(unit.name, library, values)
    return _KNOWN[key]
