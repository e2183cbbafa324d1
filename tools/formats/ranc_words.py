"""Words of 0 and 1 as Verilog's $readmemb takes them, and RANC's neurons in them.

A word is any number of digits between white space, in which underscores do not count; comments are
those of Verilog. Addresses (@) and unknown digits (x, z), which $readmemb also knows, are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.report import FormatError, read_bytes

__all__ = ["FILE_LIMIT", "WORD_LIMIT", "core_lines", "core_words", "read_words", "word_axons"]

FILE_LIMIT = 2**26
"""Bytes of a file; one of 256 neurons with 256 axons has 95,000."""

WORD_LIMIT = 65536
"""Words of a file, which are neurons or axons of a core."""

Bits = NDArray[np.uint8]

# Numbers of a word behind the connections: column of `COLUMNS`, bits, and whether it is signed. The
# destination's axon, between these two parts, is as wide as the core's axons ask for.
_FRONT = [(column, 9, True) for column in range(9)] + [(9, 1, False), (10, 9, True), (11, 9, True)]
_TICK = (13, 4, False)
_FIXED_BITS = sum(bits for _, bits, _ in [*_FRONT, _TICK])


def read_words(path: Path, *, limit: int = WORD_LIMIT, empty: bool = False) -> Bits:
    """Return a file's words as an array of 0 and 1, shape (words, bits).

    Parameters
    ----------
    path : Path
    limit : int
        Of words.
    empty : bool
        Whether there may be none.

    Raises
    ------
    FormatError
        Where a comment does not end, a word has other digits than 0 and 1, the words are of
        different lengths, or there are too many or none.
    """
    words = _without_comments(path.name, read_bytes(path, FILE_LIMIT)).split(None, limit)
    if len(words) > limit:
        raise FormatError(f"{path.name}: the file must hold at most {limit} words, and holds more")
    if not words:
        if empty:
            return np.zeros((0, 0), dtype=np.uint8)
        raise FormatError(f"{path.name}: the file must hold words of 0 and 1, and holds none")
    length = len(words[0].replace(b"_", b""))
    for number, text in enumerate(words):
        word = text.replace(b"_", b"")
        if word.strip(b"01") or not word:
            shown = ascii(text[:40].decode("latin-1"))
            raise FormatError(f"{path.name}: word {number} must be of 0 and 1, not {shown}")
        if len(word) != length:
            rule = f"word {number} must have {length} digits as word 0 has"
            raise FormatError(f"{path.name}: {rule}, not {len(word)}")
        words[number] = word
    digits = np.frombuffer(b"".join(words), dtype=np.uint8).reshape(-1, length)
    return digits - np.uint8(ord("0"))


def _without_comments(name: str, text: bytes) -> bytes:
    """Return a text with each comment replaced by white space."""
    parts: list[bytes] = []
    at = 0
    # Each mark may stand in a comment of the other kind, so the nearer one counts. One that is not
    # there is not looked for again, or a file of comments would be searched once for each.
    marks = {b"//": 0, b"/*": 0}
    while True:
        for mark, place in marks.items():
            if 0 <= place <= at:
                marks[mark] = text.find(mark, at)
        found = [(place, mark) for mark, place in marks.items() if place >= 0]
        if not found:
            return b" ".join([*parts, text[at:]])
        start, mark = min(found)
        parts.append(text[at:start])
        end = text.find(b"\n" if mark == b"//" else b"*/", start + 2)
        if end < 0 and mark == b"/*":
            number = text.count(b"\n", 0, start) + 1
            raise FormatError(f"{name}: line {number}: the comment must end, and does not")
        at = end + (2 if mark == b"/*" else 0) if end >= 0 else len(text)


def word_axons(name: str, length: int) -> int:
    """Return the axons of a core whose words have this many bits."""
    for bits in range(1, 17):
        if 2**bits + bits + _FIXED_BITS == length:
            return int(2**bits)
    rule = "a word must have 104 bits, one for each axon, and those of an axon's number"
    raise FormatError(f"{name}: {rule}, such as 368 for 256 axons, not {length}")


def _layout(axons: int) -> list[tuple[int, int, bool]]:
    """Return column, bits and signedness of a word's numbers, from the left."""
    return [*_FRONT, (12, axons.bit_length() - 1, False), _TICK]


def core_words(words: Bits, axons: int) -> tuple[list[bytes], NDArray[np.int32]]:
    """Return the connections and the numbers of neurons from their words.

    Returns
    -------
    rows : list of bytes
        Of each neuron a byte, 0 or 1, for each axon.
    numbers : ndarray of int32, shape (N, 14)
        In the order of `COLUMNS`.
    """
    connections = words[:, :axons][:, ::-1]
    numbers = np.zeros((len(words), 14), dtype=np.int32)
    at = axons
    for column, bits, signed in _layout(axons):
        powers = 2 ** np.arange(bits - 1, -1, -1, dtype=np.int32)
        if signed:
            powers[0] = -powers[0]
        numbers[:, column] = words[:, at : at + bits] @ powers
        at += bits
    return [row.tobytes() for row in connections], numbers


def core_lines(
    types: NDArray[np.uint8], connections: NDArray[np.bool_], numbers: NDArray[np.int32]
) -> tuple[bytes, bytes]:
    """Return the texts of a csram and a tc file.

    Parameters
    ----------
    types : ndarray of uint8, shape (A,)
    connections : ndarray of bool, shape (N, A)
    numbers : ndarray of int32, shape (N, 14)
        In the order of `COLUMNS`, each within the bits that it has in a word.
    """
    fields: list[NDArray[Any]] = [connections[:, ::-1]]
    for column, bits, _ in _layout(connections.shape[1]):
        # A negative number shifts as two's complement.
        fields.append(numbers[:, column, None] >> np.arange(bits - 1, -1, -1) & 1)
    return _text(np.concatenate(fields, axis=1)), _text(types[:, None] >> np.array([1, 0]) & 1)


def _text(bits: NDArray[np.integer]) -> bytes:
    """Return rows of 0 and 1 as lines."""
    text = np.full((bits.shape[0], bits.shape[1] + 1), ord("\n"), dtype=np.uint8)
    text[:, :-1] = bits + ord("0")
    return text.tobytes()
