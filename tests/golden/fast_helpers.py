"""Networks and comparisons that the tests of the compiled engine share."""

from dataclasses import fields
from typing import Any

import numpy as np

from spikewright.golden import (
    Architecture,
    Network,
    random_network,
    random_packets,
    random_spikes,
)

TINY = Architecture.preset("tiny")
ONE = TINY.with_mesh(1, 1)
MESH = TINY.with_mesh(3, 2)
TICKS = 24


def assert_same(one: Any, other: Any) -> None:
    """Hold two traces, recordings or states against each other, types and all."""
    assert type(one) is type(other)
    for field in fields(one):
        values = np.asarray(getattr(one, field.name)), np.asarray(getattr(other, field.name))
        assert values[0].dtype == values[1].dtype, field.name
        assert np.array_equal(*values), field.name


def busy(seed: int = 0) -> tuple[Network, np.ndarray, np.ndarray]:
    network = random_network(MESH, seed, attached=("west", "north"), off_mesh=0.2)
    packets = random_packets(network, seed, TICKS, late=0.3, off_mesh=0.3)
    return network, random_spikes(network, seed, TICKS), packets


def started(kind: Any, seed: int = 0, **options: Any) -> Any:
    network, spikes, packets = busy(seed)
    simulator = kind(network, **options)
    simulator.inject(spikes)
    simulator.inject_packets(packets)
    return simulator


def relay(**arrays: Any) -> Network:
    """Return one core in which neuron n follows axon n; no neuron has a destination yet."""
    synapses = np.eye(16, dtype=np.bool_)[None]
    return Network(ONE, **{"synapses": synapses, "weights": 1, "attached": ("west",), **arrays})
