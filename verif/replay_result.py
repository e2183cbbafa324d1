"""What is replayed, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Finding", "Replayed", "other_expectation", "unrun"]


class Finding(Protocol):
    """What is needed of a comparison's cell; the row is ``reset`` for a value after reset."""

    @property
    def row(self) -> str:
        """Name of the row."""

    @property
    def column(self) -> str:
        """The symbol that differs."""

    @property
    def witness(self) -> Mapping[str, int]:
        """Packed values of inputs and registers."""

    @property
    def expected(self) -> int | None:
        """Packed value by the table."""


@dataclass(frozen=True)
class Replayed:
    """What simulation shows.

    Attributes
    ----------
    actual : int or None
        Packed value; None where some bits are undefined, or stand for no value of the table.
    confirmed : bool
        Whether the simulation shows something else than what the table wants.
    simulator : str
        ``icarus``, ``verilator``, ``table`` for a table that was run, empty where nothing could be.
    bits : str
        What was read, highest bit first, with ``x`` where undefined.
    sentence : str
        Why nothing could be run, or why what was run confirms nothing.
    """

    actual: int | None
    confirmed: bool
    simulator: str
    bits: str = ""
    sentence: str = ""


def other_expectation(cell: Finding, expected: int) -> str:
    """Why a cell is not confirmed whose expected value is not the table's."""
    return f"the table that is run gives {cell.column} {expected}, not {cell.expected}"


def unrun(sentence: str) -> Replayed:
    """The result of a replay that could not be made."""
    return Replayed(None, False, "", sentence=sentence)
