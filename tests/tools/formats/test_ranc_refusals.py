"""RANC's JSON, read: every refusal in whole sentences, and every change of a value."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, Network
from spikewright.tools.formats.ranc_json import read_ranc_stimulus
from spikewright.tools.formats.report import FormatError

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))
changed, neuron, read, refusal = helpers.changed, helpers.neuron, helpers.read, helpers.refusal

CORE = "net.json: core (0, 0)"
NEURON = f"{CORE}, neuron 1"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("cores", None), "net.json: the outermost object: key cores must be there, and is not"),
        (
            ("output_bus", None),
            "net.json: the outermost object: key output_bus must be there, and is not",
        ),
        (("cores", 7), "net.json: cores must be a list, not 7"),
        (("packets", {}), "net.json: packets must be a list, not an object"),
        (("cores", 1, []), "net.json: cores[1]: the value must be an object, not a list"),
        (("cores", 1, "axons", None), "net.json: cores[1]: key axons must be there, and is not"),
        (
            ("cores", 1, "coordinates", [0, 0]),
            "net.json: cores[1]: coordinates must be those of one core only, not (0, 0) again",
        ),
        (
            ("cores", 1, "coordinates", [10**9, 0]),
            "net.json: cores[1]: coordinates[0] must be in 0..255, not 1000000000",
        ),
        (
            ("cores", 1, "coordinates", [0, -1]),
            "net.json: cores[1]: coordinates[1] must be in 0..255, not -1",
        ),
        (
            ("cores", 1, "coordinates", [0]),
            "net.json: cores[1]: coordinates must be [x, y], not 1 values",
        ),
        (
            ("cores", 1, "coordinates", [0, 1, 2]),
            "net.json: cores[1]: coordinates must have at most 2 elements, not 3",
        ),
        (
            ("output_bus", "coordinates", [1, 0]),
            "net.json: output_bus: coordinates must be free of cores, not [1, 0]",
        ),
        (
            ("output_bus", "num_outputs", -1),
            "net.json: output_bus: num_outputs must be in 0..2147483647, not -1",
        ),
        (("cores", 0, "axons", 1, 4), f"{CORE}: axons[1] must be in 0..3, not 4"),
        (("cores", 0, "axons", 1, True), f"{CORE}: axons[1] must be an integer, not true"),
        (("cores", 0, "axons", "x" * 50), f'{CORE}: axons must be a list, not "{"x" * 39}...'),
        (
            ("cores", 0, "axons", [0] * 65537),
            f"{CORE}: axons must have at most 65536 elements, not 65537",
        ),
        (
            ("cores", 0, "connections", 1, [0, 2]),
            f"{CORE}: connections[1][1] must be in 0..1, not 2",
        ),
        (
            ("cores", 0, "connections", [[1, 0], [0, 1]]),
            f"{CORE}: connections must have a row for each of 3 neurons, not 2 rows",
        ),
        (
            ("cores", 0, "neurons", 1, {"destination_core": [0, 0]}),
            f"{NEURON}: destination_core must not be there, RANC's old name for an absolute "
            "destination; write destination_core_offset, counted from the core",
        ),
        (
            ("cores", 0, "neurons", 1, "leak", None),
            f"{NEURON}: key leak must be there, and is not",
        ),
        (
            ("cores", 0, "neurons", 1, "leak", "1"),
            f'{NEURON}: leak must be an integer, not "1"',
        ),
        (
            ("cores", 0, "neurons", 1, "leak", 2**31),
            f"{NEURON}: leak must be in -2147483648..2147483647, not 2147483648",
        ),
        (
            ("cores", 0, "neurons", 1, "weights", [0] * 5),
            f"{NEURON}: weights must have at most 4 elements, not 5",
        ),
        (
            ("cores", 0, "neurons", 1, "destination_core_offset", [0]),
            f"{NEURON}: destination_core_offset must be [dx, dy], not 1 values",
        ),
        (
            ("cores", 0, "neurons", 1, "reset_mode", 2),
            f"{NEURON}: reset_mode must be in 0..1, not 2",
        ),
        (
            ("cores", 0, "neurons", 1, "destination_axon", 300),
            f"{NEURON}: destination_axon on the bus must be in 0..299, not 300",
        ),
        (
            ("cores", 0, "neurons", 0, "destination_axon", 256),
            f"{CORE}, neuron 0: destination_axon must be in 0..255, not 256",
        ),
        (
            ("cores", 0, "neurons", 1, "destination_tick", 16),
            f"{NEURON}: destination_tick must be in 0..15, not 16",
        ),
    ],
)
def test_refused_in_any_case(tmp_path: Path, change: tuple[Any, ...], text: str) -> None:
    for approximate in (False, True):
        assert refusal(tmp_path, changed(change), approximate=approximate) == text


def test_a_line_of_the_bus_that_no_offset_reaches(tmp_path: Path) -> None:
    change = ("cores", 0, "neurons", 1, "destination_axon", 70_000)
    document = changed(change, ("output_bus", "num_outputs", 100_000))
    assert refusal(tmp_path, document) == (
        f"{NEURON}: destination_axon on the bus must be in 0..65023, which an offset of 255 cores "
        "reaches, not 70000"
    )
    document["cores"][0]["neurons"][1]["destination_axon"] = 65023
    assert read(tmp_path, document)[0].dx[0, 1] == 255


@pytest.mark.parametrize(
    "case",  # the field, its value, the refusal, the value instead, the network's array
    [
        ("weights", [300, 0, 0, 0], "weights[0] must be in -256..255, not 300", 255, "weights"),
        ("weights", [-257, 0, 0, 0], "weights[0] must be in -256..255, not -257", -256, "weights"),
        ("leak", 256, "leak must be in -256..255, not 256", 255, "leak"),
        (
            "reset_potential",
            -300,
            "reset_potential must be in -256..255, not -300",
            -256,
            "reset_potential",
        ),
        (
            "current_potential",
            999,
            "current_potential must be in -256..255, not 999",
            255,
            "potential",
        ),
        ("positive_threshold", -1, "positive_threshold must be in 0..255, not -1", 0, "threshold"),
        (
            "positive_threshold",
            256,
            "positive_threshold must be in 0..255, not 256",
            255,
            "threshold",
        ),
        (
            "negative_threshold",
            5,
            "negative_threshold must be in -256..0, not 5",
            0,
            "negative_threshold",
        ),
        (
            "negative_threshold",
            -257,
            "negative_threshold must be in -256..0, not -257",
            256,
            "negative_threshold",
        ),
    ],
)
def test_numbers_brought_into_range(tmp_path: Path, case: tuple[str, Any, str, int, str]) -> None:
    field, was, text, now, array = case
    document = changed(("cores", 0, "neurons", 1, field, was))
    assert refusal(tmp_path, document) == f"{NEURON}: {text}"
    network, report = read(tmp_path, document, approximate=True)
    assert np.ravel(getattr(network, array)[0, 1])[0] == now
    (change,) = report.changes
    assert f"net.json: {change.place}: {change.rule}, not {change.was}" == f"{NEURON}: {text}"
    assert (abs(int(change.now)), change.count) == (abs(now), 1)


def test_changes_are_counted(tmp_path: Path) -> None:
    document = changed(("cores", 0, "neurons", 1, "leak", 256), ("cores", 1, "x", 1))
    document["cores"][1]["y"] = 2
    document["cores"][1]["neurons"][0]["leak"] = -1000
    document["note"] = "by hand"
    _, report = read(tmp_path, document, approximate=True)
    assert sorted((c.rule, c.place, c.was, c.now, c.count) for c in report.changes) == [
        (
            "keys must be of axons, connections, coordinates, neurons",
            "cores[1]",
            '"x"',
            "left out",
            2,
        ),
        (
            "keys must be of cores, output_bus, packets",
            "the outermost object",
            '"note"',
            "left out",
            1,
        ),
        ("leak must be in -256..255", "core (0, 0), neuron 1", "256", "255", 2),
    ]
    del document["cores"][1]["y"], document["note"], document["cores"][0]["neurons"][1]["leak"]
    assert refusal(tmp_path, document) == f"{NEURON}: key leak must be there, and is not"
    document["cores"][0]["neurons"][1]["leak"] = 0
    assert refusal(tmp_path, document) == (
        'net.json: cores[1]: keys must be of axons, connections, coordinates, neurons, not "x"'
    )


def test_destinations_that_are_changed(tmp_path: Path) -> None:
    late = changed(("cores", 0, "neurons", 0, "destination_tick", 15))
    text = "destination_tick must be in 0..14"
    assert refusal(tmp_path, late) == f"{CORE}, neuron 0: {text}, not 15"
    network, report = read(tmp_path, late, approximate=True)
    assert network.delay[0, 0] == 15
    assert [(c.rule, c.was, c.now) for c in report.changes] == [(text, "15", "14")]

    away = changed(("cores", 0, "neurons", 0, "destination_core_offset", [2, -1]))
    text = "destination must be in the grid of 2 x 2 cells"
    assert refusal(tmp_path, away) == f"{CORE}, neuron 0: {text}, not (2, -1)"
    network, report = read(tmp_path, away, approximate=True)
    assert (network.delay[0, 0], network.dx[0, 0], network.dy[0, 0]) == (0, 0, 0)
    assert [(c.rule, c.was, c.now) for c in report.changes] == [(text, "(2, -1)", "no destination")]


def test_connections_without_a_neuron(tmp_path: Path) -> None:
    document = changed(("cores", 1, "connections", [[], [0, 0], [0, 1]]))
    text = "connections must have rows for its neurons only"
    assert refusal(tmp_path, document) == f"net.json: core (1, 0): {text}, not row 2 of 1 neurons"
    network, report = read(tmp_path, document, approximate=True)
    assert not network.synapses[1].any()
    assert [(c.rule, c.count) for c in report.changes] == [(text, 1)]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("packets", None), "the outermost object: key packets must be there, and is not"),
        (("packets", 1, 0), "packets: packets[1] must be a list, not 0"),
        (("packets", 1, [7]), "packets[1][0]: the value must be an object, not 7"),
        (
            ("packets", 0, 0, "destination_tick", 15),
            "packets[0][0]: destination_tick must be in 0..14, not 15",
        ),
        (
            ("packets", 0, 0, "destination_axon", 1.5),
            "packets[0]: numbers must be integers, not 1.5",
        ),
        (
            ("packets", 0, 0, "destination_axon", 256),
            "packet 0: destination_axon must be in 0..255, not 256",
        ),
        (
            ("packets", 0, 0, "destination_core", [0, 2]),
            "packet 0: destination_core[1] must be in 0..1, not 2",
        ),
        (
            ("packets", 0, 0, "destination_core", [1, 1]),
            "packet 0: destination_core must be a core, not the bus at [1, 1]",
        ),
        (
            ("packets", 0, 0, "destination_time", 1),
            "packets[0][0]: keys must be of destination_axon, destination_core, destination_tick, "
            'not "destination_time"',
        ),
    ],
)
def test_stimulus_that_is_refused(tmp_path: Path, change: tuple[Any, ...], text: str) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(changed(change)))
    network = Network(Architecture.preset("ranc").with_mesh(2, 2))
    with pytest.raises(FormatError) as error:
        read_ranc_stimulus(path, network)
    assert str(error.value) == f"net.json: {text}"
