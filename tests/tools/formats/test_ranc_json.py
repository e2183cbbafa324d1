"""RANC's JSON, read: a small file by hand, and the options of reading."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import FIELDS, Architecture, make_spikes
from spikewright.tools.formats.ranc_json import read_ranc_stimulus

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))
BASE, changed, neuron = helpers.BASE, helpers.changed, helpers.neuron
read, refusal = helpers.read, helpers.refusal


def test_a_file_by_hand(tmp_path: Path) -> None:
    network, report = read(tmp_path, BASE)
    assert network.architecture == Architecture.preset("ranc").with_mesh(2, 2)
    assert network.attached == ("east",)
    assert network.metadata == {"ranc": {"bus": [1, 1], "outputs": 300}}
    (port,) = network.ports
    assert (port.name, port.kind) == ("bus", "output")
    assert port.lines.tolist() == [[257, 0, 0, 1], [0, 1, 0, 0]]
    expected: dict[str, Any] = {
        field.name: np.full(
            field.shape(network.architecture), field.default, getattr(network, field.name).dtype
        )
        for field in FIELDS
    }
    expected["synapses"][0, 0, 0] = expected["synapses"][0, 1, 1] = True
    expected["axon_types"][0, 1] = 3
    expected["weights"][0, 0, 0] = expected["weights"][1, 0, 0] = 1
    expected["weights"][0, 1] = [1, -2, 255, -256]
    for name, value in (
        ("leak", -7),
        ("threshold", 255),
        ("negative_threshold", 256),
        ("reset_potential", -256),
        ("potential", 9),
        ("reset_mode", 1),
        # Over the east edge of two columns, and one core of 256 axons further.
        ("dx", 3),
        ("axon", 1),
        ("delay", 15),
    ):
        expected[name][0, 1] = value
    expected["dx"][0, 0] = expected["dx"][1, 0] = 1
    expected["delay"][0, 0], expected["delay"][1, 0] = 15, 1
    for name, array in expected.items():
        assert np.array_equal(getattr(network, name), array), name
    # A neuron as RANC itself would put there has no destination: it can never fire.
    assert network.delay[0, 2] == 0
    assert report.changes == []
    assert report.notes == [
        "destination_tick 15 of core (0, 0), neuron 1, and of 1 neurons in all, became a delay of "
        "15: RANC reports a spike on the bus in the tick in which it occurs, whatever "
        "destination_tick says."
    ]


def test_stimulus_by_hand(tmp_path: Path) -> None:
    network, _ = read(tmp_path, BASE)
    stimulus = read_ranc_stimulus(tmp_path / "net.json", network)
    assert stimulus.tolist() == make_spikes([(0, 0, 0, 1), (16, 1, 0, 3)]).tolist()


def test_a_byte_order_mark_and_a_file_without_packets_are_taken(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(changed(("packets", None)), indent=4)
    assert helpers.same(read(tmp_path, text)[0], read(tmp_path, BASE)[0])


def test_options_set_the_sizes(tmp_path: Path) -> None:
    network, _ = read(tmp_path, BASE, mesh=(3, 4), axons=301, neurons=5)
    a = network.architecture
    assert (a.width, a.height, a.axons, a.neurons) == (3, 4, 301, 5)
    assert (int(network.dx[0, 1]), int(network.axon[0, 1])) == (3, 257)


def test_a_larger_core_makes_all_cores_larger(tmp_path: Path) -> None:
    large = {
        "coordinates": [0, 1],
        "axons": [1] * 258,
        "connections": [[0] * 259] * 300,
        "neurons": [neuron(destination_core_offset=[0, 0])] * 300,
    }
    network, _ = read(tmp_path, changed(("cores", 1, large)))
    assert (network.architecture.axons, network.architecture.neurons) == (259, 300)


def test_presets(tmp_path: Path) -> None:
    wide = changed(("cores", 0, "neurons", 1, "positive_threshold", 262143))
    wide["cores"][0]["neurons"][1]["weights"] = [0, 0, 0, -255]
    network, report = read(tmp_path, wide, preset="truenorth")
    assert network.architecture == Architecture.preset("truenorth").with_mesh(2, 2)
    assert network.threshold[0, 1] == 262143
    assert report.notes[0] == (
        "Potentials saturate here at -393216..393216; RANC's simulator has 32 bits and its "
        "hardware wraps at 9: results differ only where a potential leaves its range."
    )
    assert read(tmp_path, BASE, neuron_reset_type=1)[0].architecture.inclusive == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"preset": "tiny"}, "net.json: preset must be of ranc, truenorth, not 'tiny'"),
        ({"neuron_reset_type": 2}, "net.json: neuron_reset_type must be in 0..1, not 2"),
        (
            {"preset": "truenorth", "neuron_reset_type": 1},
            "net.json: preset must be ranc for neuron_reset_type 1, not truenorth",
        ),
        (
            {"mesh": (2, 1)},
            "net.json: cores and output_bus: coordinates must be in the mesh of 2 x 1 cells, not "
            "[1, 1]",
        ),
        (
            {"mesh": (257, 2)},
            "net.json: width must be at most 256, which offset_bits = 9 can cross, not 257",
        ),
        (
            {"mesh": (256, 17)},
            "net.json: 256 x 17 cores of 256 axons and 256 neurons must have at most 1048576 "
            "neurons, not 1114112",
        ),
        (
            {"mesh": (64, 64), "axons": 257},
            "net.json: 64 x 64 cores of 257 axons and 256 neurons must have at most 268435456 "
            "synapses, not 269484032",
        ),
        ({"axons": 1}, "net.json: cores: cores must have at most 1 axons, not 2"),
        ({"neurons": 2}, "net.json: cores: cores must have at most 2 neurons, not 3"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, options: dict[str, Any], text: str) -> None:
    assert refusal(tmp_path, BASE, **options) == text
