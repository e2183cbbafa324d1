"""Findings with a place: file, table, row, column and a caret under the text that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Diagnostics", "Finding", "LctError", "Place", "Span"]


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
