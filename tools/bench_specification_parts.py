"""Parts of the specification benchmark: the edits of one unit's table, from drawing to verdict."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from spikewright.lct.check import check
from spikewright.lct.compare import Options
from spikewright.lct.decoder.polish import read
from spikewright.lct.diagnostics import Finding, LctError
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.ir import Unit
from spikewright.lct.legs import Hdl, judge
from spikewright.lct.library import Library
from spikewright.verif.mutation_bases import verilog_base
from spikewright.verif.table_faults import TableFault, drawn
from spikewright.verif.table_truth import named, shows, truth

__all__ = ["Check", "Judge", "Part", "measure", "measure_part"]

Check = Callable[[Unit], Sequence[Finding]]
Judge = Callable[[Unit], str]


@dataclass(frozen=True)
class Part:
    """What one process does at a time.

    Attributes
    ----------
    each : int
        Edits of a kind, at most.
    limit : float
        Seconds for a question to the solver.
    judged : int
        Of so many planted faults one is taken through a round trip as well; 0 for none.
    """

    unit: str
    each: int
    seed: int
    limit: float = 20.0
    judged: int = 10


def measure(chosen: Sequence[Part], processes: int) -> Iterator[dict[str, Any]]:
    """Results of parts as they are ready, in any order."""
    if processes < 2:
        yield from map(measure_part, chosen)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(measure_part, part) for part in chosen]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure_part(
    part: Part, checked: Check | None = None, judged: Judge | None = None
) -> dict[str, Any]:
    """Draw, find the truth, check, and take some through a round trip.

    Parameters
    ----------
    checked, judged : callable
        Stand in for the checks and for the judging of round trips: a benchmark that praises broken
        ones is broken itself.
    """
    unit = Library().unit(part.unit)
    test: Check = checked or (lambda u: check(u, part.limit))
    edits, left_out = [], 0
    with _judge(unit, judged) as trip:
        for fault in drawn(unit, part.seed, part.each):
            result = _edit(fault, part, test, trip)
            if result is None:
                left_out += 1
            else:
                edits.append(result)
        clean = trip(unit) if part.judged else ""
    return {"unit": part.unit, "left_out": left_out, "edits": edits, "unchanged": clean}


@contextmanager
def _judge(unit: Unit, judged: Judge | None) -> Iterator[Judge]:
    """Round trips whose HDL and decoded table are right for the table as it was."""
    if judged is not None:
        yield judged
        return
    text = "\n".join(unit.document.lines) + "\n"
    hdl = Hdl(verilog_base(unit.name), "verilog", unit.name)
    with Elaborator() as elaborator:
        options = Options(explain=False)

        def trip(edited: Unit) -> str:
            return judge(
                edited, hdl, text, elaborator=elaborator, options=options, exact=False
            ).verdict

        yield trip


def _edit(fault: TableFault, part: Part, test: Check, trip: Judge) -> dict[str, Any] | None:
    """One edit; None where its text does not elaborate, which is another fault."""
    try:
        unit = read(fault.text, fault.unit)
        formed = read(fault.forms, fault.unit) if fault.forms else unit
    except LctError:
        return None
    begin = time.perf_counter()
    found = truth(formed, fault, part.seed)
    middle = time.perf_counter()
    findings = test(unit)
    verdict = found.verdict
    # No input that was drawn shows it; one that a finding names may, and is run like any other.
    if verdict == "undecided" and any(
        f.values and shows(formed, fault, f.values) for f in findings
    ):
        verdict = "fault"
    seconds = time.perf_counter() - middle
    sure = verdict == "fault" and named(fault, findings) == "yes"
    # A sample that is the same whatever was found before it.
    taken = part.judged and crc32(fault.text.encode()) % part.judged == 0
    return {
        "fault": fault.fault,
        "family": fault.family,
        "table": fault.table,
        "row": fault.row,
        "what": fault.what,
        "truth": verdict,
        "named": named(fault, findings),
        "findings": [f"{f.place}: {f.code}: {f.message}" for f in findings[:4]],
        "truth_seconds": round(middle - begin, 4),
        "check_seconds": round(seconds, 4),
        "attributed": trip(unit) if sure and taken else "",
    }
