"""Findings with a place: file, table, row, column and a caret under the text that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CODES", "Diagnostics", "Finding", "LctError", "Place", "Span"]

CODES = {
    "syntax": "the text does not have the form of a unit, a table or an expression",
    "type": "something of one type stands where another type belongs",
    "width": "a value may not fit where it goes, or an index may point at nothing",
    "unknown-name": "a name means nothing here, or is taken already",
    "unused": "a name is declared and used by nothing",
    "no-reset": "a register has no reset value, or something else has one",
    "gap": "no row covers some input",
    "overlap": "two rows of a unique table match the same input",
    "conflict": "two rows of a unique table match the same input and differ in a target",
    "shadowed": "a row of a priority table never wins: earlier rows always match first",
    "dead": "the condition of a row can never hold",
    "redundant": "a condition changes nothing: the rest of the row implies it",
    "driven-twice": "a target or a port has two drivers",
    "undriven": "a target or a port has no driver",
    "comb-loop": "a signal depends on itself within one cycle",
    "unreachable": "a register never takes one of its states",
    "ambiguous": "an expression says something else by the precedence of Verilog and C",
    "assumption": "an assumption is contradictory, not kept, or needed by nothing",
}
"""Every rule that a finding may name, with what it means to break it."""


@dataclass(frozen=True)
class Span:
    """A stretch of one line. `line` and `column` count from 1."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True)
class Place:
    """Where a finding stands: the parts that do not apply are empty."""

    file: str
    span: Span | None = None
    table: str = ""
    row: str = ""
    column: str = ""

    def __str__(self) -> str:
        text = (
            self.file if self.span is None else f"{self.file}:{self.span.line}:{self.span.column}"
        )
        parts = [
            f"{kind} {name}"
            for kind, name in (("table", self.table), ("row", self.row), ("column", self.column))
            if name
        ]
        return f"{text} ({', '.join(parts)})" if parts else text


@dataclass(frozen=True)
class Finding:
    """One fault of a unit.

    Attributes
    ----------
    code : str
        The rule that is broken, for instance ``gap``.
    message : str
        One sentence.
    place : Place
        Where it is broken.
    witness : mapping of str to str
        A filled-in row that shows the fault; empty where the text itself is the evidence.
    verdict : str
        ``fault``, or ``unknown`` where the solver gave up. Neither is a pass.
    values : mapping of str to int
        The witness as numbers, for programs that replay it: every symbol of the unit.
    """

    code: str
    message: str
    place: Place
    witness: Mapping[str, str] = field(default_factory=dict)
    verdict: str = "fault"
    values: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def render(self, lines: list[str] | None = None) -> str:
        """Text for a terminal; `lines` are the lines of the file, for the caret."""
        out = [f"{self.place}: {self.code}: {self.message}"]
        span = self.place.span
        if lines is not None and span is not None and 0 < span.line <= len(lines):
            number = f"{span.line:5d}"
            out.append(f"{number} | {lines[span.line - 1]}")
            out.append(f"{' ' * 5} | {' ' * (span.column - 1)}{'^' * max(1, span.length)}")
        if self.witness:
            out.append("  witness: " + ", ".join(f"{k} = {v}" for k, v in self.witness.items()))
        return "\n".join(out)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        span = self.place.span
        return {
            "code": self.code,
            "verdict": self.verdict,
            "message": self.message,
            "file": self.place.file,
            "line": span.line if span else None,
            "column_number": span.column if span else None,
            "table": self.place.table,
            "row": self.place.row,
            "column": self.place.column,
            "witness": dict(self.witness),
        }


class LctError(ValueError):
    """A unit that cannot be used. ``findings`` says why, first fault first."""

    def __init__(self, findings: Iterable[Finding], lines: list[str] | None = None) -> None:
        self.findings = tuple(findings)
        self.lines = lines
        super().__init__("\n".join(f.render(lines) for f in self.findings))


class Diagnostics:
    """Collects findings, so that one run reports every fault of a file."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(
        self,
        code: str,
        message: str,
        place: Place,
        witness: Mapping[str, str] | None = None,
        *,
        verdict: str = "fault",
        values: Mapping[str, int] | None = None,
    ) -> None:
        """Record one finding; a repeated one is kept once."""
        finding = Finding(code, message, place, witness or {}, verdict, values or {})
        if finding not in self.findings:
            self.findings.append(finding)

    def raise_if_any(self, lines: list[str] | None = None) -> None:
        """Raise `LctError` when anything was found."""
        if self.findings:
            raise LctError(self.findings, lines)
