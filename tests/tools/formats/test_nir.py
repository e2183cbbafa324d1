"""Random graphs of integers: the imported network fires as NIR's equations say, tick by tick."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spikewright.golden import Network, Simulator, port_events, port_spikes
from spikewright.tools.formats.nir_graph import read_nir

nir = pytest.importorskip("nir")

_SPEC = importlib.util.spec_from_file_location(
    "test_nir_reference", Path(__file__).with_name("test_nir_reference.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
reference: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

TICKS = 30
Array = NDArray[np.float64]


class Builder:
    """A random graph that the chip holds exactly, node by node."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: dict[str, Any] = {}
        self.edges: list[tuple[str, str]] = []
        self.dt = float(self.rng.choice([1.0, 1.0, 0.001]))
        self.factor = float(self.rng.choice([1.0, 1.0, 0.25, 3.0]))

    def add(self, node: Any, *before: str) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes[name] = node
        self.edges += [(start, name) for start in before]
        return name

    def palette(self) -> list[int]:
        """Return the weights of one layer: sums of four integers, of some kind."""
        some = self.rng.integers(-255, 256, 4).tolist()
        kinds = [[-1, 0, 1], list(range(-8, 8)), [0, *some], list(range(-15, 1)), [0, 1]]
        return kinds[int(self.rng.integers(len(kinds)))]

    def weights(self, palette: list[int], *shape: int) -> Array:
        return np.asarray(self.factor * self.rng.choice(palette, shape))

    def bias(self, size: int) -> Array:
        return np.asarray(self.factor * self.rng.integers(-2, 3, size))

    def neurons(self, shape: tuple[int, ...], *before: str) -> str:
        rng = self.rng
        r = rng.choice([1.0, 0.5, 4.0, -1.0], shape) / self.dt
        unit = np.abs(self.factor * r * self.dt)
        threshold = unit * (rng.integers(3, 14, shape) + rng.choice([0, 0.5], shape))
        reset = unit * rng.choice([0, 0, 1, -3, 5], shape)
        return self.add(nir.IF(r=r, v_threshold=threshold, v_reset=reset), *before)

    def delayed(self, before: str, shape: tuple[int, ...], low: int = 0) -> str:
        return self.add(nir.Delay(self.dt * self.rng.integers(low, 5, shape)), before)

    def way(self, before: str, inputs: int, outputs: int, palette: list[int]) -> str:
        """Add what leads from one layer to another."""
        rng = self.rng
        if rng.random() < 0.3:
            before = self.delayed(before, (inputs,))
        if palette == [-1, 0, 1] and rng.random() < 0.5:
            before = self.add(nir.Scale(rng.choice([1.0, -1.0, 2.0], inputs)), before)
        weight = self.weights(palette, outputs, inputs)
        if rng.random() < 0.3:
            return self.add(nir.Affine(weight, self.bias(outputs)), before)
        name = self.add(nir.Linear(weight), before)
        return self.delayed(name, (outputs,)) if rng.random() < 0.15 else name


def dense(seed: int) -> Builder:
    """Return layers in a row with delays, loops, ways around layers and ways back."""
    b = Builder(seed)
    rng = b.rng
    size = int(rng.integers(1, 9))
    b.nodes["in"] = nir.Input({"input": np.array([size])})
    known = [("in", size)]
    for _ in range(int(rng.integers(1, 4))):
        width, palette = int(rng.integers(1, 9)), b.palette()
        ways = {known[-1], known[int(rng.integers(len(known)))]}
        name = b.neurons((width,), *[b.way(*way, width, palette) for way in sorted(ways)])
        if rng.random() < 0.3:
            loop = b.delayed(name, (width,)) if rng.random() < 0.5 else name
            b.edges.append((b.add(nir.Linear(b.weights(palette, width, width)), loop), name))
        known.append((name, width))
    if len(known) > 2 and rng.random() < 0.3:
        (first, width), (last, size) = known[1], known[-1]
        back = nir.Linear(b.weights([0, 1, -1], width, size))
        # Only where the first layer's weights leave room for these.
        if set(
            np.concatenate([n.weight.ravel() for n in b.nodes.values() if hasattr(n, "weight")])
        ) <= {-b.factor, 0, b.factor}:
            b.edges.append((b.add(back, b.delayed(last, (size,), low=3)), first))
    for number, (name, width) in enumerate(known[1:]):
        if number == len(known) - 2 or rng.random() < 0.3:
            b.nodes[f"out{number}"] = nir.Output({"output": np.array([width])})
            b.edges.append((name, f"out{number}"))
    return b


def spatial(seed: int) -> Builder:
    """Return a convolution, neurons, a pool, and dense neurons."""
    b = Builder(seed)
    rng = b.rng
    flat = bool(rng.random() < 0.3)
    shape = tuple(rng.integers([1, 4, 4], [4, 8, 8]).tolist())
    shape = (shape[0], shape[2]) if flat else shape
    count = len(shape) - 1
    b.nodes["in"] = nir.Input({"input": np.array(shape)})
    groups = shape[0] if rng.random() < 0.3 else 1
    stride, dilation = int(rng.integers(1, 3)), int(rng.integers(1, 3))
    padding: Any = int(rng.integers(0, 2))
    if rng.random() < 0.4:
        padding, stride = ("same", 1) if rng.random() < 0.5 else ("valid", stride)
    window = rng.integers(1, 3 if dilation > 1 else 4, count).tolist()
    outputs = groups * int(rng.integers(1, 3))
    weight = b.weights(b.palette(), outputs, shape[0] // groups, *window)
    inside = shape[1] if flat else shape[1:]
    kind = nir.Conv1d if flat else nir.Conv2d
    conv = kind(inside, weight, stride, padding, dilation, groups, b.bias(outputs))
    empty = reference.Interpreter(nir.NIRGraph({}, [], type_check=False))
    shape = getattr(empty, kind.__name__.lower())(conv, np.zeros(shape)).shape
    name = b.neurons(shape, b.add(conv, "in"))
    if rng.random() < 0.3:
        name = b.delayed(name, shape)
    if not flat and rng.random() < 0.6 and min(shape[1:]) > 1:
        pad, step = rng.integers(0, 2, 2), rng.integers(1, 3, 2)
        pool = nir.SumPool2d(np.array([2, 2]), step, pad)
        shape, name = empty.sumpool2d(pool, np.zeros(shape)).shape, b.add(pool, name)
    if rng.random() < 0.3:
        name = b.neurons(shape, name)
    name = b.add(nir.Flatten({"input": np.array(shape)}, 0, -1), name)
    last = int(rng.integers(1, 9))
    size = int(np.prod(shape))
    weight = b.weights([-1, 0, 1] if size < 60 else [0, 1], last, size)
    weight[:, 100:] = 0  # a core has 256 axons
    linear = nir.Linear(weight)
    name = b.neurons((last,), b.add(linear, name))
    b.nodes["out"] = nir.Output({"output": np.array([last])})
    b.edges.append((name, "out"))
    return b


def fired(network: Network, spikes: Array) -> dict[str, NDArray[np.bool_]]:
    """Return what each output port shows, shape (T, lines), its latency taken off."""
    latency = network.metadata["nir"]["latency"]
    simulator = Simulator(network)
    ticks, index = np.nonzero(spikes.reshape(len(spikes), -1))
    simulator.inject(port_spikes(network, "in", np.stack([ticks, index], axis=1)))
    recording = simulator.run(len(spikes) + max(latency.values()))
    assert not recording.late_per_tick.any()
    assert not recording.off_mesh.any()
    found = {}
    for port in network.ports:
        if port.kind == "output":
            events = port_events(network, port.name, recording.fired())
            dense = np.zeros((recording.ticks, port.size), dtype=np.bool_)
            dense[events[:, 0], events[:, 1]] = True
            # Nothing may fire before the graph's first step.
            assert not dense[: latency[port.name]].any()
            found[port.name] = dense[latency[port.name] :][: len(spikes)]
    return found


def check(b: Builder, path: Path, *, lively: list[int] | None = None) -> None:
    """Hold an imported graph against the interpreter."""
    graph = nir.NIRGraph(b.nodes, b.edges, type_check=False)
    nir.write(path, graph)
    network, report = read_nir(path, dt=b.dt)
    assert report.changes == []
    shape = tuple(b.nodes["in"].input_type["input"].tolist())
    spikes = (b.rng.random((TICKS, *shape)) < b.rng.choice([0.3, 0.6, 0.9])).astype(float)
    wanted = reference.Interpreter(graph, b.dt).run({"in": spikes})
    found = fired(network, spikes)
    assert set(found) == set(wanted)
    for name, expected in wanted.items():
        assert np.array_equal(found[name], expected.reshape(TICKS, -1) > 0), name
    if lively is not None:
        lively.append(int(sum(value.sum() for value in wanted.values())))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_dense_graphs(tmp_path: Path, seed: int) -> None:
    check(dense(seed), tmp_path / "graph.nir")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_spatial_graphs(tmp_path: Path, seed: int) -> None:
    check(spatial(seed), tmp_path / "graph.nir")


def test_the_graphs_above_are_lively(tmp_path: Path) -> None:
    spikes: list[int] = []
    for seed in range(20):
        check(dense(seed), tmp_path / "dense.nir", lively=spikes)
        check(spatial(seed), tmp_path / "spatial.nir", lively=spikes)
    assert sum(count > 0 for count in spikes) > 25
    assert sum(spikes) > 1000
