"""For which inputs two versions of a unit behave differently, each region once, none left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from spikewright.lct.diff.changes import Region, ValueChange
from spikewright.lct.diff.joint import GAP, Joint, Side
from spikewright.lct.diff.text import Sheet
from spikewright.lct.ir import ANY, HOLD, Node, Symbol, Table
from spikewright.lct.reads import reads
from spikewright.lct.solver import Term, minimal
from spikewright.lct.types import Enum, Int, Type
from spikewright.lct.values import show
from spikewright.lct.witness import Shown, simplest

__all__ = ["MOST", "Regions", "Watch", "common_symbols"]

Watch: TypeAlias = Callable[[Sequence[Any]], Iterator[Any]]

MOST = 64
"""Pairs of rows that one target is reported for."""


_SHOWN: dict[object, str] = {ANY: "any", GAP: "nothing"}


@dataclass(frozen=True)
class _Literal:
    """A condition that holds in a region.

    Members
    -------
    column : str
        Its column; empty where it says that another row does not match.
    words : str
    term : Term
    value : (Term, Type) or None
        What the column holds.
    """

    column: str
    words: str
    term: Term
    value: tuple[Term, Type] | None = None


def common_symbols(joint: Joint) -> list[tuple[Symbol, Symbol]]:
    """Outputs and registers that both versions have."""
    old, new = joint.old.unit.symbols, joint.new.unit.symbols
    return [
        (symbol, new[name])
        for name, symbol in old.items()
        if symbol.role != "input" and name in new and new[name].role == symbol.role
    ]


class Regions:
    """The search.

    Attributes
    ----------
    unknown : list of str
        Questions that the solver gave up on, as sentences.
    """

    def __init__(self, joint: Joint, old: Mapping[str, Sheet], new: Mapping[str, Sheet]) -> None:
        self.joint, self.sheets = joint, (old, new)
        self.unknown: list[str] = []

    def find(self, watch: Watch = iter) -> list[Region]:
        """Every region, in the order of the old version's tables and rows.

        Parameters
        ----------
        watch : callable
            Goes over a sequence, and may show how far it has come.
        """
        pairs: dict[tuple[str, int, str, int], list[tuple[Symbol, Symbol]]] = {}
        for symbol, twin in watch(common_symbols(self.joint)):
            sides = self.joint.old.read(symbol.name) | self.joint.new.read(symbol.name)
            if sides & self.joint.incomparable:
                continue
            for i, j in self._pairs(symbol, twin):
                key = (self._table(self.joint.old, symbol), i, self._table(self.joint.new, twin), j)
                pairs.setdefault(key, []).append((symbol, twin))
        tables = [t.name for t in self.joint.old.unit.tables]
        order = sorted(pairs, key=lambda k: (tables.index(k[0]) if k[0] else -1, k[1:]))
        return [self._region(key, pairs[key]) for key in watch(order)]

    @staticmethod
    def _table(side: Side, symbol: Symbol) -> str:
        driver = side.driver(symbol.name)
        return driver[0].name if driver else ""

    def _pairs(self, symbol: Symbol, twin: Symbol) -> list[tuple[int, int]]:
        """Rows of both versions that meet somewhere with different values."""
        b, joint = self.joint.builder, self.joint
        if joint.differs(symbol, 0, twin, 0) is None:
            return []
        wins = [side.wins(symbol.name) for side in (joint.old, joint.new)]
        # A cell with any value, and none where no row matches, equal only their own kind.
        special = [
            [
                b.any(w for k, w in enumerate(won) if side.cell(symbol.name, k) == kind)
                for side, won in zip((joint.old, joint.new), wins, strict=True)
            ]
            for kind in (ANY, GAP)
        ]
        outcomes = [side.terms.outcome(s) for side, s in ((joint.old, symbol), (joint.new, twin))]
        unequal = joint.unequal(outcomes[0], symbol, outcomes[1], twin)
        plain = [b.negate(term) for pair in special for term in pair]
        clash = b.any((*(b.negate(b.equal(*pair)) for pair in special), b.all((*plain, unequal))))
        found: list[tuple[int, int]] = []
        given = [*joint.promised(), clash]
        while (answer := joint.ask(*given)) == "sat":
            i, j = (next(k for k, w in enumerate(won) if joint.holds(w)) for won in wins)
            found.append((i, j))
            given.append(b.negate(b.all((wins[0][i], wins[1][j]))))
            if len(found) == MOST:
                self.unknown.append(
                    f"{symbol.name} differs in at least {MOST} pairs of rows: the rest is not told"
                )
                return found
        if answer == "unknown":
            limit = joint.limit
            self.unknown.append(f"not decided within {limit:g} s: where {symbol.name} differs")
        return found

    def _region(
        self, key: tuple[str, int, str, int], symbols: list[tuple[Symbol, Symbol]]
    ) -> Region:
        joint, b = self.joint, self.joint.builder
        i, j = key[1], key[3]
        first, twin = symbols[0]
        both = [joint.old.wins(first.name)[i], joint.new.wins(twin.name)[j]]
        given = [*joint.promised(), *both]
        differ = [d for s, t in symbols if (d := joint.differs(s, i, t, j)) is not None]
        always = [self._always(given, d) for d in differ]
        conditions = self._conditions(first.name, i, j, both)
        inputs = self._inputs(symbols, i, j)
        results = [
            Shown(f"{word} {s.name}", side.value(s, row), s.type)
            for pair in symbols
            for word, side, s, row in zip(
                ("old", "new"), (joint.old, joint.new), pair, (i, j), strict=True
            )
        ]
        # One example for all of them where there is one.
        shows = [*given, b.all(differ)]
        if joint.ask(*shows) != "sat":
            shows = [*given, b.any(differ)]
            joint.ask(*shows)
        shown = dict(simplest(joint.solver, shows, joint.old.terms, inputs, results).shown)
        values = []
        for (symbol, other), every in zip(symbols, always, strict=True):
            cells = joint.old.cell(symbol.name, i), joint.new.cell(other.name, j)
            old, new = (
                _SHOWN.get(cell) or shown[f"{word} {symbol.name}"]
                for word, cell in zip(("old", "new"), cells, strict=True)
            )
            before = self._text(0, key[0], symbol.name, i)
            after = self._text(1, key[2], symbol.name, j)
            values.append(ValueChange(symbol.name, before, after, every, (old, new)))
        for entry in results:
            shown.pop(entry.name, None)
        ids = joint.old.unit_row(key[0], i), joint.new.unit_row(key[2], j)
        return Region((key[0], ids[0]), (key[2], ids[1]), conditions, tuple(values), shown)

    def _always(self, given: list[Term], differ: Term) -> bool | None:
        answer = self.joint.ask(*given, self.joint.builder.negate(differ))
        return None if answer == "unknown" else answer == "unsat"

    def _text(self, which: int, table: str, symbol: str, row: int) -> str:
        """The words of a target cell."""
        if not table:
            return HOLD
        name = (self.joint.old, self.joint.new)[which].unit_row(table, row)
        if name == GAP:
            return _SHOWN[GAP]
        return self.sheets[which][f"Table {table}"].cell(name, f"=> {symbol}")

    # ---- the region in words

    def _conditions(self, symbol: str, i: int, j: int, both: list[Term]) -> tuple[str, ...]:
        """The fewest conditions of both rows that make sure that both decide."""
        joint, b = self.joint, self.joint.builder
        old = self._literals(0, symbol, i)
        new = [x for x in self._literals(1, symbol, j) if x.term not in [y.term for y in old]]
        tried = sorted([*new, *old], key=lambda x: bool(x.column))
        fixed = [*joint.promised(), b.negate(b.all(both))]
        kept = [tried[k] for k in minimal(joint.solver, fixed, [x.term for x in tried])]
        kept.sort(key=lambda x: [y is x for y in [*old, *new]].index(True))
        return tuple(self._merged(kept))

    def _literals(self, which: int, symbol: str, row: int) -> list[_Literal]:
        """The cells of a row, and that no row before it matches."""
        side = (self.joint.old, self.joint.new)[which]
        driver = side.driver(symbol)
        if driver is None:
            return []
        table, b = driver[0], self.joint.builder
        sheet, found = self.sheets[which][f"Table {table.name}"], list[_Literal]()
        this = table.rows[row] if row < len(table.rows) else None
        cells = this.conditions if this else [None] * len(table.conditions)
        for column, cell in zip(table.conditions, cells, strict=True):
            if cell is not None and this is not None:
                head = _head(sheet, column.text)
                bits = side.terms.terms.bits(column.node)
                name = head + (self._mark(head, bits) if which else "")
                words = _words(name, sheet.cell(this.id, head))
                truth = side.terms.terms.truth(cell)
                found.append(_Literal(name, words, truth, (bits, column.node.type)))
        if table.policy == "priority" or this is None or this.is_else:
            guards = side.terms.guards(table)
            version = ("old", "new")[which]
            found += [
                _Literal("", f"not {version} row {r.id}", b.negate(guards[k]))
                for k, r in enumerate(table.rows[:row])
            ]
        return found

    def _mark(self, head: str, bits: Term) -> str:
        """Tell a column apart whose words mean something else in the new version."""
        for table in self.joint.old.unit.tables:
            for column in table.conditions:
                if column.text == head and self.joint.old.terms.terms.bits(column.node) != bits:
                    return " now"
        return ""

    def _merged(self, kept: list[_Literal]) -> Iterable[str]:
        """Words; several about one column become its value where only one is left."""
        said = set[str]()
        columns = [x.column for x in kept if x.column]
        for literal in kept:
            if columns.count(literal.column) > 1:
                if literal.column in said:
                    continue
                value = self._only_value(literal, [x.term for x in kept])
                if value is not None:
                    said.add(literal.column)
                    yield f"{literal.column} = {value}"
                    continue
            yield literal.words

    def _only_value(self, literal: _Literal, terms: list[Term]) -> str | None:
        if literal.value is None or not isinstance(literal.value[1], Int | Enum):
            return None
        (bits, kind), joint, b = literal.value, self.joint, self.joint.builder
        given = [*joint.promised(), *terms]
        if joint.ask(*given) != "sat":
            return None
        value = joint.solver.value(bits)
        other = b.negate(b.equal(bits, b.number(value, kind.width)))
        return show(value, kind) if joint.ask(*given, other) == "unsat" else None

    def _inputs(self, symbols: list[tuple[Symbol, Symbol]], i: int, j: int) -> list[Shown]:
        """What both rows look at, conditions first."""
        found: dict[str, Shown] = {}
        for side, which, row in ((self.joint.old, 0, i), (self.joint.new, 1, j)):
            driver = side.driver(symbols[0][which].name)
            if driver is None:
                continue
            table, terms = driver[0], side.terms.terms
            cells = [side.cell(pair[which].name, row) for pair in symbols]
            roots = _conditions_of(table) + [c for c in cells if isinstance(c, Node)]
            named = {c.text: c.node for c in table.conditions}
            for head, node in {**named, **reads(roots)}.items():
                bits = terms.bits(node)
                mark = self._mark(head, bits) if which else ""
                found.setdefault(head + mark, Shown(head + mark, bits, node.type))
        return list(found.values())


def _conditions_of(table: Table) -> list[Node]:
    cells = [c for row in table.rows for c in row.conditions if c is not None]
    return [c.node for c in table.conditions] + cells


def _head(sheet: Sheet, text: str) -> str:
    return next((c for c in sheet.columns if c.replace(" ", "") == text.replace(" ", "")), text)


def _words(column: str, cell: str) -> str:
    """A condition as a person says it."""
    if cell.startswith(("<", ">", "not ")):
        return f"{column} {cell}"
    return f"{column} in {cell}" if cell.startswith("{") or ".." in cell else f"{column} = {cell}"
