"""Types of signals: integers of exact width, enumerations, structs and arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["BOOL", "Array", "Enum", "Int", "Struct", "Type", "clog2", "int_for", "union"]


def clog2(n: int) -> int:
    """Bits of an index into `n` things: ceil(log2(n)), at least 1."""
    return max(1, (n - 1).bit_length())


@dataclass(frozen=True)
class Int:
    """An integer of `width` bits."""

    width: int
    signed: bool = False

    @property
    def low(self) -> int:
        """Smallest value."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """Largest value."""
        return (1 << (self.width - self.signed)) - 1

    def contains(self, other: Int) -> bool:
        """Whether every value of `other` is a value of this type."""
        return self.low <= other.low and other.high <= self.high

    def __str__(self) -> str:
        return f"{'signed' if self.signed else 'unsigned'}({self.width})"


@dataclass(frozen=True)
class Enum:
    """A named choice; `members` are (name, value) pairs."""

    name: str
    members: tuple[tuple[str, int], ...]

    @property
    def width(self) -> int:
        """Bits of the largest value."""
        return max(1, max(v for _, v in self.members).bit_length())

    def value_of(self, member: str) -> int:
        """The number behind a member's name."""
        return dict(self.members)[member]

    def name_of(self, value: int) -> str:
        """The name of a number, or the number itself where none has it."""
        return {v: n for n, v in self.members}.get(value, str(value))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Struct:
    """Named fields, the first in the least significant bits."""

    name: str
    fields: tuple[tuple[str, Type], ...]

    @property
    def width(self) -> int:
        """Bits of all fields together."""
        return sum(t.width for _, t in self.fields)

    def field(self, name: str) -> Type | None:
        """Type of a field, or None."""
        return dict(self.fields).get(name)

    def offset(self, name: str) -> int:
        """Position of the field's least significant bit."""
        at = 0
        for field, field_type in self.fields:
            if field == name:
                return at
            at += field_type.width
        raise KeyError(name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Array:
    """`length` elements of one type, element 0 in the least significant bits."""

    element: Type
    length: int

    @property
    def width(self) -> int:
        """Bits of all elements together."""
        return self.element.width * self.length

    def __str__(self) -> str:
        return f"array({self.element}, {self.length})"


Type: TypeAlias = Int | Enum | Struct | Array

BOOL = Int(1)


def int_for(low: int, high: int) -> Int:
    """The narrowest type that holds every value from `low` to `high`."""
    if low >= 0:
        return Int(max(1, high.bit_length()))
    return Int(max((-low - 1).bit_length(), max(high, 0).bit_length()) + 1, signed=True)


def union(a: Int, b: Int) -> Int:
    """The narrowest type that holds every value of `a` and of `b`."""
    return int_for(min(a.low, b.low), max(a.high, b.high))
