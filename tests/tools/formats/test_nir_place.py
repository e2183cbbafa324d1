"""Larger graphs on several cores, ports, reports, and what approximation does to the spikes."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spikewright.golden import Network, Simulator
from spikewright.tools.formats.nir_graph import read_nir
from spikewright.tools.formats.report import Report

nir = pytest.importorskip("nir")


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference, random_graphs, made = (
    load("test_nir_reference"),
    load("test_nir"),
    load("test_nir_refusals"),
)
cells, delay, linear, row = made.cells, made.delay, made.linear, made.row
wired, source, sink = made.wired, made.source, made.sink
TICKS = 30


def both(
    folder: Path, graph: Any, rate: float = 0.5, **options: Any
) -> tuple[Network, Report, dict[str, Any], dict[str, Any]]:
    """Return the network, its report, and the spikes of network and interpreter."""
    path = folder / "graph.nir"
    nir.write(path, graph)
    network, report = read_nir(path, **options)
    shape = tuple(graph.nodes["in"].input_type["input"].tolist())
    spikes = (np.random.default_rng(0).random((TICKS, *shape)) < rate).astype(float)
    wanted = reference.Interpreter(graph, options.get("dt", 1.0)).run({"in": spikes})
    flat = {name: value.reshape(TICKS, -1) > 0 for name, value in wanted.items()}
    return network, report, random_graphs.fired(network, spikes), flat


def agree(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return found.keys() == wanted.keys() and all(
        np.array_equal(found[name], wanted[name]) and wanted[name].any() for name in wanted
    )


def ternary(*shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(1).integers(-1, 2, shape).astype(np.float64)


def test_neurons_with_copies_on_many_cores(tmp_path: Path) -> None:
    graph = wired(
        "in-a a-b b-c c-b b-d d-e e-out b-mid",
        source(30),
        a=nir.Linear(ternary(130, 30)),
        b=cells(130, threshold=3),
        c=nir.Linear(ternary(130, 130)),
        d=nir.Linear(ternary(20, 130)),
        e=cells(20, threshold=2),
        out=sink(20),
        mid=sink(130),
    )
    network, report, found, wanted = both(tmp_path, graph)
    assert network.architecture.cores > 4
    assert agree(found, wanted)
    assert report.notes[:3] == [
        "node 'b': a connection to itself without Delay takes one tick.",
        "output 'mid': a spike of step t comes in tick t + 0.",
        "output 'out': a spike of step t comes in tick t + 1.",
    ]
    assert network.metadata == {"nir": {"dt": 1.0, "latency": {"out": 1, "mid": 0}}}


def test_an_image_on_several_cores(tmp_path: Path) -> None:
    conv = nir.Conv2d((16, 16), ternary(4, 1, 3, 3), 1, "same", 1, 1, np.zeros(4))
    two = np.array([2, 2])
    graph = wired(
        "in-a a-b b-c c-d d-e e-f f-out",
        source(1, 16, 16),
        a=conv,
        b=cells(4, 16, 16, threshold=2),
        c=nir.SumPool2d(two, two, two * 0),
        d=nir.Flatten({"input": np.array([4, 8, 8])}, 0, -1),
        e=nir.Linear(np.where(np.arange(256) % 7 == np.arange(7)[:, None], 1.0, 0.0)),
        f=cells(7, threshold=9),
        out=sink(7),
    )
    network, _, found, wanted = both(tmp_path, graph)
    assert network.architecture.cores > 4
    assert agree(found, wanted)


def test_lines_that_come_late_and_lines_that_lead_nowhere(tmp_path: Path) -> None:
    weight = np.array([[1.0, 0, 1, 0], [0, 0, 1, 0]])
    graph = wired(
        "in-a a-b b-c c-d in-e e-d d-out",
        source(4),
        a=nir.Linear(weight),
        b=cells(2),
        c=nir.Linear(np.eye(2)),
        d=cells(2),
        e=nir.Linear(weight),
        out=sink(2),
    )
    network, _, found, wanted = both(tmp_path, graph)
    assert agree(found, wanted)
    port = network.ports[0]
    assert port.size == 4
    # Lines 1 and 3 share an axon that drives nothing.
    (a, b) = (port.lines[port.lines[:, 0] == line, 1:].tolist() for line in (1, 3))
    assert a == b
    x, y, axon = a[0]
    assert not network.synapses[x + network.architecture.width * y, :, axon].any()


def test_a_further_core_for_lines_that_lead_nowhere(tmp_path: Path) -> None:
    weight = np.zeros((1, 257))
    weight[0, :256] = 1
    graph = wired("in-a a-b b-o", source(257), a=nir.Linear(weight), b=cells(1), o=sink(1))
    network, _, found, wanted = both(tmp_path, graph)
    assert network.architecture.cores == 2
    assert agree(found, wanted)


def test_a_graph_in_a_graph(tmp_path: Path) -> None:
    inner = wired("in-a a-l l-a a-out", source(3), a=cells(3), l=nir.Linear(np.eye(3)), out=sink(3))
    graph = wired("in-g g-g2 g2-out", source(3), g=inner, g2=inner, out=sink(3))
    _, report, found, wanted = both(tmp_path, flat_copy(graph, inner))
    _, again = read_nir(written(tmp_path, graph))
    assert agree(found, wanted)
    assert again.notes[1] == "node 'g2.a': a connection to itself without Delay takes one tick."
    assert again.notes[2:] == report.notes[2:]


def flat_copy(graph: Any, inner: Any) -> Any:
    """Return the graph of the test above as someone would flatten it by hand."""
    eye = nir.Linear(np.eye(3))
    return wired(
        "in-a a-b b-a a-c c-d d-c c-out",
        graph.nodes["in"],
        a=inner.nodes["a"],
        b=eye,
        c=cells(3),
        d=eye,
        out=sink(3),
    )


def written(folder: Path, graph: Any) -> Path:
    nir.write(folder / "graph.nir", graph)
    return folder / "graph.nir"


def test_an_output_may_choose(tmp_path: Path) -> None:
    choice = np.array([[0.0, 1, 0], [0, 0, 0], [1, 0, 0]])
    graph = wired("in-a a-b b-out", source(3), a=cells(3), b=nir.Linear(choice), out=sink(3))
    network, _ = read_nir(written(tmp_path, graph))
    assert network.ports[1].lines.tolist() == [[0, 0, 0, 1], [2, 0, 0, 0]]


def test_inhibition_is_noted(tmp_path: Path) -> None:
    _, report = read_nir(written(tmp_path, row(linear(-100), cells(1))))
    assert report.notes == [
        "output 'out': a spike of step t comes in tick t + 0.",
        "node 'b': potentials stay at -262143 where NIR's would fall further, which takes "
        "262143 ticks of nothing but inhibition.",
    ]


def test_delays_are_rounded(tmp_path: Path) -> None:
    path = written(tmp_path, row(delay(1.4), cells(1), delay(0.5), cells(1)))
    network, report = read_nir(path, approximate=True)
    (change,) = report.changes
    assert (change.place, change.rule) == ("node 'a'", "delay must be a multiple of dt, 1")
    assert (change.was, change.now, change.count) == ("1.4", "1", 2)
    assert network.metadata["nir"]["latency"] == {"out": 1}
    assert sorted(network.delay[network.delay > 0].tolist()) == [1, 1]


def test_seconds(tmp_path: Path) -> None:
    late = np.array([0.003], dtype=np.float32)
    path = written(tmp_path, row(cells(1, r=1000), nir.Delay(late), cells(1, r=1000)))
    network, report = read_nir(path, dt=0.001)
    assert report.changes == []
    assert network.metadata["nir"] == {"dt": 0.001, "latency": {"out": 0}}
    assert network.delay[network.delay > 0].tolist() == [3]


@pytest.mark.parametrize("threshold", [0.5, 1.0, 2.0])
def test_near_integrators_fire_about_as_often(tmp_path: Path, threshold: float) -> None:
    rng = np.random.default_rng(3)
    graph = wired(
        "in-a a-b b-out",
        source(40),
        a=nir.Affine(rng.normal(0.05, 0.2, (50, 40)), rng.normal(0, 0.05, 50)),
        b=cells(50, threshold=threshold),
        out=sink(50),
    )
    _, report, found, wanted = both(tmp_path, graph, approximate=True)
    assert [change.count > 40 for change in report.changes] == [True, True, True]
    counts, real = found["out"].sum(axis=0), wanted["out"].sum(axis=0)
    assert abs(int(counts.sum()) - int(real.sum())) < 0.05 * real.sum()
    assert np.corrcoef(counts, real)[0, 1] > 0.98


def test_near_lifs_fire_about_as_often(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    one = np.ones(50)
    graph = wired(
        "in-a a-b b-out",
        source(40),
        a=nir.Affine(rng.normal(0.1, 0.2, (50, 40)), rng.normal(0, 0.05, 50)),
        b=nir.LIF(0.01 * one, 10 * one, 0.2 * one, 3 * one, 0 * one),
        out=sink(50),
    )
    _, report, found, wanted = both(tmp_path, graph, approximate=True, dt=0.001)
    assert "a decay must be a constant" in report.changes[-1].rule
    assert "decay by at most 0.05" in report.notes[0]
    counts, real = found["out"].sum(axis=0), wanted["out"].sum(axis=0)
    assert abs(int(counts.sum()) - int(real.sum())) < 0.1 * real.sum()
    assert np.corrcoef(counts, real)[0, 1] > 0.95


def test_a_lif_that_runs_late_begins_where_one_does_that_does_not(tmp_path: Path) -> None:
    one = np.ones(1)
    lif = nir.LIF(20 * one, 40 * one, -3 * one, 5 * one, 0 * one)
    early, _ = read_nir(written(tmp_path, row(lif)), approximate=True)
    late, _ = read_nir(written(tmp_path, row(cells(1), linear(1), lif)), approximate=True)
    simulator = Simulator(late)
    simulator.run(1)
    ((begin,), leak) = early.potential[early.potential > 0], early.leak[0, 0]
    assert late.potential.max() == begin - leak
    assert simulator.potentials.max() == begin > 0
