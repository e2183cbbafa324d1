"""Figures of a run, against a walk of every single packet and sums written out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from spikewright.golden import (
    SIDES,
    Architecture,
    Network,
    Recording,
    Simulator,
    StimulusError,
    make_packets,
    random_network,
    random_packets,
    random_spikes,
)
from spikewright.golden.statistics import HotLink, StatisticsError, measure

STEP = {"west": (-1, 0), "east": (1, 0), "north": (0, 1), "south": (0, -1)}
MESHES = [(1, 1), (5, 1), (1, 4), (3, 2), (4, 4)]


def architecture(width: int, height: int) -> Architecture:
    return Architecture.preset("tiny").with_mesh(width, height)


@dataclass
class Walked:
    """What packets do, one step after the other."""

    width: int
    height: int
    links: Counter = field(default_factory=Counter)
    arrivals: Counter = field(default_factory=Counter)
    hops: list[int] = field(default_factory=list)

    def walk(self, x: int, y: int, dx: int, dy: int) -> None:
        hops = 0
        while dx or dy:
            side = ("east" if dx > 0 else "west") if dx else ("north" if dy > 0 else "south")
            self.links[x, y, side] += 1
            x, y = x + STEP[side][0], y + STEP[side][1]
            if not (0 <= x < self.width and 0 <= y < self.height):
                break
            dx, dy = dx - STEP[side][0] * bool(dx), dy - STEP[side][1] * (not dx)
            hops += 1
        else:
            self.arrivals[x, y] += 1
        self.hops.append(hops)


def run(
    width: int, height: int, seed: int, ticks: int = 40, **options: object
) -> tuple[Network, Recording, np.ndarray]:
    network = random_network(
        architecture(width, height), seed, attached=("west", "south"), off_mesh=0.2, **options
    )
    packets = random_packets(network, seed, ticks)
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, seed, ticks))
    simulator.inject_packets(packets)
    return network, simulator.run(ticks), packets


def walk_all(network: Network, recording: Recording) -> Walked:
    a = network.architecture
    walked = Walked(a.width, a.height)
    for _, x, y, neuron in recording.fired().tolist():
        core = x + a.width * y
        if network.delay[core, neuron]:
            dx, dy = int(network.dx[core, neuron]), int(network.dy[core, neuron])
            walked.walk(x, y, dx, dy)
    return walked


def enter(walked: Walked, packets: np.ndarray) -> None:
    for _, side, position, dx, dy, _, _ in packets.tolist():
        x = {"west": 0, "east": walked.width - 1}.get(side, position)
        y = {"south": 0, "north": walked.height - 1}.get(side, position)
        walked.walk(x, y, dx, dy)


def check_traffic(statistics: object, walked: Walked) -> None:
    traffic = statistics.traffic  # type: ignore[attr-defined]
    found = {
        (int(x), int(y), SIDES[side]): int(traffic.links[side, y, x])
        for side, y, x in np.argwhere(traffic.links)
    }
    assert found == dict(walked.links)
    arrivals = traffic.arrivals.reshape(walked.height, walked.width)
    found = {(int(x), int(y)): int(arrivals[y, x]) for y, x in np.argwhere(arrivals)}
    assert found == dict(walked.arrivals)
    assert traffic.packets == len(walked.hops)
    assert traffic.total_hops == sum(walked.hops)
    assert traffic.mean_hops == pytest.approx(sum(walked.hops) / max(len(walked.hops), 1))
    assert traffic.max_hops == max(walked.hops, default=0)
    assert traffic.hops.tolist() == np.bincount(walked.hops).tolist()
    assert sum(traffic.across()) == sum(walked.hops)
    assert sum(traffic.left.values()) == len(walked.hops) - sum(walked.arrivals.values())


@pytest.mark.parametrize("mesh", MESHES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_packets_against_a_walk_of_each(mesh: tuple[int, int], seed: int) -> None:
    network, recording, packets = run(*mesh, seed)
    walked = walk_all(network, recording)
    assert walked.hops
    statistics = measure(recording, network)
    check_traffic(statistics, walked)
    assert statistics.packets == len(walked.hops)
    assert statistics.injected == 0

    enter(walked, packets)
    statistics = measure(recording, network, packets=packets)
    check_traffic(statistics, walked)
    assert statistics.injected == len(packets)
    # Whatever left is in the recording's outputs or was dropped.
    left = sum(statistics.traffic.left.values())
    assert left == len(recording.outputs) + recording.off_mesh.sum()


@pytest.mark.parametrize("seed", range(3))
def test_directions_of_hops(seed: int) -> None:
    network, recording, _ = run(4, 3, seed)
    walked = walk_all(network, recording)
    inner = Counter()
    for (x, y, side), count in walked.links.items():
        if 0 <= x + STEP[side][0] < 4 and 0 <= y + STEP[side][1] < 3:
            inner[side in ("west", "east")] += count
    assert measure(recording, network).traffic.across() == (inner[True], inner[False])


def test_injected_packets_of_other_ticks_do_not_count() -> None:
    network, recording, packets = run(3, 2, 1)
    simulator = Simulator(network)
    simulator.inject_packets(packets)
    simulator.run(10)
    later = simulator.run(5)
    assert later.first_tick == 10
    statistics = measure(later, network, packets=packets)
    walked = walk_all(network, later)
    enter(walked, packets[(packets["tick"] >= 10) & (packets["tick"] < 15)])
    check_traffic(statistics, walked)
    # Tick -1 belongs to the first one.
    early = measure(recording, network, packets=packets[packets["tick"] == -1])
    assert early.injected == 4


def test_counts_and_rates() -> None:
    network, recording, _ = run(3, 2, 4)
    statistics = measure(recording, network)
    spikes = recording.dense_spikes()
    assert statistics.spikes == spikes.sum() == len(recording.spike_index)
    assert np.array_equal(statistics.spikes_per_tick, spikes.sum(axis=(1, 2)))
    assert np.array_equal(statistics.spikes_per_neuron, spikes.sum(axis=0))
    assert np.allclose(statistics.rates, spikes.mean(axis=0))
    assert np.allclose(statistics.core_rates, spikes.mean(axis=(0, 2)))
    assert statistics.mean_rate == pytest.approx(spikes.mean())
    assert statistics.silent_neurons == (~spikes.any(axis=0)).sum() > 0
    sent = (spikes & (network.delay > 0)).sum(axis=(1, 2))
    assert np.array_equal(statistics.packets_per_tick, sent)
    assert statistics.packets == sent.sum() < statistics.spikes
    assert statistics.synaptic_events == recording.synaptic_events_per_tick.sum()
    assert np.array_equal(statistics.synaptic_events_per_core, recording.synaptic_events_per_core)
    assert statistics.late_per_core.sum() == statistics.late_per_tick.sum() > 0
    assert np.array_equal(statistics.off_mesh_per_tick, recording.off_mesh)
    assert (statistics.ticks, statistics.seconds) == (40, 0.04)


def test_neurons_in_use() -> None:
    a = architecture(1, 1)
    synapses = np.zeros((1, 16, 16), dtype=bool)
    synapses[0, 3, 7] = True
    leak = np.zeros((1, 16), dtype=int)
    leak[0, 5] = -1
    threshold = np.ones((1, 16), dtype=int)
    threshold[0, 9] = 0  # fires at once, connected to nothing
    network = Network(a, synapses=synapses, leak=leak, threshold=threshold)
    statistics = measure(Simulator(network).run(3), network)
    assert statistics.neurons_in_use == 3
    assert statistics.spikes == 3
    assert statistics.spikes_per_neuron[0, 9] == 3


def test_hot_links() -> None:
    network, recording, _ = run(4, 3, 2)
    statistics = measure(recording, network)
    walked = walk_all(network, recording)
    hot = statistics.hot_links(1000)
    assert {(link.x, link.y, link.side): link.packets for link in hot} == dict(walked.links)
    assert [link.packets for link in hot] == sorted(walked.links.values(), reverse=True)
    assert statistics.hot_links(3) == hot[:3]
    assert all(link.per_tick == pytest.approx(link.packets / 40) for link in hot)
    for link in hot:
        x, y = link.x + STEP[link.side][0], link.y + STEP[link.side][1]
        assert link.edge == (not (0 <= x < 4 and 0 <= y < 3))
    assert {link.side for link in hot if link.edge} == set(SIDES)


def test_one_packet() -> None:
    """From (1, 0) by +2, +1 on a mesh of 4 x 3: two links east, one north."""
    a = architecture(4, 3)
    arrays = {name: np.zeros((12, 16), dtype=int) for name in ("dx", "dy", "delay")}
    arrays["dx"][1, 2], arrays["dy"][1, 2], arrays["delay"][1, 2] = 2, 1, 1
    potential = np.zeros((12, 16), dtype=int)
    potential[1, 2] = 1
    network = Network(a, potential=potential, **arrays)
    statistics = measure(Simulator(network).run(2), network)
    assert statistics.packets_per_tick.tolist() == [1, 0]
    assert statistics.hot_links(9) == [
        HotLink(1, 0, "east", edge=False, packets=1, per_tick=0.5),
        HotLink(2, 0, "east", edge=False, packets=1, per_tick=0.5),
        HotLink(3, 0, "north", edge=False, packets=1, per_tick=0.5),
    ]
    assert np.flatnonzero(statistics.traffic.arrivals).tolist() == [3 + 4 * 1]
    assert statistics.traffic.hops.tolist() == [0, 0, 0, 1]
    assert statistics.traffic.left == {"west": 0, "east": 0, "north": 0, "south": 0}


def test_no_spike_and_no_tick() -> None:
    network = Network(architecture(2, 2))
    for recording in (Simulator(network).run(3), Recording.empty(network.architecture)):
        statistics = measure(recording, network)
        assert (statistics.spikes, statistics.packets, statistics.mean_rate) == (0, 0, 0)
        assert statistics.hot_links(5) == []
        assert (statistics.traffic.mean_hops, statistics.traffic.max_hops) == (0, 0)
        assert statistics.silent_neurons == 64


def test_engine_that_cannot_see_synapses() -> None:
    network, recording, _ = run(2, 2, 1)
    blind = replace(recording, synaptic_events_per_tick=None, synaptic_events_per_core=None)
    statistics = measure(blind, network)
    assert statistics.synaptic_events is None
    assert statistics.synaptic_events_per_core is None


def test_recording_of_another_network() -> None:
    _, recording, _ = run(2, 2, 1)
    with pytest.raises(StatisticsError) as error:
        measure(recording, Network(architecture(3, 2)))
    assert str(error.value) == "recording must be of the network, whose width is 3, not 2"


def test_packets_that_cannot_enter() -> None:
    network, recording, _ = run(2, 2, 1)
    with pytest.raises(StimulusError) as error:
        measure(recording, network, packets=make_packets([(0, "north", 0, 0, -1, 1, 1)]))
    assert str(error.value) == ("packets row 0: side must be attached (west, south), not 'north'")
