"""What the four legs find: where a difference between a table and a model's work comes from.

Three things are held against each other: the table T, the HDL that a model wrote from it (RTL1),
and the table that a model read out of that HDL (T'). The legs are the edges of this triangle:

=========== ========= =====================================================================
leg         of        what a difference means
=========== ========= =====================================================================
encoder     T : RTL1  the HDL does not do what the table says
decoder     RTL1 : T' the table that was read out does not say what the HDL does
loop        T : T'    the plain round trip, which sees neither where two faults cancel
=========== ========= =====================================================================

The fourth, RTL1 : table1, is the exact decoder's and proven, so that it never differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from spikewright.lct.compare.result import Cell

__all__ = ["Leg", "LegVerdict", "Legs", "RowVerdict", "Verdict"]

LegVerdict: TypeAlias = Literal["same", "different", "unknown", "none"]
"""``none``: there is nothing to hold, for instance because there was no answer."""

Verdict: TypeAlias = Literal["clean", "encoder", "decoder", "both", "specification", "unknown"]

Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One edge of the triangle.

    Attributes
    ----------
    verdict : {"same", "different", "unknown", "none"}
        ``different`` where one cell is, ``unknown`` where none is and one is undecided.
    cells : tuple of Cell
        Differences and undecided questions only. Those of the decoder are in the rows of T:
        `expected` is what the HDL does, `actual` what T' says. Row ``port`` is about a port or
        register as a whole, ``reset`` and ``power-on`` about first values; their table is empty.
    sentence : str
        The first difference, or why there is no comparison; empty where all is the same.
    seconds : float
    """

    verdict: LegVerdict
    cells: tuple[Cell, ...] = ()
    sentence: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RowVerdict:
    """One row of T, or one of the pseudo rows ``port``, ``reset``, ``power-on`` of no table.

    Attributes
    ----------
    verdict : str
        ``encoder``: some input under which the row decides makes RTL1 do what the row does not
        say. ``decoder``: some such input makes T' say what RTL1 does not do. ``both``: there are
        inputs of either kind. ``unknown``: some question about the row is undecided, and that is
        never a pass. ``clean``: for no such input, of those that T's assumptions allow, is there
        either. ``specification``: the table has findings, and nobody is blamed.
    cancels : bool
        The verdict is ``both``, and T and T' agree on the whole row.
    encoder, decoder : tuple of Cell
        The cells of the legs in this row.
    """

    table: str
    row: str
    verdict: Verdict
    cancels: bool = False
    encoder: tuple[Cell, ...] = ()
    decoder: tuple[Cell, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Legs:
    """What is to be said about one round trip of one unit.

    Attributes
    ----------
    verdict : str
        As that of a row: ``encoder`` where RTL1 differs from T, or there is no RTL1; ``decoder``
        where T' differs from RTL1, or there is no T'; ``both``; ``unknown`` where a leg without a
        difference has an undecided question; ``specification`` where T itself has findings.
    cancels : bool
        T and T' are the same although T differs from RTL1 and RTL1 from T': two faults hide each
        other, and the plain round trip sees none.
    text_same : bool
        T and T' are the same text, but for spaces, prose and the order of sections and columns.
    rows : tuple of RowVerdict
        Every row of T in its order, then pseudo rows where there is something to say.
    findings : tuple of dict
        What is wrong with T, as `Finding.to_json`.
    table1 : str
        The exact decoder's table, proven equal to RTL1; empty where there is none.
    table1_sentence : str
        Why there is none. The legs rest on RTL1 itself in either case.
    """

    unit: str
    verdict: Verdict
    cancels: bool
    encoder: Leg
    decoder: Leg
    loop: Leg
    text_same: bool
    rows: tuple[RowVerdict, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    table1: str = ""
    table1_sentence: str = ""

    @property
    def seconds(self) -> float:
        """Of all legs together."""
        return self.encoder.seconds + self.decoder.seconds + self.loop.seconds

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values; the cells of rows are those of the legs, and not repeated."""
        data = {n: v for n, v in vars(self).items() if n not in ("rows", "findings")}
        for name in ("encoder", "decoder", "loop"):
            data[name] = asdict(data[name])
        rows = [
            {"table": r.table, "row": r.row, "verdict": r.verdict, "cancels": r.cancels}
            for r in self.rows
        ]
        return {**data, "rows": rows, "findings": [dict(f) for f in self.findings]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Legs:
        """What `to_json` has written.

        Raises
        ------
        ValueError
            It has not.
        """
        try:
            encoder, decoder, loop = (_leg(data[n]) for n in ("encoder", "decoder", "loop"))
            wrong, misread = by_place(encoder.cells), by_place(decoder.cells)
            rows = tuple(
                RowVerdict(
                    table=r["table"],
                    row=r["row"],
                    verdict=r["verdict"],
                    cancels=r["cancels"],
                    encoder=wrong.get((r["table"], r["row"]), ()),
                    decoder=misread.get((r["table"], r["row"]), ()),
                )
                for r in data["rows"]
            )
            findings = tuple(dict(f) for f in data["findings"])
            return cls(
                unit=data["unit"], verdict=data["verdict"], cancels=data["cancels"],
                encoder=encoder, decoder=decoder, loop=loop,
                text_same=data["text_same"], rows=rows, findings=findings, table1=data["table1"],
                table1_sentence=data["table1_sentence"],
            )  # fmt: skip
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"Legs must be what to_json has written, not this: {error}") from None


def by_place(cells: tuple[Cell, ...]) -> dict[Place, tuple[Cell, ...]]:
    """Cells by table and row."""
    found: dict[Place, tuple[Cell, ...]] = {}
    for cell in cells:
        place = cell.table, cell.row
        found[place] = (*found.get(place, ()), cell)
    return found


def _leg(data: Mapping[str, Any]) -> Leg:
    return Leg(**{**data, "cells": tuple(_cell(c) for c in data["cells"])})


def _cell(data: Mapping[str, Any]) -> Cell:
    lists = {n: tuple(data[n]) for n in ("region", "trace")}
    return Cell(**{**data, **lists})
