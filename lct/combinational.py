"""What follows what within one cycle: a graph over the symbols of a unit and of its instances."""

from __future__ import annotations

from spikewright.lct.ir import Connection, Unit
from spikewright.lct.reads import depends

__all__ = ["Graph", "Net", "shortest_cycle", "through"]

Graph = dict[str, list[str]]
"""For each name, the names that it may follow."""


def through(unit: Unit) -> Graph:
    """For each output of a unit, the inputs that it may follow within one cycle.

    Read off the text alone: `dependence` asks the solver whether it is so. An external unit says it
    in its column ``paths``; where it does not, each output may follow each input.
    """
    if unit.kind == "logic":
        graph = depends(unit)
    elif unit.kind == "structure":
        graph = Net(unit).graph
    else:
        inputs = [s.name for s in unit.by_role("input")]
        outputs = [s.name for s in unit.by_role("output")]
        paths = unit.external_paths
        return {o: inputs if paths is None else list(paths.get(o, ())) for o in outputs}
    inward = {s.name for s in unit.by_role("input")}
    return {
        s.name: [n for n in _before(graph, s.name) if n in inward] for s in unit.by_role("output")
    }


def _before(graph: Graph, start: str) -> list[str]:
    found: dict[str, None] = {}
    stack = list(graph.get(start, ()))[::-1]
    while stack:
        name = stack.pop()
        if name not in found:
            found[name] = None
            stack.extend(reversed(graph.get(name, ())))
    return list(found)


class Net:
    """The symbols of a structural unit and of its instances, as ``instance.symbol``.

    Attributes
    ----------
    graph : dict of str to list of str
        What each symbol may follow within one cycle.
    inside : dict of (str, str) to str
        The edges, symbol and what it follows, that run through an instance; its name.
    wires : dict of (str, str) to Connection
        The edges that are connections.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.graph: Graph = {}
        self.inside: dict[tuple[str, str], str] = {}
        self.wires: dict[tuple[str, str], Connection] = {}
        for name, instance in unit.instances.items():
            for output, inputs in through(instance.unit).items():
                for given in inputs:
                    edge = (f"{name}.{output}", f"{name}.{given}")
                    self.inside[edge] = name
                    self._add(edge)
        for connection in unit.connections:
            if connection.sink != ("", "-"):
                self._connect(connection)

    def _add(self, edge: tuple[str, str]) -> None:
        follows = self.graph.setdefault(edge[0], [])
        if edge[1] not in follows:
            follows.append(edge[1])
        self.graph.setdefault(edge[1], [])

    def _connect(self, connection: Connection) -> None:
        source, sink = (".".join(filter(None, end)) for end in (connection.source, connection.sink))
        owner, port = connection.source
        signals = self.unit.instances[owner].unit.signals if owner else self.unit.signals
        edges = [(sink, source)]
        if signals[port].kind.endswith("stream"):
            edges = [(f"{sink}.{part}", f"{source}.{part}") for part in ("valid", "payload")]
            edges.append((f"{source}.ready", f"{sink}.ready"))
        for edge in edges:
            self.wires[edge] = connection
            self._add(edge)


def shortest_cycle(graph: Graph, members: list[str]) -> list[str]:
    """A shortest cycle among the members of one strongly connected part, in the order of the flow.

    Each name of the result is followed by the next, and the first follows the last.
    """
    inside, best = set(members), list[str]()
    for start in members:
        ways: dict[str, list[str]] = {}
        front = [(start, [start])]
        while front and start not in ways:
            following = []
            for name, way in front:
                for other in graph[name]:
                    if other in inside and other not in ways:
                        ways[other] = way
                        following.append((other, [*way, other]))
            front = following
        if start in ways and (not best or len(ways[start]) < len(best)):
            best = ways[start]
    return best[::-1]
