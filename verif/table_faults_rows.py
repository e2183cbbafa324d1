"""Edits of rows: left out, doubled, moved, their conditions narrowed or widened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

from spikewright.lct.ir import Table
from spikewright.lct.markdown import RawRow
from spikewright.lct.types import BOOL, Enum, Int, Type
from spikewright.verif.table_draft import NAME, NEW, OPERAND, Draft, TableFault, line

__all__ = ["MAKERS"]


def _cells(draft: Draft) -> Iterator[tuple[Table, RawRow, int]]:
    """Condition cells: the table, the row's text and the column's number from 0."""
    for table, raw in draft.tables():
        for row in raw.rows:
            if row.cells[0].text != "else":
                for column in range(len(table.conditions)):
                    yield table, row, column


def _row_removed(draft: Draft, _: Random) -> Iterator[TableFault]:
    for table, raw in draft.tables():
        for row in raw.rows if len(raw.rows) > 1 else ():
            name, text = row.cells[0].text, draft.edited({row.span.line: []})
            what = f"row {name} of table {table.name} left out"
            yield TableFault(draft.unit.name, "row removed", text, table.name, name, what)


def _changed(
    draft: Draft, fault: str, other: Callable[[str, Type, Random], list[str]], random: Random
) -> Iterator[TableFault]:
    for table, row, column in _cells(draft):
        cell, head = row.cells[1 + column].text, table.conditions[column]
        for text in other(cell, head.node.type, random):
            line = draft.with_cell(row, 1 + column, text)
            name = row.cells[0].text
            what = f"{text} in column {head.text} of row {name}, for {cell}"
            whole = draft.edited({row.span.line: [line]})
            yield TableFault(draft.unit.name, fault, whole, table.name, name, what)


def _narrower(cell: str, kind: Type, random: Random) -> list[str]:
    """Texts that let less through than a condition cell, or as much."""
    if cell == "-" and isinstance(kind, Enum):
        return [f"not {random.choice(kind.members)[0]}", random.choice(kind.members)[0]]
    if cell == "-" and isinstance(kind, Int):
        return ["0", "1"] if kind == BOOL else [f"> {kind.low}", f"not {random.choice((0, 1))}"]
    for sign, less in ((">=", "> {}"), ("<=", "< {}"), (">", "> {} + 1"), ("<", "< {} - 1")):
        if cell.startswith(sign):
            return [less.format(cell.removeprefix(sign).strip())]
    if cell.startswith("{"):
        return [re.sub(r", *[^,{}]+}", "}", cell)]
    return [f"{cell} - 1"] if ".." in cell else []


def _wider(cell: str, kind: Type, random: Random) -> list[str]:
    """Texts that let more through than a condition cell, or as much."""
    if cell == "-":
        return []
    if re.fullmatch(rf"{NAME}", cell) and isinstance(kind, Enum):
        more = random.choice([n for n, _ in kind.members if n != cell])
        return ["-", f"{{{cell}, {more}}}"]
    for sign, more in ((">=", ">= {} - 1"), ("<=", "<= {} + 1"), (">", ">= {}"), ("<", "<= {}")):
        if cell.startswith(sign):
            return ["-", more.format(cell.removeprefix(sign).strip())]
    if re.fullmatch(OPERAND, cell) and kind != BOOL:
        return ["-", f"{{{cell}, {random.choice([n for n in '0123' if n != cell])}}}"]
    return ["-"]


def _row_doubled(draft: Draft, random: Random) -> Iterator[TableFault]:
    for table, raw in draft.tables():
        for row in raw.rows if table.policy == "unique" else ():
            texts = [c.text for c in row.cells]
            if texts[0] == "else":
                continue
            copy = [NEW, *texts[1:]]
            if table.conditions and random.random() < 0.5:
                copy[1 + random.randrange(len(table.conditions))] = "-"
            lines = [draft.lines[row.span.line - 1], line(copy)]
            what = f"row {texts[0]} of table {table.name} once more"
            text = draft.edited({row.span.line: lines})
            yield TableFault(draft.unit.name, "row doubled", text, table.name, texts[0], what)


def _general_above(draft: Draft, random: Random) -> Iterator[TableFault]:
    for table, raw in draft.tables():
        for row in raw.rows:
            texts = [c.text for c in row.cells]
            if texts[0] == "else" or not table.conditions:
                continue
            copy = [NEW, *texts[1:]]
            copy[1 + random.randrange(len(table.conditions))] = "-"
            own, above = draft.lines[row.span.line - 1], random.random() < 0.8
            lines = [line(copy), own] if above else [own, line(copy)]
            text = _by_priority(draft.edited({row.span.line: lines}), table)
            what = f"a row that matches more, {'above' if above else 'below'} row {texts[0]}"
            yield TableFault(
                draft.unit.name, "general row above", text, table.name, texts[0], what, above
            )


def _swapped(draft: Draft, random: Random) -> Iterator[TableFault]:
    for table, raw in draft.tables():
        rows = [r for r in raw.rows if r.cells[0].text != "else"]
        for first in rows:
            second = random.choice(rows)
            if second is first:
                continue
            lines = [draft.lines[r.span.line - 1] for r in (first, second)]
            text = draft.edited({first.span.line: [lines[1]], second.span.line: [lines[0]]})
            names = [r.cells[0].text for r in (first, second)]
            what = f"rows {names[0]} and {names[1]} in each other's place"
            text = _by_priority(text, table)
            yield TableFault(draft.unit.name, "rows swapped", text, table.name, "", what)


def _by_priority(text: str, table: Table) -> str:
    return text.replace(f"## Table {table.name} (unique)", f"## Table {table.name} (priority)")


MAKERS: dict[str, Callable[[Draft, Random], Iterator[TableFault]]] = {
    "row removed": _row_removed,
    "condition narrowed": lambda d, r: _changed(d, "condition narrowed", _narrower, r),
    "condition widened": lambda d, r: _changed(d, "condition widened", _wider, r),
    "row doubled": _row_doubled,
    "general row above": _general_above,
    "rows swapped": _swapped,
}
"""For each kind of edit, all that a unit offers."""
