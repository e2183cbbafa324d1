"""Parts of the fault benchmark: the mutants of one unit in one language, from drawing to verdict.

A part's truths and its verdicts are two files, so that a run that was cut short goes on where it
was, and a new comparison is held against truths that are there already.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spikewright.lct.compare import Comparison, Options, compare_design
from spikewright.lct.decoder import Undecodable, decode
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.front.refusal import Refused
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.tools.console import atomic_write
from spikewright.verif.mutant_truth import LOOP, draw, elaborated, truths, unchanged
from spikewright.verif.mutation import LANGUAGES, Mutant
from spikewright.verif.mutation_bases import component, verilog_base

__all__ = ["Compare", "Part", "measure", "measure_part", "parts"]

Compare = Callable[[Unit, Design, Options], Comparison]


@dataclass(frozen=True)
class Part:
    """What one process does at a time.

    Attributes
    ----------
    count : int
        Mutants; fewer come from a source that has fewer.
    folder : Path
        Of the files of this and other parts.
    limit : float
        Seconds for a question to the solver of the comparison.
    named : int
        Of so many mutants one has its differences named, which takes longer than finding them.
    """

    unit: str
    language: str
    count: int
    seed: int
    folder: Path
    limit: float = 20.0
    named: int = 10


def parts(units: Sequence[str], count: int, **settings: Any) -> list[Part]:
    """Parts that have at least `count` mutants together, as evenly spread as they can be."""
    # A few more each, since the smallest units do not have so many.
    each = -(-count * 21 // (20 * len(units) * len(LANGUAGES)))
    return [Part(unit, lang, each, **settings) for unit in units for lang in LANGUAGES]


def measure(chosen: Sequence[Part], processes: int) -> Iterator[dict[str, Any]]:
    """Results of parts as they are ready, in any order."""
    # Both languages of a unit have the same vectors, and are one job.
    units = dict.fromkeys(part.unit for part in chosen)
    jobs = [[part for part in chosen if part.unit == unit] for unit in units]
    if processes < 2:
        for job in jobs:
            yield from map(measure_part, job)
        return
    # The longest first, so that no process works alone at the end.
    jobs.sort(key=lambda job: -len(verilog_base(job[0].unit)))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(_measure_job, job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield from future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _measure_job(job: Sequence[Part]) -> list[dict[str, Any]]:
    return [measure_part(part) for part in job]


def measure_part(part: Part, compare: Compare | None = None) -> dict[str, Any]:
    """Draw, find the truth, compare.

    Parameters
    ----------
    compare : callable
        Stands in for the comparison: a benchmark that praises a broken one is broken itself.
    """
    unit = Library().unit(part.unit)
    mutants, refused = draw(unit, part.language, part.count, part.seed)
    mutants.insert(0, unchanged(part.unit, part.language))
    key = hashlib.sha256("\0".join(m.text for m in mutants).encode()).hexdigest()
    name = f"{part.unit}.{part.language}"
    known = _kept(part.folder / f"{name}.truth.json", key, lambda: _truth(unit, mutants, part))
    judged: dict[str, Any]
    if compare is not None:
        judged = {"seconds": 0.0, "found": _judged(unit, mutants, part, compare)}
    else:
        judged = _kept(
            part.folder / f"{name}.verdicts.json",
            f"{key} {_version()} {part.limit:g} {part.named}",
            lambda: _judged(unit, mutants, part, compare_design),
        )
    return {
        "unit": part.unit,
        "language": part.language,
        "left_out": Counter(refused),
        "truth_seconds": known["seconds"],
        "compare_seconds": judged["seconds"],
        "mutants": [
            {**m.to_dict(), "truth": t, **j}
            for m, t, j in zip(mutants, known["found"], judged["found"], strict=True)
        ],
    }


def _kept(path: Path, key: str, make: Callable[[], list[Any]]) -> dict[str, Any]:
    """What a file has if it was made from the same, and is made and written otherwise."""
    if path.is_file():
        before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if before["key"] == key:
            return before
    begin = time.perf_counter()
    found = make()
    made = {"key": key, "seconds": time.perf_counter() - begin, "found": found}
    atomic_write(path, json.dumps(made, indent=1))
    return made


@cache
def _version() -> str:
    """A digest of the sources of what is under test."""
    import spikewright.lct.library

    folder = Path(spikewright.lct.library.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(
        [*folder.glob("*.py"), *folder.glob("front/*.py"), *folder.glob("compare/*.py")]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _truth(unit: Unit, mutants: Sequence[Mutant], part: Part) -> list[dict[str, Any]]:
    return [t.to_dict() for t in truths(unit, mutants, part.seed)]


def _judged(
    unit: Unit, mutants: Sequence[Mutant], part: Part, compare: Compare
) -> list[dict[str, Any]]:
    # Classes follow each other in a circle of fourteen: a step that shares no factor with it, and
    # a start of each part's own, take a bit of them all.
    start = sum(f"{part.unit}{part.language}".encode())
    with Elaborator() as elaborator:
        return [
            _verdict(unit, mutant, compare, elaborator, options)
            for k, mutant in enumerate(mutants)
            for chosen in [not k or (k + start) % part.named == 0]
            for options in [Options(limit=part.limit, explain=chosen)]
        ]


def _verdict(
    unit: Unit, mutant: Mutant, compare: Compare, elaborator: Elaborator, options: Options
) -> dict[str, Any]:
    """What the front end and the comparison say of one mutant, and the text of its table."""
    begin = time.perf_counter()
    cells: list[list[str]] = []
    text = ""
    try:
        if mutant.language == "amaranth" and elaborated(mutant, unit) == LOOP:
            raise Refused("loop", unit.name, "Amaranth found a combinational loop")
        design = _design(unit, mutant, elaborator)
        comparison = compare(unit, design, options)
    except Refused as refused:
        verdict, kind, sentence = "refused", refused.rule, str(refused)
    else:
        verdict, kind = comparison.verdict, ""
        cells = [[c.table, c.row, c.column, c.kind] for c in comparison.differences]
        sentence = next((c.sentence for c in comparison.cells if c.verdict == verdict), "")
        if verdict == "different" and options.explain:
            kind = _kind(mutant, cells)
    seconds = time.perf_counter() - begin
    if options.explain and verdict != "refused":
        text = _decoded(unit, design)
    return {
        "verdict": verdict,
        "named": kind,
        "cells": cells[:12],
        "sentence": sentence,
        "text": text,
        "seconds": round(seconds, 4),
    }


def _decoded(unit: Unit, design: Design) -> str:
    """A digest of the table that the decoder makes of a design; its refusal is one too."""
    try:
        text = decode(design, unit).text
    except Undecodable as refused:
        text = str(refused)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _kind(mutant: Mutant, cells: Sequence[Sequence[str]]) -> str:
    """The name that most of the cells have, those of the planted target and row before all."""
    for near in (
        lambda c: c[1] == mutant.row and c[2] == mutant.target,
        lambda c: c[2] == mutant.target,
        lambda c: c[1] == mutant.row,
        lambda _: True,
    ):
        kinds = Counter(c[3] for c in cells if near(c))
        if kinds:
            return kinds.most_common(1)[0][0]
    return ""


def _design(unit: Unit, mutant: Mutant, elaborator: Elaborator) -> Design:
    prefer = [s.name for s in unit.by_role("register")]
    if mutant.language == "verilog":
        sources = {f"{unit.name}.v": mutant.text}
        return load_verilog(sources, unit.name, prefer=prefer, elaborator=elaborator)
    made = component(mutant.text, unit)
    return load_component(made, unit.name, prefer=prefer, elaborator=elaborator)
