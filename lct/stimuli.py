"""Inputs under which a row of a table decides, and that show what it does, by the solver.

For each row: the smallest input; inputs at both sides of each boundary that the row or its values
look at; inputs where the row's value is no other row's, so that another action is seen; and some
that have little in common.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bitwuzla import Kind

from spikewright.lct.evaluate import pack
from spikewright.lct.execute import random_value
from spikewright.lct.ir import ANY, Node, Symbol, Table, Unit
from spikewright.lct.reads import depends, nodes_below, on_cycle, outputs_read, reads
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Answer, Builder, Solver, Term
from spikewright.lct.types import BOOL, Int
from spikewright.lct.values import leaves
from spikewright.lct.witness import Shown, simplest

__all__ = ["LIMIT", "Stimuli", "Stimulus"]

LIMIT = 5.0
"""Seconds for one question."""

_ORDERED = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True)
class Stimulus:
    """Packed values of all inputs and registers, and what they are good for."""

    why: str
    values: dict[str, int]


class Stimuli:
    """The search for one unit.

    Parameters
    ----------
    unit : Unit
        A logic unit without findings.
    seed : int
        Of what is drawn.
    limit : float
        Seconds for one question.
    """

    def __init__(self, unit: Unit, seed: int = 0, limit: float = LIMIT) -> None:
        self.unit, self.random = unit, Random(seed)
        self.builder = Builder()
        self.solver = Solver(self.builder, limit)
        self.now = UnitTerms(unit, self.builder)
        self.given = [s for s in unit.symbols.values() if s.role != "output"]
        for fact in self.now.facts:
            self.solver.add(fact)
        for assumption in unit.assumptions:
            self.solver.add(self.now.terms.truth(assumption.node))
        graph = depends(unit)
        looping = {name for part in on_cycle(graph) for name in part}
        for symbol in outputs_read(unit):
            if symbol.name in graph and symbol.name not in looping:
                outcome = self.now.outcome(symbol)
                self.solver.add(self.builder.equal(self._term(symbol), outcome))

    def _term(self, symbol: Symbol) -> Term:
        return self.now.terms.symbol(symbol.name, symbol.type)

    def can_win(self, table: Table, row: int) -> Answer:
        """Whether a row ever decides."""
        return self.solver.ask(self.now.wins(table, row))

    def of_row(self, table: Table, row: int, different: int = 4) -> list[Stimulus]:
        """Stimuli of a row that can win, none twice.

        Parameters
        ----------
        different : int
            How many that have little in common.
        """
        wins = self.now.wins(table, row)
        found: dict[tuple[int, ...], Stimulus] = {}
        for stimulus in self._all(table, row, wins, different):
            found.setdefault(tuple(stimulus.values.values()), stimulus)
        return list(found.values())

    def _all(self, table: Table, row: int, wins: Term, different: int) -> Iterator[Stimulus]:
        if self.solver.ask(wins) != "sat":
            return
        entries = [Shown(s.name, self._term(s), s.type) for s in self._read(table, row)]
        simplest(self.solver, [wins], self.now, entries)
        yield self._taken("smallest")
        for why, term in self._corners(table, row):
            if self.solver.ask(wins, term) == "sat":
                yield self._varied(why, [wins, term])
        yield from self._unlike_others(table, row, wins)
        for k in range(different):
            yield self._varied(f"drawn {k}", [wins])

    def _taken(self, why: str) -> Stimulus:
        """The solver's last answer."""
        return Stimulus(why, {s.name: self.solver.value(self._term(s)) for s in self.given})

    def _varied(self, why: str, held: list[Term]) -> Stimulus:
        """What meets `held`, with every part of every symbol as it was drawn where that fits."""
        b, held = self.builder, list(held)
        parts = [
            b.equal(
                b.bits(self._term(s), offset, kind.width), b.number(value >> offset, kind.width)
            )
            for s in self.given
            for value in (pack(random_value(s.type, self.random), s.type),)
            for offset, kind in leaves(s.type)
        ]
        self.random.shuffle(parts)
        self._keep(held, parts)
        self.solver.ask(*held)
        return self._taken(why)

    def _keep(self, held: list[Term], parts: list[Term]) -> None:
        """Add those parts that fit: all of them at once where they do, else by halves."""
        if not parts:
            return
        answer = self.solver.ask(*held, *parts)
        if answer == "sat":
            held += parts
        elif len(parts) > 1:
            half = len(parts) // 2
            self._keep(held, parts[:half])
            self._keep(held, parts[half:])

    def _read(self, table: Table, row: int) -> list[Symbol]:
        """Symbols in the order in which the table reads them, then the others."""
        cells = [c for r in table.rows for c in r.conditions if c is not None]
        cells += [c for c in table.rows[row].targets if isinstance(c, Node)]
        names = [path.partition(".")[0] for path in reads(cells)]
        first = [s for s in self.given if s.name.partition(".")[0] in names]
        return first + [s for s in self.given if s not in first]

    # ---- corners

    def _corners(self, table: Table, row: int) -> Iterator[tuple[str, Term]]:
        """Facts that each say something special about what the row looks at."""
        this = table.rows[row]
        roots = [c for c in (*this.conditions, *this.targets) if isinstance(c, Node)]
        if this.is_else:
            roots += [c for r in table.rows for c in r.conditions if c is not None]
        seen = set[Term]()
        for node in nodes_below(roots):
            for why, term in self._special(node):
                if term not in seen:
                    seen.add(term)
                    yield why, term

    def _special(self, node: Node) -> Iterator[tuple[str, Term]]:
        terms = self.now.terms
        if node.op in _ORDERED and all(isinstance(a.type, Int) for a in node.args):
            if all(a.type == BOOL for a in node.args):
                return
            yield from self._near(node.args[0], node.args[1], f"at {node.op}")
        elif node.op == "clamp":
            for limit in node.args[1:]:
                yield from self._near(node.args[0], limit, "at a limit of clamp")
        elif node.op == "trunc" and node.type.width < node.args[0].type.width:
            whole, signed = (
                terms.bits(node.args[0]),
                isinstance(node.type, Int) and node.type.signed,
            )
            cut = self.builder.resize(terms.bits(node), whole.sort().bv_size(), signed)
            yield "trunc drops something", self.builder.negate(self.builder.equal(whole, cut))
        elif node.op == "if" or (node.op in ("and", "or", "not") and node.type == BOOL):
            truth = terms.truth(node.args[0])
            yield f"true in {node.op}", truth
            yield f"false in {node.op}", self.builder.negate(truth)

    def _near(self, left: Node, right: Node, why: str) -> Iterator[tuple[str, Term]]:
        """One side equal to the other, one more and one less."""
        b = self.builder
        signed, (x, y) = self.now.terms.together(left, right)
        width = x.sort().bv_size() + 1
        x, y = b.resize(x, width, signed), b.resize(y, width, signed)
        for step, word in ((0, "equal"), (1, "one more"), (-1, "one less")):
            other = b.term(Kind.BV_ADD, y, b.number(step, width))
            yield f"{word} {why}", b.equal(x, other)

    # ---- another action

    def _unlike_others(self, table: Table, row: int, wins: Term) -> Iterator[Stimulus]:
        """Inputs at which each target's value is not what another row, or nothing, would give."""
        b = self.builder
        for k, target in enumerate(table.targets):
            if table.rows[row].targets[k] == ANY:
                continue
            value = self.now.value(table, row, k)
            others = [
                self.now.value(table, j, k)
                for j in range(len(table.rows))
                if table.rows[j].targets[k] != ANY
            ]
            zero = b.number(0, target.symbol.type.width)
            others += [self._term(target.symbol) if target.symbol.role == "register" else zero]
            left = list(dict.fromkeys(b.negate(b.equal(value, o)) for o in others if o != value))
            while left:
                if self.solver.ask(wins, b.all(left)) == "sat":
                    yield self._varied(f"{target.symbol.name} is no other row's", [wins, *left])
                    break
                if self.solver.ask(wins, left[0]) == "sat":
                    yield self._varied(
                        f"{target.symbol.name} is not another row's", [wins, left[0]]
                    )
                left = left[1:]
