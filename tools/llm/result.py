"""What round trips found: one trip a unit, model and sample, and all of them as a matrix.

Each trip keeps its rounds, the first answer and then each repair. What is said of a model's first
answer (`Trip.first`, pass@1) and what is said of its last (`Trip.verdict`) are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from spikewright.lct.legs import Hdl, Legs
from spikewright.tools.errors import EXIT_FAULT, EXIT_UNABLE
from spikewright.tools.llm.figures import VERDICTS, Numbers, Verdict

__all__ = ["FAULTS", "SILENT", "VERDICTS", "Matrix", "Round", "Trip", "Verdict"]

FAULTS = ("decoder", "encoder", "both", "specification")
"""The verdicts that name a fault."""

SILENT = frozenset({"empty", "huge"})
"""Failures that are the model's own; all others are its server's or lie on the way to it."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One answer of the encoder, and what was made of it.

    Attributes
    ----------
    hdl : Hdl or None
        None where the answer had none.
    table : str
        What the model decoded from the HDL; empty where it was not asked or had no table.
    legs : Legs or None
        None where nothing could be judged.
    sentence : str
        What went wrong before there was anything to judge; empty where nothing did.
    keys : tuple of str
        Of the recorded exchanges, in order.
    feedback : tuple of str
        Counterexample rows or a refusal, as the model was told them before this round.
    asked_back : bool
        Whether the model was asked to read its HDL back as a table.
    """

    hdl: Hdl | None
    table: str = ""
    legs: Legs | None = None
    sentence: str = ""
    keys: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    asked_back: bool = False

    @property
    def verdict(self) -> Verdict:
        """Of this round alone."""
        return self.legs.verdict if self.legs is not None else "none"

    @property
    def proven(self) -> bool:
        """Whether the HDL is proven equal to its table."""
        return self.legs is not None and self.legs.encoder.verdict == "same"

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        return {
            "hdl": asdict(self.hdl) if self.hdl is not None else None,
            "table": self.table,
            "legs": self.legs.to_json() if self.legs is not None else None,
            "sentence": self.sentence,
            "keys": list(self.keys),
            "feedback": list(self.feedback),
            "asked_back": self.asked_back,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Round:
        """The round of such a dict."""
        hdl, legs = value["hdl"], value["legs"]
        return cls(
            hdl=Hdl(**hdl) if hdl is not None else None,
            table=value["table"],
            legs=Legs.from_json(legs) if legs is not None else None,
            sentence=value["sentence"],
            keys=tuple(value["keys"]),
            feedback=tuple(value["feedback"]),
            asked_back=value["asked_back"],
        )


@dataclass(frozen=True, kw_only=True)
class Trip:
    """A unit there and back with one model, once.

    Attributes
    ----------
    unit, model : str
    sample : int
        From 0.
    target : str
        ``verilog`` or ``amaranth``.
    rounds : tuple of Round
        The first answer and each repair; empty where none came back.
    verdict : str
        Of the last round; ``none`` where there was no answer.
    decoder : str
        The model that decoded.
    accepted : str
        The file in which the HDL landed; empty where none did.
    stopped : tuple of str
        What the sandbox stopped, a sentence each.
    sentence : str
        Why there is no verdict, or why nothing was accepted; empty otherwise.
    failure : str
        The kind of `ModelFailure` that ended the trip; empty where none did.
    tokens_in, tokens_out : int
    cost : float or None
        None where a price is not known.
    seconds : float
        Of asking and judging.
    simulated : bool
        Whether any answer came from the simulated model.
    """

    unit: str
    model: str
    sample: int
    target: str
    rounds: tuple[Round, ...]
    verdict: Verdict
    decoder: str = ""
    accepted: str = ""
    stopped: tuple[str, ...] = ()
    sentence: str = ""
    failure: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    seconds: float = 0.0
    simulated: bool = False

    @property
    def first(self) -> Verdict:
        """The verdict of the first answer, before any repair."""
        return self.rounds[0].verdict if self.rounds else self.verdict

    @property
    def counts(self) -> bool:
        """Whether the trip says something about the model: its server did not fail first."""
        judged = any(r.legs is not None for r in self.rounds)
        return judged or not self.failure or self.failure in SILENT

    @property
    def rounds_to_clean(self) -> int | None:
        """The number of the first round, from 1, whose HDL is proven; None where none is."""
        return next((n for n, r in enumerate(self.rounds, 1) if r.proven), None)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        plain = {n: v for n, v in vars(self).items() if n not in ("rounds", "stopped")}
        return {
            **plain,
            "first": self.first,
            "rounds_to_clean": self.rounds_to_clean,
            "stopped": list(self.stopped),
            "rounds": [r.to_json() for r in self.rounds],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Trip:
        """The trip of such a dict."""
        fields = {n: v for n, v in value.items() if n not in ("first", "rounds_to_clean")}
        fields["rounds"] = tuple(map(Round.from_json, value["rounds"]))
        fields["stopped"] = tuple(value["stopped"])
        return cls(**fields)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Units x models, and how they came about.

    Attributes
    ----------
    trips : tuple of Trip
    units, models, targets : tuple of str
        As asked for, in order.
    samples : int
    rounds : int
        Repairs that were allowed.
    settings : mapping
        As shown: never a key.
    account : mapping
        What this run itself asked and paid; what records already held is not in it.
    sandbox : tuple of str
        Layers of confinement that were active.
    incomplete : str
        Why trips are missing; empty where none are.
    """

    trips: tuple[Trip, ...]
    units: tuple[str, ...]
    models: tuple[str, ...]
    targets: tuple[str, ...] = ("verilog",)
    samples: int = 1
    rounds: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    account: Mapping[str, Any] = field(default_factory=dict)
    sandbox: tuple[str, ...] = ()
    incomplete: str = ""

    @property
    def simulated(self) -> bool:
        """Whether any of it came from the simulated model."""
        return any(t.simulated for t in self.trips)

    @property
    def planned(self) -> int:
        """Trips that were asked for."""
        return len(self.units) * len(self.models) * len(self.targets) * self.samples

    @property
    def numbers(self) -> Numbers:
        """All trips in numbers."""
        return Numbers.of(self.trips)

    def model(self, name: str) -> Numbers:
        """One model in numbers."""
        return Numbers.of(t for t in self.trips if t.model == name)

    def cell(self, unit: str, model: str) -> tuple[Trip, ...]:
        """The trips of a unit with a model, by target and sample."""
        found = [t for t in self.trips if (t.unit, t.model) == (unit, model)]
        return tuple(sorted(found, key=lambda t: (self.targets.index(t.target), t.sample)))

    @property
    def exit_status(self) -> int:
        """0 all clean, 1 a fault was found, 2 something is missing or not known."""
        verdicts = {t.verdict for t in self.trips}
        if self.incomplete or not verdicts:
            return EXIT_UNABLE
        if verdicts & set(FAULTS):
            return EXIT_FAULT
        return EXIT_UNABLE if verdicts != {"clean"} else 0

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        plain = {n: v for n, v in vars(self).items() if n != "trips"}
        return {
            **plain,
            "simulated": self.simulated,
            "planned": self.planned,
            "numbers": {m: self.model(m).to_json() for m in self.models},
            "trips": [t.to_json() for t in self.trips],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Matrix:
        """The matrix of such a dict."""
        fields = {n: v for n, v in value.items() if n not in ("simulated", "planned", "numbers")}
        for name in ("units", "models", "targets", "sandbox"):
            fields[name] = tuple(value[name])
        fields["trips"] = tuple(map(Trip.from_json, value["trips"]))
        return cls(**fields)
