"""The decoder's leg: what a table says of HDL, in the rows of another table.

T gives the regions: for each of its rows and columns the question is whether some input that T's
assumptions allow, under which that row decides, makes T' say what RTL1 does not do. So every
difference lands in every row that it touches, which one counterexample would not do.

What ``*`` means. Where a cell of T is ``*``, T does not care: T' may say what RTL1 does there, or
``*``, and nothing else. Where T cares, T' must say what RTL1 does: a ``*`` there says less than
the HDL does, which is an omission.

What else T' may say. An assumption that T's assumptions and types do not imply takes inputs away
from what T' claims: a difference in every row that has such inputs, also where RTL1 happens to keep
it from reset on. A ``(unique)`` that does not hold, or a value that does not fit its target, is a
difference in every row that has such inputs. An input that no row of T' covers is an omission. What
T' says about style only (unused names, a redundant condition) is no difference.

Ports and reset values of T' are held against those of RTL1 itself, not of T: a port of T that RTL1
lacks must not be in T', one that RTL1 adds must be. A table has no column for the value at
power-on, so T' says nothing of it. But for that, and for cells where T does not care: where T and
T' agree and T differs from RTL1, RTL1 differs from T'.

Outputs that T or T' reads are those of RTL1, so that one wrong output is blamed in its own column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.judge import Judge, Judgement
from spikewright.lct.compare.resets import design_resets
from spikewright.lct.compare.result import PORT, POWER_ON, Cell, Options
from spikewright.lct.compare.run import WITHOUT
from spikewright.lct.compare.sides import HdlSide
from spikewright.lct.front.design import Design
from spikewright.lct.ir import ANY, Symbol, Unit
from spikewright.lct.legs.scene import Trio, mapped, renamed
from spikewright.lct.values import show

__all__ = ["decoder_cells"]


def decoder_cells(
    unit: Unit,
    design: Design,
    other: Unit,
    options: Options,
    names: Mapping[str, str] | None = None,
) -> list[Cell]:
    """Where T' (`other`) does not say what RTL1 (`design`) does, in rows of T (`unit`).

    Parameters
    ----------
    names : mapping of str to str
        Registers of T' that stand for registers of T with another name.

    Returns
    -------
    list of Cell
        Differences and undecided questions.
    """
    names = names or {}
    theirs = renamed(other, names)
    trio = Trio(unit, design, other, options, names)
    return [
        *_ports(design, theirs, mapped(options, theirs)),
        *_Rows(trio, options).cells(),
        *_resets(design, theirs, mapped(options, theirs)),
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
    """Something that must not be: T' is wrong about RTL1 where a row of T decides.

    Attributes
    ----------
    text : str
        What is wrong, where it is not the value of a symbol.
    does, says : Term
        The values that RTL1 and T' give the symbol.
    silent : Term
        When T' gives none.
    """

    place: tuple[str, str, str]
    wrong: Term
    text: str
    symbol: Symbol | None = None
    does: Term = None
    says: Term = None
    silent: Term = None


@dataclass(frozen=True, eq=False)
class _Whole:
    """Something that is wrong with T' under some input, whatever the row."""

    wrong: Term
    text: str
    names: set[str]
    place: None = None


class _Rows:
    """The questions about all rows of T."""

    def __init__(self, trio: Trio, options: Options) -> None:
        self.trio, self.options = trio, options
        self.unit, self.builder = trio.unit, trio.builder
        self.hdl, self.said = trio.hdl, trio.said
        self.within = self.builder.all(self.said.assumed.values())

    # ---- claims

    def _claims(self) -> Iterator[_Claim]:
        for table in self.unit.tables:
            for number, row in enumerate(table.rows):
                when = self.trio.scene.table.wins(table, number)
                for target, cell in zip(table.targets, row.targets, strict=True):
                    place = table.name, row.id, target.symbol.name
                    yield from self._value(place, when, target.symbol, free=cell == ANY)
        for symbol in self.trio.extra:
            yield from self._value(("", PORT, symbol.name), self.builder.true, symbol, free=False)

    def _value(
        self, place: tuple[str, str, str], when: Term, symbol: Symbol, *, free: bool
    ) -> Iterator[_Claim]:
        if symbol.role == "input" or self.hdl.width(symbol) is None or not self.said.own(symbol):
            return
        b = self.builder
        does = self.hdl.raw(symbol)
        says = self.said.value(symbol, does.sort().bv_size())
        vague, covered = self.said.vague(symbol), self.said.covered(symbol)
        silent = b.any([vague, b.negate(covered)])
        wrong = b.negate(b.all([b.equal(self.hdl.coded(symbol, says), does), covered]))
        wrong = b.all([wrong, b.negate(vague)]) if free else b.any([wrong, vague])
        yield _Claim(place, b.all([when, self.within, wrong]), "", symbol, does, says, silent)

    def _general(self) -> Iterator[_Whole]:
        """What is wrong with T' itself, and of which symbols it speaks there."""
        every = set(self.unit.symbols)
        for name, term in self.said.assumed.items():
            text = f"the decoded table assumes {name}, which the table does not imply"
            yield _Whole(self.builder.negate(term), text, every)
        for table in self.trio.other.tables:
            names = {t.symbol.name for t in table.targets}
            text = f"rows of the decoded table {table.name} (unique) do not exclude each other"
            yield _Whole(self.said.clash(table), text, names)
            text = f"a value in the decoded table {table.name} does not fit where it goes"
            yield _Whole(self.builder.any(self.said.misfits(table)), text, names)

    # ---- answers

    def cells(self) -> Iterator[Cell]:
        """Differences and undecided questions."""
        unknowns = [*self.trio.present.values(), *self.hdl.open(), *self.said.terms.free.values()]
        judge = Judge(self.builder, self.trio.facts, unknowns, self.options)
        yield from self._missing()
        asked: list[_Claim | _Whole] = [*self._claims(), *self._general()]
        if judge.consistent() != "sat":
            text = f"the assumptions and types of {self.unit.name} allow no input to be compared"
            yield from (Cell(*c.place, "unknown", sentence=text) for c in asked if c.place)
            return
        found = judge.judge(asked)
        rows: list[_Claim | _Whole] = [
            claim
            for whole in asked
            if isinstance(whole, _Whole) and found[whole] != "holds"
            for claim in self._by_row(whole)
        ]
        found |= judge.judge(rows)
        for claim in (*asked, *rows):
            if isinstance(claim, _Claim) and found[claim] != "holds":
                yield self._cell(judge, claim, found[claim])

    def _by_row(self, whole: _Whole) -> Iterator[_Claim]:
        """The same in each row of the tables that speak of the same symbols."""
        touched = [t for t in self.unit.tables if {g.symbol.name for g in t.targets} & whole.names]
        for table in touched or self.unit.tables:
            for number, row in enumerate(table.rows):
                wins = self.trio.scene.table.wins(table, number)
                wrong = self.builder.all([wins, whole.wrong])
                yield _Claim((table.name, row.id, ""), wrong, whole.text)

    def _missing(self) -> Iterator[Cell]:
        """Columns that one side has not."""
        for table in self.unit.tables:
            for target in table.targets:
                symbol = target.symbol
                does = self.hdl.width(symbol) is not None
                says = self.said.own(symbol) is not None
                for row in table.rows if does != says or symbol.role == "register" else ():
                    place = table.name, row.id, symbol.name
                    if symbol.role == "register" and not (does and says):
                        noun = "the decoded table" if does else "the HDL"
                        text = f"{noun} has no register {symbol.name} under its name"
                        yield Cell(*place, "unknown", sentence=text)
                    elif does and not says:
                        text = f"the decoded table has no output {symbol.name}"
                        yield Cell(*place, "different", "omission", sentence=text)
                    elif says and not does:
                        text = f"the HDL has no output {symbol.name}"
                        yield Cell(*place, "different", "hallucination", sentence=text)

    def _cell(self, judge: Judge, claim: _Claim, judgement: Judgement) -> Cell:
        table, row, column = claim.place
        parts = zip(("table", "row", "column"), claim.place, strict=True)
        where = ", ".join(f"{noun} {name}" for noun, name in parts if name)
        why = "" if judgement == "fails" else WITHOUT[judgement].format(limit=self.options.limit)
        why = why or self._doubt(claim)
        if not why and not judge.counterexample(claim):
            why = WITHOUT["disputed"]
        if why:
            return Cell(*claim.place, "unknown", sentence=f"{where}: {why}")
        value, symbols = judge.solver.value, self.trio.scene.unit.symbols
        witness = {n: value(t) for n, t in self.trio.present.items()}
        shown = {n: show(v, symbols[n].type) for n, v in witness.items() if v}
        if claim.symbol is None:
            return Cell(
                table, row, column, "different", "omission", witness=witness, shown=shown,
                sentence=f"{where}: {claim.text}",
            )  # fmt: skip
        kind = claim.symbol.type
        number, says = value(claim.does), value(claim.says)
        does = self.hdl.meaning(claim.symbol, number)
        silent = judge.solver.holds(claim.silent)
        shown["expected"] = f"code {number}" if does is None else show(does, kind)
        text = f"{where}: the HDL gives {shown['expected']}, and the decoded table "
        if silent:
            text += "leaves open what it is"
        else:
            shown["actual"] = show(says, kind)
            text += f"says {shown['actual']}"
        return Cell(
            table, row, column, "different", "omission" if silent else "wrong value",
            witness=witness, shown=shown, expected=does, actual=None if silent else says,
            sentence=text,
        )  # fmt: skip

    def _doubt(self, claim: _Claim) -> str:
        """Why a difference may be none."""
        for symbol in self.unit.by_role("register"):
            if self.hdl.width(symbol) is None:
                return f"not decided, as the HDL has no register {symbol.name} under its name"
            if self.said.own(symbol) is None:
                noun = "the decoded table"
                return f"not decided, as {noun} has no register {symbol.name} under its name"
        loose = self.hdl.loose([claim.wrong, *self.trio.facts])
        own = self.trio.other.by_role("register")
        known = {*self.unit.symbols, *(s.name for s in self.trio.extra), *self.trio.names}
        loose += [f"register {s.name}" for s in own if s.name not in known]
        return f"depends on {loose[0]}, which the table does not have" if loose else ""
