"""What stands around code in an answer: thoughts, fences, JSON, prose."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from spikewright.tools.llm.strip import parse_python

__all__ = [
    "Block",
    "fenced",
    "from_json",
    "loose",
    "plain",
    "rest_of",
    "trim",
    "unescaped",
    "without_thoughts",
]


@dataclass(frozen=True)
class Block:
    """Text that stands by itself; `closed` if its end is there."""

    text: str
    closed: bool


_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"), "")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u2009\u3000"), " ")
_BREAKS = {0x2028: "\n", 0x2029: "\n", 0x85: "\n"}
_CONTROL = {c: "" for c in [*range(32), 127, *range(0x80, 0xA0)] if c not in (9, 10, 13, 0x85)}


def plain(text: str) -> tuple[str, list[str]]:
    """A text with line feeds and plain spaces, without characters that nobody sees.

    What was put right is named beside it.
    """
    # Half of a pair of surrogates could be written nowhere.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    lines = whole.replace("\r\n", "\n").replace("\r", "\n")
    shown = lines.translate(_INVISIBLE | _SPACES | _BREAKS | _CONTROL)
    shown = "".join(c for c in shown if unicodedata.category(c) != "Cf")
    found = {"line ends": lines != whole, "odd characters": shown != lines}
    return shown, [note for note, there in found.items() if there]


_OPENING = re.compile(r"\s*<(think|thinking|thought|reasoning|analysis)>", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:think|thinking|thought|reasoning|analysis)>", re.IGNORECASE)


def without_thoughts(text: str) -> tuple[str, bool | None]:
    """The text after a model's thoughts, and whether there were any: None where they never end."""
    opening = _OPENING.match(text)
    if opening is None:
        # Some servers leave out the tag that begins them.
        closing = _CLOSING.search(text)
        fence = text.find("```")
        within = closing is not None and 0 <= fence < closing.start()
        if closing is None or (within and "```" not in text[closing.end() :]):
            return text, False
        return text[closing.end() :], True
    closing = re.compile(f"</{opening[1]}>", re.IGNORECASE).search(text)
    return (text[closing.end() :], True) if closing else ("", None)


_LANGUAGE = re.compile(r"(?P<word>[\w+#.-]*)[ \t]*(?P<rest>.*)$")
_CODE = re.compile(r"(?:module|from|import|`timescale|class|#|\||\{)\s*\S")


@dataclass(frozen=True)
class _Fence:
    """A line that ends in a fence and words about it."""

    before: str
    mark: str
    info: str


def _fence(line: str) -> _Fence | None:
    # Without patterns: a stranger's line may have a million signs, and they would be tried again.
    places = [at for at in (line.find("```"), line.find("~~~")) if at >= 0]
    if not places:
        return None
    at = min(places)
    rest = line[at:].lstrip(line[at])
    mark, before = line[at : len(line) - len(rest)], line[:at]
    odd = "`" in rest or "`" in before or "~" in before
    return None if odd else _Fence(before, mark, rest.lstrip(" \t"))


def fenced(text: str) -> list[Block]:
    """Blocks between fences of backticks or tildes; the last may lack its end."""
    blocks: list[Block] = []
    lines: list[str] = []
    mark, indent = "", 0
    for line in text.split("\n"):
        found = _fence(line)
        if mark:
            ended = _end(line, mark)
            if ended is None:
                lines.append(_dedented(line, indent))
                continue
            if ended.strip():
                lines.append(_dedented(ended, indent))
            blocks.append(Block("\n".join([*lines, ""]), closed=True))
            mark = ""
        elif found:
            mark, lines = found.mark, []
            indent = len(line) - len(line.lstrip())
            info = _LANGUAGE.match(found.info)
            assert info is not None
            code = found.info if _CODE.match(found.info) else info["rest"]
            if _CODE.match(code):
                ended = _end(code, mark)
                lines.append(code if ended is None else ended)
                if ended is not None:
                    blocks.append(Block("\n".join([*lines, ""]), closed=True))
                    mark = ""
    if mark:
        blocks.append(Block("\n".join(lines), closed=False))
    return blocks


def rest_of(text: str) -> Block:
    """What continues a block that is open: its rest up to a fence, or what is in a new fence."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = _fence(line)
        if found is None:
            ended = _end(line, "```")
            if ended is not None:
                return Block("\n".join([*lines[:number], ended]), closed=True)
        elif found.info.strip() or not "".join(lines[:number]).strip() or _paired(lines[number:]):
            blocks = fenced("\n".join(lines[number:]))
            # A fence that nothing follows ends what was open before.
            return blocks[0] if blocks[0].text.strip() else Block("", closed=True)
        else:
            return Block("\n".join([*lines[:number], found.before]), closed=True)
    return Block(text, closed=False)


def _paired(lines: list[str]) -> bool:
    """Whether as many fences open as close."""
    return sum(_fence(x) is not None or _end(x, "```") is not None for x in lines) % 2 == 0


def _end(line: str, mark: str) -> str | None:
    """What stands before a closing fence at the end of a line; None where there is none."""
    bare = line.rstrip()
    kept = bare.rstrip(mark[0])
    return kept if len(bare) - len(kept) >= len(mark) else None


def _dedented(line: str, most: int) -> str:
    """The line without the indentation of its fence."""
    return line[min(most, len(line) - len(line.lstrip(" \t"))) :]


_KEYS = ("hdl", "table", "code", "verilog", "amaranth", "source", "content", "answer", "text")
_OBJECT = re.compile(r"\{\s*\"(?:\w+)\"\s*:")
_STRING = re.compile(rf"\"(?:{'|'.join(_KEYS)})\"\s*:\s*\"", re.IGNORECASE)


def from_json(text: str, mark: re.Pattern[str]) -> Block | None:
    """The text in a JSON object that has it, alone, in a fence or among prose; cut off or not."""
    decoder = json.JSONDecoder(strict=False)
    for found in list(_OBJECT.finditer(text))[:20]:
        try:
            value, _ = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        texts = [t for t in _strings(value) if mark.search(t)]
        if texts:
            return Block(plain(texts[0])[0], closed=True)
    opening = _STRING.search(text)
    if opening is None or not _OBJECT.search(text[: opening.end()]):
        return None
    rest = text[opening.end() :]
    for end in range(len(rest), max(len(rest) - 12, -1), -1):
        # A cut may have hit an escape.
        try:
            value = json.loads(f'"{rest[:end]}"', strict=False)
        except ValueError:
            continue
        found_text = plain(str(value))[0]
        return Block(found_text, closed=False) if mark.search(found_text) else None
    return None


def _strings(value: Any) -> list[str]:
    """Texts of an object, those under the expected keys first."""
    if not isinstance(value, dict):
        return []
    known = [value[k] for k in _KEYS if isinstance(value.get(k), str)]
    return known + [v for k, v in value.items() if k not in _KEYS and isinstance(v, str)]


_BEGINNING = {
    "verilog": re.compile(
        r"^[ \t]*(?:`(?:timescale|default_nettype|define|ifdef|ifndef|include)\b|package\s+\w+\s*;"
        r"|module\s+\\?\w+\s*(?:#|\(|;|import\b|$))",
        re.MULTILINE,
    ),
    "amaranth": re.compile(
        r"^(?:\"{3}|'{3}|from\s+[\w.]+\s+import\s+[\w(*]|import\s+[\w.]+(?:\s+as\s+\w+)?\s*$|class\s+\w+\s*[(:])",
        re.MULTILINE,
    ),
    "table": re.compile(
        r"^#[ \t]+`?\w+`?[ \t]*$(?=(?:(?!^# ).)*?^##[ \t])"
        r"|^##[ \t]+(?:Parameters|Types|Signals|Definitions|Assumptions|Instances|Table \w+)",
        re.MULTILINE | re.DOTALL,
    ),
}
_LAST = {
    "verilog": re.compile(r"^.*\bend(?:module|package)\b.*$|^[ \t]*`\w+.*$", re.MULTILINE),
    "table": re.compile(r"^\|.*\|[ \t]*$", re.MULTILINE),
}


def loose(text: str, want: str) -> str | None:
    """Code that stands among prose without a fence, with what follows it; None if there is none."""
    text = "\n".join(x for x in text.split("\n") if not re.fullmatch(r"\s*(`{3,}|~{3,})\w*\s*", x))
    begin = _BEGINNING[want].search(text)
    return text[_with_comments(text, begin.start()) :] if begin is not None else None


def trim(text: str, want: str) -> str:
    """Code without the prose after it."""
    if want == "amaranth":
        return _python(text)
    ends = [m.end() for m in _LAST[want].finditer(text)]
    return text[: ends[-1]] if ends else text


def unescaped(text: str) -> str:
    """A text with the escapes of JSON read."""
    plainly = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\([\"\\/ntr])", lambda m: plainly.get(m[1], m[1]), text)


def _with_comments(text: str, start: int) -> int:
    """Where the comments begin that stand right before a place."""
    while start and text[text.rfind("\n", 0, start - 1) + 1 : start].startswith("//"):
        start = text.rfind("\n", 0, start - 1) + 1
    return start


_TRIED = 40
"""Lines of prose after code that are taken off, at most."""


def _python(text: str) -> str:
    """The longest beginning that is Python; what is cut off after it has no indented line."""
    ends = [m.start() for m in re.finditer(r"^(?=[^\s#)\]}])", text, re.MULTILINE)][1:]
    for end in [len(text), *reversed(ends[-_TRIED:])]:
        if re.search(r"^ {4}", text[end:], re.MULTILINE):
            break
        try:
            parse_python(text[:end])
        except ValueError:
            continue
        return text[:end]
    return text
