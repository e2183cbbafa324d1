"""Statements about a state of table and HDL, for the solver and for numbers alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bitwuzla import Kind

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.product import State

__all__ = [
    "Fact",
    "Guess",
    "Part",
    "Sample",
    "agree",
    "below",
    "gray",
    "is_value",
    "offset_of",
    "one_hot",
    "where",
]

Sample: TypeAlias = Mapping[tuple[str, str], int]
"""Packed values by side (``table``, ``hdl``) and register."""


@dataclass(frozen=True)
class Part:
    """Bits of the state: stretches (side, register, offset, width), the first in the low bits."""

    pieces: tuple[tuple[str, str, int, int], ...]

    @property
    def width(self) -> int:
        """Bits of all together."""
        return sum(p[3] for p in self.pieces)

    def __str__(self) -> str:
        return ", ".join(f"{side} {name}[{low}+:{width}]" for side, name, low, width in self.pieces)

    def term(self, b: Builder, state: State) -> Term:
        """Its bits in a state."""
        parts = []
        for side, name, offset, width in self.pieces:
            whole = state.table[name] if side == "table" else state.hdl[name]
            parts.append(b.bits(whole, offset, width))
        return b.join(parts)

    def value(self, sample: Sample) -> int:
        """Its value in a sample."""
        result, at = 0, 0
        for side, name, offset, width in self.pieces:
            result |= (sample[side, name] >> offset & ((1 << width) - 1)) << at
            at += width
        return result


Fact: TypeAlias = tuple[Callable[[Builder, State], Term], Callable[[Sample], bool]]
"""One statement about a state, for the solver and for numbers."""


@dataclass(frozen=True)
class Guess:
    """What may hold always.

    Attributes
    ----------
    text : str
        What it says; equal for equal guesses.
    fact : Fact
    plain : bool
        Whether it is about all states alike, without a condition.
    """

    text: str
    fact: Fact
    plain: bool = False

    def term(self, b: Builder, state: State) -> Term:
        """It as a truth value."""
        return self.fact[0](b, state)

    def holds(self, sample: Sample) -> bool:
        """Whether it holds in one state."""
        return self.fact[1](sample)


def is_value(part: Part, value: int) -> Fact:
    """That a part has one value."""
    return (
        lambda b, s: b.equal(part.term(b, s), b.number(value, part.width)),
        lambda sample: part.value(sample) == value,
    )


def agree(
    one: Part,
    two: Part,
    term: Callable[[Builder, Term], Term] = lambda _, x: x,
    value: Callable[[int], int] = lambda x: x,
) -> Fact:
    """That `two` is some function of `one`."""
    return (
        lambda b, s: b.equal(two.term(b, s), term(b, one.term(b, s))),
        lambda sample: two.value(sample) == value(one.value(sample)),
    )


def where(when: Fact, then: Fact) -> Fact:
    """That one holds wherever the other does."""
    return (
        lambda b, s: b.term(Kind.IMPLIES, when[0](b, s), then[0](b, s)),
        lambda sample: not when[1](sample) or then[1](sample),
    )


def gray(b: Builder, x: Term) -> Term:
    """A number in Gray code."""
    width = x.sort().bv_size()
    return b.term(Kind.BV_XOR, x, b.term(Kind.BV_SHR, x, b.number(1, width)))


def one_hot(width: int) -> Callable[[Builder, Term], Term]:
    """The function that sets one bit."""
    return lambda b, x: b.term(Kind.BV_SHL, b.number(1, width), b.resize(x, width, False))


def below(part: Part, most: int) -> Fact:
    """That a part is less than `most`."""
    wide = part.width + 1
    return (
        lambda b, s: b.term(
            Kind.BV_ULT, b.resize(part.term(b, s), wide, False), b.number(most, wide)
        ),
        lambda sample: part.value(sample) < most,
    )


def offset_of(kind: Kind, value: int) -> Callable[[Builder, Term], Term]:
    """The function that adds to `value`, or takes away from it."""
    return lambda b, x: b.term(kind, b.number(value, x.sort().bv_size()), x)
