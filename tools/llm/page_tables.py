"""Tables on a page: the specification with a mark on every faulty cell, and three side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from spikewright.lct.format import blocks, format_text, table_rows
from spikewright.tools.llm.clean import escaped, one_line
from spikewright.tools.llm.words import MARKS

__all__ = ["Sheet", "compared", "marked", "sheets"]

_ARROW = "=>"
_MOST_ROWS = 200
_MOST_TEXT = 100_000
_WIDEST = 400
# Tables of more columns are easier to compare below each other.
_SIDE_BY_SIDE = 7


@dataclass(frozen=True)
class Sheet:
    """One table as written: `title` is its section's."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def logic(self) -> str:
        """The name of a logic table, empty for any other."""
        words = self.title.split()
        return words[1] if len(words) > 1 and words[0] == "Table" else ""


def sheets(text: str) -> dict[str, Sheet]:
    """The tables of a text in the usual layout, by section; whatever is no table is left out."""
    found: dict[str, Sheet] = {}
    for block in blocks(format_text(text[:_MOST_TEXT])):
        rows = table_rows(block.lines) if block.kind == "table" else None
        if rows is not None and block.section not in found:
            head, *body = (tuple(row) for row in rows[: _MOST_ROWS + 1])
            found[block.section] = Sheet(block.section, head, tuple(body))
    return found


Places = Mapping[tuple[str, str, str], tuple[str, str]]
"""By table, row and column: who is at fault there, and the anchor of the first difference."""


def marked(text: str, faults: Places) -> str:
    """The logic tables of a specification, each faulty cell with its mark and a link."""
    out, left = [], dict(faults)
    for sheet in sheets(text).values():
        if not sheet.logic:
            continue
        arrow = sheet.header.index(_ARROW) if _ARROW in sheet.header else len(sheet.header)
        body = []
        for row in sheet.rows:
            whole = left.pop((sheet.logic, row[0], ""), None)
            name = f" {_badge(whole)}" if whole else ""
            cells = [f'<th scope="row">{escaped(row[0])}{name}</th>']
            for k, (column, cell) in enumerate(zip(sheet.header[1:], row[1:], strict=True), 1):
                key = sheet.logic, row[0], column
                fault = left.pop(key, None) if k > arrow else None
                cells.append(_cell(cell, k == arrow, fault))
            body.append(f"<tr>{''.join(cells)}</tr>")
        out.append(_table(sheet, body))
    return "".join(out) + _elsewhere(left)


def _elsewhere(faults: Places) -> str:
    """What belongs to no cell: resets, ports, inputs that no row covers, rows of instances."""
    groups: dict[str, list[str]] = {}
    for (table, row, column), fault in faults.items():
        groups.setdefault(table, []).append(_badge(fault, f"{row} {column}".strip()))
    items = [
        f"<li>{f'<b>{escaped(table)}</b> ' * bool(table)}{' '.join(badges)}</li>"
        for table, badges in groups.items()
    ]
    return f'<ul class="beside">{"".join(items)}</ul>' if items else ""


def _cell(text: str, arrow: bool, fault: tuple[str, str] | None) -> str:
    if arrow:
        return "<td>⇒</td>"
    if fault is None:
        return f"<td>{escaped(text, _WIDEST)}</td>"
    return f'<td class="{fault[0]}">{escaped(text, _WIDEST)} {_badge(fault)}</td>'


def _badge(fault: tuple[str, str], place: str = "") -> str:
    verdict, anchor = fault
    mark = MARKS[verdict]
    words = f"{escaped(place)}: {mark.word}" if place else mark.word
    return f'<a class="badge {verdict}" href="#{anchor}">{mark.glyph} {words}</a>'


def _table(sheet: Sheet, body: Iterable[str]) -> str:
    head = "".join(
        f'<th scope="col">{"⇒" if name == _ARROW else escaped(name)}</th>' for name in sheet.header
    )
    return (
        f'<div class="wide" tabindex="0"><table class="lct"><caption>{escaped(sheet.title)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def compared(basis: str, texts: Mapping[str, str]) -> str:
    """Tables side by side: the basis first, and in the others marked what has other words.

    A table that has the same words everywhere is only named.

    Parameters
    ----------
    basis : str
        The specification; the first of the texts stands in for one that is not at hand.
    texts : mapping of str to str
        By what they are.
    """
    first = sheets(basis or next(iter(texts.values())))
    others = {name: _aligned(sheets(text), first) for name, text in texts.items()}
    titles = list(dict.fromkeys(t for found in (first, *others.values()) for t in found))
    said = [t for t in titles if _differs(t, first, others.values())]
    same = [t for t in titles if t not in said and t.startswith("Table ")]
    panels = [_panel("Specification", first, first, said)] if basis else []
    for name, found in others.items():
        raw = "" if found else f'<pre class="code" tabindex="0">{escaped(texts[name], 4000)}</pre>'
        panels.append(_panel(name, found, first, said, raw))
    note = f"<p>The same words everywhere: {escaped(', '.join(same))}.</p>" if same else ""
    widest = max(
        (len(found[t].header) for found in (first, *others.values()) for t in found), default=0
    )
    kind = "stacked" if widest > _SIDE_BY_SIDE else "three"
    three = (
        f'<div class="{kind}">{"".join(panels)}</div>' if said or not all(others.values()) else ""
    )
    return three + note


def _aligned(found: Mapping[str, Sheet], first: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """Logic tables under the titles of those in the basis that drive the same columns."""
    lost = {_driven(s): t for t, s in first.items() if s.logic and t not in found}
    return {
        t if t in first or not sheet.logic else lost.pop(_driven(sheet), t): sheet
        for t, sheet in found.items()
    }


def _driven(sheet: Sheet) -> frozenset[str]:
    return frozenset(n for n in _columns(sheet) if n.startswith(f"{_ARROW} "))


def _differs(title: str, first: Mapping[str, Sheet], others: Iterable[Mapping[str, Sheet]]) -> bool:
    """Whether some side has the table in other words, or not at all where it is about logic."""
    for found in others:
        if title in found and title in first:
            if found[title] != first[title]:
                return True
        elif title.startswith("Table ") or title in found:
            return True
    return False


def _panel(
    name: str,
    found: Mapping[str, Sheet],
    first: Mapping[str, Sheet],
    titles: Iterable[str],
    raw: str = "",
) -> str:
    parts = []
    for title in titles:
        sheet = found.get(title)
        if sheet is not None:
            parts.append(_table(sheet, _changed(sheet, first.get(title, sheet))))
        elif title.startswith("Table "):
            parts.append(f'<p class="lost">No section {escaped(title)}.</p>')
    return f"<section><h5>{name}</h5>{raw}{''.join(parts)}</section>"


def _changed(sheet: Sheet, basis: Sheet) -> list[str]:
    """Rows against the rows of the same name, else of the same place in the order."""
    named = {row[0]: row for row in basis.rows}
    pairs = {row[0]: named[row[0]] for row in sheet.rows if row[0] in named}
    by_content = SequenceMatcher(
        None, [r[1:] for r in sheet.rows], [r[1:] for r in basis.rows], autojunk=False
    )
    for block in by_content.get_matching_blocks():
        for k in range(block.size):
            pairs.setdefault(sheet.rows[block.a + k][0], basis.rows[block.b + k])
    body, seen = [], set()
    for row in sheet.rows:
        twin = pairs.get(row[0])
        cells = []
        if twin is not None:
            seen.add(twin[0])
            words = dict(zip(_columns(basis), twin, strict=True))
            for column, cell in zip(_columns(sheet), row, strict=True):
                before = words.get(column)
                same = cell == before or column in ("note", "meaning", "why")
                cells.append(_word(cell, "" if same else _before(before)))
        else:
            cells = [
                _word(cell, "a row of its own" if k == 0 else "") for k, cell in enumerate(row)
            ]
        body.append(f"<tr>{''.join(cells)}</tr>")
    for row in basis.rows:
        if row[0] not in seen:
            cells = [f"<td><del>{escaped(cell, _WIDEST)}</del></td>" for cell in row]
            body.append(f'<tr class="lost">{"".join(cells)}</tr>')
    return body


def _columns(sheet: Sheet) -> list[str]:
    """Names of columns; a register may stand on both sides of the arrow."""
    arrow = sheet.header.index(_ARROW) if _ARROW in sheet.header else len(sheet.header)
    kept = (_ARROW, "note", "meaning", "why")
    return [n if k < arrow or n in kept else f"=> {n}" for k, n in enumerate(sheet.header)]


def _before(text: str | None) -> str:
    return "no such column in the specification" if text is None else f"specification: {text}"


def _word(text: str, before: str) -> str:
    inside = escaped("⇒" if text == _ARROW else text, _WIDEST)
    if not before:
        return f"<td>{inside}</td>"
    return f'<td><ins title="{escaped(one_line(before, _WIDEST))}">{inside or "&nbsp;"}</ins></td>'
