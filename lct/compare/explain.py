"""A difference in words: what it is, where it holds, and a filled-in row that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bitwuzla import Kind as Operation

from spikewright.lct.builder import Term
from spikewright.lct.compare.kinds import Named, Namer
from spikewright.lct.compare.result import Cell, Options
from spikewright.lct.compare.scene import Claim, Scene
from spikewright.lct.compare.words import Literal, Part, literals, parts
from spikewright.lct.context import phrase
from spikewright.lct.evaluate import pack
from spikewright.lct.reads import expressions, reads
from spikewright.lct.solver import Solver, minimal
from spikewright.lct.types import Int
from spikewright.lct.values import show
from spikewright.lct.witness import Shown, Witness, simplest

__all__ = ["Explainer"]

_LIMIT = 3.0
"""Seconds for a question whose answer only makes an explanation better."""


@dataclass(frozen=True)
class _Found:
    """A counterexample with the region around it."""

    witness: Witness
    region: tuple[str, ...]
    expected: int
    actual: int


class Explainer:
    """Explains the differences of one scene, with a solver of its own."""

    def __init__(self, scene: Scene, options: Options) -> None:
        self.scene, self.builder = scene, scene.builder
        limit = min(options.limit, _LIMIT)
        self.solver = Solver(scene.builder, limit)
        # A second one, because a solver that gives cores simplifies less.
        self.cores = Solver(scene.builder, limit, cores=True)
        for fact in scene.facts:
            self.solver.add(fact)
            self.cores.add(fact)
        self.namer = Namer(scene, self.solver)

    def explain(self, claim: Claim, plain: Cell) -> Cell:
        """The cell of a claim that fails; `plain` where the solver gives up on it."""
        named = self.namer.name(claim)
        if self.solver.ask(claim.wrong, *named.certain) != "sat":
            return plain
        found = self._found(claim, named)
        symbol, side = claim.symbol, self.scene.side
        actual = side.meaning(symbol, found.actual)
        shown = "x" if named.kind == "undefined" else f"code {found.actual}"
        if actual is not None and named.kind != "undefined":
            shown = show(actual, symbol.type)
        table, row, column = claim.place
        where = f" where {phrase(found.region)}" if found.region else ""
        expected = show(found.expected, symbol.type)
        text = f"table {table}, row {row}, column {column}: {named.does}{where}: "
        text += f"{expected} is expected, not {shown}"
        values = found.witness.values
        witness = {n: pack(v, self.scene.unit.symbols[n].type) for n, v in values.items()}
        return Cell(
            *claim.place, "different", named.kind, found.region, witness,
            {**found.witness.shown, "expected": expected, "actual": shown},
            found.expected, actual, text,
        )  # fmt: skip

    def _found(self, claim: Claim, named: Named) -> _Found:
        solver = self.solver
        witness = self._witness(claim, named)
        expected, actual = solver.value(claim.expected), solver.value(claim.actual)
        said = literals(self.scene, claim, solver)
        region = self._region(named.agreed, said)
        return _Found(witness, tuple(x.text for x in region), expected, actual)

    def _witness(self, claim: Claim, named: Named) -> Witness:
        """The smallest counterexample, at which the solver's values then are."""
        entries = self._entries(claim)
        if not named.certain:
            return simplest(self.solver, [claim.wrong], self.scene.table, entries)
        # Most often nothing depends on what is left open: try without fixing all inputs.
        choices = [
            self.builder.manager.substitute_term(claim.wrong, dict(choice))
            for choice in self._choices()
        ]
        if self.solver.ask(claim.wrong, *choices) == "sat":
            given = [claim.wrong, *choices]
            witness = simplest(self.solver, given, self.scene.table, entries)
            here = [
                self.builder.equal(t, self.builder.number(self.solver.value(t), t.sort().bv_size()))
                for t in self.scene.present.values()
            ]
            if self.solver.ask(claim.wins, claim.agrees, *here) == "unsat":
                self.solver.ask(claim.wrong, *here)
                return witness
        given = [claim.wrong, *named.certain]
        self.solver.ask(*given)
        return simplest(self.solver, given, self.scene.table, entries)

    def _choices(self) -> Iterator[Iterator[tuple[Term, Term]]]:
        """What is left open all zeros, and all ones."""
        for bit in (0, -1):
            yield (
                (t, self.builder.number(bit, t.sort().bv_size())) for t in self.scene.side.open()
            )

    def _entries(self, claim: Claim) -> list[Shown]:
        """What a counterexample shows: condition columns, what the table reads, and the rest."""
        terms, table = self.scene.table.terms, claim.table
        entries = [Shown(c.text, terms.bits(c.node), c.node.type) for c in table.conditions]
        roots = [c.node for c in table.conditions] + expressions(table)
        entries += [Shown(n, terms.bits(node), node.type) for n, node in reads(roots).items()]
        known = {e.name for e in entries}
        for part in reversed(parts(self.scene)):
            above = {part.name[:i] for i, c in enumerate(part.name) if c in ".["}
            if part.name not in known and not above & known:
                entries.append(Shown(part.name, part.term, part.type))
        return list({e.name: e for e in entries}.values())

    # ---- regions

    def _region(self, fixed: Sequence[Term], said: Sequence[Literal]) -> list[Literal]:
        """A few conditions that exclude, within the row, that both sides agree."""
        if self.cores.ask(*fixed, *(x.term for x in said)) != "unsat":
            return []
        core = {t.id() for t in self.cores.core()}
        left = [x for x in said if x.term.id() in core]
        if len(left) > 1:
            single = next((x for x in reversed(said) if self._suffices(fixed, [x])), None)
            left = [single] if single else left
        left = [left[i] for i in minimal(self.solver, fixed, [x.term for x in left])]
        for i, literal in enumerate(left):
            if literal.part is not None:
                left[i] = self._weaker(fixed, left[:i] + left[i + 1 :], literal, literal.part)
        return left

    def _suffices(self, fixed: Sequence[Term], held: Sequence[Literal]) -> bool:
        return self.solver.ask(*fixed, *(x.term for x in held)) == "unsat"

    def _weaker(
        self, fixed: Sequence[Term], others: Sequence[Literal], literal: Literal, part: Part
    ) -> Literal:
        """A condition on the same part that says less than its value and does as well.

        The first of `fixed` is that the row wins.
        """
        rest = [fixed[0], *(x.term for x in others)]
        for weaker in self._ranges(literal, part):
            if self._suffices(fixed, [*others, weaker]):
                same = self._suffices([*rest, weaker.term, self.builder.negate(literal.term)], [])
                return literal if same else weaker
        return literal

    def _ranges(self, literal: Literal, part: Part) -> list[Literal]:
        kind, b = part.type, self.builder
        value, number = literal.value, b.number(literal.value, kind.width)
        text = show(value, kind)
        if not isinstance(kind, Int) or kind.width == 1:
            return []
        signed = kind.signed
        at_most, at_least = (
            (Operation.BV_SLE, Operation.BV_SGE) if signed else (Operation.BV_ULE, Operation.BV_UGE)
        )
        zero = b.equal(part.term, b.number(0, kind.width))
        found = [] if value == 0 else [Literal(f"{part.name} is not 0", b.negate(zero))]
        if value != pack(kind.high, kind):
            found.append(Literal(f"{part.name} >= {text}", b.term(at_least, part.term, number)))
        if value != pack(kind.low, kind):
            found.append(Literal(f"{part.name} <= {text}", b.term(at_most, part.term, number)))
        for i in range(kind.width):
            bit = b.bits(part.term, i, 1)
            same = b.equal(bit, b.number(value >> i & 1, 1))
            found.append(Literal(f"{part.name}[{i}] = {value >> i & 1}", same))
        return found
