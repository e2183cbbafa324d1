"""What the checks of one logic unit share: its terms, one solver, and how findings are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from spikewright.lct.diagnostics import Diagnostics, Place, Span
from spikewright.lct.ir import Node, Symbol, Table, Unit
from spikewright.lct.reads import depends, expressions, on_cycle, outputs_read, reads
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import LIMIT, Answer, Builder, Solver, Term, minimal
from spikewright.lct.witness import Shown, Witness, simplest

__all__ = ["Context", "Proof", "Reason", "explain", "phrase"]


@dataclass(frozen=True)
class Proof:
    """Something that was excluded, and the assumptions that the solver used for it."""

    assumptions: frozenset[str]
    again: Callable[[str], Answer]


@dataclass(frozen=True)
class Reason:
    """A part of an explanation: a ``column`` or ``row`` of a table, or an ``assumption``."""

    kind: str
    name: str
    term: Term


def phrase(parts: Sequence[str]) -> str:
    """Some names as people list them."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def explain(reasons: Iterable[Reason]) -> str:
    """``columns a and b, row idle and assumption A1``."""
    groups: dict[str, list[str]] = {}
    for reason in reasons:
        groups.setdefault(reason.kind, []).append(reason.name)
    return phrase([f"{kind}{'s' * (len(n) > 1)} {phrase(n)}" for kind, n in groups.items()])


class Context:
    """One logic unit under check.

    Attributes
    ----------
    now : UnitTerms
        The unit at any moment.
    switches : dict of str to Term
        For each assumption a truth value that turns it on: a question can do without one.
    proofs : list of Proof
        All that was excluded so far, for the question which assumptions are needed.
    """

    def __init__(self, unit: Unit, diagnostics: Diagnostics, limit: float = LIMIT) -> None:
        self.unit, self.diagnostics, self.limit = unit, diagnostics, limit
        self.builder = Builder()
        self.solver = Solver(self.builder, limit, cores=True)
        self.now = UnitTerms(unit, self.builder)
        self.switches = {a.id: self.builder.switch(f"{a.id} holds") for a in unit.assumptions}
        self.proofs: list[Proof] = []
        self.settled = self._settled_outputs()
        self.join(self.solver, self.now)

    def join(self, solver: Solver, moment: UnitTerms) -> None:
        """Let types, assumptions and the unit's own outputs hold at a moment."""
        b = self.builder
        for fact in moment.facts:
            solver.add(fact)
        for assumption in self.unit.assumptions:
            holds = moment.terms.truth(assumption.node)
            solver.add(b.any([b.negate(self.switches[assumption.id]), holds]))
        for symbol in self.settled:
            term = moment.terms.symbol(symbol.name, symbol.type)
            solver.add(b.equal(term, moment.outcome(symbol)))

    def _settled_outputs(self) -> list[Symbol]:
        """Outputs that the unit itself reads, other than those that seem to wait for themselves."""
        graph = depends(self.unit)
        looping = {name for part in on_cycle(graph) for name in part}
        return [s for s in outputs_read(self.unit) if s.name in graph and s.name not in looping]

    # ---- questions

    def on(self, without: Iterable[str] = ()) -> list[Term]:
        """The switches of all assumptions but some."""
        left_out = set(without)
        return [term for name, term in self.switches.items() if name not in left_out]

    def ask(
        self,
        *terms: Term,
        without: Iterable[str] = (),
        own: str = "",
        solver: Solver | None = None,
    ) -> Answer:
        """Whether the terms can hold together.

        Parameters
        ----------
        without : iterable of str
            Assumptions that are left out.
        own : str
            The assumption that is proven here: this proof is no use of it.
        solver : Solver
            Another solver than the context's, that knows the same switches.
        """
        left_out = frozenset(without)
        used = solver or self.solver
        answer = used.ask(*self.on(left_out), *terms)
        if answer == "unsat" and self.switches:
            core = set(used.core())
            names = frozenset(n for n, s in self.switches.items() if s in core) - {own}

            def again(name: str) -> Answer:
                return used.ask(*self.on(left_out | {name}), *terms)

            if names:
                self.proofs.append(Proof(names, again))
        return answer

    def reasons(self, fixed: Sequence[Term], named: Sequence[Reason]) -> list[Reason]:
        """A smallest set of reasons that excludes `fixed`, assumptions among them.

        Assumptions are left out first, then what stands last.
        """
        assumed = [Reason("assumption", n, t) for n, t in self.switches.items()]
        tried = assumed + list(named)[::-1]
        kept = minimal(self.solver, fixed, [r.term for r in tried])
        return [tried[i] for i in reversed(kept)]

    # ---- findings

    def place(
        self, table: Table, row: int | None = None, column: str = "", span: Span | None = None
    ) -> Place:
        """A place in a logic table."""
        at = span or (table.span if row is None else table.rows[row].span)
        label = "" if row is None else table.rows[row].id
        return self.unit.document.place(at, table.name, label, column)

    def find(self, code: str, message: str, place: Place, witness: Witness | None = None) -> None:
        """Report a fault."""
        shown = witness or Witness()
        self.diagnostics.add(code, message, place, shown.shown, values=shown.values)

    def undecided(self, code: str, question: str, place: Place) -> None:
        """Report that the solver gave up on a question."""
        message = f"not decided within {self.limit:g} s: {question}"
        self.diagnostics.add(code, message, place, verdict="unknown")

    def shown(self, table: Table | None, also: Iterable[Node] = ()) -> list[Shown]:
        """Entries of a witness: the condition columns of a table, and what they and `also` read."""
        terms, entries = self.now.terms, []
        roots = list(also)
        if table is not None:
            columns = list(table.conditions)
            entries = [Shown(c.text, terms.bits(c.node), c.node.type) for c in columns]
            cells = [c for row in table.rows for c in row.conditions if c is not None]
            roots = [c.node for c in columns] + cells + roots
        for name, node in reads(roots).items():
            entries.append(Shown(name, terms.bits(node), node.type))
        return list({e.name: e for e in entries}.values())

    def results(self, table: Table, position: int, label: str, row: int | None = None) -> Shown:
        """An entry for what a target becomes."""
        symbol = table.targets[position].symbol
        term = self.now.outcome(symbol) if row is None else self.now.value(table, row, position)
        return Shown(f"=> {symbol.name}{label}", term, symbol.type)

    def witness(
        self,
        given: Sequence[Term],
        inputs: Sequence[Shown],
        results: Sequence[Shown] = (),
        without: Iterable[str] = (),
    ) -> Witness:
        """The simplest input that meets `given`, which the solver has just found possible."""
        return simplest(self.solver, [*self.on(without), *given], self.now, inputs, results)

    def table_inputs(self, table: Table) -> list[Shown]:
        """Condition columns, and everything that the table reads."""
        return self.shown(table, expressions(table))
