"""A decoded table made whole: what a model leaves out because it is known is filled in.

What it does write stays, right or wrong: the comparison judges it.
"""

from __future__ import annotations

import re

from spikewright.lct.format import Block, blocks, format_text, table_line, table_rows
from spikewright.lct.ir import Unit
from spikewright.lct.types import Enum
from spikewright.tools.llm.facts import OPEN, known_sections

__all__ = ["fill_table"]

_FRONT = ("Parameters", "Types", "Signals")
_SIZED = re.compile(r"\d*'s?([bodh])([0-9a-f_]+)", re.IGNORECASE)
_TABLE = re.compile(r"table[:\s]+[`*_]*(\w+?)[`*_]*\s*\(?(unique|priority)\)?", re.IGNORECASE)
_LONGEST = 100
"""Characters of a heading."""

_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}


def fill_table(text: str, unit: Unit) -> str:
    """The text of a unit file with the title and the sections that are known.

    Parameters
    ----------
    unit : Unit
        Its name, parameters, types, and signals without resets are read, nothing else.
    """
    found = _sections(text)
    known = {title: table_rows(body.split("\n")) for title, body in known_sections(unit).items()}
    bodies = [f"## {title}\n\n{body}\n" for title, body in found if title not in ("", *_FRONT)]
    rest = "\n".join(bodies)
    given = dict(found)
    front = []
    for title in reversed(_FRONT):
        rows = _merged(title, given.get(title, ""), known.get(title), rest, unit)
        if rows is None:
            front.append(f"## {title}\n\n{given[title]}\n")
        elif len(rows) > 1:
            lines = [table_line(rows[0]), "|" + "---|" * len(rows[0]), *map(table_line, rows[1:])]
            front.append(f"## {title}\n" + "\n".join(lines) + "\n")
        rest += "\n".join(front[-1:])
    return format_text("\n".join([f"# {unit.name}\n", *reversed(front), *bodies]))


def _sections(text: str) -> list[tuple[str, str]]:
    """Headings of the second level and what follows each; text before them has none."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for block in blocks(text):
        if block.kind == "heading":
            found.append((_title(block), []))
        else:
            found[-1][1].extend(block.lines)
    return [(title, "\n".join(lines).strip("\n")) for title, lines in found]


def _title(block: Block) -> str:
    """The heading as the language has it; models like to add colons, emphasis, numbers."""
    mark, _, title = block.lines[0].partition(" ")
    if mark != "##" or len(title) > _LONGEST:
        return ""
    bare = re.sub(r"^[\d.]+\s+", "", title.strip("*_`: "))
    table = _TABLE.fullmatch(bare)
    if table:
        return f"Table {table[1]} ({table[2].lower()})"
    return next((t for t in _FRONT if t.lower() == bare.lower()), bare)


def _merged(
    title: str, body: str, known: list[list[str]] | None, rest: str, unit: Unit
) -> list[list[str]] | None:
    """A section's rows, the header first: the model's, and those that it left out.

    None where what it wrote is no table: reading it says why.
    """
    lines = [line for line in body.split("\n") if line.startswith("|")]
    mine = table_rows(lines) if lines else [["name"]]
    if mine is None or "name" not in mine[0]:
        return None
    if known is None:
        return mine if len(mine) > 1 else [["name"]]
    head = mine[0] if len(mine) > 1 else known[0]
    at = head.index("name")
    rows = [list(row) for row in mine[1:]]
    if title == "Signals":
        fixed = [_reset(dict(zip(head, row, strict=True)), unit) for row in rows]
        rows = [[cells[h] for h in head] for cells in fixed]
    names = {row[at] for row in rows}
    left = [row for row in known[1:] if row[0] not in names]
    if title == "Signals":
        # A register that the model leaves out of its list may not be there in the HDL; nor may a
        # port, where the list has another one in its place that is not known.
        ports = {row[at] for row in rows if "register" not in row}
        strange = ports - {row[0] for row in known[1:]}
        more = [row for row in left if not rows or (row[1] != "register" and not strange)]
    else:
        more = _used(left, rest + body)
    # First, because a type may be made of them.
    return [head, *([_cell(known[0], row, h) for h in head] for row in more), *rows]


def _used(rows: list[list[str]], rest: str) -> list[list[str]]:
    """Rows of Parameters or Types whose names, or enumerants, stand somewhere."""
    kept: list[list[str]] = []
    for row in reversed(rows):
        words = [row[0]]
        if row[1].startswith("enum("):
            words += re.findall(r"(\w+)(?: = \d+)?[,)]", row[1])
        if re.search(rf"\b(?:{'|'.join(words)})\b", rest):
            kept.insert(0, row)
            rest += row[1]
    return kept


def _cell(known: list[str], row: list[str], head: str) -> str:
    text = row[known.index(head)] if head in known else ""
    return "" if text == OPEN else text


def _reset(cells: dict[str, str], unit: Unit) -> dict[str, str]:
    """A row of Signals with its reset as the language writes it."""
    text = cells.get("reset", "").strip("`")
    sized = _SIZED.fullmatch(text)
    if sized:
        try:
            text = str(int(sized[2], _BASES[sized[1].lower()]))
        except ValueError:
            return cells
    signal = unit.signals.get(cells["name"])
    if signal is not None and isinstance(signal.type, Enum) and text.isdecimal():
        text = signal.type.name_of(int(text))
    if text in (OPEN, "-") or (signal is not None and signal.kind != "register"):
        text = ""
    return cells | ({"reset": text} if "reset" in cells else {})
