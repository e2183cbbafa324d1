"""What a comparison by names leaves open, or calls different, held against what reset leads to.

A register that the HDL keeps in another form has no name to go by; and a difference by names may
lie in a state that is never reached.
"""

from __future__ import annotations

from dataclasses import replace

from spikewright.lct.compare.result import GAP, PORT, POWER_ON, RESET, Comparison, Options
from spikewright.lct.compare.sequential import INDUCTION, compare_sequential
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit

__all__ = ["from_reset"]

_PATIENCE = 5.0
"""Seconds a question where there is a verdict by names already."""


def from_reset(unit: Unit, design: Design, options: Options, found: Comparison) -> Comparison:
    """The better of a comparison by names and one from reset.

    Parameters
    ----------
    found : Comparison
        By names.

    Returns
    -------
    Comparison
        Where all outputs are proven from reset on: that, with what was found about power-on. Where
        there is nothing but open questions by names, and a run shows a difference: that. Otherwise
        `found`.
    """
    open_ = [c for c in found.cells if c.verdict in ("different", "unknown")]
    registers = unit.by_role("register") or design.registers
    unreset = design.reset is None and any(c.row == RESET for c in open_)
    if not registers or unreset or any(c.row in (PORT, GAP) for c in open_):
        return found
    if all(c.row == POWER_ON for c in open_):
        return found
    named = any(c.row != POWER_ON for c in found.differences)
    if named and not options.reachable:
        return found
    if named:
        options = replace(options, limit=min(options.limit, _PATIENCE))
    reached = compare_sequential(unit, design, options)
    seconds = found.seconds + reached.seconds
    proven = reached.method != INDUCTION
    if proven or (reached.differences and not named):
        power = tuple(c for c in found.cells if c.row == POWER_ON)
        return replace(reached, cells=(*reached.cells, *power), seconds=seconds)
    return replace(found, seconds=seconds)
