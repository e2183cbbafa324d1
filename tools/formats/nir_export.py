"""A network as a NIR graph: one node of IF neurons, fed by Inputs and, through Delays, by itself.

NIR's IF fires where v > v_threshold and the chip's neuron where V >= alpha, with V an integer: the
graph's threshold is alpha - 0.5, which every reader's comparison, with or without equality, takes
as the chip does. A leak becomes the bias of an Affine node, a neuron's delay a Delay. One step of
the graph is one tick, and nothing is late.
"""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Port
from spikewright.tools.console import atomic_write
from spikewright.tools.formats.nir_rules import Export, check_neurons, destinations
from spikewright.tools.formats.report import FormatError, Report

__all__ = ["write_nir"]

MATRIX_LIMIT = 2**22
"""Weights of one node."""

Int = NDArray[np.int64]
Matrix = NDArray[np.float32]


def write_nir(network: Network, path: str | Path, *, approximate: bool = False) -> Report:
    """Write a network as a NIR graph.

    Each port becomes an Input or Output of its name. Without input ports there is one Input "axons"
    with an element for each axon, A * core + axon, of which those that neurons drive lead nowhere;
    without output ports one Output "fired" with an element for each neuron, N * core + neuron. Of
    the neurons that no Output reads only those that reach an axon are written.

    Parameters
    ----------
    network : Network
    path : str or Path
        Replaced as a whole, or not at all.
    approximate : bool
        Leave out first potentials and lower thresholds, reset to 0 where a reset is linear, and add
        spikes that the chip merges on one axon or in one line of a port.

    Returns
    -------
    Report

    Raises
    ------
    FormatError
        Names the core, the neuron, the rule and the value; also where the package nir is missing.
    """
    path = Path(path)
    try:
        import nir
    except ModuleNotFoundError as missing:
        raise FormatError(
            f"{path.name}: to write NIR the package {missing.name} must be installed, which it is "
            "not: pip install 'spikewright[nir]'"
        ) from None
    report = Report()
    export = Export(network=network, file=path.name, approximate=approximate, report=report)
    graph = _Graph(export, nir).build()
    stream = BytesIO()
    nir.write(stream, graph)
    atomic_write(path, stream.getvalue())
    return report


class _Graph:
    """A graph in the making; P = neurons that are written.

    Members
    -------
    core, neuron : ndarray of int64, shape (P,)
    number : ndarray of int64, shape (C, N)
        The place of each neuron among them, or -1.
    """

    def __init__(self, export: Export, nir: Any) -> None:
        self.export, self.network, self.nir = export, export.network, nir
        a = self.network.architecture
        self.inputs = _ports(export, "input", "axons", a.axons)
        self.outputs = _ports(export, "output", "fired", a.neurons)
        wanted = destinations(self.network) >= 0
        for port in self.outputs:
            _, x, y, neuron = port.lines.T
            wanted[x + a.width * y, neuron] = True
        self.core, self.neuron = np.nonzero(wanted)
        count = len(self.core)
        widest = max(count, *(port.size for port in (*self.inputs, *self.outputs)))
        if widest * count > MATRIX_LIMIT:
            raise export.wrong(
                f"a matrix must have at most {MATRIX_LIMIT} weights, not {count} neurons x {widest}"
            )
        check_neurons(export, (self.core, self.neuron))
        self.number = np.full((a.cores, a.neurons), -1)
        self.number[self.core, self.neuron] = np.arange(count)
        self.nodes: dict[str, Any] = {}
        self.edges: list[tuple[str, str]] = []
        self.taken = [port.name for port in (*self.inputs, *self.outputs)]
        for name in self.taken:
            if self.taken.count(name) > 1 or "/" in name or name == ".":
                raise export.wrong(
                    f"port {name}: nodes must have names of their own, without a slash"
                )

    def build(self) -> Any:
        """Return the graph."""
        nir, network, at = self.nir, self.network, (self.core, self.neuron)
        one = np.ones(len(self.core), dtype=np.float32)
        linear = network.reset_mode[at] == 1
        population = self._add(
            "neurons",
            nir.IF(
                r=one,
                v_threshold=(network.threshold[at] - 0.5).astype(np.float32),
                v_reset=np.where(linear, 0, network.reset_potential[at]).astype(np.float32),
            ),
        )
        *fed, recurrent = self._matrices()
        bias = network.leak[at].astype(np.float32)
        for port, matrix in zip(self.inputs, fed, strict=True):
            self.nodes[port.name] = nir.Input(input_type={"input": np.array([port.size])})
            weights = nir.Affine(matrix, bias) if bias.any() else nir.Linear(matrix)
            self._chain(port.name, self._add(f"{port.name}_weights", weights), population)
            bias = np.zeros_like(bias)  # once is enough
        if recurrent.any():
            delay = self._add("delay", nir.Delay(np.maximum(network.delay[at], one)))
            weights = self._add("recurrent", nir.Linear(recurrent))
            self._chain(population, delay, weights, population)
        for port in self.outputs:
            self.nodes[port.name] = nir.Output(output_type={"output": np.array([port.size])})
            choice = self._choice(port)
            if np.array_equal(choice, np.diag(one)):
                self._chain(population, port.name)
            else:
                chosen = self._add(f"{port.name}_choice", nir.Linear(choice))
                self._chain(population, chosen, port.name)
        return nir.NIRGraph(nodes=self.nodes, edges=self.edges)

    def _add(self, name: str, node: Any) -> str:
        """Add a node under the name, or one like it that is free, and return that."""
        while name in self.taken:
            name += "_"
        self.taken.append(name)
        self.nodes[name] = node
        return name

    def _chain(self, *names: str) -> None:
        self.edges += list(pairwise(names))

    def _sources(self) -> Int:
        """Return rows (core, axon, matrix, column) of all lines that drive axons.

        The matrix is that of an input port, by its number, or the last one for neurons.
        """
        network = self.network
        target = destinations(network)[self.core, self.neuron]
        sends = np.flatnonzero(target >= 0)
        axon = network.axon[self.core, self.neuron].astype(np.int64)
        last = np.full_like(sends, len(self.inputs))
        driven = np.stack([target[sends], axon[sends], last, sends], axis=1)
        found = []
        for number, port in enumerate(self.inputs):
            index, x, y, axon = np.unique(port.lines.astype(np.int64), axis=0).T
            core = x + network.architecture.width * y
            rows = np.stack([core, axon, np.full_like(x, number), index], axis=1)
            if port not in network.ports:
                axons = network.architecture.axons
                taken = np.isin(core * axons + axon, driven[:, 0] * axons + driven[:, 1])
                rows = rows[~taken]
            found.append(rows)
        return np.concatenate([*found, driven])

    def _matrices(self) -> list[Matrix]:
        """Return a matrix (P, lines) for each input port, and one (P, P) for the neurons."""
        network, count = self.network, len(self.core)
        columns = [*(port.size for port in self.inputs), count]
        matrices = [np.zeros((count, size), dtype=np.float32) for size in columns]
        sources = self._sources()
        merged = []
        for core in np.unique(self.core).tolist():
            rows = np.flatnonzero(self.core == core)
            weights, synapses = network.weights[core], network.synapses[core, self.neuron[rows]]
            known: set[int] = set()
            for axon, matrix, column in sources[sources[:, 0] == core, 1:].tolist():
                if not synapses[:, axon].any():
                    continue
                if axon in known:
                    merged.append((core, axon))
                known.add(axon)
                value = weights[self.neuron[rows], network.axon_types[core, axon]]
                matrices[matrix][rows, column] += value * synapses[:, axon]
        if merged:
            core, axon = merged[0]
            width = network.architecture.width
            self.export.differ(
                f"core ({core % width}, {core // width}) axon {axon}",
                "spikes must come from one line, since NIR adds what the chip merges",
                ("several", "their sum"),
                len(merged),
            )
        return matrices

    def _choice(self, port: Port) -> Matrix:
        """Return the matrix (lines, P) that chooses an output's neurons."""
        choice = np.zeros((port.size, len(self.core)), dtype=np.float32)
        index, x, y, neuron = port.lines.T
        choice[index, self.number[x + self.network.architecture.width * y, neuron]] = 1
        several = np.flatnonzero(choice.sum(axis=1) > 1)
        if len(several):
            self.export.differ(
                f"output {port.name} line {several[0]}",
                "spikes must come from one neuron, since NIR adds what the chip merges",
                (int(choice[several[0]].sum()), "their sum"),
                len(several),
            )
        return choice


def _ports(export: Export, kind: str, name: str, each: int) -> list[Port]:
    """Return the ports of a kind; where there are none, one of all axons or neurons."""
    ports = [port for port in export.network.ports if port.kind == kind]
    for port in ports:
        if port.size == 0:
            raise export.wrong(f"port {port.name}: lines must be at least 1, not 0")
    if ports:
        return ports
    a = export.network.architecture
    index = np.arange(min(a.cores * each, MATRIX_LIMIT + 1))
    core = index // each
    return [Port(name, kind, np.stack([index, core % a.width, core // a.width, index % each], 1))]
