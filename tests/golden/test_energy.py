"""Predicted energy, against sums with the published figures written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Simulator,
    measure,
    random_network,
    random_spikes,
)
from spikewright.golden.energy import EnergyError, predict_energy
from spikewright.golden.energy_models import EVENTS, MODELS
from spikewright.golden.statistics import Statistics

TICKS = 50


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    network = random_network(Architecture.preset("tiny").with_mesh(3, 2), 5)
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, 5, TICKS))
    return measure(simulator.run(TICKS), network)


def test_truenorth(statistics: Statistics) -> None:
    energy = predict_energy(statistics)
    assert energy.model.name == "truenorth"
    assert energy.joules == pytest.approx(statistics.synaptic_events * 26e-12)
    assert energy.watts == pytest.approx(energy.joules / (TICKS * 1e-3))
    synapses, hops = energy.terms
    assert (synapses.count, synapses.figure.within) == (statistics.synaptic_events, False)
    # Routing is inside the 26 pJ: shown, and not added.
    assert (hops.count, hops.figure.within) == (statistics.traffic.total_hops, True)
    assert hops.joules == pytest.approx(statistics.traffic.total_hops * 2.3e-12)
    assert "10.1126/science.1254642" in energy.model.source
    assert "passive power" in energy.model.covers


def test_the_operating_point_of_the_paper() -> None:
    """20 Hz and 128 synapses on 1,048,576 neurons are some 70 mW; the paper measured 72."""
    events = 1_048_576 * 20 * 128
    assert 0.069 < events * MODELS["truenorth"].figures[0].picojoules * 1e-12 < 0.072


def test_truenorth_by_operations_a_watt(statistics: Statistics) -> None:
    energy = predict_energy(statistics, "truenorth-46gsops")
    assert energy.joules == pytest.approx(statistics.synaptic_events / 46e9)
    assert "10.1109/SC.2014.8" in energy.model.source


def test_core_of_2011(statistics: Statistics) -> None:
    energy = predict_energy(statistics, "core-2011")
    assert energy.joules == pytest.approx(statistics.spikes * 45e-12)
    assert "passive power" in energy.model.leaves_out
    assert energy.notes == ()


def test_loihi(statistics: Statistics) -> None:
    energy = predict_energy(statistics, "loihi")
    s = statistics
    hops_x, hops_y = s.traffic.across()
    inactive = s.neurons_in_use * TICKS - s.spikes
    assert {term.figure.event: term.count for term in energy.terms} == {
        "synaptic": s.synaptic_events,
        "active": s.spikes,
        "inactive": inactive,
        "packets": s.packets,
        "hops_x": hops_x,
        "hops_y": hops_y,
    }
    picojoules = (
        23.6 * s.synaptic_events
        + 81 * s.spikes
        + 52 * inactive
        + 1.7 * s.packets
        + 3 * hops_x
        + 4 * hops_y
    )
    assert energy.joules == pytest.approx(picojoules * 1e-12)
    assert "passive power" in energy.model.leaves_out
    assert min(term.count for term in energy.terms) > 0


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_every_figure_says_where_it_comes_from(model) -> None:
    assert "doi:10." in model.source
    assert model.conditions
    assert model.covers
    assert model.leaves_out
    for figure in model.figures:
        assert figure.event in EVENTS
        assert figure.picojoules > 0
        assert figure.source
        assert figure.note
    assert any(not figure.within for figure in model.figures)


def test_notes(statistics: Statistics) -> None:
    rate = 1000 * statistics.mean_rate
    fan = statistics.synaptic_events / statistics.spikes
    first, second = predict_energy(statistics).notes
    assert first == (
        f"the run has {rate:.3g} Hz and {fan:.3g} synaptic operations a spike: the figure is a "
        "ratio at 20 Hz and 128, and falls as activity grows"
    )
    assert second == (
        "a whole chip draws 42 mW without any activity (0.70 V, 0 Hz, no synapses: F. Akopyan et "
        "al., IEEE TCAD 34(10):1537-1557, 2015, doi:10.1109/TCAD.2015.2474396, section VII), which "
        "is more than this prediction"
    )
    busy = replace(statistics, synaptic_events_per_tick=np.full(TICKS, 10**8))
    assert len(predict_energy(busy).notes) == 1


def test_silent_run_of_no_tick() -> None:
    network = Network(Architecture.preset("tiny"))
    silent = measure(Simulator(network).run(1), network)
    none = replace(silent, spikes_per_tick=np.zeros(0, int), synaptic_events_per_tick=np.zeros(0))
    for name in MODELS:
        assert predict_energy(silent, name).joules == 0
        energy = predict_energy(none, name)
        assert (energy.joules, energy.watts, energy.notes) == (0, 0, ())


def test_unknown_model(statistics: Statistics) -> None:
    with pytest.raises(EnergyError) as error:
        predict_energy(statistics, "brain")
    assert str(error.value) == (
        "energy model must be of truenorth, truenorth-46gsops, core-2011, loihi, not 'brain'"
    )


def test_run_whose_engine_did_not_see_synapses(statistics: Statistics) -> None:
    blind = replace(statistics, synaptic_events_per_tick=None)
    with pytest.raises(EnergyError) as error:
        predict_energy(blind, "loihi")
    assert str(error.value) == (
        "energy model loihi must have the synaptic operations of the run, which the engine of this "
        "recording could not see"
    )
    assert predict_energy(blind, "core-2011").joules > 0
