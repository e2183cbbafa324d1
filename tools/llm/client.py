"""Asks models, by the protocol that OpenAI's and most local servers speak, and keeps every answer.

An answer that is in the records is never asked for again. What is missing is asked through the
openai package, which tries again after failures that may pass. A replayed answer is read from the
recorded bytes by the same code as a new one.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikewright.tools.llm.ability import Abilities
from spikewright.tools.llm.account import Account, Charge, estimate_tokens
from spikewright.tools.llm.address import DEFAULT_URL, server_name
from spikewright.tools.llm.exchange import Reply, Request, body_of, canonical, key_of, parse
from spikewright.tools.llm.failure import ModelFailure, error_words
from spikewright.tools.llm.record import ANSWER, Exchange, Records
from spikewright.tools.llm.secret import clean_line
from spikewright.tools.llm.sending import Sender
from spikewright.tools.llm.settings import Settings, unpriced
from spikewright.tools.llm.turns import Turns

if TYPE_CHECKING:
    from spikewright.tools.llm.wire import Attempt

__all__ = ["Client", "ModelFailure", "Reply", "Request", "open_client"]

# So many questions in a row without any answer, and the server is not asked any more.
MOST_FAILURES = 5
PASSING = ("server", "timeout", "connection")
SIMULATED = "spikewright-simulated"


class Client:
    """Asks models; safe to use from several threads.

    Parameters
    ----------
    settings : Settings
        Which server, with which key, and how.
    records : Records
        What was answered before, and where answers are kept.
    replay : bool
        Answer from the records only: no network, no key.

    Attributes
    ----------
    account : Account
        What was spent.
    """

    def __init__(self, settings: Settings, records: Records, replay: bool = False) -> None:
        self.settings, self.records, self.replay = settings, records, replay
        self.account = Account(settings.budget, settings.token_budget)
        self.server = server_name(settings.base_url)
        self._abilities = Abilities(settings.structured)
        self._turns = Turns()
        self._lock = threading.Lock()
        self._sender = Sender(settings)
        self._failures = 0

    def ask(self, request: Request) -> Reply:
        """Return the answer to a question.

        Raises
        ------
        ModelFailure
            There is none; `fatal` says whether the next question would fare the same.
        """
        body = body_of(request, self.settings)
        key = key_of(body, request.sample)
        # Two threads with one question pay once.
        with self._turns.take(key):
            kept = self.records.find(key, None if self.replay else self.server)
            if kept is not None:
                self.account.count(replayed=1)
                return self._reply(kept, replayed=True)
            if self.replay:
                raise ModelFailure(
                    "unrecorded",
                    f"{self.records.path or 'The records'} must hold an answer of "
                    f"{clean_line(request.model)!r} ({request.purpose} {request.unit}, sample "
                    f"{request.sample}) to replay it, and does not.",
                )
            return self._reply(self._fetch(request, body, key), replayed=False)

    def close(self) -> None:
        """Close the connections; the records stay open."""
        self._sender.close()

    # Answers.

    def _reply(self, kept: Exchange, *, replayed: bool) -> Reply:
        """Read a kept exchange; the only way in which an answer is made."""
        parsed = parse(kept.raw, kept.server, self.settings.key)
        where = f"{clean_line(kept.model)!r} on {kept.server}"
        if not parsed.text.strip() and not parsed.refusal and parsed.finish == "length":
            raise ModelFailure(
                "empty",
                f"{where} spent all its tokens before it answered: raise max_tokens "
                f"({kept.tokens_out:,} were spent).",
            )
        if not parsed.text.strip() and not parsed.refusal and parsed.finish != "content_filter":
            raise ModelFailure("empty", f"{where} answered nothing.")
        return Reply(
            text=parsed.text,
            finish=parsed.finish,
            refusal=parsed.refusal,
            tokens_in=kept.tokens_in,
            tokens_out=kept.tokens_out,
            estimated=kept.estimated,
            cost=kept.cost,
            seconds=kept.seconds,
            replayed=replayed,
            simulated=kept.simulated or parsed.fingerprint.startswith(SIMULATED),
            key=kept.key,
            note=kept.note,
        )

    # Questions.

    def _fetch(self, request: Request, body: dict[str, Any], key: str) -> Exchange:
        """Ask the server, keep what comes, and return the answer as it is kept."""
        if not self.settings.key and self.settings.base_url == DEFAULT_URL:
            raise ModelFailure(
                "no-key",
                f"{self.server} needs a key: set OPENAI_API_KEY, or base_url for a server of "
                "your own.",
            )
        if self.settings.budget is not None and request.model not in self.settings.prices:
            raise ModelFailure("budget", unpriced(request.model))
        guess = self._guess(request, body)
        with self.account.reserve(guess):
            try:
                kept = self._converse(request, body, key, guess)
            except ModelFailure as failure:
                raise self._counted(failure) from None
        with self._lock:
            self._failures = 0
        return kept

    def _counted(self, failure: ModelFailure) -> ModelFailure:
        """Count a failure: the server that fails every question is given up."""
        with self._lock:
            self._failures += failure.kind in PASSING
            if self._failures < MOST_FAILURES or failure.fatal or failure.kind not in PASSING:
                return failure
        text = f"{failure} So have all of the last {MOST_FAILURES} questions."
        return ModelFailure(failure.kind, text, fatal=True)

    def _guess(self, request: Request, body: dict[str, Any]) -> Charge:
        """Return what a question will likely cost."""
        size = sum(len(m["content"].encode("utf-8", "replace")) for m in body["messages"])
        answer = body.get("max_tokens") or self.account.likely_answer
        return self._charge(request.model, estimate_tokens(size), answer)

    def _charge(self, model: str, tokens_in: int, tokens_out: int) -> Charge:
        price = self.settings.prices.get(model)
        cost = price.cost(tokens_in, tokens_out) if price else 0.0
        return Charge(tokens_in, tokens_out, cost)

    def _converse(
        self, request: Request, body: dict[str, Any], key: str, guess: Charge
    ) -> Exchange:
        """Ask, without what the server turns out not to understand."""
        learnt: list[str] = []
        while True:
            sent, note = self._abilities.adapt(request.model, body)
            draft = self._draft(request, sent, key, note)
            last, failure = self._attempt(sent, draft, guess)
            if failure is None:
                return self._keep(draft, last, guess)
            part = ""
            if last.status in (400, 422) and not last.trouble:
                words = error_words(last.raw, self.settings.key)
                silent = failure.kind != "model"
                part = self._abilities.learn(request.model, sent, words, silent=silent)
            if not part:
                self._abilities.forget(request.model, learnt)
                raise failure
            learnt.append(part)

    def _attempt(
        self, sent: Mapping[str, Any], draft: Exchange, guess: Charge
    ) -> "tuple[Attempt, ModelFailure | None]":
        """Ask once, with the package's retries, and return the last attempt."""
        begun = 0

        def begins() -> None:
            nonlocal begun
            if begun:
                # What was cut may have been paid for: another attempt may be one too many.
                self.account.check(guess)
                self.account.count(retries=1)
            begun += 1

        def ended(attempt: "Attempt") -> None:
            if attempt.status != 200 or attempt.trouble:
                self._keep_failed(draft, attempt)
            if attempt.trouble and attempt.sent:
                self.account.cut(guess)

        attempts, failure = self._sender.send(sent, begins, ended)
        return attempts[-1], failure

    def _draft(self, request: Request, sent: Mapping[str, Any], key: str, note: str) -> Exchange:
        return Exchange(
            key=key,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            purpose=request.purpose,
            unit=request.unit,
            model=request.model,
            sample=request.sample,
            prompt=request.prompt,
            server=self.server,
            request=self.settings.key.scrub_text(canonical(sent)),
            raw=b"",
            status=0,
            outcome="",
            note=note,
        )

    # Records.

    def _keep_failed(self, draft: Exchange, attempt: "Attempt") -> None:
        self.records.add(
            replace(
                draft,
                raw=self.settings.key.scrub(attempt.raw),
                status=attempt.status,
                seconds=attempt.seconds,
                simulated=attempt.simulated,
                outcome=attempt.trouble or f"http {attempt.status}",
            )
        )

    def _keep(self, draft: Exchange, attempt: "Attempt", guess: Charge) -> Exchange:
        """Keep an answer, charge for it, and return it as it will be replayed."""
        kept = replace(
            draft,
            raw=self.settings.key.scrub(attempt.raw),
            status=attempt.status,
            seconds=attempt.seconds,
            simulated=attempt.simulated,
        )
        try:
            parsed = parse(kept.raw, kept.server, self.settings.key)
        except ModelFailure as failure:
            self.records.add(replace(kept, outcome=failure.kind, note=str(failure)))
            self.account.cut(guess)
            raise
        question = json.loads(kept.request)["messages"]
        size = sum(len(m["content"].encode("utf-8", "replace")) for m in question)
        answer = len(f"{parsed.text}{parsed.refusal}".encode())
        estimated = parsed.tokens_in is None or parsed.tokens_out is None
        tokens_in = estimate_tokens(size) if parsed.tokens_in is None else parsed.tokens_in
        tokens_out = estimate_tokens(answer) if parsed.tokens_out is None else parsed.tokens_out
        charge = self._charge(kept.model, tokens_in, tokens_out)
        priced = kept.model in self.settings.prices
        kept = replace(
            kept,
            outcome=ANSWER,
            finish=parsed.finish,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            estimated=estimated,
            cost=charge.cost if priced else None,
            simulated=kept.simulated or parsed.fingerprint.startswith(SIMULATED),
        )
        served = self.records.add(kept)
        self.account.answered(charge, priced=priced, estimated=estimated)
        return served


@contextmanager
def open_client(settings: Settings, record: Path, replay: Path | None = None) -> Iterator[Client]:
    """Yield a client as a command's options say, and close it and its records.

    Parameters
    ----------
    settings : Settings
        Which server, with which key, and how.
    record : Path
        Where exchanges are kept.
    replay : Path, optional
        Records to answer from instead: no network, no key.
    """
    with Records(replay or record, read_only=replay is not None) as records:
        client = Client(settings, records, replay is not None)
        try:
            yield client
        finally:
            client.close()
