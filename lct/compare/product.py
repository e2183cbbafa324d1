"""Table and HDL side by side, step by step, with the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.scene import Claim, Scene
from spikewright.lct.compare.sides import HdlSide
from spikewright.lct.evaluate import pack
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import ANY, Symbol, Unit
from spikewright.lct.semantics import UnitTerms

__all__ = ["BoundSide", "Moment", "Product", "State"]


@dataclass(frozen=True)
class State:
    """Registers of the table and of the HDL, by name."""

    table: Mapping[str, Term]
    hdl: Mapping[str, Term]


class BoundSide(HdlSide):
    """A design whose registers are its own: the unit's are not looked for."""

    def __init__(
        self, binding: Binding, builder: Builder, present: Mapping[str, Term], state: State
    ) -> None:
        super().__init__(binding, builder, present)
        outside = {n: t for n, t in self.terms.bound.items() if n not in self.design.registers}
        self.terms = DesignTerms(self.design, builder, "", {**outside, **state.hdl})

    def width(self, symbol: Symbol) -> int | None:
        """Bits that the HDL gives a port, None where it lacks it."""
        return None if symbol.role == "register" else super().width(symbol)


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
    memories : set of str
        Arrays that something was read from: the table has nothing like them.
    before : dict of str to Term
        Registers and inputs of the HDL when reset comes, as far as the first state knows them.
    """

    def __init__(self, unit: Unit, design: Design, binding: Binding, builder: Builder) -> None:
        self.unit, self.design, self.binding, self.builder = unit, design, binding, builder
        self.registers = unit.by_role("register")
        self.before: dict[str, Term] = {}
        self.memories: set[str] = set()
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
            self.memories |= terms.unknowns.keys() & design.memories
            self.before = {n: t for n, t in terms.unknowns.items() if n not in self.memories}
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
        side = BoundSide(binding, b, present, state)
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
        self.memories |= side.terms.unknowns.keys() & self.design.memories
        after = State({s.name: scene.table.outcome(s) for s in self.registers}, hdl)
        wrong = b.any(c.wrong for c in scene.claims)
        return Moment(
            state, inputs, scene, scene.facts, scene.claims, wrong, after, side.open()
        )  # fmt: skip
