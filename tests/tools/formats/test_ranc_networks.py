"""RANC's formats on generated networks and files: there and back, and against RANC's own rules."""

import json
import runpy
import tempfile
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden import Network, Simulator, make_spikes, port_events
from spikewright.tools.formats.ranc_json import read_ranc, read_ranc_stimulus, write_ranc
from spikewright.tools.formats.ranc_memory import (
    read_ranc_inputs,
    read_ranc_memory,
    write_ranc_memory,
)

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))

AXONS, NEURONS = 4, 3
SMALL: dict[str, Any] = {"axons": AXONS, "neurons": NEURONS}


def sizes(network: Network) -> dict[str, Any]:
    """Return the options that RANC's JSON does not hold."""
    a = network.architecture
    return {"axons": a.axons, "neurons": a.neurons, "neuron_reset_type": a.inclusive}


def outputs(network: Network, stimulus: Any, ticks: int) -> list[list[int]]:
    """Return the lines of the bus with a spike in each of our ticks."""
    simulator = Simulator(network)
    simulator.inject(stimulus)
    events = port_events(network, "bus", simulator.run(ticks).fired())
    return [events[events[:, 0] == tick, 1].tolist() for tick in range(ticks)]


def ranc_outputs(
    document: dict[str, Any], ticks: int, *, wraps: bool = True, reset_type: int = 0
) -> list[list[int]]:
    """Return the lines of the bus with a spike in RANC's ticks 1, 2, ...: RANC in plain Python.

    A packet of list i, and a spike fired in tick i, with field d is integrated in tick i + 1 + d.
    """

    def held(value: int) -> int:
        return (value + 256) % 512 - 256 if wraps else value

    due: dict[int, set[tuple[int, int, int]]] = defaultdict(set)
    for number, packets in enumerate(document["packets"]):
        for packet in packets:
            place = (*packet["destination_core"], packet["destination_axon"])
            due[number + 1 + packet["destination_tick"]].add(place)
    bus = tuple(document["output_bus"]["coordinates"])
    potentials = {
        (number, n): entry["current_potential"]
        for number, core in enumerate(document["cores"])
        for n, entry in enumerate(core["neurons"])
    }
    outputs = []
    for tick in range(1, ticks + 1):
        out = set()
        for number, core in enumerate(document["cores"]):
            x, y = core["coordinates"]
            types = dict(enumerate(core["axons"]))
            active = [axon for at_x, at_y, axon in due[tick] if (at_x, at_y) == (x, y)]
            for n, entry in enumerate(core["neurons"]):
                weights = dict(enumerate(entry["weights"]))
                row = dict(enumerate(core["connections"][n]))
                v = potentials[number, n]
                for axon in active:
                    v += weights.get(types.get(axon, 0), 0) * row.get(axon, 0)
                v = held(held(v) + entry["leak"])
                high, low = entry["positive_threshold"], entry["negative_threshold"]
                linear = entry["reset_mode"] == 1
                if v >= high:
                    dx, dy = entry["destination_core_offset"]
                    if (x + dx, y + dy) == bus:
                        out.add(entry["destination_axon"])
                    else:
                        later = tick + 1 + entry["destination_tick"]
                        due[later].add((x + dx, y + dy, entry["destination_axon"]))
                    v = v - high if linear else entry["reset_potential"]
                elif v < low or (reset_type == 1 and v == low):
                    v = v - low if linear else -entry["reset_potential"]
                potentials[number, n] = held(v)
        outputs.append(sorted(out))
    return outputs


@settings(max_examples=300)
@given(network=helpers.expressible())
def test_json_there_and_back(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        assert write_ranc(network, path).changes == []
        back, report = read_ranc(path, **sizes(network))
    assert helpers.same(network, back)
    assert (report.changes, report.notes) == ([], [])


@settings(max_examples=100)
@given(network=helpers.expressible(inclusive=1))
def test_json_there_and_back_with_reset_type_1(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        write_ranc(network, path)
        assert helpers.same(network, read_ranc(path, **sizes(network))[0])


@settings(max_examples=100)
@given(network=helpers.expressible(preset="truenorth"))
def test_json_there_and_back_with_wide_potentials(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        write_ranc(network, path)
        assert helpers.same(network, read_ranc(path, preset="truenorth", **sizes(network))[0])


@settings(max_examples=200)
@given(network=helpers.expressible())
def test_memory_there_and_back(network: Network) -> None:
    a, ranc = network.architecture, network.metadata["ranc"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "net"
        assert write_ranc_memory(network, folder).changes == []
        if a.cores == 1:  # only the bus
            assert list(folder.iterdir()) == []
            return
        mesh, given_outputs = (a.width, a.height), ranc["outputs"]
        back, report = read_ranc_memory(folder, mesh=mesh, outputs=given_outputs)
    assert helpers.same(network, back)
    assert (report.changes, report.notes) == ([], [])


@settings(max_examples=300)
@given(document=helpers.documents(axons=AXONS, neurons=NEURONS))
def test_reading_what_was_read_and_written_changes_nothing(document: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first.json", Path(folder) / "second.json"
        first.write_text(json.dumps(document))
        network, report = read_ranc(first, **SMALL)
        assert report.changes == []
        stimulus = read_ranc_stimulus(first, network)
        write_ranc(network, second, stimulus=stimulus)
        mesh = network.architecture.width, network.architecture.height
        again = read_ranc(second, **SMALL)[0]
        assert (again.architecture.width, again.architecture.height) == mesh
        assert helpers.same(network, again)
        assert np.array_equal(stimulus, read_ranc_stimulus(second, again))


@settings(max_examples=300)
@given(document=helpers.documents(axons=AXONS, neurons=NEURONS), reset_type=st.integers(0, 1))
def test_our_tick_is_rancs_less_one(document: dict[str, Any], reset_type: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        path.write_text(json.dumps(document))
        network, _ = read_ranc(path, neuron_reset_type=reset_type, **SMALL)
        stimulus = read_ranc_stimulus(path, network)
    expected = ranc_outputs(document, 40, reset_type=reset_type)
    assert outputs(network, stimulus, 40) == expected


@settings(max_examples=100)
@given(document=helpers.documents(axons=AXONS, neurons=NEURONS, limit=100))
def test_wide_potentials_are_those_of_rancs_simulator(document: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        path.write_text(json.dumps(document))
        network, _ = read_ranc(path, preset="truenorth", **SMALL)
        stimulus = read_ranc_stimulus(path, network)
    expected = ranc_outputs(document, 40, wraps=False)
    assert outputs(network, stimulus, 40) == expected


@settings(max_examples=100)
@given(network=helpers.expressible(), seed=st.integers(0, 2**32))
def test_stimulus_goes_with_both_formats(network: Network, seed: int) -> None:
    a, (bus_x, bus_y) = network.architecture, network.metadata["ranc"]["bus"]
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, [20, a.width, a.height, a.axons], (12, 4))
    rows = rows[(rows[:, 1] != bus_x) | (rows[:, 2] != bus_y)]
    stimulus = np.unique(make_spikes(rows.tolist()))
    with tempfile.TemporaryDirectory() as name:
        path, folder = Path(name) / "net.json", Path(name) / "net"
        write_ranc(network, path, stimulus=stimulus)
        write_ranc_memory(network, folder, stimulus=stimulus)
        assert np.array_equal(stimulus, read_ranc_stimulus(path, network))
        assert np.array_equal(stimulus, read_ranc_inputs(folder, network))
