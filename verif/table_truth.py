"""What is true of an edited table: found by running it, and by nothing that the checks use.

Rows are run as the plain Python that `lct.row_source` writes, on many inputs at once: every one
where a table reads few bits, else drawn ones that like the table's own numbers. What a run shows
is confirmed with `lct.execute`. That something never happens is known where every input was run,
or where the edit makes it so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from spikewright.lct.diagnostics import Finding
from spikewright.lct.evaluate import evaluate
from spikewright.lct.execute import first_match, matches
from spikewright.lct.ir import Node, Row, Table, Unit
from spikewright.lct.row_source import rows_source
from spikewright.lct.types import BOOL
from spikewright.verif.table_draft import CODES, NEW, TableFault
from spikewright.verif.table_inputs import Inputs

__all__ = ["Truth", "named", "shows", "truth"]


@dataclass(frozen=True)
class Truth:
    """What an edit planted.

    Attributes
    ----------
    verdict : str
        ``fault``, ``harmless``, or ``undecided`` where no input drawn shows it and not all were.
    values : dict of str to int
        An input that shows it, where one can.
    """

    verdict: str
    values: dict[str, int] = field(default_factory=dict)


class _Run:
    """An edited unit on many inputs."""

    def __init__(self, unit: Unit, fault: TableFault, seed: int) -> None:
        self.unit, self.fault = unit, fault
        self.inputs = Inputs(unit, _read(unit, fault), seed)
        own = fault.row if fault.family == "ambiguous" and fault.table == "Assumptions" else ""
        self.assumed = [a.node for a in unit.assumptions if a.id != own]
        self.allowed = np.logical_and.reduce([self.holds([n]) for n in self.assumed] or [self.ones])
        self.tables = {t.name: t for t in unit.tables}

    @property
    def ones(self) -> Any:
        """True for each input."""
        return np.ones(self.inputs.count, dtype=bool)

    def holds(self, cells: Sequence[Node]) -> Any:
        """Where all of some conditions hold."""
        row = Row("r", tuple(cells), (), "", self.unit.tables[0].span, (), ())
        table = replace(self.unit.tables[0], name="t", conditions=(), targets=(), rows=(row,))
        module: dict[str, Any] = {}
        # Our own text about our own table, as `verif.row_files` writes it for simulators.
        exec(rows_source(replace(self.unit, tables=[table])), module)  # noqa: S102
        found = module["table_t"](self.inputs.arrays(wide=module["WIDE"]))["r"]
        return self.ones & np.asarray(found).astype(bool)

    def matching(self, table: Table) -> list[Any]:
        """Where each row matches and is allowed; ``else`` matches where no other does."""
        found = [
            self.allowed & self.holds([c for c in row.conditions if c is not None])
            for row in table.rows
            if not row.is_else
        ]
        if len(found) < len(table.rows):
            found.append(self.allowed & ~np.logical_or.reduce([*found, ~self.ones]))
        return found

    def winning(self, table: Table) -> list[Any]:
        """Where each row is the first that matches."""
        before, found = ~self.ones, []
        for here in self.matching(table):
            found.append(here & ~before)
            before = before | here
        return found

    def shown(self, where: Any) -> Truth:
        """A fault where some input shows it; else harmless, or undecided."""
        if where.any():
            return Truth("fault", self.inputs.values(int(np.argmax(where))))
        return Truth("harmless" if self.inputs.every else "undecided")

    def never(self, where: Any) -> Truth:
        """Harmless where some input shows that it happens; else a fault, or undecided."""
        if where.any():
            return Truth("harmless", self.inputs.values(int(np.argmax(where))))
        return Truth("fault" if self.inputs.every or self.fault.certain else "undecided")


def _read(unit: Unit, fault: TableFault) -> list[Node]:
    """What decides whether there is a fault: inputs that it does not read need no values."""
    nodes = [a.node for a in unit.assumptions]
    nodes += [unit.definitions[f"{NEW}_{n}"].node for n in ("here", "there") if fault.forms]
    rows = [r for t in unit.tables if t.name == fault.table for r in t.rows]
    return nodes + [c for r in rows for c in r.conditions if c is not None]


def truth(unit: Unit, fault: TableFault, seed: int) -> Truth:
    """What an edit planted; `unit` is that of its `forms` where there are two readings."""
    run = _Run(unit, fault, seed)
    found = _TRUTHS[fault.family](run)
    # Arrays and the evaluation of single values share no code.
    assert not found.values or found.verdict == "harmless" or shows(unit, fault, found.values)
    return found


def _gap(run: _Run) -> Truth:
    table = run.tables[run.fault.table]
    if table.rows[-1].is_else:
        return Truth("harmless")
    return run.shown(run.allowed & ~np.logical_or.reduce(run.matching(table)))


def _overlap(run: _Run) -> Truth:
    table = run.tables[run.fault.table]
    rows = run.matching(table)[: len(table.rows) - table.rows[-1].is_else]
    if table.policy == "priority" or len(rows) < 2:
        return Truth("harmless")
    return run.shown(np.sum(rows, axis=0) > 1)


def _contradiction(run: _Run) -> Truth:
    return run.never(run.allowed)


def _dead(run: _Run) -> Truth:
    table = run.tables[run.fault.table]
    at = [r.id for r in table.rows].index(run.fault.row)
    return run.never(run.matching(table)[at])


def _shadowed(run: _Run) -> Truth:
    """Of the row that the edit is about, or else of all."""
    table = run.tables[run.fault.table]
    rows = run.winning(table)
    loses = [row.id for row, where in zip(table.rows, rows, strict=True) if not where.any()]
    if not loses:
        return Truth("harmless")
    sure = run.inputs.every or (run.fault.certain and run.fault.row in loses)
    return Truth("fault" if sure else "undecided")


def _readings(run: _Run) -> Truth:
    sides = tuple(run.unit.definitions[f"{NEW}_{side}"].node for side in ("here", "there"))
    where = run.allowed & run.holds([Node("!=", sides, BOOL)])
    table = run.tables.get(run.fault.table)
    if table is not None:
        at = [r.id for r in table.rows].index(run.fault.row)
        where = where & run.winning(table)[at]
    return run.shown(where)


_TRUTHS = {
    "gap": _gap,
    "overlap": _overlap,
    "contradiction": _contradiction,
    "dead": _dead,
    "shadowed": _shadowed,
    "ambiguous": _readings,
}


def shows(unit: Unit, fault: TableFault, values: Mapping[str, int]) -> bool:
    """Whether one input shows a gap, an overlap or two readings, whoever has found it."""
    own = fault.row if fault.table == "Assumptions" else ""
    table = next((t for t in unit.tables if t.name == fault.table), None)
    if not all(evaluate(a.node, values) for a in unit.assumptions if a.id != own):
        return False
    if fault.family == "ambiguous":
        here, there = (unit.definitions[f"{NEW}_{n}"].node for n in ("here", "there"))
        first = first_match(table, values) if table is not None else None
        wins = table is None or (first is not None and first.id == fault.row)
        return wins and evaluate(here, values) != evaluate(there, values)
    if table is None or fault.family not in ("gap", "overlap"):
        return False
    if fault.family == "gap":
        return first_match(table, values) is None
    rows = [r for r in table.rows if not r.is_else and matches(r, values)]
    return fault.family == "overlap" and len(rows) > 1 and table.policy == "unique"


def named(fault: TableFault, findings: Sequence[Finding]) -> str:
    """Whether findings name what an edit may have planted: ``yes``, ``no`` or ``unknown``."""
    about = [f for f in findings if _about(fault, f)]
    if any(f.verdict == "fault" for f in about):
        return "yes"
    return "unknown" if any(f.verdict == "unknown" for f in findings) else "no"


def _about(fault: TableFault, finding: Finding) -> bool:
    if finding.code not in CODES[fault.family]:
        return False
    if finding.code == "assumption":
        return "contradict each other" in finding.message or "can never hold" in finding.message
    row = fault.row if fault.family in ("dead", "ambiguous") else finding.place.row
    return (finding.place.table, finding.place.row) == (fault.table, row)
