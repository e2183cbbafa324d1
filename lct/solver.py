"""Questions to the SMT solver, each with a time limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TypeAlias

from bitwuzla import Bitwuzla, Option, Options, Result

from spikewright.lct.terms import Builder, Term, Terms
from spikewright.lct.values import show

__all__ = ["LIMIT", "Answer", "Builder", "Solver", "Term", "Terms", "minimal", "show"]

LIMIT = 20.0
"""Seconds for one question; after that the answer is ``unknown``, which never counts as a pass."""

Answer: TypeAlias = Literal["sat", "unsat", "unknown"]


class Solver:
    """Facts that hold, and questions whether something is possible beside them.

    Parameters
    ----------
    builder : Builder
        Where the terms come from; a new one by default.
    limit : float
        Seconds for one question.
    cores : bool
        Whether `core` will be asked for: without it the solver may simplify more.
    """

    def __init__(
        self, builder: Builder | None = None, limit: float = LIMIT, *, cores: bool = False
    ) -> None:
        self.builder = builder or Builder()
        options = Options()
        options.set(Option.PRODUCE_MODELS, True)
        options.set(Option.PRODUCE_UNSAT_ASSUMPTIONS, cores)
        options.set(Option.TIME_LIMIT_PER, max(1, round(limit * 1000)))
        self._solver = Bitwuzla(self.builder.manager, options)
        self.questions = 0

    def add(self, term: Term) -> None:
        """Let `term` hold from now on."""
        self._solver.assert_formula(term)

    def ask(self, *terms: Term) -> Answer:
        """Whether all of `terms` can hold at once."""
        self.questions += 1
        result = self._solver.check_sat(*terms)
        if result == Result.SAT:
            return "sat"
        return "unsat" if result == Result.UNSAT else "unknown"

    def core(self) -> list[Term]:
        """Those of the terms last asked about that already exclude each other."""
        return list(self._solver.get_unsat_assumptions())

    def value(self, term: Term) -> int:
        """The packed value of a bit vector where the last answer was ``sat``."""
        return int(self._solver.get_value(term).value(10))

    def holds(self, term: Term) -> bool:
        """The value of a truth value where the last answer was ``sat``."""
        return bool(self._solver.get_value(term).value())

    @contextmanager
    def scratch(self) -> Iterator[None]:
        """Facts added inside are forgotten at the end."""
        self._solver.push(1)
        try:
            yield
        finally:
            self._solver.pop(1)


def minimal(solver: Solver, fixed: Sequence[Term], terms: Sequence[Term]) -> list[int]:
    """Positions of a smallest part of `terms` that still excludes `fixed`: none can be left out.

    Terms are tried from the first to the last, so what stands first is dropped first. A question
    without an answer keeps its term.
    """
    kept = list(range(len(terms)))
    for i in range(len(terms)):
        rest = [k for k in kept if k != i]
        if solver.ask(*fixed, *(terms[k] for k in rest)) == "unsat":
            kept = rest
    return kept
