"""A question to a model, its answer, and how an answer is read from the bytes that arrived."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spikewright.tools.llm.failure import ModelFailure, error_words
from spikewright.tools.llm.secret import Secret, clean_line

__all__ = ["Parsed", "Reply", "Request", "body_of", "canonical", "key_of", "parse"]

# Nobody counts so many; a server that says so is not believed.
MOST_TOKENS = 10**9


@dataclass(frozen=True, kw_only=True)
class Request:
    """A question to a model.

    Attributes
    ----------
    model : str
        Name as the server knows it.
    messages : tuple of mapping
        The conversation so far: `role` and `content`.
    purpose : str
        "encode", "decode", "repair" or "continue".
    unit : str
        The unit that it is about.
    sample : int
        Which of several tries at the same question.
    prompt : str
        Digest of the prompt that the messages came from.
    temperature, seed, max_tokens : optional
        Instead of those in the settings.
    schema : mapping, optional
        JSON schema of the answer, for servers that can hold a model to one.
    """

    model: str
    messages: tuple[Mapping[str, str], ...]
    purpose: str
    unit: str
    sample: int = 0
    prompt: str = ""
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A model's answer.

    Attributes
    ----------
    text : str
        What it wrote; data, never to be trusted.
    finish : str
        "stop", "length", "content_filter" or another word of the server's.
    refusal : str
        What it wrote in place of an answer.
    tokens_in, tokens_out : int
        Of the question and of the answer.
    estimated : bool
        The server did not count the tokens.
    cost : float, optional
        None where the model has no price.
    seconds : float
        It took so long when it was asked.
    replayed : bool
        It came from the records.
    simulated : bool
        No model wrote it, but Spikewright's own server.
    key : str
        Under which the records hold it.
    note : str
        What was left out of the question because the server would not have it.
    """

    text: str
    finish: str
    refusal: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    cost: float | None = None
    seconds: float = 0.0
    replayed: bool = False
    simulated: bool = False
    key: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What the bytes of an answer say."""

    text: str
    finish: str
    refusal: str
    tokens_in: int | None
    tokens_out: int | None
    fingerprint: str


def body_of(request: Request, settings: Any) -> dict[str, Any]:
    """Return a question as the protocol's JSON, as we would have it answered."""
    seed = settings.seed + request.sample if settings.seed is not None else None
    limits = {
        "temperature": _first(request.temperature, settings.temperature),
        "seed": _first(request.seed, seed),
        "max_tokens": _first(request.max_tokens, settings.max_tokens),
    }
    body: dict[str, Any] = {
        "model": _sound(request.model),
        "messages": [{n: _sound(text) for n, text in m.items()} for m in request.messages],
    }
    body |= {name: value for name, value in limits.items() if value is not None}
    if request.schema is not None and settings.structured != "off":
        schema = {"name": request.purpose, "strict": True, "schema": dict(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def canonical(body: Mapping[str, Any]) -> str:
    """Return JSON that is the same for the same content."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def key_of(body: Mapping[str, Any], sample: int) -> str:
    """Return the name of a question in the records."""
    text = f"{canonical(body)}\n{sample}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse(raw: bytes, server: str, key: Secret) -> Parsed:
    """Read an answer's bytes.

    Raises
    ------
    ModelFailure
        They are no answer of this protocol.
    """
    if not raw.strip():
        raise ModelFailure("malformed", f"{server} sent an empty answer (HTTP 200).")
    if raw.lstrip()[:1] == b"<":
        raise ModelFailure("url", f"{server} answers with a web page: correct base_url.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        start = clean_line(raw[:60].decode("utf-8", "replace"), key)
        raise ModelFailure("malformed", f"{server} must answer in JSON, not {start!r}.") from None
    if isinstance(body, dict) and body.get("error") and not body.get("choices"):
        words = error_words(raw, key)
        raise ModelFailure("malformed", f"{server} answers with an error (HTTP 200): {words}.")
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise ModelFailure("malformed", f"{server} must answer with choices, and does not.")
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Parsed(
        text=_text(message.get("content")),
        finish=_word(choice.get("finish_reason")) or "stop",
        refusal=_text(message.get("refusal")),
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
        fingerprint=_word(body.get("system_fingerprint")),
    )


def _text(content: object) -> str:
    """Return a message's text, also where a server sends it in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return _sound(content) if isinstance(content, str) else ""


def _sound(text: str) -> str:
    """Return a text without lone surrogates, which neither a file nor the wire can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _word(value: object) -> str:
    return clean_line(value, most=40) if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS
    return value if good and isinstance(value, int) else None
