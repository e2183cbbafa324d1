"""The project's own tables, damaged: each kind of damage must be found.

A check that finds nothing in a damaged table would find nothing in a wrong one either.
"""

import shutil
from collections.abc import Callable, Iterator

import pytest

from spikewright.lct.check import check
from spikewright.lct.diagnostics import Finding, LctError
from spikewright.lct.evaluate import constant
from spikewright.lct.ir import Node, Row, Table, Unit
from spikewright.lct.library import SUFFIX, UNITS, Library
from spikewright.lct.types import Int

TINY = {"axons": 16, "neurons": 16, "axon_bits": 4, "neuron_bits": 4, "offset_bits": 4}
Damage = Callable[[Unit, Table, Row], Iterator[str]]


def cells(line: str) -> list[str]:
    """Cells of a row of a logic table, in which escaped pipes count for nothing."""
    return [c.strip() for c in line.replace("\\|", "\0").strip().strip("|").split("|")]


def joined(parts: list[str]) -> str:
    return "| " + " | ".join(p.replace("\0", "\\|") for p in parts) + " |"


def edited(unit: Unit, row: Row, line: str | None) -> str:
    lines = list(unit.document.lines)
    lines[row.span.line - 1 : row.span.line] = [] if line is None else line.splitlines()
    return "\n".join(lines) + "\n"


def text_of(unit: Unit, row: Row) -> str:
    return unit.document.lines[row.span.line - 1]


def drop_row(unit: Unit, table: Table, row: Row) -> Iterator[str]:
    """The others do not cover what it covered."""
    if len(table.rows) > 1 and (table.policy == "unique" and not table.rows[-1].is_else):
        yield edited(unit, row, None)


def repeat_row(unit: Unit, table: Table, row: Row) -> Iterator[str]:
    """A second row of the same conditions."""
    if not table.rows[-1].is_else:
        again = joined(["again", *cells(text_of(unit, row))[1:]])
        yield edited(unit, row, f"{text_of(unit, row)}\n{again}")


def widen_cell(unit: Unit, table: Table, row: Row) -> Iterator[str]:
    """One condition less: the row matches what belongs to another."""
    if table.policy == "unique" and not table.rows[-1].is_else:
        for k, cell in enumerate(row.conditions):
            if cell is not None:
                parts = cells(text_of(unit, row))
                parts[1 + k] = "-"
                yield edited(unit, row, joined(parts))
                return


def narrow_cell(unit: Unit, table: Table, row: Row) -> Iterator[str]:
    """One condition turned round: its row takes what belongs to another, and leaves its own."""
    if table.policy == "unique" and not table.rows[-1].is_else:
        for k, cell in enumerate(row.conditions):
            if cell is not None:
                parts = cells(text_of(unit, row))
                parts[1 + k] = f"not {parts[1 + k]}"
                yield edited(unit, row, joined(parts))
                return


def too_large(unit: Unit, table: Table, row: Row) -> Iterator[str]:
    """A value that is larger by all that its target holds."""
    for k, (target, cell) in enumerate(zip(table.targets, row.targets, strict=True)):
        kind = target.symbol.type
        if isinstance(kind, Int) and isinstance(cell, Node) and constant(cell) is None:
            parts = cells(text_of(unit, row))
            at = len(table.conditions) + 2 + k
            parts[at] = f"({parts[at]}) + {1 << kind.width}"
            yield edited(unit, row, joined(parts))
            return


def unknown_name(unit: Unit, table: Table, row: Row) -> Iterator[str]:
    parts = cells(text_of(unit, row))
    parts[len(table.conditions) + 2] = "nobody"
    yield edited(unit, row, joined(parts))


DAMAGE: dict[Damage, set[str]] = {
    drop_row: {"gap"},
    repeat_row: {"overlap", "shadowed"},
    widen_cell: {"overlap", "conflict"},
    narrow_cell: {"overlap", "conflict", "gap", "dead"},
    too_large: {"width"},
    unknown_name: {"unknown-name"},
}

LOGIC = [name for name in Library().names() if Library().unit(name).kind == "logic"]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], set[str]]:
    """Return a function: the codes of the findings in a unit with this text."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS.glob(f"*{SUFFIX}"):
        shutil.copy(path, folder)

    def codes(name: str, text: str) -> set[str]:
        path = folder / f"{name}{SUFFIX}"
        path.write_text(text, encoding="utf-8")
        findings: tuple[Finding, ...]
        try:
            findings = tuple(check(Library(folder).unit(name, TINY)))
        except LctError as error:
            findings = error.findings
        shutil.copy(UNITS / path.name, path)
        return {f.code for f in findings}

    return codes


def picked(table: Table) -> list[Row]:
    """The first row and the last."""
    rows = list(dict.fromkeys([0, len(table.rows) - 1]))
    return [table.rows[i] for i in rows]


@pytest.mark.parametrize("name", LOGIC)
def test_damaged_rows(damaged: Callable[[str, str], set[str]], name: str) -> None:
    unit = Library().unit(name, TINY)
    for table in unit.tables:
        for row in picked(table):
            for damage, codes in DAMAGE.items():
                for text in damage(unit, table, row):
                    assert codes & damaged(name, text), f"{damage.__name__} of {row.id}"


def without(text: str, heading: str) -> str:
    """The text without one section."""
    before, _, after = text.partition(f"## {heading}")
    return before + "".join(after.partition("\n## ")[1:]).lstrip("\n")


@pytest.mark.parametrize("name", LOGIC)
def test_damaged_units(damaged: Callable[[str, str], set[str]], name: str) -> None:
    unit = Library().unit(name, TINY)
    text = "\n".join(unit.document.lines) + "\n"
    table = unit.tables[-1]
    title = f"Table {table.name} ({table.policy})"
    if len(unit.tables) > 1:
        assert "undriven" in damaged(name, without(text, title))
    section = text[text.index(f"## {title}") :].replace(title, f"Table twice ({table.policy})")
    assert "driven-twice" in damaged(name, f"{text}\n{section}")
    promise = "\n## Assumptions\n| id | always |\n|---|---|\n"
    if "## Assumptions" not in text:
        assert damaged(name, f"{text}{promise}| X1 | 1 == 0 |\n") == {"assumption"}
        assert damaged(name, f"{text}{promise}| X1 | 1 == 1 |\n") == {"assumption"}
    for signal in unit.signals.values():
        if signal.kind == "register":
            line = unit.document.lines[signal.span.line - 1]
            parts = cells(line)
            parts[3] = ""
            assert damaged(name, text.replace(line, joined(parts))) == {"no-reset"}
            break


STRUCTURES = [name for name in Library().names() if Library().unit(name).kind == "structure"]


@pytest.mark.parametrize("name", STRUCTURES)
def test_damaged_wires(damaged: Callable[[str, str], set[str]], name: str) -> None:
    unit = Library().unit(name, TINY)
    lines = list(unit.document.lines)
    for connection in unit.connections[:: max(1, len(unit.connections) // 6)]:
        at = connection.span.line - 1
        if connection.sink == ("", "-"):
            assert "unused" in damaged(name, "\n".join([*lines[:at], *lines[at + 1 :]]))
            continue
        fewer = damaged(name, "\n".join([*lines[:at], *lines[at + 1 :]]))
        assert "undriven" in fewer
        more = damaged(name, "\n".join([*lines[: at + 1], *lines[at:]]))
        assert "driven-twice" in more
