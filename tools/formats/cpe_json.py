"""JSON as IBM's Corelet tool writes it: with C comments, and with repeated `core` keys.

A plain reader chokes on the first and keeps only the last core of the second. Comments are blanked
before parsing, in one pass; every value of a repeated `core` is kept, in the order of the file.

Text grows when it is parsed: `[],` is three bytes of text and 64 of memory. What a chip needs is
known, so brackets, strings and commas are counted first, and a file with more is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from spikewright.tools.formats.report import FormatError, read_bytes

__all__ = ["REPEATED", "Section", "read_document", "shown"]

REPEATED = "core"

# A chip of 4,096 cores that share no crossbar takes 1.1 million objects; 2.1 million commas and 8.4
# million quotation marks, to which its lists can add 5.3 and 10.5 million; and at most 170 MiB.
_FILE_LIMIT = 192 * 2**20
_COUNTS = (
    (b"/*", 200_000, "comments"),
    (b"//", 200_000, "comments"),
    (b"{", 1_250_000, "objects"),
    (b"[", 1_250_000, "lists"),
    (b'"', 24_000_000, "quotation marks"),
    (b",", 7_500_000, "commas"),
)
_BLANK = bytes(10 if code == 10 else 32 for code in range(256))  # line ends stay
# Everything up to a comment, or to a string that never ends. Possessive, so that it is linear.
_PLAIN = re.compile(rb'(?:[^"/]++|"(?:[^"\\]++|\\.)*+"|/(?![*/]))*+', re.DOTALL)


def shown(value: object) -> str:
    """Return a value for a sentence: as Python writes it, cut where it is long."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    text = repr(value)
    return text if len(text) <= 43 else f"{text[:40]}..."


def read_document(path: Path) -> dict[str, Any]:
    """Read a file of JSON with C comments and repeated `core` keys.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        The object that the file is; "core" in any object is the list of its values.

    Raises
    ------
    FormatError
        One sentence, for anything else than such a file.
    """
    text = _plain_text(path)
    try:
        value = json.loads(
            text,
            object_pairs_hook=partial(_merged, path.name),
            parse_constant=partial(_no_constant, path.name),
        )
    except json.JSONDecodeError as damage:
        raise FormatError(
            f"{path.name}: line {damage.lineno}: the file must be JSON with C comments, and is "
            f"not: {damage.msg}"
        ) from None
    except RecursionError:
        raise FormatError(
            f"{path.name}: the file must be nested a few levels deep, not hundreds"
        ) from None
    except FormatError:
        raise
    except ValueError:
        # Python converts no number of more than 4,300 digits, as that takes quadratic time.
        raise FormatError(f"{path.name}: numbers must have at most 4300 digits") from None
    if not isinstance(value, dict):
        raise FormatError(f"{path.name}: the file must hold an object, not {shown(value)}")
    return value


def _plain_text(path: Path) -> str:
    """Return a file's text without comments, once it is known to be no larger than a chip's."""
    data = bytearray(read_bytes(path, _FILE_LIMIT).removeprefix(b"\xef\xbb\xbf"))
    for sign, limit, what in _COUNTS:
        count = data.count(sign)
        if count > limit:
            raise FormatError(
                f"{path.name}: the file must have at most {limit} {what}, which is more than a "
                f"full chip takes, not {count}"
            )
    _blank_comments(path.name, data)
    try:
        # One byte a character: a wider one would make the text take four times the memory.
        return data.decode("ascii")
    except UnicodeDecodeError as damage:
        raise FormatError(
            f"{path.name}: line {_line(data, damage.start)}: the file must be ASCII outside its "
            f"comments, not byte 0x{data[damage.start]:02X}"
        ) from None


def _blank_comments(name: str, data: bytearray) -> None:
    """Write spaces in the place of each comment; line ends stay."""
    position = 0
    while True:
        start = _PLAIN.match(data, position).end()  # type: ignore[union-attr]  # matches nothing too
        if start == len(data):
            return
        if data.startswith(b"//", start):
            end = data.find(b"\n", start)
            position = len(data) if end < 0 else end
        elif data.startswith(b"/*", start) and (end := data.find(b"*/", start + 2)) >= 0:
            position = end + 2
        else:
            what = "a string" if data.startswith(b'"', start) else "a comment"
            raise FormatError(f"{name}: line {_line(data, start)}: {what} must end, and does not")
        data[start:position] = data[start:position].translate(_BLANK)


def _line(data: bytearray, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _merged(name: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of its pairs, refusing a second value for any key but `core`."""
    merged = dict(pairs)
    if REPEATED in merged:
        merged[REPEATED] = [value for key, value in pairs if key == REPEATED]
        pairs = [pair for pair in pairs if pair[0] != REPEATED]
        if len(pairs) == len(merged) - 1:
            return merged
    elif len(pairs) == len(merged):
        return merged
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise FormatError(
                f"{name}: a key other than {REPEATED} must occur once in its object, "
                f"not {shown(key)} twice"
            )
        seen.add(key)
    return merged


def _no_constant(name: str, constant: str) -> None:
    raise FormatError(f"{name}: numbers must be finite, not {constant}")


@dataclass(frozen=True)
class Section:
    """An object of the file, with its place for sentences.

    Members
    -------
    file : str
        The file's name.
    place : str
        Where the object is; empty for the whole file.
    values : dict
    """

    file: str
    place: str
    values: dict[str, Any]

    def wrong(self, rule: str) -> FormatError:
        """Return the refusal of something in this object."""
        return FormatError(": ".join(part for part in (self.file, self.place, rule) if part))

    def get(self, key: str) -> Any:
        """Return a value that must be there."""
        if key not in self.values:
            raise self.wrong(f"{key} must be given, and is not")
        return self.values[key]

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return an integer in a range, or the default where there is no such key."""
        if default is not None and key not in self.values:
            return default
        value = self.get(key)
        if type(value) is not int or not low <= value <= high:
            raise self.wrong(f"{key} must be an integer in {low}..{high}, not {shown(value)}")
        return value

    def choice(self, key: str, choices: tuple[Any, ...]) -> Any:
        """Return a value that must be one of a few, of the same type."""
        value = self.get(key)
        for known in choices:
            if type(value) is type(known) and value == known:
                return value
        rule = ", ".join(shown(known) for known in choices)
        rule = f"one of {rule}" if len(choices) > 1 else rule
        raise self.wrong(f"{key} must be {rule}, not {shown(value)}")

    def text(self, key: str) -> str:
        """Return a string."""
        value = self.get(key)
        if not isinstance(value, str):
            raise self.wrong(f"{key} must be a string, not {shown(value)}")
        return value

    def items(self, key: str, limit: int) -> list[Any]:
        """Return a list of at most ``limit`` values; an empty one where there is no such key."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"{key} must be a list, not {shown(value)}")
        if len(value) > limit:
            raise self.wrong(f"{key} must have at most {limit} entries, not {len(value)}")
        return value

    def section(self, value: object, place: str) -> Section:
        """Return an object in this object."""
        if not isinstance(value, dict):
            raise FormatError(f"{self.file}: {place} must be an object, not {shown(value)}")
        return Section(self.file, place, value)

    def only(self, known: tuple[str, ...]) -> None:
        """Refuse keys besides the known ones, where each key says what the chip does."""
        for key in self.values:
            if key not in known:
                raise self.wrong(f"keys must be of {', '.join(known)}, not {shown(key)}")
