"""What a simulated model may answer for one unit, with the truth of each answer, as a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikewright.tools.console import atomic_write

__all__ = ["HdlVariant", "Pair", "Pool", "TableVariant", "load_pool", "save_pool"]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A table as the answer to an HDL variant.

    Attributes
    ----------
    table : int
        Number in the pool's tables.
    faulty : bool
        Whether the table says anything that the HDL does not do, where the original cares.
    rows : tuple of str
        Rows ``TABLE.ROW`` of the original in which an input shows it; there may be more.
    by : str
        What decided: ``vectors``, ``proof``, ``made`` (of that table).
    """

    table: int
    faulty: bool
    rows: tuple[str, ...] = ()
    fault: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class HdlVariant:
    """HDL that could be a model's.

    Attributes
    ----------
    language : str
        ``verilog`` or ``amaranth``.
    style : str
        How it came about.
    fault : str
        What was planted, empty where nothing was.
    faulty : bool
        Whether it behaves otherwise than the original table, which a planted fault need not do.
    refused : str
        Why no front end takes it; then nothing could be decoded, and no decoder is to blame.
    rows : tuple of str
        Rows ``TABLE.ROW`` in which an input shows it; there may be more.
    """

    name: str
    language: str
    style: str
    fault: str
    text: str
    faulty: bool
    refused: str = ""
    rows: tuple[str, ...] = ()
    by: str = ""
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TableVariant:
    """A table that could be a model's; `faulty` against the original, `same_text` formatted."""

    name: str
    style: str
    fault: str
    text: str
    faulty: bool
    same_text: bool = False
    rows: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool:
    """All answers for one unit.

    Attributes
    ----------
    key : str
        Digest of what it was made from.
    seconds : float
        How long it took.
    left_out : dict of str to int
        How many variants were not taken, by the reason.
    """

    unit: str
    key: str
    hdl: tuple[HdlVariant, ...]
    tables: tuple[TableVariant, ...]
    seconds: float = 0.0
    left_out: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def save_pool(pool: Pool, path: Path) -> None:
    """Write a pool."""
    atomic_write(path, json.dumps(pool.to_dict(), indent=1))


def load_pool(path: Path) -> Pool:
    """Read a pool."""
    read = json.loads(path.read_text(encoding="utf-8"))
    hdl = [
        HdlVariant(**{**h, "rows": tuple(h["rows"]), "pairs": tuple(map(_pair, h["pairs"]))})
        for h in read["hdl"]
    ]
    tables = [TableVariant(**{**t, "rows": tuple(t["rows"])}) for t in read["tables"]]
    return Pool(**{**read, "hdl": tuple(hdl), "tables": tuple(tables)})


def _pair(read: dict[str, Any]) -> Pair:
    return Pair(**{**read, "rows": tuple(read["rows"])})
