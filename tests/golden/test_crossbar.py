"""The crossbar: sums by hand, and the place of every draw in the core's sequence."""

from typing import Any

import numpy as np

from spikewright.golden import Architecture, Network
from spikewright.golden.crossbar import CoreInput, integrate
from spikewright.golden.random import sequence

CORE = Architecture(
    **{
        **Architecture.preset("tiny").to_dict(),
        "axons": 4,
        "neurons": 3,
        "width": 1,
        "height": 1,
    }
)
SEED = 12345


def run(axons: list[int], **fields: Any) -> CoreInput:
    active = np.zeros(4, dtype=np.bool_)
    active[axons] = True
    return integrate(Network(CORE, **fields), 0, active, SEED)


def draws(count: int, bits: int) -> list[int]:
    return [state >> (32 - bits) for state in sequence(SEED, count).tolist()]


CONNECTED = [[[1, 1, 0, 1], [0, 1, 1, 0], [0, 0, 0, 1]]]
TYPES = [[0, 3, 1, 3]]
WEIGHTS = [[[1, 2, 3, 5], [-7, -6, 0, 4], [7, 7, 7, -3]]]


def test_sums_of_deterministic_synapses() -> None:
    given = run([0, 1, 2, 3], synapses=CONNECTED, axon_types=TYPES, weights=WEIGHTS)
    assert given.synaptic.tolist() == [1 + 5 + 5, 4 - 6, -3]
    assert given.synaptic.dtype == np.int64
    assert given.events == 6


def test_only_active_axons_count() -> None:
    given = run([1], synapses=CONNECTED, axon_types=TYPES, weights=WEIGHTS)
    assert given.synaptic.tolist() == [5, 4, 0]
    assert given.events == 2


def test_a_deterministic_core_draws_nothing() -> None:
    given = run([0, 1, 2, 3], synapses=1, weights=3)
    assert given.random_state == SEED
    assert given.leak_draws.tolist() == given.mask_draws.tolist() == [0, 0, 0]


def test_stochastic_synapses_draw_where_active_and_connected_even_at_weight_zero() -> None:
    given = run([0, 1, 3], synapses=CONNECTED, axon_types=TYPES, weight_stochastic=1)
    assert given.synaptic.tolist() == [0, 0, 0]
    assert given.events == 5
    assert given.random_state == sequence(SEED, 5)[-1]


def test_each_draw_has_its_place() -> None:
    """Neuron 0: axons 0, 1, 3, leak, eta. Neuron 1: axons 1, 2, eta. Neuron 2: axon 3, leak."""
    given = run(
        [0, 1, 2, 3],
        synapses=CONNECTED,
        axon_types=TYPES,
        weights=3,
        weight_stochastic=1,
        leak_stochastic=[[1, 0, 1]],
        threshold_mask=[[1, 2, 0]],
    )
    d3, d5 = draws(10, 3), draws(10, 5)
    steps = [int(draw <= 3) for draw in d3]
    assert given.synaptic.tolist() == [sum(steps[0:3]), sum(steps[5:7]), steps[8]]
    assert given.leak_draws.tolist() == [d3[3], 0, d3[9]]
    assert given.mask_draws.tolist() == [d5[4], d5[7], 0]
    assert given.random_state == sequence(SEED, 10)[-1]


def test_the_gate_is_magnitude_at_least_draw() -> None:
    """Over many draws: a weight of magnitude w passes where the draw of three bits is 0..w."""
    core = Architecture(
        **{
            **Architecture.preset("truenorth").to_dict(),
            "weight_bits": 4,
            "width": 1,
            "height": 1,
        }
    )
    expected = np.array([state >> 29 for state in sequence(SEED, 256 * 256).tolist()])
    expected = expected.reshape(256, 256)
    for weight in (-7, -3, 0, 1, 6, 7):
        network = Network(core, synapses=1, weights=weight, weight_stochastic=1)
        given = integrate(network, 0, np.ones(256, dtype=np.bool_), SEED)
        passed = (expected <= abs(weight)).sum(axis=1)
        assert given.synaptic.tolist() == (np.sign(weight) * passed).tolist()


def test_stochastic_and_deterministic_types_mix() -> None:
    given = run(
        [0, 1, 2, 3],
        synapses=CONNECTED,
        axon_types=TYPES,
        weights=WEIGHTS,
        weight_stochastic=[[[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]],
    )
    first, second = draws(2, 3)
    assert given.synaptic.tolist() == [int(first <= 1) + 10, int(second <= 4) - 6, -3]
    assert given.random_state == sequence(SEED, 2)[-1]


def test_draws_without_any_active_axon() -> None:
    given = run([], synapses=1, weight_stochastic=1, leak_stochastic=1)
    assert given.leak_draws.tolist() == draws(3, 3)
    assert given.events == 0
