"""One unit and what it is held against, over the same unknowns: every claim to be proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.result import PORT, RESET, Cell
from spikewright.lct.compare.sides import Side
from spikewright.lct.ir import ANY, Symbol, Table, Unit
from spikewright.lct.reads import symbols_of
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.types import Int

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
    wrong : Term
        When it decides and the value is another one.
    number, position : int
        Of the row and of the target in their table; -1 for a claim about a reset.
    """

    table: Table | None
    number: int
    position: int
    symbol: Symbol
    wins: Term
    expected: Term
    actual: Term
    wrong: Term

    @property
    def place(self) -> tuple[str, str, str]:
        """Names of table, row and column."""
        if self.table is None:
            return "", RESET, self.symbol.name
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
        reads = {
            s.name: builder.resize(side.value(s.name), s.type.width, False)
            for s in unit.by_role("output")
            if s.name in side.outputs
        }
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
        noun, side = self.side.noun, self.side
        there = {"input": side.inputs, "output": side.outputs}
        for role, widths in there.items():
            for symbol in self.unit.by_role(role):
                name, width = symbol.name, symbol.type.width
                if name not in widths:
                    text = f"{noun} has no {role} {name}"
                    yield Cell("", PORT, name, "different", "omission", sentence=text)
                elif widths[name] != width:
                    text = (
                        f"{role} {name} has {width} bits in the table and {widths[name]} in {noun}"
                    )
                    yield Cell("", PORT, name, "different", "width", sentence=text)
            for name in widths:
                known = self.unit.symbols.get(name)
                if known is None or known.role != role:
                    text = f"{noun} has an {role} {name} that the table does not have"
                    yield Cell("", PORT, name, "different", "hallucination", sentence=text)
        for symbol in self.unit.by_role("register"):
            name, width = symbol.name, symbol.type.width
            found = side.registers.get(name)
            if found is not None and found != width:
                text = f"register {name} has {width} bits in the table and {found} in {noun}"
                yield Cell("", PORT, name, "different", "width", sentence=text)

    # ---- claims

    def _claims(self, table: Table) -> Iterator[Claim]:
        for position, target in enumerate(table.targets):
            symbol = target.symbol
            there = self.side.registers if symbol.role == "register" else self.side.outputs
            for number, row in enumerate(table.rows):
                place = table.name, row.id, symbol.name
                if row.targets[position] == ANY:
                    self.cells.append(Cell(*place, "equivalent"))
                elif symbol.name in there:
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
        signed = isinstance(symbol.type, Int) and symbol.type.signed
        actual = b.resize(self.side.value(symbol.name), symbol.type.width, signed)
        agrees = b.all([b.equal(expected, actual), self.side.covered(symbol.name)])
        wrong = b.all([wins, b.negate(agrees)])
        return Claim(table, number, position, symbol, wins, expected, actual, wrong)

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
