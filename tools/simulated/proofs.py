"""Equality of tables and HDL by yosys' SAT solver, seen through the original table.

Every side is a module with its registers cut open. A table's module has further outputs: whether
its assumptions hold, and for each symbol that it leaves open somewhere, whether its value counts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spikewright.lct.decoder.polish import read
from spikewright.lct.diagnostics import LctError
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.verif.mutant_truth_hdl import Cut, cut
from spikewright.verif.mutant_truth_proof import ASSUMED, domains, with_cares
from spikewright.verif.mutant_truth_vectors import layout
from spikewright.verif.mutation_bases import yosys

from .sources import verilog_of

__all__ = ["Job", "Side", "prove_all", "sides_of_tables"]

GROUP = 24
"""Proofs in one process of yosys."""


@dataclass(frozen=True)
class Side:
    """A module, and for symbols that it leaves open somewhere the output that tells."""

    name: str
    cut: Cut
    cares: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """The question whether `other` says what `spec` does.

    Where the original leaves something open, it may say anything if `spec` is the original, and
    else what `spec` does or that it is open.
    """

    name: str
    spec: Side
    other: Side


def sides_of_tables(tables: Mapping[str, tuple[Unit, str]], library: Library) -> dict[str, Side]:
    """Tables as modules, by names that are the modules'; those without hardware are left out."""
    units, cares = {}, {}
    for name, (unit, text) in tables.items():
        helped, cares[name] = with_cares(unit, text)
        try:
            units[name] = read(helped, unit.name)
        except LctError:
            continue
    made = verilog_of(units, library, rename=True)
    found = {n: Side(n, cut(text, tables[n][0], n), cares[n]) for n, text in made.items()}
    return {n: side for n, side in found.items() if not side.cut.trouble}


def prove_all(unit: Unit, original: Side, jobs: Sequence[Job], seconds: float) -> dict[str, str]:
    """``same``, ``different`` or ``undecided`` for each job by its name.

    Parameters
    ----------
    original : Side
        Of the original table.
    seconds : float
        For one proof.
    """
    found: dict[str, str] = {}
    for start in range(0, len(jobs), GROUP):
        found |= _prove(unit, original, jobs[start : start + GROUP], seconds)
    return found


def _prove(unit: Unit, original: Side, jobs: Sequence[Job], seconds: float) -> dict[str, str]:
    commands = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for job in jobs:
            sides = {s.name: s.cut.text for s in (original, job.spec, job.other)}
            text = "\n".join([*sides.values(), _miter(unit, original, job)])
            (folder / f"{job.name}.v").write_text(text, encoding="utf-8")
            commands += [
                "design -reset",
                f"read_verilog -sv {job.name}.v",
                "prep -flatten -top miter",
                f"tee -q -o {job.name}.log sat -prove bad 0 -timeout {seconds:g} miter",
            ]
        refused = yosys(commands, folder, seconds * (len(jobs) + 1))
        found = {job.name: _answer(folder / f"{job.name}.log") for job in jobs}
    if refused and len(jobs) > 1:
        # What yosys refuses keeps it from all that come after.
        for job in jobs:
            if found[job.name] == "undecided":
                found |= _prove(unit, original, [job], seconds)
    return found


def _answer(log: Path) -> str:
    text = log.read_text(encoding="utf-8") if log.is_file() else ""
    if "SAT proof finished - no model found: SUCCESS!" in text:
        return "same"
    return "different" if "SAT proof finished - model found: FAIL!" in text else "undecided"


def _miter(unit: Unit, original: Side, job: Job) -> str:
    """A module whose output `bad` is 1 where the two differ and it counts."""
    at = layout(unit)
    stimulus = [f"input [{f.width - 1}:0] {f.port}" for f in at.stimulus]
    lines = [f"module miter({', '.join([*stimulus, 'output bad'])});"]
    for letter, side in (("t", original), ("a", job.spec), ("b", job.other)):
        lines += [f"  wire [{f.width - 1}:0] {letter}__{f.port};" for f in at.result]
        ports = [f".{f.port}({f.port})" for f in at.stimulus if f.port in side.cut.ports]
        ports += [f".{f.port}({letter}__{f.port})" for f in at.result if f.port in side.cut.ports]
        for name in (*side.cares.values(), ASSUMED):
            if name in side.cut.ports:
                lines.append(f"  wire {letter}__{name};")
                ports.append(f".{name}({letter}__{name})")
        lines.append(f"  {side.name} {letter}_side({', '.join(ports)});")
    allowed = " & ".join([f"t__{ASSUMED}", "~rst", *domains(unit)])
    lines.append(f"  wire allowed = {allowed};")
    terms = " |\n    ".join(_differences(unit, original, job))
    return "\n".join([*lines, f"  assign bad = {terms};", "endmodule", ""])


def _differences(unit: Unit, original: Side, job: Job) -> Iterator[str]:
    symbols = {s.name.replace(".", "__"): s for s in unit.symbols.values()}
    for f in layout(unit).result:
        symbol = symbols[f.name]
        differs = f"(a__{f.port} != b__{f.port})"
        counts, says = original.cares.get(symbol.name), job.other.cares.get(symbol.name)
        wrong = f"({differs} | ~b__{says})" if says else differs
        if counts:
            elsewhere = f"{differs} & b__{says}" if says else differs
            loose = "1'b0" if job.spec is original else elsewhere
            wrong = f"(t__{counts} ? {wrong} : ({loose}))"
        yield f"(allowed & {wrong})"
        if f.role == "next" and symbol.reset is not None:
            yield f"(rst & {differs})"
