"""What every importer and exporter says: refusals in one sentence, and a report of changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["TEXT_LIMIT", "Change", "FormatError", "Report", "read_bytes", "read_text"]

TEXT_LIMIT = 512 * 2**20
"""Bytes of one text file; a full chip as RANC JSON, the widest of the formats, takes more, and is
refused before it can fill the memory."""


class FormatError(ValueError):
    """A file of somebody else's that does not fit; the text names file, place, rule and value."""


@dataclass(kw_only=True)
class Change:
    """One kind of change that was made on the way, where the user allowed changes.

    Members
    -------
    place : str
        Where it was made first: core, neuron, field.
    rule : str
        What the value had to be.
    was, now : str
        The first value, before and after.
    count : int
        How often it was made.
    """

    place: str
    rule: str
    was: str
    now: str
    count: int = 1


@dataclass(kw_only=True)
class Report:
    """What became of a network on its way from one format to another.

    Members
    -------
    changes : list of Change
        Empty after a strict conversion.
    notes : list of str
        What a user should know although nothing was changed, a sentence each.
    """

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def change(self, place: str, rule: str, was: object, now: object, count: int = 1) -> None:
        """Count a change; one line for each rule, with its first place and values."""
        for known in self.changes:
            if known.rule == rule:
                known.count += count
                return
        self.changes.append(Change(place=place, rule=rule, was=str(was), now=str(now), count=count))

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)


def read_bytes(path: Path, limit: int = TEXT_LIMIT) -> bytes:
    """Return a file's bytes, refusing one that is larger than ``limit`` before it is in memory."""
    with path.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise FormatError(f"{path.name}: the file must have at most {limit} bytes, and has more")
    return data


def read_text(path: Path, limit: int = TEXT_LIMIT) -> str:
    """Return a file's text: UTF-8, with or without a byte-order mark."""
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as damage:
        raise FormatError(
            f"{path.name}: byte {damage.start}: the file must be text in UTF-8, and is not"
        ) from None
