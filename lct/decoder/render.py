"""A decoded unit as the text of its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spikewright.lct.decoder.columns import Classes, Column
from spikewright.lct.decoder.rows import ANY, Sheet
from spikewright.lct.decoder.speak import Speaker
from spikewright.lct.decoder.split import Goal
from spikewright.lct.decoder.word import Word
from spikewright.lct.evaluate import unpack
from spikewright.lct.types import Array, Enum, Int, Struct, Type

__all__ = [
    "cell_text",
    "define_types",
    "grid",
    "head_text",
    "reset_text",
    "sheet_text",
    "value_text",
]


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    texts = ("| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines)
    return (
        "\n".join(t.replace("|  |", "| |") for t in texts)
        .replace("| --- ", "|---")
        .replace("--- |", "---|")
    )


def define_types(kinds: Iterable[Type]) -> dict[str, str]:
    """Definitions of all named types that these types are made of, inner ones first."""
    found: dict[str, str] = {}

    def visit(kind: Type) -> None:
        match kind:
            case Struct():
                for _, part in kind.fields:
                    visit(part)
                fields = ", ".join(f"{n}: {p}" for n, p in kind.fields)
                found[kind.name] = f"struct({fields})"
            case Array():
                visit(kind.element)
            case Enum():
                plain = [v for _, v in kind.members] == list(range(len(kind.members)))
                members = (n if plain else f"{n} = {v}" for n, v in kind.members)
                found[kind.name] = f"enum({', '.join(members)})"

    for kind in kinds:
        visit(kind)
    return found


def cell_text(column: Column, chosen: Classes | None) -> str:
    """A condition cell."""
    if chosen is None or chosen == column.all:
        return "-"
    kind = column.type
    if isinstance(kind, Enum):
        names = [kind.name_of(column.classes[k][0]) for k in sorted(chosen)]
        missing = [kind.name_of(column.classes[k][0]) for k in sorted(column.all - chosen)]
        if len(missing) == 1 and len(names) > 1:
            return f"not {missing[0]}"
        return names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"
    texts = [_range_text(kind, *r) for r in column.ranges(chosen)]
    if len(texts) == 1:
        return texts[0]
    rest = [_range_text(kind, *r) for r in column.ranges(column.all - chosen)]
    if len(rest) == 1:
        return f"not {rest[0]}"
    inside, outside = ("{" + ", ".join(t) + "}" for t in (texts, rest))
    return inside if len(inside) <= len(outside) + 4 else f"not {outside}"


def _range_text(kind: Int, low: int, high: int) -> str:
    if low == high:
        return str(low)
    if high == kind.high:
        return f">= {low}" if low != 1 else "> 0"
    if low == kind.low:
        # Up to one below the largest value is a counter that has not come to its end.
        return f"< {high + 1}" if high in (-1, kind.high - 1) else f"<= {high}"
    return f"{low}..{high}"


def value_text(speaker: Speaker, goal: Goal, kind: Type, value: Word) -> str:
    """A target cell."""
    if value.op == "sym" and value.value == ANY:
        return "*"
    if value is goal.held:
        return "hold"
    return speaker.typed(value, kind).text


def sheet_text(
    name: str, sheet: Sheet, speaker: Speaker, types: Sequence[Type], targets: Sequence[str]
) -> str:
    """A logic table."""
    heads = [head_text(speaker, c) for c in sheet.columns]
    rows, labels = [], _labels(sheet)
    for i, rule in enumerate(sheet.rules):
        is_else = sheet.last_is_else and i == len(sheet.rules) - 1
        label = "else" if is_else else labels[i]
        cells = [cell_text(c, rule.cube.get(c.subject)) for c in sheet.columns]
        values = [
            value_text(speaker, g, k, v)
            for g, k, v in zip(sheet.goals, types, rule.values, strict=True)
        ]
        rows.append([label, *cells, "=>", *values])
    table = grid(["row", *heads, "=>", *targets], rows)
    return f"## Table {name} (unique)\n{table}\n"


def _labels(sheet: Sheet) -> list[str]:
    """Ids of rows: the state that a row is about, or a number."""
    if len(sheet.rules) == 1:
        return ["always"]
    states: list[str] = []
    for rule in sheet.rules:
        cells = [cell_text(c, rule.cube.get(c.subject)) for c in sheet.columns]
        kinds = [isinstance(c.type, Enum) for c in sheet.columns]
        named = [t.lower() for t, k in zip(cells, kinds, strict=True) if k and t.isidentifier()]
        states.append(named[0] if named else "")
    labels = []
    for i, state in enumerate(states):
        same = [k for k, s in enumerate(states) if s == state]
        number = f"_{same.index(i) + 1}" if len(same) > 1 else ""
        labels.append(f"{state}{number}" if state else f"r{i + 1}")
    return labels


def head_text(speaker: Speaker, column: Column) -> str:
    """The head of a condition column."""
    if isinstance(column.type, Enum):
        return speaker.say(column.subject).text
    if column.subject.width == 1:
        return speaker.truth(column.subject).text
    return speaker.exact(column.subject, column.type.signed).text


def reset_text(bits: int, kind: Type) -> str:
    """A reset value: 0 is one of every type."""
    match kind:
        case Enum():
            return kind.name_of(bits)
        case Struct() if bits:
            parts = []
            for name, part in kind.fields:
                value = bits >> kind.offset(name) & ((1 << part.width) - 1)
                parts.append(f"{name} = {reset_text(value, part)}")
            return f"{kind.name}({', '.join(parts)})"
        case Int():
            return str(unpack(bits, kind))
    return "0" if not bits else str(bits)
