"""What each verdict of a round trip is called, how it is marked, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["KINDS", "LANGUAGES", "LEGS", "MARKS", "PLAIN", "SIMULATED", "Mark", "money", "share"]

SIMULATED = (
    "SIMULATED: a server that comes with Spikewright answered, with errors planted on purpose. "
    "Nothing here is a score of any real model."
)


@dataclass(frozen=True)
class Mark:
    """One verdict.

    Attributes
    ----------
    glyph : str
        Tells verdicts apart without colour.
    word : str
    colour : str
        Of a terminal.
    meaning : str
    """

    glyph: str
    word: str
    colour: str
    meaning: str


MARKS: Mapping[str, Mark] = {
    "clean": Mark(
        "✓",
        "clean",
        "green",
        "The HDL is proven to do what the table says, and what the model read from the HDL is "
        "proven to say the same.",
    ),
    "encoder": Mark(
        "▲",
        "encoder",
        "red",
        "The model wrote HDL that does not do what the table says, or wrote none that can be used.",
    ),
    "decoder": Mark(
        "▼",
        "decoder",
        "blue",
        "The HDL is right. The model read it back wrongly, or gave no table that can be read.",
    ),
    "both": Mark(
        "◆",
        "both",
        "magenta",
        "The HDL is wrong, and it was read back wrongly too. Where the two errors cancel, the "
        "tables agree, and a plain round trip sees nothing.",
    ),
    "specification": Mark(
        "§",
        "specification",
        "yellow",
        "The table itself is at fault: a gap, an overlap, a contradiction. No model is blamed.",
    ),
    "unknown": Mark(
        "?",
        "unknown",
        "yellow",
        "A solver gave up on a question. This never counts as a pass.",
    ),
    "none": Mark(
        "○",
        "no answer",
        "bright_black",
        "There was nothing to judge: the server failed, the model declined, or no HDL was found in "
        "its answer.",
    ),
}
"""By verdict, the best first."""

PLAIN: Mapping[str, Mark] = {
    "same": Mark("=", "same", "green", "Proven to be the same."),
    "different": Mark("!", "different", "red", "Different, with a counterexample."),
    "unknown": Mark("?", "unknown", "yellow", "The solver gave up."),
    "none": Mark("○", "no answer", "bright_black", "Nothing to compare."),
}
"""By the verdict of a leg."""

LEGS = (
    ("encoder", "table : HDL", "does the HDL do what the table says?"),
    ("decoder", "HDL : table'", "does the model's reading say what the HDL does?"),
    ("loop", "table : table'", "the plain round trip, which sees neither way alone"),
)
"""Attributes of `Legs`, what is compared, and what for."""


KINDS: Mapping[str, str] = {
    "omission": "The table says something there, and the other side does nothing.",
    "hallucination": "The other side does something where the table says nothing.",
    "wrong value": "Another value than the row says; perhaps that of another row.",
    "width": "The right value with its upper bits lost.",
    "reset": "Another value after reset.",
    "undefined": "Right for some choice of what the other side leaves open, not for all.",
}
"""What a difference is called: `spikewright.lct.compare.kinds` has the exact words."""


LANGUAGES: Mapping[str, str] = {"verilog": "Verilog", "amaranth": "Amaranth"}
"""Targets by their names."""


def money(cost: float | None) -> str:
    """A cost in dollars; small ones keep two digits that count.

    Examples
    --------
    >>> money(0.00123), money(12.5), money(0.0), money(None)
    ('$0.0012', '$12.50', '$0.00', 'not known')
    """
    if cost is None:
        return "not known"
    return f"${cost:,.2f}" if cost >= 0.1 or cost <= 0 else f"${cost:.2g}"


def share(value: float | None) -> str:
    """A share as a percentage, a dash for none."""
    return "-" if value is None else f"{value:.1%}"
