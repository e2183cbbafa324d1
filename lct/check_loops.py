"""Combinational loops, inside a unit and through the connections of units.

What reads what gives a graph of signals that follow each other within one cycle. An edge on a cycle
of that graph counts only if the solver finds two inputs that differ in nothing but its start and
yet differ in its end: reading `ready` in a row that can never win makes no loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from spikewright.lct.combinational import Graph, Net, shortest_cycle
from spikewright.lct.context import Context
from spikewright.lct.diagnostics import Diagnostics, Place
from spikewright.lct.evaluate import unpack
from spikewright.lct.ir import Node, Table, Unit
from spikewright.lct.reads import depends, expressions, on_cycle, reads
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Answer
from spikewright.lct.witness import Shown, Witness, simplest

__all__ = ["Dependence", "check_loops", "dependence"]


@dataclass(frozen=True)
class Dependence:
    """Whether an output follows a symbol within the cycle, and inputs that show it."""

    answer: Answer
    witness: Witness = field(default_factory=Witness)


def dependence(unit: Unit, output: str, source: str, limit: float = LIMIT) -> Dependence:
    """Ask whether `output` of a logic unit really depends on the symbol `source`.

    The witness holds one value of every symbol, and a second one of `source` under the name
    ``SOURCE else``.
    """
    context = Context(unit, Diagnostics(), limit)
    now, solver, b = context.now, context.solver, context.builder
    own = {s.name for s in context.settled}
    shared = {
        s.name: now.terms.symbol(s.name, s.type)
        for s in unit.symbols.values()
        if s.name != source and s.name not in own
    }
    other = UnitTerms(unit, b, " else", shared, now.free)
    context.join(solver, other)
    symbol, given = unit.symbols[output], unit.symbols[source]
    results = [Shown(f"=> {output}", m.outcome(symbol), symbol.type) for m in (now, other)]
    differ = b.negate(b.equal(results[0].term, results[1].term))
    answer = context.ask(differ)
    if answer != "sat":
        return Dependence(answer)
    roots = [e for t in unit.tables for e in _cells(t, output)]
    entries = [
        Shown(name, now.terms.bits(node), node.type)
        for name, node in reads(roots).items()
        if name.partition(".")[0] not in own and not f"{name}.".startswith(f"{source}.")
    ]
    pair = [Shown(source, m.terms.symbol(source, given.type), given.type) for m in (now, other)]
    second = [replace(s, name=f"{s.name} else") for s in (pair[1], results[1])]
    inputs = [*entries, pair[0], second[0]]
    witness = simplest(solver, [*context.on(), differ], now, inputs, [results[0], second[1]])
    for name in (source, f"=> {output}"):
        witness.shown[name] += f" or {witness.shown.pop(f'{name} else')}"
    witness.values[f"{source} else"] = unpack(solver.value(pair[1].term), given.type)
    return Dependence(answer, witness)


def _cells(table: Table, output: str) -> list[Node]:
    driven = any(t.symbol.name == output for t in table.targets)
    return expressions(table, output) if driven else []


def check_loops(unit: Unit, diagnostics: Diagnostics, limit: float = LIMIT) -> None:
    """Report the combinational loops of a logic or structural unit, a shortest one of each knot."""
    if unit.kind == "logic":
        graph = depends(unit)
        outputs = {o: [n for n in names if n in graph] for o, names in graph.items()}
        _report(outputs, lambda a, b: dependence(unit, a, b, limit), _InUnit(unit), diagnostics)
    elif unit.kind == "structure":
        net = Net(unit)
        asker = _Asker(limit)
        _report(net.graph, lambda a, b: asker.edge(net, a, b), _InNet(net), diagnostics)


class _Asker:
    """Asks each question about a unit once, however many instances of it there are."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.known: dict[tuple[int, str, str], Dependence] = {}

    def edge(self, net: Net, output: str, source: str) -> Dependence:
        """Whether one edge of a net is real; wires are."""
        owner = net.inside.get((output, source))
        if owner is None:
            return Dependence("sat")
        unit = net.unit.instances[owner].unit
        prefix = f"{owner}."
        found = self.unit(unit, output.removeprefix(prefix), source.removeprefix(prefix))
        shown = {_prefixed(name, prefix): text for name, text in found.witness.shown.items()}
        values = {prefix + name: value for name, value in found.witness.values.items()}
        return Dependence(found.answer, Witness(shown, values))

    def unit(self, unit: Unit, output: str, source: str) -> Dependence:
        """Whether an output of a unit of any kind follows an input."""
        key = (id(unit), output, source)
        if key not in self.known:
            if unit.kind == "logic":
                self.known[key] = dependence(unit, output, source, self.limit)
            elif unit.kind == "structure":
                self.known[key] = Dependence(self._inside(Net(unit), output, source))
            else:
                self.known[key] = Dependence("sat")
        return self.known[key]

    def _inside(self, net: Net, output: str, source: str) -> Answer:
        seen, front, unsure = {output}, [output], False
        while front:
            name = front.pop()
            for other in net.graph.get(name, ()):
                if other in seen:
                    continue
                answer = self.edge(net, name, other).answer
                unsure |= answer == "unknown"
                if answer == "sat":
                    seen.add(other)
                    front.append(other)
        if source in seen:
            return "sat"
        return "unknown" if unsure else "unsat"


def _prefixed(name: str, prefix: str) -> str:
    return f"=> {prefix}{name[3:]}" if name.startswith("=> ") else prefix + name


class _InUnit:
    """Where a loop inside one logic unit is reported."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    def place(self, cycle: list[str]) -> Place:
        """The column of the first signal of the loop."""
        for table in self.unit.tables:
            for target in table.targets:
                if target.symbol.name == cycle[0]:
                    return self.unit.document.place(target.span, table.name, column=cycle[0])
        return self.unit.document.place()

    def remark(self, cycle: list[str]) -> str:  # noqa: ARG002
        """Nothing to add."""
        return ""


class _InNet:
    """Where a loop through instances is reported."""

    def __init__(self, net: Net) -> None:
        self.net = net

    def place(self, cycle: list[str]) -> Place:
        """The first connection of the loop."""
        document = self.net.unit.document
        for source, sink in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            wire = self.net.wires.get((sink, source))
            if wire:
                return document.place(wire.span, "Connections")
        return document.place()

    def remark(self, cycle: list[str]) -> str:
        """Which external units on the loop have not said what follows what."""
        instances = self.net.unit.instances
        edges = zip([*cycle[1:], cycle[0]], cycle, strict=True)
        units = [instances[self.net.inside[e]].unit for e in edges if e in self.net.inside]
        silent = {u.name for u in units if u.kind == "external" and u.external_paths is None}
        if not silent:
            return ""
        names = " and ".join(sorted(silent))
        return f"; {names} is external and has no `paths`, so each output may follow each input"


def _report(
    graph: Graph,
    ask: Callable[[str, str], Dependence],
    home: _InUnit | _InNet,
    diagnostics: Diagnostics,
) -> None:
    found: dict[tuple[str, str], Dependence] = {}
    for part in on_cycle(graph):
        for name in part:
            for other in graph[name]:
                if other in part:
                    found[name, other] = ask(name, other)
    real = {
        name: [o for o in others if (name, o) in found and found[name, o].answer != "unsat"]
        for name, others in graph.items()
    }
    for part in on_cycle(real):
        cycle = shortest_cycle(real, part)
        edges = [found[b, a] for a, b in zip(cycle, [*cycle[1:], cycle[0]], strict=True)]
        unsure = any(e.answer == "unknown" for e in edges)
        shown: dict[str, str] = {}
        values: dict[str, int] = {}
        for edge in edges:
            shown |= {name: text for name, text in edge.witness.shown.items() if name not in shown}
            values |= {name: v for name, v in edge.witness.values.items() if name not in values}
        start = "perhaps a loop, not decided in time: " if unsure else "combinational loop: "
        message = start + " -> ".join([*cycle, cycle[0]]) + home.remark(cycle)
        verdict = "unknown" if unsure else "fault"
        diagnostics.add(
            "comb-loop", message, home.place(cycle), shown, verdict=verdict, values=values
        )
