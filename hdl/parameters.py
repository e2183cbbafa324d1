"""From the numbers of an architecture to the parameters of a unit, and to configuration words."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.hdl.image import SPACES, image_words, integers, spaces

__all__ = ["SPACES", "accepted", "configuration_writes", "pack_parameters"]


def accepted(function: Callable[..., Any], architecture: Architecture) -> dict[str, int]:
    """The values of an architecture that `function` takes as keyword parameters, by name."""
    names = inspect.signature(function).parameters
    return {name: getattr(architecture, name) for name in names if hasattr(architecture, name)}


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
    return integers(image_words(network, core, core + 1)["parameters"][0])


def configuration_writes(network: Any) -> list[tuple[int, int, int, int]]:
    """Return the writes that program a network: rows (space, core, address, data).

    `image.configuration_table` has the same writes as an array, which large meshes want.
    """
    kinds, image = spaces(network.architecture), image_words(network)
    return [
        (space.number, core, address, data)
        for core in range(network.architecture.cores)
        for space in kinds
        for address, data in enumerate(integers(image[space.name][core]))
    ]
