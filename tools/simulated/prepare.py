"""Pools with everything in them: edited HDL, tables of the exact decoder, truths by proof.

This takes the better part of a minute for a unit, so pools are kept as files, and made again only
where something that they were made from has changed.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import spikewright.lct.library
import spikewright.verif.mutation
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.decoder import Undecodable, decode
from spikewright.lct.diagnostics import LctError
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.refusal import Refused
from spikewright.lct.library import Library
from spikewright.verif.mutant_truth import draw, elaborated, truths
from spikewright.verif.mutation import Mutant
from spikewright.verif.mutation_bases import to_verilog, yosys

from .drafts import Drafts
from .evidence import evidence
from .make import HdlDraft, assemble, compiled
from .members import Stage
from .pool import Pool, load_pool, save_pool
from .stock import path_of
from .wiring import WIRED, mixed_pool

__all__ = ["FULL", "Size", "full_pool", "prepare", "prepare_all"]


@dataclass(frozen=True)
class Size:
    """How much a pool tries.

    Attributes
    ----------
    faults, reworded : int
        Tables with a fault, and the original in other words.
    verilog, amaranth : int
        Edits of HDL.
    vectors : int
        Plain ones, and as many that seek corners.
    seconds : float
        For one proof.
    """

    faults: int = 11
    reworded: int = 6
    verilog: int = 6
    amaranth: int = 3
    vectors: int = 200
    seconds: float = 10.0


FULL = Size()

DECODED = 2_500
"""Edited HDL of units up to so many characters is read by the exact decoder."""


def prepare(unit: str, folder: Path, seed: int = 1, size: Size = FULL) -> Pool:
    """The full pool of a unit, from its file if that is of the same making."""
    path, key = path_of(folder, unit), f"{_version()} {unit} {seed} {size}"
    if path.is_file():
        pool = load_pool(path)
        if pool.key == key:
            return pool
    begin = time.perf_counter()
    pool = mixed_pool(unit, seed) if unit in WIRED else full_pool(unit, seed, size)
    pool = replace(pool, key=key, seconds=round(time.perf_counter() - begin, 1))
    save_pool(pool, path)
    return pool


def prepare_all(
    units: Sequence[str], folder: Path, seed: int = 1, jobs: int = 2, size: Size = FULL
) -> Iterator[Pool]:
    """The pools of units as they are ready, in any order."""
    if jobs < 2:
        yield from (prepare(unit, folder, seed, size) for unit in units)
        return
    library = Library()
    # The longest first, so that no process works alone at the end.
    ordered = sorted(units, key=lambda u: -len(library.read(u)))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as workers:
        futures = [workers.submit(prepare, unit, folder, seed, size) for unit in ordered]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            workers.shutdown(wait=False, cancel_futures=True)


MAKERS = {
    "drafts", "evidence", "make", "members", "paper", "pool", "prepare", "proofs", "rewordings",
    "sources", "table_faults", "wiring",
}  # fmt: skip
"""Modules here that decide about variants and truths."""


@cache
def _version() -> str:
    """A digest of what decides about variants and truths."""
    lct = Path(spikewright.lct.library.__file__).parent
    verif = Path(spikewright.verif.mutation.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(
        [
            *lct.glob("units/*.lct.md"),
            *lct.glob("compile*.py"),
            *lct.glob("e*.py"),
            *verif.glob("mut*.py"),
            *(p for p in Path(__file__).parent.glob("*.py") if p.stem in MAKERS),
        ]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def full_pool(unit: str, seed: int, size: Size = FULL) -> Pool:
    """A pool of which every truth is known by vectors or by proof."""
    drafts = Drafts(unit, seed)
    drafts.add_spoiled(size.faults)
    faulty = range(1, len(drafts.tables))
    drafts.add_reworded(0, size.reworded)
    plain = range(len(drafts.tables))
    for parent in faulty:
        drafts.add_reworded(parent, 1)
    sources = compiled(drafts, plain, [0, *plain[-2:], *faulty[::3]])
    with Elaborator() as elaborator:
        _add_exact(drafts, sources[0].text, "", elaborator)
        # Where the decoder takes long, one of its tables must do.
        small = len(drafts.tables[0].text) <= DECODED
        sources += _mutants(drafts, seed, size, elaborator if small else None)
    stage = Stage(drafts.unit, seed, size.vectors, size.vectors)
    return assemble(evidence(drafts, sources, stage, size.seconds), seed, "")


def _add_exact(drafts: Drafts, text: str, fault: str, elaborator: Elaborator) -> int | None:
    """The exact decoder's table of HDL: one more wording; what is true of it is found out."""
    try:
        prefer = Mapping().prefer(drafts.unit)
        sources = {f"{drafts.name}.v": text}
        design = load_verilog(sources, drafts.name, prefer=prefer, elaborator=elaborator)
        found = decode(design, drafts.unit, limit=5.0).text
    except (Refused, Undecodable, LctError):
        drafts.left_out["not decoded"] += 1
        return None
    return drafts.add_text(found, "the exact decoder's", fault)


def _mutants(
    drafts: Drafts, seed: int, size: Size, elaborator: Elaborator | None
) -> list[HdlDraft]:
    """Edited HDL; latches and loops among it, which no front end takes."""
    found = []
    for language, count in (("verilog", size.verilog), ("amaranth", size.amaranth)):
        mutants, _ = draw(drafts.unit, language, count, seed)
        for mutant, truth in zip(mutants, truths(drafts.unit, mutants, seed), strict=True):
            refused = truth.by if truth.by in ("latch", "loop") else ""
            if language == "verilog" and not refused and _keeps(mutant.text):
                refused = "latch"
            if not refused and (truth.verdict == "undecided" or truth.by == "interface"):
                drafts.left_out[f"edit: {truth.by}"] += 1
                continue
            number, verilog = None, ""
            if not refused:
                verilog = mutant.text if language == "verilog" else _verilog(mutant, drafts)
                if elaborator is not None:
                    number = _add_exact(drafts, verilog, mutant.fault, elaborator)
                if number is not None:
                    drafts.add_reworded(number, 1)
            name = f"m{language[0]}{mutant.name.rpartition('.')[2]}"
            style = f"edited: {mutant.operator}"
            found.append(
                HdlDraft(
                    name, language, style, mutant.fault, mutant.text, number, verilog, refused,
                    truth.verdict,
                )
            )  # fmt: skip
    return found


def _keeps(text: str) -> bool:
    """Whether yosys finds a latch in an `always_comb`; one of a constant it finds nowhere else."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "edit.v").write_text(text, encoding="utf-8")
        return "Latch inferred" in yosys(["read_verilog -sv edit.v", "proc -noopt"], Path(folder))


def _verilog(mutant: Mutant, drafts: Drafts) -> str:
    answer = elaborated(mutant, drafts.unit)
    assert isinstance(answer, tuple), "it was elaborated before"
    text = to_verilog({drafts.name: answer[0].replace("\\mutant", "\\" + drafts.name)})
    return text[drafts.name]
