"""What the tables of a structural unit say together: its instances, joined by its connections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spikewright.lct.builder import Builder, Term
from spikewright.lct.combinational import Net
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.compare.result import GAP
from spikewright.lct.compare.scene import present_terms
from spikewright.lct.compare.sides import HdlSide
from spikewright.lct.front.cut import Cut
from spikewright.lct.front.design import Design
from spikewright.lct.ir import ANY, Symbol, Table, Unit
from spikewright.lct.semantics import UnitTerms

__all__ = ["Composition", "Question", "cut_of", "flat_unit", "net_name"]

OUTPUT, INPUT, NEXT = "output", "input", "next"


@dataclass(frozen=True, eq=False)
class Question:
    """That the HDL has the value that the tables give.

    Attributes
    ----------
    place : tuple of str
        Instance, row of its table, and symbol.
    wrong : Term
        When it has not.
    expected, actual : Term or None
        Both values; None for a question about gaps, see `GAP`.
    symbol : Symbol or None
        What it is about, under the name that it has in the structural unit.
    """

    place: tuple[str, str, str]
    wrong: Term
    expected: Term = None
    actual: Term = None
    symbol: Symbol | None = None


def net_name(instance: str, symbol: str) -> str:
    """The net of an instance's port, or its register, in a flattened design."""
    return f"{instance}.{symbol.replace('.', '__')}"


def cut_of(unit: Unit) -> Cut:
    """The external instances of a unit, as `load_verilog` leaves them out."""
    outside = {n: i.unit for n, i in unit.instances.items() if i.unit.kind == "external"}

    def nets(role: str) -> dict[str, int]:
        found = ((n, s) for n, u in outside.items() for s in u.by_role(role))
        return {net_name(n, s.name): s.type.width for n, s in found}

    return Cut(tuple(unit.instances), nets("output"), nets("input"))


def flat_unit(unit: Unit) -> Unit:
    """The ports of a structural unit and its instances' registers, as symbols of one unit.

    What external instances drive counts as input, what they read as output.
    """
    symbols = dict(unit.symbols)
    turned = {"input": "output", "output": "input"}
    for name, instance in unit.instances.items():
        for symbol in instance.unit.symbols.values():
            outside = instance.unit.kind == "external"
            if outside or symbol.role == "register":
                inner = f"{name}.{symbol.name}"
                role = turned.get(symbol.role, symbol.role) if outside else symbol.role
                symbols[inner] = replace(symbol, name=inner, role=role)
    return replace(unit, symbols=symbols)


class Composition:
    """One moment of a structural unit's tables, over the same unknowns as the HDL.

    Each output of an instance is an unknown of its own, which a fact makes what the instance's
    table gives: so the connections need no order. A ``*`` is what the HDL has there.

    Attributes
    ----------
    facts : list of Term
        Types, what the outputs are, and the assumptions of the instances.
    assumptions : tuple of str
        The names of what the facts assume.
    edges : list of (str, str)
        The connections, sink and source, part by part.
    doubled, unconnected : list of str
        Ports to which two connections lead, and ports of instances to which none does.
    unbound : list of str
        Outputs with a ``*`` for which the HDL has no net: any value is asked for there.
    """

    def __init__(self, unit: Unit, design: Design, mapping: Mapping, builder: Builder) -> None:
        self.unit, self.builder, self.design = unit, builder, design
        self.flat = flat_unit(unit)
        self.present = present_terms(self.flat, builder)
        self.binding = Binding(self.flat, design, mapping)
        self.side = HdlSide(self.binding, builder, self.present)
        self.leaves = {n: i.unit for n, i in unit.instances.items() if i.unit.kind == "logic"}
        self.edges = list(Net(unit).wires)
        self.wires = dict(self.edges)
        sinks = [sink for sink, _ in self.edges]
        self.doubled = sorted({s for s in sinks if sinks.count(s) > 1})
        self.own = {
            f"{n}.{s.name}": builder.unknown(f"{n}.{s.name}", s.type.width)
            for n, u in self.leaves.items()
            for s in u.by_role("output")
        }
        self.unconnected: list[str] = []
        self.unbound: list[str] = []
        self.terms = {n: self._leaf(n, u) for n, u in self.leaves.items()}
        self.assumptions = tuple(
            f"{n}.{a.id}" for n, u in self.leaves.items() for a in u.assumptions
        )
        domains = (builder.domain(t, self.flat.symbols[n].type) for n, t in self.present.items())
        self.facts = [d for d in domains if d != builder.true]
        for name, leaf in self.leaves.items():
            now = self.terms[name]
            self.facts += now.facts
            for symbol in leaf.by_role("output"):
                is_so = builder.equal(self.own[f"{name}.{symbol.name}"], now.outcome(symbol))
                self.facts.append(is_so)
            self.facts += [now.terms.truth(a.node) for a in leaf.assumptions]

    def source(self, name: str) -> str:
        """Where a port gets its value: an input of the whole, or an instance's output."""
        while name in self.wires:
            name = self.wires[name]
        return name

    def value(self, name: str) -> Term | None:
        """The value of a port by the tables; None where no connection leads to it."""
        source = self.source(name)
        return self.own[source] if source in self.own else self.present.get(source)

    def hdl(self, name: str) -> Term | None:
        """The value of a port in the HDL, which may have no net of that name."""
        instance, _, port = name.partition(".")
        if instance in self.unit.instances:
            symbol = self.unit.instances[instance].unit.symbols[port]
            net = self.design.netlist.nets.get(net_name(instance, port))
            there = net is not None and len(net.bits) == symbol.type.width
            return self.side.terms.value(net.name) if net is not None and there else None
        symbol = self.unit.symbols[name]
        if symbol.role == "input":
            return self.present[name]
        return self.side.value(symbol) if self.side.width(symbol) == symbol.type.width else None

    def _leaf(self, name: str, leaf: Unit) -> UnitTerms:
        bound = {}
        for symbol in leaf.symbols.values():
            full = f"{name}.{symbol.name}"
            term = self.present.get(full) if symbol.role == "register" else self.value(full)
            if term is None:
                self.unconnected.append(full)
                term = self.builder.unknown(full, symbol.type.width)
            bound[symbol.name] = term
        free = {}
        for table in leaf.tables:
            for i, target in _any_cells(table):
                found = self._free(name, target)
                if found is None:
                    self.unbound.append(f"{name}.{target.name}")
                else:
                    free[UnitTerms.free_name(table, i, target)] = found
        return UnitTerms(leaf, self.builder, f" {name}", bound, free)

    def _free(self, name: str, symbol: Symbol) -> Term | None:
        if symbol.role == "output":
            return self.hdl(f"{name}.{symbol.name}")
        flat = self.flat.symbols[f"{name}.{symbol.name}"]
        # A register in another code has no plain value that could stand for any.
        plain = not any(w.code for w in self.binding.wires.get(flat.name, ()))
        there = self.side.width(flat) == flat.type.width
        return self.side.value(flat) if plain and there else None

    # ---- what is to be proven

    def questions(self) -> Iterator[Question]:
        """Every output, every register's next value by row, and that the tables are complete."""
        for symbol in self.flat.by_role("output"):
            expected = self.value(symbol.name)
            if expected is not None and self.side.width(symbol) is not None:
                owner, _, port = symbol.name.partition(".")
                place = (owner, INPUT, port)
                if symbol.name in self.unit.symbols:
                    place = (self.source(symbol.name).partition(".")[0], OUTPUT, symbol.name)
                yield self._question(place, self.builder.true, expected, symbol)
        for name, leaf in self.leaves.items():
            yield from self._gaps(name, leaf)
            for symbol in leaf.by_role("register"):
                yield from self._register(name, leaf, symbol)

    def _question(
        self, place: tuple[str, str, str], when: Term, expected: Term, symbol: Symbol
    ) -> Question:
        b, actual = self.builder, self.side.value(symbol)
        differ = b.negate(b.equal(self.side.coded(symbol, expected), actual))
        return Question(place, b.all([when, differ]), expected, actual, symbol)

    def _gaps(self, name: str, leaf: Unit) -> Iterator[Question]:
        for table in leaf.tables:
            if table.rows and not table.rows[-1].is_else:
                gap = self.builder.negate(self.builder.any(self.terms[name].guards(table)))
                yield Question((name, GAP, table.name), gap)

    def _register(self, name: str, leaf: Unit, symbol: Symbol) -> Iterator[Question]:
        flat, now = self.flat.symbols[f"{name}.{symbol.name}"], self.terms[name]
        if self.side.width(flat) is None:
            return
        driven = False
        for table in leaf.tables:
            for position, target in enumerate(table.targets):
                if target.symbol.name != symbol.name:
                    continue
                driven = True
                for i, row in enumerate(table.rows):
                    if row.targets[position] != ANY:
                        place = (name, row.id, symbol.name)
                        expected = now.value(table, i, position)
                        yield self._question(place, now.wins(table, i), expected, flat)
        if not driven:
            place = (name, NEXT, symbol.name)
            yield self._question(place, self.builder.true, now.outcome(symbol), flat)


def _any_cells(table: Table) -> Iterator[tuple[int, Symbol]]:
    for i, row in enumerate(table.rows):
        for target, cell in zip(table.targets, row.targets, strict=True):
            if cell == ANY:
                yield i, target.symbol
