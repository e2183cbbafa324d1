"""Words of parameters, packed and unpacked a field at a time over all neurons of many cores.

The layout is read from the type `Parameters` of the table `chip`, so that what is packed follows
the hardware wherever a field moves.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.lct.library import Library
from spikewright.lct.types import Array, Int, Struct, Type

__all__ = ["Slot", "field_of", "low_bits", "pack_rows", "parameter_layout", "twos_complement"]

Words = NDArray[np.uint32]

# A field of the type `Parameters` beside the network's array; `Struct` names its inner fields.
_ARRAYS = {
    "weights": "weights",
    "stochastic": "weight_stochastic",
    "leak.leak": "leak",
    "leak.stochastic": "leak_stochastic",
    "leak.reversal": "leak_reversal",
    "fire.threshold": "threshold",
    "fire.negative_threshold": "negative_threshold",
    "fire.mask": "threshold_mask",
    "fire.reset_mode": "reset_mode",
    "fire.reset_potential": "reset_potential",
    "fire.negative_saturate": "negative_saturate",
    "destination.dx": "dx",
    "destination.dy": "dy",
    "destination.axon": "axon",
    "destination.delay": "delay",
}


@dataclass(frozen=True)
class Slot:
    """Bits of a word of parameters: those of one array, or of one column of it."""

    array: str
    column: int | None
    offset: int
    kind: Int


@functools.cache
def parameter_layout(architecture: Architecture) -> tuple[int, tuple[Slot, ...]]:
    """Return the bits of a word of parameters, and where each array lies in it."""
    kind = Library().unit("chip", architecture.to_dict()).types["Parameters"].type
    return kind.width, tuple(_slots(kind, "", 0))


def _slots(kind: Type, path: str, offset: int) -> Iterator[Slot]:
    if isinstance(kind, Struct):
        for name, inner in kind.fields:
            yield from _slots(inner, f"{path}.{name}".lstrip("."), offset + kind.offset(name))
        return
    if path == "stochastic":
        # The table has one vector, a bit for each axon type.
        kind = Array(Int(1), kind.width)
    if isinstance(kind, Array):
        assert isinstance(kind.element, Int)
        for g in range(kind.length):
            yield Slot(_ARRAYS[path], g, offset + g * kind.element.width, kind.element)
        return
    assert isinstance(kind, Int)
    yield Slot(_ARRAYS[path], None, offset, kind)


def low_bits(values: NDArray[Any], bits: int) -> Words:
    """Return the low bits of numbers: the port takes bits, without a sign."""
    return values.astype(np.uint32) & np.uint32((1 << bits) - 1)


def twos_complement(words: NDArray[Any], bits: int) -> NDArray[np.int64]:
    """Read low bits as two's complement."""
    sign = np.int64(1 << (bits - 1))
    value: NDArray[np.int64] = (words.astype(np.int64) ^ sign) - sign
    return value


def pack_rows(slots: tuple[Slot, ...], count: int, network: Any, cores: slice) -> Words:
    """Return the words of parameters of some cores.

    Parameters
    ----------
    slots : tuple of Slot
    count : int
        Words of 32 bits that they need.
    network : golden.Network
    cores : slice

    Returns
    -------
    ndarray of uint32, shape (cores, neurons, count)
    """
    shape = network.leak[cores].shape
    words = np.zeros((*shape, count), np.uint32)
    for slot in slots:
        values = getattr(network, slot.array)[cores]
        values = values if slot.column is None else values[..., slot.column]
        at, shift = divmod(slot.offset, 32)
        bits = low_bits(values, slot.kind.width).astype(np.uint64) << np.uint64(shift)
        words[..., at] |= bits.astype(np.uint32)
        if shift + slot.kind.width > 32:
            words[..., at + 1] |= (bits >> np.uint64(32)).astype(np.uint32)
    return words


def field_of(words: Words, slot: Slot) -> NDArray[np.int64]:
    """Return one array, or a column of it, from rows of words."""
    at, shift = divmod(slot.offset, 32)
    bits = words[..., at].astype(np.uint64)
    if shift + slot.kind.width > 32:
        bits |= words[..., at + 1].astype(np.uint64) << np.uint64(32)
    bits = (bits >> np.uint64(shift)) & np.uint64((1 << slot.kind.width) - 1)
    return twos_complement(bits, slot.kind.width) if slot.kind.signed else bits.astype(np.int64)
