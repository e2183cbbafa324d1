"""States that can never be reached: enumerants of registers, and both values of one-bit registers.

Three means take turns. Running the unit, with inputs that the solver picks to go somewhere new,
shows what can be reached. A fixpoint over the joint values of these registers, everything else left
free, proves most of what cannot. Induction over several steps proves some of the rest. What is left
open in the time allowed is reported as unknown.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from random import Random

from spikewright.lct.context import Context
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Solver, Term
from spikewright.lct.types import Enum
from spikewright.lct.values import show

__all__ = ["check_states", "control_registers"]

PATIENCE = 8.0
"""Seconds for one unit, apart from the fixpoint."""

_BURST = 60
_DEPTH = 12
_MOST_STATES = 400
_MOST_STARTS = 24

Goal = tuple[str, int]
Joint = tuple[int, ...]


def control_registers(unit: Unit) -> list[Symbol]:
    """Registers whose values are states: enumerations and single bits, if a table drives them."""
    driven = {t.symbol.name for table in unit.tables for t in table.targets}
    return [
        s
        for s in unit.by_role("register")
        if s.name in driven and (isinstance(s.type, Enum) or s.type.width == 1)
    ]


def _choices(symbol: Symbol) -> list[int]:
    if isinstance(symbol.type, Enum):
        return [value for _, value in symbol.type.members]
    return [0, 1]


def check_states(context: Context) -> None:
    """Report every state of a control register that can never be reached, or may not be."""
    registers = control_registers(context.unit)
    if registers:
        _Search(context, registers).run()


class _Search:
    def __init__(self, context: Context, registers: list[Symbol]) -> None:
        self.context, self.registers = context, registers
        self.machine = Machine(context.unit)
        self.random = Random(1)
        self.after = context.now.after()
        self.open: set[Goal] = {(s.name, v) for s in registers for v in _choices(s)}
        self.never: set[Goal] = set()
        self.seen: dict[Joint, dict[str, int]] = {}
        self.moments = [context.now]
        self.until = 0.0

    # ---- running

    def joint(self, state: Mapping[str, int]) -> Joint:
        """The values of the control registers, packed."""
        return tuple(pack(state[s.name], s.type) for s in self.registers)

    def visit(self, state: dict[str, int]) -> bool:
        """Note a state that was reached; True if its control registers are new."""
        joint = self.joint(state)
        for symbol, bits in zip(self.registers, joint, strict=True):
            self.open.discard((symbol.name, bits))
        new = joint not in self.seen
        if new or self.random.random() < 0.1:
            self.seen[joint] = state
        return new

    def wander(self, state: dict[str, int], steps: int) -> dict[str, int]:
        """Run from a state with random inputs."""
        for _ in range(steps):
            values = self.machine.random_inputs(state, self.random)
            if values is None:
                break
            state = self.machine.step(values)
            self.visit(state)
        return state

    def pin(self, state: Mapping[str, int]) -> Term:
        """That the registers have these values now."""
        b, terms = self.context.builder, self.context.now.terms
        return b.all(
            b.equal(terms.symbol(s.name, s.type), b.number(state[s.name], s.type.width))
            for s in self.context.unit.by_role("register")
        )

    def reaches(self, goals: Sequence[Goal], registers: Mapping[str, Term]) -> Term:
        """That one of the goals is met by these values of the registers."""
        b = self.context.builder
        return b.any(
            b.equal(registers[n], b.number(v, registers[n].sort().bv_size())) for n, v in goals
        )

    def leap(self, state: Mapping[str, int]) -> dict[str, int] | None:
        """From a state, one step to a goal that is still open."""
        goal = self.reaches(sorted(self.open), self.after)
        if self.context.ask(self.pin(state), goal) != "sat":
            return None
        return self._read(self.after)

    def _read(self, registers: Mapping[str, Term], solver: Solver | None = None) -> dict[str, int]:
        used = solver or self.context.solver
        symbols = self.context.unit.by_role("register")
        return {s.name: unpack(used.value(registers[s.name]), s.type) for s in symbols}

    def explore(self, rounds: int) -> None:
        """Leap where the solver knows how, wander where it does not."""
        tried: set[Joint] = set()
        for _ in range(rounds):
            for joint, state in list(self.seen.items()):
                if joint in tried or not self.open:
                    continue
                tried.add(joint)
                while self.open and (found := self.leap(state)):
                    self.visit(found)
            if not self.open:
                return
            start = self.random.choice(list(self.seen.values()))
            self.wander(start, _BURST)
            self.wander(self.machine.reset(), _BURST // 4)

    # ---- proving

    def fixpoint(self) -> None:
        """Close the joint control states under steps in which all other registers are free."""
        groups = [self.registers]
        if not self._close(self.registers):
            groups = [[s] for s in self.registers]
            for group in groups:
                self._close(group)

    def _close(self, registers: list[Symbol]) -> bool:
        """Find what a group of registers can reach; False if that is too much."""
        b, now = self.context.builder, self.context.now
        here = [now.terms.symbol(s.name, s.type) for s in registers]
        then = [self.after[s.name] for s in registers]

        def at(terms: list[Term], joint: Joint) -> Term:
            pairs = zip(terms, registers, joint, strict=True)
            return b.all(b.equal(t, b.number(v, s.type.width)) for t, s, v in pairs)

        reset = self.machine.reset()
        waiting = [tuple(pack(reset[s.name], s.type) for s in registers)]
        found, outside = set(waiting), [b.negate(at(then, waiting[0]))]
        while waiting:
            source = at(here, waiting.pop())
            while (answer := self.context.ask(source, *outside)) == "sat":
                joint = tuple(self.context.solver.value(t) for t in then)
                waiting.append(joint)
                found.add(joint)
                outside.append(b.negate(at(then, joint)))
                if len(found) > _MOST_STATES:
                    return False
            if answer == "unknown":
                return False
        for position, symbol in enumerate(registers):
            reached = {joint[position] for joint in found}
            for value in _choices(symbol):
                if (symbol.name, value) in self.open and value not in reached:
                    self.never.add((symbol.name, value))
        self.open -= self.never
        return True

    def moment(self, depth: int) -> UnitTerms:
        """The unit some steps from now."""
        while len(self.moments) <= depth:
            n = len(self.moments)
            bound = self.moments[-1].after()
            later = UnitTerms(self.context.unit, self.context.builder, f" at {n}", bound)
            self.moments.append(later)
        return self.moments[depth]

    def deepen(self) -> None:
        """Look ahead from all that was reached, and prove by induction, ever more steps deep."""
        solver = Solver(self.context.builder, self.context.limit)
        self.context.join(solver, self.context.now)
        for depth in range(1, _DEPTH):
            moment = self.moment(depth)
            self.context.join(solver, moment)
            registers = moment.after()
            for goal in sorted(self.open):
                if time.monotonic() > self.until:
                    return
                if self._excluded(solver, goal, depth, registers):
                    self.never.add(goal)
                elif found := self._ahead(solver, goal, registers):
                    self.visit(found)
                self.open -= self.never
            if not self.open:
                return
            self.explore(2)

    def _excluded(self, solver: Solver, goal: Goal, depth: int, last: Mapping[str, Term]) -> bool:
        """Whether so many steps without the goal are never followed by it.

        No search has found the goal that near to reset, or it would be open no longer.
        """
        b, name = self.context.builder, goal[0]
        kind = self.context.unit.symbols[name].type
        before = [self.moments[i].terms.symbol(name, kind) for i in range(depth + 1)]
        absent = [b.negate(b.equal(t, b.number(goal[1], kind.width))) for t in before]
        near = self.pin(self.machine.reset())
        for step in range(1, depth + 1):
            there = self.reaches([goal], {name: self.moments[step].terms.symbol(name, kind)})
            if self.context.ask(near, there, solver=solver) != "unsat":
                return False
        if self.context.ask(near, self.reaches([goal], last), solver=solver) != "unsat":
            return False
        return self.context.ask(*absent, self.reaches([goal], last), solver=solver) == "unsat"

    def _ahead(self, solver: Solver, goal: Goal, last: Mapping[str, Term]) -> dict[str, int] | None:
        """A state that meets the goal, as many steps ahead of one that was reached."""
        starts = list(self.seen.values())[-_MOST_STARTS:]
        start = self.context.builder.any(self.pin(s) for s in starts)
        if self.context.ask(start, self.reaches([goal], last), solver=solver) != "sat":
            return None
        return self._read(last, solver)

    # ---- all of it

    def run(self) -> None:
        self.until = time.monotonic() + PATIENCE
        self.visit(self.machine.reset())
        self.explore(3)
        if self.open:
            self.fixpoint()
        if self.open:
            self.deepen()
        while self.open and time.monotonic() < self.until:
            self.explore(4)
        self.report()

    def report(self) -> None:
        """Make findings of what is never reached and of what is still open."""
        for symbol in self.registers:
            signal = self.context.unit.signals[symbol.signal]
            place = self.context.unit.document.place(signal.span, "Signals", symbol.name)
            for value in _choices(symbol):
                goal, text = (symbol.name, value), show(value, symbol.type)
                if goal in self.never:
                    message = f"register {symbol.name} can never be {text}"
                    self.context.find("unreachable", message, place)
                elif goal in self.open:
                    question = f"whether register {symbol.name} can ever be {text}"
                    message = f"not decided by search and induction: {question}"
                    self.context.diagnostics.add("unreachable", message, place, verdict="unknown")
