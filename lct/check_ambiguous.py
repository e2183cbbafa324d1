"""Cells that a reader who thinks in Verilog or C takes for another rule.

Only what gives another value for some input is reported: ``a & b == c`` where both readings
agree, under the conditions of its row and the assumptions, misleads nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spikewright.lct.context import Context
from spikewright.lct.diagnostics import Place
from spikewright.lct.ir import Node, Reading, Table
from spikewright.lct.precedence import bracketed
from spikewright.lct.terms import Term
from spikewright.lct.types import BOOL, Int, Type, union
from spikewright.lct.witness import Shown

__all__ = ["check_ambiguous"]

_TRUTHS = ("not", "and", "or")


@dataclass(frozen=True)
class _Use:
    """Where a reading decides something: what it decides, read in both ways, and when."""

    reading: Reading
    here: Node
    verilog: Node
    given: tuple[Term, ...]
    place: Place
    table: Table | None = None
    own: str = ""


def check_ambiguous(context: Context) -> None:
    """Report expressions that are ambiguous, each once."""
    readings = {id(r.node): r for r in context.unit.readings}
    if not readings:
        return
    reported: set[int] = set()
    for use in _uses(context, readings):
        if id(use.reading) not in reported and _differs(context, use):
            reported.add(id(use.reading))


def _uses(context: Context, readings: Mapping[int, Reading]) -> Iterator[_Use]:
    unit = context.unit
    place = unit.document.place
    whole: list[tuple[Node | None, str, str, str]] = [
        *((p.node, "Parameters", p.name, "value") for p in unit.parameters.values()),
        *((s.reset, "Signals", s.name, "reset") for s in unit.signals.values()),
        *((d.node, "Definitions", d.name, "expression") for d in unit.definitions.values()),
        *((a.node, "Assumptions", a.id, "always") for a in unit.assumptions),
    ]
    for node, section, name, column in whole:
        reading = readings.get(id(node))
        if node is not None and reading is not None:
            at = place(reading.span, section, name, column)
            own = name if section == "Assumptions" else ""
            yield _Use(reading, node, reading.verilog, (), at, own=own)
    for table in unit.tables:
        for row in range(len(table.rows)):
            yield from _row(context, readings, table, row)


def _row(
    context: Context, readings: Mapping[int, Reading], table: Table, row: int
) -> Iterator[_Use]:
    """The uses in one row, those in the heads of its columns among them."""
    this, now = table.rows[row], context.now
    before = [now.none_before(table)[row]] if table.policy == "priority" else []
    for k, cell in enumerate(this.conditions):
        if cell is None:
            continue
        others = [c for j, c in enumerate(this.conditions) if c is not None and j != k]
        given = (*before, *map(now.terms.truth, others))
        name, head = table.conditions[k].text, table.conditions[k].node
        for reading in _below(cell, readings):
            label = "" if reading.node is head else this.id
            place = context.unit.document.place(reading.span, table.name, label, name)
            yield _Use(reading, cell, _truth(_swapped(cell, reading)), given, place, table)
    for k, target in enumerate(this.targets):
        found = readings.get(id(target))
        if isinstance(target, Node) and found is not None:
            name = table.targets[k].symbol.name
            place = context.unit.document.place(found.span, table.name, this.id, name)
            yield _Use(found, target, found.verilog, (now.wins(table, row),), place, table)


def _below(cell: Node, readings: Mapping[int, Reading]) -> Iterator[Reading]:
    """The readings that a condition cell is made of; definitions are judged by themselves."""
    if id(cell) in readings:
        yield readings[id(cell)]
    elif cell.op != "ref":
        for arg in cell.args:
            yield from _below(arg, readings)


def _swapped(node: Node, reading: Reading) -> Node:
    """A condition cell with one expression read as Verilog."""
    if node is reading.node:
        return reading.verilog
    args = tuple(_swapped(a, reading) for a in node.args)
    if all(a is b for a, b in zip(args, node.args, strict=True)):
        return node
    return replace(node, args=tuple(map(_truth, args)) if node.op in _TRUTHS else args)


def _truth(node: Node) -> Node:
    if node.type == BOOL:
        return node
    return Node("!=", (node, Node("const", (), node.type, 0)), BOOL)


def _differs(context: Context, use: _Use) -> bool:
    """Ask whether the readings ever differ, and report it if so."""
    b, terms = context.builder, context.now.terms
    kind = _both(use.here.type, use.verilog.type)
    sides = [terms.extended(node, kind.width) for node in (use.here, use.verilog)]
    differ = b.negate(b.equal(*sides))
    without = [use.own] if use.own else []
    answer = context.ask(*use.given, differ, without=without, own=use.own)
    here, there = _texts(context, use.reading)
    if answer == "unknown":
        question = f"whether {here} and {there}, as Verilog has it, are one"
        context.undecided("ambiguous", question, use.place)
    if answer != "sat":
        return answer == "unknown"
    results = [Shown("=> here", sides[0], kind), Shown("=> in Verilog", sides[1], kind)]
    shown = context.shown(use.table, [use.here, use.verilog])
    witness = context.witness([*use.given, differ], shown, results, without)
    message = f"{here} is the reading here, and Verilog and C have {there}: set parentheses"
    context.find("ambiguous", message, use.place, witness)
    return True


def _both(here: Type, verilog: Type) -> Type:
    """The type that holds what either reading gives."""
    if isinstance(here, Int) and isinstance(verilog, Int):
        return union(here, verilog)
    return here


def _texts(context: Context, reading: Reading) -> tuple[str, str]:
    """Both readings, with parentheses where they part."""
    at, (here, there) = reading.span, reading.asts
    line = context.unit.document.lines[at.line - 1]
    text = line[at.column - 1 : at.column - 1 + at.length]
    texts = (bracketed(text, here, there), bracketed(text, there, here))
    return texts[0].replace("\\|", "|"), texts[1].replace("\\|", "|")
