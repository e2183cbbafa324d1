"""Values that may not fit where they go, and indices that may point at nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spikewright.lct.context import Context
from spikewright.lct.diagnostics import Place, Span
from spikewright.lct.evaluate import constant, evaluate
from spikewright.lct.ir import Node, Signal, Table
from spikewright.lct.terms import Term
from spikewright.lct.types import Array, Int, Struct
from spikewright.lct.witness import Shown

__all__ = ["Obligation", "check_resets", "check_widths", "obligations"]


@dataclass(frozen=True)
class Obligation:
    """A value that must lie in a range wherever its expression is used.

    `path` holds the conditions under which the value matters: the condition of an `if`, what
    stands before it in an `and` or `or`. Each is a node and the truth that it must have.
    """

    node: Node
    low: int
    high: int
    where: str
    path: tuple[tuple[Node, bool], ...]


def obligations(root: Node) -> Iterator[Obligation]:
    """What an expression demands of its parts: fields of structs fit, indices exist."""
    yield from _demands(root, (), {})


def _own(node: Node) -> Iterator[tuple[Node, int, int, str]]:
    if node.op in ("with", "make") and isinstance(node.type, Struct):
        values = node.args[node.op == "with" :]
        for name, value in zip(node.value, values, strict=True):
            kind = node.type.field(name)
            if not (isinstance(kind, Int) and isinstance(value.type, Int)):
                continue
            if not kind.contains(value.type):
                where = f"field {name} of {node.type} is {kind}"
                yield value, kind.low, kind.high, where
    if node.op == "index":
        base, index = node.args
        length = base.type.length if isinstance(base.type, Array) else base.type.width
        if isinstance(index.type, Int) and index.type.high >= length and constant(index) is None:
            yield index, 0, length - 1, f"an index here is 0..{length - 1}"


def _demanding(node: Node, memo: dict[int, bool]) -> bool:
    if id(node) not in memo:
        below = [_demanding(a, memo) for a in node.args]
        memo[id(node)] = any(below) or any(True for _ in _own(node))
    return memo[id(node)]


def _demands(
    node: Node, path: tuple[tuple[Node, bool], ...], memo: dict[int, bool]
) -> Iterator[Obligation]:
    if not _demanding(node, memo):
        return
    for value, low, high, where in _own(node):
        yield Obligation(value, low, high, where, path)
    if node.op in ("and", "or"):
        left, right = node.args
        yield from _demands(left, path, memo)
        yield from _demands(right, (*path, (left, node.op == "and")), memo)
    elif node.op == "if":
        condition, yes, no = node.args
        yield from _demands(condition, path, memo)
        yield from _demands(yes, (*path, (condition, True)), memo)
        yield from _demands(no, (*path, (condition, False)), memo)
    else:
        for arg in node.args:
            yield from _demands(arg, path, memo)


class _Widths:
    """The width checks of one unit; each place is reported once, however many rows use it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.reported: set[Span] = set()

    def text(self, node: Node) -> str:
        """The source text of an expression."""
        span = node.span
        assert span is not None
        line = self.context.unit.document.lines[span.line - 1]
        return line[span.column - 1 : span.column - 1 + span.length].replace("\\|", "|").strip()

    def expression(
        self, root: Node, given: Sequence[Term], place: Place, table: Table | None
    ) -> None:
        """Check what an expression demands of its parts."""
        terms, b = self.context.now.terms, self.context.builder
        for demand in obligations(root):
            path = [terms.truth(n) if yes else b.negate(terms.truth(n)) for n, yes in demand.path]
            self.value(demand, [*given, *path], place, table)

    def value(
        self, demand: Obligation, given: Sequence[Term], place: Place, table: Table | None
    ) -> None:
        """Check that one value lies in its range."""
        context, node = self.context, demand.node
        assert isinstance(node.type, Int)
        span = node.span or place.span
        if span is None or span in self.reported:
            return
        term = context.now.terms.bits(node)
        outside = context.builder.negate(
            context.builder.within(term, node.type, demand.low, demand.high)
        )
        at = Place(place.file, span, place.table, place.row, place.column)
        answer = context.ask(*given, outside)
        if answer == "unsat":
            return
        self.reported.add(span)
        name = self.text(node)
        if answer == "unknown":
            context.undecided("width", f"whether {name} fits: {demand.where}", at)
            return
        inputs = context.shown(table, [node])
        witness = context.witness([*given, outside], inputs, [Shown(name, term, node.type)])
        message = f"{name} may be {witness.shown[name]}, and {demand.where}"
        context.find("width", message, at, witness)

    def table(self, table: Table) -> None:
        """Check every cell of a logic table."""
        now, context = self.context.now, self.context
        for i, row in enumerate(table.rows):
            before = [now.none_before(table)[i]] if table.policy == "priority" else []
            for k, cell in enumerate(row.conditions):
                if cell is not None:
                    others = [c for j, c in enumerate(row.conditions) if c is not None and j != k]
                    given = [*before, *map(now.terms.truth, others)]
                    column = table.conditions[k].text
                    place = context.place(table, i, column, row.condition_spans[k])
                    self.expression(cell, given, place, table)
            for k, target in enumerate(table.targets):
                self.target(table, i, k, target.symbol.type)

    def target(self, table: Table, i: int, k: int, kind: object) -> None:
        """Check what one row gives one target."""
        cell, symbol = table.rows[i].targets[k], table.targets[k].symbol
        if not isinstance(cell, Node):
            return
        given = [self.context.now.wins(table, i)]
        place = self.context.place(table, i, symbol.name, table.rows[i].target_spans[k])
        self.expression(cell, given, place, table)
        if isinstance(kind, Int) and isinstance(cell.type, Int) and not kind.contains(cell.type):
            where = f"{symbol.name} is {kind}"
            demand = Obligation(cell, kind.low, kind.high, where, ())
            self.value(demand, given, place, table)


def check_widths(context: Context) -> None:
    """Check every value of a logic unit that its type alone does not prove to fit."""
    widths = _Widths(context)
    for table in context.unit.tables:
        widths.table(table)
    document = context.unit.document
    for assumption in context.unit.assumptions:
        place = document.place(assumption.span, "Assumptions", assumption.id, "always")
        widths.expression(assumption.node, [], place, None)
    check_resets(context)


def check_resets(context: Context) -> None:
    """Check that the parts of reset values fit: they are constants, so no solver is asked."""
    for signal in context.unit.signals.values():
        if signal.reset is not None:
            _reset(context, signal, signal.reset)


def _reset(context: Context, signal: Signal, reset: Node) -> None:
    for demand in obligations(reset):
        value = evaluate(demand.node, {})
        if not demand.low <= value <= demand.high:
            place = context.unit.document.place(demand.node.span, "Signals", signal.name, "reset")
            context.find("width", f"{value} does not fit: {demand.where}", place)
