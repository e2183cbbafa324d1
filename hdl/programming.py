"""The accesses that program a chip over its AXI4-Lite port, and what such accesses program.

Every core is programmed with the same addresses in the same order, so the addresses of one core and
a row of data a core say all. The names and places of registers are those of `register_map`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.hdl.image import ImageError, image_words, spaces
from spikewright.hdl.register_map import CFG_DATA_DATA, Command, Register

__all__ = ["DATA_WORDS", "core_addresses", "data_words", "register_writes", "written_image"]

Words = NDArray[np.uint32]
Int = NDArray[np.int64]

DATA_WORDS = 128
"""Most words of data that the register map has room for."""

_CORE, _SPACE, _ADDRESS, _COMMAND, _DATA, _UNKNOWN = range(6)
_PLACES = (Register.CFG_CORE, Register.CFG_SPACE, Register.CFG_ADDRESS, Register.CFG_COMMAND)
_MODULUS = 1 << 16  # of CFG_ADDRESS


def data_words(architecture: Architecture) -> int:
    """Return how many registers CFG_DATA a chip has.

    Raises
    ------
    ImageError
        Where the register map has no room for them.
    """
    words = max(space.words for space in spaces(architecture))
    if words > DATA_WORDS:
        raise ImageError(
            f"an entry must take at most {DATA_WORDS} words of {CFG_DATA_DATA.width} bits, which "
            f"the register map has, not {words}"
        )
    return words


@functools.cache
def core_addresses(architecture: Architecture) -> Words:
    """Return the addresses that program one core, in order; not to be written to."""
    addresses = np.array([address for address, _ in _steps(architecture)], np.uint32)
    addresses.flags.writeable = False
    return addresses


def _steps(architecture: Architecture) -> Iterator[tuple[int, int]]:
    """Yield address and data of one core, data that depend on the network being 0.

    A command reads all data registers, and refuses bits beyond its entry's width: what a wider
    entry has left in the registers after those of this one is set to 0.
    """
    yield Register.CFG_CORE, 0
    left = data_words(architecture)
    for space in spaces(architecture):
        yield Register.CFG_SPACE, space.number
        yield Register.CFG_ADDRESS, 0
        for word in range(space.words, left):
            yield Register.CFG_DATA + 4 * word, 0
        left = space.words
        for _ in range(space.entries):
            for word in range(space.words):
                yield Register.CFG_DATA + 4 * word, 0
            yield Register.CFG_COMMAND, Command.WRITE


def register_writes(network: Any, first: int = 0, last: int | None = None) -> Words:
    """Return the data of the writes that program some cores.

    Parameters
    ----------
    network : golden.Network
    first, last : int
        Cores first..last-1; all by default.

    Returns
    -------
    ndarray of uint32, shape (cores, writes)
        Row c is written to `core_addresses`, element by element.
    """
    a = network.architecture
    last = a.cores if last is None else last
    words = image_words(network, first, last)
    data = np.empty((last - first, len(core_addresses(a))), np.uint32)
    data[:] = [value for _, value in _steps(a)]
    data[:, 0] = np.arange(first, last)
    at, left = 1, data_words(a)
    for space in spaces(a):
        at += 2 + max(0, left - space.words)
        left = space.words
        end = at + space.entries * (space.words + 1)
        block = data[:, at:end].reshape(last - first, space.entries, space.words + 1)
        data[:, at:end] = np.concatenate(
            [words[space.name], block[..., space.words :]], axis=2
        ).reshape(last - first, -1)
        at = end
    return data


def written_image(architecture: Architecture, address: Words, data: Words) -> dict[str, Words]:
    """Return the words that writes leave in a chip, which is as after a reset before them.

    Parameters
    ----------
    architecture : Architecture
    address, data : ndarray of uint32, shape (writes,)
        In any order that programs each entry; where one is written twice, the later write counts.

    Returns
    -------
    dict of str to ndarray of uint32, shape (cores, entries, words)
        As `image.image_words` gives them.

    Raises
    ------
    ImageError
        For a write that the chip refuses or that does not program it, with its number from 1, and
        for an entry that no write programs.
    """
    kinds = spaces(architecture)
    code = _codes(architecture, address)
    at = np.flatnonzero(code == _COMMAND)
    _refuse(at, data[at] != Command.WRITE, "a command must be 1, a write, not {}", data[at])
    total = architecture.cores * sum(space.entries for space in kinds)
    if len(at) < total:
        raise ImageError(f"there must be {total} commands at least, not {len(at)}")
    core = _held(code == _CORE, data, at)
    _refuse(at, core >= architecture.cores, f"core must be in 0..{architecture.cores - 1}", core)
    number = _held(code == _SPACE, data, at)
    _refuse(at, number >= len(kinds), f"space must be in 0..{len(kinds) - 1}", number)
    place = _counted(code == _ADDRESS, data, at)
    image = {}
    for space in kinds:
        chosen = np.flatnonzero(number == space.number)
        mine, entry = at[chosen], place[chosen]
        rule = f"address in {space.name} must be in 0..{space.entries - 1}"
        _refuse(mine, entry >= space.entries, rule, entry)
        words = np.zeros((architecture.cores, space.entries, space.words), np.uint32)
        seen = np.zeros(words.shape[:2], np.bool_)
        seen[core[chosen], entry] = True
        _refuse_missing(architecture, space.name, seen)
        for word in range(data_words(architecture)):
            value = _held(address == Register.CFG_DATA + 4 * word, data, mine)
            if word < space.words:
                words[core[chosen], entry, word] = value
                continue
            rule = f"word {word} of {space.name} must be 0, which has {space.bits} bits"
            _refuse(mine, value != 0, rule, value)
        image[space.name] = words
    return image


def _codes(architecture: Architecture, address: Words) -> NDArray[np.uint8]:
    """Return which kind of register each write goes to."""
    end = Register.CFG_DATA + 4 * data_words(architecture)
    table = np.full(end + 1, _UNKNOWN, np.uint8)
    table[[*map(int, _PLACES)]] = range(len(_PLACES))
    table[Register.CFG_DATA : end : 4] = _DATA
    code: NDArray[np.uint8] = table[np.minimum(address, np.uint32(end))]
    unknown = np.flatnonzero(code == _UNKNOWN)
    for index in unknown[:1].tolist():
        raise ImageError(
            f"write {index + 1} must go to a register of the configuration, "
            f"not to {int(address[index]):#x}"
        )
    return code


def _held(here: NDArray[np.bool_], data: Words, at: Int) -> Int:
    """Return what a register holds at each of some writes: what was last written to it, or 0."""
    written = np.flatnonzero(here)
    last = np.searchsorted(written, at)
    return np.append(np.uint32(0), data[written]).astype(np.int64)[last]


def _counted(here: NDArray[np.bool_], data: Words, at: Int) -> Int:
    """Return what CFG_ADDRESS holds at each command: each one before has counted it up."""
    written = np.flatnonzero(here)
    last = np.searchsorted(written, at)
    before = np.append(0, np.searchsorted(at, written))[last]
    start = np.append(np.uint32(0), data[written]).astype(np.int64)[last]
    counted: Int = (start + np.arange(len(at)) - before) % _MODULUS
    return counted


def _refuse(at: Int, wrong: NDArray[np.bool_], rule: str, values: NDArray[Any]) -> None:
    """Refuse the first write for which a rule is broken."""
    for index in np.flatnonzero(wrong)[:1].tolist():
        text = rule if "{}" in rule else f"{rule}, not {{}}"
        raise ImageError(f"write {int(at[index]) + 1}: {text.format(int(values[index]))}")


def _refuse_missing(architecture: Architecture, name: str, seen: NDArray[np.bool_]) -> None:
    for core, entry in np.argwhere(~seen)[:1].tolist():
        place = f"core ({core % architecture.width}, {core // architecture.width})"
        raise ImageError(f"{name} of {place}, address {entry} must be written, and is not")
