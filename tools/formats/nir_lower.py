"""From a graph to layers of neurons: every linear node is folded into the connections around it.

Edges take no time and a Delay takes its own, as NIR says. A connection that leads from a node of
neurons to itself and meets no Delay takes one step, as in every simulator that works in steps: a
spike of step t is seen in step t + 1. A longer cycle without Delay has no such common reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from spikewright.tools.formats.nir_linear import LINEAR, flattened, kernel
from spikewright.tools.formats.nir_nodes import JOINT, NEURONS, Graph, Node
from spikewright.tools.formats.nir_signal import Signal
from spikewright.tools.formats.report import Report

__all__ = ["Input", "Layer", "Lowered", "Output", "lower"]

TICK_LIMIT = 1000
SIZE_LIMIT = 2**20
TERM_LIMIT = 2**22

# Why a node cannot be on the chip, by its kind.
_REFUSED = {
    "AvgPool2d": "an average is no sum of spikes; fold it into the weights that follow",
    "CubaLI": "the chip's neurons give spikes and no potentials",
    "CubaLIF": "the chip's synapses have no current that decays",
    "I": "the chip's neurons give spikes and no potentials",
    "LI": "the chip's neurons give spikes and no potentials",
    "Threshold": "only neurons can hold a signal against a threshold",
}


@dataclass(frozen=True, kw_only=True)
class Input:
    """Lines that a user feeds, in C order of ``shape``."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A node of neurons and what flows into it.

    Members
    -------
    node : Node
    source : int
        Its own number among the sources: inputs first, then layers.
    signal : Signal
        What flows in, element by element.
    """

    node: Node
    source: int
    signal: Signal


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a user reads: element k of the Output node is neuron ``index[k]`` of ``source``.

    Elements that no neuron feeds have -1.
    """

    name: str
    source: int
    index: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Lowered:
    """A graph as inputs, layers and outputs."""

    file: str
    inputs: list[Input]
    layers: list[Layer]
    outputs: list[Output]


def lower(graph: Graph, dt: Fraction, approximate: bool, report: Report) -> Lowered:
    """Fold a graph's linear nodes into connections between inputs and neurons.

    Parameters
    ----------
    graph : Graph
    dt : Fraction
        Length of a tick in the file's unit of time.
    approximate : bool
        Round delays to whole ticks, and report it.
    report : Report

    Raises
    ------
    FormatError
    """
    return _Lowering(graph, dt, approximate, report).run()


@dataclass
class _Lowering:
    """The signals that leave the nodes of a graph, as far as they are known."""

    graph: Graph
    dt: Fraction
    approximate: bool
    report: Report
    known: dict[str, Signal] = field(default_factory=dict)
    _room: int = field(default_factory=lambda: TERM_LIMIT)

    def run(self) -> Lowered:
        """Go through the nodes in the order in which spikes do."""
        nodes = self.graph.nodes.values()
        starts = {start for start, _ in self.graph.edges}
        self.before = self.graph.before()
        for node in nodes:
            _check_kind(node)
            if node.kind == "Input" and self.before[node.name]:
                raise node.wrong("no edge may lead to an Input")
            if node.kind == "Output" and node.name in starts:
                raise node.wrong("no edge may lead on from an Output")
        inputs = [
            Input(name=node.name, shape=node.shape("shape"))
            for node in nodes
            if node.kind == "Input"
        ]
        neurons = [node for node in nodes if node.kind in NEURONS]
        shapes = [entry.shape for entry in inputs] + [_neuron_shape(node) for node in neurons]
        names = [entry.name for entry in inputs] + [node.name for node in neurons]
        for number, (name, shape) in enumerate(zip(names, shapes, strict=True)):
            self._charge(self.graph.nodes[name], int(np.prod(shape)))
            self.known[name] = Signal.of_source(number, shape)
        for name in _order(self.graph, self.before, set(self.known)):
            node = self.graph.nodes[name]
            if node.kind == "Output":
                continue
            if name not in starts:
                raise node.wrong("an edge must lead on from it, and none does")
            self.known[name] = self._passed(node, self._inflow(node))
        layers = [self._layer(node, number) for number, node in enumerate(neurons, len(inputs))]
        outputs = [
            _output(node, self._inflow(node), len(inputs))
            for node in nodes
            if node.kind == "Output"
        ]
        return Lowered(file=self.graph.file, inputs=inputs, layers=layers, outputs=outputs)

    def _charge(self, node: Node, count: int) -> None:
        """Count elements and connections that are about to be made."""
        self._room -= count
        if self._room < 0:
            raise node.wrong(
                f"the graph must have at most {TERM_LIMIT} elements and connections up to here, "
                "and has more"
            )

    def _inflow(self, node: Node) -> Signal:
        """Return the sum of what flows into a node."""
        names = self.before[node.name]
        if not names:
            raise node.wrong("an edge must lead to it, and none does")
        parts = [self.known[name] for name in names]
        for name, part in zip(names, parts, strict=True):
            if part.shape != parts[0].shape:
                raise node.wrong(
                    f"what leads to it must have one shape, and {names[0]!r} has "
                    f"{parts[0].shape}, {name!r} {part.shape}"
                )
        if len(parts) == 1:
            return parts[0]
        self._charge(node, sum(len(part.row) + part.size for part in parts))
        return Signal.sum(parts)

    def _passed(self, node: Node, signal: Signal) -> Signal:
        """Return what leaves a node that is neither neurons nor Input nor Output."""
        if node.kind == JOINT:
            return signal
        if node.kind == "Flatten":
            return signal.reshaped(flattened(node, signal.shape))
        if node.kind == "Delay":
            return self._delayed(node, signal)
        # A value may overflow on the way; the result is refused.
        with np.errstate(over="ignore", invalid="ignore"):
            step = kernel(node, signal.shape)
            self._charge(node, signal.terms(step) + len(step.bias))
            result = signal.through(step)
        # NaN is not less than anything.
        if not ((np.abs(result.value) < 1e90).all() and (np.abs(result.bias) < 1e90).all()):
            raise node.wrong("weights times those before must be less than 1e90, and are not")
        return result

    def _delayed(self, node: Node, signal: Signal) -> Signal:
        """Return a signal later by whole ticks."""
        delay, dt = node.raw("delay"), self.dt
        if delay.shape != signal.shape:
            raise node.wrong(f"delay must have shape {signal.shape}, not {delay.shape}")
        self._charge(node, len(signal.row) + signal.size)
        values, where = np.unique(delay.ravel(), return_inverse=True)
        ticks = np.zeros(len(values), dtype=np.int64)
        for number, value in enumerate(values):
            # As it is written: 0.003 in a file is three ticks of 0.001, whatever its last bit is.
            exact = Fraction(str(value)) / dt
            if not 0 <= exact <= TICK_LIMIT:
                raise node.wrong(
                    f"delay must be 0..{TICK_LIMIT} ticks of dt = {float(dt):g}, not {value:g}"
                )
            ticks[number] = round(exact)
            if exact != ticks[number]:
                rule = f"delay must be a multiple of dt, {float(dt):g}"
                if not self.approximate:
                    raise node.wrong(f"{rule}, not {value:g}")
                now = f"{float(ticks[number] * dt):g}"
                count = int((where == number).sum())
                self.report.change(f"node {node.name!r}", rule, f"{value:g}", now, count)
        shift = ticks[where.ravel()]
        if ((signal.bias != 0) & (shift > 0)).any():
            raise node.wrong("a delay must come before a bias, not after it")
        return signal.delayed(shift)

    def _layer(self, node: Node, source: int) -> Layer:
        signal = self._inflow(node)
        if signal.shape != _neuron_shape(node):
            raise node.wrong(
                f"v_threshold must have shape {signal.shape}, not {_neuron_shape(node)}"
            )
        closing = (signal.source == source) & (signal.delay == 0)
        if closing.any():
            self._charge(node, len(signal.row) + signal.size)
            self.report.notes.append(
                f"node {node.name!r}: a connection to itself without Delay takes one tick."
            )
            signal = Signal.sum([replace(signal, delay=signal.delay + closing)])
        return Layer(node=node, source=source, signal=signal)


def _check_kind(node: Node) -> None:
    known = ("Input", "Output", "Delay", "Flatten", JOINT, *LINEAR, *NEURONS)
    if node.kind in _REFUSED:
        raise node.wrong(f"type must not be {node.kind}: {_REFUSED[node.kind]}")
    if node.kind not in known:
        names = ", ".join(sorted(set(known) - {JOINT}))
        raise node.wrong(f"type must be of {names}, not {node.kind[:40]!r}")


def _neuron_shape(node: Node) -> tuple[int, ...]:
    """Return the shape of a node's neurons, that of its thresholds."""
    shape = node.raw("v_threshold").shape
    size = int(np.prod(shape))
    if not shape or not 1 <= size <= SIZE_LIMIT:
        raise node.wrong(f"v_threshold must have 1..{SIZE_LIMIT} values in an array, not {shape}")
    return shape


def _order(graph: Graph, before: dict[str, list[str]], sources: set[str]) -> list[str]:
    """Return all nodes but sources so that each comes after those that lead to it."""
    after: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for start, end in graph.edges:
        after[start].append(end)
    waiting = {name: len(before[name]) for name in graph.nodes if name not in sources}
    ready, order = [name for name in graph.nodes if name in sources], list[str]()
    for name, count in waiting.items():
        if count == 0:
            raise graph.nodes[name].wrong("an edge must lead to it, and none does")
    while ready:
        for end in after[ready.pop()]:
            if end in waiting:
                waiting[end] -= 1
                if waiting[end] == 0:
                    order.append(end)
                    ready.append(end)
    for name, count in waiting.items():
        if count > 0:
            raise graph.nodes[name].wrong("a cycle of nodes must meet neurons, and does not")
    return order


def _output(node: Node, signal: Signal, inputs: int) -> Output:
    """Return which neuron each element of an Output is."""
    if node.shape("shape") != signal.shape:
        raise node.wrong(f"shape must be {signal.shape}, not {node.shape('shape')}")
    if (
        signal.bias.any()
        or (signal.value != 1).any()
        or len(np.unique(signal.row)) < len(signal.row)
    ):
        raise node.wrong("each element must be the spikes of one neuron, and is a weighted sum")
    sources = np.unique(signal.source)
    if len(sources) != 1 or sources[0] < inputs or signal.delay.any():
        raise node.wrong("an Output must come from one node of neurons, and without Delay")
    index = np.full(signal.size, -1)
    index[signal.row] = signal.index
    return Output(name=node.name, source=int(sources[0]), index=tuple(index.tolist()))
