"""Networks written as IBM Corelet model files, and read back."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network, Port, Simulator, random_network, random_spikes
from spikewright.tools.formats import cpe_write
from spikewright.tools.formats.cpe import read_cpe, write_cpe
from spikewright.tools.formats.report import Change, FormatError

CHIP = Architecture.preset("truenorth")


def exact(network: Network) -> Network:
    """Bring a network to what the file holds: powers of two, and nothing where nothing is sent."""
    size = np.abs(network.reset_potential)
    power = np.floor(np.log2(size + 1)).astype(np.int32).clip(max=18)
    network.reset_potential[:] = np.sign(network.reset_potential) * (2**power - 1)
    for array in (network.dx, network.dy, network.axon):
        array[network.delay == 0] = 0
    return network


def assert_same(one: Network, other: Network) -> None:
    assert one.architecture == other.architecture
    for name, array in one.arrays().items():
        assert np.array_equal(array, other.arrays()[name]), name


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    width=st.integers(1, 3),
    height=st.integers(1, 3),
    outputs=st.integers(0, 40),
)
def test_a_network_comes_back_as_it_was(seed: int, width: int, height: int, outputs: int) -> None:
    rng = np.random.default_rng(seed)
    architecture = CHIP.with_mesh(width, height)
    network = exact(random_network(architecture, rng, off_mesh=0))
    silent = np.argwhere(network.delay == 0)
    chosen = silent[rng.choice(len(silent), min(outputs, len(silent)), replace=False)]
    core, neuron = chosen.T
    lines = rng.integers(0, 2**24, len(chosen))
    rows = np.stack([lines, core % width, core // width, neuron], axis=1)
    if len(rows):
        network.ports = (Port("external", "output", rows[np.lexsort(rows.T[::-1])]),)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.json"
        written = write_cpe(network, path)
        found, report = read_cpe(path, mesh=(width, height))
    assert written.changes == report.changes == []
    assert_same(found, network)
    assert [port.lines.tolist() for port in found.ports] == [
        port.lines.tolist() for port in network.ports
    ]


def test_what_comes_back_behaves_as_before(tmp_path: Path) -> None:
    network = exact(random_network(CHIP.with_mesh(2, 2), 5, off_mesh=0, stochastic=0.1))
    write_cpe(network, tmp_path / "net.json")
    found, _ = read_cpe(tmp_path / "net.json")
    spikes = random_spikes(network, 6, 20)
    runs = []
    for each in (network, found):
        simulator = Simulator(each)
        simulator.inject(spikes)
        runs.append([simulator.step() for _ in range(20)])
    assert sum(int(result.spikes.sum()) for result in runs[0]) > 100
    for one, other in zip(*runs, strict=True):
        assert np.array_equal(one.spikes, other.spikes)
        assert np.array_equal(one.potentials, other.potentials)
        assert np.array_equal(one.random_state, other.random_state)


def test_equal_crossbars_and_types_are_written_once(tmp_path: Path) -> None:
    network = Network(CHIP.with_mesh(3, 3))
    network.synapses[4, 0, 0] = True
    network.leak[8, 255] = -7
    assert write_cpe(network, tmp_path / "net.json").notes == []
    text = (tmp_path / "net.json").read_text()
    assert text.count('"rows"') == 2
    assert text.count('"class"') == 2
    assert text.count('"core":') == 9
    assert '"types":["1x256"]' in text


def test_what_the_file_has_no_place_for_is_noted(tmp_path: Path) -> None:
    ports = [Port("image", "input", [[0, 0, 0, 0]]), Port("external", "input", [[0, 0, 0, 0]])]
    network = Network(
        CHIP.with_mesh(4, 1), attached=("east",), ports=ports, metadata={"from": "here"}
    )
    assert write_cpe(network, tmp_path / "net.json").notes == [
        "the file does not hold: port image, port external, attached sides, metadata, the mesh, "
        "which is 4 x 1"
    ]


def reset(network: Network) -> None:
    network.reset_potential[1, 3:5] = -5, 300_000


def off_mesh(network: Network) -> None:
    network.delay[1, 7], network.dx[1, 7] = 1, 1


def two_ways(network: Network) -> None:
    network.delay[0, 9] = 1
    network.ports = (Port("external", "output", [[8, 0, 0, 9], [3, 1, 0, 2], [2, 1, 0, 2]]),)


@pytest.mark.parametrize(
    ("spoil", "change"),
    [
        (
            reset,
            Change(
                place="core (1, 0) neuron 3",
                rule="reset_potential must be +-(2^VR - 1)",
                was="-5",
                now="the nearest such number",
                count=2,
            ),
        ),
        (
            off_mesh,
            Change(
                place="core (1, 0) neuron 7",
                rule="the destination must be a core of the mesh",
                was="(2, 0)",
                now="no packet",
            ),
        ),
        (
            two_ways,
            Change(
                place="core (0, 0) neuron 9",
                rule="a neuron must have one destination, a core or a line of port external",
                was="2",
                now="the core, or else the smallest line",
                count=2,
            ),
        ),
    ],
)
def test_what_the_file_cannot_hold_is_refused_or_changed(
    tmp_path: Path, spoil: Callable[[Network], None], change: Change
) -> None:
    network = Network(CHIP.with_mesh(2, 1))
    spoil(network)
    path = tmp_path / "net.json"
    with pytest.raises(FormatError) as error:
        write_cpe(network, path)
    assert str(error.value) == f"net.json: {change.place}: {change.rule}, not {change.was}"
    assert not path.exists()
    assert write_cpe(network, path, approximate=True).changes == [change]
    found, _ = read_cpe(path)
    assert found.reset_potential[1, 3:5].tolist() in ([-3, 262143], [0, 0])
    assert found.delay[1, 7] == 0
    assert [port.lines.tolist() for port in found.ports] in ([], [[[2, 1, 0, 2]]])


def test_only_the_cores_of_truenorth_are_written(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as error:
        write_cpe(Network(Architecture.preset("tiny")), tmp_path / "net.json")
    assert str(error.value) == "net.json: the network's axons must be 256, not 16"


def test_limits_of_the_file_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.json"
    network = Network(CHIP.with_mesh(2, 1))
    network.leak[0, :3] = 1, 2, 3
    for name, limit, sentence in [
        ("MAX_CORES", 1, "the network must have at most 1 cores, not 2"),
        ("MAX_TYPES", 3, "the neurons must be of at most 3 types, not 4"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(cpe_write, name, limit)
            with pytest.raises(FormatError) as error:
                write_cpe(network, path)
        assert str(error.value) == f"net.json: {sentence}"
    network.ports = (Port("external", "output", [[2**24, 0, 0, 0]]),)
    with pytest.raises(FormatError) as error:
        write_cpe(network, path)
    assert str(error.value) == (
        "net.json: port external: lines must be in 0..16777215, not 16777216"
    )
