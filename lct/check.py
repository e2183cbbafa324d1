"""Every static check of a unit, before anything is generated from it."""

from __future__ import annotations

from spikewright.lct.check_ambiguous import check_ambiguous
from spikewright.lct.check_assumptions import check_assumptions, check_needed, contradiction
from spikewright.lct.check_drivers import check_connections, check_targets
from spikewright.lct.check_loops import check_loops
from spikewright.lct.check_state import PATIENCE, check_states
from spikewright.lct.check_tables import check_table
from spikewright.lct.check_width import check_widths
from spikewright.lct.context import Context
from spikewright.lct.diagnostics import Diagnostics, Finding
from spikewright.lct.ir import Unit
from spikewright.lct.solver import LIMIT

__all__ = ["check"]


def check(unit: Unit, limit: float = LIMIT, patience: float = PATIENCE) -> list[Finding]:
    """Check a unit; an empty list means that every check has passed.

    Parameters
    ----------
    unit : Unit
        An elaborated unit: syntax, names and types are right already.
    limit : float
        Seconds for one question to the solver. A question without an answer becomes a finding of
        verdict ``unknown``.
    patience : float
        Seconds of computing for the states of the unit's registers, if they cannot be settled.
    """
    diagnostics = Diagnostics()
    diagnostics.findings += unit.unused
    if unit.kind == "logic":
        check_targets(unit, diagnostics)
        check_loops(unit, diagnostics, limit)
        _check_logic(unit, diagnostics, limit, patience)
    elif unit.kind == "structure":
        check_connections(unit, diagnostics)
        check_loops(unit, diagnostics, limit)
    return diagnostics.findings


def _check_logic(unit: Unit, diagnostics: Diagnostics, limit: float, patience: float) -> None:
    context = Context(unit, diagnostics, limit)
    if contradiction(context):
        return
    check_ambiguous(context)
    for table in unit.tables:
        check_table(context, table)
    check_widths(context)
    check_assumptions(context)
    check_states(context, patience)
    check_needed(context)
