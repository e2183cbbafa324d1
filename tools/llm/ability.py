"""What a server does not understand of a question, learnt from its refusals."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Abilities"]

# Words of a refusal, and the part of the question that it is about; the first that fits is taken.
SIGNS = (
    ("response_format", "response_format"),
    ("json_schema", "response_format"),
    ("structured output", "response_format"),
    ("grammar", "response_format"),
    ("max_completion_tokens", "max_tokens"),
    ("max_tokens", "max_tokens"),
    ("temperature", "temperature"),
    ("seed", "seed"),
)

# A refusal for these reasons is about this question, not about what the server understands.
TOO_LONG = ("context length", "context window", "context size", "too long", "exceed")
UNSUPPORTED = (
    *("support", "unrecognized", "unknown", "unexpected", "extra", "permitted", "not allowed"),
    *("instead", "invalid parameter", "deprecated"),
)


class Abilities:
    """Remembers, by model, what to leave out of a question.

    Parameters
    ----------
    structured : str
        "on" never leaves the schema of the answer out.
    """

    def __init__(self, structured: str) -> None:
        self._structured = structured
        self._refused: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def adapt(self, model: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Return a question as the server understands it, and a note on what is left out."""
        with self._lock:
            learnt = set(self._refused.get(model, ()))
        refused = learnt & set(body)
        sent = {name: value for name, value in body.items() if name not in refused}
        # The younger name of the same limit; a server that refuses both gets neither.
        if "max_tokens" in refused and "max_completion_tokens" not in learnt:
            sent["max_completion_tokens"] = body["max_tokens"]
            refused.discard("max_tokens")
        note = f"without {', '.join(sorted(refused))}" if refused else ""
        return sent, note

    def learn(self, model: str, sent: Mapping[str, Any], words: str, *, silent: bool = True) -> str:
        """Take note of a refusal, and return what to leave out, if there is anything.

        Parameters
        ----------
        model : str
            Who was asked.
        sent : mapping
            The question.
        words : str
            What the server said to it.
        silent : bool
            Whether it may be about the answer's schema although it does not say so.
        """
        words = words.lower()
        if any(sign in words for sign in TOO_LONG):
            return ""
        named = [part for sign, part in SIGNS if sign in words]
        if not any(sign in words for sign in UNSUPPORTED):
            named = [part for part in named if part == "response_format"]
        if "max_tokens" in named and "max_completion_tokens" in sent:
            named.append("max_completion_tokens")
        # The schema is the newest part of the protocol, and not every server says what it dislikes.
        for name in [*named, *["response_format"] * silent]:
            if name in sent and not (name == "response_format" and self._structured == "on"):
                with self._lock:
                    self._refused.setdefault(model, set()).add(name)
                return name
        return ""

    def forget(self, model: str, parts: Iterable[str]) -> None:
        """Take back what was learnt from a question that then failed all the same."""
        with self._lock:
            self._refused.get(model, set()).difference_update(parts)
