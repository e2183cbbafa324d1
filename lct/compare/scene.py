"""One unit and what it is held against, over the same unknowns: every claim to be proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.result import PORT, Cell
from spikewright.lct.compare.sides import Side
from spikewright.lct.ir import ANY, Symbol, Table, Unit
from spikewright.lct.reads import symbols_of
from spikewright.lct.semantics import UnitTerms

__all__ = ["Claim", "Scene", "present_terms"]


def present_terms(unit: Unit, builder: Builder) -> dict[str, Term]:
    """An unknown for each input and register of a unit."""
    return {
        s.name: builder.unknown(s.name, s.type.width)
        for s in unit.symbols.values()
        if s.role != "output"
    }


@dataclass(frozen=True, eq=False)
class Claim:
    """That a value is the expected one wherever its row wins.

    Attributes
    ----------
    wins : Term
        When the row decides.
    expected, actual : Term
        What the table says, and what the other side does, in its own code.
    agrees : Term
        Whether they are the same.
    wrong : Term
        When it decides and the value is another one.
    number, position : int
        Of the row and of the target in their table.
    """

    table: Table
    number: int
    position: int
    symbol: Symbol
    wins: Term
    expected: Term
    actual: Term
    agrees: Term
    wrong: Term

    @property
    def place(self) -> tuple[str, str, str]:
        """Names of table, row and column."""
        return self.table.name, self.table.rows[self.number].id, self.symbol.name


class Scene:
    """The claims of a unit's tables about another side.

    Outputs that the unit itself reads are the other side's, so that one wrong output is not also
    blamed on every row that reads it. Assumptions see the unit's own outputs: a wrong one must not
    assume itself away.

    Attributes
    ----------
    facts : list of Term
        Types, assumptions, and what the other side adds.
    claims : list of Claim
        One for each row and column that can be held against the other side, ``*`` left out.
    cells : list of Cell
        What is settled without a solver: ports and registers that are missing, spare or of
        another width, and cells with ``*``.
    """

    def __init__(
        self, unit: Unit, side: Side, builder: Builder, present: Mapping[str, Term]
    ) -> None:
        self.unit, self.side, self.builder = unit, side, builder
        self.present = dict(present)
        reads = {s.name: side.plain(s) for s in unit.by_role("output") if side.width(s) is not None}
        self.table = UnitTerms(unit, builder, bound=self.present | reads)
        # For witnesses: what the solver was free to choose.
        self.table.terms.unknowns |= {n: (t, unit.symbols[n].type) for n, t in self.present.items()}
        self.cells: list[Cell] = list(self._ports())
        self.claims: list[Claim] = [c for table in unit.tables for c in self._claims(table)]
        domains = (builder.domain(t, unit.symbols[n].type) for n, t in self.present.items())
        self.facts = [d for d in domains if d != builder.true]
        self.facts += [*self.table.facts, *self._assumed(reads), *side.facts]

    # ---- what needs no solver

    def _ports(self) -> Iterator[Cell]:
        noun = self.side.noun
        for symbol in self.unit.symbols.values():
            name, width, found = symbol.name, symbol.type.width, self.side.width(symbol)
            if found is None and symbol.role != "register":
                text = f"{noun} has no {symbol.role} {name}"
                yield Cell("", PORT, name, "different", "omission", sentence=text)
            elif found not in (None, width):
                text = f"{symbol.role} {name} has {width} bits in the table and {found} in {noun}"
                yield Cell("", PORT, name, "different", "width", sentence=text)
        for role in ("input", "output"):
            for name in self.side.spare(role):
                text = f"{noun} has an {role} {name}, which the table does not have"
                yield Cell("", PORT, name, "different", "hallucination", sentence=text)

    # ---- claims

    def _claims(self, table: Table) -> Iterator[Claim]:
        for position, target in enumerate(table.targets):
            symbol = target.symbol
            there = self.side.width(symbol) is not None
            for number, row in enumerate(table.rows):
                place = table.name, row.id, symbol.name
                if row.targets[position] == ANY:
                    self.cells.append(Cell(*place, "equivalent"))
                elif there:
                    yield self._claim(table, number, position)
                elif symbol.role == "output":
                    text = f"{self.side.noun} has no output {symbol.name}"
                    self.cells.append(Cell(*place, "different", "omission", sentence=text))
                else:
                    text = f"{self.side.noun} has no register {symbol.name} under its name"
                    self.cells.append(Cell(*place, "unknown", sentence=text))

    def _claim(self, table: Table, number: int, position: int) -> Claim:
        b, symbol = self.builder, table.targets[position].symbol
        wins = self.table.wins(table, number)
        expected = self.table.value(table, number, position)
        actual = self.side.value(symbol)
        same = b.equal(self.side.coded(symbol, expected), actual)
        agrees = b.all([same, self.side.covered(symbol)])
        wrong = b.all([wins, b.negate(agrees)])
        return Claim(table, number, position, symbol, wins, expected, actual, agrees, wrong)

    # ---- facts

    def _assumed(self, reads: Mapping[str, Term]) -> list[Term]:
        """The assumptions, with the unit's own outputs where they read any."""
        unit, b = self.unit, self.builder
        nodes = [a.node for a in unit.assumptions]
        outputs = {n for n in symbols_of(nodes) if unit.symbols[n].role == "output"}
        if not outputs:
            return [self.table.terms.truth(node) for node in nodes]
        own = {
            s.name: b.unknown(f"{s.name} by the table", s.type.width)
            for s in unit.by_role("output")
        }
        free = {
            UnitTerms.free_name(table, i, target.symbol): reads[target.symbol.name]
            for table in unit.tables
            for i in range(len(table.rows))
            for target in table.targets
            if target.symbol.name in reads
        }
        promised = UnitTerms(unit, b, " by the table", self.present | own, free)
        same = [b.equal(own[n], promised.outcome(unit.symbols[n])) for n in own]
        return same + [promised.terms.truth(node) for node in nodes]
