"""Last touches on a text: cuts that cut nothing off are left out, by proof."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spikewright.lct.builder import Builder
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.elaborate import elaborate
from spikewright.lct.evaluate import constant
from spikewright.lct.ir import Node, Table, Unit
from spikewright.lct.library import Library
from spikewright.lct.markdown import parse_markdown
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Solver
from spikewright.lct.types import Int

__all__ = ["polished", "read"]

_PATIENCE = 1.0


def read(text: str, name: str, overrides: Mapping[str, int] | None = None) -> Unit:
    """The unit of a text.

    Raises
    ------
    LctError
        The text has faults.
    """
    diagnostics = Diagnostics()
    document = parse_markdown(Path(f"{name}.lct.md"), text, diagnostics)
    diagnostics.raise_if_any(document.lines)
    unit = elaborate(document, Library(), dict(overrides or {}), diagnostics)
    diagnostics.raise_if_any(document.lines)
    return unit


def polished(text: str, unit: Unit) -> str:
    """The text with `e` for `trunc(e, n)` and `e[0:n]` where `e` fits its target anyway."""
    b = Builder()
    terms, solver = UnitTerms(unit, b), Solver(b, _PATIENCE)
    for fact in terms.facts:
        solver.add(fact)
    lines = text.split("\n")
    cuts: list[tuple[int, int, int, str]] = []
    for table in unit.tables:
        for i, row in enumerate(table.rows):
            for k, span in enumerate(row.target_spans):
                inner = _inner(table, i, k)
                if inner is None or inner.span is None:
                    continue
                kind = table.targets[k].symbol.type
                assert isinstance(inner.type, Int)
                assert isinstance(kind, Int)
                fits = b.within(terms.terms.bits(inner), inner.type, kind.low, kind.high)
                if solver.ask(terms.wins(table, i), b.negate(fits)) == "unsat":
                    start = inner.span.column - 1
                    kept = lines[span.line - 1][start : start + inner.span.length]
                    cuts.append((span.line - 1, span.column - 1, span.length, kept))
    for line, start, length, kept in sorted(cuts, reverse=True):
        lines[line] = lines[line][:start] + kept + lines[line][start + length :]
    return "\n".join(lines)


def _inner(table: Table, row: int, position: int) -> Node | None:
    """What a target cell cuts to the width of its target."""
    cell, kind = table.rows[row].targets[position], table.targets[position].symbol.type
    if not isinstance(cell, Node) or not isinstance(kind, Int):
        return None
    whole = cell.op == "trunc" or (cell.op == "slice" and constant(cell.args[1]) == 0)
    if not whole or cell.type.width != kind.width or not isinstance(cell.args[0].type, Int):
        return None
    return cell.args[0]
