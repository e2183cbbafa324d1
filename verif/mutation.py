"""Mutants: single faults as edits of a unit's source, drawn by a seed.

A unit has a source in each of two languages: the Amaranth that the compiler writes, and readable
Verilog made from it. `mutation_verilog` and `mutation_amaranth` list what could be planted in one;
here the lists are mixed, so that every class of fault has its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

__all__ = ["FAULTS", "KINDS", "LANGUAGES", "Candidate", "Change", "Mutant", "mix", "plant"]

LANGUAGES = ("verilog", "amaranth")

KINDS = {
    "removed branch": "omission",
    "added branch": "hallucination",
    "wrong constant": "wrong value",
    "wrong operator": "wrong value",
    "off by one": "wrong value",
    "swapped priority": "",
    "widened guard": "",
    "narrowed guard": "",
    "wrong signal": "wrong value",
    "wrong width or sign": "width",
    "wrong or missing reset": "reset",
    "latch": "",
    "stuck output": "",
    "swapped ports": "",
}
"""The classes of faults, and the kind of difference that each should be named; empty where several
names are as good."""

FAULTS = tuple(KINDS)


@dataclass(frozen=True)
class Change:
    """Characters `start` to `end` of a source get another text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Candidate:
    """A fault that could be planted.

    Attributes
    ----------
    fault : str
        One of `FAULTS`.
    operator : str
        How the fault is made, in two or three words.
    changes : tuple of Change
        None of them overlap.
    target : str
        Output or register by the table's name, where the place of the edit tells.
    table, row : str
        The table's words for the place, where it tells.
    kind : str or None
        The right name of the difference where it is another than the class has.
    """

    fault: str
    operator: str
    changes: tuple[Change, ...]
    target: str = ""
    table: str = ""
    row: str = ""
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A unit's source with one fault in it.

    Attributes
    ----------
    name : str
        ``UNIT.LANGUAGE.NUMBER``.
    line : int
        The first line that differs.
    before, after : str
        Source at the first edit.
    kind : str
        The right name of the difference, empty where several are as good.
    text : str
        The whole source.
    """

    name: str
    unit: str
    language: str
    fault: str
    operator: str
    line: int
    before: str
    after: str
    target: str
    table: str
    row: str
    kind: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Everything but the source."""
        values = asdict(self)
        del values["text"]
        return values


def apply(source: str, changes: Sequence[Change]) -> str:
    """The source with some edits."""
    ordered = sorted(changes, key=lambda c: c.start)
    parts, at = [], 0
    for change in ordered:
        assert change.start >= at, "edits overlap"
        parts += [source[at : change.start], change.text]
        at = change.end
    return "".join([*parts, source[at:]])


def plant(source: str, candidate: Candidate, unit: str, language: str, number: int) -> Mutant:
    """Make a mutant."""
    text = apply(source, candidate.changes)
    first = min(candidate.changes, key=lambda c: c.start)
    kind = KINDS[candidate.fault] if candidate.kind is None else candidate.kind
    return Mutant(
        name=f"{unit}.{language}.{number}",
        unit=unit,
        language=language,
        fault=candidate.fault,
        operator=candidate.operator,
        line=source.count("\n", 0, first.start) + 1,
        before=source[first.start : first.end],
        after=first.text,
        target=candidate.target,
        table=candidate.table,
        row=candidate.row,
        kind=kind,
        text=text,
    )


def mix(source: str, candidates: Iterable[Candidate], seed: str) -> Iterator[Candidate]:
    """Candidates in a random order that takes the classes in turn, and within each its operators.

    Edits that change nothing, or make a source that an earlier one has made, are left out.
    """
    random = Random(seed)
    groups: dict[str, dict[str, list[Candidate]]] = {fault: {} for fault in FAULTS}
    for candidate in candidates:
        groups[candidate.fault].setdefault(candidate.operator, []).append(candidate)
    queues = [_rotation(groups[fault], random) for fault in FAULTS]
    random.shuffle(queues)
    seen = {source}
    while queues:
        for queue in list(queues):
            for candidate in queue:
                text = apply(source, candidate.changes)
                if text not in seen:
                    seen.add(text)
                    yield candidate
                    break
            else:
                queues.remove(queue)


def _rotation(operators: Mapping[str, list[Candidate]], random: Random) -> Iterator[Candidate]:
    lists = [random.sample(found, len(found)) for _, found in sorted(operators.items())]
    random.shuffle(lists)
    while lists:
        for some in list(lists):
            if some:
                yield some.pop()
            else:
                lists.remove(some)
