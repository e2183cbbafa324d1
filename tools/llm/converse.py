"""One answer from a model: asked for, and continued where it was cut off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from spikewright.tools.llm.answer import Answer, Malformed, Want, extract, prolong
from spikewright.tools.llm.exchange import Reply, Request
from spikewright.tools.llm.prompt import prompt

__all__ = ["CONTINUATIONS", "Ask", "Message", "Said", "converse", "schema_of"]

Ask: TypeAlias = Callable[[Request], Reply]
Message: TypeAlias = Mapping[str, str]

CONTINUATIONS = 3
"""How often a model is told to go on with one answer."""

_TAIL = 5


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a model said to one question.

    Attributes
    ----------
    text : str
        What was asked for; empty where it is not there.
    notes : tuple of str
        What stood around it or had to be put right.
    refused, malformed : str
        Why there is none, in a sentence; at most one of them.
    replies : tuple of Reply
        All of them, in order.
    continued : int
        How often it was told to go on.
    history : tuple of mapping
        The conversation, its last answer included.
    """

    text: str = ""
    notes: tuple[str, ...] = ()
    refused: str = ""
    malformed: str = ""
    replies: tuple[Reply, ...] = ()
    continued: int = 0
    history: tuple[Message, ...] = ()


def schema_of(key: str) -> dict[str, object]:
    """The JSON schema of an answer: an object with one text."""
    return {
        "type": "object",
        "properties": {key: {"type": "string"}},
        "required": [key],
        "additionalProperties": False,
    }


def converse(ask: Ask, request: Request, want: Want, name: str, prompts: Path | None) -> Said:
    """Ask, and have the answer continued until it is whole.

    Parameters
    ----------
    name : str
        What the module, class or unit is called.
    """
    reply = ask(request)
    replies, raw, messages = [reply], reply.text, request.messages
    found = extract(raw, want, finish=reply.finish, name=name)
    while len(replies) <= CONTINUATIONS and _cut(found, reply):
        form = prompt("continue", prompts)
        messages = _with(
            messages, raw if len(replies) == 1 else reply.text, form.fill(tail=_tail(raw))
        )
        reply = ask(replace(request, messages=messages, purpose="continue", prompt=form.digest))
        replies.append(reply)
        found = prolong(raw, found, reply.text, want, finish=reply.finish, name=name)
        raw += reply.text
    said = Said(replies=tuple(replies), continued=len(replies) - 1)
    if reply.refusal or reply.finish == "content_filter":
        what = "declines to answer" if reply.refusal else "was stopped by its server's filter"
        return replace(said, refused=f"The model {what}.", history=_with(messages, raw))
    if isinstance(found, Malformed):
        kept = replace(said, history=_with(request.messages, raw))
        if found.refusal:
            return replace(kept, refused=found.sentence)
        return replace(kept, malformed=found.sentence)
    # In its plain form: what was thought, and how it was put together, costs tokens again.
    history = _with(request.messages, f"```\n{found.text.rstrip()}\n```")
    if not found.complete:
        times = f"{CONTINUATIONS} continuations"
        sentence = f"The answer is cut off, and did not come to its end in {times}."
        return replace(said, malformed=sentence, notes=found.notes, history=history)
    return replace(said, text=found.text, notes=found.notes, history=history)


def _cut(found: Answer | Malformed, reply: Reply) -> bool:
    """Whether an answer may go on."""
    if reply.refusal or reply.finish == "content_filter":
        return False
    if isinstance(found, Malformed):
        return reply.finish == "length" and not found.refusal
    return not found.complete


def _tail(raw: str) -> str:
    """The last lines of an answer; a fence in them would end the prompt's own."""
    lines = [x for x in raw.rstrip("\n").split("\n") if not x.lstrip().startswith("```")]
    return "\n".join(lines[-_TAIL:])[-1000:]


def _with(messages: Sequence[Message], answer: str, more: str = "") -> tuple[Message, ...]:
    """A conversation with one more answer, and what is said to it."""
    said: list[Message] = [{"role": "assistant", "content": answer}]
    return (*messages, *said, *([{"role": "user", "content": more}] if more else []))
