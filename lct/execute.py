"""A unit run as software: which row fires, and what follows, one cycle at a time."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from spikewright.lct.evaluate import evaluate, unpack
from spikewright.lct.ir import HOLD, Node, Row, Symbol, Table, Unit
from spikewright.lct.reads import depends, on_cycle, outputs_read
from spikewright.lct.types import Enum, Type
from spikewright.lct.values import leaves

__all__ = ["Machine", "first_match", "matches", "random_value"]


def matches(row: Row, values: Mapping[str, int]) -> bool:
    """Whether the conditions of a row hold; an ``else`` row has none."""
    return all(evaluate(c, values) for c in row.conditions if c is not None)


def first_match(table: Table, values: Mapping[str, int]) -> Row | None:
    """The first row that matches, None in a gap."""
    return next((row for row in table.rows if matches(row, values)), None)


def random_value(kind: Type, random: Random) -> int:
    """A value of the type: often all zeros or ones, which random bits hardly ever are."""
    bits = 0
    style = random.random()
    for offset, leaf in leaves(kind):
        if isinstance(leaf, Enum):
            part = random.choice(leaf.members)[1]
        elif style < 0.25:
            part = 0
        elif style < 0.4:
            part = (1 << leaf.width) - 1
        else:
            part = random.getrandbits(leaf.width)
        bits |= part << offset
    return unpack(bits, kind)


class Machine:
    """A logic unit that is run.

    A target of ``*`` keeps its value if it is a register, and is 0 otherwise.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.inputs = unit.by_role("input")
        graph = depends(unit)
        looping = {name for part in on_cycle(graph) for name in part}
        read = [s for s in outputs_read(unit) if s.name in graph and s.name not in looping]
        self.outputs = self._ordered(read, graph)
        self.drivers: dict[str, tuple[Table, int]] = {
            t.symbol.name: (table, k) for table in unit.tables for k, t in enumerate(table.targets)
        }

    @staticmethod
    def _ordered(outputs: list[Symbol], graph: Mapping[str, list[str]]) -> list[Symbol]:
        """Outputs in an order in which each only needs those before it."""
        names = {s.name: s for s in outputs}
        done: dict[str, Symbol] = {}

        def visit(name: str) -> None:
            if name in names and name not in done:
                for other in graph[name]:
                    if other != name:
                        visit(other)
                done[name] = names[name]

        for name in names:
            visit(name)
        return list(done.values())

    def reset(self) -> dict[str, int]:
        """The registers after reset."""
        registers = self.unit.by_role("register")
        return {s.name: unpack(s.reset or 0, s.type) for s in registers}

    def complete(self, values: Mapping[str, int]) -> dict[str, int]:
        """Inputs and registers, and the outputs that the unit itself reads."""
        known = {s.name: 0 for s in self.unit.by_role("output")} | dict(values)
        for symbol in self.outputs:
            known[symbol.name] = self.outcome(symbol, known)
        return known

    def outcome(self, symbol: Symbol, values: Mapping[str, int]) -> int:
        """What a symbol becomes; where no row matches, the last one decides."""
        held = values.get(symbol.name, 0) if symbol.role == "register" else 0
        if symbol.name not in self.drivers:
            return held
        table, position = self.drivers[symbol.name]
        row = first_match(table, values) or table.rows[-1]
        cell = row.targets[position]
        if not isinstance(cell, Node):
            return held if cell == HOLD or symbol.role == "register" else 0
        return unpack(evaluate(cell, values), symbol.type)

    def step(self, values: Mapping[str, int]) -> dict[str, int]:
        """The registers after one cycle; `values` come from `complete`."""
        return {s.name: self.outcome(s, values) for s in self.unit.by_role("register")}

    def allowed(self, values: Mapping[str, int]) -> bool:
        """Whether all assumptions hold."""
        return all(evaluate(a.node, values) for a in self.unit.assumptions)

    def random_inputs(
        self, registers: Mapping[str, int], random: Random, tries: int = 30
    ) -> dict[str, int] | None:
        """Inputs and registers that the assumptions allow, None where luck has not found any."""
        for _ in range(tries):
            drawn = {s.name: random_value(s.type, random) for s in self.inputs}
            values = self.complete({**registers, **drawn})
            if self.allowed(values):
                return values
        return None
