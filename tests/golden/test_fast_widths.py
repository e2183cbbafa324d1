"""Sizes and widths at their ends, on both engines: odd counts, wide weights, wrapping."""

import dataclasses
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    EngineError,
    Network,
    Trace,
    fast,
    make_simulator,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    simulate,
)
from spikewright.golden.fast_program import destinations, prepare

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fast_helpers.py"))))
TINY, TICKS = helpers.TINY, helpers.TICKS


@pytest.fixture(autouse=True)
def small_networks_get_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "CORES_A_THREAD", 1)


def agree(
    network: Network, spikes: np.ndarray, ticks: int = TICKS, threads: int = 2, packets: Any = None
) -> Trace:
    trace = simulate(network, spikes, ticks, packets=packets)
    quick = simulate(network, spikes, ticks, packets=packets, engine="numba", threads=threads)
    helpers.assert_same(trace, quick)
    return trace


def lively(architecture: Architecture, seed: int, **options: Any) -> Trace:
    """Run a random program with stimulus and packets."""
    network = random_network(architecture, seed, attached=("south",), off_mesh=0.2, **options)
    packets = random_packets(network, seed, TICKS, late=0.2)
    return agree(network, random_spikes(network, seed, TICKS, rate=0.3), packets=packets)


@pytest.mark.parametrize(
    "sizes",
    [
        {"neurons": 1},
        {"neurons": 63},
        {"neurons": 64},
        {"neurons": 65},
        {"neurons": 129},
        {"axons": 1},
        {"axons": 64},
        {"axons": 65},
        {"axons": 100},
        {"neurons": 1, "axons": 1},
        {"axon_types": 1},
        {"axon_types": 7},
        {"delay_slots": 2},
        {"delay_slots": 64},
        {"delay_slots": 256},
        {"mask_bits": 1},
        {"width": 1, "height": 1, "offset_bits": 1},
        {"width": 8, "height": 9, "offset_bits": 5},
    ],
    ids=lambda sizes: "-".join(f"{name}{value}" for name, value in sizes.items()),
)
def test_sizes(sizes: dict[str, int]) -> None:
    base = dataclasses.replace(TINY, potential_bits=13)
    for seed, inclusive in ((1, 0), (2, 1)):
        lively(dataclasses.replace(base, **sizes, inclusive=inclusive), seed)


@pytest.mark.parametrize("preset", ["truenorth", "ranc"])
@pytest.mark.parametrize(("rate", "density"), [(0.02, 0.125), (0.5, 0.5), (1.0, 1.0)])
def test_whole_cores(preset: str, rate: float, density: float) -> None:
    """256 axons and 256 neurons; at the end every synapse in every tick."""
    a = Architecture.preset(preset).with_mesh(2, 1)
    network = random_network(a, 11, density=density)
    trace = agree(network, random_spikes(network, 11, 8, rate=rate), 8)
    assert trace.spikes.any()
    if rate == 1:
        assert (trace.synaptic_events == 65_536).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_sum_fits(sign: int) -> None:
    a = Architecture.preset("truenorth").with_mesh(1, 1)
    arrays = {"weights": sign * 255, "leak": sign * 255, "potential": sign * 393_216}
    network = Network(
        a, synapses=1, reset_mode=2, threshold=262_143, negative_threshold=262_143, **arrays
    )
    spikes = make_spikes((tick, 0, 0, axon) for tick in range(3) for axon in range(256))
    assert (agree(network, spikes, 3).potentials == sign * 393_216).all()


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_sums_beyond_16_bits(lines: int, sign: int) -> None:
    """The heaviest weights of 16 bits overflow their sum with the second line."""
    a = dataclasses.replace(TINY, weight_bits=16, threshold_bits=20, potential_bits=26)
    heaviest = a.weight_limit * sign
    network = Network(
        a.with_mesh(1, 1),
        synapses=True,
        weights=heaviest,
        threshold=a.threshold_limit,
        negative_threshold=a.threshold_limit,
    )
    spikes = make_spikes([(1, 0, 0, axon) for axon in range(lines)])
    trace = agree(network, spikes, ticks=3)
    assert trace.potentials is not None
    assert (trace.potentials[2] == lines * heaviest).all()


@pytest.mark.parametrize("inclusive", [0, 1])
@pytest.mark.parametrize("weight_bits", [16, 17, 20])
def test_weights_around_16_bits(weight_bits: int, inclusive: int) -> None:
    """Wider ones are kept in tables of 32 bits, and the loops compiled for those."""
    a = dataclasses.replace(
        TINY, weight_bits=weight_bits, threshold_bits=20, potential_bits=26, inclusive=inclusive
    )
    network = random_network(a, weight_bits)
    assert prepare(network).weights.dtype == (np.int16 if weight_bits <= 16 else np.int32)
    assert lively(a, weight_bits).spikes.any()


def test_the_widest_potential_that_does_not_wrap() -> None:
    """All of 32 bits: 16 weights, leak and limit add up to 2**31 - 1 at most."""
    a = dataclasses.replace(
        TINY, weight_bits=26, leak_bits=28, threshold_bits=30, mask_bits=8, potential_bits=32
    )
    assert 2**30 < a.axons * a.weight_limit + a.leak_limit + a.potential_limit < 2**31
    for seed in range(3):
        lively(a, seed)


@pytest.mark.parametrize("inclusive", [0, 1])
@pytest.mark.parametrize("bits", [2, 3, 9, 16, 17, 24, 30, 31])
def test_potentials_that_wrap(bits: int, inclusive: int) -> None:
    a = dataclasses.replace(
        TINY,
        weight_bits=9,
        leak_bits=9,
        threshold_bits=min(bits, 30),
        potential_bits=bits,
        wrap=1,
        inclusive=inclusive,
    )
    for seed in (bits, bits + 40):
        lively(a, seed)


@pytest.mark.parametrize("weight_bits", [9, 32])
@pytest.mark.parametrize(("potential_bits", "leak_bits"), [(31, 30), (30, 31), (2, 31), (31, 2)])
def test_the_widest_that_may_wrap(potential_bits: int, leak_bits: int, weight_bits: int) -> None:
    """Every value that is read lies in 32 bits; others may leave them, and come back.

    The compiled engine counts in int32, so modulo 2**32. The sum of the synapses, and V after a
    reset, wrap at ``potential_bits`` <= 32 at once: what is lost above bit 31 is not read. Between,
    let P = 2**(potential_bits - 1) and L = 2**(leak_bits - 1). V after the synapses is in -P..P-1,
    a step in -L..L, as a reversal negates it; so V + step is in -P-L..P-1+L, which is in 32 bits
    if P + L <= 2**31. Its sign then is the true one, which the stop at zero needs. With
    P = limit + 1 and L = leak_limit + 1, the rule in `fast_program.prepare`, P + L < 2**31, is
    enough. In the same way alpha + eta and -beta - eta are at most threshold_limit + 2**mask_bits
    - 1 in size, so the comparisons are true. V - eta and V + eta may overflow, but only a V that is
    above alpha + eta or below -beta - eta uses them, and then in a sum that wraps anyway.
    """
    a = dataclasses.replace(
        TINY,
        weight_bits=weight_bits,
        leak_bits=leak_bits,
        threshold_bits=29,
        mask_bits=29,
        potential_bits=potential_bits,
        wrap=1,
    )
    low, high = a.potential_range
    for seed, inclusive in ((0, 0), (1, 1)):
        core = dataclasses.replace(a, inclusive=inclusive, width=1, height=2)
        rng = np.random.default_rng(seed)
        network = random_network(core, rng)
        shape = network.potential.shape

        def ends(bounds: tuple[int, int], shape: tuple[int, ...], rng: Any = rng) -> Any:
            around = [bounds[0], bounds[0] + 1, -1, 0, 1, bounds[1] - 1, bounds[1]]
            return rng.choice(np.clip(around, *bounds), shape)

        network.potential[:] = ends((low, high), shape)
        network.reset_potential[:] = ends((low, high), shape)
        network.leak[:] = ends(a.leak_range, shape)
        network.weights[:] = ends(a.weight_range, network.weights.shape)
        network.threshold[:] = ends((0, a.threshold_limit), shape)
        network.negative_threshold[:] = ends((0, a.threshold_limit), shape)
        network.threshold_mask[:] = ends((0, a.mask_bits), shape)
        trace = agree(network, random_spikes(network, rng, TICKS, rate=0.4))
        assert trace.spikes.any()


def test_the_lowest_weight_of_32_bits_always_passes() -> None:
    a = dataclasses.replace(TINY, weight_bits=32, wrap=1).with_mesh(1, 1)
    network = Network(
        a, synapses=1, weights=-(2**31), weight_stochastic=1, threshold=63, negative_threshold=63
    )
    trace = agree(network, make_spikes([(0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 0, 2)]), 2)
    assert trace.potentials is not None
    assert trace.potentials[:, 0, 0].tolist() == [-1, -3]


@pytest.mark.parametrize(
    ("widths", "words"),
    [
        (
            {"potential_bits": 32},
            "potential_bits 32, leak_bits 4, threshold_bits 6 and mask_bits 5",
        ),
        (
            {"potential_bits": 31, "leak_bits": 31},
            "potential_bits 31, leak_bits 31, threshold_bits 6 and mask_bits 5",
        ),
        (
            {"leak_bits": 32},
            "potential_bits 9, leak_bits 32, threshold_bits 6 and mask_bits 5",
        ),
        (
            {"threshold_bits": 30, "mask_bits": 30},
            "potential_bits 9, leak_bits 4, threshold_bits 30 and mask_bits 30",
        ),
    ],
)
def test_what_does_not_fit_is_refused(widths: dict[str, int], words: str) -> None:
    network = Network(dataclasses.replace(TINY, wrap=1, **widths))
    with pytest.raises(EngineError) as error:
        make_simulator(network, "numba")
    assert str(error.value) == (
        f"engine numba must have potentials and thresholds whose sums fit 32 bits, and {words} "
        f"do not"
    )
    make_simulator(network, "numpy").step()


@pytest.mark.slow
def test_so_many_axons_that_a_destination_takes_64_bits() -> None:
    """2**23 places of axons; the loops are compiled for wider destinations."""
    a = Architecture(axons=65_536, neurons=1, weight_bits=2, offset_bits=5, width=16, height=8)
    network = Network(a, weights=1, threshold=2, delay=1, axon=65_535, seed=5)
    network.synapses[:, 0, 65_000:] = True
    network.dx[:, 0] = np.where(np.arange(a.cores) % 16 == 15, -15, 1)
    assert prepare(network).route.dtype == np.int64
    assert destinations(network).core.max() == 127
    spikes = make_spikes((tick, 15, 7, 65_534 - tick % 3) for tick in range(9))
    trace = agree(network, spikes, 12)
    assert trace.spikes[:, 112].any()
    assert trace.synaptic_events[:, 112].any()
