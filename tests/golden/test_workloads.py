"""Networks to measure with have the density and the activity that they promise."""

import numpy as np
import pytest

from spikewright.golden import Architecture, make_simulator
from spikewright.golden.workloads import recurrent_network, resting_network, steady_spikes

SMALL = Architecture.preset("truenorth").with_mesh(2, 2)


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize(("density", "rate"), [(0.125, 0.02), (0.5, 0.1)])
def test_recurrent_network(density: float, rate: float, *, mixed: bool) -> None:
    network = recurrent_network(SMALL, 1, density=density, rate=rate, mixed=mixed)
    assert network.synapses.mean() == pytest.approx(density, rel=0.02)
    assert len(np.unique(network.threshold)) >= 10 or not mixed
    assert (network.delay > 0).all()
    run = make_simulator(network).run(200)
    assert run.spikes_per_tick.mean() / 1024 == pytest.approx(rate, rel=0.05)
    assert not run.off_mesh.any()
    # As busy at the end as in the beginning.
    assert run.spikes_per_tick[-50:].sum() == pytest.approx(run.spikes_per_tick[:50].sum(), rel=0.2)


def test_resting_network() -> None:
    network = resting_network(SMALL, 2)
    simulator = make_simulator(network)
    simulator.inject(steady_spikes(SMALL, 3, 20, rate=0.01))
    run = simulator.run(20)
    assert run.synaptic_events_per_tick.sum() > 1000
    assert not len(run.spike_index)
    before = simulator.potentials.copy()
    simulator.run(5)
    assert np.array_equal(simulator.potentials, before)


def test_steady_spikes() -> None:
    spikes = steady_spikes(SMALL, 4, 500, rate=0.02)
    assert len(spikes) == pytest.approx(0.02 * 4 * 256 * 500, rel=0.05)
    assert np.ptp(spikes["tick"]) < 500
