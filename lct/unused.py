"""Names that a unit declares and nothing uses."""

from __future__ import annotations

from collections.abc import Iterable

from spikewright.lct.diagnostics import Diagnostics, Finding, Span
from spikewright.lct.ir import Definition, Parameter, TypeDefinition, Unit

__all__ = ["find_unused"]


def find_unused(unit: Unit, used: set[str]) -> list[Finding]:
    """Parameters, types, definitions, inputs and registers of a logic unit that nothing uses."""
    diagnostics = Diagnostics()
    if unit.kind != "logic":
        return []

    def report(section: str, name: str, span: Span | None, message: str) -> None:
        diagnostics.add("unused", message, unit.document.place(span, section, name))

    sections: dict[str, Iterable[Parameter | TypeDefinition | Definition]] = {
        "Parameters": unit.parameters.values(),
        "Types": unit.types.values(),
        "Definitions": unit.definitions.values(),
    }
    for section, declared in sections.items():
        what = section.removesuffix("s").lower()
        for item in declared:
            if item.name not in used:
                report(section, item.name, item.span, f"{what} {item.name} is used by nothing")
    for symbol in unit.symbols.values():
        # A unit may count packets without looking into them.
        if symbol.role == "output" or symbol.name in used or symbol.name.endswith(".payload"):
            continue
        message = f"{symbol.role} {symbol.name} is read by nothing"
        report("Signals", symbol.signal, symbol.span, message)
    return diagnostics.findings
