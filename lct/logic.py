"""Stage 4, logic tables: every cell typed against its column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spikewright.lct.cells import condition_cell, target_cell
from spikewright.lct.elaboration import Elaboration, Spans
from spikewright.lct.expression import parse_expression
from spikewright.lct.ir import Condition, Node, Row, Table, Target
from spikewright.lct.markdown import Cell, RawRow, RawTable, Section

__all__ = ["elaborate_table"]

_T = TypeVar("_T")
_ARROW = "=>"


def elaborate_table(e: Elaboration, section: Section, name: str, policy: str) -> None:
    """Add a logic table to the unit."""
    raw = section.table
    if raw is None:
        return
    names = [c.text for c in raw.header]
    if names.count(_ARROW) != 1 or names[0] != "row":
        message = "a logic table has the columns row, conditions, =>, targets and perhaps note"
        e.fault("syntax", message, e.document.place(section.span, section.title))
        return
    if name in [t.name for t in e.unit.tables]:
        e.fault("syntax", f"table {name} stands twice", e.document.place(section.span))
        return
    if not raw.rows:
        e.fault("syntax", "a logic table has rows", e.document.place(section.span, name))
    columns = _columns(e, name, raw)
    rows: list[Row] = []
    for line in raw.rows:
        row = _row(e, name, line, columns)
        if row is None:
            continue
        if rows and (rows[-1].is_else or row.id in [r.id for r in rows]):
            twice = f"row {row.id} stands twice"
            rule = "row else is the last" if rows[-1].is_else else twice
            e.fault("syntax", rule, e.document.place(line.cells[0].span, name, row.id))
        rows.append(row)
    conditions = tuple(c for _, c in columns.conditions if c)
    targets = tuple(t for _, t in columns.targets if t)
    e.unit.tables.append(Table(name, policy, conditions, targets, tuple(rows), section.span))


@dataclass(frozen=True)
class _Columns:
    """The columns of a table with their heads; what did not elaborate is None.

    Cells are taken by position: a register may stand left of the arrow and right of it.
    """

    conditions: list[tuple[Cell, Condition | None]]
    targets: list[tuple[Cell, Target | None]]

    @property
    def arrow(self) -> int:
        """Position of the arrow."""
        return 1 + len(self.conditions)

    def left(self, line: RawRow) -> tuple[Cell, ...]:
        """The condition cells of a line."""
        return line.cells[1 : self.arrow]

    def right(self, line: RawRow) -> tuple[Cell, ...]:
        """The target cells of a line."""
        return line.cells[self.arrow + 1 :][: len(self.targets)]

    def note(self, line: RawRow) -> str:
        """The remark at the end of a line."""
        rest = line.cells[self.arrow + 1 + len(self.targets) :]
        return rest[0].text if rest else ""


def _columns(e: Elaboration, table: str, raw: RawTable) -> _Columns:
    arrow = [c.text for c in raw.header].index(_ARROW)
    conditions = [(c, _condition(e, c, table)) for c in raw.header[1:arrow]]
    heads = list(raw.header[arrow + 1 :])
    if heads and heads[-1].text == "note":
        heads.pop()
    return _Columns(conditions, [(c, _target(e, c, table)) for c in heads])


def _condition(e: Elaboration, cell: Cell, table: str) -> Condition | None:
    def act(span: Spans) -> Condition:
        return Condition(cell.text, e.scope.node(parse_expression(cell.text), span), cell.span)

    return _built(e, cell, (table, ""), cell.text, act)


def _target(e: Elaboration, cell: Cell, table: str) -> Target | None:
    symbol = e.unit.symbols.get(cell.text)
    place = e.document.place(cell.span, table, column=cell.text)
    if symbol is None and cell.text.partition(".")[0] in e.scope.broken:
        return None
    if symbol is None:
        e.fault("unknown-name", f"no output or register is called {cell.text}", place)
        return None
    if symbol.role == "input":
        e.fault("type", f"{cell.text} is an input, and a table does not drive it", place)
        return None
    return Target(symbol, cell.span)


def _built(
    e: Elaboration, cell: Cell, where: tuple[str, str], column: str, make: Callable[[Spans], _T]
) -> _T | None:
    """What `make` makes of a cell, None (and a fault) where it cannot."""
    found: list[_T] = []
    place = e.document.place(cell.span, *where, column)
    e.attempt(cell, place, lambda span: found.append(make(span)))
    return found[0] if found else None


def _row(e: Elaboration, table: str, line: RawRow, columns: _Columns) -> Row | None:
    label, arrow = line.cells[0].text, line.cells[columns.arrow]
    if not label:
        e.fault("syntax", "a row has an id", e.document.place(line.cells[0].span, table))
        return None
    where = (table, label)
    if arrow.text != _ARROW:
        place = e.document.place(arrow.span, *where, _ARROW)
        e.fault("syntax", f"every row has `=>` in this column, not {arrow.text!r}", place)
    faults = len(e.diagnostics.findings)
    left, right = columns.left(line), columns.right(line)
    guards = [
        _guard(e, cell, where, head, condition)
        for cell, (head, condition) in zip(left, columns.conditions, strict=True)
    ]
    values = [
        _value(e, cell, where, head, target)
        for cell, (head, target) in zip(right, columns.targets, strict=True)
    ]
    whole = all(c for _, c in columns.conditions) and all(t for _, t in columns.targets)
    if not whole or len(e.diagnostics.findings) > faults:
        return None
    return Row(
        label,
        tuple(guards),
        tuple(v for v in values if v is not None),
        columns.note(line),
        line.span,
        tuple(c.span for c in left),
        tuple(c.span for c in right),
        label == "else",
    )


def _guard(
    e: Elaboration, cell: Cell, where: tuple[str, str], head: Cell, condition: Condition | None
) -> Node | None:
    if where[1] == "else" and cell.text != "-":
        place = e.document.place(cell.span, *where, head.text)
        e.fault("syntax", "row else has no conditions: every cell is `-`", place)
    if condition is None:
        return None
    node = condition.node
    return _built(
        e, cell, where, head.text, lambda span: condition_cell(cell.text, node, e.scope, span)
    )


def _value(
    e: Elaboration, cell: Cell, where: tuple[str, str], head: Cell, target: Target | None
) -> Node | str | None:
    if target is None:
        return None
    symbol = target.symbol
    return _built(
        e, cell, where, head.text, lambda span: target_cell(cell.text, symbol, e.scope, span)
    )
