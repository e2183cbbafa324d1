"""Edits of what is assumed, and of expressions, so that they contradict or have two readings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

from spikewright.lct.ir import Unit
from spikewright.lct.markdown import RawRow
from spikewright.lct.types import BOOL, Int, Struct
from spikewright.verif.table_draft import NAME, NEW, OPERAND, Draft, TableFault

__all__ = ["MAKERS"]

_SIGN = "(==|!=|<=|>=|<|>)"
_COMPARISON = re.compile(
    rf"(?:^|(?<=\()|(?<=and )|(?<=or ))({NAME}) {_SIGN} ({OPERAND})(?=$|\)| and | or )"
)
_GROUPED = re.compile(rf"\(({NAME}) ([&^|]) ({OPERAND})\) {_SIGN} ({OPERAND})")


def _numbers(unit: Unit) -> Iterator[tuple[str, Int]]:
    """Inputs and their fields that are numbers."""
    for symbol in unit.by_role("input"):
        if isinstance(symbol.type, Int):
            yield symbol.name, symbol.type
        elif isinstance(symbol.type, Struct):
            for name, kind in symbol.type.fields:
                if isinstance(kind, Int):
                    yield f"{symbol.name}.{name}", kind


def _contradiction(draft: Draft, random: Random) -> Iterator[TableFault]:
    def made(*texts: str, certain: bool = True) -> TableFault:
        what = f"assumed: {' and '.join(texts)}"
        whole = draft.assumed(*texts)
        name = draft.unit.name
        return TableFault(name, "contradiction", whole, "Assumptions", "", what, certain)

    for name, kind in _numbers(draft.unit):
        value = random.randint(kind.low, kind.high - 1)
        yield made(f"{name} == {value}", f"{name} == {value + 1}")
        yield made(f"{name} > {value}", f"{name} <= {value}")
        yield made(f"{name} >= {value}", f"{name} <= {value}", certain=False)
    for assumption in draft.unit.assumptions:
        span = assumption.span
        text = draft.lines[span.line - 1][span.column - 1 :][: span.length]
        yield made(f"not ({text})")


def _beyond(draft: Draft, _: Random) -> Iterator[TableFault]:
    for name, kind in _numbers(draft.unit):
        wrong = [f"{name} > {kind.high}", f"{name} < {kind.low}", f"{name} == {kind.high + 1}"]
        right = [f"{name} <= {kind.high}", f"{name} < {kind.high}"]
        for text in wrong + right:
            whole, what = draft.assumed(text), f"assumed: {text}, which is {kind}"
            yield TableFault(
                draft.unit.name, "beyond its type", whole, "Assumptions", "", what, text in wrong
            )


def _ruled_out(draft: Draft, random: Random) -> Iterator[TableFault]:
    """Assume that a row never matches; with one thing more required, it still may."""
    numbers = list(_numbers(draft.unit))
    for table, raw in draft.tables():
        heads = [c.text for c in table.conditions]
        free = [(name, kind) for name, kind in numbers if name not in heads]
        for row in raw.rows:
            parts = [
                f"({head}) {cell if cell[0] in '<>' else f'== {cell}'}"
                for head, cell in zip(heads, [c.text for c in row.cells[1:]], strict=False)
                if cell != "-"
            ]
            simple = all(re.fullmatch(rf"\(.*\) [<>=]=? {OPERAND}", p) for p in parts)
            if not (parts and simple):
                continue
            name, kind = random.choice(free) if free else ("", BOOL)
            more = [[], [f"{name} == {random.randint(kind.low, kind.high)}"]]
            for extra in more if free else more[:1]:
                text = f"not ({' and '.join(parts + extra)})"
                yield TableFault(
                    draft.unit.name,
                    "row ruled out",
                    draft.assumed(text),
                    table.name,
                    row.cells[0].text,
                    f"assumed: {text}",
                    not extra,
                )


def _expressions(draft: Draft) -> Iterator[tuple[str, str, RawRow, int]]:
    """Section or table, name, row and position of cells with expressions."""
    for title, column in (("Definitions", "expression"), ("Assumptions", "always")):
        section = draft.sections.get(title)
        if section is not None and section.table is not None:
            at = [c.text for c in section.table.header].index(column)
            for row in section.table.rows:
                yield title, row.cells[0].text, row, at
    for table, raw in draft.tables():
        first = 2 + len(table.conditions)
        for row in raw.rows:
            for at in range(first, first + len(table.targets)):
                yield table.name, row.cells[0].text, row, at


def _readings(draft: Draft, random: Random) -> Iterator[TableFault]:
    """Mix operators that Verilog binds otherwise, and leave out what tells readers how."""
    for place in _expressions(draft):
        text = place[2].cells[place[3]].text
        for match in _COMPARISON.finditer(text):
            left, sign, right = match.groups()
            bits, mask = random.choice("&|^"), random.choice(("1", "3", "8", right))
            for form in (
                _masked(left, bits, mask, sign, right),
                (
                    f"{left} {sign} {right} {bits} {mask}",
                    f"{left} {sign} ({right} {bits} {mask})",
                    f"(({left} {sign} {right}) {bits} {mask})",
                ),
                (
                    f"not {left} {sign} {right}",
                    f"not ({left} {sign} {right})",
                    f"(({left} == 0) {sign} {right})",
                ),
            ):
                yield _reading(draft, place, match, form)
        for match in _GROUPED.finditer(text):
            yield _reading(draft, place, match, _masked(*match.groups()))


def _masked(left: str, bits: str, mask: str, sign: str, right: str) -> tuple[str, str, str]:
    """A word under a mask and a comparison: bare, as tables read it, and as Verilog does."""
    return (
        f"{left} {bits} {mask} {sign} {right}",
        f"({left} {bits} {mask}) {sign} {right}",
        f"({left} {bits} ({mask} {sign} {right}))",
    )


def _reading(
    draft: Draft,
    place: tuple[str, str, RawRow, int],
    match: re.Match[str],
    form: tuple[str, str, str],
) -> TableFault:
    title, name, row, column = place
    text = row.cells[column].text
    bare, here, there = form
    # Where a condition is wanted, Verilog takes what is not 0.
    if match.group() != text or title == "Assumptions":
        there = f"({there} != 0)"
    texts = [text[: match.start()] + t + text[match.end() :] for t in (bare, here, there)]
    own = {row.span.line: [draft.with_cell(row, column, texts[0])]}
    both = [[f"{NEW}_here", texts[1], ""], [f"{NEW}_there", texts[2], ""]]
    forms = draft.added("Definitions", ["name", "expression", "meaning"], both)
    if row.span.line in forms:
        forms[row.span.line][0] = own[row.span.line][0]
    return TableFault(
        draft.unit.name,
        "two readings",
        draft.edited(own),
        title,
        name,
        f"{texts[0]} in place of {text}",
        forms=draft.edited(own | forms),
    )


MAKERS: dict[str, Callable[[Draft, Random], Iterator[TableFault]]] = {
    "contradiction": _contradiction,
    "beyond its type": _beyond,
    "row ruled out": _ruled_out,
    "two readings": _readings,
}
"""For each kind of edit, all that a unit offers."""
