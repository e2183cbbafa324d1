"""What a request asks for: the one place that knows how the project's prompts begin.

People may change the prompts, so words that any of them needs are looked for, not whole sentences.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spikewright.lct.front.refusal import Refused
from spikewright.tools.llm.strip import without_comments

from .plans import Plan, Step

__all__ = ["Asked", "NotUnderstood", "step_of", "understood"]

_UNIT = re.compile(r"\bunit `(\w+)`")
_TITLE = re.compile(r"^# (\w+)$", re.MULTILINE)
_DECODE = re.compile(r"\b(write|decode|read).{0,40}\btables?\b.{0,20}\bunit\b", re.IGNORECASE)
_AMARANTH = re.compile(r"\bin amaranth\b", re.IGNORECASE)
_CONTINUE = re.compile(r"\b(cut off|continue|go on)\b", re.IGNORECASE)
_CORRECT = re.compile(r"\bcannot be read\b", re.IGNORECASE)


class NotUnderstood(ValueError):
    """A request that is no question of the project's."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks for.

    Attributes
    ----------
    want : str
        ``hdl`` or ``table``.
    target : str
        ``verilog`` or ``amaranth``, the language of the HDL in question.
    repairs : int
        How many corrections were asked for so far.
    continued : int
        How many times the present answer was asked to go on.
    question : str
        The first question.
    """

    want: str
    target: str
    unit: str
    seed: int
    model: str
    repairs: int
    continued: int
    structured: bool
    question: str


def understood(body: Mapping[str, Any], units: Collection[str]) -> Asked:
    """Read a request.

    Raises
    ------
    NotUnderstood
        It names no unit that is known, or is no conversation.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        raise NotUnderstood("messages must be a list of objects")
    asked = [_text(m) for m in messages if m.get("role") != "assistant"]
    if not any(m.get("role") == "user" for m in messages):
        raise NotUnderstood("messages must have one of a user")
    systems = [_text(m) for m in messages if m.get("role") in ("system", "developer")]
    first = "\n".join([*systems, next(_text(m) for m in messages if m.get("role") == "user")])
    later = asked[len(systems) + 1 :]
    named = [*_UNIT.findall(first), *_TITLE.findall(first)]
    unit = next((name for name in named if name in units), None)
    if unit is None:
        raise NotUnderstood("the question must name a unit that the server has answers for")
    decodes = _DECODE.search(first[:400]) is not None
    seed = body.get("seed")
    at = max((k for k, text in enumerate(later) if not _goes_on(text)), default=-1)
    repairs = sum(not _goes_on(text) and not _CORRECT.search(text) for text in later)
    return Asked(
        want="table" if decodes else "hdl",
        target="amaranth" if _AMARANTH.search(first) else "verilog",
        unit=unit,
        seed=seed if isinstance(seed, int) else 0,
        model=str(body.get("model", "")),
        repairs=0 if decodes else repairs,
        continued=len(later) - at - 1,
        structured=_structured(body),
        question=first,
    )


def _goes_on(text: str) -> bool:
    """Whether a message asks to continue; a repair names what was wrong."""
    return _CONTINUE.search(text[:80]) is not None


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(p.get("text", "")) for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else ""


def _structured(body: Mapping[str, Any]) -> bool:
    form = body.get("response_format")
    return isinstance(form, dict) and form.get("type") in ("json_schema", "json_object")


def step_of(plan: Plan, asked: Asked) -> Step:
    """The round that a request belongs to.

    An encode conversation says by itself how many repairs there were; a decode conversation shows
    the HDL of its round, without the comments.
    """
    if asked.want == "hdl":
        return plan.steps[min(asked.repairs, len(plan.steps) - 1)]
    shown = _lines(asked.question)
    whole, some = "".join(shown), set(shown)

    def likeness(step: Step) -> float:
        lines = _lines(_bare(step.encode.text, asked.target))
        return 2.0 if "".join(lines) in whole else sum(x in some for x in lines) / (len(lines) + 1)

    return max(plan.steps, key=likeness)


@lru_cache(maxsize=4096)
def _bare(text: str, target: str) -> str:
    try:
        return without_comments(text, target)
    except Refused:
        return text


def _lines(text: str) -> Sequence[str]:
    return ["".join(line.split()) for line in text.split("\n") if line.strip()]
