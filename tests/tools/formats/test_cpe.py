"""IBM Corelet model files: a small one by hand, every refusal, and networks there and back."""

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden import (
    Network,
    Simulator,
    make_spikes,
    port_events,
)
from spikewright.golden.recording import FIRED
from spikewright.tools.formats.cpe import read_cpe
from spikewright.tools.formats.report import Change, FormatError, Report

_SPEC = importlib.util.spec_from_file_location(
    "fuzz_targets_cpe", Path(__file__).with_name("fuzz_targets_cpe.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
fuzz: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fuzz)

MESH_NOTE = (
    "cores lie on a mesh of 2 x 1 in the order of their ids, id = x + 2 * y; where they would be "
    "on a chip is not in the file"
)
OTHER_NOTES = [
    "neurons of type 0, which are not used and never fire: 254",
    "neurons that address outputs outside the chip: 2; they send no packet, but are lines "
    "256 * (-32 - destCores) + destAxons of the output port external, and seen in the tick in "
    "which they fire, whatever destDelays says",
    "neurons that draw random numbers: 1; IBM's generator is not public, so they follow the chip "
    "in distribution, not draw for draw",
]


def read(folder: Path, text: str, **options: Any) -> tuple[Network, Report]:
    path = folder / "net.json"
    path.write_text(text)
    return read_cpe(path, **options)


def changed(old: str, new: str) -> str:
    """Return the example with its first ``old`` replaced."""
    assert old in fuzz.EXAMPLE
    return str(fuzz.EXAMPLE.replace(old, new, 1))


@pytest.fixture
def example(tmp_path: Path) -> Network:
    return read(tmp_path, fuzz.EXAMPLE)[0]


def test_crossbars_are_read_axon_by_axon(example: Network) -> None:
    wired = {(0, 0), (1, 0), (0, 1), (15, 2), (255, 3)}
    assert set(map(tuple, np.argwhere(example.synapses[0]).tolist())) == wired
    assert example.axon_types[0, :5].tolist() == [0, 1, 3, 2, 0]
    assert np.argwhere(example.synapses[1]).tolist() == [[2, 0]]


def test_a_neuron_has_the_parameters_of_its_type(example: Network) -> None:
    assert example.weights[0, 0].tolist() == [3, -2, 0, 0]
    assert example.weights[0, 1].tolist() == [5, 0, -255, 7]
    assert example.weights[1, 255].tolist() == [-1, -2, -3, -4]
    assert example.weight_stochastic[1, 255].tolist() == [True, False, False, True]
    found = {
        name: [int(array[place]) for place in ((0, 0), (0, 1), (1, 255), (1, 0))]
        for name, array in example.arrays().items()
        if array.shape == (2, 256)
    }
    assert found == {
        "axon_types": [0, 1, 0, 0],
        "leak": [-1, 0, 9, 0],
        "leak_stochastic": [0, 0, 1, 0],
        "leak_reversal": [0, 1, 1, 0],
        "threshold": [4, 2, 262143, 1],
        "negative_threshold": [5, 0, 99, 0],
        "threshold_mask": [0, 0, 17, 0],
        "reset_mode": [0, 1, 2, 0],
        "reset_potential": [-3, 0, -262143, 0],
        "negative_saturate": [0, 1, 1, 0],
        "potential": [1, 0, -393216, 0],
        "dx": [1, 0, -1, 0],
        "dy": [0, 0, 0, 0],
        "axon": [0, 0, 255, 0],
        "delay": [2, 0, 15, 0],
    }
    assert int((example.delay > 0).sum()) == 2
    assert example.seed.tolist() == [4294967295, 7]


def test_outputs_become_lines_of_a_port(example: Network) -> None:
    (port,) = example.ports
    assert (port.name, port.kind) == ("external", "output")
    assert port.lines.tolist() == [[7, 0, 0, 1], [259, 1, 0, 2]]


def test_the_report_says_what_a_user_should_know(tmp_path: Path) -> None:
    report = read(tmp_path, fuzz.EXAMPLE)[1]
    assert report == Report(notes=[MESH_NOTE, *OTHER_NOTES])


def test_the_network_does_what_was_worked_out_by_hand(example: Network) -> None:
    """Neuron 0 counts 1, 3, 5 (fires, -3), -4, -5, then below -5 to 3, and 0 after a -2."""
    simulator = Simulator(example)
    simulator.inject(make_spikes([(0, 0, 0, 0), (1, 0, 0, 0), (5, 0, 0, 1)]))
    fired, potentials = [], []
    for tick in range(7):
        result = simulator.step()
        fired += [(tick, core, 0, neuron) for core, neuron in np.argwhere(result.spikes).tolist()]
        potentials.append(result.potentials[[0, 0, 1], [0, 1, 2]].tolist())
    assert potentials == [
        [3, 3, 0],
        [-3, 6, 0],
        [-4, 4, 0],
        [-5, 2, 3],  # the packet of tick 1 is integrated in tick 3
        [3, 0, 1],
        [0, 0, 1],
        [-1, 0, 1],
    ]
    first = [(0, 0, 0, 1), (1, 0, 0, 0), (1, 0, 0, 1), (2, 0, 0, 1)]
    assert fired == [*first, (3, 0, 0, 1), (3, 1, 0, 2), (4, 0, 0, 1), (4, 1, 0, 2)]
    events = port_events(example, "external", np.array(fired, dtype=FIRED))
    lines = [[0, 7], [1, 7], [2, 7], [3, 7], [3, 259], [4, 7], [4, 259]]
    assert events.tolist() == lines


def test_the_mesh_can_be_chosen(tmp_path: Path) -> None:
    network, report = read(tmp_path, fuzz.EXAMPLE, mesh=(1, 3))
    assert (network.architecture.width, network.architecture.height) == (1, 3)
    assert (network.dx[0, 0], network.dy[0, 0], network.dy[1, 255]) == (0, 1, -1)
    assert network.ports[0].lines.tolist() == [[7, 0, 0, 1], [259, 0, 1, 2]]
    assert report.notes[0].startswith("cores lie on a mesh of 1 x 3")


@pytest.mark.parametrize("mesh", [(1, 1), (257, 1), (0, 2), (-1, -2), (65, 64)])
def test_a_mesh_must_hold_the_cores(tmp_path: Path, mesh: tuple[int, int]) -> None:
    with pytest.raises(FormatError) as error:
        read(tmp_path, fuzz.EXAMPLE, mesh=mesh)
    assert str(error.value) == (
        f"net.json: the mesh must have 2..4096 cores and sides of 1..256, not {mesh[0]} x {mesh[1]}"
    )


def test_unknown_keys_are_noted(tmp_path: Path) -> None:
    text = changed('"coreCount":2', '"coreCount":2,"zeta":[1],"' + "k" * 50 + '":{}')
    text = text.replace('"networking":"INTRA"', '"networking":"INTER"')
    text = text.replace('"id":1,', '"id":1,"place":[0,1],').replace(
        '"neuronTypes"', '"extra":1,"neuronTypes"'
    )
    notes = read(tmp_path, text)[1].notes
    assert notes[0] == "networking 'INTER' of the model has no meaning here"
    long = "model." + "k" * 34 + "..."
    assert notes[-1] == f"keys without a meaning here: core.place, extra, {long}, model.zeta"
    many = ",".join(f'"k{number:02d}":0' for number in range(15))
    notes = read(tmp_path, changed('"neuronTypes"', f'{many},"neuronTypes"'))[1].notes
    ten = ", ".join(f"k{number:02d}" for number in range(10))
    assert notes[-1] == f"keys without a meaning here: {ten} and 5 more"


def test_a_time_scale_and_a_seed_of_zero_can_be_changed(tmp_path: Path) -> None:
    text = changed('"timeScaleExponent":0', '"timeScaleExponent":-3').replace(
        '"rngSeed":4294967295', '"rngSeed":0'
    )
    network, report = read(tmp_path, text, approximate=True)
    assert network.seed.tolist() == [4294967295, 7]
    assert report.changes == [
        Change(place="core 1", rule="timeScaleExponent must be 0", was="-3", now="0"),
        Change(place="core 0", rule="rngSeed must not be 0", was="0", now="4294967295"),
    ]


def test_missing_cores_can_be_silent(tmp_path: Path) -> None:
    network, report = read(tmp_path, changed('"id":1,', '"id":4,'), approximate=True)
    assert (network.architecture.width, network.architecture.height) == (3, 2)
    assert (network.dx[4, 255], network.dy[4, 255]) == (-1, -1)
    assert network.dx[0, 0] == 1
    assert not network.synapses[[1, 2, 3, 5]].any()
    assert report.changes == [
        Change(
            place="model",
            rule="coreCount must be the number of cores, whose ids start at 0",
            was="2 for 2 cores up to id 4",
            now="5, of which 3 are silent",
        )
    ]


def test_an_unknown_kind_of_destination_can_be_none(tmp_path: Path) -> None:
    network, report = read(tmp_path, changed('"-2x254"', '"-5x254"'), approximate=True)
    assert int((network.delay[0] > 0).sum()) == 1
    rule = "destCores must be a core in 0..1, -1 or -2 for none, or an output in -65567..-32"
    change = Change(place="core 0 neuron 2", rule=rule, was="-5", now="none", count=254)
    assert report.changes == [change]


def test_dendrites_in_another_order_can_be_columns_of_the_crossbar(tmp_path: Path) -> None:
    text = changed('"dendrites":["0:255"]', '"dendrites":["255:-1:0"]')
    network, report = read(tmp_path, text, approximate=True)
    wired = {(255, 0), (254, 0), (255, 1), (240, 2), (0, 3)}
    assert set(map(tuple, np.argwhere(network.synapses[0]).tolist())) == wired
    assert report.changes == [
        Change(
            place="core 0 neuron 0",
            rule="dendrites must be the neuron's own number",
            was="255",
            now="a column of the crossbar",
            count=256,
        )
    ]


def test_a_core_without_seed_and_time_scale_has_the_usual_ones(tmp_path: Path) -> None:
    text = changed('"rngSeed":7,', "").replace('"timeScaleExponent":0,', "")
    assert read(tmp_path, text)[0].seed.tolist() == [4294967295, 4294967295]


@settings(max_examples=300)
@given(st.integers(0, 2**64))
def test_damaged_files_are_refused(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fuzz.fuzz_one(fuzz.mutated(seed), Path(folder))


def test_the_fuzz_target_finds_what_is_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_badly(path: Path, **_: object) -> None:
        raise FormatError(f"{path.name}: first line\nsecond line")

    monkeypatch.setattr(fuzz, "read_cpe", read_badly)
    with pytest.raises(AssertionError, match="no sentence"):
        fuzz.fuzz_one(b"{}", tmp_path)
