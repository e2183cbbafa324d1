"""The image of a network: the words that its memories hold, packed and unpacked by whole arrays.

Words are rows of 32 bits, the least significant first, since a row of synapses or of parameters is
wider than any integer of numpy. A chip of 4,096 full-size cores has a million rows of parameters:
one operation a field packs all rows of many cores (`parameter_words`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.hdl import register_map
from spikewright.hdl.parameter_words import (
    field_of,
    low_bits,
    pack_rows,
    parameter_layout,
    twos_complement,
)

__all__ = [
    "MEMORIES",
    "SPACES",
    "ImageError",
    "Space",
    "configuration_table",
    "image_arrays",
    "image_words",
    "integers",
    "memory_init",
    "spaces",
]

Words = NDArray[np.uint32]

SPACES = {space.name.lower(): int(space) for space in register_map.Space}
"""Number of each configuration space, as the registers describe them."""

MEMORIES = {
    "axon_types": "types",
    "synapses": "synapse_rows",
    "parameters": "rows",
    "potential": "potentials",
}
"""Memory in which each space lies: the instance in `core`; a seed goes to a register of `draw`."""


class ImageError(ValueError):
    """Words that no memory of the chip can hold."""


@dataclass(frozen=True)
class Space:
    """One of the five things that a core is programmed with.

    Members
    -------
    name : str
    number : int
        As the configuration port counts spaces.
    entries : int
        Addresses: axons, neurons, or one.
    bits : int
        Of an entry.
    """

    name: str
    number: int
    entries: int
    bits: int

    @property
    def words(self) -> int:
        """Words of 32 bits that hold an entry."""
        return -(-self.bits // 32)


@functools.cache
def spaces(architecture: Architecture) -> tuple[Space, ...]:
    """Return the spaces of a core, in the order in which a network is written."""
    sizes = {
        "axon_types": (architecture.axons, architecture.type_bits),
        "synapses": (architecture.neurons, architecture.axons),
        "parameters": (architecture.neurons, parameter_layout(architecture)[0]),
        "potential": (architecture.neurons, architecture.potential_bits),
        "seed": (1, 32),
    }
    return tuple(Space(name, number, *sizes[name]) for name, number in SPACES.items())


def image_words(network: Any, first: int = 0, last: int | None = None) -> dict[str, Words]:
    """Return the words of some cores of a network.

    Parameters
    ----------
    network : golden.Network
        Arrays as its documentation gives them, and in their ranges.
    first, last : int
        Cores first..last-1; all by default.

    Returns
    -------
    dict of str to ndarray of uint32, shape (cores, entries, words)
        By the names of `SPACES`.
    """
    a = network.architecture
    cores = slice(first, a.cores if last is None else last)
    bits, slots = parameter_layout(a)
    rows = np.packbits(network.synapses[cores], axis=2, bitorder="little")
    return {
        "axon_types": network.axon_types[cores].astype(np.uint32)[..., None],
        "synapses": _as_words(rows),
        "parameters": pack_rows(slots, -(-bits // 32), network, cores),
        "potential": low_bits(network.potential[cores], a.potential_bits)[..., None],
        "seed": network.seed[cores].astype(np.uint32)[:, None, None],
    }


def image_arrays(
    architecture: Architecture, words: Mapping[str, Words]
) -> dict[str, NDArray[np.generic]]:
    """Return a network's arrays from the words of all its spaces: `image_words` backwards.

    Parameters
    ----------
    architecture : Architecture
    words : mapping of str to ndarray of uint32, shape (cores, entries, words)

    Returns
    -------
    dict of str to ndarray
        By the names of `golden.Network`, boolean or int64: the caller narrows them, and holds them
        against their ranges, which bits alone do not keep (a reset mode of two bits may be 3).

    Raises
    ------
    ImageError
        Where a bit beyond an entry's width is set; names the core, the space and the address.
    """
    a, arrays = architecture, dict[str, NDArray[np.generic]]()
    for space in spaces(a):
        _check_width(a, space, words[space.name])
    arrays["axon_types"] = words["axon_types"][..., 0].astype(np.int64)
    octets = np.ascontiguousarray(words["synapses"], "<u4").view(np.uint8)
    arrays["synapses"] = np.unpackbits(octets, axis=2, count=a.axons, bitorder="little").view(
        np.bool_
    )
    for slot in parameter_layout(a)[1]:
        value = field_of(words["parameters"], slot)
        if slot.column is None:
            arrays[slot.array] = value
            continue
        shape = (*value.shape, a.axon_types)
        column = arrays.setdefault(slot.array, np.empty(shape, np.int64))
        column[..., slot.column] = value
    arrays["potential"] = twos_complement(words["potential"][..., 0], a.potential_bits)
    arrays["seed"] = words["seed"][:, 0, 0].astype(np.int64)
    return arrays


def configuration_table(network: Any) -> Words:
    """Return the writes that program a network, as rows of words.

    Returns
    -------
    ndarray of uint32, shape (writes, 3 + words)
        Space, core, address and data, core by core, in the order of `spaces`. The data has the
        words of the configuration port, which is as wide as the widest space.
    """
    a = network.architecture
    kinds, image = spaces(a), image_words(network)
    entries = sum(space.entries for space in kinds)
    table = np.zeros((a.cores, entries, 3 + max(space.words for space in kinds)), np.uint32)
    table[..., 1] = np.arange(a.cores)[:, None]
    at = 0
    for space in kinds:
        rows = table[:, at : at + space.entries]
        rows[..., 0], rows[..., 2] = space.number, np.arange(space.entries)
        rows[..., 3 : 3 + space.words] = image[space.name]
        at += space.entries
    return table.reshape(a.cores * entries, -1)


def memory_init(network: Any, core: int) -> dict[str, list[int]]:
    """Return what the memories of one core are to hold when a tick first starts.

    Parameters
    ----------
    network : golden.Network
    core : int
        x + width * y.

    Returns
    -------
    dict of str to list of int
        By the name of the instance in `core`: ``types``, ``synapse_rows``, ``rows`` and
        ``potentials``. An entry is the row's bits, without a sign. The seed is no memory's.
    """
    words = image_words(network, core, core + 1)
    return {instance: integers(words[name][0]) for name, instance in MEMORIES.items()}


def integers(words: Words) -> list[int]:
    """Return rows of words as Python integers."""
    if words.shape[-1] == 1:
        narrow: list[int] = words.reshape(-1).tolist()
        return narrow
    octets = np.ascontiguousarray(words, "<u4").tobytes()
    step = 4 * words.shape[-1]
    return [int.from_bytes(octets[at : at + step], "little") for at in range(0, len(octets), step)]


def _as_words(octets: NDArray[np.uint8]) -> Words:
    """Return bytes, the least first, as words."""
    excess = -octets.shape[-1] % 4
    if excess:
        octets = np.pad(octets, ((0, 0), (0, 0), (0, excess)))
    return np.ascontiguousarray(octets).view("<u4").astype(np.uint32, copy=False)


def _check_width(architecture: Architecture, space: Space, words: Words) -> None:
    """Refuse bits beyond an entry's width, which the hardware would drop without a word."""
    excess = 32 * space.words - space.bits
    beyond = words[..., -1] >> np.uint32(32 - excess) if excess else np.zeros(1, np.uint32)
    if beyond.any():
        core, address = (int(index) for index in np.argwhere(beyond)[0])
        place = f"core ({core % architecture.width}, {core // architecture.width})"
        raise ImageError(
            f"{space.name} of {place}, address {address} must have {space.bits} bits, "
            f"not {integers(words[core, address][None])[0]:#x}"
        )
