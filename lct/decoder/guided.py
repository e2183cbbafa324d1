"""Guided decoding: a design in the rows, columns and words of a table that is there already.

Each row of the guide is a region. What the design does there is looked for among the cells of the
same column first, by proof, the row's own cell before others; what none of them says is decoded.
Where the design tells apart what the row does not, the row is split by further conditions. A `*`
stays: it accepts whatever the design does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spikewright.lct.decoder.assembly import Assembly
from spikewright.lct.decoder.proof import Undecodable
from spikewright.lct.decoder.render import cell_text, grid, head_text, value_text
from spikewright.lct.decoder.rows import Sheet
from spikewright.lct.decoder.scene import Scene
from spikewright.lct.decoder.split import Goal, TooLarge
from spikewright.lct.decoder.word import Word
from spikewright.lct.ir import ANY, Table, Unit
from spikewright.lct.markdown import RawTable
from spikewright.lct.semantics import UnitTerms

__all__ = ["guided_text"]


@dataclass
class _Line:
    """A row to be: further conditions by their heads, and targets."""

    label: str
    given: list[str]
    more: dict[str, str]
    values: list[str]
    note: list[str]


def guided_text(scene: Scene, guide: Unit) -> str:
    """The guide's file with rows that say what the design does.

    Raises
    ------
    Undecodable
        Guide and design do not have the same registers.
    """
    registers = {s.name for s in guide.by_role("register")}
    if registers != {s.name for s in scene.unit.by_role("register")}:
        raise Undecodable(f"{scene.design.name} and its guide must have the same registers")
    return _Guided(scene, guide).text()


class _Guided:
    def __init__(self, scene: Scene, guide: Unit) -> None:
        self.scene, self.guide = scene, guide
        words = scene.words
        self.actual = {s.name: scene.value(s) for s in guide.symbols.values() if s.role != "input"}
        outputs = {s.name: self.actual[s.name] for s in guide.by_role("output")}
        self.terms = UnitTerms(guide, words, bound=scene.present | outputs)
        names: dict[Word, str] = {}
        for definition in guide.definitions.values():
            word = self.terms.terms.bits(definition.node)
            if word.width == 1 and word.args:
                names[word] = definition.name
        self.assembly = Assembly(scene, lambda _: names)
        for assumption in guide.assumptions:
            self.assembly.judge.assume(self.terms.terms.truth(assumption.node))

    def text(self) -> str:
        """The whole file."""
        lines = list(self.guide.document.lines)
        tables = {t.span.line: t for t in self.guide.tables}
        for section in reversed(self.guide.document.sections):
            table = tables.get(section.span.line)
            if table is not None and section.table is not None:
                raw = section.table
                first = raw.header[0].span.line - 1
                last = raw.rows[-1].cells[0].span.line
                lines[first:last] = self._table(table, raw).split("\n")
        return "\n".join(lines) + "\n"

    def _table(self, table: Table, raw: RawTable) -> str:
        heads = [c.text for c in raw.header]
        arrow = heads.index("=>")
        found = [
            line
            for i in range(len(table.rows))
            for line in self._row(table, i, [c.text for c in raw.rows[i].cells], arrow)
        ]
        extra = list(dict.fromkeys(h for line in found for h in line.more))
        rows = [
            [
                line.label,
                *line.given,
                *(line.more.get(h, "-") for h in extra),
                "=>",
                *line.values,
                *line.note,
            ]
            for line in found
        ]
        return grid([*heads[:arrow], *extra, *heads[arrow:]], rows)

    def _row(self, table: Table, number: int, cells: Sequence[str], arrow: int) -> list[_Line]:
        end = arrow + 1 + len(table.targets)
        given, values, note = list(cells[1:arrow]), list(cells[arrow + 1 : end]), list(cells[end:])
        wins = self.terms.wins(table, number)
        judge = self.assembly.judge
        if not judge.possible(wins):
            return [_Line(cells[0], given, {}, values, note)]
        wrong = []
        for k in range(len(table.targets)):
            text = self._known(table, number, k, wins)
            if text is None:
                wrong.append(k)
            else:
                values[k] = text
        if not wrong:
            return [_Line(cells[0], given, {}, values, note)]
        return [
            _Line(label, given, more, [new.get(k, v) for k, v in enumerate(values)], note)
            for label, more, new in self._decoded(table, number, wrong, wins)
        ]

    def _known(self, table: Table, number: int, k: int, wins: Word) -> str | None:
        """The cell of the column that says what the design does in a row, its own first."""
        if table.rows[number].targets[k] == ANY:
            return ANY
        actual = self.actual[table.targets[k].symbol.name]
        lines = self.guide.document.lines
        order = [number, *(i for i in range(len(table.rows)) if i != number)]
        seen: set[str] = set()
        for i in order:
            span = table.rows[i].target_spans[k]
            line = lines[span.line - 1]
            text = line[span.column - 1 : span.column - 1 + span.length].replace("\\|", "|")
            if table.rows[i].targets[k] == ANY or text in seen:
                continue
            seen.add(text)
            if self.assembly.judge.same(self.terms.value(table, i, k), actual, [wins]):
                return text
        return None

    def _decoded(
        self, table: Table, number: int, wrong: Sequence[int], wins: Word
    ) -> list[tuple[str, dict[str, str], dict[int, str]]]:
        """What a row becomes: labels, further conditions, new values by position."""
        goals, whole = [], table.rows[number].is_else
        for k in wrong:
            symbol = table.targets[k].symbol
            held = self.scene.present.get(symbol.name)
            goals.append(Goal(symbol.name, self.actual[symbol.name], held, whole))
        try:
            sheet = self.assembly.sheet(tuple(goals), [wins])
        except TooLarge:
            sheet = self.assembly.sheet(tuple(g.as_whole() for g in goals), [wins])
        return [self._texts(table, number, wrong, sheet, i) for i in range(len(sheet.rules))]

    def _texts(
        self, table: Table, number: int, wrong: Sequence[int], sheet: Sheet, i: int
    ) -> tuple[str, dict[str, str], dict[int, str]]:
        speaker, rule, label = self.assembly.speaker, sheet.rules[i], table.rows[number].id
        heads = {c.text for c in table.conditions}
        more = {}
        for column in sheet.columns:
            head = head_text(speaker, column)
            # A column stands once: the same words in parentheses are another column.
            head = f"({head})" if head in heads else head
            more[head] = cell_text(column, rule.cube.get(column.subject))
        types = [table.targets[k].symbol.type for k in wrong]
        new = {
            k: value_text(speaker, goal, kind, value)
            for k, goal, kind, value in zip(wrong, sheet.goals, types, rule.values, strict=True)
        }
        return label if len(sheet.rules) == 1 else f"{label}_{i + 1}", more, new
