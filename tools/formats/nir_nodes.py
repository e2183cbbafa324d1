"""The nodes and edges of a NIR file: one flat graph, whose parameters are read with their rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_file import Tree
from spikewright.tools.formats.report import FormatError

__all__ = ["JOINT", "NEURONS", "Graph", "Node", "read_graph"]

NEURONS = ("IF", "LIF")
"""Kinds of nodes that become neurons."""

JOINT = ""
"""Kind of what a nested graph's Input or Output becomes: it passes everything on."""

_Doors = tuple[list[str], list[str]]  # nodes that an edge to a name, or from it, leads to

NODE_LIMIT = 1024
EDGE_LIMIT = 4096


@dataclass(frozen=True)
class Node:
    """One node of the graph.

    Members
    -------
    file : str
        Name of the file, for messages.
    name : str
        With the names of the graphs around it, if it is nested: "graph.node".
    kind : str
        NIR's name of it: "IF", "Linear" and so on.
    values : dict
        Its parameters, as the file holds them.
    """

    file: str
    name: str
    kind: str
    values: Tree = field(repr=False)

    def wrong(self, text: str) -> FormatError:
        """Return a refusal that names the file and the node."""
        return FormatError(f"{self.file}: node {self.name!r}: {text}")

    def raw(self, name: str) -> NDArray[Any]:
        """Return a parameter of numbers in the file's own type; none is NaN, infinite or absurd."""
        value = self.values.get(name)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
            raise self.wrong(f"{name} must be given as numbers, and is not")
        if value.dtype.kind == "f":
            size = np.abs(value, dtype=np.float64)
            # NaN is in no range.
            for place in np.argwhere(~((size == 0) | ((size >= 1e-30) & (size <= 1e30))))[:1]:
                raise self.wrong(
                    f"{name} must be 0 or of size 1e-30..1e30, not {value[tuple(place)]}"
                )
        return value

    def numbers(self, name: str, shape: tuple[int, ...] | None = None) -> NDArray[np.float64]:
        """Return a parameter as float64, which must have the shape, if one is given."""
        value = self.raw(name)
        if shape is not None and value.shape != shape:
            raise self.wrong(f"{name} must have shape {shape}, not {value.shape}")
        return value.astype(np.float64)

    def integers(self, name: str, count: int, low: int, high: int) -> tuple[int, ...]:
        """Return ``count`` integers within a range; one in the file stands for all."""
        value = self.raw(name)
        if value.dtype.kind not in "iu" or value.size not in (1, count) or value.ndim > 1:
            raise self.wrong(f"{name} must be 1 or {count} integers, not {_short(value)}")
        found = [int(number) for number in np.broadcast_to(value.ravel(), (count,))]
        for number in found:
            if not low <= number <= high:
                raise self.wrong(f"{name} must be in {low}..{high}, not {number}")
        return tuple(found)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a parameter that is a shape: 1 to 6 positive integers."""
        value = self.raw(name)
        if value.dtype.kind not in "iu" or value.ndim > 1 or not 1 <= value.size <= 6:
            raise self.wrong(f"{name} must be 1..6 integers, not {_short(value)}")
        found = tuple(int(size) for size in value.ravel())
        size = 1
        for length in found:
            size *= length
            if length < 1 or size > 2**20:
                raise self.wrong(f"{name} must be of 1..{2**20} elements, not {found}")
        return found


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A graph without graphs in it.

    Members
    -------
    file : str
    nodes : dict
        By name, in the order of the file.
    edges : list of pairs of str
    """

    file: str
    nodes: dict[str, Node]
    edges: list[tuple[str, str]]

    def before(self) -> dict[str, list[str]]:
        """Return for each node those from which an edge leads to it."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for start, end in self.edges:
            found[end].append(start)
        return found


def read_graph(tree: Tree, file: str) -> Graph:
    """Return the graph of a file, with nested graphs flattened.

    Raises
    ------
    FormatError
        Where there is no graph, an edge leads nowhere or occurs twice, or a nested graph that an
        edge meets has not one Input and one Output.
    """
    top = tree.get("node")
    if not isinstance(top, dict) or _kind(top) != "NIRGraph":
        raise FormatError(f"{file}: the file must hold a NIRGraph under 'node', and does not")
    graph = Graph(file=file, nodes={}, edges=[])
    _flatten(graph, top, "")
    if len(graph.nodes) > NODE_LIMIT:
        raise FormatError(
            f"{file}: the graph must have at most {NODE_LIMIT} nodes, not {len(graph.nodes)}"
        )
    return graph


def _flatten(graph: Graph, group: Tree, prefix: str) -> None:
    """Add a graph's nodes and edges, and those of the graphs in it; the file limits the depth."""
    place = f"graph {prefix[:-1]!r}" if prefix else "the graph"
    nodes = group.get("nodes")
    if not isinstance(nodes, dict):
        raise FormatError(f"{graph.file}: {place} must have a group 'nodes', and has none")
    doors: dict[str, _Doors] = {}
    for name, values in nodes.items():
        kind = _kind(values) if isinstance(values, dict) else ""
        if not isinstance(values, dict) or not kind:
            raise FormatError(f"{graph.file}: node {prefix + name!r} must name its type")
        if kind == "NIRGraph":
            _flatten(graph, values, f"{prefix}{name}.")
            inside = values["nodes"]
            assert isinstance(inside, dict)
            doors[name] = (
                [f"{prefix}{name}.{n}" for n, v in inside.items() if _kind(v) == "Input"],
                [f"{prefix}{name}.{n}" for n, v in inside.items() if _kind(v) == "Output"],
            )
            continue
        if prefix and kind in ("Input", "Output"):
            kind = JOINT
        doors[name] = ([prefix + name], [prefix + name])
        if prefix + name in graph.nodes:
            raise FormatError(f"{graph.file}: node {prefix + name!r} must occur once, not twice")
        graph.nodes[prefix + name] = Node(graph.file, prefix + name, kind, values)
    known = set(graph.edges)
    for start, end in _edges(graph.file, place, group.get("edges")):
        edge = (_end(graph, place, doors, start, 1), _end(graph, place, doors, end, 0))
        if edge in known:
            raise FormatError(
                f"{graph.file}: {place} must have the edge {start!r} -> {end!r} once, not twice"
            )
        known.add(edge)
        graph.edges.append(edge)
    if len(graph.edges) > EDGE_LIMIT:
        raise FormatError(f"{graph.file}: the graph must have at most {EDGE_LIMIT} edges")


def _end(graph: Graph, place: str, doors: dict[str, _Doors], name: str, side: int) -> str:
    """Return the node at an edge's end: for a nested graph its Input (side 0) or Output (1)."""
    if name not in doors:
        raise FormatError(
            f"{graph.file}: {place} must have the nodes of its edges, not no {name!r}"
        )
    if len(doors[name][side]) != 1:
        raise FormatError(
            f"{graph.file}: {place} must have one {('Input', 'Output')[side]} in its graph "
            f"{name!r}, not {len(doors[name][side])}"
        )
    return doors[name][side][0]


def _edges(file: str, place: str, value: object) -> list[tuple[str, str]]:
    """Return the pairs of names that a data set of edges holds."""
    if isinstance(value, np.ndarray) and value.size == 0:
        return []
    if not isinstance(value, np.ndarray) or value.dtype != object or value.shape[1:] != (2,):
        raise FormatError(f"{file}: {place} must have edges that are pairs of names, and has not")
    return [(str(start), str(end)) for start, end in value.tolist()]


def _kind(values: object) -> str:
    """Return what a group gives as its type, or nothing."""
    kind = values.get("type") if isinstance(values, dict) else None
    return kind if isinstance(kind, str) else ""


def _short(value: NDArray[Any]) -> str:
    return f"{value.dtype} of shape {value.shape}" if value.size > 8 else str(value.tolist())
