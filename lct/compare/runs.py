"""Runs of table and HDL together from reset, to see states and to meet differences early."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from spikewright.lct.builder import Term
from spikewright.lct.compare.facts import Sample
from spikewright.lct.compare.product import Moment, Product, State
from spikewright.lct.compare.scene import Claim
from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine
from spikewright.lct.solver import Solver
from spikewright.lct.types import Enum

__all__ = ["Runs", "Trace", "read_state", "traced"]

_LENGTH = 24
_STARTS = 4
_TRIES = 40


@dataclass(frozen=True)
class Trace:
    """A difference, from reset to the moment that shows it.

    Attributes
    ----------
    inputs : tuple of mapping of str to int
        Packed inputs of each moment.
    registers : mapping of str to int
        The table's packed registers in the last one.
    before : mapping of str to int
        Registers and inputs of the HDL when reset came, by their names there.
    claim : Claim
        What does not hold there.
    expected, actual : int, int or None
        Packed values of the output; None where the HDL's code has no such number.
    """

    inputs: tuple[Mapping[str, int], ...]
    registers: Mapping[str, int]
    before: Mapping[str, int]
    claim: Claim
    expected: int
    actual: int | None


@dataclass
class _Visited:
    """A state with the way to it."""

    sample: Sample
    before: Mapping[str, int]
    way: tuple[Mapping[str, int], ...] = ()
    tried: set[tuple[str, int]] = field(default_factory=set)


class Runs:
    """Runs, one step a question.

    Attributes
    ----------
    trace : Trace or None
        The first difference that was met.
    """

    def __init__(self, product: Product, moment: Moment, limit: float, seed: int = 0) -> None:
        self.product, self.moment = product, moment
        self.solver = Solver(product.builder, limit)
        for fact in moment.facts:
            self.solver.add(fact)
        self.machine = Machine(product.unit)
        self.random = Random(seed)
        self.visited: list[_Visited] = []
        self.trace: Trace | None = None

    @property
    def samples(self) -> list[Sample]:
        """All states that were seen."""
        return [v.sample for v in self.visited]

    def start(self, first: State) -> bool:
        """Begin in the first state; False if the solver cannot say which that is."""
        b = self.product.builder
        solver = Solver(b, self.solver_limit)
        # Where reset does not decide everything, a fault may begin with another first state.
        while len(self.visited) < _STARTS and solver.ask() == "sat":
            sample = read_state(solver, first)
            before = {n: solver.value(t) for n, t in self.product.before.items()}
            self.visited.append(_Visited(sample, before))
            same = [b.equal(t, b.number(sample["hdl", n], t.sort().bv_size()))
                    for n, t in first.hdl.items()]  # fmt: skip
            solver.add(b.negate(b.all(same)))
        return bool(self.visited)

    @property
    def solver_limit(self) -> float:
        """Seconds a question."""
        return 5.0

    def run(self, until: float) -> None:
        """Random inputs, a few runs long, then towards values of control registers not yet seen."""
        starts = list(self.visited)
        for k in range(6):
            here: _Visited | None = starts[k % len(starts)]
            for _ in range(_LENGTH):
                if here is None or self.trace or time.perf_counter() > until:
                    return
                here = self._random_step(here)
        self._towards(until)

    def _pins(self, sample: Sample) -> list[Term]:
        state, b = self.moment.state, self.product.builder
        pairs = [(t, sample["table", n]) for n, t in state.table.items()]
        pairs += [(t, sample["hdl", n]) for n, t in state.hdl.items()]
        return [b.equal(t, b.number(v, t.sort().bv_size())) for t, v in pairs]

    def _random_step(self, here: _Visited) -> _Visited | None:
        product, b = self.product, self.product.builder
        registers = {
            s.name: unpack(here.sample["table", s.name], s.type) for s in product.registers
        }
        drawn = self.machine.random_inputs(registers, self.random)
        pins = self._pins(here.sample)
        if drawn is not None:
            inputs = [
                b.equal(t, b.number(drawn[n], t.sort().bv_size()))
                for n, t in self.moment.inputs.items()
            ]
            if self.solver.ask(*pins, *inputs) == "sat":
                return self._arrive(here)
        return self._arrive(here) if self.solver.ask(*pins) == "sat" else None

    def _arrive(self, here: _Visited) -> _Visited:
        """Note where the solver's step leads, and whether it shows a difference."""
        solver, moment = self.solver, self.moment
        inputs = {n: solver.value(t) for n, t in moment.inputs.items()}
        way = (*here.way, inputs)
        there = _Visited(read_state(solver, moment.after), here.before, way)
        self.visited.append(there)
        if self.trace is None and solver.holds(moment.wrong):
            claim = next(c for c in moment.claims if solver.holds(c.wrong))
            self.trace = traced(solver, moment, way, here.before, claim)
        return there

    def _towards(self, until: float) -> None:
        """Steps that the solver picks, to values of control registers that were not seen."""
        b, after = self.product.builder, self.moment.after
        goals = [(s.name, value) for s in self.product.registers for value in self._control(s.type)]
        grown = True
        while grown and not self.trace:
            grown = False
            for name, value in goals:
                if any(v.sample["table", name] == value for v in self.visited):
                    continue
                term = after.table[name]
                goal = b.equal(term, b.number(value, term.sort().bv_size()))
                for here in self._different():
                    if time.perf_counter() > until:
                        return
                    if (name, value) in here.tried:
                        continue
                    here.tried.add((name, value))
                    if self.solver.ask(*self._pins(here.sample), goal) == "sat":
                        there: _Visited | None = self._arrive(here)
                        for _ in range(6):
                            there = self._random_step(there) if there else None
                        grown = True
                        break

    @staticmethod
    def _control(kind: object) -> list[int]:
        if isinstance(kind, Enum):
            return [pack(v, kind) for _, v in kind.members]
        return [0, 1] if getattr(kind, "width", 0) == 1 else []

    def _different(self) -> list[_Visited]:
        """Visited states, the newest of each kind of control state first."""
        names = [s.name for s in self.product.registers if self._control(s.type)]
        newest = {tuple(v.sample["table", n] for n in names): v for v in self.visited}
        return list(newest.values())[::-1][:_TRIES]


def traced(
    solver: Solver,
    moment: Moment,
    way: tuple[Mapping[str, int], ...],
    before: Mapping[str, int],
    claim: Claim,
) -> Trace:
    """The difference that the solver's last answer shows in a moment."""
    registers = {n: solver.value(t) for n, t in moment.state.table.items()}
    actual = moment.scene.side.meaning(claim.symbol, solver.value(claim.actual))
    return Trace(way, registers, before, claim, solver.value(claim.expected), actual)


def read_state(solver: Solver, state: State) -> Sample:
    """The values that a state has in the solver's last answer."""
    values = {("table", n): solver.value(t) for n, t in state.table.items()}
    return values | {("hdl", n): solver.value(t) for n, t in state.hdl.items()}
