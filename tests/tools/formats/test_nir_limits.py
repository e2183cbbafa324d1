"""Numbers, delays and neurons that the chip cannot hold, exactly or at all."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.tools.formats.nir_graph import read_nir

nir = pytest.importorskip("nir")

_SPEC = importlib.util.spec_from_file_location(
    "test_nir_refusals", Path(__file__).with_name("test_nir_refusals.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
made: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)
affine, cells, delay, linear, row = made.affine, made.cells, made.delay, made.linear, made.row
wired, source, sink = made.wired, made.source, made.sink


def fed(weights: list[float]) -> Any:
    """Return one neuron with many inputs."""
    return wired("in-a a-b", source(len(weights)), a=linear(*weights), b=cells(1))


def lif(**options: float) -> Any:
    given = {"tau": 10.0, "r": 1.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0, **options}
    return row(nir.LIF(**{name: np.array([value]) for name, value in given.items()}))


SUMS = (
    "neuron 0: weights, bias and v_reset must have a unit in which the weights are sums of four "
    "integers in -255..255; none were found for"
)
LATE = "the potential must stay below the threshold"
CASES = [
    # Numbers.
    (row(cells(1, threshold=np.nan)), "'a': v_threshold must be 0 or of size 1e-30..1e30, not nan"),
    (row(cells(1, threshold=np.inf)), "'a': v_threshold must be 0 or of size 1e-30..1e30, not inf"),
    (row(linear(1e31), cells(1)), "'a': weight must be 0 or of size 1e-30..1e30, not 1e+31"),
    (
        row(*[linear(1e30)] * 4, cells(1)),
        "'c': weights times those before must be less than 1e90, and are not",
    ),
    # Delays.
    (row(delay(0.5), cells(1)), "'a': delay must be a multiple of dt, 1, not 0.5"),
    (row(delay(-1), cells(1)), "'a': delay must be 0..1000 ticks of dt = 1, not -1"),
    (row(delay(1e9), cells(1)), "'a': delay must be 0..1000 ticks of dt = 1, not 1e+09"),
    (row(delay(16), cells(1)), "'b': the way from 'in' must take at most 15 ticks, not 16"),
    (
        row(cells(1), delay(16), cells(1)),
        "'c': the way from 'a' must take at most 15 ticks, not 16",
    ),
    (row(affine(1, 1), delay(1), cells(1)), "'b': a delay must come before a bias, not after it"),
    (
        wired("in-a a-b b-a", a=cells(1), b=cells(1)),
        "'a': a cycle must have Delays of together at least a tick for each node of neurons in it, "
        "and has less",
    ),
    # Neurons.
    (fed([1.0] * 257), "'b': neuron 0: inputs must be at most 256, not 257"),
    (
        fed([float(n) for n in range(1, 17)]),
        "'b': neuron 0: weights must have at most 15 different values, the sums of four, not 16",
    ),
    (fed([1, 10, 100, 7, 70]), f"'b': {SUMS} 1, 7, 10, 70, 100 in units of 1"),
    (fed([1, 300]), f"'b': {SUMS} 1, 300 in units of 1"),
    (fed([1, 0.1]), f"'b': {SUMS} 0.1, 1 in units of 2.77556e-17"),
    (row(affine(1, 0.001), cells(1)), f"'b': {SUMS} 1 in units of 8.67362e-19"),
    (
        fed([n % 15 + 1 for n in range(128)]),
        "'b': neuron 0: inputs must take at most 256 axons with these weights, not 269",
    ),
    (
        row(affine(1, 256), cells(1)),
        "'b': neuron 0: bias must be in -255..255 in the unit of its weights, 1, not 256",
    ),
    (
        row(cells(1, threshold=262143)),
        "'a': neuron 0: v_threshold must be in -1..262142 in the unit of its weights, 1, "
        "not 262143",
    ),
    (
        row(cells(1, threshold=-1.5)),
        "'a': neuron 0: v_threshold must be in -1..262142 in the unit of its weights, 1, not -2",
    ),
    (
        row(cells(1, reset=393217)),
        "'a': neuron 0: v_reset must be in -393216..393216 in the unit of its weights, 1, "
        "not 393217",
    ),
    # What would act before the first step.
    (
        row(cells(1), cells(1, threshold=-0.5)),
        f"'b': neuron 0: before its first step, which is tick 1, {LATE} 0, not reach 0",
    ),
    (
        row(cells(1), affine(1, -9), cells(1), affine(1, -9), cells(1)),
        f"'e': neuron 0: before its first step, which is tick 2, {LATE} 2, not reach 9",
    ),
    (
        lif(),
        "'a': a LIF must be approximated: its potential decays in proportion to itself, and the "
        "chip's by a constant",
    ),
]


@pytest.mark.parametrize(("graph", "text"), CASES)
def test_what_is_not_exact(tmp_path: Path, graph: Any, text: str) -> None:
    assert made.refused(tmp_path, graph) == f"node {text}"


NEVER = [
    (
        lif(tau=0.5),
        "tau must be at least a tick, dt = 1, not 0.5; dt is in the file's unit of time",
    ),
    (
        lif(v_leak=2.0),
        "neuron 0: v_threshold must be at least the potential at which the neuron rests, and is 10 "
        "of current below it",
    ),
    (
        row(cells(1, threshold=1e12)),
        "neuron 0: weights must not be so small that they round to nothing beside v_threshold, "
        "bias and v_reset",
    ),
    (row(delay(-1), cells(1)), "delay must be 0..1000 ticks of dt = 1, not -1"),
]


@pytest.mark.parametrize(("graph", "text"), NEVER)
def test_what_cannot_be_approximated(tmp_path: Path, graph: Any, text: str) -> None:
    assert made.refused(tmp_path, graph, approximate=True) == f"node 'a': {text}"


def test_options(tmp_path: Path) -> None:
    graph = row(cells(1), linear(1), cells(1))
    mesh = "mesh must be 1..64 cores wide and high, not (0, 1)"
    assert made.refused(tmp_path, graph, mesh=(0, 1)) == mesh
    small = "the graph must fit 1 cores, and takes 2"
    assert made.refused(tmp_path, graph, mesh=(1, 1)) == small
    for dt in (0.0, -1.0, float("nan"), float("inf")):
        text = f"dt must be in 1e-9..1e9, not {dt}"
        assert made.refused(tmp_path, graph, dt=dt) == text
    network, _ = read_nir(tmp_path / "bad.nir", mesh=(3, 2))
    assert (network.architecture.width, network.architecture.height) == (3, 2)


def test_a_neuron_that_reaches_too_many_axons(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    # With 256 lines of random signs two neurons fit a core, and each line has an axon on each.
    weight = rng.choice([-1.0, 1.0], (514, 256))
    graph = wired("in-a a-b b-c", source(256), a=cells(256), b=nir.Linear(weight), c=cells(514))
    assert made.refused(tmp_path, graph) == (
        "node 'a': neuron 0: it must reach at most 256 axons, not 258"
    )


def test_a_graph_larger_than_a_chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spikewright.tools.formats.nir_place.CORES", 2)
    graph = wired("in-a", source(513), a=cells(513))
    assert made.refused(tmp_path, graph) == (
        "the graph must fit 2 cores, with a copy of a neuron for each axon that it reaches, and "
        "takes more"
    )


def test_limits_of_a_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = row(cells(1), linear(1), cells(1))
    part = "spikewright.tools.formats"
    for name, limit, text in (
        ("nir_nodes.NODE_LIMIT", 4, "the graph must have at most 4 nodes, not 5"),
        ("nir_nodes.EDGE_LIMIT", 3, "the graph must have at most 3 edges"),
        (
            "nir_lower.TERM_LIMIT",
            2,
            "node 'c': the graph must have at most 2 elements and connections up to here, and has "
            "more",
        ),
        ("nir_linear.CONNECTIONS", 0, "node 'b': there must be at most 0 connections, not 1"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"{part}.{name}", limit)
            assert made.refused(tmp_path, graph) == text
