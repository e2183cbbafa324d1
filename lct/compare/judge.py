"""Verdicts: one question for everything in the usual case, then one for each claim that is open."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias, TypeVar

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.result import Options
from spikewright.lct.compare.second import ask_z3
from spikewright.lct.solver import Answer, Solver

__all__ = ["Claimed", "Judge", "Judgement"]

Judgement: TypeAlias = Literal["holds", "fails", "unknown", "unconfirmed", "disputed"]
"""``unconfirmed``: a second solver was wanted and has no answer; ``disputed``: it has another."""

_JUDGEMENTS: dict[Answer, Judgement] = {"unsat": "holds", "sat": "fails", "unknown": "unknown"}


class Claimed(Protocol):
    """Something to prove: that `wrong` cannot be."""

    @property
    def wrong(self) -> Term:
        """When it does not hold."""


_C = TypeVar("_C", bound=Claimed)


class Judge:
    """One solver with facts, and what a counterexample gives values to."""

    def __init__(
        self, builder: Builder, facts: list[Term], unknowns: list[Term], options: Options
    ) -> None:
        self.builder, self.facts, self.options = builder, facts, options
        self.unknowns = unknowns
        self.until = time.perf_counter() + options.total
        self.solver = Solver(builder, options.limit)
        for fact in self.facts:
            self.solver.add(fact)

    def consistent(self) -> Answer:
        """Whether the facts allow anything at all: without this, every claim would hold."""
        answer = self.solver.ask()
        return ask_z3(self.facts, self.options.limit) if answer == "unknown" else answer

    def judge(self, claims: Sequence[_C]) -> dict[_C, Judgement]:
        """Whether each claim holds wherever the facts do.

        A model that refutes one claim mostly refutes others, so what is left is asked at once.
        """
        left, found = list(claims), dict[_C, Judgement]()
        while left:
            answer = self.solver.ask(self.builder.any(c.wrong for c in left))
            if answer == "unknown":
                found |= {c: self._single(c) for c in left}
                break
            if answer == "unsat":
                found |= dict.fromkeys(left, "holds")
                break
            refuted = {c for c in left if self.solver.holds(c.wrong)}
            found |= dict.fromkeys(refuted, "fails")
            left = [c for c in left if c not in refuted]
        if self.options.cross_check:
            self._confirm(found)
        return {c: found[c] for c in claims}

    def counterexample(self, claim: Claimed) -> bool:
        """Make the solver's values those of a counterexample to a claim that fails."""
        answer = self.solver.ask(claim.wrong)
        if answer == "unknown":
            # The second solver's values, put in, leave nothing to search for.
            values: dict[str, int] = {}
            terms = {t.symbol(): t for t in self.unknowns}
            ask_z3([*self.facts, claim.wrong], self.options.limit, values)
            same = self.builder.equal
            here = [
                same(t, self.builder.number(values[n], t.sort().bv_size()))
                for n, t in terms.items()
                if n in values
            ]
            answer = self.solver.ask(claim.wrong, *here)
        return answer == "sat"

    def _second(self, *terms: Term) -> Answer:
        return ask_z3([*self.facts, *terms], self.options.limit)

    def _single(self, claim: Claimed) -> Judgement:
        if time.perf_counter() > self.until:
            return "unknown"
        answer = self.solver.ask(claim.wrong)
        return _JUDGEMENTS[answer if answer != "unknown" else self._second(claim.wrong)]

    def _confirm(self, found: dict[_C, Judgement]) -> None:
        """Ask the second solver about every verdict, those that hold at once."""
        holds = [c for c, j in found.items() if j == "holds"]
        if holds and self._second(self.builder.any(c.wrong for c in holds)) == "unsat":
            holds = []
        doubtful = [*holds, *(c for c, j in found.items() if j == "fails")]
        for claim in doubtful:
            second = _JUDGEMENTS[self._second(claim.wrong)]
            if second == "unknown":
                found[claim] = "unconfirmed"
            elif second != found[claim]:
                found[claim] = "disputed"
