"""A JSON file piece by piece, so that neither a long file nor a hostile one fills the memory.

The outermost value is an object. Its members are visited in the file's order, and a list among them
is visited element by element. Only one piece at a time is ever held as Python objects, which take
up to 27 times as many bytes as its text.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from spikewright.tools.formats.report import FormatError, read_bytes

__all__ = ["ELEMENT_LIMIT", "FILE_LIMIT", "PIECE_LIMIT", "JsonPieces", "shown"]

FILE_LIMIT = 2**28
"""Bytes of a file."""

PIECE_LIMIT = 2**23
"""Characters of one element, and of one member that is not visited element by element."""

ELEMENT_LIMIT = 2**20
"""Elements of a list that is visited element by element: cores, or ticks with packets."""

_FIRST_WINDOW = 2**20
_SPACE = re.compile(rb"[ \t\r\n]*")


class _Refused(ValueError):
    """Valid JSON that no file of numbers needs; the place is added where it is known."""


class JsonPieces:
    """An opened file, before the first member of its outermost object.

    Parameters
    ----------
    path : Path
        ASCII text, with or without a byte-order mark.

    Raises
    ------
    FormatError
        Here and in all methods: where the file is too large, is no JSON, holds a number that is no
        integer, or holds a key twice in one object.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._data = read_bytes(path, FILE_LIMIT)
        self._at = 3 if self._data.startswith(b"\xef\xbb\xbf") else 0
        self._window, self._start, self._size = "", self._at, _FIRST_WINDOW
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float
        )

    def members(self) -> Iterator[str]:
        """Yield each key; its `value`, or its `elements`, must be read before the next key."""
        self._take(b"{")
        keys: set[str] = set()
        while not self._ends(b"}", first=not keys):
            key = self.value("the outermost object")
            if not isinstance(key, str):
                self._fail()
            if key in keys:
                raise FormatError(f"{self.name}: key {shown(key)} must occur once, not twice")
            keys.add(key)
            self._take(b":")
            yield key
        self._skip_space()
        if self._at != len(self._data):
            self._fail()

    def elements(self, place: str) -> Iterator[Any]:
        """Yield the elements of the list that comes next.

        Parameters
        ----------
        place : str
            The list's name, for messages.
        """
        self._skip_space()
        if self._data[self._at : self._at + 1] != b"[":
            raise FormatError(
                f"{self.name}: {place} must be a list, not {shown(self.value(place))}"
            )
        self._take(b"[")
        number = 0
        while not self._ends(b"]", first=not number):
            if number == ELEMENT_LIMIT:
                rule = f"{place} must have at most {ELEMENT_LIMIT} elements"
                raise FormatError(f"{self.name}: {rule}, and has more")
            yield self.value(f"{place}[{number}]")
            number += 1

    def value(self, place: str) -> Any:
        """Return the value that comes next: dict, list, str, int, bool or None."""
        self._skip_space()
        while True:
            offset = self._at - self._start
            cut = self._start + len(self._window) < len(self._data)
            try:
                value, end = self._decoder.raw_decode(self._window, offset)
                # A number at the edge of the window may go on behind it.
                if end < len(self._window) or not cut or type(value) is not int:
                    self._at = self._start + end
                    return value
                wrong, cut_short = self._at, True
            except json.JSONDecodeError as error:
                wrong = self._start + error.pos
                # What the cut breaks shows at the cut; an open string, where it began.
                near = wrong + 16 >= self._start + len(self._window)
                cut_short = near or error.msg.startswith("Unterminated")
            except _Refused as error:
                raise FormatError(f"{self.name}: {place}: {error}") from None
            except RecursionError:
                raise FormatError(
                    f"{self.name}: {place} must not hold so many values one inside the other"
                ) from None
            except ValueError:  # int() has a limit of its own, in digits
                digits = sys.get_int_max_str_digits()
                rule = f"integers must have at most {digits} digits"
                raise FormatError(f"{self.name}: {place}: {rule}") from None
            if not (cut and cut_short):
                self._fail(wrong)
            self._widen(place)

    def _widen(self, place: str) -> None:
        """Move the window to the present place, and make it longer if it was there already."""
        if self._start == self._at and self._window:
            if self._size >= PIECE_LIMIT:
                raise FormatError(
                    f"{self.name}: {place} must be JSON of at most {PIECE_LIMIT} characters"
                )
            self._size = min(4 * self._size, PIECE_LIMIT)
        self._start = self._at
        piece = self._data[self._at : self._at + self._size]
        try:
            self._window = piece.decode("ascii")
        except UnicodeDecodeError as damage:
            raise FormatError(
                f"{self.name}: byte {self._start + damage.start}: the file must be ASCII, and is "
                "not"
            ) from None

    def _skip_space(self) -> None:
        match = _SPACE.match(self._data, self._at)
        self._at = match.end() if match else self._at

    def _take(self, token: bytes) -> None:
        self._skip_space()
        if self._data[self._at : self._at + 1] != token:
            self._fail()
        self._at += 1

    def _ends(self, token: bytes, *, first: bool) -> bool:
        """Pass the end of a list or object, or else the comma before anything but the first."""
        self._skip_space()
        if self._data[self._at : self._at + 1] == token:
            self._at += 1
            return True
        if not first:
            self._take(b",")
        return False

    def _fail(self, at: int | None = None) -> NoReturn:
        at = self._at if at is None else at
        line = self._data.count(b"\n", 0, at) + 1
        column = at - self._data.rfind(b"\n", 0, at)
        raise FormatError(
            f"{self.name}: line {line}, column {column}: the file must be JSON, and is not"
        )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys all differ."""
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise _Refused(f"key {shown(twice)} must occur once in an object, not twice")
    return members


def _no_float(text: str) -> NoReturn:
    raise _Refused(f"numbers must be integers, not {text[:40]}")


def shown(value: Any) -> str:
    """Return a value as a message can quote it, in JSON's words and a few characters."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
