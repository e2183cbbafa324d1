"""Stage 4, structural units: instances and the wires between them."""

from __future__ import annotations

from collections.abc import Callable

from spikewright.lct.diagnostics import Diagnostics, Place, Span
from spikewright.lct.ir import Connection, Instance, Signal, Unit
from spikewright.lct.markdown import Cell, RawRow

__all__ = ["elaborate_structure"]

_Rows = list[tuple[RawRow, dict[str, Cell]]]


def elaborate_structure(
    unit: Unit,
    instances: _Rows,
    connections: _Rows,
    import_unit: Callable[[str, Place], Unit | None],
    diagnostics: Diagnostics,
) -> None:
    """Fill in a unit's instances and connections; faults go to `diagnostics`."""
    document = unit.document
    broken: set[str] = set()
    for _, cells in instances:
        cell, name = cells["unit"], cells["name"].text
        place = document.place(cell.span, "Instances", name, "unit")
        if not name.isidentifier() or name in unit.instances or name in unit.signals:
            at = document.place(cells["name"].span, "Instances", name, "name")
            diagnostics.add("syntax", f"an instance has a name of its own, not {name!r}", at)
            continue
        inner = import_unit(cell.text, place)
        if inner is None:
            broken.add(name)
            continue
        meaning = cells["meaning"].text if "meaning" in cells else ""
        unit.instances[name] = Instance(name, inner, meaning, cells["name"].span)
    for row, cells in connections:
        if any(cells[c].text.partition(".")[0] in broken for c in ("from", "to")):
            continue
        source = _end(unit, cells["from"], "from", diagnostics)
        sink = _end(unit, cells["to"], "to", diagnostics)
        if source is None or sink is None:
            continue
        spans = (row.span, cells["from"].span, cells["to"].span)
        _connect(unit, source, sink, spans, diagnostics)


def _end(unit: Unit, cell: Cell, column: str, diagnostics: Diagnostics) -> tuple[str, str] | None:
    owner, dot, port = cell.text.partition(".")
    place = unit.document.place(cell.span, "Connections", cell.text, column)
    if cell.text == "-" and column == "to":
        return "", "-"
    if not dot:
        owner, port = "", cell.text
    signals = unit.signals if not owner else None
    if owner:
        if owner not in unit.instances:
            diagnostics.add("unknown-name", f"no instance is called {owner}", place)
            return None
        signals = unit.instances[owner].unit.signals
    assert signals is not None
    if port not in signals or signals[port].kind == "register":
        whose = f"{owner} ({unit.instances[owner].unit.name})" if owner else unit.name
        diagnostics.add("unknown-name", f"{whose} has no port {port}", place)
        return None
    return owner, port


def _signal(unit: Unit, end: tuple[str, str]) -> Signal:
    owner, port = end
    return (unit.instances[owner].unit if owner else unit).signals[port]


def _connect(
    unit: Unit,
    source: tuple[str, str],
    sink: tuple[str, str],
    spans: tuple[Span, Span, Span],
    diagnostics: Diagnostics,
) -> None:
    row, from_span, to_span = spans
    label = ".".join(filter(None, source))
    given = _signal(unit, source)
    # Seen from inside, a port of the unit itself has the opposite direction.
    if given.kind.startswith("in") == bool(source[0]):
        place = unit.document.place(from_span, "Connections", label, "from")
        diagnostics.add("type", f"{label} is no source: it is an input here", place)
        return
    if sink == ("", "-"):
        unit.connections.append(Connection(source, sink, row, from_span, to_span))
        return
    taken = _signal(unit, sink)
    place = unit.document.place(to_span, "Connections", label, "to")
    if taken.kind.startswith("in") != bool(sink[0]):
        diagnostics.add(
            "type", f"{'.'.join(filter(None, sink))} is no sink: it is an output here", place
        )
    elif given.kind.endswith("stream") != taken.kind.endswith("stream"):
        diagnostics.add("type", "a stream connects to a stream only", place)
    elif given.type != taken.type:
        diagnostics.add("type", f"{given.type} does not connect to {taken.type}", place)
    else:
        unit.connections.append(Connection(source, sink, row, from_span, to_span))
