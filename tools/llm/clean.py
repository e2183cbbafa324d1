"""Text that a model wrote, made harmless to show: what cannot be seen is shown, markup is text.

A model may write escape codes that move a terminal's cursor, marks that turn the direction of a
line so that code reads other than it is, letters without width, and markup. None of it is dropped,
for whoever reads must see that it was there.
"""

from __future__ import annotations

import html
import unicodedata

__all__ = ["cleaned", "escaped", "one_line"]

# Controls, formats (direction, no width, tags), halves of pairs, private and unassigned characters,
# separators of lines and paragraphs.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_CUT = " ... (cut)"
# Marks stacked on one letter cover the lines above and below it.
_STACK = 3


def cleaned(text: str, limit: int = 0) -> str:
    """The text with line ends as line feeds, tabs as spaces, and what cannot be seen as a word.

    Parameters
    ----------
    text : str
    limit : int
        Characters kept at most; 0 for all.

    Examples
    --------
    >>> cleaned("a" + chr(27) + "[31m" + chr(0x202E))
    'a⟨U+001B⟩[31m⟨U+202E⟩'
    """
    if limit and len(text) > limit:
        text = text[:limit] + _CUT
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    out, marks = [], 0
    for char in text:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind.startswith("M") else 0
        hidden = (kind in _UNSEEN and char != "\n") or marks > _STACK
        out.append(f"⟨U+{ord(char):04X}⟩" if hidden else char)
    return "".join(out)


def one_line(text: str, limit: int = 0) -> str:
    r"""The same on one line.

    Examples
    --------
    >>> one_line("two\n  lines")
    'two lines'
    """
    return " ".join(cleaned(text, limit).split())


def escaped(text: object, limit: int = 0) -> str:
    """The same for a page: between tags and inside quoted attributes."""
    return html.escape(cleaned(str(text), limit), quote=True)
