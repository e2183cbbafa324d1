"""What a simulated model says: a text in one of the wrappings that models use, or none of use."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

__all__ = ["SPOKEN", "UNSPOKEN", "WIRE", "Answer", "Reply", "importing", "replies"]

SPOKEN = ("fence", "named fence", "bare", "prose", "think", "json", "crlf", "cut", "cut twice")
"""Manners from which the text can be had; the last two need to be asked to continue."""

UNSPOKEN = (
    "refusal",
    "refusal in words",
    "filtered",
    "lost",
    "empty",
    "no code",
    "wrong json",
    "broken",
)
"""Manners that have no text worth having. A broken one has a text with wrong syntax."""

WIRE = ("429", "500", "cut", "slow")
"""Faults of the wire, each once for one request; none of them changes what is said in the end."""

_END = {False: "length", True: "stop"}
_BEGUN = 6
_SORRY = "I'm sorry, but I can't help with that request."
_NOTHING = "There is nothing that I could add to this."
_BEFORE = "Here is what you asked for. I went through it row by row.\n\n"
_AFTER = "\n\nThe widths follow the table, and all registers have their reset. Anything else?\n"
_THOUGHT = (
    "<think>\nFirst the signals, then the rows. A first try:\n```\nassign done = 1'b0;\n```\n"
    "No, that would be wrong. Again from the start.\n</think>\n"
)
_TALK = (
    "This unit has a handful of rows, and each of them is easy to see as hardware. One would "
    "begin with the inputs, and then go on to the registers and to their resets.\n"
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the model to one conversation.

    Attributes
    ----------
    want : str
        ``hdl`` or ``table``.
    language : str
        ``verilog``, ``amaranth`` or ``markdown``.
    text : str
        The HDL or the table; empty where there is none.
    manner : str
        One of `SPOKEN` or `UNSPOKEN`.
    wire : tuple of str
        Of `WIRE`, what happens before the answer comes.
    obeys : bool
        Whether it is JSON where the question has a schema, whatever the manner.
    """

    want: str
    language: str
    text: str
    manner: str = "fence"
    wire: tuple[str, ...] = ()
    obeys: bool = True

    @property
    def silent(self) -> bool:
        """Whether nothing can be had from it."""
        return self.manner in UNSPOKEN


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One reply on the wire; `refusal` is the protocol's own field."""

    content: str | None
    finish: str = "stop"
    refusal: str | None = None


def replies(answer: Answer, *, structured: bool = False) -> tuple[Reply, ...]:
    """The replies to a request and to those that ask to continue; the last one is repeated.

    Parameters
    ----------
    structured : bool
        Whether the request has a schema.
    """
    if answer.silent:
        return _silent(answer)
    if structured and answer.obeys:
        return (Reply(content=json.dumps({answer.want: answer.text})),)
    if answer.manner in ("cut", "cut twice"):
        return _cut(answer, 2 if answer.manner == "cut" else 3)
    return (Reply(content=_wrapped(answer)),)


def _cut(answer: Answer, pieces: int) -> tuple[Reply, ...]:
    """An answer in pieces; each but the first begins with the line at which the last one broke."""
    text, found, start = answer.text.rstrip("\n"), list[Reply](), 0
    for k in range(pieces):
        end = max(start + 1, (k + 1) * len(text) // pieces)
        # The first letter of a line tells nobody which line it is.
        while end < len(text) and len(text[:end].rpartition("\n")[2].strip()) < _BEGUN:
            end += 1
        piece, last = f"```\n{text[start:end]}", k == pieces - 1
        found.append(Reply(content=f"{piece}\n```" if last else piece, finish=_END[last]))
        start = text.rfind("\n", 0, end) + 1
    return tuple(found)


def _fenced(answer: Answer, word: str) -> str:
    return f"```{word}\n{answer.text.rstrip()}\n```"


def _wrapped(answer: Answer) -> str:
    word = {"amaranth": "python"}.get(answer.language, answer.language)
    match answer.manner:
        case "bare":
            return answer.text
        case "named fence":
            return f"{_fenced(answer, word)}\n"
        case "prose":
            return f"{_BEFORE}{_fenced(answer, word)}{_AFTER}"
        case "think":
            return f"{_THOUGHT}{_fenced(answer, word)}\n"
        case "json":
            return json.dumps({answer.want: answer.text})
        case "crlf":
            return f"{_fenced(answer, word)}\n".replace("\n", "\r\n")
        case _:
            return _fenced(answer, "" if answer.manner == "fence" else word)


def _silent(answer: Answer) -> tuple[Reply, ...]:
    match answer.manner:
        case "refusal":
            return (Reply(content=None, refusal=_SORRY),)
        case "refusal in words":
            return (Reply(content=_SORRY),)
        case "filtered":
            return (Reply(content="", finish="content_filter"),)
        case "lost":
            start = answer.text[: max(1, len(answer.text) // 3)]
            return (Reply(content=f"```\n{start}", finish="length"), Reply(content=_NOTHING))
        case "empty":
            return (Reply(content=""),)
        case "no code":
            return (Reply(content=_TALK),)
        case "wrong json":
            return (Reply(content='{"status": "done", "result": [1, 2,'),)
        case _:
            return (Reply(content=_fenced(answer, "")),)


def importing(text: str) -> str:
    """Amaranth with the imports that an edit of it may lack.

    Whoever runs a mutant gives it these names; a model's file has to import them.
    """
    start = "from amaranth.hdl import "
    head = next((line for line in text.split("\n") if line.startswith(start)), "")
    used = [n for n in ("Cat", "Const", "Mux") if re.search(rf"\b{n}\(", text)]
    lacking = [n for n in used if not re.search(rf"\b{n}\b", head)]
    return text.replace(start, start + "".join(f"{n}, " for n in lacking), 1)
