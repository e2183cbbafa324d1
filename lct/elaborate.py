"""Stage 4: a parsed document to a `Unit`: names resolved, widths exact, every cell typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spikewright.lct.declare_signals import (
    KINDS,
    declare_assumption,
    declare_definition,
    declare_external,
    declare_signal,
    declare_symbols,
)
from spikewright.lct.declare_types import declare_parameter, declare_type
from spikewright.lct.diagnostics import Diagnostics, Span
from spikewright.lct.elaboration import NAME, ContainsItself, Elaboration, Units
from spikewright.lct.ir import Unit
from spikewright.lct.logic import elaborate_table
from spikewright.lct.markdown import Cell, Document
from spikewright.lct.sections import SECTIONS, TABLE, find_sections, rows_of
from spikewright.lct.structure import elaborate_structure
from spikewright.lct.unused import find_unused

__all__ = ["KINDS", "SECTIONS", "ContainsItself", "Units", "elaborate"]

_STEPS: dict[str, Callable[[Elaboration, dict[str, Cell]], None]] = {
    "Parameters": declare_parameter,
    "Types": declare_type,
    "Signals": declare_signal,
    "Definitions": declare_definition,
    "Assumptions": declare_assumption,
    "External": declare_external,
}
"""In this order, whatever the order of the sections in the file."""


def elaborate(
    document: Document, units: Units, overrides: Mapping[str, int], diagnostics: Diagnostics
) -> Unit:
    """Elaborate a document; faults go to `diagnostics`.

    Parameters
    ----------
    overrides : mapping of str to int
        Values of base parameters, by their name in lower case; names that the unit lacks are
        ignored.
    """
    e = Elaboration(document, units, overrides, diagnostics)
    _check_title(e)
    sections = find_sections(e)
    for title, step in _STEPS.items():
        for _, cells in rows_of(sections.get(title)):
            step(e, cells)
        if title == "Signals":
            declare_symbols(e)
    if "Instances" in sections:
        instances, wires = (rows_of(sections.get(t)) for t in ("Instances", "Connections"))
        elaborate_structure(e.unit, instances, wires, e.import_unit, diagnostics)
    for section in document.sections:
        match = TABLE.match(section.title)
        if match:
            elaborate_table(e, section, match[1], match[2])
    if e.unit.kind == "logic" and not e.unit.tables and not diagnostics.findings:
        message = f"{e.unit.name} has signals and neither tables nor instances"
        e.fault("syntax", message, document.place(Span(1, 1)))
    e.unit.unused = find_unused(e.unit, e.scope.used)
    e.unit.readings = e.scope.readings
    return e.unit


def _check_title(e: Elaboration) -> None:
    title = e.document.title
    if not title:
        e.fault("syntax", "a unit file starts with `# name`", e.document.place(Span(1, 1)))
    elif not NAME.match(title):
        message = f"a unit's name is letters, digits and underscores, not {title!r}"
        e.fault("syntax", message, e.document.place(e.document.title_span))
