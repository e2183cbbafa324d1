"""HDL on a page: numbered lines, those that a difference is about marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from spikewright.tools.llm.clean import cleaned, escaped

__all__ = ["concerned", "listing", "places", "wired"]

FIRST = 250
AROUND = 4
WIDEST = 300
MOST = 40

_PLACE = re.compile(r"(?:^|[\s'\"(/])[\w.-]{1,80}\.(?:s?vh?|py):(\d{1,6})")
_CONNECTION = re.compile(r"the connection from ([\w.]{1,200}) to ([\w.]{1,200})")
# What may stand between a name and the end of an assignment's left side: parts and selections.
_PARTS = r"(?:(?:__|\.)\w+|\s*\[[^\][]{0,60}\])*\s*"
_BEFORE = r"(?:^|[;:),{]|\b(?:assign|begin|else|else:))\s*\\?"


def concerned(text: str, columns: Iterable[str]) -> dict[int, str]:
    """The lines that assign a column, by number from 1, with the column.

    A column ``west.ready`` is looked for as ``west.ready``, ``west__ready`` and ``west_ready``,
    assigned with ``=`` or ``<=`` at the start of a statement, or with Amaranth's ``eq``. HDL may
    drive it by any other name too: then nothing is found, and nothing is said.
    """
    patterns = {}
    for column in columns:
        parts = column.split(".")
        names = {re.escape(sep.join(parts)) for sep in (".", "__", "_")}
        name = f"(?:self\\.)?(?:{'|'.join(sorted(names))})"
        verilog = rf"{_BEFORE}{name}{_PARTS}(?:<=|=)(?!=)"
        patterns[column] = re.compile(rf"{verilog}|(?<![\w.]){name}{_PARTS}\.eq\(")
    found: dict[int, str] = {}
    for number, line in enumerate(cleaned(text).split("\n"), 1):
        for column, pattern in patterns.items():
            if pattern.search(line[:WIDEST]):
                found.setdefault(number, column)
    return found


def wired(text: str, sentences: Iterable[str]) -> dict[int, str]:
    """Lines that name the end of a connection at which a difference between structures begins."""
    ends = {}
    for said in sentences:
        for start, end in _CONNECTION.findall(said):
            stream = re.sub(r"\.(?:valid|ready|payload)$", "", end)
            forms = {re.escape(sep.join(stream.split("."))) for sep in (".", "__", "_")}
            ends[f"{start} to {end}"] = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms))})(?!\w)")
    found: dict[int, str] = {}
    for number, line in enumerate(cleaned(text).split("\n") if ends else (), 1):
        for wire, pattern in ends.items():
            if pattern.search(line[:WIDEST]):
                found.setdefault(number, wire)
    return found


def places(sentences: Iterable[str]) -> dict[int, str]:
    """Lines that sentences name as FILE:LINE."""
    return {int(n): "refused" for text in sentences for n in _PLACE.findall(text)}


def listing(text: str, marked: Mapping[int, str], first: int = FIRST) -> str:
    """Lines with their numbers; of a long text the first ones, and those around each marked one."""
    lines = cleaned(text).rstrip("\n").split("\n")
    shown = set(range(1, first + 1))
    for number in sorted(marked)[:MOST]:
        shown |= set(range(number - AROUND, number + AROUND + 1))
    wide, out, left = len(str(len(lines))), [], 0
    for number, line in enumerate(lines, 1):
        if number not in shown:
            left += 1
            continue
        out += [_left(left)] * bool(left)
        left = 0
        body = f"<i>{number:>{wide}}</i>{escaped(line, WIDEST)}"
        about = escaped(marked.get(number, ""))
        out.append(f'<mark title="{about}">{body}</mark>' if about else body)
    out += [_left(left)] * bool(left)
    return '<pre class="code" tabindex="0">' + "\n".join(out) + "</pre>"


def _left(count: int) -> str:
    return f"<em>{count:,} line{'s' * (count != 1)} not shown</em>"
