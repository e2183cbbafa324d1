"""Verdicts: one question for everything in the usual case, then one for each claim that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.result import Options
from spikewright.lct.compare.scene import Claim
from spikewright.lct.solver import Answer, Solver

__all__ = ["Judge", "Judgement"]

Judgement: TypeAlias = Literal["holds", "fails", "unknown", "disputed"]
"""``disputed``: two solvers do not agree."""

_JUDGEMENTS: dict[Answer, Judgement] = {"unsat": "holds", "sat": "fails", "unknown": "unknown"}


class Judge:
    """One solver with the facts of a scene."""

    def __init__(self, builder: Builder, facts: Sequence[Term], options: Options) -> None:
        self.builder, self.facts, self.options = builder, list(facts), options
        self.solver = Solver(builder, options.limit)
        for fact in self.facts:
            self.solver.add(fact)

    def consistent(self) -> Answer:
        """Whether the facts allow anything at all: without this, every claim would hold."""
        return self.solver.ask()

    def judge(self, claims: Sequence[Claim]) -> dict[Claim, Judgement]:
        """Whether each claim holds wherever the facts do.

        A model that refutes one claim mostly refutes others, so each is asked for all that are
        left at once.
        """
        left, found = list(claims), dict[Claim, Judgement]()
        while left:
            answer = self.solver.ask(self.builder.any(c.wrong for c in left))
            if answer == "unsat":
                return found | dict.fromkeys(left, "holds")
            if answer == "unknown":
                return found | {c: self._single(c) for c in left}
            refuted = {c: c for c in left if self.solver.holds(c.wrong)}
            found |= dict.fromkeys(refuted, "fails")
            left = [c for c in left if c not in refuted]
        return found

    def _single(self, claim: Claim) -> Judgement:
        answer = self.solver.ask(claim.wrong)
        return _JUDGEMENTS[answer]
