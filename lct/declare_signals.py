"""Stage 4, signals with their symbols, definitions, assumptions, and what an external unit says."""

from __future__ import annotations

import re
from dataclasses import replace

from spikewright.lct.declare_types import resolve
from spikewright.lct.diagnostics import Place
from spikewright.lct.elaboration import Elaboration, Spans
from spikewright.lct.evaluate import constant, pack
from spikewright.lct.expression import parse_expression, parse_type
from spikewright.lct.ir import Assumption, Definition, Node, Signal, Symbol
from spikewright.lct.markdown import Cell
from spikewright.lct.scope import TypeFault
from spikewright.lct.types import BOOL, Int, Type
from spikewright.lct.values import is_value

__all__ = [
    "KINDS",
    "declare_assumption",
    "declare_definition",
    "declare_external",
    "declare_signal",
    "declare_symbols",
]

KINDS = ("in", "out", "in stream", "out stream", "register")


def declare_signal(e: Elaboration, cells: dict[str, Cell]) -> None:
    """Add a row of Signals to the unit."""
    name, kind = e.named("Signals", cells), cells["kind"].text
    place = e.document.place(cells["type"].span, "Signals", cells["name"].text, "type")
    if kind not in KINDS:
        at = replace(place, span=cells["kind"].span, column="kind")
        e.fault("syntax", f"a signal's kind is one of {', '.join(KINDS)}, not {kind!r}", at)
        e.scope.broken.add(cells["name"].text)
        return
    if name is None:
        return

    def act(span: Spans) -> None:
        ast = parse_type(cells["type"].text)
        resolved = resolve(e, ast, span)
        meaning = cells["meaning"].text if "meaning" in cells else ""
        at = cells["name"].span
        e.unit.signals[name] = Signal(name, kind, resolved, ast, None, meaning, at)

    if e.declare(name, cells["type"], place, act):
        _reset(e, name, cells, replace(place, column="reset"))


def _reset(e: Elaboration, name: str, cells: dict[str, Cell], place: Place) -> None:
    signal, cell = e.unit.signals[name], cells.get("reset")
    if signal.kind != "register":
        if cell and cell.text:
            message = f"only registers have a reset, and {name} is none"
            e.fault("no-reset", message, replace(place, span=cell.span))
        return
    if cell is None or not cell.text:
        message = f"register {name} has no reset value"
        e.fault("no-reset", message, replace(place, span=signal.span))
        return

    def act(span: Spans) -> None:
        ast = parse_expression(cell.text)
        if ast.kind == "number" and int(ast.value, 0) == 0:
            node = Node("const", (), signal.type, 0, span(ast))
        else:
            node = e.scope.node(ast, span, signal.type)
        value = constant(node)
        integers = isinstance(signal.type, Int) and isinstance(node.type, Int)
        if value is None or not (integers or node.type == signal.type):
            message = f"the reset value of {name} is a constant of type {signal.type}"
            raise TypeFault("type", message, ast)
        if isinstance(signal.type, Int) and not signal.type.low <= value <= signal.type.high:
            raise TypeFault("width", f"reset value {value} does not fit {signal.type}", ast)
        if not is_value(pack(value, signal.type), signal.type):
            message = f"0 is no value of {signal.type}: an enumerant in it has another number"
            raise TypeFault("width", message, ast)
        e.unit.signals[name] = replace(signal, reset=node)

    e.attempt(cell, replace(place, span=cell.span), act)


def declare_symbols(e: Elaboration) -> None:
    """Make the symbols of all signals, and the names by which expressions reach them."""
    for signal in e.unit.signals.values():
        if signal.kind.endswith("stream"):
            _declare_stream(e, signal)
            continue
        role = {"in": "input", "out": "output"}.get(signal.kind, "register")
        reset = constant(signal.reset) if signal.reset else None
        packed = pack(reset, signal.type) if reset is not None else None
        e.unit.symbols[signal.name] = Symbol(
            signal.name, signal.type, role, signal.name, packed, signal.span
        )
        e.scope.names[signal.name] = Node("symbol", (), signal.type, signal.name, signal.span)


def _declare_stream(e: Elaboration, signal: Signal) -> None:
    inward = signal.kind == "in stream"
    parts: dict[str, Node] = {}
    kinds: tuple[tuple[str, Type], ...] = (
        ("valid", BOOL),
        ("payload", signal.type),
        ("ready", BOOL),
    )
    for part, kind in kinds:
        role = "input" if inward == (part != "ready") else "output"
        name = f"{signal.name}.{part}"
        e.unit.symbols[name] = Symbol(name, kind, role, signal.name, None, signal.span)
        parts[part] = Node("symbol", (), kind, name, signal.span)
    e.scope.streams[signal.name] = parts


def declare_definition(e: Elaboration, cells: dict[str, Cell]) -> None:
    """Add a row of Definitions to the unit."""
    name, cell = e.named("Definitions", cells), cells["expression"]
    place = e.document.place(cell.span, "Definitions", cells["name"].text, "expression")
    if name is None:
        return

    def act(span: Spans) -> None:
        node = e.scope.node(parse_expression(cell.text), span)
        meaning = cells["meaning"].text if "meaning" in cells else ""
        at = cells["name"].span
        e.unit.definitions[name] = Definition(name, node, meaning, at)
        e.scope.names[name] = Node("ref", (node,), node.type, name, at)

    e.declare(name, cell, place, act)


def declare_assumption(e: Elaboration, cells: dict[str, Cell]) -> None:
    """Add a row of Assumptions to the unit."""
    cell, label = cells["always"], cells["id"].text
    place = e.document.place(cell.span, "Assumptions", label, "always")
    if not label or label in [a.id for a in e.unit.assumptions]:
        at = replace(place, span=cells["id"].span, column="id")
        e.fault("syntax", f"an assumption has an id of its own, not {label!r}", at)
        return

    def act(span: Spans) -> None:
        ast = parse_expression(cell.text)
        node = e.scope.node(ast, span)
        if node.type != BOOL:
            message = f"an assumption has type unsigned(1), not {node.type}"
            raise TypeFault("type", message, ast)
        why = cells["why"].text if "why" in cells else ""
        e.unit.assumptions.append(Assumption(label, node, why, cell.span))

    e.attempt(cell, place, act)


def declare_external(e: Elaboration, cells: dict[str, Cell]) -> None:
    """Note the class of an external unit, why there is one, and what it says of its timing."""
    cell, unit = cells["class"], e.unit
    if unit.external or not re.match(r"^[\w.]+:\w+$", cell.text):
        place = e.document.place(cell.span, "External", column="class")
        e.fault("syntax", "an external unit names one class, as module:Class", place)
        return
    unit.external, unit.external_reason = cell.text, cells["reason"].text
    if "paths" in cells:
        _paths(e, cells["paths"])


def _paths(e: Elaboration, cell: Cell) -> None:
    """Read `none`, or `a, b -> x; c -> y`: the inputs that outputs follow within one cycle."""
    place = e.document.place(cell.span, "External", column="paths")
    found: dict[str, list[str]] = {}
    for part in [] if cell.text == "none" else cell.text.split(";"):
        sources, arrow, output = (p.strip() for p in part.partition("->"))
        inputs = [n.strip() for n in sources.split(",")]
        if not arrow:
            message = f"paths are `none`, or `input, input -> output; ...`, not {cell.text!r}"
            e.fault("syntax", message, place)
            return
        for name, role in [*((n, "input") for n in inputs), (output, "output")]:
            if name not in e.unit.symbols or e.unit.symbols[name].role != role:
                e.fault("unknown-name", f"no {role} is called {name}", place)
                return
        found.setdefault(output, []).extend(inputs)
    e.unit.external_paths = {o: tuple(dict.fromkeys(names)) for o, names in found.items()}
