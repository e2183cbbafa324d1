"""Pools: variants of a unit's HDL and table, and what is true of each and of each pair."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from spikewright.lct.ir import ANY, Unit
from spikewright.lct.legs.text import text_of

from .drafts import Drafts
from .members import Member, Stage
from .pool import HdlVariant, Pair, Pool, TableVariant
from .sources import amaranth_of, verilog_of

__all__ = ["HdlDraft", "Truths", "assemble", "quick_pool"]

OPEN = "value left open"

MOVES = {
    "wrong condition", "swapped priority", "row omitted", "row hallucinated", "wrong definition",
    "port renamed",
}  # fmt: skip
"""Faults by which other rows decide than before."""

QUICK_VECTORS = 200


@dataclass(frozen=True)
class HdlDraft:
    """HDL, and the number of a table that says what it does; None where there is none.

    Attributes
    ----------
    verilog : str
        The same as readable Verilog, to be simulated.
    refused : str
        Why no front end would take it: a latch, a loop.
    truth : str
        ``equal`` or ``different``, if another engine has a verdict already.
    """

    name: str
    language: str
    style: str
    fault: str
    text: str
    parent: int | None
    verilog: str = ""
    refused: str = ""
    truth: str = ""


@dataclass
class Truths:
    """What is known of drafts: tables against the original, HDL against it, and pairs.

    `table`, `design` and `pair` say ``same``, ``different`` or ``undecided``, and what decided.
    """

    drafts: Drafts
    sources: list[HdlDraft]
    stage: Stage
    tables: list[Member]
    hdl: list[Member]
    table: Callable[[int], tuple[str, str]]
    design: Callable[[int], tuple[str, str]]
    pair: Callable[[int, int], tuple[str, str]]


def quick_pool(name: str, seed: int = 0) -> Pool:
    """A pool whose truths need no proof: faults that vectors show, and what was made to be equal.

    It takes a second or two.
    """
    begin = time.perf_counter()
    drafts = Drafts(name, seed)
    drafts.add_spoiled(4)
    for parent in [0, 0, *range(1, len(drafts.tables))]:
        drafts.add_reworded(parent, 1)
    stage = Stage(drafts.unit, seed, QUICK_VECTORS, QUICK_VECTORS)
    members = [stage.table(t.name, t.unit) for t in drafts.tables]
    # What the compiler takes for a value that is left open may well be the right one.
    plain = [k for k, t in enumerate(drafts.tables) if t.fault != OPEN]
    hdl = compiled(drafts, plain, plain[:6:2])
    root = [t.parent for t in drafts.tables]
    vague = [_may_say_less(drafts, k) for k in range(len(drafts.tables))]

    def table(t: int) -> tuple[str, str]:
        return _by_vectors(stage, None, members[t], made=root[t] == 0)

    def design(h: int) -> tuple[str, str]:
        parent = hdl[h].parent
        assert parent is not None
        return table(parent)

    def pair(h: int, t: int) -> tuple[str, str]:
        parent = hdl[h].parent
        assert parent is not None
        made = root[parent] == root[t] and not vague[t]
        if members[parent].trouble:
            return ("same", "made") if made else ("undecided", "")
        return _by_vectors(stage, members[parent], members[t], made=made)

    known = Truths(
        drafts, hdl, stage, members, [members[h.parent or 0] for h in hdl], table, design, pair
    )
    pool = assemble(known, seed, f"quick {seed}")
    return replace(pool, seconds=time.perf_counter() - begin)


def _may_say_less(drafts: Drafts, table: int) -> bool:
    """Whether a table may leave a value open where the original does not.

    HDL that was compiled from it has some value there, of which the table says less than the HDL.
    """
    unit = drafts.tables[table].unit
    vague = any(ANY in row.targets for t in unit.tables for row in t.rows)
    return vague and drafts.tables[drafts.tables[table].parent].fault in MOVES


def _frozen(verilog: str, unit: Unit) -> bool:
    """Whether HDL lacks a register, as nothing ever changes it: it has no states to be wrong in."""
    for name in (s.name for s in unit.by_role("register")):
        constant = re.search(rf"\bassign {name} = \d+'\w+;", verilog)
        if verilog and (constant or not re.search(rf"\b{name}\b", verilog)):
            return True
    return False


def _by_vectors(stage: Stage, spec: Member | None, other: Member, *, made: bool) -> tuple[str, str]:
    if other.trouble:
        return "different", "interface"
    found = stage.against_original(other) if spec is None else list(stage.differs(spec, other))
    if found:
        return "different", "vectors"
    return ("same", "made") if made else ("undecided", "")


def compiled(drafts: Drafts, verilog: Sequence[int], amaranth: Sequence[int]) -> list[HdlDraft]:
    """HDL of some tables."""
    tables = drafts.tables
    wanted = {tables[k].name: tables[k].unit for k in verilog}
    found = []
    for name, text in verilog_of(wanted, drafts.library).items():
        k = int(name[1:])
        style = f"compiled to Verilog: {tables[k].style}"
        found.append(HdlDraft(f"v{k}", "verilog", style, tables[k].fault, text, k, text))
    known = {d.parent: d.verilog for d in found}
    for k in amaranth:
        if k in known:
            text = amaranth_of(tables[k].unit, drafts.library)
            style, fault = f"compiled to Amaranth: {tables[k].style}", tables[k].fault
            found.append(HdlDraft(f"a{k}", "amaranth", style, fault, text, k, known[k]))
    return found


def assemble(known: Truths, seed: int, key: str) -> Pool:
    """Everything of which the truth is known, and pairs of each kind for each HDL."""
    drafts, stage, left_out = known.drafts, known.stage, known.drafts.left_out
    original = text_of(drafts.tables[0].text)
    numbers: dict[int, int] = {}
    tables: list[TableVariant] = []
    for k, draft in enumerate(drafts.tables):
        verdict, by = known.table(k)
        if verdict == "undecided":
            left_out["table undecided"] += 1
            continue
        numbers[k] = len(tables)
        member = known.tables[k]
        wrong = [] if member.trouble else stage.against_original(member)
        tables.append(
            TableVariant(
                name=draft.name, style=draft.style, fault=draft.fault, text=draft.text,
                faulty=verdict == "different", same_text=text_of(draft.text) == original,
                rows=stage.rows(wrong), by=by,
            )
        )  # fmt: skip
    variants: list[HdlVariant] = []
    for k, source in enumerate(known.sources):
        if source.text in [v.text for v in variants]:
            left_out["HDL twice"] += 1
            continue
        verdict, by = ("different", "refused") if source.refused else known.design(k)
        if verdict == "undecided":
            left_out["HDL undecided"] += 1
            continue
        member = known.hdl[k]
        mute = member.trouble or source.refused or _frozen(source.verilog, drafts.unit)
        wrong = [] if mute else stage.against_original(member)
        variant = HdlVariant(
            name=source.name, language=source.language, style=source.style, fault=source.fault,
            text=source.text, faulty=verdict == "different", refused=source.refused,
            rows=stage.rows(wrong), by=by,
        )  # fmt: skip
        pairs = _pairs(known, k, variant, numbers, Random(f"{seed} {source.name}"))
        variants.append(replace(variant, pairs=tuple(pairs)))
    return Pool(
        unit=drafts.name, key=key, hdl=tuple(variants), tables=tuple(tables),
        left_out=dict(left_out),
    )  # fmt: skip


MOST = {"right": 5, "wrong": 3, "original": 2}
"""Decode answers for one HDL variant: those that are right, those that are wrong, and, where the
HDL is faulty, those that say what the original does: these cancel."""


def _pairs(
    known: Truths, at: int, hdl: HdlVariant, numbers: dict[int, int], random: Random
) -> list[Pair]:
    drafts, source = known.drafts, known.sources[at]
    taken = dict.fromkeys(MOST, 0)
    found = []
    order = random.sample(list(numbers), len(numbers))
    # What was read off the HDL itself is tried first.
    root = None if source.parent is None else drafts.tables[source.parent].parent
    order.sort(key=lambda k: drafts.tables[k].parent != root)
    for k in order:
        verdict, by = ("same", "refused") if source.refused else known.pair(at, k)
        if verdict == "undecided":
            continue
        faulty = verdict == "different"
        original = known.table(k)[0] == "same"
        kind = "original" if hdl.faulty and original else "wrong" if faulty else "right"
        if taken[kind] >= MOST[kind]:
            continue
        taken[kind] += 1
        members = known.hdl[at], known.tables[k]
        seen = not source.refused and not any(m.trouble for m in members)
        seen = seen and not _frozen(source.verilog, drafts.unit)
        wrong = list(known.stage.differs(*members)) if seen else []
        found.append(
            Pair(
                table=numbers[k], faulty=faulty, rows=known.stage.rows(wrong), by=by,
                fault=drafts.tables[k].fault if faulty else "",
            )
        )  # fmt: skip
    return found
