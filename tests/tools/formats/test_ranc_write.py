"""Networks written for RANC: destinations, the bus, and every refusal, change and note."""

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Port,
    Simulator,
    make_spikes,
    port_events,
    random_spikes,
)
from spikewright.tools.formats.ranc_json import read_ranc, write_ranc
from spikewright.tools.formats.ranc_memory import write_ranc_memory
from spikewright.tools.formats.report import Change, FormatError, Report

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))

RANC, chain = helpers.RANC, helpers.chain
SIZE_NOTE = (
    "RANC's JSON does not hold the size of a core: read it with axons = 4, neurons = 3, and run "
    "RANC with num_axons and num_neurons so."
)


def refusal(path: Path, network: Network, **options: Any) -> str:
    with pytest.raises(FormatError) as error:
        write_ranc(network, path, **options)
    assert not path.exists()
    return str(error.value)


def written(folder: Path, network: Network, **options: Any) -> tuple[Network, Report]:
    report = write_ranc(network, folder / "net.json", **options)
    back, _ = read_ranc(folder / "net.json", axons=4, neurons=3)
    return back, report


def test_text_of_a_small_network(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    a = replace(RANC, width=1, axons=2, neurons=2)
    network = Network(
        a,
        synapses=[[[0, 1], [0, 0]]],
        weights=[[[1, 2, 3, -4], [0] * 4]],
        leak=[[-5, 0]],
        threshold=[[6, 1]],
        negative_threshold=[[7, 0]],
        reset_mode=[[1, 0]],
        reset_potential=[[8, 0]],
        potential=[[9, 0]],
        axon=[[1, 0]],
        delay=[[3, 0]],
        axon_types=[[2, 3]],
    )
    write_ranc(network, path, stimulus=make_spikes([(1, 0, 0, 1)]))
    assert path.read_text() == (
        '{"packets": [[], [{"destination_core": [0, 0], "destination_axon": 1, '
        '"destination_tick": 0}]],\n'
        '"output_bus": {"coordinates": [1, 0], "num_outputs": 0},\n'
        '"cores": [\n'
        '{"coordinates": [0, 0], "axons": [2, 3],\n'
        '"connections": [[0,1]],\n'
        '"neurons": [{"reset_potential": 8, "weights": [1, 2, 3, -4], "leak": -5, '
        '"positive_threshold": 6, "negative_threshold": -7, "destination_core_offset": [0, 0], '
        '"destination_axon": 1, "destination_tick": 2, "current_potential": 9, "reset_mode": 1}]}\n'
        "]}\n"
    )


def test_a_port_becomes_the_bus(tmp_path: Path) -> None:
    network = chain()
    back, report = written(tmp_path, network)
    assert back.metadata == {"ranc": {"bus": [2, 0], "outputs": 3}}
    assert back.ports[0].lines.tolist() == network.ports[0].lines.tolist()
    left = (
        "RANC's files have no place for what is left out here: the name of output port 'classes'."
    )
    assert (report.changes, report.notes) == ([], [left, SIZE_NOTE])
    stimulus = random_spikes(network, 1, 20)
    one, other = Simulator(network), Simulator(back)
    one.inject(stimulus)
    other.inject(stimulus)
    events = port_events(network, "classes", one.run(30).fired())
    assert len(events) > 5
    assert np.array_equal(events, port_events(back, "bus", other.run(30).fired()))


def test_a_bus_may_lie_where_no_core_is(tmp_path: Path) -> None:
    network = chain(
        replace(RANC, height=2),
        **dict.fromkeys(("synapses", "weights"), 0),
        axon=0,
        dx=0,
        delay=0,
        ports=(),
    )
    network.synapses[0, 0, 0] = network.delay[0, 0] = True
    back, _ = written(tmp_path, network, bus=(1, 1))
    assert back.metadata == {"ranc": {"bus": [1, 1], "outputs": 0}}
    assert (back.architecture.width, back.architecture.height) == (2, 2)
    assert written(tmp_path, network, bus=(4, 2))[0].architecture.width == 5


def test_what_has_no_place_is_noted(tmp_path: Path) -> None:
    network = chain(
        replace(RANC, inclusive=1),
        ports=[
            Port("in", "input", [(0, 0, 0, 0)]),
            Port("bus", "output", [(0, 1, 0, 0), (1, 0, 0, 0)]),
        ],
        metadata={"author": "me"},
        seed=[1, 2],
    )
    network.synapses[1, 1:] = network.synapses[0, 2] = False
    network.delay[0, 2], network.threshold[0, 2] = 0, 7
    report = written(tmp_path, network)[1]
    assert report.notes == [
        "RANC must run this with neuron_reset_type 1, which its file does not hold.",
        "3 neurons that cannot fire have no destination; RANC must have one, and got axon 0 of "
        "their own core.",
        "RANC's files have no place for what is left out here: input port 'in', 1 of 2 lines of "
        "output port 'bus', whose neurons are not on the bus, metadata 'author', seeds.",
        SIZE_NOTE,
    ]


def test_neurons_that_cannot_fire(tmp_path: Path) -> None:
    # With V <= -beta, a potential of 0 is below beta = 0, and -R may be above alpha.
    network = chain(replace(RANC, inclusive=1))
    network.synapses[1] = False
    network.reset_potential[1, 1] = -1
    network.ports = ()
    assert refusal(tmp_path / "net.json", network) == (
        "net.json: core (1, 0), neuron 1: a neuron that can fire must have a destination or a line "
        "of an output port, not none"
    )
    network.negative_threshold[1, 1] = 1
    write_ranc(network, tmp_path / "net.json")


def test_neurons_without_a_destination_are_left_out(tmp_path: Path) -> None:
    network = chain(ports=(), attached=("west",))
    network.delay[1, 1:], network.dx[1, 1:] = 1, 1
    rule = "a neuron that can fire must have a destination or a line of an output port"
    place = "core (1, 0), neuron 0"
    assert refusal(tmp_path / "net.json", network) == f"net.json: {place}: {rule}, not none"
    back, report = written(tmp_path, network, approximate=True)
    assert report.changes == [Change(place=place, rule=rule, was="none", now="left out", count=3)]
    assert not back.synapses[1].any()
    network.delay[1, 0], network.dx[1, 0] = 1, 1
    assert refusal(tmp_path / "other.json", network).endswith(", not one beyond an edge")


def test_a_neuron_has_one_line(tmp_path: Path) -> None:
    lines = [(0, 1, 0, 0), (1, 1, 0, 1), (2, 1, 0, 2), (3, 1, 0, 0), (4, 0, 0, 0)]
    network = chain(ports=[Port("out", "output", lines)])
    rule = "a neuron must have one line of port 'out'"
    place = "core (1, 0), neuron 0"
    assert refusal(tmp_path / "net.json", network) == f"net.json: {place}: {rule}, not line 3 too"
    back, report = written(tmp_path, network, approximate=True)
    assert [(c.rule, c.count) for c in report.changes] == [(rule, 1)]
    assert back.ports[0].lines.tolist() == [list(line) for line in lines[:3]]


def test_ranges_of_wide_and_narrow_potentials(tmp_path: Path) -> None:
    wide = chain(replace(Architecture.preset("truenorth"), width=2, height=1, axons=4, neurons=3))
    wide.threshold[0, 0] = 1000
    report = write_ranc(wide, tmp_path / "net.json")
    assert report.notes[0].startswith("Potentials saturate here at -393216..393216;")
    with pytest.raises(FormatError) as error:
        write_ranc_memory(wide, tmp_path / "net")
    rule = "threshold must be in 0..255"
    assert str(error.value) == f"net: core (0, 0), neuron 0: {rule}, not 1000"
    report = write_ranc_memory(wide, tmp_path / "net", approximate=True)
    assert [(c.rule, c.was, c.now) for c in report.changes] == [(rule, "1000", "255")]
