"""Values as text, the way people write them: enumerant names, signed numbers, fields by name."""

from __future__ import annotations

from collections.abc import Iterator

from spikewright.lct.evaluate import unpack
from spikewright.lct.types import Array, Enum, Int, Struct, Type

__all__ = ["is_value", "leaves", "show"]


def show(bits: int, kind: Type) -> str:
    """Text of a value, from its packed bits.

    Examples
    --------
    >>> show(0b11, Int(2, signed=True))
    '-1'
    """
    match kind:
        case Enum():
            return kind.name_of(unpack(bits, kind))
        case Struct():
            parts = (
                f"{name}={show(bits >> kind.offset(name), part)}" for name, part in kind.fields
            )
            return f"({', '.join(parts)})"
        case Array():
            width = kind.element.width
            parts = (show(bits >> (i * width), kind.element) for i in range(kind.length))
            return f"[{', '.join(parts)}]"
        case Int():
            return str(unpack(bits, kind))


def leaves(kind: Type, offset: int = 0) -> Iterator[tuple[int, Int | Enum]]:
    """Integers and enumerations inside a type, each with the place of its lowest bit."""
    match kind:
        case Struct():
            for name, part in kind.fields:
                yield from leaves(part, offset + kind.offset(name))
        case Array():
            for i in range(kind.length):
                yield from leaves(kind.element, offset + i * kind.element.width)
        case _:
            yield offset, kind


def is_value(bits: int, kind: Type) -> bool:
    """Whether packed bits are a value of the type: enumerations have holes."""
    return all(
        unpack(bits >> offset, leaf) in [value for _, value in leaf.members]
        for offset, leaf in leaves(kind)
        if isinstance(leaf, Enum)
    )
