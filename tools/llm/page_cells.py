"""Differences on a page: each with its place, its kind, and a filled-in row that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spikewright.tools.llm.clean import escaped

if TYPE_CHECKING:
    from spikewright.lct.compare import Cell

__all__ = ["MOST_CELLS", "MOST_TEXT", "differences"]

MOST_CELLS = 24
MOST_NAMES = 60
MOST_TEXT = 2000
_SIDES = ("expected", "actual")


def differences(cells: Sequence[Cell], title: str, anchor: str, side: str) -> str:
    """Differences of one leg: those of a row that one counterexample shows are together."""
    if not cells:
        return ""
    groups: dict[object, list[tuple[int, Cell]]] = {}
    for k, cell in enumerate(cells[:MOST_CELLS]):
        inputs = tuple((n, v) for n, v in cell.shown.items() if n not in _SIDES)
        key = cell.table, cell.row, cell.region, inputs, str(cell.trace)
        groups.setdefault(key, []).append((k, cell))
    items = [_group(group, anchor, side) for group in groups.values()]
    left = len(cells) - MOST_CELLS
    more = f'<p class="keys">{left:,} more are in the result file.</p>' if left > 0 else ""
    return f"<h5>{title}: {len(cells):,}</h5>{''.join(items)}{more}"


def _group(group: Sequence[tuple[int, Cell]], anchor: str, side: str) -> str:
    first = group[0][1]
    place = _place(first)
    region = ""
    if first.region:
        where = " and ".join(f"<code>{escaped(part, 400)}</code>" for part in first.region)
        region = f' <span class="region">wherever {where}</span>'
    rows = "".join(_line(cell, f"{anchor}{k}") for k, cell in group)
    worst = side if any(c.verdict == "different" for _, c in group) else "unknown"
    return (
        f'<div class="difference {worst}"><p><b>{escaped(place, 400) or "everywhere"}</b>{region}'
        '</p><div class="wide" tabindex="0"><table class="said"><thead><tr><th scope="col">column'
        '</th><th scope="col">what</th><th scope="col">expected</th><th scope="col">actual</th>'
        f'<th scope="col">in words</th></tr></thead><tbody>{rows}</tbody></table></div>'
        f"{_filled(first)}{_steps(first)}</div>"
    )


def _place(cell: Cell) -> str:
    """Table and row; rows of a unit of instances are those of its parts."""
    whole = "instance" if cell.sentence.startswith(f"instance {cell.table}, ") else "table"
    parts = ((whole, cell.table), ("row", cell.row))
    return ", ".join(f"{kind} {name}" for kind, name in parts if name)


def _line(cell: Cell, anchor: str) -> str:
    """One column; the sentence without the place, which stands beside it."""
    words = cell.sentence.removeprefix(f"{_place(cell)}, column {cell.column}: ")
    return (
        f'<tr id="{anchor}"><th scope="row">{escaped(cell.column, 200) or "all"}</th>'
        f'<td class="kind">{escaped(cell.kind or cell.verdict)}</td>'
        f'<td class="expected">{escaped(cell.shown.get("expected", ""), 400)}</td>'
        f'<td class="actual">{escaped(cell.shown.get("actual", ""), 400)}</td>'
        f"<td>{escaped(words, MOST_TEXT)}</td></tr>"
    )


def _filled(cell: Cell) -> str:
    """The counterexample as a filled-in row; the widest wrap."""
    names = [(n, v) for n, v in cell.shown.items() if n not in _SIDES][:MOST_NAMES]
    if not names:
        return ""
    parts = "".join(
        f"<div><dt>{escaped(name, 200)}</dt><dd>{escaped(value, 400)}</dd></div>"
        for name, value in names
    )
    return f'<p class="keys">counterexample</p><dl class="example">{parts}</dl>'


def _steps(cell: Cell) -> str:
    """How reset leads to the counterexample; inputs that are 0 are left out."""
    if not cell.trace:
        return ""
    steps = []
    for step in cell.trace[:MOST_CELLS]:
        given = ", ".join(f"{name} = {value}" for name, value in step.items() if value)
        steps.append(f"<li>{escaped(given, 800) or 'all inputs 0'}</li>")
    return (
        '<details class="part"><summary>Steps after reset</summary><ol start="0">'
        f"{''.join(steps)}</ol></details>"
    )
