"""Every unit of the project there and back: table, compiler, HDL, decoder, table."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Any

from spikewright.lct.compare import Options, compare_units
from spikewright.lct.compare.result import VERDICTS
from spikewright.lct.decoder.assemble import decode
from spikewright.lct.decoder.proof import Undecodable
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.load import make_component
from spikewright.lct.solver import LIMIT

__all__ = ["Outcome", "decode_project", "decode_unit"]


@dataclass(frozen=True)
class Outcome:
    """One unit decoded blind from what the compiler made of it.

    Attributes
    ----------
    source : str
        ``amaranth`` or ``verilog``.
    rows, decoded : int
        Rows of the original and of the decoded tables.
    identical, equivalent : int
        Cells of the original that the decoded table says in the same or in other words.
    verdict : str
        The worst of all cells; ``failed`` where there is no table.
    seconds : float
        Elaboration, decoding, proof and comparison.
    sentence : str
        What is wrong; empty where nothing is.
    """

    unit: str
    source: str
    rows: int
    decoded: int
    identical: int
    equivalent: int
    verdict: str
    seconds: float
    sentence: str = ""

    @property
    def good(self) -> bool:
        """Whether the decoded table says the same."""
        return self.verdict in ("identical", "equivalent")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def decode_project(
    limit: float = LIMIT, names: Sequence[str] | None = None, processes: int = 2
) -> Iterator[Outcome]:
    """Decode units, from Amaranth and from the Verilog that it becomes, in turn."""
    # A fresh process has no threads of ours, such as those of a progress bar, in a state half way.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        try:
            work = partial(_there_and_back, limit=limit)
            for outcomes in pool.map(work, names or Library().logic()):
                yield from outcomes
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_elaborator = cache(Elaborator)
"""One for each process."""


def _there_and_back(name: str, limit: float) -> list[Outcome]:
    unit, component = Library().unit(name), make_component(name)
    prefer = [s.name for s in unit.by_role("register")]
    begin = time.perf_counter()
    design = load_component(component, name, prefer=prefer, elaborator=_elaborator())
    first = decode_unit(unit, design, "amaranth", begin, limit)
    (text,) = design.verilog
    begin = time.perf_counter()
    design = load_verilog({f"{name}.v": text}, name, prefer=prefer, elaborator=_elaborator())
    return [first, decode_unit(unit, design, "verilog", begin, limit)]


def decode_unit(unit: Unit, design: Design, source: str, begin: float, limit: float) -> Outcome:
    """Decode a design without a look at the unit's tables, then hold the result against them."""
    rows = sum(len(t.rows) for t in unit.tables)
    try:
        found = decode(design, unit, limit=limit)
    except Undecodable as e:
        seconds = time.perf_counter() - begin
        return Outcome(unit.name, source, rows, 0, 0, 0, "failed", seconds, str(e))
    cells = compare_units(unit, found.unit, Options(limit=limit, explain=False)).cells
    counts = Counter(c.verdict for c in cells)
    worst = max((c.verdict for c in cells), key=VERDICTS.index)
    wrong = next((c.sentence for c in cells if c.verdict == worst), "")
    return Outcome(
        unit.name, source, rows, sum(len(t.rows) for t in found.unit.tables),
        counts["identical"], counts["equivalent"], worst, time.perf_counter() - begin, wrong,
    )  # fmt: skip
