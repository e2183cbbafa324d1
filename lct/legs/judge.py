"""One round trip judged: where its faults are, row by row."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from spikewright.lct.check import check
from spikewright.lct.compare import Options, compare_structure, compare_units
from spikewright.lct.compare.result import PORT, POWER_ON, RESET, Cell
from spikewright.lct.decoder import Undecodable, decode
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.elaborate import elaborate
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.refusal import Refused
from spikewright.lct.ir import Unit
from spikewright.lct.legs.hdl import Hdl, load_hdl
from spikewright.lct.legs.held import encoder_cells, held_cells
from spikewright.lct.legs.read import LONGEST, Unreadable, plain, read_decoded
from spikewright.lct.legs.result import Leg, Legs, LegVerdict, RowVerdict, Verdict, by_place
from spikewright.lct.legs.structure import loop_cells, same_shape
from spikewright.lct.legs.text import text_of
from spikewright.lct.library import Library

__all__ = ["judge"]

_PSEUDO = (PORT, RESET, POWER_ON)

_PATIENCE = 10
"""Questions' limits that one comparison takes at most: what strangers write may be hard."""


def judge(
    unit: Unit,
    hdl: Hdl | None,
    decoded: str | None,
    *,
    library: Library | None = None,
    elaborator: Elaborator | None = None,
    options: Options | None = None,
    exact: bool = True,
) -> Legs:
    """Hold a unit's table T, HDL written from it and a table read out of that HDL together.

    Parameters
    ----------
    unit : Unit
        T, of logic tables or of instances.
    hdl : Hdl or None
        RTL1, what a model wrote from T; None where it wrote nothing that is HDL.
    decoded : str or None
        T', the text of the table that a model read out of RTL1; None where there is none.
    library : Library, optional
        Where units are found that T' or RTL1 use; the project's own by default.
    elaborator : Elaborator, optional
        A process to use for HDL; one of its own by default.
    options : Options, optional
        How to compare.
    exact : bool
        Whether the exact decoder reads RTL1 too. Verdicts do not need it.

    Raises
    ------
    ValueError
        The unit has neither logic tables nor instances.
    """
    if unit.kind not in ("logic", "structure"):
        raise ValueError(f"A unit that is judged has logic tables or instances, not {unit.name}")
    with Elaborator() as own:
        trip = _Trip(unit, library or Library(), elaborator or own, options or Options())
        return trip.judge(hdl, decoded, exact)


@dataclass(frozen=True)
class _Source:
    """What is known of a table before any trip."""

    findings: tuple[dict[str, Any], ...]
    undecided: bool
    text: str
    values: dict[str, int]


_SOURCES: dict[object, _Source] = {}


def _source(unit: Unit, library: Library, options: Options) -> _Source:
    """Findings of T, once for each table: thousands of trips start from the same."""
    numbers = tuple((p.name, p.value) for p in unit.parameters.values())
    key = (tuple(unit.document.lines), numbers, str(library.directory), options.limit)
    if key not in _SOURCES:
        found = check(unit, options.limit)
        faults = tuple(f.to_json() for f in found if f.verdict == "fault")
        plainly = elaborate(unit.document, library, {}, Diagnostics())
        values = {
            p.name.lower(): p.value
            for p in unit.parameters.values()
            if p.base and plainly.parameters[p.name].value != p.value
        }
        text = text_of("\n".join(unit.document.lines))
        _SOURCES[key] = _Source(faults, len(found) > len(faults), text, values)
    return _SOURCES[key]


class _Trip:
    """One unit and the means to judge it."""

    def __init__(
        self, unit: Unit, library: Library, elaborator: Elaborator, options: Options
    ) -> None:
        self.unit, self.library, self.elaborator = unit, library, elaborator
        self.options = replace(options, total=min(options.total, _PATIENCE * options.limit))
        self.places = [(t.name, r.id) for t in unit.tables for r in t.rows]
        self.source = _source(unit, library, options)

    def judge(self, hdl: Hdl | None, decoded: str | None, exact: bool) -> Legs:
        readable = decoded is not None and len(decoded) <= LONGEST
        same = readable and text_of(decoded or "") == self.source.text
        if self.source.findings:
            nothing = Leg(verdict="none", sentence="not held: the table itself has findings")
            rows = tuple(
                RowVerdict(table=t.name, row=r.id, verdict="specification")
                for t in self.unit.tables
                for r in t.rows
            )
            return Legs(
                unit=self.unit.name, verdict="specification", cancels=False, encoder=nothing,
                decoder=nothing, loop=nothing, text_same=same, rows=rows,
                findings=self.source.findings,
            )  # fmt: skip
        design, encoder = self._encoder(hdl)
        other, unreadable = self._read(decoded)
        decoder = self._decoder(design, other, unreadable, encoder)
        if (encoder.verdict, decoder.verdict) == ("same", "same"):
            # Both say what the HDL does, so both say the same.
            loop = Leg(verdict="same")
        else:
            loop = unreadable or self._loop(other)
        edges = _Edges(encoder=encoder, decoder=decoder, loop=loop, held=design is not None)
        verdict = edges.verdict(encoder.verdict, decoder.verdict)
        if verdict == "clean" and self.source.undecided:
            verdict = "unknown"
        table1, reason = self._exact(design) if exact else ("", "")
        return Legs(
            unit=self.unit.name, verdict=verdict,
            cancels=verdict == "both" and loop.verdict == "same",
            encoder=encoder, decoder=decoder, loop=loop, text_same=same,
            rows=tuple(edges.rows(self.places)), table1=table1, table1_sentence=reason,
        )  # fmt: skip

    def _encoder(self, hdl: Hdl | None) -> tuple[Design | None, Leg]:
        begin = time.perf_counter()
        if hdl is None:
            return None, Leg(verdict="none", sentence="there is no HDL")
        try:
            design = load_hdl(self.unit, hdl, self.elaborator, self.library)
        except Refused as error:
            text = plain(f"the HDL is refused ({error.rule}): {error}")
            return None, Leg(
                verdict="different", sentence=text, seconds=time.perf_counter() - begin
            )
        if self.unit.kind == "structure":
            cells = compare_structure(self.unit, design, self.options).cells
            self.places = list(
                dict.fromkeys((c.table, c.row) for c in cells if c.row not in _PSEUDO)
            )
            return design, _leg(cells, begin)
        return design, _leg(encoder_cells(self.unit, design, self.options), begin)

    def _read(self, decoded: str | None) -> tuple[Unit | None, Leg | None]:
        if decoded is None:
            return None, Leg(verdict="none", sentence="there is no decoded table")
        begin = time.perf_counter()
        try:
            found = read_decoded(
                decoded, self.unit, self.library, self.source.values, self.options.limit
            )
        except Unreadable as error:
            seconds = time.perf_counter() - begin
            return None, Leg(verdict="different", sentence=str(error), seconds=seconds)
        return found, None

    def _loop(self, other: Unit | None) -> Leg:
        assert other is not None
        begin = time.perf_counter()
        if self.unit.kind == "structure":
            return _leg(
                loop_cells(self.unit, other, self.library, self.elaborator, self.options), begin
            )
        return _leg(compare_units(self.unit, other, self.options).cells, begin)

    def _decoder(
        self, design: Design | None, other: Unit | None, unreadable: Leg | None, encoder: Leg
    ) -> Leg:
        if design is None:
            return Leg(verdict="none", sentence="there is no HDL that it could be held against")
        if unreadable is not None:
            return unreadable
        assert other is not None
        begin = time.perf_counter()
        if self.unit.kind == "structure":
            cells = encoder.cells
            if not same_shape(self.unit, other):
                cells = compare_structure(other, design, self.options).cells
            turned = (replace(c, expected=c.actual, actual=c.expected) for c in cells)
            return _leg(turned, begin)
        encoded = encoder.verdict == "same"
        found = held_cells(self.unit, design, other, self.options, encoded=encoded)
        return _leg(found, begin)

    def _exact(self, design: Design | None) -> tuple[str, str]:
        if design is None:
            return "", "there is no HDL to decode"
        if self.unit.kind == "structure":
            return "", "instances have no exact decoder: the legs rest on the HDL itself"
        try:
            return decode(design, self.unit, self.unit, limit=self.options.limit).text, ""
        except Undecodable as error:
            return "", f"{plain(str(error))}: the legs rest on the HDL itself"


def _leg(cells: Iterable[Cell], begin: float) -> Leg:
    """A leg of cells: what is the same is left out."""
    kept = tuple(c for c in cells if c.verdict in ("different", "unknown"))
    wrong = [c for c in kept if c.verdict == "different"]
    first = next((c.sentence for c in [*wrong, *kept] if c.sentence), "")
    verdict: LegVerdict = "different" if wrong else "unknown" if kept else "same"
    seconds = time.perf_counter() - begin
    return Leg(verdict=verdict, cells=kept, sentence=first, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class _Edges:
    """The three legs, and whether there is HDL that T' can be held against."""

    encoder: Leg
    decoder: Leg
    loop: Leg
    held: bool

    def verdict(self, encoder: str, decoder: str) -> Verdict:
        """Who is to blame, where both legs are in these states."""
        # A decoder that was given nothing to read did nothing wrong.
        blamed = decoder == "different" or (decoder == "none" and self.held)
        if "unknown" in (encoder, decoder):
            return "unknown"
        if encoder in ("different", "none"):
            return "both" if blamed else "encoder"
        return "decoder" if blamed else "clean"

    def rows(self, places: list[tuple[str, str]]) -> Iterator[RowVerdict]:
        """Each row of T, then other places that cells name."""
        wrong, misread, looped = (
            by_place(leg.cells) for leg in (self.encoder, self.decoder, self.loop)
        )
        more = [p for p in [*wrong, *misread] if p not in places]
        more.sort(key=lambda p: _PSEUDO.index(p[1]) if p[1] in _PSEUDO else -1)
        for place in dict.fromkeys([*places, *more]):
            encoder, decoder = wrong.get(place, ()), misread.get(place, ())
            states = _state(self.encoder, encoder), _state(self.decoder, decoder)
            verdict = self.verdict(*states)
            agree = self.loop.verdict == "same" or (bool(self.loop.cells) and place not in looped)
            yield RowVerdict(
                table=place[0], row=place[1], verdict=verdict,
                cancels=verdict == "both" and agree, encoder=encoder, decoder=decoder,
            )  # fmt: skip


def _state(leg: Leg, cells: tuple[Cell, ...]) -> str:
    """The state of one row in a leg."""
    if not leg.cells:
        return leg.verdict
    if any(c.verdict == "different" for c in cells):
        return "different"
    return "unknown" if cells else "same"
