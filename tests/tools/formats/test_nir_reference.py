"""A small interpreter of NIR, straight from its equations, and what it must say itself.

Other tests load it from here: it shares nothing with the importer but the file.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

nir = pytest.importorskip("nir")

Array = NDArray[np.float64]


class Interpreter:
    """A graph in steps of dt: IF v' = v + dt r I, LIF v' = v + dt/tau (v_leak - v + r I).

    A neuron that fires (v > v_threshold) is v_reset then. Edges take no time, a Delay takes
    delay / dt steps, and a connection from neurons to themselves without Delay takes one.
    """

    def __init__(self, graph: Any, dt: float = 1.0) -> None:
        self.nodes, self.dt = graph.nodes, dt
        self.before: dict[str, list[str]] = {name: [] for name in graph.nodes}
        for start, end in graph.edges:
            self.before[end].append(start)

    def run(self, inputs: dict[str, Array]) -> dict[str, Array]:
        """Return what reaches each Output, shape (T, ...), for inputs of shape (T, ...)."""
        self.inputs = inputs
        self.spikes: dict[tuple[str, int], Array] = {}
        self.potential: dict[str, Array] = {}
        self.busy: set[tuple[str, int]] = set()
        ticks = len(next(iter(inputs.values())))
        outputs = [n for n, node in self.nodes.items() if type(node).__name__ == "Output"]
        neurons = [n for n, node in self.nodes.items() if type(node).__name__ in ("IF", "LIF")]
        found: dict[str, list[Array]] = {name: [] for name in outputs}
        for t in range(ticks):
            for name in neurons:
                self.value(name, t)
            for name in outputs:
                found[name].append(self.inflow(name, t))
        return {name: np.array(values) for name, values in found.items()}

    def inflow(self, name: str, t: int) -> Array:
        return np.sum([self.value(start, t) for start in self.before[name]], axis=0)

    def value(self, name: str, t: int) -> Array:
        """Return what leaves a node in step t."""
        node = self.nodes[name]
        kind = type(node).__name__
        if kind == "Input":
            shape = tuple(node.input_type["input"])
            return self.inputs[name][t] if t >= 0 else np.zeros(shape)
        if kind in ("IF", "LIF"):
            return self.fire(name, node, t - ((name, t) in self.busy))
        if kind == "Delay":
            steps = np.rint(node.delay / self.dt).astype(int)
            result = np.zeros(steps.shape)
            for d in np.unique(steps).tolist():
                result[steps == d] = self.inflow(name, t - d)[steps == d]
            return result
        return np.asarray(getattr(self, kind.lower())(node, self.inflow(name, t)))

    def fire(self, name: str, node: Any, t: int) -> Array:
        if t < 0:
            return np.zeros(node.v_threshold.shape)
        if (name, t) not in self.spikes:
            self.busy.add((name, t))
            current = self.inflow(name, t)
            self.busy.remove((name, t))
            v = self.potential.get(name, np.zeros(node.v_threshold.shape))
            if type(node).__name__ == "IF":
                v = v + self.dt * node.r * current
            else:
                v = v + self.dt / node.tau * (node.v_leak - v + node.r * current)
            self.spikes[name, t] = (v > node.v_threshold).astype(float)
            self.potential[name] = np.where(v > node.v_threshold, node.v_reset, v)
        return self.spikes[name, t]

    def linear(self, node: Any, x: Array) -> Any:
        return node.weight @ x

    def affine(self, node: Any, x: Array) -> Any:
        return node.weight @ x + node.bias

    def scale(self, node: Any, x: Array) -> Any:
        return node.scale * x

    def flatten(self, node: Any, x: Array) -> Any:
        end = node.end_dim % x.ndim
        middle = int(np.prod(x.shape[node.start_dim : end + 1]))
        return x.reshape(*x.shape[: node.start_dim], middle, *x.shape[end + 1 :])

    def conv1d(self, node: Any, x: Array) -> Any:
        w = node.weight[:, :, None, :]
        ends = (0, node.padding) if not isinstance(node.padding, str) else node.padding
        steps = (1, node.stride), ends, (1, node.dilation)
        return self.windows(x[:, None], w, *steps, groups=node.groups, bias=node.bias)[:, 0]

    def conv2d(self, node: Any, x: Array) -> Any:
        steps = node.stride, node.padding, node.dilation
        return self.windows(x, node.weight, *steps, groups=node.groups, bias=node.bias)

    def sumpool2d(self, node: Any, x: Array) -> Any:
        w = np.ones((len(x), 1, *node.kernel_size))
        steps = node.stride, node.padding, (1, 1)
        return self.windows(x, w, *steps, groups=len(x), bias=np.zeros(len(x)))

    def windows(
        self, x: Array, w: Array, stride: Any, padding: Any, dilation: Any, **rest: Any
    ) -> Array:
        """Cross-correlate, one output after the other."""
        reach = [d * (k - 1) for d, k in zip(dilation, w.shape[2:], strict=True)]
        if isinstance(padding, str):
            same = [r if padding == "same" else 0 for r in reach]
            ends = [(r // 2, r - r // 2) for r in same]
        else:
            ends = [(int(p), int(p)) for p in padding]
        x = np.pad(x, [(0, 0), *ends])
        sizes = [(x.shape[1 + i] - reach[i] - 1) // stride[i] + 1 for i in range(2)]
        out = np.zeros((len(w), *sizes))
        part, bias = len(w) // rest["groups"], rest["bias"]
        for o, i, j in np.ndindex(*out.shape):
            y, z = i * stride[0], j * stride[1]
            first = o // part * w.shape[1]
            view = x[first : first + w.shape[1], y:, z:]
            view = view[:, : reach[0] + 1 : dilation[0], : reach[1] + 1 : dilation[1]]
            out[o, i, j] = (w[o] * view).sum() + bias[o]
        return out


def column(*values: float) -> Array:
    return np.array(values, dtype=float)


def neuron(threshold: float, reset: float = 0.0, r: float = 1.0) -> Any:
    return nir.IF(r=column(r), v_threshold=column(threshold), v_reset=column(reset))


def chain(*nodes: Any) -> Any:
    return nir.NIRGraph.from_list(nir.Input({"input": np.array([1])}), *nodes)


def test_a_neuron_adds_fires_above_its_threshold_and_is_reset() -> None:
    graph = chain(nir.Linear(np.array([[2.0]])), neuron(4.0, reset=1.0))
    # v: 2, 4, 6 fires, 1, 3, 5 fires.
    spikes = Interpreter(graph).run({"input": np.ones((6, 1))})["output"]
    assert spikes.ravel().tolist() == [0, 0, 1, 0, 1, 0]


def test_a_lif_decays_by_its_part() -> None:
    one = column(1.0)
    graph = chain(
        nir.LIF(tau=one * 4, r=one * 4, v_leak=one * 0, v_threshold=one * 1.8, v_reset=one * 0)
    )
    # v: 1, 1.75, 2.3125 fires.
    spikes = Interpreter(graph).run({"input": np.ones((3, 1))})["output"]
    assert spikes.ravel().tolist() == [0, 0, 1]


def test_a_delay_and_a_loop_take_their_time() -> None:
    nodes = {
        "in": nir.Input({"input": np.array([1])}),
        "late": nir.Delay(column(2.0)),
        "cell": neuron(0.5),
        "again": nir.Linear(np.array([[1.0]])),
        "out": nir.Output({"output": np.array([1])}),
    }
    edges = [("in", "late"), ("late", "cell"), ("cell", "again"), ("again", "cell")]
    graph = nir.NIRGraph(nodes, [*edges, ("cell", "out")])
    spikes = np.zeros((6, 1))
    spikes[1] = 1
    found = Interpreter(graph).run({"in": spikes})["out"]
    assert found.ravel().tolist() == [0, 0, 0, 1, 1, 1]


def test_windows_as_by_hand() -> None:
    graph = nir.NIRGraph.from_list(
        nir.Input({"input": np.array([1, 2, 3])}),
        nir.Conv2d((2, 3), np.array([[[[1.0, 2.0]]]]), 1, (0, 1), 1, 1, column(0.5)),
    )
    x = np.array([[[[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]]])
    node = graph.nodes["conv2d"]
    assert Interpreter(graph).conv2d(node, x[0]).tolist() == [
        [[2.5, 1.5, 4.5, 2.5], [0.5, 6.5, 3.5, 0.5]]
    ]
