"""One word: an operation on words, of fixed width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Word", "is_ones", "is_zero", "mask", "ordered", "signed"]


class Word:
    """A shared, immutable bit-vector expression.

    Attributes
    ----------
    op : str
        ``const sym slice cat zext sext not and or xor neg add sub mul shl shr ashr eq ult slt ite``
        and the divisions ``udiv sdiv urem srem smod``.
    args : tuple of Word
    width : int
        Bits.
    value : int or str or None
        The number of a constant, the name of a symbol, the lowest bit of a slice.
    """

    __slots__ = ("args", "op", "serial", "value", "width")

    def __init__(
        self, op: str, args: tuple[Word, ...], width: int, value: Any, serial: int
    ) -> None:
        self.op, self.args, self.width, self.value, self.serial = op, args, width, value, serial

    def sort(self) -> Word:
        """What the solver's terms call their sort: here the word itself."""
        return self

    def bv_size(self) -> int:
        """Bits."""
        return self.width

    def __repr__(self) -> str:
        value = "" if self.value is None else f" {self.value}"
        return f"({self.op}:{self.width}{value} {' '.join(map(repr, self.args))})"


def mask(width: int) -> int:
    """A number of `width` ones."""
    return (1 << width) - 1


def signed(value: int, width: int) -> int:
    """Bits read as a number with a sign."""
    return value - (1 << width) if value >> (width - 1) else value


def is_zero(word: Word) -> bool:
    """Whether a word is the constant 0."""
    return word.op == "const" and bool(word.value == 0)


def is_ones(word: Word) -> bool:
    """Whether a word is a constant of ones only."""
    return word.op == "const" and bool(word.value == mask(word.width))


def ordered(word: Word, known: Mapping[Word, object]) -> Iterator[Word]:
    """The word and everything below it that is not known, from below; no word is too deep."""
    todo, seen = [word], set[Word]()
    while todo:
        top = todo[-1]
        if top in known or top in seen:
            todo.pop()
            continue
        missing = [a for a in top.args if a not in known and a not in seen]
        if missing:
            todo += missing
            continue
        todo.pop()
        seen.add(top)
        yield top
