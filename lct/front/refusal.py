"""What a front end does not take."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(ValueError):
    """HDL that has no exact meaning as functions, or none that we may rely on.

    Attributes
    ----------
    rule : str
        What is not met, for instance ``latch``, ``clocks``, ``loop``, ``black-box``, ``syntax``.
    place : str
        FILE:LINE:COLUMN, or the name of what is refused.
    """

    def __init__(self, rule: str, place: str, sentence: str) -> None:
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.rule, self.place, self.sentence = rule, place, sentence
