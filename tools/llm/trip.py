"""One round trip: table to HDL with a model, back with a model, judged; repaired where wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spikewright.lct.front.source import STOPS
from spikewright.lct.legs import Hdl, Leg, Legs
from spikewright.lct.legs.hdl import Language
from spikewright.tools.llm.client import ModelFailure, Reply, Request
from spikewright.tools.llm.decode import DecodedByModel, decode
from spikewright.tools.llm.encode import Encoded, encode, repair
from spikewright.tools.llm.feedback import counterexamples
from spikewright.tools.llm.judging import Judges, Lost, Refusal
from spikewright.tools.llm.result import SILENT, Round, Trip

__all__ = ["STOPPED", "Traveller"]

STOPPED = tuple(STOPS)
"""Rules of the front end whose breach the confinement has stopped, or would have had to."""


# Python says where it is installed, which is nobody's business outside.
_FOLDERS = re.compile(r"(?<![\w.])(/[\w.+-]+)+/(?=[\w.+-])")


@dataclass(frozen=True, kw_only=True)
class Traveller:
    """What all round trips of a run have in common.

    Attributes
    ----------
    ask : callable
        Answers a request, or raises `ModelFailure`.
    judges : Judges
    target : str
        ``verilog`` or ``amaranth``.
    rounds : int
        Repairs that are allowed.
    decoder : str
        The model that decodes; the one that encoded where empty.
    prompts : Path or None
        Prompts of the user's own.
    """

    ask: Callable[[Request], Reply]
    judges: Judges
    target: Language = "verilog"
    rounds: int = 2
    decoder: str = ""
    prompts: Path | None = None

    def travel(self, unit: str, model: str, sample: int) -> tuple[Trip, ModelFailure | None]:
        """Go there and back.

        Returns
        -------
        tuple
            The trip, and the failure that ended it before its time, if one did.
        """
        journey = _Journey(self, unit, model, sample)
        failure = None
        try:
            journey.go()
        except ModelFailure as error:
            failure = error
        return journey.trip(failure), failure


@dataclass
class _Meter:
    """Counts what answers cost, while they are asked for."""

    ask: Callable[[Request], Reply]
    replies: list[Reply] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        reply = self.ask(request)
        self.replies.append(reply)
        return reply


class _Journey:
    """A trip under way."""

    def __init__(self, common: Traveller, unit: str, model: str, sample: int) -> None:
        self.common, self.name, self.model, self.sample = common, unit, model, sample
        self.judges, self.library = common.judges, common.judges.library
        self.unit = self.library.unit(unit)
        self.decoder = common.decoder or model
        self.meter = _Meter(common.ask)
        self.rounds: list[Round] = []
        self.stopped: list[str] = []
        self.judging = 0.0
        self._counted = 0

    def go(self) -> None:
        """Do everything; what is done when a failure comes is in `rounds`."""
        legs = self._judge(None, None)
        if legs.verdict == "specification":
            # The table itself is at fault: nobody is asked to write HDL from it.
            sentence = str(legs.findings[0]["message"]) if legs.findings else ""
            self.rounds.append(Round(hdl=None, legs=legs, sentence=sentence))
            return
        common = self.common
        feedback: tuple[str, ...] = ()
        encoded = encode(self.meter, self.unit, target=common.target, **self._asked(self.model))
        while True:
            self._round(encoded, feedback)
            feedback = self._feedback(self.rounds[-1])
            if not feedback or len(self.rounds) > common.rounds:
                return
            said: dict[str, Any] = {"history": encoded.history, "rows": feedback}
            encoded = repair(
                self.meter, self.unit, target=common.target, **self._asked(self.model), **said
            )

    def _asked(self, model: str) -> dict[str, Any]:
        return {"model": model, "sample": self.sample, "prompts": self.common.prompts}

    def trip(self, failure: ModelFailure | None) -> Trip:
        """What came of it."""
        replies = self.meter.replies
        costs = [r.cost for r in replies]
        judged = [r for r in self.rounds if r.legs is not None]
        last = self.rounds[-1].sentence if self.rounds else ""
        return Trip(
            unit=self.name,
            model=self.model,
            sample=self.sample,
            target=self.common.target,
            rounds=tuple(self.rounds),
            verdict=judged[-1].verdict if judged else "none",
            decoder=self.decoder,
            stopped=tuple(dict.fromkeys(self.stopped)),
            sentence=str(failure) if failure is not None else last,
            failure=failure.kind if failure is not None else "",
            tokens_in=sum(r.tokens_in for r in replies),
            tokens_out=sum(r.tokens_out for r in replies),
            cost=None if None in costs else sum(c for c in costs if c is not None),
            seconds=sum(r.seconds for r in replies) + self.judging,
            simulated=any(r.simulated for r in replies),
        )

    # ---- rounds

    def _round(self, encoded: Encoded, feedback: tuple[str, ...]) -> None:
        """Judge one answer of the encoder, and let the model read it back if it is HDL at all."""
        hdl, sentence = encoded.hdl, encoded.sentence
        begun = Round(hdl=hdl, sentence=sentence, feedback=feedback)
        # In the list before anything else can fail: what was answered is kept.
        self.rounds.append(replace(begun, keys=self._keys()))
        refusal = self._screen(hdl) if hdl is not None else None
        if hdl is None or refusal is not None:
            said = refusal.sentence if refusal is not None else sentence
            self.rounds[-1] = replace(self.rounds[-1], sentence=said, legs=self._judge(hdl, None))
            return
        found = self._decode(hdl)
        legs = self._judge(hdl, found.text or None)
        self.rounds[-1] = replace(
            self.rounds[-1],
            table=found.text,
            legs=legs,
            sentence=found.sentence or _undecided(legs),
            keys=(*self.rounds[-1].keys, *self._keys()),
            asked_back=True,
        )

    def _decode(self, hdl: Hdl) -> DecodedByModel:
        """Let the model read; an answer with nothing in it is one without a table."""
        try:
            return decode(
                self.meter, self.unit, hdl, library=self.library, **self._asked(self.decoder)
            )
        except ModelFailure as failure:
            if failure.fatal or failure.kind not in SILENT:
                raise
            return DecodedByModel(text="", malformed=str(failure))

    def _feedback(self, last: Round) -> tuple[str, ...]:
        """What the model is told; nothing where there is nothing that it could mend."""
        legs = last.legs
        if legs is None or legs.encoder.verdict in ("same", "unknown"):
            return ()
        if not legs.encoder.cells:
            return (_FOLDERS.sub("", last.sentence or legs.encoder.sentence),)
        return counterexamples(self.unit, legs.encoder)

    def _keys(self) -> tuple[str, ...]:
        """Of the answers since the last call."""
        keys = tuple(r.key for r in self.meter.replies[self._counted :])
        self._counted = len(self.meter.replies)
        return keys

    # ---- judging

    def _screen(self, hdl: Hdl) -> Refusal | None:
        begin = time.perf_counter()
        try:
            refusal = self.judges.screen(self.name, hdl)
        except Lost as lost:
            # A front end that dies over HDL has not taken it.
            refusal = Refusal("memory", f"{self.name}: {lost}")
        self.judging += time.perf_counter() - begin
        if refusal is not None and refusal.rule in STOPPED:
            self.stopped.append(refusal.sentence)
        return refusal

    def _judge(self, hdl: Hdl | None, decoded: str | None) -> Legs:
        begin = time.perf_counter()
        try:
            return self.judges.judge(self.name, hdl, decoded)
        except Lost as lost:
            return _unknown(self.name, str(lost))
        finally:
            self.judging += time.perf_counter() - begin


def _unknown(unit: str, sentence: str) -> Legs:
    """Legs of which nothing is known: never a pass."""
    leg = Leg(verdict="unknown", sentence=sentence)
    return Legs(
        unit=unit, verdict="unknown", cancels=False, encoder=leg, decoder=leg, loop=leg,
        text_same=False,
    )  # fmt: skip


def _undecided(legs: Legs) -> str:
    """Why a verdict is unknown; empty where it is not."""
    if legs.verdict != "unknown":
        return ""
    return next((x.sentence for x in (legs.encoder, legs.decoder) if x.verdict == "unknown"), "")
