"""A table held against the HDL: nothing is returned before this has succeeded."""

from __future__ import annotations

import re

from spikewright.lct.builder import Builder
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Solver

__all__ = ["Undecodable", "plain", "prove"]


class Undecodable(ValueError):
    """HDL that cannot be said as a table, or a table that could not be proven."""


def prove(unit: Unit, design: Design, limit: float = LIMIT) -> None:
    """Show that a unit and a design are equal wherever types hold.

    Raises
    ------
    Undecodable
        They differ, or the solver has given up.
    """
    b = Builder()
    table = UnitTerms(unit, b)
    bound = {
        s.name.replace(".", "__"): table.terms.symbol(s.name, s.type)
        for s in unit.symbols.values()
        if s.role != "output"
    }
    by_name = {plain(n): n for n in design.registers}
    bound = {by_name.get(n, n): t for n, t in bound.items()}
    hdl = DesignTerms(design, b, bound=bound)
    solver = Solver(b, limit)
    for fact in table.facts:
        solver.add(fact)
    for part in unit.tables:
        for k, target in enumerate(part.targets):
            name = target.symbol.name.replace(".", "__")
            is_register = target.symbol.role == "register"
            actual = hdl.next(by_name[name]) if is_register else hdl.value(name)
            differs = [
                b.all([table.wins(part, r), b.negate(b.equal(actual, table.value(part, r, k)))])
                for r, row in enumerate(part.rows)
                if row.targets[k] != ANY
            ]
            covered = b.any(table.wins(part, r) for r in range(len(part.rows)))
            answer = solver.ask(b.any([*differs, b.negate(covered)]))
            if answer != "unsat":
                why = "differs from the HDL" if answer == "sat" else "is not proven in time"
                raise Undecodable(
                    f"the decoded table of {design.name} {why} in {target.symbol.name}"
                )


def plain(name: str) -> str:
    """A name of the HDL as a name of the language."""
    return re.sub(r"\W", "_", name)
