"""Table and HDL side by side, step by step, with the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.scene import Claim, Scene
from spikewright.lct.evaluate import pack
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.semantics import UnitTerms

__all__ = ["BoundSide", "Moment", "Product", "State"]


@dataclass(frozen=True)
class State:
    """Registers of the table and of the HDL, by name."""

    table: Mapping[str, Term]
    hdl: Mapping[str, Term]


class BoundSide:
    """A design with registers of its own, in the unit's words; see `scene.Side`."""

    noun = "the HDL"

    def __init__(self, binding: Binding, builder: Builder, bound: Mapping[str, Term]) -> None:
        self.binding, self.builder, self.design = binding, builder, binding.design
        self.terms = DesignTerms(self.design, builder, "", bound)
        self.inputs = self._widths("input", self.design.inputs)
        self.outputs = self._widths("output", self.design.outputs)
        self.registers: dict[str, int] = {}
        self.facts: list[Term] = []

    def _widths(self, role: str, ports: Mapping[str, int]) -> dict[str, int]:
        """Ports by the unit's names; what the unit lacks keeps its own."""
        binding, found = self.binding, dict[str, int]()
        used = set()
        for symbol in binding.unit.by_role(role):
            if symbol.name in binding.wires:
                found[symbol.name] = symbol.type.width
                used |= {w.name for w in binding.wires[symbol.name]}
            elif symbol.name in binding.widths:
                found[symbol.name] = binding.widths[symbol.name]
                used.add(symbol.name.replace(".", "__"))
        return found | {n: w for n, w in ports.items() if n not in used}

    def value(self, name: str) -> Term:
        """An output's bits now."""
        b, wires = self.builder, self.binding.wires.get(name)
        if wires is None:
            return self.terms.value(name.replace(".", "__"))
        parts = []
        for wire in wires:
            bits = b.bits(self.terms.value(wire.name), wire.low, wire.width)
            result = b.number(wire.code[0][0] if wire.code else 0, wire.kind.width)
            for value, number in wire.code[1:]:
                here = b.equal(bits, b.number(number, wire.width))
                result = b.choose(here, b.number(value, wire.kind.width), result)
            parts.append(result if wire.code else bits)
        return b.join(parts)

    def covered(self, name: str) -> Term:
        """Whether the bits of a code stand for a value."""
        b, facts = self.builder, []
        for wire in self.binding.wires.get(name, ()):
            bits = b.bits(self.terms.value(wire.name), wire.low, wire.width)
            numbers = (b.equal(bits, b.number(n, wire.width)) for _, n in wire.code)
            facts += [b.any(numbers)] if wire.code else []
        return b.all(facts)

    def loose(self) -> list[str]:
        """All registers are known here."""
        return []

    def open(self) -> list[Term]:
        """What the source leaves undefined."""
        return list(self.terms.open.values())


@dataclass(frozen=True)
class Moment:
    """One step.

    Attributes
    ----------
    facts : list of Term
        Types and assumptions.
    claims : list of Claim
        What must hold of the outputs.
    wrong : Term
        That some claim does not hold.
    after : State
        The registers after the clock's edge.
    open : list of Term
        What the HDL leaves undefined.
    """

    state: State
    inputs: Mapping[str, Term]
    scene: Scene
    facts: list[Term]
    claims: list[Claim]
    wrong: Term
    after: State
    open: list[Term]


class Product:
    """Both machines.

    Attributes
    ----------
    loose : list of str
        Registers of the table that take any value somewhere, and have no register of the HDL to
        follow: what is proven holds for every choice, but a difference may be one of choice.
    """

    def __init__(self, unit: Unit, design: Design, binding: Binding, builder: Builder) -> None:
        self.unit, self.design, self.binding, self.builder = unit, design, binding, builder
        self.registers = unit.by_role("register")
        anything = {
            target.symbol.name
            for table in unit.tables
            for row in table.rows
            for target, cell in zip(table.targets, row.targets, strict=True)
            if cell == ANY and target.symbol.role == "register"
        }
        self.loose = [n for n in anything if not self._followed(n)]

    def _followed(self, name: str) -> bool:
        """Whether a register of the HDL says what a ``*`` stands for: never an impossible value."""
        kind, b = self.unit.symbols[name].type, self.builder
        wires = self.binding.wires.get(name, ())
        any_value = b.domain(b.unknown(name, kind.width), kind) == b.true
        return bool(wires) and any_value and not any(w.code for w in wires)

    def any_state(self) -> State:
        """Registers that may hold anything."""
        b = self.builder
        return State(
            {s.name: b.unknown(s.name, s.type.width) for s in self.registers},
            {n: b.unknown(f"hdl {n}", len(r.bits)) for n, r in self.design.registers.items()},
        )

    def first_state(self) -> State:
        """After one edge of the clock in reset, from any state; at power-on if there is no reset.

        What is not reset may hold anything.
        """
        b, design = self.builder, self.design
        table = {s.name: b.number(pack(s.reset or 0, s.type), s.type.width) for s in self.registers}
        if design.reset is None:
            hdl = {n: self._initial(n) for n in design.registers}
        else:
            active = {design.reset: b.number(design.reset_active, 1)}
            terms = DesignTerms(design, b, " in reset", active)
            hdl = {n: terms.bits(r.load or r.data) for n, r in design.registers.items()}
        return State(table, hdl)

    def _initial(self, name: str) -> Term:
        b, register = self.builder, self.design.registers[name]
        text = register.init or "x" * len(register.bits)
        bits = [
            b.unknown(f"{name} at power-on", 1) if c == "x" else b.number(int(c), 1) for c in text
        ]
        return b.join(bits[::-1])

    def moment(self, state: State) -> Moment:
        """One step from a state."""
        b, unit, binding = self.builder, self.unit, self.binding
        inputs = {s.name: b.unknown(s.name, s.type.width) for s in unit.by_role("input")}
        present = {**state.table, **inputs}
        bound = {
            name: term
            for name, term in binding.bound(b, lambda s: present[s.name]).items()
            if name in self.design.inputs
        }
        side = BoundSide(binding, b, {**bound, **state.hdl})
        scene = Scene(unit, side, b, present)
        hdl = {n: side.terms.next(n) for n in self.design.registers}
        for table in unit.tables:
            for i, row in enumerate(table.rows):
                for target, cell in zip(table.targets, row.targets, strict=True):
                    symbol = target.symbol
                    followed = symbol.role == "register" and symbol.name not in self.loose
                    if cell == ANY and followed:
                        name = UnitTerms.free_name(table, i, symbol)
                        scene.table.free[name] = binding.actual(b, symbol, hdl.__getitem__)
        after = State({s.name: scene.table.outcome(s) for s in self.registers}, hdl)
        wrong = b.any(c.wrong for c in scene.claims)
        return Moment(
            state, inputs, scene, scene.facts, scene.claims, wrong, after, side.open()
        )  # fmt: skip
