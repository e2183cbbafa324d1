"""Which states a unit can reach: run it, let the solver pick inputs, and skip what repeats itself.

Everything that is found here is reached by a run from reset, so it is certain; what is not found
says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bitwuzla import Kind

from spikewright.lct.context import Context
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine
from spikewright.lct.ir import Symbol
from spikewright.lct.solver import Solver, Term
from spikewright.lct.types import Enum, Int

__all__ = ["Goal", "Joint", "Reach", "State", "choices"]

_BURST = 60

Goal = tuple[str, int]
"""A control register and the packed value that it should have."""

Joint = tuple[int, ...]
"""The packed values of all control registers."""

State = dict[str, int]
"""The values of all registers."""


def choices(symbol: Symbol) -> list[int]:
    """The packed values of a control register."""
    if isinstance(symbol.type, Enum):
        return [value for _, value in symbol.type.members]
    return [0, 1]


@dataclass(frozen=True)
class _Loop:
    """A step that changes one register, by the same amount again and again.

    From `state` any number of rounds from 0 to `rounds` can be made.
    """

    state: State
    register: Symbol
    change: int
    rounds: int

    def after(self, rounds: int) -> State:
        """The state after so many rounds."""
        name = self.register.name
        return {**self.state, name: self.state[name] + rounds * self.change}


class Reach:
    """The search from reset for values of control registers.

    Attributes
    ----------
    open : set of Goal
        What has not been reached yet.
    seen : dict of Joint to State
        One state for each joint value of the control registers that was reached.
    """

    def __init__(self, context: Context, registers: Sequence[Symbol]) -> None:
        self.context, self.registers = context, registers
        self.machine = Machine(context.unit)
        self.random = Random(1)
        self.every = context.unit.by_role("register")
        self.after = context.now.after()
        self.open: set[Goal] = {(s.name, v) for s in registers for v in choices(s)}
        self.seen: dict[Joint, State] = {}
        self._tried: set[Joint] = set()

    def joint(self, state: Mapping[str, int]) -> Joint:
        """The values of the control registers."""
        return tuple(pack(state[s.name], s.type) for s in self.registers)

    def visit(self, state: State, keep: bool = False) -> None:
        """Note a state that was reached; `keep` prefers it to others of its joint value."""
        joint = self.joint(state)
        for symbol, bits in zip(self.registers, joint, strict=True):
            self.open.discard((symbol.name, bits))
        if keep or joint not in self.seen:
            self.seen[joint] = state

    # ---- terms

    def pin(self, state: Mapping[str, int], free: str = "") -> list[Term]:
        """That the registers, all but one, have these values now."""
        b, terms = self.context.builder, self.context.now.terms
        return [
            b.equal(terms.symbol(s.name, s.type), b.number(state[s.name], s.type.width))
            for s in self.every
            if s.name != free
        ]

    def met(self, goals: Sequence[Goal], registers: Mapping[str, Term]) -> Term:
        """That one of the goals is met by these registers."""
        b = self.context.builder
        return b.any(
            b.equal(registers[n], b.number(v, registers[n].sort().bv_size())) for n, v in goals
        )

    def read(self, registers: Mapping[str, Term], solver: Solver | None = None) -> State:
        """The registers where the last answer was ``sat``."""
        used = solver or self.context.solver
        return {s.name: unpack(used.value(registers[s.name]), s.type) for s in self.every}

    # ---- moves

    def wander(self, state: State, steps: int) -> State:
        """Run from a state with random inputs."""
        for _ in range(steps):
            values = self.machine.random_inputs(state, self.random)
            if values is None:
                break
            state = self.machine.step(values)
            self.visit(state)
        return state

    def leap(self, *where: Term) -> bool:
        """Make one step to a goal that is still open, from any reached state that `where` says."""
        goal = self.met(sorted(self.open), self.after)
        if not self.open or self.context.ask(*where, goal) != "sat":
            return False
        self.visit(self.read(self.after))
        return True

    def explore(self, rounds: int) -> None:
        """Leap where the solver knows how, wander where it does not."""
        for _ in range(rounds):
            for joint, state in list(self.seen.items()):
                if joint not in self._tried:
                    self._tried.add(joint)
                    while self.leap(*self.pin(state)):
                        pass
            if not self.open:
                return
            self.wander(self.random.choice(list(self.seen.values())), _BURST)
            self.wander(self.machine.reset(), _BURST // 4)

    # ---- loops

    def skip(self, times: int = 1) -> None:
        """Count as far as each counter goes from each kind of state, and look around on the way."""
        for state in list(self.seen.values()):
            for register in self.every:
                if isinstance(register.type, Int) and register.type.width > 2:
                    self._chase(state, register, times)

    def _chase(self, state: State, register: Symbol, times: int) -> None:
        """Count, go on where counting ends, and count again: an inner loop many times over."""
        for _ in range(times):
            loop = self._loop(state, register)
            if loop is None or not self.open:
                return
            state = self._follow(loop)

    def _follow(self, loop: _Loop) -> State:
        """Leap from any round of a loop, and go on from its end; where that leads to."""
        name = loop.register.name
        rounds = self._rounds(loop)
        where = [*self.pin(loop.state, free=name), self._at(loop, rounds)]
        where.append(self.context.builder.term(Kind.BV_ULE, rounds, self._count(loop, loop.rounds)))
        while self.leap(*where):
            pass
        end = loop.after(loop.rounds)
        self.visit(end, keep=True)
        while self.leap(*self.pin(end)):
            pass
        beyond = self.wander(end, 2)
        self.visit(beyond, keep=True)
        return beyond

    def _rounds(self, loop: _Loop) -> Term:
        """An unknown number of rounds."""
        return self.context.builder.unknown("rounds", loop.register.type.width + 1)

    def _count(self, loop: _Loop, number: int) -> Term:
        return self.context.builder.number(number, loop.register.type.width + 1)

    def _at(self, loop: _Loop, rounds: Term) -> Term:
        """That the register has the value of that round."""
        b, name, kind = self.context.builder, loop.register.name, loop.register.type
        width = kind.width + 1
        moved = b.term(Kind.BV_MUL, rounds, b.number(loop.change, width))
        value = b.term(Kind.BV_ADD, moved, b.number(loop.state[name], width))
        now = self.context.now.terms.symbol(name, kind)
        return b.equal(now, b.bits(value, 0, kind.width))

    def _loop(self, state: State, register: Symbol) -> _Loop | None:
        """A step that changes this register only, up or down by one."""
        context, b, name, kind = self.context, self.context.builder, register.name, register.type
        assert isinstance(kind, Int)
        now = context.now.terms.symbol(name, kind)
        same = [
            b.equal(self.after[s.name], context.now.terms.symbol(s.name, s.type))
            for s in self.every
            if s.name != name
        ]
        for change in (1, -1):
            target = b.term(Kind.BV_ADD, now, b.number(change, kind.width))
            moved = b.equal(self.after[name], target)
            room = kind.high - state[name] if change > 0 else state[name] - kind.low
            if room > 1 and context.ask(*self.pin(state), *same, moved) == "sat":
                return self._extended(_Loop(state, register, change, room), b.all([*same, moved]))
        return None

    def _extended(self, loop: _Loop, goes_on: Term) -> _Loop:
        """The loop with as many rounds as one input, given again and again, makes for certain."""
        context, b = self.context, self.context.builder
        inputs = []
        for symbol in self.machine.inputs:
            term = context.now.terms.symbol(symbol.name, symbol.type)
            inputs.append((term, context.solver.value(term)))
        held = [b.equal(t, b.number(v, t.sort().bv_size())) for t, v in inputs]
        held += self.pin(loop.state, free=loop.register.name)
        rounds = self._rounds(loop)
        # The assumptions are part of what must go on, so they are not assumed here.
        allowed = [context.now.terms.truth(a.node) for a in context.unit.assumptions]
        stops = b.negate(b.all([goes_on, *allowed]))
        low, high, middle = 0, loop.rounds, loop.rounds
        every = list(context.switches)
        while low < high:
            within = b.term(Kind.BV_ULT, rounds, self._count(loop, middle))
            question = (*held, self._at(loop, rounds), within, stops)
            answer = context.ask(*question, without=every)
            if answer == "unsat":
                low = middle
            else:
                high = context.solver.value(rounds) if answer == "sat" else middle - 1
            middle = (low + high + 1) // 2
        return _Loop(loop.state, loop.register, loop.change, low)
