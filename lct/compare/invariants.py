"""What holds of table and HDL in every state that can be reached: guessed from runs, then proven.

Guesses are equalities, implications between values, and values that never change, over registers,
their fields and their bits. Those that a run refutes are dropped at once; the rest must follow from
each other over one step, and what does not is dropped until the others do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from bitwuzla import Kind

from spikewright.lct.compare.facts import (
    Fact,
    Guess,
    Part,
    Sample,
    agree,
    below,
    gray,
    is_value,
    offset_of,
    one_hot,
    where,
)
from spikewright.lct.compare.product import Product
from spikewright.lct.types import Enum
from spikewright.lct.values import leaves

__all__ = ["guesses"]

_FEW = 24
_WIDE = 96
_SMALL = 6


def guesses(product: Product, samples: Sequence[Sample]) -> list[Guess]:
    """Everything that all samples allow.

    Parameters
    ----------
    samples : sequence of Sample
        States that a run has passed, at least one.
    """
    table = [
        Part((("table", s.name, offset, leaf.width),))
        for s in product.registers
        for offset, leaf in leaves(s.type)
    ]
    small = [
        Part((("table", s.name, offset, leaf.width),))
        for s in product.registers
        for offset, leaf in leaves(s.type)
        if isinstance(leaf, Enum) or leaf.width <= 2
    ]
    hdl = [Part((("hdl", n, 0, len(r.bits)),)) for n, r in product.design.registers.items()]
    bits = [Part((("hdl", n, i, 1),)) for n, r in product.design.registers.items()
            for i in range(len(r.bits)) if 1 < len(r.bits) <= _FEW]  # fmt: skip
    bits += [Part(((p.pieces[0][0], p.pieces[0][1], p.pieces[0][2] + i, 1),))
             for p in small for i in range(p.width) if p.width > 1]  # fmt: skip
    mine = _Mine(samples)
    found = [*mine.constant([*table, *hdl, *bits])]
    whole = [
        Part((("table", s.name, 0, s.type.width),))
        for s in product.registers
        if sum(1 for _ in leaves(s.type)) > 1
    ]
    places = [
        Part((("hdl", p.pieces[0][1], i, 1),))
        for p in hdl
        if _FEW < p.width <= _WIDE
        for i in range(p.width)
    ]
    found += mine.equal([*whole, *table, *hdl], [*bits, *places], hdl)
    control = [p for p in small if len(mine.values(p)) <= _FEW]
    control += [p for p in hdl if p.width <= 16 and len(mine.values(p)) <= _FEW]
    joint = [Part(tuple(q for p in parts for q in p.pieces))
             for parts in ([p for p in control if p.pieces[0][0] == side]
                           for side in ("table", "hdl")) if len(parts) > 1]  # fmt: skip
    joint = [p for p in joint if len(mine.values(p)) <= _FEW]
    for when in [*control, *joint]:
        found += mine.among(when)
        found += mine.implied(when, [*table, *hdl, *bits])
        found += mine.gated(when, table, hdl)
    for one, two in combinations(small[:_SMALL], 2):
        pair = Part((*one.pieces, *two.pieces))
        found += mine.implied(pair, [p for p in hdl if p.width <= 2])
    return list({g.text: g for g in found}.values())


class _Mine:
    """Guesses over some samples."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = samples
        self._columns: dict[Part, tuple[int, ...]] = {}

    def column(self, part: Part) -> tuple[int, ...]:
        """A part's value in each sample."""
        if part not in self._columns:
            self._columns[part] = tuple(part.value(s) for s in self.samples)
        return self._columns[part]

    def values(self, part: Part) -> set[int]:
        """Values that a part has taken."""
        return set(self.column(part))

    def constant(self, parts: Iterable[Part]) -> Iterator[Guess]:
        """Parts that never change."""
        for part in parts:
            if len(self.values(part)) == 1:
                value = self.column(part)[0]
                yield Guess(f"{part} is {value}", is_value(part, value), plain=True)

    def among(self, part: Part) -> Iterator[Guess]:
        """That a part has no other values than those seen."""
        values = sorted(self.values(part))
        if 1 < len(values) < 1 << min(part.width, 30):
            facts = [is_value(part, v) for v in values]
            fact: Fact = (
                lambda b, s: b.any(f[0](b, s) for f in facts),
                lambda sample: part.value(sample) in values,
            )
            yield Guess(f"{part} in {values}", fact)

    def equal(
        self, parts: Sequence[Part], bits: Sequence[Part], hdl: Sequence[Part]
    ) -> Iterator[Guess]:
        """Parts that agree: as they are, inverted, in Gray code, or with a constant between."""
        slices = [
            Part((("hdl", p.pieces[0][1], low, width),))
            for p in hdl
            if p.width <= _WIDE
            for width in {q.width for q in parts if 1 < q.width < p.width}
            for low in range(p.width - width + 1)
        ]
        slices += [
            Part(((side, name, offset + low, size),))
            for side, name, offset, width in (p.pieces[0] for p in parts)
            if side == "table" and width <= _FEW
            for size in {q.width for q in hdl if 1 < q.width < width}
            for low in range(width - size + 1)
        ]
        groups: dict[tuple[int, tuple[int, ...]], Part] = {}
        for part in (*parts, *bits, *slices):
            column, full = self.column(part), (1 << part.width) - 1
            if len(set(column)) == 1:
                continue
            same = groups.setdefault((part.width, column), part)
            if same is not part:
                yield Guess(f"{part} is {same}", agree(same, part), plain=True)
            other = groups.get((part.width, tuple(v ^ full for v in column)))
            if other is not None:
                fact = agree(other, part, lambda b, x: b.term(Kind.BV_NOT, x), full.__xor__)
                yield Guess(f"{part} is not {other}", fact, plain=True)
        for one in parts:
            for two in hdl:
                if len(self.values(one)) == 1 or one.width == 1:
                    continue
                if one.width == two.width and one != two:
                    yield from self._coded(one, two)
                pairs = zip(self.column(one), self.column(two), strict=True)
                if one.width < two.width <= 1 << one.width and all(y == 1 << x for x, y in pairs):
                    fact = agree(one, two, one_hot(two.width), lambda x: 1 << x)
                    yield Guess(f"{two} is 1 << {one}", fact, plain=True)
                    yield Guess(f"{one} < {two.width}", below(one, two.width), plain=True)

    def _coded(self, one: Part, two: Part) -> Iterator[Guess]:
        full = (1 << one.width) - 1
        pairs = list(zip(self.column(one), self.column(two), strict=True))
        if all(y == x ^ x >> 1 for x, y in pairs):
            fact = agree(one, two, gray, lambda x: x ^ x >> 1)
            yield Guess(f"{two} is gray {one}", fact, plain=True)
        more, sums = {(y - x) & full for x, y in pairs}, {(y + x) & full for x, y in pairs}
        if len(more) == 1 and more != {0}:
            (value,) = more
            fact = agree(one, two, offset_of(Kind.BV_ADD, value), lambda x: (value + x) & full)
            yield Guess(f"{two} is {one} + {value}", fact, plain=True)
        if len(sums) == 1:
            (total,) = sums
            fact = agree(one, two, offset_of(Kind.BV_SUB, total), lambda x: (total - x) & full)
            yield Guess(f"{two} is {total} - {one}", fact, plain=True)

    def implied(self, when: Part, parts: Iterable[Part]) -> Iterator[Guess]:
        """Parts that have one value wherever `when` has one."""
        by_value = self._by_value(when)
        for part in parts:
            if len(self.values(part)) == 1 or part.pieces[0] in when.pieces:
                continue
            column = self.column(part)
            for value, places in by_value.items():
                seen = {column[i] for i in places}
                if len(seen) == 1:
                    (then,) = seen
                    fact = where(is_value(when, value), is_value(part, then))
                    yield Guess(f"{when} is {value}: {part} is {then}", fact)

    def gated(self, when: Part, table: Sequence[Part], hdl: Sequence[Part]) -> Iterator[Guess]:
        """Registers that agree wherever `when` has a value, and differ elsewhere."""
        by_value = self._by_value(when)
        for one in table:
            for two in hdl:
                a, c = self.column(one), self.column(two)
                if one.width != two.width or one.width < 2 or a == c:
                    continue
                for value, places in by_value.items():
                    if all(a[i] == c[i] for i in places) and len({a[i] for i in places}) > 1:
                        fact = where(is_value(when, value), agree(one, two))
                        yield Guess(f"{when} is {value}: {two} is {one}", fact)

    def _by_value(self, when: Part) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for i, value in enumerate(self.column(when)):
            found.setdefault(value, []).append(i)
        return found
