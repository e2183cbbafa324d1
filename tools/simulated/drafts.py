"""Tables and HDL that a pool may take: drawn by a seed, before anything is known of their truth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from spikewright.lct.check_loops import check_loops
from spikewright.lct.check_tables import check_table
from spikewright.lct.check_width import check_widths
from spikewright.lct.context import Context
from spikewright.lct.decoder.polish import read
from spikewright.lct.diagnostics import Diagnostics, LctError
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

from .paper import Paper, parse
from .rewordings import LONGEST, reword
from .table_faults import TABLE_FAULTS, spoil

__all__ = ["Drafts", "TableDraft"]

PATIENCE = 3.0
"""Seconds for one question of the static checks."""

UNSOUND = {"gap", "overlap", "conflict", "width", "comb-loop"}
"""Findings that leave open what a table says somewhere; others are of style."""


@dataclass(frozen=True)
class TableDraft:
    """A table, and the number of the one that it words anew or spoils; the original is 0."""

    name: str
    style: str
    fault: str
    text: str
    unit: Unit
    parent: int


class Drafts:
    """The tables of one unit.

    Attributes
    ----------
    tables : list of TableDraft
    left_out : Counter
        Drafts that were not taken, by the reason.
    """

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.library = name, Library()
        self.unit = self.library.unit(name)
        self.random = Random(f"{name} {seed}")
        text = self.library.read(name).decode("utf-8")
        self.paper: Paper = parse(text)
        self.left_out: Counter[str] = Counter()
        self.tables = [TableDraft("t0", "as it is", "", text, self.unit, 0)]

    def add_reworded(self, parent: int, count: int) -> None:
        """The same table in other words, several times."""
        paper = parse(self.tables[parent].text)
        for _ in range(count * 3):
            if count:
                new, done = reword(paper, self.random, self.random.randint(1, 4))
                style = ", ".join(done) or "as it is"
                count -= self._take(new, style, self.tables[parent].fault, parent)

    def add_spoiled(self, count: int) -> None:
        """Tables with a fault each, of every class in turn."""
        classes = self.random.sample(list(TABLE_FAULTS), len(TABLE_FAULTS))
        for tries in range(count * 6):
            if len([t for t in self.tables if t.fault]) >= count:
                break
            paper, style = self.paper, "as it is"
            if self.random.random() < 0.5:
                paper, done = reword(paper, self.random, self.random.randint(1, 3))
                style = ", ".join(done)
            fault = classes[tries % len(classes)]
            spoiled = spoil(paper, self.random, fault)
            if spoiled is None:
                self.left_out["no place for the fault"] += 1
            else:
                self._take(spoiled, style, fault, len(self.tables))

    def add_text(self, text: str, style: str, fault: str) -> int | None:
        """A table that something else wrote; its number."""
        return len(self.tables) - 1 if self._text(text, style, fault, len(self.tables)) else None

    def _take(self, paper: Paper, style: str, fault: str, parent: int) -> bool:
        return self._text(paper.text(), style, fault, parent)

    def _text(self, text: str, style: str, fault: str, parent: int) -> bool:
        if len(text) > LONGEST:
            self.left_out["too long"] += 1
            return False
        if any(t.text == text for t in self.tables):
            self.left_out["twice"] += 1
            return False
        try:
            unit = read(text, self.name)
        except LctError as error:
            self.left_out[f"no table: {error.findings[0].code}"] += 1
            return False
        trouble = unsound(unit)
        if trouble:
            self.left_out[f"unsound: {trouble}"] += 1
            return False
        name = f"t{len(self.tables)}"
        self.tables.append(TableDraft(name, style, fault, text, unit, parent))
        return True


def unsound(unit: Unit) -> str:
    """What leaves open what a table says, empty where nothing does."""
    found = Diagnostics()
    check_loops(unit, found, PATIENCE)
    context = Context(unit, found, PATIENCE)
    for table in unit.tables:
        check_table(context, table)
    check_widths(context)
    return next((f.code for f in found.findings if f.code in UNSOUND), "")
