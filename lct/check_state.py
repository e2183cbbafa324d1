"""States that can never be reached: enumerants of registers, and both values of one-bit registers.

Three means take turns. Running the unit, with inputs that the solver picks to go somewhere new,
shows what can be reached. A fixpoint over the joint values of these registers, everything else left
free, proves most of what cannot. Induction over several steps proves some of the rest. What is left
open in the time allowed is reported as unknown.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from spikewright.lct.context import Context
from spikewright.lct.evaluate import pack
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.reach import Goal, Joint, Reach, choices
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Solver, Term
from spikewright.lct.types import Enum
from spikewright.lct.values import show

__all__ = ["PATIENCE", "check_states", "control_registers"]

PATIENCE = 8.0
"""Seconds of computing that one unit gets where neither search nor proof comes to an end."""

_DEPTH = 10
_MOST_STATES = 400
_MOST_STARTS = 24


def control_registers(unit: Unit) -> list[Symbol]:
    """Registers whose values are states: enumerations and single bits, if a table drives them."""
    driven = {t.symbol.name for table in unit.tables for t in table.targets}
    return [
        s
        for s in unit.by_role("register")
        if s.name in driven and (isinstance(s.type, Enum) or s.type.width == 1)
    ]


def check_states(context: Context, patience: float) -> None:
    """Report every state of a control register that can never be reached, or may not be."""
    registers = control_registers(context.unit)
    if not registers:
        return
    proof = _Proof(context, registers)
    proof.run(time.process_time() + patience)
    for symbol in registers:
        signal = context.unit.signals[symbol.signal]
        place = context.unit.document.place(signal.span, "Signals", symbol.name)
        for value in choices(symbol):
            text = show(value, symbol.type)
            if (symbol.name, value) in proof.never:
                message = f"register {symbol.name} can never be {text}"
                context.find("unreachable", message, place)
            elif (symbol.name, value) in proof.reach.open:
                question = f"whether register {symbol.name} can ever be {text}"
                message = f"not decided by search and induction: {question}"
                context.diagnostics.add("unreachable", message, place, verdict="unknown")


class _Proof:
    """Search and proof by turns, until every goal is reached or excluded."""

    def __init__(self, context: Context, registers: list[Symbol]) -> None:
        self.context, self.registers = context, registers
        self.reach = Reach(context, registers)
        self.never: set[Goal] = set()
        self.moments = [context.now]

    def run(self, until: float) -> None:
        """Work until nothing is open or time is up."""
        reach = self.reach
        reach.visit(reach.machine.reset())
        reach.explore(3)
        if reach.open:
            self._fixpoint()
        if reach.open:
            reach.skip()
            self._deepen(until)
        while reach.open and time.process_time() < until:
            reach.explore(2)
            reach.skip(times=32)

    def _exclude(self, goal: Goal) -> None:
        self.never.add(goal)
        self.reach.open.discard(goal)

    # ---- the fixpoint

    def _fixpoint(self) -> None:
        if not self._close(self.registers):
            for symbol in self.registers:
                self._close([symbol])

    def _close(self, registers: list[Symbol]) -> bool:
        """Exclude what a group of registers never takes; False if that is too much to find out."""
        found = self._closure(registers)
        if found is None:
            return False
        for position, symbol in enumerate(registers):
            reached = {joint[position] for joint in found}
            for value in choices(symbol):
                if (symbol.name, value) in self.reach.open and value not in reached:
                    self._exclude((symbol.name, value))
        return True

    def _closure(self, registers: list[Symbol]) -> set[Joint] | None:
        """The joint values that follow from reset where all other registers are free."""
        context, b, now = self.context, self.context.builder, self.context.now
        here = [now.terms.symbol(s.name, s.type) for s in registers]
        then = [self.reach.after[s.name] for s in registers]

        def at(terms: Sequence[Term], joint: Joint) -> Term:
            pairs = zip(terms, registers, joint, strict=True)
            return b.all(b.equal(t, b.number(v, s.type.width)) for t, s, v in pairs)

        reset = self.reach.machine.reset()
        waiting = [tuple(pack(reset[s.name], s.type) for s in registers)]
        found, outside = set(waiting), [b.negate(at(then, waiting[0]))]
        while waiting:
            source = at(here, waiting.pop())
            while (answer := context.ask(source, *outside)) == "sat":
                joint = tuple(context.solver.value(t) for t in then)
                waiting.append(joint)
                found.add(joint)
                outside.append(b.negate(at(then, joint)))
                if len(found) > _MOST_STATES:
                    return None
            if answer == "unknown":
                return None
        return found

    # ---- several steps

    def _moment(self, depth: int) -> UnitTerms:
        """The unit some steps from now."""
        while len(self.moments) <= depth:
            bound, unit = self.moments[-1].after(), self.context.unit
            suffix = f" at {len(self.moments)}"
            self.moments.append(UnitTerms(unit, self.context.builder, suffix, bound))
        return self.moments[depth]

    def _deepen(self, until: float) -> None:
        """Look ahead from all that was reached, and prove by induction, ever more steps deep."""
        solver = Solver(self.context.builder, self.context.limit, cores=bool(self.context.switches))
        self.context.join(solver, self.context.now)
        for depth in range(1, _DEPTH):
            moment = self._moment(depth)
            self.context.join(solver, moment)
            registers = moment.after()
            for goal in sorted(self.reach.open):
                if time.process_time() > until:
                    return
                if goal not in self.reach.open:
                    continue
                if self._never(solver, goal, depth, registers):
                    self._exclude(goal)
                elif self._ahead(solver, goal, registers):
                    self.reach.visit(self.reach.read(registers, solver))
            if not self.reach.open:
                return
            self.reach.explore(2)
            self.reach.skip()

    def _never(self, solver: Solver, goal: Goal, depth: int, last: Mapping[str, Term]) -> bool:
        """Whether reset leads to no goal in so many steps, and so many steps without it to none."""
        b, name = self.context.builder, goal[0]
        kind = self.context.unit.symbols[name].type
        states = [self.moments[i].terms.symbol(name, kind) for i in range(depth + 1)]
        near = self.reach.pin(self.reach.machine.reset())
        for term in (*states[1:], last[name]):
            there = self.reach.met([goal], {name: term})
            if self.context.ask(*near, there, solver=solver) != "unsat":
                return False
        absent = [b.negate(b.equal(t, b.number(goal[1], kind.width))) for t in states]
        return self.context.ask(*absent, self.reach.met([goal], last), solver=solver) == "unsat"

    def _ahead(self, solver: Solver, goal: Goal, last: Mapping[str, Term]) -> bool:
        """Whether the goal lies as many steps ahead of a state that was reached."""
        starts = list(self.reach.seen.values())[-_MOST_STARTS:]
        start = self.context.builder.any(
            self.context.builder.all(self.reach.pin(s)) for s in starts
        )
        return self.context.ask(start, self.reach.met([goal], last), solver=solver) == "sat"
