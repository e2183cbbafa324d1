"""What the directed programs are made with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.verif.blocks import Block
from spikewright.verif.scenario import Scenario

__all__ = [
    "Case",
    "Cases",
    "Row",
    "identity",
    "new_network",
    "one_of_each",
    "to_all_axons",
    "to_core",
]

Maker = Callable[[Block, Architecture], Scenario]
Row = tuple[int, str, int, int, int, int, int]
"""A packet as `golden.make_packets` takes it."""


@dataclass(frozen=True)
class Case:
    """A directed program.

    Members
    -------
    make : callable
        From a block and its architecture to a scenario; for any block with cores.
    nightly : bool
        Takes long; run only when asked for.
    """

    make: Maker
    nightly: bool = False

    @property
    def meaning(self) -> str:
        """The first line of the function's description."""
        return (self.make.__doc__ or "").strip().splitlines()[0]


class Cases(dict[str, Case]):
    """Directed programs by name; a decorator for the functions that make them."""

    def __call__(self, make: Maker) -> Maker:
        """Add a program under its function's name."""
        self[make.__name__] = Case(make)
        return make

    def nightly(self, make: Maker) -> Maker:
        """Add one that takes long."""
        self[make.__name__] = Case(make, nightly=True)
        return make


def new_network(block: Block, a: Architecture, **arrays: Any) -> Network:
    """Return a network for a block; what is not given is silent."""
    return Network(a, attached=block.attached, **arrays)


def to_core(a: Architecture, tick: int, core: int, slot: int, axon: int) -> Row:
    """Return a packet that comes in over the west edge and ends in a core."""
    x, y = core % a.width, core // a.width
    return tick, "west", y, x, 0, slot % a.delay_slots, axon


def to_all_axons(a: Architecture, tick: int, slot: int) -> list[Row]:
    """Return a packet for every axon of every core."""
    return [to_core(a, tick, c, slot, axon) for c in range(a.cores) for axon in range(a.axons)]


def identity(a: Architecture) -> Any:
    """Return synapses that connect axon i to neuron i only."""
    return np.broadcast_to(np.eye(a.neurons, a.axons, dtype=bool), (a.cores, a.neurons, a.axons))


def one_of_each(a: Architecture) -> Any:
    """Return the neurons' numbers, for parameters that go round from neuron to neuron."""
    return np.broadcast_to(np.arange(a.neurons), (a.cores, a.neurons))
