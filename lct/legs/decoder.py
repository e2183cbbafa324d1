"""The decoder's leg: what a table says of HDL, in the rows of another table.

T gives the regions: for each of its rows and columns the question is whether some input that T's
assumptions allow, under which that row decides, makes T' say what RTL1 does not do. So every
difference lands in every row that it touches, which one counterexample would not do.

What ``*`` means. Where a cell of T is ``*``, T does not care: T' may say what RTL1 does there, or
``*``, and nothing else. Where T cares, T' must say what RTL1 does: a ``*`` there says less than
the HDL does, which is an omission.

What else T' may say. An assumption that T's assumptions and types do not imply takes inputs away
from what T' claims: a difference in every row that has such inputs. A ``(unique)`` that does not
hold, or a value that does not fit its target, is a difference in every row that has such inputs. An
input that no row of T' covers is an omission. What T' says about style only (unused names, a
redundant condition) is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from spikewright.lct.builder import Builder, Term
from spikewright.lct.check_width import obligations
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.judge import Judge, Judgement
from spikewright.lct.compare.resets import design_resets
from spikewright.lct.compare.result import PORT, POWER_ON, Cell, Options
from spikewright.lct.compare.run import WITHOUT
from spikewright.lct.compare.scene import Scene, present_terms
from spikewright.lct.compare.sides import HdlSide, TableSide
from spikewright.lct.front.design import Design
from spikewright.lct.ir import ANY, Node, Symbol, Table, Unit
from spikewright.lct.types import Int
from spikewright.lct.values import show

__all__ = ["decoder_cells"]


def decoder_cells(unit: Unit, design: Design, other: Unit, options: Options) -> list[Cell]:
    """Where T' (`other`) does not say what RTL1 (`design`) does, in rows of T (`unit`).

    Returns
    -------
    list of Cell
        Differences and undecided questions; of those, one for each row and column.
    """
    return [
        *_ports(design, other, options),
        *_Rows(unit, design, other, options).cells(),
        *_resets(design, other, options),
    ]


def _ports(design: Design, other: Unit, options: Options) -> Iterator[Cell]:
    side = HdlSide(Binding(other, design, options.mapping), Builder(), {})
    for symbol in other.symbols.values():
        name, width, found = symbol.name, symbol.type.width, side.width(symbol)
        if found is None and symbol.role != "register":
            text = f"the decoded table has an {symbol.role} {name}, which the HDL does not have"
            yield Cell("", PORT, name, "different", "hallucination", sentence=text)
        elif found not in (None, width):
            text = f"{symbol.role} {name} has {found} bits in the HDL and {width} in the "
            text += "decoded table"
            yield Cell("", PORT, name, "different", "width", sentence=text)
    for role in ("input", "output"):
        for name in side.spare(role):
            text = f"the decoded table has no {role} {name}"
            yield Cell("", PORT, name, "different", "omission", sentence=text)


def _resets(design: Design, other: Unit, options: Options) -> Iterator[Cell]:
    """Reset values that T' gives; of power-on by itself a table says nothing."""
    for cell in design_resets(Binding(other, design, options.mapping), options):
        if cell.verdict in ("different", "unknown") and cell.row != POWER_ON:
            text = cell.sentence.replace("must reset to", "resets to", 1)
            yield replace(
                cell,
                expected=cell.actual,
                actual=cell.expected,
                sentence=f"by the decoded table {text}",
            )


@dataclass(frozen=True, eq=False)
class _Claim:
    """Something that must not be: T' is wrong about RTL1 where a row of T decides."""

    table: Table
    number: int
    symbol: Symbol | None
    wrong: Term
    text: str = ""
    expected: Term = None
    actual: Term = None
    silent: Term = None

    @property
    def place(self) -> tuple[str, str, str]:
        column = self.symbol.name if self.symbol else ""
        return self.table.name, self.table.rows[self.number].id, column


class _Rows:
    """One moment of three: T's rows, what RTL1 does, what T' says."""

    def __init__(self, unit: Unit, design: Design, other: Unit, options: Options) -> None:
        self.unit, self.other, self.options = unit, other, options
        b = self.builder = Builder()
        self.present = present_terms(unit, b)
        self.hdl = HdlSide(Binding(unit, design, options.mapping), b, self.present)
        self.scene = Scene(unit, self.hdl, b, self.present)
        self.says = TableSide(unit, other, b, self.present)
        self.facts = [*self.scene.facts, *self.says.facts]
        terms = self.says.terms
        self.assumed = {a.id: terms.terms.truth(a.node) for a in other.assumptions}
        self.within = b.all(self.assumed.values())

    # ---- claims

    def _claims(self) -> Iterator[_Claim]:
        for table in self.unit.tables:
            for number in range(len(table.rows)):
                for position, target in enumerate(table.targets):
                    claim = self._value(table, number, position, target.symbol)
                    if claim is not None:
                        yield claim

    def _value(self, table: Table, number: int, position: int, symbol: Symbol) -> _Claim | None:
        if self.hdl.width(symbol) is None or self.says.width(symbol) is None:
            return None
        b = self.builder
        said, does = self.says.value(symbol), self.hdl.value(symbol)
        vague = self._vague(symbol)
        agrees = b.all([b.equal(self.hdl.coded(symbol, said), does), self.says.covered(symbol)])
        wrong = b.negate(agrees)
        if table.rows[number].targets[position] == ANY:
            wrong = b.all([wrong, b.negate(vague)])
        silent = b.any([vague, b.negate(self.says.covered(symbol))])
        when = b.all([self.scene.table.wins(table, number), self.within])
        return _Claim(table, number, symbol, b.all([when, wrong]), "", does, said, silent)

    def _vague(self, symbol: Symbol) -> Term:
        """When the row of T' that decides has a ``*``."""
        b, terms = self.builder, self.says.terms
        for table in self.other.tables:
            for position, target in enumerate(table.targets):
                if target.symbol.name == symbol.name:
                    guards, first = terms.guards(table), terms.none_before(table)
                    rows = [i for i, r in enumerate(table.rows) if r.targets[position] == ANY]
                    return b.any(b.all([guards[i], first[i]]) for i in rows)
        return b.false

    def _general(self) -> Iterator[tuple[Term, str, set[str]]]:
        """What is wrong with T' itself, when, in words, and the symbols that it is about."""
        b, terms = self.builder, self.says.terms
        every = {s.name for s in self.other.symbols.values()}
        for name, term in self.assumed.items():
            yield b.negate(term), f"the decoded table assumes {name}, which T does not imply", every
        for table in self.other.tables:
            names = {t.symbol.name for t in table.targets}
            guards = terms.guards(table)
            rows = [i for i in range(len(guards)) if not table.rows[i].is_else]
            if table.policy == "unique":
                clash = b.any(b.all([guards[i], guards[j]]) for i, j in combinations(rows, 2))
                text = f"rows of the decoded table {table.name} (unique) do not exclude each other"
                yield clash, text, names
            misfit = b.any(self._misfits(table))
            yield misfit, f"a value of the decoded table {table.name} does not fit", names

    def _misfits(self, table: Table) -> Iterator[Term]:
        b, terms = self.builder, self.says.terms
        for i, row in enumerate(table.rows):
            first = terms.none_before(table)[i]
            cells = [c for c in row.conditions if c is not None]
            roots: list[tuple[Node, Term]] = []
            for k, cell in enumerate(cells):
                others = [terms.terms.truth(c) for j, c in enumerate(cells) if j != k]
                roots.append((cell, b.all([first, *others])))
            for target, said in zip(table.targets, row.targets, strict=True):
                if not isinstance(said, Node):
                    continue
                when = terms.wins(table, i)
                roots.append((said, when))
                kind = target.symbol.type
                if isinstance(kind, Int) and isinstance(said.type, Int):
                    fits = b.within(terms.terms.bits(said), said.type, kind.low, kind.high)
                    yield b.all([when, b.negate(fits)])
            for root, when in roots:
                for demand in obligations(root):
                    node = demand.node
                    assert isinstance(node.type, Int)
                    path = [
                        terms.terms.truth(n) if yes else b.negate(terms.terms.truth(n))
                        for n, yes in demand.path
                    ]
                    fits = b.within(terms.terms.bits(node), node.type, demand.low, demand.high)
                    yield b.all([when, *path, b.negate(fits)])

    # ---- answers

    def cells(self) -> Iterator[Cell]:
        """Differences and undecided questions."""
        unknowns = [*self.present.values(), *self.hdl.open(), *self.says.open()]
        judge = Judge(self.builder, self.facts, unknowns, self.options)
        yield from self._missing()
        claims = list(self._claims())
        general = [_Whole(wrong, text, names) for wrong, text, names in self._general()]
        if judge.consistent() != "sat":
            text = f"the assumptions and types of {self.unit.name} allow no input to be compared"
            yield from (Cell(*c.place, "unknown", sentence=text) for c in claims)
            return
        asked: list[_Claim | _Whole] = [*claims, *general]
        found = judge.judge(asked)
        broken = [g for g in general if found[g] != "holds"]
        if broken:
            rows: list[_Claim | _Whole] = [c for g in broken for c in self._by_row(g)]
            found |= judge.judge(rows)
            asked += rows
        for claim in asked:
            if isinstance(claim, _Claim) and found[claim] != "holds":
                yield self._cell(judge, claim, found[claim])

    def _by_row(self, fault: _Whole) -> Iterator[_Claim]:
        b = self.builder
        touched = [t for t in self.unit.tables if {g.symbol.name for g in t.targets} & fault.names]
        for table in touched or self.unit.tables:
            for number in range(len(table.rows)):
                wrong = b.all([self.scene.table.wins(table, number), fault.wrong])
                yield _Claim(table, number, None, wrong, fault.text)

    def _missing(self) -> Iterator[Cell]:
        """Columns that one side has not."""
        for table in self.unit.tables:
            for target in table.targets:
                symbol = target.symbol
                here, there = self.hdl.width(symbol), self.says.width(symbol)
                if here is not None and there is not None:
                    continue
                for row in table.rows:
                    place = table.name, row.id, symbol.name
                    if symbol.role == "register":
                        noun = "the HDL" if here is None else "the decoded table"
                        text = f"{noun} has no register {symbol.name} under its name"
                        yield Cell(*place, "unknown", sentence=text)
                    elif here is not None:
                        text = f"the decoded table has no output {symbol.name}"
                        yield Cell(*place, "different", "omission", sentence=text)
                    elif there is not None:
                        text = f"the HDL has no output {symbol.name}"
                        yield Cell(*place, "different", "hallucination", sentence=text)

    def _cell(self, judge: Judge, claim: _Claim, judgement: Judgement) -> Cell:
        table, row, column = claim.place
        where = f"table {table}, row {row}" + (f", column {column}" if column else "")
        why = "" if judgement == "fails" else WITHOUT[judgement].format(limit=self.options.limit)
        why = why or self._doubt(claim)
        if not why and not judge.counterexample(claim):
            why = WITHOUT["disputed"]
        if why:
            return Cell(*claim.place, "unknown", sentence=f"{where}: {why}")
        value, symbols = judge.solver.value, self.unit.symbols
        witness = {n: value(t) for n, t in self.present.items()}
        shown = {n: show(v, symbols[n].type) for n, v in witness.items() if v}
        if claim.symbol is None:
            text = f"{where}: {claim.text}"
            return Cell(
                *claim.place, "different", "omission", witness=witness, shown=shown, sentence=text
            )
        kind = claim.symbol.type
        number, said = value(claim.expected), value(claim.actual)
        meant = self.hdl.meaning(claim.symbol, number)
        does = f"code {number}" if meant is None else show(meant, kind)
        silent = judge.solver.holds(claim.silent)
        says = "leaves open what it is" if silent else f"says {show(said, kind)}"
        text = f"{where}: the HDL does {does}, and the decoded table {says}"
        return Cell(
            *claim.place, "different", "omission" if silent else "wrong value", witness=witness,
            shown=shown, expected=meant, actual=None if silent else said, sentence=text,
        )  # fmt: skip

    def _doubt(self, claim: _Claim) -> str:
        """Why a difference may be none."""
        registers = self.unit.by_role("register")
        for side in (self.hdl, self.says):
            noun = "the HDL" if side is self.hdl else "the decoded table"
            lost = [s.name for s in registers if side.width(s) is None]
            if lost:
                return f"not decided, as {noun} has no register {lost[0]} under its name"
        question: Sequence[Term] = [claim.wrong, *self.facts]
        for side in (self.hdl, self.says):
            loose = side.loose(question)
            if loose:
                return f"depends on {loose[0]}, which the table does not have"
        return ""


@dataclass(frozen=True, eq=False)
class _Whole:
    """Something that is wrong with T' under some input, whatever the row."""

    wrong: Term
    text: str
    names: set[str]
