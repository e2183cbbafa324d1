"""Stage 4, sections: which there are, and which columns each of them has."""

from __future__ import annotations

import re

from spikewright.lct.elaboration import Elaboration, Rows
from spikewright.lct.markdown import Section

__all__ = ["SECTIONS", "TABLE", "find_sections", "rows_of"]

SECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Parameters": (("name", "value"), ("meaning",)),
    "Types": (("name", "definition"), ("meaning",)),
    "Signals": (("name", "kind", "type"), ("reset", "meaning")),
    "Definitions": (("name", "expression"), ("meaning",)),
    "Assumptions": (("id", "always"), ("why",)),
    "Instances": (("name", "unit"), ("meaning",)),
    "Connections": (("from", "to"), ("note",)),
    "External": (("class", "reason"), ("paths",)),
}
"""For each section, the columns it must have and those it may have."""

TABLE = re.compile(r"^Table ([A-Za-z_]\w*) \((unique|priority)\)$")


def find_sections(e: Elaboration) -> dict[str, Section]:
    """The sections of a unit's declarations by title; faults of the form are reported."""
    found: dict[str, Section] = {}
    for section in e.document.sections:
        place = e.document.place(section.span)
        if section.title.startswith("Table "):
            if not TABLE.match(section.title):
                rule = "a table's heading is `Table NAME (unique)` or `Table NAME (priority)`"
                e.fault("syntax", rule, place)
            elif section.table is None:
                e.fault("syntax", f"no table follows `{section.title}`", place)
        elif section.title in found:
            e.fault("syntax", f"section {section.title} stands twice", place)
        elif section.title in SECTIONS:
            found[section.title] = section
            _check_header(e, section)
        elif section.table is not None:
            known = ", ".join(SECTIONS)
            message = f"no section is called {section.title!r}: there are {known} and Table"
            e.fault("syntax", message, place)
    _check_kind(e, found)
    return found


def _check_kind(e: Elaboration, found: dict[str, Section]) -> None:
    """Check that the unit is of one kind: logic, structure or external."""
    tables = [s for s in e.document.sections if s.title.startswith("Table ")]
    kinds = [s for t, s in found.items() if t in ("Instances", "External")] + tables[:1]
    if len(kinds) > 1:
        message = "a unit has either logic tables, or instances, or an external class"
        e.fault("syntax", message, e.document.place(kinds[1].span))
    if "Connections" in found and "Instances" not in found:
        place = e.document.place(found["Connections"].span)
        e.fault("syntax", "connections need instances to connect", place)


def _check_header(e: Elaboration, section: Section) -> None:
    required, optional = SECTIONS[section.title]
    if section.table is None:
        place = e.document.place(section.span)
        e.fault("syntax", f"no table follows `{section.title}`", place)
        return
    names = [c.text for c in section.table.header]
    for name in required:
        if name not in names:
            message = f"section {section.title} has no column {name!r}"
            e.fault("syntax", message, e.document.place(section.span, section.title))
    for cell in section.table.header:
        if cell.text not in required + optional:
            columns = ", ".join(required + optional)
            message = f"section {section.title} has columns {columns}, not {cell.text!r}"
            e.fault("syntax", message, e.document.place(cell.span, section.title))


def rows_of(section: Section | None) -> Rows:
    """The rows of a section with their cells by column; none where a column is missing."""
    if section is None or section.table is None:
        return []
    names = [c.text for c in section.table.header]
    required, _ = SECTIONS[section.title]
    if not set(required) <= set(names):
        return []
    return [(row, dict(zip(names, row.cells, strict=True))) for row in section.table.rows]
