"""What a run has spent, and the stop at its budget."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from spikewright.tools.llm.failure import ModelFailure

__all__ = ["Account", "Charge", "estimate_tokens"]

# What is assumed of an answer before any has come, where nothing limits its length.
FIRST_GUESS = 2000


def estimate_tokens(size: int) -> int:
    """Return about how many tokens a text of so many bytes has: HDL and tables have 3 a token."""
    return -(-size // 3)


@dataclass
class Charge:
    """What one question costs, in tokens and money."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        """Both directions together."""
        return self.tokens_in + self.tokens_out


class Account:
    """Tokens, money and attempts of one command, counted over all its threads.

    Answers from the records cost nothing and are counted apart.

    Parameters
    ----------
    budget : float, optional
        Money that may be spent.
    token_budget : int, optional
        Tokens that may be spent.

    Attributes
    ----------
    requests : int
        Questions that were answered by a server.
    retries : int
        Attempts beyond the first of each question.
    replayed : int
        Questions that were answered from the records.
    lost : int
        Attempts that were cut or timed out, so that nobody knows what they cost.
    estimated : int
        Answers whose tokens the server did not count.
    tokens_in, tokens_out : int
        Of what was answered now.
    cost : float
        Of what was answered now, as far as models have a price.
    unpriced : int
        Answers of models without a price.
    longest : int
        Tokens of the longest answer.
    """

    def __init__(self, budget: float | None = None, token_budget: int | None = None) -> None:
        self.budget, self.token_budget = budget, token_budget
        self.requests = self.retries = self.replayed = self.lost = self.estimated = 0
        self.tokens_in = self.tokens_out = self.unpriced = self.longest = 0
        self.cost = 0.0
        self._reserved: list[Charge] = []
        self._lost: list[Charge] = []
        self._changed = threading.Condition()

    @contextmanager
    def reserve(self, guess: Charge) -> Iterator[None]:
        """Keep a question's likely cost aside while it is asked.

        Where the budget would be exceeded only because of other questions in flight, this waits for
        them: they are likely to cost less than was kept for them.

        Raises
        ------
        ModelFailure
            The question would exceed the budget.
        """
        with self._changed:
            while self._reserved and self._over([guess, *self._reserved]):
                if self._over([guess]):
                    break
                self._changed.wait()
            if over := self._over([guess]):
                raise ModelFailure("budget", over)
            self._reserved.append(guess)
        try:
            yield
        finally:
            with self._changed:
                self._reserved.remove(guess)
                self._changed.notify_all()

    def check(self, guess: Charge) -> None:
        """Raise a `ModelFailure` if one more attempt would exceed the budget."""
        with self._changed:
            if over := self._over([guess]):
                raise ModelFailure("budget", over)

    def _over(self, coming: list[Charge]) -> str:
        """Say which budget more questions would exceed."""
        tokens = sum(charge.tokens for charge in coming)
        # What was cut may have been paid for: a budget believes so.
        spent = self.tokens_in + self.tokens_out + sum(charge.tokens for charge in self._lost)
        if self.token_budget is not None and spent + tokens > self.token_budget:
            return (
                f"The budget of {self.token_budget:,} tokens is reached: {spent:,} are spent, "
                f"and the next question needs about {tokens:,}."
            )
        cost = sum(charge.cost for charge in coming)
        paid = self.cost + sum(charge.cost for charge in self._lost)
        # Sums of prices are not exact: a budget of 0.3 must let three questions of 0.1 through.
        if self.budget is not None and paid + cost > self.budget * (1 + 1e-9):
            return (
                f"The budget of {self.budget:g} is reached: {paid:.4f} are spent, "
                f"and the next question costs about {cost:.4f}."
            )
        return ""

    def answered(self, charge: Charge, *, priced: bool, estimated: bool) -> None:
        """Count an answer that a server gave."""
        with self._changed:
            self.requests += 1
            self.tokens_in += charge.tokens_in
            self.tokens_out += charge.tokens_out
            self.cost += charge.cost
            self.unpriced += not priced
            self.estimated += estimated
            self.longest = max(self.longest, charge.tokens_out)

    def count(self, *, retries: int = 0, replayed: int = 0) -> None:
        """Count attempts beyond the first, and answers from the records."""
        with self._changed:
            self.retries += retries
            self.replayed += replayed

    def cut(self, guess: Charge) -> None:
        """Count an attempt whose answer never arrived whole."""
        with self._changed:
            self.lost += 1
            self._lost.append(guess)

    @property
    def likely_answer(self) -> int:
        """Tokens to expect of an answer whose length nothing limits."""
        return self.longest or FIRST_GUESS

    def to_json(self) -> dict[str, Any]:
        """Return the counts for a report."""
        names = ("requests", "retries", "replayed", "lost", "estimated", "unpriced")
        with self._changed:
            spent = asdict(Charge(self.tokens_in, self.tokens_out, self.cost))
            return spent | {name: getattr(self, name) for name in names}
