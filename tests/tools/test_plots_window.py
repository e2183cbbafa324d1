"""Parts of a recording: ticks, cores and neurons, and spikes counted in bins."""

from __future__ import annotations

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Recording,
    Simulator,
    random_network,
    random_spikes,
)
from spikewright.tools.plots_window import (
    bins,
    cut,
    parse_cores,
    parse_neurons,
    parse_ticks,
    per_bin,
)

TINY = Architecture.preset("tiny")
TICKS = 60
WATCH = (0, 3, 17, 40)


def run(network: Network, ticks: int = TICKS, watch: tuple[int, ...] = WATCH) -> Recording:
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, 1, ticks))
    return simulator.run(ticks, watch=np.array(watch, dtype=np.int64))


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(TINY.with_mesh(3, 2), 3)


@pytest.fixture(scope="module")
def recording(network: Network) -> Recording:
    return run(network)


def test_bins():
    assert bins(10, 20).tolist() == list(range(11))
    assert bins(10, 3).tolist() == [0, 4, 8, 10]
    assert bins(1, 5).tolist() == [0, 1]


def test_spikes_by_row_and_bin(recording):
    rng = np.random.default_rng(4)
    rows = rng.integers(-1, 5, 96).astype(np.int32)
    edges = bins(TICKS, 7)
    found = per_bin(recording, rows, 5, edges)
    spikes = recording.dense_spikes().reshape(TICKS, 96)
    for row in range(5):
        for number in range(len(edges) - 1):
            part = spikes[edges[number] : edges[number + 1], rows == row]
            assert found[row, number] == part.sum()


def test_cut_is_what_a_shorter_run_gives(network):
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, 1, TICKS))
    parts = [simulator.run(ticks, watch=np.array(WATCH)) for ticks in (20, 25, 15)]
    middle = cut(Recording.joined(parts), 20, 45)
    for name in ("spikes_per_tick", "spike_index", "synaptic_events_per_tick", "late_per_tick"):
        assert np.array_equal(getattr(middle, name), getattr(parts[1], name)), name
    for name in ("off_mesh", "outputs", "potentials"):
        assert np.array_equal(getattr(middle, name), getattr(parts[1], name)), name
    assert (middle.first_tick, middle.synaptic_events_per_core) == (20, None)


def test_parse(recording):
    a = recording.architecture
    later = cut(recording, 10, 60)
    assert parse_ticks(None, later) is None
    assert parse_ticks("20:30", later) == (20, 30)
    assert parse_ticks(":30", later) == (10, 30)
    assert parse_ticks("20:", later) == (20, 60)
    assert parse_ticks(":", later) == (10, 60)
    assert parse_cores([], a) is None
    assert parse_cores(["1,1", "0,0"], a).tolist() == [0, 4]
    assert parse_cores(["1:,:"], a).tolist() == [1, 2, 4, 5]
    assert parse_neurons(["0,0,5", "2,1,14: 0,0,5:7"], a).tolist() == [5, 6, 94, 95]
    assert len(parse_neurons([":,:,:"], a)) == 96
