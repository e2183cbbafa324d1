"""What a prompt is told about a unit's names: bits of types, ports of the units inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spikewright.lct.decoder.render import define_types, grid
from spikewright.lct.ir import Signal, Unit
from spikewright.lct.types import Array, Enum, Struct, Type

__all__ = ["OPEN", "children_text", "encode_facts", "known_sections", "known_text"]

OPEN = "?"
"""What the reset column of a register has where it is to be found out."""

_SIGNALS = ("name", "kind", "type", "reset")


def encode_facts(unit: Unit) -> str:
    """Values of parameters, types with their bits, and the ports of a structure's units."""
    parts = []
    if unit.parameters:
        values = ", ".join(f"`{p.name}` = {p.value}" for p in unit.parameters.values())
        parts.append(f"Parameters, which are constants in the HDL: {values}.")
    layouts = "\n".join(f"* {line}" for line in _layouts(_kinds(unit)))
    if layouts:
        parts.append(f"Types, each with its bits:\n{layouts}")
    parts += children_text(unit)
    return "\n\n".join(parts) or "Nothing but what the table says."


def children_text(unit: Unit) -> list[str]:
    """The ports of the units that a structure is made of."""
    parts = []
    for child in _children(unit):
        rows = [_row(s)[:3] for s in child.signals.values() if s.kind != "register"]
        parts.append(f"Unit `{child.name}`:\n{grid(_SIGNALS[:3], rows)}")
    return parts


def known_sections(unit: Unit) -> dict[str, str]:
    """Parameters, Types and Signals as a decoder may know them: no meanings, no resets."""
    found = {}
    if unit.parameters:
        values = [[p.name, str(p.value)] for p in unit.parameters.values()]
        found["Parameters"] = grid(["name", "value"], values)
    ports = (s for c in _children(unit) for s in c.signals.values() if s.kind != "register")
    types = define_types([*_kinds(unit), *(s.type for s in ports)])
    if types:
        found["Types"] = grid(["name", "definition"], types.items())
    found["Signals"] = grid(_SIGNALS, [_row(s) for s in unit.signals.values()])
    return found


def known_text(unit: Unit) -> str:
    """The file of a unit as far as a decoder may know it."""
    sections = (f"## {title}\n{table}\n" for title, table in known_sections(unit).items())
    return "\n".join([f"# {unit.name}\n", *sections])


def _kinds(unit: Unit) -> list[Type]:
    return [s.type for s in unit.signals.values()]


def _children(unit: Unit) -> Iterable[Unit]:
    return {i.unit.name: i.unit for i in unit.instances.values()}.values()


def _row(signal: Signal) -> list[str]:
    reset = OPEN if signal.kind == "register" else ""
    return [signal.name, signal.kind, str(signal.type), reset]


def _layouts(kinds: Iterable[Type]) -> Iterator[str]:
    """Each named type, inner ones first: an enumeration's numbers, the bits of fields."""
    found: dict[str, str] = {}

    def visit(kind: Type) -> None:
        match kind:
            case Struct():
                for _, part in kind.fields:
                    visit(part)
                fields = (f"{n} = [{_bits(kind, n)}] {t}" for n, t in kind.fields)
                found[kind.name] = f"`{kind.name}`, {kind.width} bits: {', '.join(fields)}"
            case Array():
                visit(kind.element)
            case Enum():
                members = ", ".join(f"{n} = {v}" for n, v in kind.members)
                found[kind.name] = f"`{kind.name}`, {kind.width} bits: {members}"

    for kind in kinds:
        visit(kind)
    yield from found.values()


def _bits(kind: Struct, name: str) -> str:
    low, width = kind.offset(name), dict(kind.fields)[name].width
    return f"{low + width - 1}:{low}" if width > 1 else str(low)
