"""What a front end does not take."""

from __future__ import annotations

import re

__all__ = ["HIDDEN", "Refused", "clean"]

HIDDEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Characters that a terminal obeys, or that a reader does not see; a line may end with any of its
signs, so a carriage return is one of them too."""


def clean(text: str) -> str:
    """Return the text with what a terminal would obey spelled out."""
    return HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Refused(ValueError):
    """HDL that has no exact meaning as functions, or none that we may rely on.

    Attributes
    ----------
    rule : str
        What is not met, for instance ``latch``, ``clocks``, ``loop``, ``black-box``, ``syntax``.
    place : str
        FILE:LINE:COLUMN, or the name of what is refused.
    by : str
        ``text`` where reading the text was enough.

    Place and sentence come from a text that may be anybody's, so they are shown without control
    characters.
    """

    def __init__(self, rule: str, place: str, sentence: str, *, by: str = "") -> None:
        place, sentence = clean(place), clean(sentence)
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.rule, self.place, self.sentence, self.by = rule, place, sentence, by
