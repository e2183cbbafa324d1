"""Two tables as text: the older way to compare what came back with what was sent."""

from __future__ import annotations

from pathlib import Path

from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.diff.text import PROSE
from spikewright.lct.format import format_expression
from spikewright.lct.markdown import Section, parse_markdown

__all__ = ["text_of"]


def text_of(text: str) -> str:
    """What a unit file says as text: its tables in the one way to write them.

    Prose and columns of prose are left out, as nobody can read them out of HDL; sections and
    columns are sorted, rows keep their order and their names.
    """
    document = parse_markdown(Path("table"), text, Diagnostics())
    parts = sorted(_section(s) for s in document.sections if s.table is not None)
    return "\n".join([document.title, *parts])


def _section(section: Section) -> str:
    table = section.table
    assert table is not None
    heads = [cell.text for cell in table.header]
    arrow = heads.index("=>") if "=>" in heads else len(heads)
    names = [f"=> {h}" if k > arrow else h for k, h in enumerate(map(format_expression, heads))]
    order = sorted(
        (k for k, h in enumerate(heads) if h not in PROSE and h != "=>"), key=lambda k: names[k]
    )
    lines = [section.title, " | ".join(names[k] for k in order)]
    for row in table.rows:
        cells = (row.cells[k].text for k in order)
        lines.append(" | ".join(map(format_expression, cells)))
    return "\n".join(lines)
