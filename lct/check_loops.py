"""Combinational loops, inside a unit and through the connections of units.

What reads what gives a graph of signals that follow each other within one cycle. An edge on a cycle
of that graph counts only if the solver finds two inputs that differ in nothing but its start and
yet differ in its end: reading `ready` in a row that can never win makes no loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spikewright.lct.context import Context
from spikewright.lct.diagnostics import Diagnostics, Place
from spikewright.lct.ir import Unit
from spikewright.lct.reads import depends, expressions, on_cycle, reads, symbols_of
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Answer
from spikewright.lct.witness import Shown, Witness, simplest

__all__ = ["check_loops", "cycle_through", "dependence", "through"]

Graph = dict[str, list[str]]


@dataclass(frozen=True)
class Dependence:
    """Whether an output follows an input within the cycle, and inputs that show it."""

    answer: Answer
    witness: Witness


def dependence(unit: Unit, output: str, source: str, limit: float = LIMIT) -> Dependence:
    """Ask whether `output` of a logic unit really depends on the symbol `source`."""
    context = Context(unit, Diagnostics(), limit)
    now, solver, b = context.now, context.solver, context.builder
    own = {s.name for s in context.settled}
    shared = {
        s.name: now.terms.symbol(s.name, s.type)
        for s in unit.symbols.values()
        if s.name != source and s.name not in own
    }
    other = UnitTerms(unit, b, " else", shared, now.free)
    context.join(solver, other)
    symbol = unit.symbols[output]
    differ = b.negate(b.equal(now.outcome(symbol), other.outcome(symbol)))
    answer = context.ask(differ)
    if answer != "sat":
        return Dependence(answer, Witness())
    roots = [e for table in unit.tables for e in expressions(table, output) if _drives(table, output)]
    kind = unit.symbols[source].type
    entries = [
        Shown(name, now.terms.bits(node), node.type)
        for name, node in reads(roots).items()
        if name != source and not name.startswith(f"{source}.") and name not in own
    ]
    pair = [
        Shown(source, now.terms.symbol(source, kind), kind),
        Shown(f"{source} else", other.terms.symbol(source, kind), kind),
    ]
    results = [
        Shown(f"=> {output}", now.outcome(symbol), symbol.type),
        Shown(f"=> {output} else", other.outcome(symbol), symbol.type),
    ]
    given = [*context.on(), differ]
    witness = simplest(solver, given, now, [*entries, *pair], results)
    values = dict(witness.values)
    values |= {f"{source} else": solver_value(witness, source, values)}
    return Dependence(answer, witness)


def _drives(table: object, output: str) -> bool:
    return any(t.symbol.name == output for t in table.targets)  # type: ignore[attr-defined]
