"""Conditions in a unit's own words: what may say where two sides differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spikewright.lct.builder import Term
from spikewright.lct.compare.scene import Claim, Scene
from spikewright.lct.evaluate import constant, pack
from spikewright.lct.ir import Condition, Node, Table, Unit
from spikewright.lct.reads import expressions, nodes_below
from spikewright.lct.solver import Solver
from spikewright.lct.types import BOOL, Array, Int, Struct, Type
from spikewright.lct.values import show

__all__ = ["Literal", "Part", "literals", "parts"]

_ORDERED = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, eq=False)
class Part:
    """An integer or enumeration inside a symbol, under the name that people give it."""

    name: str
    type: Type
    term: Term


@dataclass(frozen=True, eq=False)
class Literal:
    """A condition that holds at a counterexample: in the simplest case, that a part has a value."""

    text: str
    term: Term
    part: Part | None = None
    value: int = 0


def parts(scene: Scene) -> list[Part]:
    """Every part of every input and register, the widest first."""
    found = [
        part
        for name, term in scene.present.items()
        for part in _parts(scene, name, scene.unit.symbols[name].type, term)
    ]
    return sorted(found, key=lambda p: -p.type.width)


def _parts(scene: Scene, name: str, kind: Type, term: Term) -> Iterator[Part]:
    b = scene.builder
    match kind:
        case Struct():
            for field, inner in kind.fields:
                cut = b.bits(term, kind.offset(field), inner.width)
                yield from _parts(scene, f"{name}.{field}", inner, cut)
        case Array():
            for i in range(kind.length):
                width = kind.element.width
                cut = b.bits(term, i * width, width)
                yield from _parts(scene, f"{name}[{i}]", kind.element, cut)
        case _:
            yield Part(name, kind, term)


def _text(unit: Unit, node: Node) -> str:
    """An expression as the unit's file has it; empty where it has none of its own."""
    match node.op:
        case "symbol" | "ref":
            return str(node.value)
        case "field":
            base = _text(unit, node.args[0])
            return f"{base}.{node.value}" if base else ""
        case "param":
            return str(node.value[0])
    value = constant(node)
    if value is not None:
        return show(pack(value, node.type), node.type)
    span, lines = node.span, unit.document.lines
    if span is None or not 0 < span.line <= len(lines):
        return ""
    text = lines[span.line - 1][span.column - 1 : span.column - 1 + span.length]
    return text if len(text) == span.length else ""


def literals(scene: Scene, claim: Claim, solver: Solver) -> list[Literal]:
    """Conditions that hold where the solver's last answer is, the most special first.

    First the value of every part, then what the table itself asks: comparisons that are met with
    equality, conditions inside its expressions, and the cells of its other rows.
    """
    b, found = scene.builder, list[Literal]()
    for part in parts(scene):
        value = solver.value(part.term)
        here = b.equal(part.term, b.number(value, part.type.width))
        found.append(Literal(f"{part.name} = {show(value, part.type)}", here, part, value))
    found += _inside(scene, claim.table, solver)
    found += _cells(scene, claim, solver)
    return list({x.text: x for x in found}.values())


def _inside(scene: Scene, table: Table, solver: Solver) -> Iterator[Literal]:
    terms, unit = scene.table.terms, scene.unit
    for node in nodes_below([c.node for c in table.conditions] + expressions(table)):
        if node.op in _ORDERED and all(isinstance(a.type, Int) for a in node.args):
            names = [_text(unit, a) for a in node.args]
            same = scene.builder.equal(*terms.together(*node.args)[1])
            if all(names) and constant(node) is None and solver.holds(same):
                yield Literal(" = ".join(names), same)
        if node.op == "ref" and node.type == BOOL:
            value = solver.holds(terms.truth(node))
            yield Literal(f"{node.value} = {int(value)}", _either(scene, node, value))
        if node.op == "if" and (name := _text(unit, node.args[0])):
            value = solver.holds(terms.truth(node.args[0]))
            text = name if value else f"not ({name})"
            yield Literal(text, _either(scene, node.args[0], value))


def _either(scene: Scene, node: Node, value: bool) -> Term:
    term = scene.table.terms.truth(node)
    return term if value else scene.builder.negate(term)


def _cells(scene: Scene, claim: Claim, solver: Solver) -> Iterator[Literal]:
    """Cells of the table's other rows; those of the claim's own row hold anyway."""
    table = claim.table
    for number, row in enumerate(table.rows):
        cells = zip(table.conditions, row.conditions, row.condition_spans, strict=True)
        for column, cell, span in cells:
            if cell is None or number == claim.number:
                continue
            value = solver.holds(scene.table.terms.truth(cell))
            line = scene.unit.document.lines[span.line - 1]
            text = line[span.column - 1 : span.column - 1 + span.length].strip()
            yield Literal(_cell(column, text, cell, value), _either(scene, cell, value))


def _cell(column: Condition, text: str, cell: Node, value: bool) -> str:
    """``event.valid = 1``, ``dx > 0``, ``state is not IDLE``, ``not (n in 1..15)``."""
    name = column.text
    if column.node.type == BOOL and text in ("0", "1"):
        flag = value == (text == "1")
        if re.fullmatch(r"[\w.]+", name):
            return f"{name} = {int(flag)}"
        return name if flag else f"not ({name})"
    if text.startswith(("<", ">", "=", "!")):
        return f"{name} {text}" if value else f"not ({name} {text})"
    if text.startswith("not "):
        return f"{name} is {text}" if value else f"not ({name} is {text})"
    if cell.op == "==":
        return f"{name} {'=' if value else 'is not'} {text}"
    return f"{name} in {text}" if value else f"not ({name} in {text})"
