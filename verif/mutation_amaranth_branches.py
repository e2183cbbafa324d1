"""Faults in the branches of Amaranth: which there are, in which order, and under what guards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from .mutation import Candidate, Change
from .mutation_amaranth_source import Branch, Source

__all__ = ["branch_candidates"]


def branch_candidates(source: Source) -> Iterator[Candidate]:
    """Everything that could be planted in branches."""
    for chain in source.chains():
        yield from _branches(source, chain)
        yield from _guards(source, chain)


def _empty(source: Source, branch: Branch) -> Change:
    """A branch that does nothing."""
    body = branch.node.body
    (start, _), (_, end) = source.span(body[0]), source.span(body[-1])
    return Change(start, end, "pass")


def _does_nothing(branch: Branch) -> bool:
    return isinstance(branch.node.body[0], ast.Pass)


def _body(source: Source, branch: Branch) -> str:
    body = branch.node.body
    return source.text[source.span(body[0])[0] : source.span(body[-1])[1]]


def _exchange(source: Source, one: Branch, two: Branch) -> tuple[Change, ...]:
    """Two branches with guards and bodies of each other."""
    changes = []
    for this, that in ((one, two), (two, one)):
        assert this.guard is not None
        assert that.guard is not None
        start, end = source.span(this.node.body[0])[0], source.span(this.node.body[-1])[1]
        changes += [
            source.change(this.guard, source.of(that.guard)),
            Change(start, end, _body(source, that)),
        ]
    return tuple(changes)


def _branches(source: Source, chain: list[Branch]) -> Iterator[Candidate]:
    for k, branch in enumerate(chain):
        place = source.row(branch.node)
        if not _does_nothing(branch):
            change = _empty(source, branch)
            yield Candidate("removed branch", "body gone", (change,), "", *place)
        start, end = source.block(branch.node)
        if k or branch.word == "Case":
            change = Change(start, end, "")
            yield Candidate("removed branch", "branch gone", (change,), "", *place)
        elif chain[1:] and chain[1].word == "Elif":
            following = source.text.index("m.Elif(", end)
            change = Change(source.text.index("m.If(", start), following + 7, "m.If(")
            yield Candidate("removed branch", "first gone", (change,), "", *place)
        if branch.word in ("If", "Elif"):
            yield from _added(source, branch, chain, place)
    for one, two in pairwise(chain):
        same = one.word == "Case" and two.word == "Case"
        if one.guard and two.guard and not same and _body(source, one) != _body(source, two):
            changes = _exchange(source, one, two)
            yield Candidate("swapped priority", "neighbours", changes, "", *source.row(one.node))
    guarded = [b for b in chain if b.guard and b.word != "Case"]
    if len(guarded) > 2:
        changes = _exchange(source, guarded[0], guarded[-1])
        place = source.row(guarded[0].node)
        yield Candidate("swapped priority", "first and last", changes, "", *place)


def _added(
    source: Source, branch: Branch, chain: list[Branch], place: tuple[str, str]
) -> Iterator[Candidate]:
    start, end = source.block(branch.node)
    indent = " " * branch.node.col_offset
    for other in chain:
        if other is branch or _does_nothing(other):
            continue
        body = _body(source, other)
        for bit in source.bits()[:6]:
            new = f"{indent}with m.{branch.word}({bit}):\n{indent}    {body}\n"
            after = source.text[start:end].replace(f"m.{branch.word}(", "m.Elif(", 1)
            change = Change(start, end, new + after)
            yield Candidate("added branch", "in front", (change,), "", *place)
    written = [n for n in ast.walk(branch.node) if isinstance(n, ast.AugAssign)]
    for bit in source.bits()[:6]:
        for statement in written[:2]:
            parts = statement.value
            first = parts.elts[0] if isinstance(parts, ast.List) else parts
            assert isinstance(first, ast.Call)
            assert isinstance(first.func, ast.Attribute)
            target = source.symbol(first.func.value)
            last = source.block(chain[-1].node)[1]
            domain, left = source.of(statement.target), source.of(first.func.value)
            new = f"{indent}with m.If({bit}):\n{indent}    {domain} += {left}.eq(0)\n"
            change = Change(last, last, new)
            name = target.name if target else ""
            yield Candidate("added branch", "behind", (change,), name, place[0])


def _guards(source: Source, chain: list[Branch]) -> Iterator[Candidate]:
    for branch in chain:
        if branch.guard is None or branch.word == "Case":
            continue
        place, guard = source.row(branch.node), source.of(branch.guard)
        for bit in source.bits()[:8]:
            for sense in (bit, f"~{bit}"):
                wide = source.change(branch.guard, f"({guard}) | {sense}")
                narrow = source.change(branch.guard, f"({guard}) & {sense}")
                yield Candidate("widened guard", "or", (wide,), "", *place)
                yield Candidate("narrowed guard", "and", (narrow,), "", *place)
        always = source.change(branch.guard, "1")
        never = source.change(branch.guard, "0")
        yield Candidate("widened guard", "always", (always,), "", *place)
        yield Candidate("narrowed guard", "never", (never,), "", *place)
        negated = source.change(branch.guard, f"({guard}) == 0")
        yield Candidate("wrong operator", "negated guard", (negated,), "", *place)
        for node in ast.walk(branch.guard):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
                for side in (node.left, node.right):
                    change = source.change(node, source.of(side))
                    yield Candidate("widened guard", "operand gone", (change,), "", *place)
