"""The table of a network's arrays: type, axes, range and default of each.

Construction, checking, saving and loading all read it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.random import DEFAULT_SEED

__all__ = ["FIELDS", "Field", "array_bytes"]

_Range = Callable[[Architecture], tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One array of a network.

    Members
    -------
    name : str
    dtype : type
        Scalar type of the array.
    axes : tuple of {"core", "neuron", "axon", "type"}
    range : callable
        Smallest and largest value, of an `Architecture`.
    default : int
    """

    name: str
    dtype: type[np.generic]
    axes: tuple[str, ...]
    range: _Range
    default: int = 0

    def shape(self, architecture: Architecture) -> tuple[int, ...]:
        """Return the array's shape."""
        sizes = {
            "core": architecture.cores,
            "neuron": architecture.neurons,
            "axon": architecture.axons,
            "type": architecture.axon_types,
        }
        return tuple(sizes[axis] for axis in self.axes)


_NEURON = ("core", "neuron")
_TYPED = ("core", "neuron", "type")


def _bit(_: Architecture) -> tuple[int, int]:
    return 0, 1


def _potential(a: Architecture) -> tuple[int, int]:
    return a.potential_range


def _weight(a: Architecture) -> tuple[int, int]:
    return a.weight_range


def _leak(a: Architecture) -> tuple[int, int]:
    return a.leak_range


def _threshold(a: Architecture) -> tuple[int, int]:
    return 0, a.threshold_limit


def _offset(a: Architecture) -> tuple[int, int]:
    return a.offset_range


FIELDS: tuple[Field, ...] = (
    Field(name="synapses", dtype=np.bool_, axes=("core", "neuron", "axon"), range=_bit),
    Field(
        name="axon_types",
        dtype=np.uint8,
        axes=("core", "axon"),
        range=lambda a: (0, a.axon_types - 1),
    ),
    Field(name="weights", dtype=np.int32, axes=_TYPED, range=_weight),
    Field(name="weight_stochastic", dtype=np.bool_, axes=_TYPED, range=_bit),
    Field(name="leak", dtype=np.int32, axes=_NEURON, range=_leak),
    Field(name="leak_stochastic", dtype=np.bool_, axes=_NEURON, range=_bit),
    Field(name="leak_reversal", dtype=np.bool_, axes=_NEURON, range=_bit),
    Field(name="threshold", dtype=np.int32, axes=_NEURON, range=_threshold, default=1),
    Field(name="negative_threshold", dtype=np.int32, axes=_NEURON, range=_threshold),
    Field(name="threshold_mask", dtype=np.uint8, axes=_NEURON, range=lambda a: (0, a.mask_bits)),
    Field(name="reset_mode", dtype=np.uint8, axes=_NEURON, range=lambda _: (0, 2)),
    Field(name="reset_potential", dtype=np.int32, axes=_NEURON, range=_potential),
    Field(name="negative_saturate", dtype=np.bool_, axes=_NEURON, range=_bit),
    Field(name="potential", dtype=np.int32, axes=_NEURON, range=_potential),
    Field(name="dx", dtype=np.int32, axes=_NEURON, range=_offset),
    Field(name="dy", dtype=np.int32, axes=_NEURON, range=_offset),
    Field(name="axon", dtype=np.int32, axes=_NEURON, range=lambda a: (0, a.axons - 1)),
    Field(name="delay", dtype=np.uint8, axes=_NEURON, range=lambda a: (0, a.delay_slots - 1)),
    Field(
        name="seed",
        dtype=np.uint32,
        axes=("core",),
        range=lambda _: (1, 2**32 - 1),
        default=DEFAULT_SEED,
    ),
)


def array_bytes(architecture: Architecture) -> int:
    """Return the bytes that all arrays of a network take in memory."""
    return sum(
        np.dtype(field.dtype).itemsize * math.prod(field.shape(architecture)) for field in FIELDS
    )
