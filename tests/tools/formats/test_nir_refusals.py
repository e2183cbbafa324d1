"""Graphs whose nodes, edges or shapes do not fit: each is refused in a sentence that says why."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.tools.formats.nir_graph import read_nir
from spikewright.tools.formats.report import FormatError

nir = pytest.importorskip("nir")


def source(*shape: int) -> Any:
    return nir.Input({"input": np.array(shape)})


def sink(*shape: int) -> Any:
    return nir.Output({"output": np.array(shape)})


def cells(*shape: int, threshold: float = 1.0, reset: float = 0.0, r: float = 1.0) -> Any:
    one = np.ones(shape)
    return nir.IF(r * one, threshold * one, reset * one)


def linear(*weights: float) -> Any:
    return nir.Linear(np.array([weights]))


def affine(weight: float, *bias: float) -> Any:
    return nir.Affine(np.array([[weight]]), np.array(bias))


def delay(*ticks: float) -> Any:
    return nir.Delay(np.array(ticks))


def wired(edges: str, start: Any = None, **nodes: Any) -> Any:
    """Return a graph with edges like "in-a a-out", where "in" is an Input of size 1 or given."""
    pairs = [(a, b) for a, b in (edge.split("-") for edge in edges.split())]
    return nir.NIRGraph({"in": start or source(1), **nodes}, pairs, type_check=False)


def row(*nodes: Any) -> Any:
    """Return nodes a, b, c, ... one after the other, between Input and Output of size 1."""
    named = {**dict(zip("abcdefgh", nodes, strict=False)), "out": sink(1)}
    return wired(" ".join(f"{a}-{b}" for a, b in pairwise(["in", *named])), **named)


def conv(**options: Any) -> Any:
    """Return a graph with a convolution of a channel of 3 x 3."""
    node = nir.Conv2d((3, 3), np.ones((1, 1, 3, 3)), 1, 0, 1, 1, np.zeros(1))
    for name, value in options.items():
        setattr(node, name, value)  # NIR itself would refuse some
    return wired("in-a a-b", source(1, 3, 3), a=node, b=cells(1, 1, 1))


def pool(**options: Any) -> Any:
    two = np.array([2, 2])
    node = nir.SumPool2d(**{"kernel_size": two, "stride": two, "padding": two * 0, **options})
    return wired("in-a a-b", source(1, 2, 2), a=node, b=cells(1, 1, 1))


def refused(folder: Path, made: Any, **options: Any) -> str:
    """Return a refusal without the file's name."""
    path = folder / "bad.nir"
    nir.write(path, made)
    with pytest.raises(FormatError) as refusal:
        read_nir(path, **options)
    name, _, text = str(refusal.value).partition(": ")
    assert name == "bad.nir"
    return text


ONE, TWO = np.ones(1), np.ones(2)
INNER = nir.NIRGraph({}, [], type_check=False)
POTENTIALS = "the chip's neurons give spikes and no potentials"
NO_INFLOW = "an edge must lead to it, and none does"
SPIKES = "an Output must come from one node of neurons, and without Delay"

NODES = [
    (row(nir.CubaLIF(*[ONE] * 5)), "CubaLIF: the chip's synapses have no current that decays"),
    (row(nir.LI(*[ONE] * 3)), f"LI: {POTENTIALS}"),
    (row(nir.I(ONE)), f"I: {POTENTIALS}"),
    (row(nir.CubaLI(*[ONE] * 4)), f"CubaLI: {POTENTIALS}"),
    (row(nir.Threshold(ONE)), "Threshold: only neurons can hold a signal against a threshold"),
    (
        row(nir.AvgPool2d(TWO, TWO, TWO)),
        "AvgPool2d: an average is no sum of spikes; fold it into the weights that follow",
    ),
]


@pytest.mark.parametrize(("made", "text"), NODES)
def test_nodes_that_the_chip_has_not(tmp_path: Path, made: Any, text: str) -> None:
    assert refused(tmp_path, made) == f"node 'a': type must not be {text}"


EDGES = [
    (wired("in-a a-b", a=cells(1)), "the graph must have the nodes of its edges, not no 'b'"),
    (
        wired("in-a in-a", a=cells(1)),
        "the graph must have the edge 'in' -> 'a' once, not twice",
    ),
    (wired("in-a b-a", a=cells(1), b=linear(1)), f"node 'b': {NO_INFLOW}"),
    (
        wired("in-a a-b", a=cells(1), b=linear(1)),
        "node 'b': an edge must lead on from it, and none does",
    ),
    (wired("", a=cells(1)), f"node 'a': {NO_INFLOW}"),
    (wired("in-a a-in", a=cells(1)), "node 'in': no edge may lead to an Input"),
    (
        wired("in-a a-out out-a", a=cells(1), out=sink(1)),
        "node 'out': no edge may lead on from an Output",
    ),
    (
        wired("in-a a-b b-a", a=linear(1), b=linear(1)),
        "node 'a': a cycle of nodes must meet neurons, and does not",
    ),
    (row(), f"node 'out': {SPIKES}"),
    (row(linear(1)), f"node 'out': {SPIKES}"),
    (row(cells(1), delay(1)), f"node 'out': {SPIKES}"),
    (
        wired("in-a a-out b-out in-b", a=cells(1), b=cells(1), out=sink(1)),
        "node 'out': each element must be the spikes of one neuron, and is a weighted sum",
    ),
    (
        row(cells(1), linear(2)),
        "node 'out': each element must be the spikes of one neuron, and is a weighted sum",
    ),
    (wired(""), "the graph must have a node of neurons, and has none"),
    (row(INNER, cells(1)), "the graph must have one Input in its graph 'a', not 0"),
    (
        wired("in,-a", a=cells(1), **{"in,": source(1)}),
        "port must have a name of 1..64 printable characters, no comma, not 'in,'",
    ),
]


@pytest.mark.parametrize(("made", "text"), EDGES)
def test_edges_that_make_no_network(tmp_path: Path, made: Any, text: str) -> None:
    assert refused(tmp_path, made) == text


SHAPES = [
    (row(linear(1, 1), cells(1)), "'a': weight must have shape (outputs, 1), not (1, 2)"),
    (
        row(nir.Linear(np.ones((2, 1, 1))), cells(1)),
        "'a': weight must have shape (outputs, 1), not (2, 1, 1)",
    ),
    (row(cells(2)), "'a': v_threshold must have shape (1,), not (2,)"),
    (row(nir.Scale(TWO), cells(1)), "'a': scale must have shape (1,), not (2,)"),
    (row(delay(1, 1), cells(1)), "'a': delay must have shape (1,), not (2,)"),
    (row(affine(1, 2, 3), cells(1)), "'a': bias must have shape (1,), not (2,)"),
    (
        wired("in-a a-b in-b", source(2), a=linear(1, 1), b=cells(1)),
        "'b': what leads to it must have one shape, and 'a' has (1,), 'in' (2,)",
    ),
    (
        row(nir.Flatten({"input": np.array([3])}, 0, -1), cells(1)),
        "'a': input_type must be the shape that comes, (1,)",
    ),
    (
        row(nir.Flatten({"input": np.array([1])}, 1, -1), cells(1)),
        "'a': start_dim must be in -1..0, not 1",
    ),
    (wired("in-a a-o", a=cells(1), o=sink(2)), "'o': shape must be (1,), not (2,)"),
    (wired("in-a", source(0), a=cells(1)), "'in': shape must be of 1..1048576 elements, not (0,)"),
    (
        wired("in-a", source(2**11, 2**11), a=cells(1)),
        "'in': shape must be of 1..1048576 elements, not (2048, 2048)",
    ),
    (
        wired("in-a", source(2, 2, 2, 2, 2, 2, 2), a=cells(1)),
        "'in': shape must be 1..6 integers, not [2, 2, 2, 2, 2, 2, 2]",
    ),
]
WINDOWS = [
    (conv(input_shape=(4, 4)), "input_shape must be the one that comes, (3, 3)"),
    (
        conv(weight=np.ones((1, 2, 3, 3))),
        "weight must have, for 1 groups of the input's 1 channels, the shape (a multiple of 1, "
        "1 / 1, ...), not (1, 2, 3, 3)",
    ),
    (
        conv(groups=2),
        "weight must have, for 2 groups of the input's 1 channels, the shape (a multiple of 2, "
        "1 / 2, ...), not (1, 1, 3, 3)",
    ),
    (conv(padding="same", stride=2), "stride must be 1 where padding is 'same', not (2, 2)"),
    (conv(padding="odd"), "padding must be integers, 'same' or 'valid', not 'odd'"),
    (conv(padding=9999), "padding must be in 0..4096, not 9999"),
    (conv(stride=0), "stride must be in 1..1048576, not 0"),
    (conv(stride=np.array([1, 1, 1])), "stride must be 1 or 2 integers, not [1, 1, 1]"),
    (
        conv(weight=np.ones((1, 1, 3))),
        "weight and input must have 4 and 3 dimensions, not (1, 1, 3) and (1, 3, 3)",
    ),
    (
        conv(weight=np.ones((1, 1, 4, 4))),
        "output must have 1..1048576 elements, not (1, 0, 0)",
    ),
    (
        conv(weight=np.ones((1, 1, 65, 65))),
        "a window must have at most 4096 elements, not (65, 65)",
    ),
    (conv(bias=TWO), "bias must have shape (1,), not (2,)"),
    (
        pool(kernel_size=np.array([100, 100])),
        "a window must have at most 4096 elements, not (100, 100)",
    ),
    (pool(stride=np.array([1.5, 1.5])), "stride must be 1 or 2 integers, not [1.5, 1.5]"),
]


@pytest.mark.parametrize(
    ("made", "text"), [*SHAPES, *((made, f"'a': {text}") for made, text in WINDOWS)]
)
def test_shapes_that_do_not_fit(tmp_path: Path, made: Any, text: str) -> None:
    assert refused(tmp_path, made) == f"node {text}"


def test_a_missing_parameter_and_a_strange_type(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "bad.nir"
    nir.write(path, row(linear(1), cells(1)))
    for change, text in (
        (("a/weight", None), "node 'a': weight must be given as numbers, and is not"),
        (("a/weight", "one"), "node 'a': weight must be given as numbers, and is not"),
        (("a/type", None), "node 'a' must name its type"),
        (
            ("a/type", "Dense"),
            "node 'a': type must be of Affine, Conv1d, Conv2d, Delay, Flatten, "
            "IF, Input, LIF, Linear, Output, Scale, SumPool2d, not 'Dense'",
        ),
        (("../type", "IF"), "the file must hold a NIRGraph under 'node', and does not"),
        (("../edges", 1), "the graph must have edges that are pairs of names, and has not"),
        (("../nodes", 1), "the graph must have a group 'nodes', and has none"),
    ):
        place, value = change
        nir.write(path, row(linear(1), cells(1)))
        with h5py.File(path, "r+") as file:
            name = "node/nodes/" + place if place[0] == "a" else "node" + place[2:]
            del file[name]
            if value is not None:
                file[name] = value
        with pytest.raises(FormatError) as refusal:
            read_nir(path)
        assert str(refusal.value) == f"bad.nir: {text}"
