"""Random programs: they repeat, reach every mode, and are busy."""

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    StimulusError,
    random_network,
    random_packets,
    random_spikes,
    simulate,
)

SIDES = ("west", "east", "north", "south")
TINY = Architecture.preset("tiny")
ARCHITECTURES = {
    "tiny": TINY,
    "tiny-3x2": TINY.with_mesh(3, 2),
    "truenorth": Architecture.preset("truenorth").with_mesh(1, 1),
    "ranc": Architecture.preset("ranc").with_mesh(1, 1),
    "one": Architecture(
        axons=1, neurons=1, axon_types=1, weight_bits=2, leak_bits=2, width=1, height=1
    ),
}


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
@pytest.mark.parametrize("seed", range(5))
def test_programs_and_packets_are_valid(architecture: Architecture, seed: int) -> None:
    network = random_network(architecture, seed, attached=SIDES, off_mesh=0.3)
    network.check()
    trace = simulate(
        network, random_spikes(network, seed, 3), 3, packets=random_packets(network, seed, 3)
    )
    assert trace.spikes.shape == (3, architecture.cores, architecture.neurons)


def test_equal_seeds_give_equal_programs() -> None:
    for make in (
        lambda seed: np.concatenate(
            [a.ravel() for a in random_network(TINY, seed).arrays().values()]
        ),
        lambda seed: random_spikes(Network(TINY), seed, 10),
        lambda seed: random_packets(Network(TINY, attached=SIDES), seed, 10),
    ):
        assert np.array_equal(make(4), make(4))
        assert not np.array_equal(make(4), make(5))


@pytest.mark.parametrize("name", ["tiny-3x2", "truenorth", "ranc"])
def test_every_mode_occurs(name: str) -> None:
    architecture = ARCHITECTURES[name]
    arrays = random_network(architecture, 0, off_mesh=0.2).arrays()
    assert set(arrays["reset_mode"].flat) == {0, 1, 2}
    assert set(arrays["axon_types"].flat) == {0, 1, 2, 3}
    assert set(arrays["delay"].flat) == set(range(16))
    for bit in (
        "synapses",
        "weight_stochastic",
        "leak_stochastic",
        "leak_reversal",
        "negative_saturate",
    ):
        assert set(arrays[bit].flat) == {False, True}, bit
    for signed in ("weights", "leak", "reset_potential", "potential", "dx", "dy"):
        assert arrays[signed].min() < 0 < arrays[signed].max(), signed
    for signed, ends in (
        ("weights", architecture.weight_range),
        ("leak", architecture.leak_range),
        ("potential", architecture.potential_range),
    ):
        assert (arrays[signed].min(), arrays[signed].max()) == ends, signed
    assert (arrays["threshold_mask"] > 0).any()


def test_merges_and_off_mesh_destinations_occur() -> None:
    network = random_network(TINY.with_mesh(3, 2), 0, off_mesh=0.3, merge=1.0)
    assert (network.axon == 0).all()
    core = np.arange(6)[:, None]
    x, y = core % 3 + network.dx, core // 3 + network.dy
    outside = (x < 0) | (x > 2) | (y < 0) | (y > 1)
    assert 0.15 < outside.mean() < 0.45
    for side in (x < 0, x > 2, y < 0, y > 1):
        assert side.any()


@pytest.mark.parametrize("name", ["tiny", "tiny-3x2", "truenorth", "ranc"])
@pytest.mark.parametrize("seed", range(3))
def test_programs_are_busy(name: str, seed: int) -> None:
    network = random_network(ARCHITECTURES[name], seed)
    spikes = simulate(network, random_spikes(network, seed, 30), 30).spikes
    assert spikes.any(axis=0).mean() > 0.35
    changing = spikes.any(axis=0) & ~spikes.all(axis=0)
    assert changing.mean() > 0.2
    assert spikes.any(axis=(1, 2)).sum() >= 25


def test_the_clamp_is_reached_on_both_sides() -> None:
    network = random_network(TINY.with_mesh(3, 2), 0)
    trace = simulate(network, random_spikes(network, 0, 20), 20)
    assert trace.potentials.max() == 96
    assert trace.potentials.min() == -96


def test_potentials_wrap_over_both_ends() -> None:
    network = random_network(ARCHITECTURES["ranc"], 0)
    assert (network.reset_potential == -256).any()
    trace = simulate(network, random_spikes(network, 0, 20), 20)
    assert trace.potentials is not None
    steps = np.diff(trace.potentials.astype(np.int64), axis=0)
    # Firing and bouncing also jump, but mostly not as far.
    assert (steps > 256).mean() > 0.02
    assert (steps < -256).mean() > 0.02


def test_packets_cover_their_cases() -> None:
    network = Network(TINY.with_mesh(3, 2), attached=SIDES)
    packets = random_packets(network, 0, 50, per_tick=6, late=0.3, off_mesh=0.3)
    assert set(packets["side"].tolist()) == set(SIDES)
    assert set(packets["tick"].tolist()) == set(range(-1, 50))
    assert (np.bincount(packets["tick"] + 1) == 6).all()
    trace = simulate(network, None, 50, packets=packets)
    assert trace.late.sum() > 20
    assert set(trace.outputs["side"].tolist()) == set(SIDES)


def test_off_mesh_share_zero_keeps_packets_inside() -> None:
    network = Network(TINY.with_mesh(3, 2), attached=SIDES)
    packets = random_packets(network, 0, 50, off_mesh=0)
    assert simulate(network, None, 50, packets=packets).outputs.size == 0


def test_packets_need_a_side() -> None:
    with pytest.raises(StimulusError) as error:
        random_packets(Network(TINY), 0, 1)
    assert str(error.value) == "network must have an attached side to take packets, and has none"
