"""From the numbers of an architecture to the parameters of a unit, and to configuration words."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.types import Array, Struct

__all__ = ["SPACES", "accepted", "configuration_writes", "pack_parameters"]

SPACES = {"axon_types": 0, "synapses": 1, "parameters": 2, "potential": 3, "seed": 4}
"""Number of each configuration space; the unit `configuration` is the authority."""


def accepted(function: Callable[..., Any], architecture: Architecture) -> dict[str, int]:
    """The values of an architecture that `function` takes as keyword parameters, by name."""
    names = inspect.signature(function).parameters
    return {name: getattr(architecture, name) for name in names if hasattr(architecture, name)}


@functools.cache
def _unit(architecture: Architecture) -> Unit:
    return Library().unit("chip", architecture.to_dict())


def pack_parameters(network: Any, core: int) -> list[int]:
    """The configuration words of a core's neurons, in the layout of the type `Parameters`.

    Parameters
    ----------
    network : golden.Network
        Arrays as its documentation gives them.
    core : int
        x + width * y.

    Returns
    -------
    list of int
        One word a neuron.
    """
    layout = _unit(network.architecture).types["Parameters"].type
    assert isinstance(layout, Struct)
    stochastic = network.weight_stochastic[core].astype(object)
    stochastic = sum(stochastic[:, g] << g for g in range(network.architecture.axon_types))
    leak = {
        "leak": network.leak[core],
        "stochastic": network.leak_stochastic[core],
        "reversal": network.leak_reversal[core],
    }
    fire = {
        "threshold": network.threshold[core],
        "negative_threshold": network.negative_threshold[core],
        "mask": network.threshold_mask[core],
        "reset_mode": network.reset_mode[core],
        "reset_potential": network.reset_potential[core],
        "negative_saturate": network.negative_saturate[core],
    }
    destination = {name: getattr(network, name)[core] for name in ("dx", "dy", "axon", "delay")}
    values = {
        "weights": network.weights[core],
        "stochastic": stochastic,
        "leak": leak,
        "fire": fire,
        "destination": destination,
    }
    return [int(word) for word in _pack(layout, values)]


def configuration_writes(network: Any) -> list[tuple[int, int, int, int]]:
    """Return the writes that program a network: rows (space, core, address, data)."""
    modulus = 1 << network.architecture.potential_bits
    writes = []
    for core in range(network.architecture.cores):
        rows = np.packbits(network.synapses[core], axis=1, bitorder="little")
        words = {
            "axon_types": network.axon_types[core].tolist(),
            "synapses": [int.from_bytes(row.tobytes(), "little") for row in rows],
            "parameters": pack_parameters(network, core),
            # The port takes bits, without a sign.
            "potential": [value % modulus for value in network.potential[core].tolist()],
            "seed": [int(network.seed[core])],
        }
        for space, values in words.items():
            writes += [(SPACES[space], core, at, value) for at, value in enumerate(values)]
    return writes


def _pack(layout: Struct, values: dict[str, Any]) -> NDArray[np.object_]:
    """Words of a struct, vectorised over neurons; Python integers, since they exceed 64 bits."""
    words: Any = 0
    for name, kind in layout.fields:
        value = values[name]
        if isinstance(kind, Struct):
            field: Any = _pack(kind, value)
        elif isinstance(kind, Array):
            mask, width = (1 << kind.element.width) - 1, kind.element.width
            columns = value.astype(object)
            field = sum((columns[:, i] & mask) << (i * width) for i in range(kind.length))
        else:
            field = np.asarray(value).astype(int).astype(object) & ((1 << kind.width) - 1)
        words = words | (field << layout.offset(name))
    return np.asarray(words, dtype=object)
