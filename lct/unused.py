"""Names that a unit declares and nothing uses."""

from __future__ import annotations

from spikewright.lct.diagnostics import Diagnostics, Span
from spikewright.lct.ir import Unit

__all__ = ["report_unused"]


def report_unused(unit: Unit, used: set[str], diagnostics: Diagnostics) -> None:
    """Report unused parameters, types, definitions and inputs of a logic unit."""
    if unit.kind != "logic":
        return

    def report(section: str, name: str, span: Span | None, message: str) -> None:
        diagnostics.add("unused", message, unit.document.place(span, section, name))

    for parameter in unit.parameters.values():
        if parameter.name not in used:
            message = f"parameter {parameter.name} is used by nothing"
            report("Parameters", parameter.name, parameter.span, message)
    for kind in unit.types.values():
        if kind.name not in used:
            report("Types", kind.name, kind.span, f"type {kind.name} is used by nothing")
    for definition in unit.definitions.values():
        if definition.name not in used:
            message = f"definition {definition.name} is used by nothing"
            report("Definitions", definition.name, definition.span, message)
    for symbol in unit.symbols.values():
        if symbol.name.endswith(".payload"):
            continue  # a unit may count packets without looking into them
        if symbol.role == "input" and symbol.name not in used:
            report("Signals", symbol.signal, symbol.span, f"input {symbol.name} is read by nothing")
        elif symbol.role == "register" and symbol.name not in used:
            report(
                "Signals", symbol.signal, symbol.span, f"register {symbol.name} is read by nothing"
            )
