"""Filled-in rows: of all inputs that show a fault, the one with the smallest numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Solver, Term
from spikewright.lct.types import Enum, Int, Type
from spikewright.lct.values import leaves, show

__all__ = ["Shown", "Witness", "simplest"]

_PATIENCE = 5.0


@dataclass(frozen=True)
class Shown:
    """One entry of a witness: its name, its term, and how its value is written."""

    name: str
    term: Term
    type: Type


@dataclass(frozen=True)
class Witness:
    """What a finding shows: the text of each entry, and the value of every symbol of the unit."""

    shown: dict[str, str] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)


def simplest(
    solver: Solver,
    given: Sequence[Term],
    moment: UnitTerms,
    inputs: Sequence[Shown],
    results: Sequence[Shown] = (),
) -> Witness:
    """The witness of a question that can be met.

    Parameters
    ----------
    given : sequence of Term
        What must hold; the solver has just found that it can.
    inputs : sequence of Shown
        What is made small, the first entry first, and shown.
    results : sequence of Shown
        What is shown after them.
    """
    held = _smallest(solver, list(given), inputs)
    if solver.ask(*held) != "sat":
        solver.ask(*given)
    shown = {s.name: show(solver.value(s.term), s.type) for s in dict.fromkeys((*inputs, *results))}
    values = {
        name: unpack(solver.value(term), kind)
        for name, (term, kind) in moment.terms.unknowns.items()
    }
    return Witness(shown, values)


def _smallest(solver: Solver, held: list[Term], inputs: Sequence[Shown]) -> list[Term]:
    """Facts that make each number as close to zero as those before it allow.

    The result does not depend on what the solver finds first, so that a message is the same
    everywhere.
    """
    b = solver.builder
    until = time.monotonic() + _PATIENCE
    for entry in inputs:
        for offset, kind in leaves(entry.type):
            part = b.bits(entry.term, offset, kind.width)
            zero = b.equal(part, b.number(0, kind.width))
            zero_fits = not isinstance(kind, Enum) or 0 in [v for _, v in kind.members]
            if zero_fits and solver.ask(*held, zero) == "sat":
                held.append(zero)
            elif time.monotonic() < until:
                value = _number(solver, held, part, kind)
                held.append(b.equal(part, b.number(value, kind.width)))
    return held


def _number(solver: Solver, held: list[Term], part: Term, kind: Int | Enum) -> int:
    """The smallest value that `part` can have: not negative if possible, then close to zero."""
    b = solver.builder
    wanted, facts, value = 0, list(held), 0
    for place in reversed(range(kind.width)):
        bit = b.bits(part, place, 1)
        fact = b.equal(bit, b.number(wanted, 1))
        if solver.ask(*facts, fact) == "sat":
            found = wanted
        else:
            found = 1 - wanted
            fact = b.equal(bit, b.number(found, 1))
        facts.append(fact)
        value |= found << place
        if isinstance(kind, Int) and kind.signed and place == kind.width - 1:
            wanted = found
    return pack(value, kind)
