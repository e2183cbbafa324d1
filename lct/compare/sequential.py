"""Registers that do not match by name: table and HDL as one machine, proven by induction.

From reset, with the same inputs, all outputs must be the table's for ever. The proof is induction
over several steps, helped by facts about the registers of both sides that were guessed from runs
and proven first (see `invariants`). A difference is a run from reset that shows it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.binding import Binding
from spikewright.lct.compare.facts import Guess
from spikewright.lct.compare.invariants import guesses
from spikewright.lct.compare.product import Moment, Product, State
from spikewright.lct.compare.result import RESET, Cell, Comparison, Options
from spikewright.lct.compare.runs import Runs, Trace, read_state, traced
from spikewright.lct.compare.second import Disagreement, both
from spikewright.lct.front.design import Design
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.solver import Answer, Solver
from spikewright.lct.values import show

__all__ = ["INDUCTION", "Outcome", "compare_sequential", "run_both"]

INDUCTION = "induction"
"""The method where nothing is proven; with a number of steps behind it where all is."""

_STEPS = 4
"""Steps of induction that are tried."""
_DEPTH = 16
"""Steps from reset that are searched where induction does not come to an end."""


@dataclass(frozen=True)
class Outcome:
    """What induction and search found.

    Attributes
    ----------
    steps : int
        Steps of the induction that proves all outputs; 0 where none does.
    trace : Trace or None
        A difference from reset.
    facts : tuple of str
        Facts about registers that the proof rests on, themselves proven.
    reason : str
        Why nothing is decided.
    """

    steps: int = 0
    trace: Trace | None = None
    facts: tuple[str, ...] = ()
    reason: str = ""
    scene_cells: tuple[Cell, ...] = field(default=(), repr=False)


def compare_sequential(unit: Unit, design: Design, options: Options | None = None) -> Comparison:
    """Hold HDL against tables from reset on, whatever its registers are.

    Parameters
    ----------
    unit : Unit
    design : Design
        Its ports have the unit's names, or those of ``options.mapping``; its registers may be any.
    options : Options, optional
        ``limit`` is for one question, and four of it for the whole.

    Returns
    -------
    Comparison
        Its method is ``induction K``. Cells of registers are equivalent where all outputs are
        proven, and unknown otherwise: no register of the HDL is theirs. The trace of a difference
        is in its cell.
    """
    begin, options = time.perf_counter(), options or Options()
    outcome = run_both(unit, design, options)
    cells = [*outcome.scene_cells, *_cells(unit, outcome)]
    assumptions = tuple(a.id for a in unit.assumptions)
    method = f"{INDUCTION} {outcome.steps}" if outcome.steps else INDUCTION
    return Comparison(unit.name, tuple(cells), assumptions, method, time.perf_counter() - begin)


def _cells(unit: Unit, outcome: Outcome) -> Iterator[Cell]:
    trace = outcome.trace
    for table in unit.tables:
        for row in table.rows:
            for target, cell in zip(table.targets, row.targets, strict=True):
                place = table.name, row.id, target.symbol.name
                if trace is not None and place == trace.claim.place:
                    yield _difference(unit, trace)
                elif outcome.steps or cell == ANY:
                    yield Cell(*place, "equivalent")
                else:
                    where = f"table {place[0]}, row {place[1]}, column {place[2]}"
                    # Beside a difference there is nothing to say of those that were not reached.
                    text = "" if trace else f"{where}: {outcome.reason}"
                    yield Cell(*place, "unknown", sentence=text)
    for symbol in unit.by_role("register"):
        place = "", RESET, symbol.name
        if outcome.steps:
            yield Cell(*place, "equivalent")
        else:
            text = "" if trace else f"reset of register {symbol.name}: {outcome.reason}"
            yield Cell(*place, "unknown", sentence=text)


def _difference(unit: Unit, trace: Trace) -> Cell:
    table, row, column = trace.claim.place
    kind = trace.claim.symbol.type
    actual = "no value" if trace.actual is None else show(trace.actual, kind)
    given = {**trace.inputs[-1], **trace.registers}
    shown = {n: show(v, unit.symbols[n].type) for n, v in given.items()}
    text = (
        f"table {table}, row {row}, column {column}: {show(trace.expected, kind)} is expected "
        f"{len(trace.inputs) - 1} steps after reset, and the HDL gives {actual}"
    )
    return Cell(
        table, row, column, "different", "wrong value", witness=given, shown=shown,
        expected=trace.expected, actual=trace.actual, sentence=text, trace=trace.inputs,
        before=trace.before,
    )  # fmt: skip


def run_both(unit: Unit, design: Design, options: Options) -> Outcome:
    """Prove that all outputs are the table's, or find a run that shows another."""
    return _Search(unit, design, options).run()


class _Search:
    """One comparison."""

    def __init__(self, unit: Unit, design: Design, options: Options) -> None:
        self.options, self.builder = options, Builder()
        self.until = time.perf_counter() + 4 * options.limit
        binding = Binding(unit, design, options.mapping)
        self.product = Product(unit, design, binding, self.builder)
        self.first = self.product.first_state()
        self.moment = self.product.moment(self.product.any_state())
        self.asserted: list[Term] = []

    def run(self) -> Outcome:
        """All means in turn, the cheapest first."""
        ports = tuple(c for c in self.moment.scene.cells if c.row == "port")
        name = min(self.product.memories, default="")
        reason = f"depends on memory {name}, which the table does not have"
        outcome = Outcome(reason=reason) if name else self._decide()
        return Outcome(
            outcome.steps, outcome.trace, outcome.facts, outcome.reason, scene_cells=ports
        )

    def _decide(self) -> Outcome:
        solver = Solver(self.builder, self.options.limit)
        for fact in self.moment.facts:
            solver.add(fact)
        if solver.ask() != "sat":
            return Outcome(reason="the assumptions allow no input that can be compared")
        runs = Runs(self.product, self.moment, self.options.limit)
        if not runs.start(self.first):
            return Outcome(reason="the state after reset cannot be found")
        runs.run(time.perf_counter() + self.options.limit)
        if runs.trace is not None and not self.product.loose:
            return Outcome(trace=runs.trace)
        wanted = guesses(self.product, runs.samples)
        # What holds without a condition is proven much sooner, and is mostly enough.
        for some in ([g for g in wanted if g.plain], wanted):
            kept = self._inductive(some)
            if self._step_holds(kept, 1):
                return Outcome(1, facts=tuple(g.text for g in kept))
        trace = self._from_reset(_STEPS)
        for steps in range(2, _STEPS + 1):
            if trace != "none" or time.perf_counter() > self.until:
                break
            if self._step_holds(kept, steps):
                return Outcome(steps, facts=tuple(g.text for g in kept))
        if trace == "none":
            trace = self._from_reset(_DEPTH)
        if isinstance(trace, Trace):
            return Outcome(trace=trace)
        return Outcome(reason=f"not proven by induction over {_STEPS} steps")

    # ---- questions

    def _ask(self, solver: Solver, known: Sequence[Term], *terms: Term) -> Answer:
        """A question whose ``unsat`` a proof rests on; `known` are the facts of the solver."""
        answer = solver.ask(*terms)
        if self.options.cross_check or answer == "unknown":
            try:
                return both(answer, [*known, *terms], self.options.limit)
            except Disagreement:
                return "unknown"
        return answer

    def _inductive(self, wanted: list[Guess]) -> list[Guess]:
        """Guesses that hold after reset, and one step after all of them and the claims held."""
        b = self.builder
        kept = self._hold(wanted, [], self.first)
        if kept is None:
            return []
        facts = [*self.moment.facts, b.negate(self.moment.wrong)]
        found = self._hold(kept, facts, self.moment.after, self.moment.state)
        return found or []

    def _hold(
        self, wanted: list[Guess], facts: Sequence[Term], there: State, here: State | None = None
    ) -> list[Guess] | None:
        """Those that hold there, given that those that are left hold here; None if not decided."""
        b = self.builder
        solver = Solver(b, self.options.limit)
        for fact in facts:
            solver.add(fact)
        left = list(wanted)
        then = {g.text: g.term(b, there) for g in left}
        now = {g.text: g.term(b, here) for g in left} if here is not None else {}
        while left and time.perf_counter() < self.until:
            given = [now[g.text] for g in left] if here is not None else []
            question = b.negate(b.all(then[g.text] for g in left))
            answer = solver.ask(*given, question)
            if answer == "sat":
                sample = read_state(solver, there)
                left = [g for g in left if g.holds(sample)]
            elif self._ask(solver, facts, *given, question) == "unsat":
                return left
            else:
                return None
        return left if not left else None

    def _step_holds(self, kept: Sequence[Guess], steps: int) -> bool:
        """Whether so many steps without a difference, through different states, lead to none."""
        b = self.builder
        moments = [self.moment]
        while len(moments) < steps:
            moments.append(self.product.moment(moments[-1].after))
        facts: list[Term] = []
        for moment in moments:
            facts += moment.facts
            facts += [g.term(b, moment.state) for g in kept]
        facts += [b.negate(m.wrong) for m in moments[:-1]]
        for i, one in enumerate(moments):
            facts += [b.negate(_equal(b, one.state, two.state)) for two in moments[:i]]
        solver = Solver(b, self.options.limit)
        for fact in facts:
            solver.add(fact)
        return self._ask(solver, facts, moments[-1].wrong) == "unsat"

    def _from_reset(self, depth: int) -> Trace | str:
        """The shortest run from reset that shows a difference; or ``none``, or ``unknown``."""
        b = self.builder
        moments: list[Moment] = []
        solver = Solver(b, self.options.limit)
        facts: list[Term] = []
        state = self.first
        for _ in range(depth):
            if time.perf_counter() > self.until:
                return "unknown"
            moment = self.product.moment(state)
            moments.append(moment)
            for fact in moment.facts:
                solver.add(fact)
            facts += moment.facts
            answer = self._ask(solver, facts, moment.wrong)
            if answer == "sat" and solver.ask(moment.wrong) == "sat":
                return self._trace(solver, moments, facts)
            if answer != "unsat":
                return "unknown"
            solver.add(b.negate(moment.wrong))
            facts.append(b.negate(moment.wrong))
            state = moment.after
        return "none"

    def _trace(
        self, solver: Solver, moments: Sequence[Moment], facts: Sequence[Term]
    ) -> Trace | str:
        last = moments[-1]
        inputs = tuple({n: solver.value(t) for n, t in m.inputs.items()} for m in moments)
        claim = next(c for c in last.claims if solver.holds(c.wrong))
        before = {n: solver.value(t) for n, t in self.product.before.items()}
        trace = traced(solver, last, inputs, before, claim)
        if self.product.loose and self._by_choice(solver, moments, facts):
            return "unknown"
        return trace

    def _by_choice(self, solver: Solver, moments: Sequence[Moment], facts: Sequence[Term]) -> bool:
        """Whether other values for the table's ``*`` would have agreed, all else as it is."""
        b = self.builder
        fixed = [t for m in moments for t in (*m.inputs.values(), *m.open)]
        fixed += moments[0].state.hdl.values()
        pins = [b.equal(t, b.number(solver.value(t), t.sort().bv_size())) for t in fixed]
        other = Solver(b, self.options.limit)
        for fact in (*facts, *pins):
            other.add(fact)
        return other.ask(b.negate(moments[-1].wrong)) != "unsat"


def _equal(b: Builder, one: State, two: State) -> Term:
    same = [b.equal(t, two.table[n]) for n, t in one.table.items()]
    return b.all([*same, *(b.equal(t, two.hdl[n]) for n, t in one.hdl.items())])
