"""Proof that the compiled class of a unit does what its tables say.

The class is taken through Amaranth and yosys to SMT, where every output and every register's next
value is compared with the table, row by row, for all inputs and states at once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amaranth.back import rtlil
from bitwuzla import Options, Parser

from spikewright.lct.ir import ANY, Symbol, Table, Unit
from spikewright.lct.library import Library
from spikewright.lct.load import load_class
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Builder, Solver, Term

__all__ = ["Deviation", "prove_component", "prove_unit"]

# A fault inside yosys ends its process, so it has one of its own.
_CONVERT = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in (
    "read_rtlil " + sys.argv[1],
    "proc -noopt",
    "flatten",
    "write_smt2 -stbv -wires " + sys.argv[2],
):
    libyosys.run_pass(command, design)
"""


@dataclass(frozen=True)
class Deviation:
    """A value of the hardware that is not the table's, or may not be.

    Attributes
    ----------
    table, row, symbol : str
        Whose value differs; the row is ``reset`` where a register starts from another value.
    verdict : str
        ``different``, or ``unknown`` where the solver gave up.
    witness : mapping of str to int
        Packed values of inputs and registers for which they differ.
    """

    table: str
    row: str
    symbol: str
    verdict: str
    witness: Mapping[str, int]


class _Hardware:
    """A component as terms over the same unknowns as the table."""

    def __init__(self, name: str, component: object, builder: Builder) -> None:
        self.name, self.builder = name, builder
        with tempfile.TemporaryDirectory() as folder:
            source, result = Path(folder) / "unit.il", Path(folder) / "unit.smt2"
            source.write_text(rtlil.convert(component, name=name, emit_src=False))
            command = [sys.executable, "-c", _CONVERT, str(source), str(result)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0 or not result.is_file():
                raise RuntimeError(f"yosys refused {name}: {done.stderr[-500:]}")
            text = result.read_text()
        self._parser: Any = Parser(builder.manager, Options(), "smt2")
        states = f"(declare-const now |{name}_s|)(declare-const next |{name}_s|)"
        self._parser.parse(text + states, parse_file=False)

    def step(self) -> Term:
        """Whether `next` follows `now`."""
        return self._parser.parse_term(f"(|{self.name}_t| now next)")

    def start(self) -> Term:
        """Whether `now` is the state after power-on."""
        return self._parser.parse_term(f"(|{self.name}_i| now)")

    def value(self, symbol: Symbol, moment: str = "now") -> Term:
        """The bits of a port or register."""
        name = symbol.name.replace(".", "__")
        term = self._parser.parse_term(f"(|{self.name}_n {name}| {moment})")
        return self.builder.bit(term) if symbol.type.width == 1 else term

    def reset(self) -> Term:
        """Whether the reset input is high."""
        return self._parser.parse_term(f"(|{self.name}_n rst| now)")


def prove_unit(
    name: str,
    library: Library | None = None,
    overrides: Mapping[str, int] | None = None,
    limit: float = LIMIT,
) -> list[Deviation]:
    """Compare the compiled class of a logic unit with its tables.

    Cells with ``*`` leave the hardware free; assumptions hold.

    Parameters
    ----------
    overrides : mapping of str to int
        Base parameters, of the class and of the table; those that the unit lacks are ignored.
    limit : float
        Seconds for each cell.

    Returns
    -------
    list of Deviation
        Empty where table and hardware are proven equal.
    """
    library, values = library or Library(), dict(overrides or {})
    unit, made = library.unit(name, values), load_class(name, library)
    parameters = {p.name.lower(): p.value for p in unit.parameters.values()} | values
    accepted = made.__init__.__kwdefaults__ or {}
    component = made(**{k: v for k, v in parameters.items() if k in accepted})
    return prove_component(unit, component, limit)


def prove_component(unit: Unit, component: object, limit: float = LIMIT) -> list[Deviation]:
    """Compare any Amaranth component that has a unit's ports and registers with its tables.

    See `prove_unit`.
    """
    return list(_Proof(unit, component, limit).run())


class _Proof:
    def __init__(self, unit: Unit, component: object, limit: float) -> None:
        self.unit = unit
        self.builder = Builder()
        self.hardware = _Hardware(unit.name, component, self.builder)
        self.table = UnitTerms(unit, self.builder)
        self.solver = Solver(self.builder, limit)

    def run(self) -> Iterator[Deviation]:
        """Every deviation."""
        b, solver, registers = self.builder, self.solver, self.unit.by_role("register")
        with solver.scratch():
            self._same_moment()
            if registers:
                solver.add(self.hardware.step())
                solver.add(b.negate(b.truth(b.bit(self.hardware.reset()))))
            cells = [c for t in self.unit.tables for c in self._cells(t)]
            # One question in the usual case; one a cell where it is not answered with no.
            if solver.ask(b.any(b.all(terms) for _, terms in cells)) != "unsat":
                for place, terms in cells:
                    yield from self._ask(place, *terms)
        if registers:
            yield from self._reset(registers)

    def _same_moment(self) -> None:
        """Table and hardware see the same inputs, registers and outputs."""
        for fact in self.table.facts:
            self.solver.add(fact)
        for assumption in self.unit.assumptions:
            self.solver.add(self.table.terms.truth(assumption.node))
        for symbol in self.unit.symbols.values():
            mine = self.table.terms.symbol(symbol.name, symbol.type)
            self.solver.add(self.builder.equal(mine, self.hardware.value(symbol)))

    def _cells(self, table: Table) -> Iterator[tuple[tuple[str, str, str], list[Term]]]:
        """Each cell: its place, and that its row wins while the hardware has another value."""
        for number, row in enumerate(table.rows):
            wins = self.table.wins(table, number)
            for position, target in enumerate(table.targets):
                if row.targets[position] == ANY:
                    continue
                moment = "next" if target.symbol.role == "register" else "now"
                actual = self.hardware.value(target.symbol, moment)
                differs = self._differs(actual, self.table.value(table, number, position))
                yield (table.name, row.id, target.symbol.name), [wins, differs]

    def _reset(self, registers: list[Symbol]) -> Iterator[Deviation]:
        b = self.builder
        high = b.truth(b.bit(self.hardware.reset()))
        for symbol in registers:
            wanted = b.number(symbol.reset or 0, symbol.type.width)
            place = "", "reset", symbol.name
            start = self._differs(self.hardware.value(symbol), wanted)
            yield from self._ask(place, self.hardware.start(), start)
            after = self._differs(self.hardware.value(symbol, "next"), wanted)
            yield from self._ask(place, high, self.hardware.step(), after)

    def _differs(self, a: Term, b: Term) -> Term:
        return self.builder.negate(self.builder.equal(a, b))

    def _ask(self, place: tuple[str, str, str], *terms: Term) -> Iterator[Deviation]:
        answer = self.solver.ask(*terms)
        if answer == "unsat":
            return
        witness = {}
        if answer == "sat":
            for symbol in self.unit.symbols.values():
                if symbol.role != "output":
                    term = self.table.terms.symbol(symbol.name, symbol.type)
                    witness[symbol.name] = self.solver.value(term)
        yield Deviation(*place, "different" if answer == "sat" else "unknown", witness)
