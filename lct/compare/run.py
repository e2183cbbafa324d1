"""The comparison itself: a unit against a side, from the claims to the cells."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from spikewright.lct.builder import Builder
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.explain import Explainer
from spikewright.lct.compare.from_reset import from_reset
from spikewright.lct.compare.judge import Judge, Judgement
from spikewright.lct.compare.resets import design_resets, table_resets
from spikewright.lct.compare.result import GAP, Cell, Comparison, Options
from spikewright.lct.compare.same import same_cells
from spikewright.lct.compare.scene import Claim, Scene, present_terms
from spikewright.lct.compare.sides import HdlSide, TableSide
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit
from spikewright.lct.values import show

__all__ = ["NAMES", "WITHOUT", "compare_design", "compare_units"]

NAMES = "names"


def compare_design(unit: Unit, design: Design, options: Options | None = None) -> Comparison:
    """Hold HDL against the tables of a logic unit.

    Parameters
    ----------
    unit : Unit
        The specification.
    design : Design
        Elaborated HDL; ports and registers have the unit's names, with ``__`` for ``.``, or those
        of ``options.mapping``.

    Returns
    -------
    Comparison
        A cell for each row and column and for each reset value; ports only where they differ.
        By names, or from reset where names leave something open.
    """
    begin, options = time.perf_counter(), options or Options()
    builder = Builder()
    present = present_terms(unit, builder)
    binding = Binding(unit, design, options.mapping)
    side = HdlSide(binding, builder, present, fixed=True)
    cells = _cells(Scene(unit, side, builder, present), options)
    cells += design_resets(binding, options)
    return from_reset(unit, design, options, _comparison(unit, cells, begin))


def compare_units(left: Unit, right: Unit, options: Options | None = None) -> Comparison:
    """Hold one table against another, which must say what `left` says.

    Returns
    -------
    Comparison
        A cell for each row and column of `left` and for each reset value; ports where they differ.
    """
    begin, options = time.perf_counter(), options or Options()
    builder = Builder()
    present = present_terms(left, builder)
    side = TableSide(left, right, builder, present)
    cells = _cells(Scene(left, side, builder, present), options)
    cells += table_resets(left, right)
    same = same_cells(left, right)
    cells = [
        replace(c, verdict="identical")
        if c.verdict == "equivalent" and (c.table, c.row, c.column) in same
        else c
        for c in cells
    ]
    return _comparison(left, cells, begin)


def _comparison(unit: Unit, cells: list[Cell], begin: float) -> Comparison:
    order = {
        (table.name, row.id, target.symbol.name): n
        for n, (table, row, target) in enumerate(
            (table, row, target)
            for table in unit.tables
            for row in table.rows
            for target in table.targets
        )
    }
    cells.sort(
        key=lambda c: order.get((c.table, c.row, c.column), -1 if c.row == "port" else len(order))
    )
    names = tuple(a.id for a in unit.assumptions)
    return Comparison(unit.name, tuple(cells), names, NAMES, time.perf_counter() - begin)


def _cells(scene: Scene, options: Options) -> list[Cell]:
    unknowns = [*scene.present.values(), *scene.side.open()]
    judge = Judge(scene.builder, scene.facts, unknowns, options)
    if judge.consistent() != "sat":
        text = f"the assumptions and types of {scene.unit.name} allow no input that can be compared"
        return [*scene.cells, *(Cell(*c.place, "unknown", sentence=text) for c in scene.claims)]
    verdicts = judge.judge(scene.claims)
    cells = [*scene.cells, *_gaps(scene, judge)]
    cells += [_cell(scene, judge, c, v) for c, v in verdicts.items()]
    fails = {c.place: c for c, v in verdicts.items() if v == "fails"}
    if not fails or not options.explain:
        return cells
    explainer = Explainer(scene, options)
    return [
        explainer.explain(fails[c.table, c.row, c.column], c)
        if c.verdict == "different" and (c.table, c.row, c.column) in fails
        else c
        for c in cells
    ]


def _gaps(scene: Scene, judge: Judge) -> Iterator[Cell]:
    """A cell for each table that says nothing about some input: there, nothing was compared."""
    b, guards = scene.builder, scene.table.guards
    for table in scene.unit.tables:
        if table.rows and not table.rows[-1].is_else:
            answer = judge.solver.ask(b.negate(b.any(guards(table))))
            if answer != "unsat":
                text = f"table {table.name} does not cover every input"
                yield Cell(table.name, GAP, "", "unknown", sentence=text)


WITHOUT = {
    "unknown": "not decided within {limit:g} s",
    "unconfirmed": "not confirmed by a second solver within {limit:g} s",
    "disputed": "two solvers contradict each other",
}


def _cell(scene: Scene, judge: Judge, claim: Claim, judgement: Judgement) -> Cell:
    table, row, column = claim.place
    where = f"table {table}, row {row}, column {column}"
    if judgement == "holds":
        return Cell(*claim.place, "equivalent")
    if judgement != "fails":
        text = f"{where}: {WITHOUT[judgement].format(limit=judge.options.limit)}"
        return Cell(*claim.place, "unknown", sentence=text)
    lost = [s.name for s in scene.unit.by_role("register") if scene.side.width(s) is None]
    if lost:
        text = (
            f"{where}: not decided, as {scene.side.noun} has no register {lost[0]} under its name"
        )
        return Cell(*claim.place, "unknown", sentence=text)
    loose = scene.side.loose([claim.wrong, *scene.facts])
    if loose:
        text = f"{where}: depends on {loose[0]}, which the table does not have"
        return Cell(*claim.place, "unknown", sentence=text)
    if not judge.counterexample(claim):
        text = f"{where}: two solvers contradict each other"
        return Cell(*claim.place, "unknown", sentence=text)
    value = judge.solver.value
    witness = {n: value(t) for n, t in scene.present.items()}
    expected, number = value(claim.expected), value(claim.actual)
    actual = scene.side.meaning(claim.symbol, number)
    kind = claim.symbol.type
    shown = f"code {number}" if actual is None else show(actual, kind)
    text = f"{where}: {show(expected, kind)} is expected, not {shown}"
    return Cell(
        *claim.place, "different", witness=witness, expected=expected, actual=actual, sentence=text
    )
