"""Networks as NIR graphs: NIR's equations on them give the spikes of the chip, and back again."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network, Port, Simulator, port_events, port_spikes
from spikewright.tools.formats.nir_graph import read_nir, write_nir
from spikewright.tools.formats.report import FormatError

nir = pytest.importorskip("nir")

_SPEC = importlib.util.spec_from_file_location(
    "test_nir_reference", Path(__file__).with_name("test_nir_reference.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
reference: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

TICKS = 40
ONE = Architecture.preset("truenorth").with_mesh(1, 1)
Bits = NDArray[np.bool_]


def random_network(seed: int, *, ports: bool = True) -> Network:
    """Return neurons on two cores that NIR can say: each axon has one source at most."""
    rng = np.random.default_rng(seed)
    a = Architecture.preset("truenorth" if ports else "tiny").with_mesh(2, 1)
    shape, used = (a.cores, a.neurons), min(16, a.neurons)
    live = np.zeros(shape, dtype=np.bool_)
    live[:, rng.permutation(a.neurons)[:used]] = True
    reach = a.weight_limit if rng.random() < 0.5 else 4
    low = -reach if ports else 0
    arrays: dict[str, Any] = {
        "synapses": rng.random((*shape, a.axons)) < 0.3,
        "axon_types": rng.integers(0, 4, (a.cores, a.axons)),
        "weights": rng.integers(low, reach + 1, (*shape, 4)),
        "leak": rng.integers(-1 if ports else 0, 3, shape) * (rng.random() < 0.5),
        "threshold": rng.integers(1, 4 * reach, shape),
        "reset_potential": rng.integers(low, reach + 1, shape) * (rng.random(shape) < 0.3),
        "negative_threshold": a.threshold_limit,
        "negative_saturate": True,
    }
    # Each neuron has an axon to itself, and the inputs have others.
    axons = rng.permutation(a.cores * a.axons)
    target = np.zeros(shape, dtype=np.int64)
    target[live] = axons[: live.sum()]
    arrays["dx"] = target // a.axons - np.arange(a.cores)[:, None]
    arrays["axon"] = target % a.axons
    arrays["delay"] = np.where(live & (rng.random(shape) < 0.8), rng.integers(1, 16, shape), 0)
    if not ports:
        return Network(a, **arrays)
    # A line has one axon on a core, but may have one on each.
    rest = axons[live.sum() :]
    fed = np.concatenate([rest[rest // a.axons == 0][:8], rest[rest // a.axons == 1][:4]])
    core, neuron = np.nonzero(live)
    read = rng.permutation(len(core))[:20]
    order = np.concatenate([np.arange(8), rng.permutation(8)[:4]])
    return Network(
        a,
        ports=[
            Port("in", "input", np.stack([order, fed // a.axons, fed * 0, fed % a.axons], 1)),
            Port("out", "output", np.stack([np.arange(20), core[read], read * 0, neuron[read]], 1)),
        ],
        **arrays,
    )


def simulated(network: Network, spikes: Bits, start: str, end: str) -> Bits:
    """Return what an output shows, shape (T, lines), its latency taken off."""
    latency = network.metadata.get("nir", {}).get("latency", {}).get(end, 0)
    simulator = Simulator(network)
    simulator.inject(port_spikes(network, start, np.argwhere(spikes)))
    recording = simulator.run(len(spikes) + latency)
    events = port_events(network, end, recording.fired())
    size = next(port.size for port in network.ports if port.name == end)
    dense = np.zeros((recording.ticks, size), dtype=np.bool_)
    dense[events[:, 0], events[:, 1]] = True
    return dense[latency:]


def interpreted(path: Path, spikes: Bits, start: str, end: str) -> Bits:
    """Return what NIR's equations make of a file."""
    found = reference.Interpreter(nir.read(path)).run({start: spikes.astype(float)})
    return np.asarray(found[end] > 0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_networks_with_ports_there_and_back(tmp_path: Path, seed: int) -> None:
    network, path = random_network(seed), tmp_path / "network.nir"
    report = write_nir(network, path)
    assert report.changes == []
    size = next(port.size for port in network.ports if port.name == "in")
    spikes = np.random.default_rng(seed).random((TICKS, size)) < 0.4
    wanted = simulated(network, spikes, "in", "out")
    assert np.array_equal(interpreted(path, spikes, "in", "out"), wanted)
    again, report = read_nir(path)
    assert report.changes == []
    assert np.array_equal(simulated(again, spikes, "in", "out"), wanted)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_networks_without_ports_there_and_back(tmp_path: Path, seed: int) -> None:
    network, path = random_network(seed, ports=False), tmp_path / "network.nir"
    write_nir(network, path)
    spikes = np.random.default_rng(seed).random((TICKS, 32)) < 0.2
    # An axon that a neuron drives is left to it.
    core, neuron = np.nonzero(network.delay)
    spikes[:, 16 * (core + network.dx[core, neuron]) + network.axon[core, neuron]] = False
    network.ports = (
        Port("axons", "input", [(n, n // 16, 0, n % 16) for n in range(32)]),
        Port("fired", "output", [(n, n // 16, 0, n % 16) for n in range(32)]),
    )
    wanted = simulated(network, spikes, "axons", "fired")
    assert np.array_equal(interpreted(path, spikes, "axons", "fired"), wanted)
    again, _ = read_nir(path)
    assert np.array_equal(simulated(again, spikes, "axons", "fired"), wanted)


def small(**fields: Any) -> Network:
    """Return neuron 0 on axon 0 with weight 2 and neuron 1 on axons 1 and 2; 0 drives axon 1.

    Fields are set for neuron 0.
    """
    synapses = np.zeros((1, 256, 256), dtype=np.bool_)
    synapses[0, 0, 0] = synapses[0, 1, 1] = synapses[0, 1, 2] = True
    network = Network(
        ONE,
        synapses=synapses,
        weights=2,
        threshold=3,
        ports=[
            Port("in", "input", [(0, 0, 0, 0), (1, 0, 0, 2)]),
            Port("out", "output", [(0, 0, 0, 1)]),
        ],
    )
    network.delay[0, 0], network.axon[0, 0] = 4, 1
    for name, value in fields.items():
        getattr(network, name)[0, 0] = value
    return network


def test_the_nodes_of_a_small_network(tmp_path: Path) -> None:
    path = tmp_path / "small.nir"
    report = write_nir(small(leak=1, reset_potential=1), path)
    assert report.notes == []
    graph = nir.read(path)
    assert sorted(graph.edges) == [
        ("delay", "recurrent"),
        ("in", "in_weights"),
        ("in_weights", "neurons"),
        ("neurons", "delay"),
        ("neurons", "out_choice"),
        ("out_choice", "out"),
        ("recurrent", "neurons"),
    ]
    nodes = graph.nodes
    assert nodes["in_weights"].weight.tolist() == [[2, 0], [0, 2]]
    assert nodes["in_weights"].bias.tolist() == [1, 0]
    assert nodes["recurrent"].weight.tolist() == [[0, 0], [2, 0]]
    assert nodes["delay"].delay.tolist() == [4, 1]
    assert nodes["neurons"].v_threshold.tolist() == [2.5, 2.5]
    assert nodes["neurons"].v_reset.tolist() == [1, 0]
    assert nodes["out_choice"].weight.tolist() == [[0, 1]]


def test_a_lower_limit_is_noted(tmp_path: Path) -> None:
    network = small(negative_threshold=2**18 - 1)
    network.weights[0, 0] = -100
    assert write_nir(network, tmp_path / "small.nir").notes == [
        "The potentials of 1 neurons stay above -262143 on the chip and can fall further in the "
        "graph, after 2622 ticks of nothing but inhibition."
    ]


FIRST = "core (0, 0) neuron 0:"
LOWER = "negative_threshold must be 262143, or out of reach, for an IF, which has none"


@pytest.mark.parametrize(
    ("fields", "text", "now"),
    [
        ({"weight_stochastic": True}, f"{FIRST} weight_stochastic must be 0 for an IF, not 1", ""),
        (
            {"leak_stochastic": True, "leak": 1},
            f"{FIRST} leak_stochastic must be 0 for an IF, not 1",
            "",
        ),
        ({"threshold_mask": 3}, f"{FIRST} threshold_mask must be 0 for an IF, not 3", ""),
        (
            {"leak_reversal": True, "leak": -1},
            f"{FIRST} leak_reversal must be 0 for an IF, not 1",
            "",
        ),
        ({"reset_mode": 2}, f"{FIRST} reset_mode must be 0 for an IF, not 2", ""),
        ({"reset_mode": 1}, f"{FIRST} reset_mode must be 0 for an IF, not 1", "0"),
        ({"potential": 2}, f"{FIRST} potential must be 0, where an IF begins, not 2", "0"),
        ({"weights": -1}, f"{FIRST} {LOWER}, not 0", "262143"),
        ({"leak": -1, "negative_threshold": 7}, f"{FIRST} {LOWER}, not 7", "262143"),
        ({"reset_potential": -1}, f"{FIRST} {LOWER}, not 0", "262143"),
        (
            {"axon": 2},
            "core (0, 0) axon 2: spikes must come from one line, since NIR adds what the chip "
            "merges, not several",
            "their sum",
        ),
    ],
)
def test_what_an_integrator_cannot_say(
    tmp_path: Path, fields: dict[str, Any], text: str, now: str
) -> None:
    path = tmp_path / "small.nir"
    with pytest.raises(FormatError) as refusal:
        write_nir(small(**fields), path)
    assert str(refusal.value) == f"small.nir: {text}"
    assert not path.exists()
    if now:
        (change,) = write_nir(small(**fields), path, approximate=True).changes
        assert f"{change.place}: {change.rule}, not {change.was}" == text
        assert (change.now, change.count) == (now, 1)
        read_nir(path, approximate=True)
    else:
        with pytest.raises(FormatError):
            write_nir(small(**fields), path, approximate=True)


def refused(network: Network, path: Path) -> str:
    with pytest.raises(FormatError) as refusal:
        write_nir(network, path)
    assert not path.exists()
    return str(refusal.value)


def test_what_makes_no_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.nir"
    empty = Network(ONE, ports=[Port("out", "output", np.zeros((0, 4), dtype=np.int64))])
    assert refused(empty, path) == "x.nir: port out: lines must be at least 1, not 0"
    large = Network(Architecture.preset("truenorth").with_mesh(4, 4))
    assert refused(large, path) == (
        "x.nir: a matrix must have at most 4194304 weights, not 4096 neurons x 4096"
    )
    ranc = Network(Architecture.preset("ranc").with_mesh(1, 1))
    assert refused(ranc, path) == "x.nir: architecture: wrap must be 0, not 1"
    network = small()
    for name in ("in", "a/b", "."):
        network.ports = (network.ports[0], Port(name, "output", [(0, 0, 0, 1)]))
        assert refused(network, path) == (
            f"x.nir: port {name}: nodes must have names of their own, without a slash"
        )
    network.ports = (network.ports[0], Port("out", "output", [(0, 0, 0, 1), (0, 0, 0, 0)]))
    assert refused(network, path) == (
        "x.nir: output out line 0: spikes must come from one neuron, since NIR adds what the chip "
        "merges, not 2"
    )
    monkeypatch.setitem(sys.modules, "nir", None)
    assert refused(network, path) == (
        "x.nir: to write NIR the package nir must be installed, which it is not: "
        "pip install 'spikewright[nir]'"
    )


def test_names_that_the_graph_itself_would_take(tmp_path: Path) -> None:
    network, path = small(), tmp_path / "x.nir"
    network.ports = (
        Port("neurons", "input", [(0, 0, 0, 0)]),
        Port("delay", "output", [(0, 0, 0, 1)]),
    )
    write_nir(network, path)
    again, _ = read_nir(path)
    assert [port.name for port in again.ports] == ["neurons", "delay"]


def test_without_output_ports_all_neurons_are_read(tmp_path: Path) -> None:
    network = Network(ONE, ports=[Port("in", "input", [(0, 0, 0, 0)])])
    write_nir(network, tmp_path / "x.nir")
    assert read_nir(tmp_path / "x.nir")[0].ports[1].size == 256


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error:
        write_nir(small(), tmp_path / "none" / "x.nir")
    assert error.value.filename == str(tmp_path / "none" / "x.nir")
