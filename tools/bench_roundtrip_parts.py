"""Parts of the round trip benchmark: all trips of one unit, held against what was planted.

The outcomes of a unit are one file, so that a run that was cut short goes on where it was; what
was asked before is in the records, and not asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from spikewright.lct.ir import Node
from spikewright.lct.legs import Legs
from spikewright.lct.library import Library
from spikewright.lct.reads import symbols_of
from spikewright.tools.console import atomic_write
from spikewright.tools.llm.judging import Judges, Lost
from spikewright.tools.llm.result import Trip
from spikewright.tools.llm.roundtrip import Asker, run
from spikewright.tools.llm.settings import Settings
from spikewright.tools.simulated import plans
from spikewright.tools.simulated.pool import Pool, save_pool
from spikewright.tools.simulated.prepare import prepare_all
from spikewright.tools.simulated.stock import Stock, path_of

__all__ = ["MODEL", "Means", "Part", "measure", "outcome", "parts", "pools"]

MODEL = "simulated-careless"
"""Whose answers are judged."""


@dataclass(frozen=True)
class Part:
    """The trips of one unit.

    Attributes
    ----------
    trips : tuple of plans.Trip
        Seeds are numbered from `seed`, without a gap in either language.
    pool : str
        The key of the pool that they are drawn from.
    """

    unit: str
    trips: tuple[plans.Trip, ...]
    seed: int
    pool: str


def pools(
    units: Sequence[str], folder: Path, seed: int, jobs: int, *, quick: bool = False
) -> Iterator[Pool]:
    """The pools of units, in any order; what the folder lacks is made, and kept there.

    Parameters
    ----------
    quick : bool
        Whether those will do whose truths need no proof, which takes seconds and not minutes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stock = Stock(folder, seed)
    proven = [] if quick else [unit for unit in units if unit not in stock.structures]
    yield from prepare_all(proven, folder, seed, jobs)
    for unit in units:
        if unit in proven:
            continue
        pool, path = stock.pool(unit), path_of(folder, unit)
        if not path.is_file():
            save_pool(pool, path)
        yield pool


def parts(made: Sequence[Pool], count: int, seed: int) -> list[Part]:
    """So many trips, by unit; fewer where the pools do not have so many different ones."""
    chosen = plans.trips(made, count, seed, MODEL)
    return [
        Part(pool.unit, tuple(t for t in chosen if t.unit == pool.unit), seed, pool.key)
        for pool in made
        if any(t.unit == pool.unit for t in chosen)
    ]


@dataclass(frozen=True)
class Means:
    """What a run needs to make trips.

    Attributes
    ----------
    again : Judges, optional
        Judge one trip in `every` once more, with the exact decoder.
    """

    settings: Settings
    client: Asker
    judges: Judges
    again: Judges | None = None
    every: int = 0


def measure(part: Part, means: Means, kept: Path | None = None) -> list[dict[str, Any]]:
    """The outcomes of a part.

    Parameters
    ----------
    kept : Path, optional
        A folder of outcomes.
    """
    path = kept / f"{part.unit}.trips.json" if kept else None
    again, every = means.again, means.every
    key = hashlib.sha256(
        f"{part} {_version()} {means.judges.options.limit:g} {every if again else 0}".encode()
    ).hexdigest()
    if path is not None and path.is_file():
        before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if before["key"] == key:
            return list(before["outcomes"])
    outcomes = []
    for target in ("verilog", "amaranth"):
        for trip, wanted in _travel(part, target, means):
            found = outcome(trip, wanted)
            if again is not None and every and (trip.sample + len(part.unit)) % every == 0:
                found["exact"] = _exact(trip, again)
            outcomes.append(found)
    if path is not None:
        atomic_write(path, json.dumps({"key": key, "outcomes": outcomes}, indent=1))
    return outcomes


def _travel(
    part: Part, target: Literal["verilog", "amaranth"], means: Means
) -> Iterator[tuple[Trip, plans.Trip]]:
    """The trips of a language, as any user's run would make them."""
    wanted = {t.seed - part.seed: t for t in part.trips if t.target == target}
    if not wanted:
        return
    if sorted(wanted) != list(range(len(wanted))):
        raise ValueError("The seeds of the trips must follow each other, and do not")
    found = run(
        means.settings, means.client, [part.unit], [MODEL],
        samples=len(wanted), target=target, rounds=0, judges=means.judges,
    )  # fmt: skip
    for trip in found:
        yield trip, wanted[trip.sample]


def outcome(trip: Trip, wanted: plans.Trip) -> dict[str, Any]:
    """What was found beside what was planted, as plain values."""
    last = trip.rounds[-1] if trip.rounds else None
    legs = last.legs if last is not None else None
    return {
        "unit": trip.unit,
        "target": trip.target,
        "seed": wanted.seed,
        "share": wanted.share,
        "truth": _truth(wanted),
        "verdict": trip.verdict,
        "failure": trip.failure,
        "cancels": legs is not None and legs.cancels,
        "hdl": last is not None and last.hdl is not None,
        "table": last is not None and bool(last.table),
        "text": legs is not None and legs.text_same,
        **{
            name: getattr(legs, name).verdict if legs is not None else "none"
            for name in ("encoder", "decoder", "loop")
        },
        "encoder_rows": _rows(legs, "encoder", "both"),
        "decoder_rows": _rows(legs, "decoder", "both"),
        "unknown_rows": _rows(legs, "unknown"),
        "sentence": trip.sentence or _sentence(legs),
        "seconds": round(trip.seconds, 4),
        "simulated": trip.simulated,
    }


def _truth(wanted: plans.Trip) -> dict[str, Any]:
    """What was planted; its rows without those in which another row's fault is only passed on."""
    truth, passing = asdict(wanted.truth), _passing(wanted.unit)
    for side in ("encoder_rows", "decoder_rows"):
        truth[side] = [row for row in truth[side] if row not in passing]
    return truth


@cache
def _passing(name: str) -> frozenset[str]:
    """Rows that read outputs of their own unit: a wrong one is blamed where it is made."""
    unit = Library().unit(name)
    outputs = {s.name for s in unit.by_role("output")}
    return frozenset(
        f"{table.name}.{row.id}"
        for table in unit.tables
        for row in table.rows
        if outputs & set(symbols_of(c for c in row.targets if isinstance(c, Node)))
    )


def _rows(legs: Legs | None, *verdicts: str) -> list[str]:
    """Rows of some verdicts."""
    rows = legs.rows if legs is not None else ()
    return [f"{r.table}.{r.row}" for r in rows if r.verdict in verdicts]


def _sentence(legs: Legs | None) -> str:
    sides = (legs.encoder, legs.decoder) if legs is not None else ()
    return next((leg.sentence for leg in sides if leg.verdict != "same"), "")


def _exact(trip: Trip, again: Judges) -> str:
    """The verdict with the exact decoder; ``none`` where there was nothing to decode."""
    last = trip.rounds[-1] if trip.rounds else None
    if last is None or last.hdl is None or last.legs is None:
        return "none"
    try:
        return again.judge(trip.unit, last.hdl, last.table or None).verdict
    except Lost:
        return "unknown"


@cache
def _version() -> str:
    """A digest of the sources of what is under test."""
    import spikewright.lct.library
    import spikewright.tools.llm.roundtrip

    lct = Path(spikewright.lct.library.__file__).parent
    llm = Path(spikewright.tools.llm.roundtrip.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*lct.rglob("*.py"), *lct.rglob("*.lct.md"), *llm.rglob("*.*")]):
        if path.suffix in (".py", ".md"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
