"""Two versions of a unit over the same inputs and registers."""

from __future__ import annotations

from collections.abc import Iterable

from spikewright.lct.diff.match import same
from spikewright.lct.ir import ANY, HOLD, Node, Symbol, Table, Unit
from spikewright.lct.reads import depends, expressions, on_cycle, outputs_read, symbols_of
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Answer, Builder, Solver, Term

__all__ = ["GAP", "Joint", "Overlap", "Side"]

GAP = "no row"
"""Stands for a row where none matches."""


class Overlap(ValueError):
    """A version has no meaning: two rows of a unique table match the same input."""


class Side:
    """One version at the moment that both share."""

    def __init__(self, unit: Unit, terms: UnitTerms) -> None:
        self.unit, self.terms = unit, terms
        self.drivers: dict[str, tuple[Table, int]] = {
            t.symbol.name: (table, k) for table in unit.tables for k, t in enumerate(table.targets)
        }

    def assumed(self) -> Term:
        """Whether all assumptions hold."""
        return self.terms.builder.all(self.terms.terms.truth(a.node) for a in self.unit.assumptions)

    def driver(self, symbol: str) -> tuple[Table, int] | None:
        """The table and the target's place in it, None for a register that nothing drives."""
        return self.drivers.get(symbol)

    def cell(self, symbol: str, row: int) -> Node | str:
        """What a row gives a symbol."""
        driver = self.driver(symbol)
        if driver is None:
            return HOLD
        rows = driver[0].rows
        return GAP if row == len(rows) else rows[row].targets[driver[1]]

    def unit_row(self, table: str, row: int) -> str:
        """The name of a row, empty where there is no table."""
        rows = next((t.rows for t in self.unit.tables if t.name == table), None)
        if rows is None:
            return ""
        return GAP if row == len(rows) else rows[row].id

    def value(self, symbol: Symbol, row: int) -> Term:
        """The term of what a row gives a symbol."""
        driver = self.driver(symbol.name)
        if driver is None:
            return self.terms.terms.symbol(symbol.name, symbol.type)
        if row == len(driver[0].rows):
            return self.terms.builder.number(0, symbol.type.width)
        return self.terms.value(driver[0], row, driver[1])

    def wins(self, symbol: str) -> list[Term]:
        """When each row decides about a symbol, and last, when none does."""
        driver, b = self.driver(symbol), self.terms.builder
        if driver is None:
            return [b.true]
        guards, before = self.terms.guards(driver[0]), self.terms.none_before(driver[0])
        gap = b.negate(b.any(guards))
        if driver[0].policy == "unique":
            return [*guards, gap]
        return [*(b.all(pair) for pair in zip(guards, before, strict=True)), gap]

    def overlaps(self, table: Table) -> Term:
        """Whether two rows of a unique table match at once, which they must not."""
        b, guards = self.terms.builder, self.terms.guards(table)
        return b.any(b.all((g, b.any(guards[:k]))) for k, g in enumerate(guards) if k)

    def read(self, symbol: str) -> set[str]:
        """Symbols that decide about a symbol, through outputs that the unit reads as well."""
        driver = self.driver(symbol)
        found, more = set[str](), [symbol] if driver is None else []
        if driver is not None:
            more = symbols_of(expressions(driver[0], symbol))
        graph = depends(self.unit)
        while more:
            name = more.pop()
            if name not in found:
                found.add(name)
                more += graph.get(name, [])
        return found


class Joint:
    """Both versions, their assumptions and types as facts, and one solver.

    Attributes
    ----------
    old, new : Side
    incomparable : set of str
        Inputs and registers of both whose types have no values in common to speak of.
    unknown : list of str
        What the solver gave up on.

    Raises
    ------
    Overlap
        Rows of a unique table do not exclude each other.
    """

    def __init__(self, old: Unit, new: Unit, limit: float = LIMIT) -> None:
        self.limit = limit
        self.builder = Builder()
        self.solver = Solver(self.builder, limit)
        left = UnitTerms(old, self.builder)
        self.facts = list(left.facts)
        self.incomparable: set[str] = set()
        bound = self._shared(left, new)
        free = {
            name: left.free[name]
            for name, width in _free_widths(new).items()
            if name in left.free and left.free[name].sort().bv_size() == width
        }
        right = UnitTerms(new, self.builder, " of the new version", bound, free)
        self.facts += right.facts
        self.old, self.new = Side(old, left), Side(new, right)
        for side in (self.old, self.new):
            for symbol in _settled(side.unit):
                term = side.terms.terms.symbol(symbol.name, symbol.type)
                self.facts.append(self.builder.equal(term, side.terms.outcome(symbol)))
        for fact in self.facts:
            self.solver.add(fact)
        self.unknown = [text for text in map(self._apart, ("old", "new")) if text]

    def _apart(self, word: str) -> str:
        """Refuse a version whose rows overlap; a sentence where the solver gave up."""
        side = self.old if word == "old" else self.new
        for table in side.unit.tables:
            answer: Answer = "unsat"
            if table.policy == "unique" and len(table.rows) > 1:
                answer = self.ask(side.assumed(), side.overlaps(table))
            if answer == "sat":
                raise Overlap(
                    f"Table {table.name} of the {word} version must have rows that exclude each "
                    "other, and has not: `spikewright lct check` names them."
                )
            if answer == "unknown":
                text = f"whether rows of table {table.name} exclude each other"
                return f"not decided within {self.limit:g} s: {text}"
        return ""

    def _shared(self, left: UnitTerms, new: Unit) -> dict[str, Term]:
        """Terms of the new version's inputs and registers, with facts that tie them to the old."""
        bound = {}
        for symbol in new.symbols.values():
            twin = left.unit.symbols.get(symbol.name)
            if twin is None or symbol.role == "output" or twin.role == "output":
                continue
            mine = left.terms.symbol(twin.name, twin.type)
            if twin.type == symbol.type:
                bound[symbol.name] = mine
                continue
            name = f"{symbol.name} of the new version"
            bound[symbol.name] = self.builder.unknown(name, symbol.type.width)
            tie = same(self.builder, mine, twin.type, bound[symbol.name], symbol.type)
            self.facts.append(self.builder.domain(bound[symbol.name], symbol.type))
            if tie is None:
                self.incomparable.add(symbol.name)
            else:
                self.facts.append(tie)
        return bound

    def ask(self, *terms: Term) -> Answer:
        """Whether these can hold at once, whatever the assumptions."""
        return self.solver.ask(*terms)

    def holds(self, term: Term) -> bool:
        """A truth value where the last answer was ``sat``."""
        return self.solver.holds(term)

    def promised(self) -> list[Term]:
        """That the assumptions of both versions hold."""
        return [side.assumed() for side in (self.old, self.new)]

    def differs(self, symbol: Symbol, old: int, twin: Symbol, new: int) -> Term | None:
        """When rows give different values, None where types share no values.

        Any value on both sides is no difference; on one side it is, since other hardware is right
        then.
        """
        cells = self.old.cell(symbol.name, old), self.new.cell(twin.name, new)
        if GAP in cells:
            return self.builder.false if cells[0] == cells[1] else self.builder.true
        free = [cell == ANY for cell in cells]
        if any(free):
            return self.builder.false if all(free) else self.builder.true
        return self.unequal(self.old.value(symbol, old), symbol, self.new.value(twin, new), twin)

    def unequal(self, value: Term, of: Symbol, other: Term, twin: Symbol) -> Term | None:
        """When two values of a symbol differ, None where its types share no values."""
        equal = same(self.builder, value, of.type, other, twin.type)
        return None if equal is None else self.builder.negate(equal)


def _free_widths(unit: Unit) -> dict[str, int]:
    found = {}
    for table in unit.tables:
        for i in range(len(table.rows)):
            for target in table.targets:
                name = UnitTerms.free_name(table, i, target.symbol)
                found[name] = target.symbol.type.width
    return found


def _settled(unit: Unit) -> Iterable[Symbol]:
    """Outputs that the unit itself reads and that do not wait for themselves."""
    graph = depends(unit)
    looping = {name for part in on_cycle(graph) for name in part}
    return [s for s in outputs_read(unit) if s.name in graph and s.name not in looping]
