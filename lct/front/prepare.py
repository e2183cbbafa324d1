"""What is done with Verilog before it is elaborated, all of it inside the confined process.

A text may be made to keep a reader busy for hours, or to grow under its hands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from spikewright.lct.front.promise import spell_out
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.scan import scan

__all__ = ["prepare"]

# Names that Verilog from yosys has for wires without a name; the front end's own begin like this.
_HIDDEN = re.compile(r"\\\$(?=\S)")


def prepare(sources: Mapping[str, str], checks: Collection[str]) -> dict[str, str]:
    """Return the texts as they are elaborated, on the same lines.

    Parameters
    ----------
    sources : mapping of str to str
        Texts by the names that the user knows.
    checks : collection of str
        ``text`` refuses what an elaborator would pass over, ``promises`` spells out those of a
        case.

    Raises
    ------
    Refused
        With the first place.
    """
    try:
        if "text" in checks:
            scan(sources)
        if "promises" in checks:
            sources = {name: spell_out(name, text) for name, text in sources.items()}
    except RecursionError:
        sentence = "statements are nested less deeply"
        raise Refused("size", next(iter(sources), ""), sentence) from None
    return {name: _HIDDEN.sub(r"\\_$", text) for name, text in sources.items()}
