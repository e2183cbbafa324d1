"""What a model wrote, found in what it said: HDL or a table, whatever stands around it.

Nothing that a model says is ever run or believed here; it is cut out as text. Whatever comes, the
result is an `Answer` or `Malformed`, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from spikewright.tools.llm.blocks import (
    Block,
    fenced,
    from_json,
    loose,
    plain,
    rest_of,
    trim,
    unescaped,
    without_thoughts,
)
from spikewright.tools.llm.joint import joined_texts
from spikewright.tools.llm.strip import parse_python

__all__ = ["LONGEST", "Answer", "Malformed", "Want", "extract", "prolong"]

Want = Literal["verilog", "amaranth", "table"]

LONGEST = 1 << 20
"""Characters of the longest answer that is read."""

_CLOSED = {True: "stop", False: "length"}
_JSON, _CUT = "JSON", "cut off"
_WORDS = {
    "verilog": "no Verilog module",
    "amaranth": "no Amaranth component",
    "table": "no table",
}
_MARK = {
    "verilog": re.compile(r"^[ \t]*(?:\(\*.*\*\)[ \t]*)?module\s+\\?\w", re.MULTILINE),
    "amaranth": re.compile(r"^[ \t]*class\s+\w+\s*[(:]", re.MULTILINE),
    "table": re.compile(r"^\s{0,3}\|.*(?:\n\s{0,3}\|.*)", re.MULTILINE),
}
_NAMED = {
    "verilog": r"\bmodule\s+{}\b",
    "amaranth": r"\bclass\s+{}\b",
    "table": r"^#\s+`?{}\b",
}
_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_REFUSAL = re.compile(
    rf"\b(?:I{_APOSTROPHE}m (?:sorry|unable|not able)|I am (?:sorry|unable|not able)|"
    rf"I apologi[sz]e|I (?:can(?:{_APOSTROPHE}t|not)|won{_APOSTROPHE}t|will not|must decline)|"
    r"as an AI|unable to (?:help|assist|comply))\b",
    re.IGNORECASE,
)
_MODULE = re.compile(r"\b(module|macromodule|endmodule)\b")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """HDL or a table as a model wrote it.

    Attributes
    ----------
    text : str
        With line feeds, without what no tool reads; one line feed at its end if it is complete.
    complete : bool
        False where the answer was cut off: then the text ends as the answer does.
    notes : tuple of str
        What stood around it or had to be put right.
    """

    text: str
    complete: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Malformed:
    """An answer without what was asked for: a sentence, and whether the model declined."""

    sentence: str
    refusal: bool = False


def extract(
    text: str, want: Want, *, finish: str = "stop", name: str = "", inner: bool = False
) -> Answer | Malformed:
    """What was asked for, found in an answer.

    Parameters
    ----------
    finish : str
        Why the model stopped, as its server says: ``length`` is a cut.
    name : str
        What the module, class or unit is called, to choose among several.
    """
    if len(text) > LONGEST:
        sentence = f"An answer has at most {LONGEST:,} characters, not {len(text):,}."
        return Malformed(sentence)
    said, notes = plain(text)
    if not said.strip():
        return Malformed("The answer is empty.")
    said, thought = without_thoughts(said)
    if thought is None:
        return Malformed("The answer ends within its thoughts.")
    notes += ["thoughts"] if thought else []
    if not inner and (found := from_json(said, _MARK[want])) is not None:
        inside = extract(found.text, want, finish=_CLOSED[found.closed], name=name, inner=True)
        if isinstance(inside, Answer):
            return _answer(Block(inside.text, closed=found.closed), want, finish, [*notes, _JSON])
    if not inner and said.count("\\n") > said.count("\n"):
        # Escaped as in JSON, without JSON around it.
        bare = extract(unescaped(said), want, finish=finish, name=name, inner=True)
        if isinstance(bare, Answer):
            return bare
    chosen = _chosen([b for b in fenced(said) if _MARK[want].search(b.text)], want, name)
    if chosen is not None:
        notes.append("fence")
    elif (outside := loose(said, want)) is not None and _MARK[want].search(outside):
        chosen = Block(outside, closed=False)
    if chosen is not None:
        return _answer(chosen, want, finish, notes)
    if _REFUSAL.search(said[:400]):
        return Malformed("The model declines to answer.", refusal=True)
    return Malformed(f"The answer has {_WORDS[want]}.")


def prolong(
    raw: str,
    cut: Answer | Malformed,
    more: str,
    want: Want,
    *,
    finish: str = "stop",
    name: str = "",
) -> Answer | Malformed:
    """An answer that was cut off, with what the model wrote when it was told to go on.

    Parameters
    ----------
    raw : str
        The answer as it was.
    cut : Answer or Malformed
        What was found in it.
    more : str
        What the model went on with: the rest, or the rest after some lines that were there
        already, or all of it once more, each in the form of before or in another one.
    """
    anew = more.lstrip().startswith("{") or fenced(more)
    if _JSON in getattr(cut, "notes", ()) and not anew:
        return extract(raw + more, want, finish=finish, name=name)
    said, _ = plain(more[:LONGEST])
    said, thought = without_thoughts(said)
    if thought is None or not said.strip():
        return cut
    if isinstance(cut, Malformed):
        # What there is may end before anything that says what it is.
        first = plain(raw)[0]
        open_ = bool(fenced(first)) and not fenced(first)[-1].closed
        found = extract(raw + more, want, finish=finish, name=name)
        rest = rest_of(said).text if open_ and fenced(said) else said
        joined = joined_texts(first, rest, lambda _: False)
        other = extract(joined, want, finish=finish, name=name)
        return other if isinstance(other, Answer) and joined != raw + said else found
    block = from_json(said, re.compile("")) or rest_of(said)
    text = joined_texts(cut.text, block.text, lambda t: _fits(t, want))[:LONGEST]
    notes = [n for n in cut.notes if n not in (_JSON, _CUT)]
    return _answer(Block(text, closed=block.closed), want, finish, [*notes, "continued"])


def _answer(block: Block, want: Want, finish: str, notes: Iterable[str]) -> Answer:
    text = block.text
    if not block.closed and (finish != "length" or want == "verilog"):
        # Prose may follow where nothing says where the end is.
        trimmed = trim(text, want)
        # A module that was cut off is no prose.
        begun = finish == "length" and _MARK[want].search(text[len(trimmed) :])
        text = trimmed if _whole(trimmed, want, finish) and not begun else text
    if not block.closed and not _whole(text, want, finish):
        return Answer(text.lstrip("\n"), False, (*dict.fromkeys(notes), _CUT))
    return Answer(text.strip("\n").rstrip() + "\n", True, tuple(dict.fromkeys(notes)))


def _whole(text: str, want: Want, finish: str) -> bool:
    """Whether a text that nothing closes is all there."""
    if want == "verilog":
        words = [w for w in _MODULE.findall(_COMMENT.sub(" ", text)) if w]
        return bool(words) and words.count("endmodule") * 2 == len(words)
    if finish == "length":
        return False
    if want == "table":
        return text.rstrip().endswith("|")
    try:
        parse_python(text)
    except ValueError:
        return False
    return True


def _fits(text: str, want: Want) -> bool:
    """Whether a text that was put together can be meant: rows as long as their headers, too."""
    rows = [x.count("|") if x.startswith("|") else 0 for x in text.rstrip().split("\n")]
    even = all(a == b or 0 in (a, b) for a, b in pairwise(rows))
    return even if want == "table" else _whole(text, want, "stop")


def _chosen(blocks: list[Block], want: Want, name: str) -> Block | None:
    """The block that has what was asked for: the last that is complete and names it."""
    if not blocks:
        return None
    named = re.compile(_NAMED[want].format(re.escape(name)), re.MULTILINE)
    calls = [b for b in blocks if name and named.search(b.text)] or blocks
    whole = [b for b in calls if b.closed and _whole(b.text, want, "stop")]
    best = (whole or calls)[-1]
    others = [b for b in blocks if b is not best]
    if not others:
        return best
    if want == "table" and not set(_heads(best.text)) & {h for b in others for h in _heads(b.text)}:
        # One block a section.
        return Block("\n\n".join(b.text.strip("\n") for b in blocks), closed=blocks[-1].closed)
    if want == "verilog":
        # Modules of its own in blocks of their own.
        used = [b for b in others if b.closed and _helps(b.text, best.text)]
        return Block("\n".join(b.text for b in [*used, best]), closed=best.closed)
    return best


def _heads(text: str) -> list[str]:
    return re.findall(r"^#{1,2}[ \t]+(.*?)[ \t]*$", text, re.MULTILINE) or [text[:80]]


def _helps(text: str, user: str) -> bool:
    """Whether a block has only modules that another one uses and does not have."""
    modules = set(re.findall(r"^[ \t]*module\s+(\w+)", text, re.MULTILINE))
    used = set(re.findall(r"^[ \t]*(\w+)", user, re.MULTILINE))
    return bool(modules) and modules <= used - set(re.findall(r"\bmodule\s+(\w+)", user))
