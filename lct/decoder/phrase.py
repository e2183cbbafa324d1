"""A text of the language with how tightly it binds and its type."""

from __future__ import annotations

from dataclasses import dataclass

from spikewright.lct.types import BOOL, Array, Int, Struct, Type

__all__ = ["Phrase", "Unsayable", "inside", "integer", "sliced", "together", "truncated"]

IF, OR, AND, NOT, COMPARE, BITOR, XOR, BITAND, SHIFT, SUM, PRODUCT, UNARY, ATOM = range(1, 14)
"""How tightly operators bind, the loosest first."""


LONGEST = 1 << 16
"""Characters of one expression; those of the project's units have some hundred at most."""


class Unsayable(ValueError):
    """The language has no expression for this."""


@dataclass(frozen=True)
class Phrase:
    """A text, how tightly it binds, and its type."""

    text: str
    level: int
    type: Type

    def __post_init__(self) -> None:
        # Logic that shares its parts is exponentially longer as text.
        if len(self.text) > LONGEST:
            raise Unsayable(f"one expression of it would have more than {LONGEST:,} characters")

    def at(self, level: int) -> str:
        """The text where something of this level is needed."""
        return self.text if self.level >= level else f"({self.text})"


def inside(kind: Type, low: int, width: int) -> tuple[str, Type, int] | None:
    """The field or element that holds a stretch of bits: how it is written, its type, its place."""
    if isinstance(kind, Struct):
        for name, part in kind.fields:
            offset = kind.offset(name)
            if offset <= low and low + width <= offset + part.width:
                return f".{name}", part, offset
    if isinstance(kind, Array):
        size = kind.element.width
        if low // size == (low + width - 1) // size:
            return f"[{low // size}]", kind.element, low // size * size
    return None


def integer(phrase: Phrase) -> Phrase:
    """The bits of a value as a number."""
    if isinstance(phrase.type, Int):
        return phrase
    return Phrase(f"cat({phrase.text})", ATOM, Int(phrase.type.width))


def together(a: Phrase, b: Phrase) -> Int:
    """The type that holds both numbers."""
    kinds = [p.type for p in (a, b) if isinstance(p.type, Int)]
    sign = any(k.signed for k in kinds)
    return Int(max(k.width + (sign and not k.signed) for k in kinds), sign)


def truncated(phrase: Phrase, width: int) -> Phrase:
    """The low bits of a number, read with the sign that it has."""
    kind = phrase.type
    return Phrase(
        f"trunc({phrase.text}, {width})",
        ATOM,
        Int(width, isinstance(kind, Int) and kind.signed),
    )


def sliced(phrase: Phrase, low: int, width: int) -> Phrase:
    """A stretch of bits of a number."""
    if width == 1:
        return Phrase(f"{phrase.at(ATOM)}[{low}]", ATOM, BOOL)
    return Phrase(f"{phrase.at(ATOM)}[{low}:{low + width}]", ATOM, Int(width))
