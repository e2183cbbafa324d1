"""Round trips in numbers: pass@1, rounds to clean, tokens, cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import comb
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from spikewright.tools.llm.result import Trip

__all__ = ["VERDICTS", "Numbers", "Verdict", "pass_at"]

Verdict: TypeAlias = Literal[
    "clean", "decoder", "encoder", "both", "specification", "unknown", "none"
]

VERDICTS: tuple[Verdict, ...] = (
    "clean",
    "decoder",
    "encoder",
    "both",
    "specification",
    "unknown",
    "none",
)
"""Who is at fault, the best first; `none` where there was no answer to judge."""


def pass_at(k: int, samples: int, passed: int) -> float:
    """The unbiased estimate of pass@k: 1 - C(n-c, k) / C(n, k).

    From Chen et al., "Evaluating Large Language Models Trained on Code", arXiv:2107.03374 (2021),
    equation 1: the chance that one of k samples passes, when c of n have. For k = 1 it is c / n.

    Parameters
    ----------
    k, samples, passed : int
        1 <= k <= samples, 0 <= passed <= samples.
    """
    if not 1 <= k <= samples or not 0 <= passed <= samples:
        raise ValueError(
            f"pass@k must have 1 <= k <= samples and 0 <= passed <= samples, "
            f"not k = {k}, {samples} samples, {passed} passed."
        )
    return 1.0 - comb(samples - passed, k) / comb(samples, k)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """One model, or all, in numbers.

    Attributes
    ----------
    trips, failed : int
        All, and those that a server failed before it said anything about the model.
    pass_at_1 : float or None
        Chance that the first HDL is proven equal to its table: the mean over units of `pass_at`
        over samples. None without any trip that counts.
    clean_at_1 : float or None
        The same for a first round whose verdict is clean: there and back.
    clean_after : tuple of int
        Trips whose HDL was first proven in round 1, 2, ...
    never : int
        Trips that count, without a proven HDL.
    verdicts, first : mapping of str to int
        Trips by the verdict of their last and of their first round.
    rows : mapping of str to int
        Rows of tables by verdict, of first rounds.
    cancelled : int
        First rounds whose tables agree although the HDL between them agrees with neither.
    decoded, decoder_faults : int
        Rounds whose HDL the model was asked to read back, and those in which it did so wrongly.
    tokens_in, tokens_out : int
    cost : float or None
        None where any price is not known.
    seconds : float
    """

    trips: int
    failed: int
    pass_at_1: float | None
    clean_at_1: float | None
    clean_after: tuple[int, ...]
    never: int
    verdicts: Mapping[str, int]
    first: Mapping[str, int]
    rows: Mapping[str, int]
    cancelled: int
    decoded: int
    decoder_faults: int
    tokens_in: int
    tokens_out: int
    cost: float | None
    seconds: float

    @property
    def rounds_to_clean(self) -> float | None:
        """Mean number of the round whose HDL was first proven; None where none was."""
        done = sum(self.clean_after)
        total = sum(n * c for n, c in enumerate(self.clean_after, 1))
        return total / done if done else None

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        return {**asdict(self), "rounds_to_clean": self.rounds_to_clean}

    @classmethod
    def of(cls, trips: Iterable[Trip]) -> Numbers:
        """Count trips."""
        every = list(trips)
        counted = [t for t in every if t.counts]
        reached = Counter(t.rounds_to_clean for t in counted)
        never = reached.pop(None, 0)
        rounds = [r for t in every for r in t.rounds]
        firsts = [t.rounds[0].legs for t in every if t.rounds]
        legs = [found for found in firsts if found is not None]
        decoded = [r.legs for r in rounds if r.asked_back and r.legs is not None]
        costs = [t.cost for t in every if t.rounds or t.tokens_in]
        return cls(
            trips=len(every),
            failed=len(every) - len(counted),
            pass_at_1=_mean(counted, {id(t) for t in counted if t.rounds_to_clean == 1}),
            clean_at_1=_mean(counted, {id(t) for t in counted if t.first == "clean"}),
            clean_after=tuple(
                reached[n] for n in range(1, max(filter(None, reached), default=0) + 1)
            ),
            never=never,
            verdicts=_ordered(t.verdict for t in every),
            first=_ordered(t.first for t in every),
            rows=_ordered(row.verdict for found in legs for row in found.rows),
            cancelled=sum(found.cancels for found in legs),
            decoded=len(decoded),
            decoder_faults=sum(found.decoder.verdict in ("different", "none") for found in decoded),
            tokens_in=sum(t.tokens_in for t in every),
            tokens_out=sum(t.tokens_out for t in every),
            cost=None if None in costs else sum(c for c in costs if c is not None),
            seconds=sum(t.seconds for t in every),
        )


def _mean(trips: Sequence[Trip], passed: set[int]) -> float | None:
    """Mean over units and targets of pass@1 over samples."""
    groups: dict[tuple[str, str, str], list[bool]] = {}
    for trip in trips:
        groups.setdefault((trip.unit, trip.model, trip.target), []).append(id(trip) in passed)
    if not groups:
        return None
    return fmean(pass_at(1, len(found), sum(found)) for found in groups.values())


def _ordered(verdicts: Iterable[str]) -> dict[str, int]:
    counts = Counter(verdicts)
    return {v: counts[v] for v in VERDICTS if counts[v]}
