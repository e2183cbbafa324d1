"""Whether a mutant behaves otherwise than its table says, by means that the comparison lacks.

In this order: its ports and registers are looked at; latches and loops are what yosys finds; the
table run as software gives vectors, which Icarus plays on the mutant's own Verilog; and what no
vector tells apart, yosys' SAT solver holds against the compiled table. What that does not decide
stays undecided.
"""

from __future__ import annotations

import gc
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

from .mutant_truth_hdl import Cut, RefusedByIcarus, cut, simulate
from .mutant_truth_proof import prove, reference
from .mutant_truth_vectors import Layout, layout, vectors
from .mutation import Mutant, mix, plant
from .mutation_amaranth import amaranth_candidates
from .mutation_bases import amaranth_base, component, rtlil_text, to_verilog, verilog_base, yosys
from .mutation_verilog import verilog_candidates

__all__ = [
    "LOOP",
    "NONE",
    "ODD",
    "PLAIN",
    "Truth",
    "draw",
    "elaborated",
    "truths",
    "unchanged",
]

PLAIN = 1000
"""Random vectors, of the baseline too."""

ODD = 1000
"""Further vectors, which seek corners."""

NONE = "none"
"""The class of a source without a fault."""

GROUP = 24
"""Mutants in one simulation."""


@dataclass(frozen=True)
class Truth:
    """What a mutant is.

    Attributes
    ----------
    verdict : str
        ``different``, ``equal`` or ``undecided``.
    by : str
        What decided: ``interface``, ``latch``, ``loop``, ``vectors`` or ``proof``; ``refused``
        where Icarus does not take the source.
    vector : int or None
        Number of the first vector that tells it from its table.
    """

    verdict: str
    by: str
    vector: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)

    @property
    def missed_by_vectors(self) -> bool:
        """Whether 1,000 random vectors do not tell it apart."""
        simulated = self.by in ("vectors", "proof")
        return simulated and (self.vector is None or self.vector >= PLAIN)


def draw(unit: Unit, language: str, count: int, seed: int) -> tuple[list[Mutant], list[str]]:
    """Mutants of a unit that its language's own tool takes, and why others were left out."""
    if language == "verilog":
        base = verilog_base(unit.name)
        candidates = verilog_candidates(base, unit)
    else:
        base = amaranth_base(unit.name)
        candidates = amaranth_candidates(base, unit)
    found: list[Mutant] = []
    refused: list[str] = []
    for candidate in mix(base, candidates, f"{seed} {unit.name} {language}"):
        if len(found) >= count:
            break
        mutant = plant(base, candidate, unit.name, language, len(found))
        trouble = _trouble(mutant, unit)
        if trouble:
            refused.append(f"{mutant.fault}, {mutant.operator}: {trouble}")
        else:
            found.append(mutant)
    return found, refused


def unchanged(unit: str, language: str) -> Mutant:
    """The source without a fault, as a control."""
    text = verilog_base(unit) if language == "verilog" else amaranth_base(unit)
    return Mutant(
        name=f"{unit}.{language}.none", unit=unit, language=language, fault=NONE, operator="",
        line=0, before="", after="", target="", table="", row="", kind="", text=text,
    )  # fmt: skip


def _trouble(mutant: Mutant, unit: Unit) -> str:
    """Why a source is none: what Python or Amaranth says. A loop that it names is no reason."""
    if mutant.language == "verilog":
        return ""
    answer = elaborated(mutant, unit)
    return answer if isinstance(answer, str) and answer != LOOP else ""


LOOP = "loop"


def elaborated(mutant: Mutant, unit: Unit) -> str | tuple[str]:
    """RTLIL of an Amaranth mutant in a tuple; else `LOOP`, or what is wrong."""
    from amaranth.hdl import UnusedElaboratable
    from amaranth.hdl._nir import CombinationalCycle

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedElaboratable)
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            return (rtlil_text(component(mutant.text, unit), "mutant"),)
        except CombinationalCycle:
            return LOOP
        except Exception as error:  # noqa: BLE001 (any error of the edited source)
            return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        finally:
            gc.collect(0)


def truths(unit: Unit, mutants: Sequence[Mutant], seed: int) -> list[Truth]:
    """The truth of each mutant of one unit and language."""
    known: dict[str, Truth] = {}
    texts = _verilog(unit, mutants, known)
    cuts: dict[str, Cut] = {}
    for name, text in texts.items():
        cuts[name] = cut(text, unit, name)
        if cuts[name].trouble:
            known[name] = Truth("different", "interface")
    known |= {n: t for n, t in _structure(mutants, texts).items() if n not in known}
    at, given = layout(unit), _vectors(unit.name, seed)
    left = {n: c for n, c in cuts.items() if n not in known}
    seen = _simulated(left, at, given)
    known |= {n: Truth("undecided", "refused") for n in left if n not in seen}
    known |= {n: Truth("different", "vectors", v) for n, v in seen.items() if v is not None}
    left = {n: c for n, c in left.items() if n not in known}
    for name, verdict in prove(reference(unit.name), left).items():
        latch = verdict == "latch"
        known[name] = Truth("different", "latch") if latch else Truth(verdict, "proof")
    return [known[_module(m)] for m in mutants]


@lru_cache(maxsize=2)
def _vectors(name: str, seed: int) -> list[int]:
    return vectors(Library().unit(name), PLAIN, ODD, str(seed))


def _module(mutant: Mutant) -> str:
    """A name for its module among those of one unit and language."""
    return f"mutant_{mutant.name.rpartition('.')[2]}"


def _verilog(unit: Unit, mutants: Sequence[Mutant], known: dict[str, Truth]) -> dict[str, str]:
    """Verilog of the mutants by their modules' names; loops that Amaranth finds are `known`."""
    texts = {_module(m): m.text for m in mutants if m.language == "verilog"}
    made = {}
    for mutant in mutants:
        if mutant.language == "amaranth":
            answer = elaborated(mutant, unit)
            if answer == LOOP:
                known[_module(mutant)] = Truth("different", "loop")
                continue
            assert isinstance(answer, tuple), answer
            module = _module(mutant)
            made[module] = answer[0].replace("module \\mutant\n", f"module \\{module}\n")
    return texts | (to_verilog(made) if made else {})


def _structure(mutants: Sequence[Mutant], texts: Mapping[str, str]) -> dict[str, Truth]:
    """Latches and loops that yosys finds in Verilog; Amaranth has neither."""
    mine = {_module(m): texts[_module(m)] for m in mutants if m.language == "verilog"}
    risky = {_module(m) for m in mutants if m.fault in ("latch", "swapped ports")}
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder, commands = Path(temporary), []
        for name, text in mine.items():
            # As an `always_comb` yosys would refuse a latch, and end.
            plain = text.replace("always_comb", "always @*")
            (folder / f"{name}.v").write_text(plain, encoding="utf-8")
            commands += ["design -reset", f"read_verilog -sv {name}.v", "proc -noopt"]
            if name in risky:
                commands += ["opt_clean", "simplemap", "scc -set_attr loop 1"]
            commands += [
                f"tee -q -o {name}.latches select -list t:$dlatch t:$dlatch_* t:$_DLATCH_*",
                f"tee -q -o {name}.loops select -list a:loop=1",
            ]
        trouble = yosys(commands, folder) if commands else ""
        if trouble:
            raise RuntimeError(f"Yosys must read every mutant, and says: {trouble}")
        for name in mine:
            for kind, what in (("latches", "latch"), ("loops", "loop")):
                if (folder / f"{name}.{kind}").read_text(encoding="utf-8").strip():
                    found[name] = Truth("different", what)
                    break
    return found


def _simulated(left: Mapping[str, Cut], at: Layout, given: list[int]) -> dict[str, int | None]:
    """Verdicts of vectors, some mutants at a time; those that Icarus does not take have none."""
    seen: dict[str, int | None] = {}
    names = iter(left)
    while group := {n: left[n] for n in islice(names, GROUP)}:
        try:
            seen |= simulate(group, at, given)
        except RefusedByIcarus:
            for name, module in group.items():
                with suppress(RefusedByIcarus):
                    seen |= simulate({name: module}, at, given)
    return seen
