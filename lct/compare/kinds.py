"""What a difference is called.

Let a row say E about a column, and the other side do A. The *idle* value of a column is: for a
register, that it holds; for an output, what the row ``else`` of its table gives, or 0 where there
is no such row or it says ``*``. In the whole part of the row where A differs from E, the first of
these that is true names the difference:

undefined
    For every input there is a choice of what the other side leaves open (x, an undriven wire, or
    ``*`` in a table) that makes A equal to E.
omission
    A is idle, or the other table has no row: the table says something, the other side does nothing.
hallucination
    E is idle and A is not: the other side does something where the table says nothing.
wrong value, that of row X
    A is what another row X of the table says about this column.
width
    In each integer where they differ, A is E with everything above one and the same bit lost: cut,
    or filled with zeros or with the bit below. E is no constant there, or every number would do.
hallucination, an added branch
    A differs on one side of a condition only, which the other side decides by (a multiplexer's, a
    row's), on which the row leaves both open, and which is no condition of the table.
wrong value
    Everything else.

Reset values are ``reset``; a port that is missing is an omission, one too many a hallucination, one
of another width ``width``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bitwuzla import Kind as Operation

from spikewright.lct.builder import Term
from spikewright.lct.compare.result import Kind
from spikewright.lct.compare.scene import Claim, Scene
from spikewright.lct.ir import ANY, HOLD, Node
from spikewright.lct.reads import expressions, nodes_below
from spikewright.lct.solver import Solver
from spikewright.lct.types import BOOL
from spikewright.lct.values import leaves

__all__ = ["Named", "Namer"]

_MOST_BRANCHES = 64


@dataclass(frozen=True)
class Named:
    """A kind with what the other side does in words.

    Attributes
    ----------
    agreed : tuple of Term
        What cannot be where the difference is: a region is what excludes it. Where the other side
        does something else that happens to have the same value, that counts as a difference.
    certain : tuple of Term
        Under these the sides differ whatever is left open.
    """

    kind: Kind
    does: str
    agreed: tuple[Term, ...]
    certain: tuple[Term, ...] = ()


class Namer:
    """Names the differences of one scene."""

    def __init__(self, scene: Scene, solver: Solver) -> None:
        self.scene, self.solver, self.builder = scene, solver, scene.builder

    def name(self, claim: Claim) -> Named:
        """The kind of a claim that fails."""
        unknowns, b = self.scene.side.open(), self.builder
        if not unknowns:
            return self._kind(claim)
        answer = self.solver.ask(claim.wins, self._whatever(b.negate(claim.agrees)))
        if answer == "unsat":
            noun = self.scene.side.noun
            agreed = claim.wins, self._whatever(claim.agrees)
            return Named("undefined", f"{noun} leaves it undefined", agreed=agreed)
        here: tuple[Term, ...] = ()
        if answer == "sat":
            here = tuple([b.equal(t, self._value(t)) for t in self.scene.present.values()])
        return replace(self._kind(claim), certain=here)

    def _kind(self, claim: Claim) -> Named:
        noun, b = self.scene.side.noun, self.builder
        idle = self._idle(claim)
        no_row = b.negate(self.scene.side.covered(claim.symbol))
        if self._always(claim, no_row):
            return self._named(claim, "omission", f"{noun} has no row", no_row)
        if self._always(claim, self._does(claim, idle)):
            held = "holds" if claim.symbol.role == "register" else "leaves it idle"
            return self._named(claim, "omission", f"{noun} {held}", self._does(claim, idle))
        if self._always(claim, b.equal(claim.expected, idle)):
            return self._named(claim, "hallucination", f"{noun} does what the table does not say")
        row = self._other_row(claim)
        if row is not None:
            does, says = f"{noun} does what row {row[0]} says", self._does(claim, row[1])
            return self._named(claim, "wrong value", does, says)
        lost = self._lost_bit(claim)
        if lost is not None:
            does = f"{noun} loses what is above bit {lost[0]}"
            return self._named(claim, "width", does, lost[1])
        branch = self._added_branch(claim)
        if branch is not None:
            does = f"{noun} has a branch that the table does not have"
            return self._named(claim, "hallucination", does, branch)
        return self._named(claim, "wrong value", f"{noun} gives another value")

    def _named(self, claim: Claim, kind: Kind, does: str, always: Term | None = None) -> Named:
        """A kind; `always` is what the other side does, and differs only where that matters."""
        agreed = claim.agrees if always is None else self.builder.negate(always)
        return Named(kind, does, agreed=(claim.wins, agreed))

    # ---- questions

    def _always(self, claim: Claim, term: Term) -> bool:
        """Whether something holds wherever the two sides differ."""
        return self.solver.ask(claim.wrong, self.builder.negate(term)) == "unsat"

    def _does(self, claim: Claim, value: Term) -> Term:
        """Whether the other side does what `value` says."""
        return self.builder.equal(self.scene.side.coded(claim.symbol, value), claim.actual)

    def _whatever(self, term: Term) -> Term:
        """That something holds for every choice of what is left open."""
        manager, unknowns = self.builder.manager, self.scene.side.open()
        choices = {t: manager.mk_var(t.sort(), t.symbol()) for t in unknowns}
        body = manager.substitute_term(term, choices)
        return manager.mk_term(Operation.FORALL, [*choices.values(), body])

    def _value(self, term: Term) -> Term:
        return self.builder.number(self.solver.value(term), term.sort().bv_size())

    # ---- the parts of the definition

    def _idle(self, claim: Claim) -> Term:
        symbol, table = claim.symbol, self.scene.table
        if symbol.role == "register":
            return table.terms.symbol(symbol.name, symbol.type)
        last = len(claim.table.rows) - 1
        row = claim.table.rows[last]
        if row.is_else and row.targets[claim.position] != ANY:
            return table.value(claim.table, last, claim.position)
        return self.builder.number(0, symbol.type.width)

    def _other_row(self, claim: Claim) -> tuple[str, Term] | None:
        for number, row in enumerate(claim.table.rows):
            cell = row.targets[claim.position]
            if number == claim.number or cell in (ANY, HOLD):
                continue
            value = self.scene.table.value(claim.table, number, claim.position)
            if self._always(claim, self._does(claim, value)):
                return row.id, value
        return None

    def _lost_bit(self, claim: Claim) -> tuple[int, Term] | None:
        """The highest bit that is kept, and what the other side does in those terms."""
        b, solver = self.builder, self.solver
        if claim.expected.sort() != claim.actual.sort() or solver.ask(claim.wrong) != "sat":
            return None
        if self._always(claim, b.equal(claim.expected, self._value(claim.expected))):
            return None
        kept, does = -1, list[Term]()
        for offset, leaf in leaves(claim.symbol.type):
            expected = b.bits(claim.expected, offset, leaf.width)
            actual = b.bits(claim.actual, offset, leaf.width)
            same = b.equal(expected, actual)
            if self._always(claim, same):
                does.append(same)
                continue
            cut = self._cut(claim, expected, actual)
            if cut is None:
                return None
            kept = cut[0]
            does.append(cut[1])
        return (kept, b.all(does)) if kept >= 0 else None

    def _cut(self, claim: Claim, expected: Term, actual: Term) -> tuple[int, Term] | None:
        b, width = self.builder, expected.sort().bv_size()
        for kept in reversed(range(1, width)):
            low = b.bits(expected, 0, kept)
            for signed in (False, True):
                same = b.equal(actual, b.resize(low, width, signed))
                if self._always(claim, same):
                    return kept - 1, same
        return None

    def _added_branch(self, claim: Claim) -> Term | None:
        b, solver = self.builder, self.solver
        known = self._conditions(claim)
        known += [b.negate(c) for c in known]
        for branch in self.scene.side.branches(claim.symbol)[:_MOST_BRANCHES]:
            if solver.ask(claim.wrong) != "sat":
                return None
            taken = branch if solver.holds(branch) else b.negate(branch)
            if not self._always(claim, taken) or solver.ask(claim.wins, b.negate(taken)) != "sat":
                continue
            if not any(
                solver.ask(claim.wins, b.negate(b.equal(taken, c))) == "unsat" for c in known
            ):
                return taken
        return None

    def _conditions(self, claim: Claim) -> list[Term]:
        """Every condition that the table and the row's own expression decide by."""
        terms, table = self.scene.table.terms, claim.table
        cells = [c for row in table.rows for c in row.conditions if c is not None]
        nodes = [*cells, *(c.node for c in table.conditions if c.node.type == BOOL)]
        below = nodes_below(n for n in expressions(table) if isinstance(n, Node))
        nodes += [n.args[0] for n in below if n.op == "if"]
        return [terms.truth(n) for n in nodes]
