"""What can go wrong between us and a model, each in one sentence that the user can act on."""

import json
from typing import Any

from spikewright.tools.errors import UserError
from spikewright.tools.llm.secret import Secret, clean_line

__all__ = ["FATAL", "ModelFailure", "refusal_of_server"]

# The next question would fail the same way, so a run stops and keeps what it has.
FATAL = frozenset({"no-key", "url", "auth", "model", "rate", "budget"})


class ModelFailure(UserError):
    """A question got no answer.

    Parameters
    ----------
    kind : str
        "no-key", "url", "auth", "model", "rate", "server", "timeout", "connection", "empty",
        "huge", "malformed", "budget" or "unrecorded".
    sentence : str
        For the user.
    fatal : bool, optional
        Whether a run stops; as is usual for the kind, else.

    Attributes
    ----------
    kind, fatal
        As given.
    """

    def __init__(self, kind: str, sentence: str, *, fatal: bool | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.fatal = kind in FATAL if fatal is None else fatal


def refusal_of_server(
    status: int,
    raw: bytes,
    *,
    server: str,
    model: str,
    key: Secret,
    attempts: int,
    wait: float | None = None,
) -> ModelFailure:
    """Return the failure that an HTTP status other than 200 stands for.

    Parameters
    ----------
    status : int
        HTTP's.
    raw : bytes
        The body.
    server : str
        Who answered.
    model : str
        Who was asked.
    key : Secret
        What must not be quoted.
    attempts : int
        How often it was tried.
    wait : float, optional
        Seconds that the server wants us to stay away.
    """
    words = error_words(raw, key)
    said = f": {words}" if words else ""
    tries = f" after {attempts} attempts" if attempts > 1 else ""
    if 300 <= status < 400:
        return ModelFailure(
            "url", f"{server} must answer itself, not redirect (HTTP {status}): correct base_url."
        )
    if status in (401, 403) and not key:
        return ModelFailure(
            "no-key", f"{server} wants a key (HTTP {status}): set OPENAI_API_KEY{said}."
        )
    if status in (401, 403):
        return ModelFailure("auth", f"{server} refuses the key (HTTP {status}){said}.")
    if status == 402 or (status == 429 and "quota" in words.lower()):
        return ModelFailure("rate", f"{server} says that the account is spent{said}.")
    if status == 429 and wait and wait >= 1:
        tries = f"{tries} and wants a wait of {wait:,.0f} s"
    if status == 429:
        return ModelFailure("rate", f"{server} lets no more through (HTTP 429){tries}{said}.")
    if names_the_model(status, words):
        return ModelFailure("model", f"{server} has no model {clean_line(model)!r}{said}.")
    if status in (404, 405):
        return ModelFailure(
            "url", f"{server} has no chat completions (HTTP {status}): correct base_url{said}."
        )
    if status >= 500 or status in (408, 409):
        return ModelFailure("server", f"{server} fails (HTTP {status}){tries}{said}.")
    return ModelFailure("server", f"{server} refuses the question (HTTP {status}){said}.")


def error_words(raw: bytes, key: Secret) -> str:
    """Return what an error's body says, without what it is wrapped in; nothing for a page."""
    try:
        body: Any = json.loads(raw)
    except (ValueError, RecursionError):
        text = raw.decode("utf-8", "replace").strip()
        return "" if text[:1] == "<" else clean_line(text, key).rstrip(".")
    if isinstance(body, dict):
        body = body.get("error", body)
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or ""
    return clean_line(body if isinstance(body, str) else json.dumps(body), key).rstrip(".")


def names_the_model(status: int, words: str) -> bool:
    """Whether an error is about the model's name."""
    words = words.lower()
    if "model" not in words or "parameter" in words:
        return False
    absent = ("not found", "not exist", "no model", "no such", "unknown model", "invalid model")
    return status == 404 or (status in (400, 422) and any(phrase in words for phrase in absent))
