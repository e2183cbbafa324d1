"""Which names of the HDL stand for a unit's symbols, and in which code.

An entry is one of

* ``SYMBOL=NAME``: a port or register has another name,
* ``SYMBOL.field=NAME[high:low]``: a part of a symbol is some bits of a name,
* ``SYMBOL=NAME{idle:1, run:2}``: a value of the table is another number in the HDL,
* ``rst=NAME`` or ``rst=!NAME``: the reset input, with ``!`` where 0 resets.

Without an entry, ``west.payload`` is ``west__payload``, or ``west_payload`` where nothing else is
called so, or one name a field (``west__payload__dx``). `Binding` holds the entries against a unit
and a design.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from spikewright.lct.ir import Unit

__all__ = ["Entry", "Mapping", "MappingError"]

_ENTRY = re.compile(
    r"(?P<symbol>[^\s=]+)\s*=\s*(?P<name>!?[^\s\[\]{}=]+)"
    r"(?:\[(?P<high>\d+)(?::(?P<low>\d+))?\])?\s*(?:\{(?P<code>[^{}]*)\})?"
)


class MappingError(ValueError):
    """An entry that cannot be meant."""


@dataclass(frozen=True)
class Entry:
    """One entry; `high` and `low` are None where it takes all bits of the name."""

    text: str
    symbol: str
    name: str
    high: int | None = None
    low: int | None = None
    code: tuple[tuple[str, int], ...] = ()

    def wrong(self, rest: str) -> MappingError:
        """The error about this entry."""
        return MappingError(f"Map entry {self.text!r} {rest}")


@dataclass(frozen=True)
class Mapping:
    """Entries that were read but not yet held against a unit and a design.

    Attributes
    ----------
    reset : str
        The reset input as `load_verilog` takes it, empty where not given.
    """

    entries: tuple[Entry, ...] = ()
    reset: str = ""

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Mapping:
        """Read entries.

        Raises
        ------
        MappingError
            An entry is not written as it must be, or two speak of one symbol.
        """
        entries: dict[str, Entry] = {}
        for text in texts:
            entry = _parse(text)
            if entry.symbol in entries:
                raise entry.wrong(f"must be the only one for {entry.symbol}")
            entries[entry.symbol] = entry
        reset = entries.pop("rst", None)
        if reset is not None and (reset.code or reset.high is not None):
            raise reset.wrong("must name the reset input alone")
        return cls(tuple(entries.values()), reset.name if reset else "")

    def prefer(self, unit: Unit) -> list[str]:
        """Names that registers should have where several name the same bits."""
        registers = [s.name.replace(".", "__") for s in unit.by_role("register")]
        # A register of an instance keeps its dot in a flat design.
        registers += [s.name for s in unit.by_role("register") if "." in s.name]
        return [e.name for e in self.entries] + registers


def _parse(text: str) -> Entry:
    found = _ENTRY.fullmatch(text.strip())
    if found is None:
        rule = "SYMBOL=NAME, NAME[high:low] or NAME{value:number}"
        raise MappingError(f"Map entry must be {rule}, not {text!r}")
    if found["name"].startswith("!") and found["symbol"] != "rst":
        raise MappingError(f"Map entry {text!r} must be rst=!NAME: only a reset has a !")
    high = None if found["high"] is None else int(found["high"])
    low = int(found["low"]) if found["low"] is not None else high
    if high is not None and low is not None and low > high:
        raise MappingError(f"Map entry {text!r} must name its higher bit first")
    code = []
    for part in (found["code"] or "").split(","):
        value = re.fullmatch(r"\s*([-\w]+)\s*:\s*(0x[0-9a-fA-F]+|0b[01]+|\d+)\s*", part)
        if value is not None:
            code.append((value[1], int(value[2], 0)))
        elif found["code"] is not None:
            raise MappingError(
                f"Map entry {text!r} must give its code as VALUE:NUMBER, not {part!r}"
            )
    return Entry(text, found["symbol"], found["name"], high, low, tuple(code))
