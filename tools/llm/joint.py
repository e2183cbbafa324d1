"""Two parts of one text, where the second may repeat some of the first."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["joined_texts"]

_SEARCHED = 4096
_SURE = 24


def joined_texts(first: str, more: str, whole: Callable[[str], bool]) -> str:
    """The whole text; what the second part repeats of the first is there once.

    A repetition begins where a line begins. A model may also begin all over again, or say first
    that it goes on.

    Parameters
    ----------
    whole : callable
        Whether a text can be all of it, where there are two readings.
    """
    plainly, likely = first + more, _likely(first, more)
    last = first.rpartition("\n")[2]
    other = plainly if likely != plainly else first[: len(first) - len(last)] + more
    return other if whole(other) and not whole(likely) else likely


def _likely(first: str, more: str) -> str:
    """What the two lines at the joint say by themselves."""
    begin = first.lstrip()[:200]
    if len(begin) >= _SURE and more.lstrip().startswith(begin):
        return more
    shared = _shared(first, more)
    if shared:
        return first + more[shared:]
    announced = re.match(r"\s*[^\n|;]{0,200}(?::|\.\.\.)[ \t]*\n+", more)
    if announced and (shared := _shared(first, more[announced.end() :])):
        return first + more[announced.end() + shared :]
    last = first.rpartition("\n")[2]
    indent = last[: len(last) - len(last.lstrip())]
    if len(last.strip()) >= 4 and more.lstrip().startswith(last.strip()):
        return first[: len(first) - len(last)] + indent + more.lstrip()
    if last and not last.strip():
        # Only the indentation of its line is there: it goes on, or the line begins again.
        own = len(more) - len(more.lstrip(" "))
        used = {len(x) - len(x.lstrip(" ")) for x in first.split("\n") if x.strip()}
        if own in used and len(last) + own not in used:
            return first[: len(first) - len(last)] + more
    return first + more


def _shared(first: str, more: str) -> int:
    """Characters of the longest end of one text, of whole lines, that begins the other."""
    starts = [m.end() for m in re.finditer("\n", first[-_SEARCHED:])]
    whole = first[-_SEARCHED:]
    for start in [0, *starts] if len(first) <= _SEARCHED else starts:
        rest = whole[start:]
        # A line may begin with two signs of these, hardly with two of another.
        enough = len(rest.strip()) >= 2 or rest.strip() not in ("", *"#|/`-=*~")
        if enough and more.startswith(rest):
            return len(rest)
    return 0
