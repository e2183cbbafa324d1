"""A table held against the HDL: nothing is returned before this has succeeded."""

from __future__ import annotations

from spikewright.lct.builder import Builder
from spikewright.lct.compare import Options, compare_design
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.compare.result import GAP
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Solver

__all__ = ["Undecodable", "prove"]


class Undecodable(ValueError):
    """HDL that cannot be said as a table, or a table that could not be proven."""


def prove(unit: Unit, design: Design, mapping: Mapping, limit: float = LIMIT) -> None:
    """Show that a unit and a design are equal wherever types, and assumptions, hold.

    Raises
    ------
    Undecodable
        They differ, or the solver has given up.
    """
    options = Options(limit=limit, mapping=mapping, explain=False)
    for cell in compare_design(unit, design, options).cells:
        if cell.verdict not in ("identical", "equivalent"):
            open_ = cell.verdict == "unknown" and cell.row != GAP
            verb = "is not proven" if open_ else "differs from the HDL"
            raise Undecodable(f"the decoded table of {design.name} {verb}: {cell.sentence}")
    _prove_complete(unit, design, limit)


def _prove_complete(unit: Unit, design: Design, limit: float) -> None:
    """A row that is missing says nothing wrong: that there is one for every input is shown here."""
    b = Builder()
    terms, solver = UnitTerms(unit, b), Solver(b, limit)
    for fact in terms.facts:
        solver.add(fact)
    for assumption in unit.assumptions:
        solver.add(terms.terms.truth(assumption.node))
    for table in unit.tables:
        if solver.ask(b.negate(b.any(terms.guards(table)))) != "unsat":
            raise Undecodable(
                f"the decoded table of {design.name} differs from the HDL: "
                f"table {table.name} does not cover every input"
            )
