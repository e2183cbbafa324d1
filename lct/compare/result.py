"""What a comparison finds: one cell for each row and column, and for each port and reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from spikewright.lct.compare import mapping as names
from spikewright.lct.solver import LIMIT

__all__ = [
    "GAP",
    "PORT",
    "POWER_ON",
    "RESET",
    "VERDICTS",
    "Cell",
    "Comparison",
    "Kind",
    "Options",
    "Verdict",
]

Verdict: TypeAlias = Literal["identical", "equivalent", "unknown", "different"]
Kind: TypeAlias = Literal[
    "", "omission", "hallucination", "wrong value", "reset", "width", "undefined"
]

VERDICTS: tuple[Verdict, ...] = ("identical", "equivalent", "unknown", "different")
"""The best first."""

PORT = "port"
"""The row of a cell about a port or register as a whole: that it is there, and as wide as it must
be. Its table is empty."""

RESET = "reset"
"""The row of a cell about a register's value after reset. Its table is empty."""

GAP = "gap"
"""The row of a cell about inputs that no row of its table covers."""

POWER_ON = "power-on"
"""The row of a cell about a register whose first value is not that after reset. Its table is empty.
"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to compare.

    Attributes
    ----------
    limit : float
        Seconds for one question to a solver, above 0.
    total : float
        Seconds after which no further question is asked one by one; no limit by default.
    cross_check : bool
        Whether a second solver confirms every answer.
    mapping : Mapping
        Names and codes in the HDL of the unit's signals and registers, where not the usual ones.
    explain : bool
        Whether differences get a kind, a region and the smallest counterexample.
    reachable : bool
        Whether a difference by names counts only where reset leads to it and an output shows it.
        What names leave open is always held against what reset leads to.
    """

    limit: float = LIMIT
    total: float = float("inf")
    cross_check: bool = False
    mapping: names.Mapping = field(default_factory=names.Mapping)
    explain: bool = True
    reachable: bool = False


@dataclass(frozen=True)
class Cell:
    """What one row says about one column, held against the other side.

    Attributes
    ----------
    table, row, column : str
        The row is `RESET`, `POWER_ON` or `PORT`, and the table empty, where none is meant.
    verdict : str
        ``identical``, ``equivalent``, ``unknown`` or ``different``.
    kind : str
        What a difference is: see `spikewright.lct.compare.kinds`.
    region : tuple of str
        Conditions in the unit's words: wherever they hold within the row, the two sides differ.
    witness : mapping of str to int
        Packed values of inputs and registers for which they differ.
    shown : mapping of str to str
        The same as a filled-in row, for people.
    expected, actual : int or None
        Packed values there.
    sentence : str
        What is wrong; empty where nothing is.
    trace : tuple of mapping of str to int
        Packed inputs of each step from reset to the one that shows the difference, where the
        method is induction.
    before : mapping of str to int
        Registers and inputs of the HDL when reset came before them, by their names there.
    """

    table: str
    row: str
    column: str
    verdict: Verdict
    kind: Kind = ""
    region: tuple[str, ...] = ()
    witness: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    expected: int | None = None
    actual: int | None = None
    sentence: str = ""
    trace: tuple[Mapping[str, int], ...] = ()
    before: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """All cells of a unit.

    Attributes
    ----------
    assumptions : tuple of str
        Those of the unit that the verdicts rest on.
    method : str
        ``names``: next states under the registers' own names; ``induction K``: K steps from reset,
        ``induction`` where that came to no end.
    seconds : float
    """

    unit: str
    cells: tuple[Cell, ...]
    assumptions: tuple[str, ...]
    method: str
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The worst of all cells."""
        return max((c.verdict for c in self.cells), key=VERDICTS.index, default="identical")

    @property
    def differences(self) -> tuple[Cell, ...]:
        """The cells that differ."""
        return tuple(c for c in self.cells if c.verdict == "different")

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        return {**asdict(self), "verdict": self.verdict}
