"""A second reading of the specification, one neuron, one synapse and one step at a time.

It shares nothing with the model but the arrays that describe a network. Everything is a plain
integer or a list, loops stand where the specification counts, and packets walk hop by hop.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikewright.golden import (
    Architecture,
    Network,
    Trace,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    simulate,
)

TINY = Architecture.preset("tiny")
# Small widths, and potentials that a few synapses carry over their ends.
WRAPPING = dataclasses.replace(TINY, potential_bits=6, weight_bits=5, mask_bits=3, wrap=1)
SIDES = ("west", "east", "north", "south")


def sgn(value: int) -> int:
    return (value > 0) - (value < 0)


class Random:
    """A core's generator; counts what it is asked for."""

    def __init__(self, state: int) -> None:
        self.state = state

    def draw(self, bits: int) -> int:
        y = self.state
        y ^= y << 13 & 0xFFFFFFFF
        y ^= y >> 17
        y ^= y << 5 & 0xFFFFFFFF
        self.state = y
        return y >> (32 - bits)


def synapse(weight: int, stochastic: bool, draw: Callable[[], int]) -> int:
    if not stochastic:
        return weight
    return sgn(weight) if abs(weight) >= draw() else 0


def leaked(v: int, rate: int, c: bool, epsilon: bool, draw: Callable[[], int]) -> int:
    omega = (1 - epsilon) + epsilon * sgn(v)
    after = v + omega * synapse(rate, c, draw)
    return 0 if epsilon and sgn(v) * sgn(after) < 0 else after


def settled(v: int, a: Architecture) -> int:
    """V inside its clamp, or round and round until it is inside its bits."""
    if not a.wrap:
        limit = 2**a.threshold_bits + 2**a.mask_bits
        return min(max(v, -limit), limit)
    while v >= 2 ** (a.potential_bits - 1):
        v -= 2**a.potential_bits
    while v < -(2 ** (a.potential_bits - 1)):
        v += 2**a.potential_bits
    return v


def fire(v: int, eta: int, inclusive: int, p: dict[str, int]) -> tuple[int, bool]:
    alpha, beta, reset = p["threshold"], p["negative_threshold"], p["reset_potential"]
    if v >= alpha + eta:
        return {0: reset, 1: v - (alpha + eta), 2: v}[p["reset_mode"]], True
    if p["negative_saturate"]:
        return max(v, -beta), False
    if v < -(beta + eta) or (inclusive and v == -(beta + eta)):
        return {0: -reset, 1: v + (beta + eta), 2: v}[p["reset_mode"]], False
    return v, False


def walk(network: Network, x: int, y: int, dx: int, dy: int) -> Iterator[tuple[int, int, str]]:
    """Yield each place of a packet; the last one lies outside, with a side, if it leaves."""
    a = network.architecture
    yield x, y, ""
    while dx or dy:
        step = (sgn(dx), 0) if dx else (0, sgn(dy))
        x, y, dx, dy = x + step[0], y + step[1], dx - step[0], dy - step[1]
        side = {(-1, 0): "west", (1, 0): "east", (0, 1): "north", (0, -1): "south"}[step]
        outside = not (0 <= x < a.width and 0 <= y < a.height)
        yield x, y, side if outside else ""
        if outside:
            return


class ScalarChip:
    """All cores, their rows of spikes and what became of each packet."""

    def __init__(self, network: Network) -> None:
        a = self.a = network.architecture
        self.network = network
        self.arrays = {name: array.tolist() for name, array in network.arrays().items()}
        self.v = [list(row) for row in self.arrays["potential"]]
        self.random = [Random(seed) for seed in self.arrays["seed"]]
        self.rows: list[list[set[int]]] = [
            [set() for _ in range(a.delay_slots)] for _ in range(a.cores)
        ]
        self.late = [0] * a.cores
        self.off_mesh = 0
        self.outputs: list[tuple[Any, ...]] = []

    def send(self, tick: int, place: tuple[int, int], packet: tuple[int, int, int, int]) -> None:
        dx, dy, slot, axon = packet
        *way, (end_x, end_y, side) = walk(self.network, *place, dx, dy)
        if side in self.network.attached:
            taken = len(way)
            left_x = sgn(dx) * max(0, abs(dx) - taken)
            left_y = sgn(dy) * (abs(dy) - max(0, taken - abs(dx)))
            position = end_y if side in ("west", "east") else end_x
            self.outputs.append((tick, side, position, left_x, left_y, slot, axon))
        elif side:
            self.off_mesh += 1
        elif tick >= 0 and slot == tick % self.a.delay_slots:
            self.late[end_x + self.a.width * end_y] += 1
        else:
            self.rows[end_x + self.a.width * end_y][slot].add(axon)

    def enter(self, packet: tuple[Any, ...]) -> None:
        tick, side, position, dx, dy, slot, axon = packet
        x = {"west": 0, "east": self.a.width - 1}.get(side, position)
        y = {"south": 0, "north": self.a.height - 1}.get(side, position)
        self.send(tick, (x, y), (dx, dy, slot, axon))

    def neuron(self, core: int, neuron: int, axons: list[int]) -> tuple[int, bool, int]:
        """Run one neuron; return V, whether it fired, and its synaptic events."""
        a, arrays, random = self.a, self.arrays, self.random[core]
        p = {n: v[core][neuron] for n, v in arrays.items() if n not in ("axon_types", "seed")}
        v, events = self.v[core][neuron], 0
        for axon in axons:
            if p["synapses"][axon]:
                kind = arrays["axon_types"][core][axon]
                stochastic = p["weight_stochastic"][kind]
                v += synapse(p["weights"][kind], stochastic, lambda: random.draw(a.weight_bits - 1))
                events += 1
        v = leaked(
            settled(v, a) if a.wrap else v,
            p["leak"],
            p["leak_stochastic"],
            p["leak_reversal"],
            lambda: random.draw(a.leak_bits - 1),
        )
        eta = 0
        if p["threshold_mask"]:
            eta = random.draw(a.mask_bits) % 2 ** p["threshold_mask"]
        v, spike = fire(settled(v, a), eta, a.inclusive, p)
        return settled(v, a) if a.wrap else v, spike, events

    def run(self, tick: int, spikes: Any, packets: Any) -> tuple[list[list[bool]], list[int]]:
        """Run one tick; return the spikes and the synaptic events of all cores."""
        a, fired = self.a, []
        active = []
        for core in range(a.cores):
            row = self.rows[core][tick % a.delay_slots]
            active.append(
                row | {n for t, x, y, n in spikes if (t, x + a.width * y) == (tick, core)}
            )
            self.rows[core][tick % a.delay_slots] = set()
        events = [0] * a.cores
        for core in range(a.cores):
            fired.append([])
            for neuron in range(a.neurons):
                v, spike, count = self.neuron(core, neuron, sorted(active[core]))
                self.v[core][neuron] = v
                fired[core].append(spike)
                events[core] += count
                self.send_spike(tick, core, neuron, spike)
        for packet in packets:
            if packet[0] == tick:
                self.enter(packet)
        return fired, events

    def send_spike(self, tick: int, core: int, neuron: int, spike: bool) -> None:
        dx, dy, axon, delay = (
            self.arrays[name][core][neuron] for name in ("dx", "dy", "axon", "delay")
        )
        if spike and delay:
            x, y = core % self.a.width, core // self.a.width
            self.send(tick, (x, y), (dx, dy, (tick + delay) % self.a.delay_slots, axon))


def assert_same(network: Network, spikes: np.ndarray, packets: Any, ticks: int) -> Trace:
    """Run both readings and compare everything after every tick."""
    trace = simulate(network, spikes, ticks, packets=packets)
    assert trace.potentials is not None
    events, entering = spikes.tolist(), [] if packets is None else packets.tolist()
    chip = ScalarChip(network)
    for packet in entering:
        if packet[0] == -1:
            chip.enter(packet)
    late = np.cumsum(trace.late, axis=0)
    for tick in range(ticks):
        fired, synaptic = chip.run(tick, events, entering)
        assert trace.spikes[tick].tolist() == fired, tick
        assert trace.potentials[tick].tolist() == chip.v, tick
        assert trace.random_state[tick].tolist() == [r.state for r in chip.random], tick
        assert trace.synaptic_events[tick].tolist() == synaptic, tick
        assert late[tick].tolist() == chip.late, tick
        assert trace.off_mesh[: tick + 1].sum() == chip.off_mesh, tick
        assert [o for o in trace.outputs.tolist() if o[0] <= tick] == sorted(chip.outputs), tick
    return trace


BIT = st.integers(0, 1)
SEED = st.integers(1, 2**32 - 1)


@pytest.mark.parametrize("inclusive", [0, 1])
@pytest.mark.parametrize("base", [TINY, WRAPPING], ids=["clamp", "wrap"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_core_of_any_neurons(base: Architecture, inclusive: int, data: st.DataObject) -> None:
    """Each neuron of a tiny core with parameters of its own, for three ticks."""

    def column(values: st.SearchStrategy[int], *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        drawn = data.draw(st.lists(values, min_size=size, max_size=size))
        return np.array(drawn, dtype=np.int64).reshape(shape)

    sizes = {"axons": 5, "neurons": 4, "axon_types": 3, "width": 1, "height": 1}
    core = dataclasses.replace(base, inclusive=inclusive, **sizes)
    one = (1, 4)
    weight, v, leak = (
        st.integers(*r) for r in (core.weight_range, core.potential_range, core.leak_range)
    )
    alpha = st.integers(0, core.threshold_limit)
    network = Network(
        core,
        synapses=column(BIT, 1, 4, 5),
        axon_types=column(st.integers(0, 2), 1, 5),
        weights=column(weight, 1, 4, 3),
        weight_stochastic=column(BIT, 1, 4, 3),
        leak=column(leak, *one),
        leak_stochastic=column(BIT, *one),
        leak_reversal=column(BIT, *one),
        threshold=column(alpha, *one),
        negative_threshold=column(alpha, *one),
        threshold_mask=column(st.integers(0, core.mask_bits), *one),
        reset_mode=column(st.integers(0, 2), *one),
        reset_potential=column(v, *one),
        negative_saturate=column(BIT, *one),
        potential=column(v, *one),
        axon=column(st.integers(0, 4), *one),
        delay=column(st.integers(0, 3), *one),
        seed=column(SEED, 1),
    )
    active = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=12))
    assert_same(network, make_spikes((t, 0, 0, axon) for t, axon in active), None, 3)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32),
    mesh=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    attached=st.lists(st.sampled_from(SIDES), unique=True),
    base=st.sampled_from([TINY, WRAPPING, dataclasses.replace(WRAPPING, inclusive=1)]),
)
def test_random_programs(
    seed: int, mesh: tuple[int, int], attached: list[str], base: Architecture
) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(base.with_mesh(*mesh), rng, attached=tuple(attached), off_mesh=0.2)
    packets = random_packets(network, rng, 18, off_mesh=0.3, late=0.3) if attached else None
    assert_same(network, random_spikes(network, rng, 18), packets, 18)


@pytest.mark.parametrize(
    ("preset", "inclusive", "seed"),
    [("truenorth", 0, 0), ("truenorth", 0, 1), ("ranc", 0, 0), ("ranc", 1, 1)],
)
def test_a_whole_core(preset: str, inclusive: int, seed: int) -> None:
    """Full widths: 8 and 17 bit draws, thresholds to 18 bits, weights to 255 and to -256."""
    a = dataclasses.replace(Architecture.preset(preset).with_mesh(1, 1), inclusive=inclusive)
    network = random_network(a, seed)
    trace = assert_same(network, random_spikes(network, seed, 5, rate=0.2), None, 5)
    assert trace.spikes.any(axis=(1, 2)).all()


def test_the_two_can_disagree() -> None:
    """One bit of one potential is enough to fail."""
    network = random_network(TINY, 0)
    spikes = random_spikes(network, 0, 4)
    chip = ScalarChip(network)
    chip.v[2][5] ^= 1
    chip.run(0, spikes.tolist(), [])
    assert simulate(network, spikes).potentials[0].tolist() != chip.v
