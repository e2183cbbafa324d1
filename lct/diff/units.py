"""The diff of two versions of a unit: what their sections declare, their rows, their regions."""

from __future__ import annotations

from collections.abc import Iterator

from spikewright.lct.diff.changes import Change, Difference
from spikewright.lct.diff.declarations import declared
from spikewright.lct.diff.joint import Joint
from spikewright.lct.diff.regions import Regions, Watch, common_symbols
from spikewright.lct.diff.rows import Rows
from spikewright.lct.diff.text import sheets
from spikewright.lct.ir import Unit
from spikewright.lct.solver import LIMIT

__all__ = ["diff_units"]


def diff_units(old: Unit, new: Unit, limit: float = LIMIT, watch: Watch = iter) -> Difference:
    """Say what a new version of a unit does differently.

    Regions are complete where `unknown` is empty: outside of them, both versions give every output
    and every next state the same value, for all inputs that the assumptions of both allow.

    Parameters
    ----------
    old, new : Unit
    limit : float
        Seconds for each question to the solver.
    watch : callable
        Goes over a sequence, and may show how far it has come.

    Raises
    ------
    Overlap
        A version has rows that do not exclude each other, and must.
    """
    if old.document.lines == new.document.lines and _same_numbers(old, new):
        return Difference(new.name, (), ())
    texts = sheets(old.document), sheets(new.document)
    if not (old.kind == new.kind == "logic"):
        return Difference(new.name, (), tuple(declared(old, new, *texts, None)))
    joint = Joint(old, new, limit)
    changes = list(declared(old, new, *texts, joint))
    search = Regions(joint, *texts)
    regions = search.find(watch)
    changes += Rows(joint, *texts).changes(regions)
    changes += _not_compared(joint)
    return Difference(new.name, tuple(regions), tuple(changes), (*joint.unknown, *search.unknown))


def _same_numbers(old: Unit, new: Unit) -> bool:
    """Whether what both import is the same, as far as they show."""
    numbers = [{n: p.value for n, p in u.parameters.items()} for u in (old, new)]
    kinds = [{n: t.type for n, t in u.types.items()} for u in (old, new)]
    parts = [{n: i.unit.document.lines for n, i in u.instances.items()} for u in (old, new)]
    return all(a == b for a, b in (numbers, kinds, parts))


def _not_compared(joint: Joint) -> Iterator[Change]:
    """Outputs and registers that follow from something whose values cannot be paired."""
    for symbol, _ in common_symbols(joint):
        read = joint.old.read(symbol.name) | joint.new.read(symbol.name)
        for name in sorted(read & joint.incomparable):
            sentence = f"{symbol.name} is not compared: it follows {name}, whose type changed"
            yield Change("Signals", symbol.name, "changed", "unknown", sentence)
            break
