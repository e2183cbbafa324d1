"""Changes of the rows of logic tables: words, names, places, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spikewright.lct.diff.changes import Change, Region
from spikewright.lct.diff.declarations import prose_changes
from spikewright.lct.diff.joint import Joint, Side
from spikewright.lct.diff.text import Sheet, align
from spikewright.lct.ir import Table
from spikewright.lct.solver import Term

__all__ = ["Rows"]


class Rows:
    """Rows of both versions, paired."""

    def __init__(self, joint: Joint, old: Mapping[str, Sheet], new: Mapping[str, Sheet]) -> None:
        self.joint, self.old, self.new = joint, old, new

    def changes(self, regions: Sequence[Region]) -> list[Change]:
        """Every change of the logic tables' texts, in their order."""
        found: list[Change] = []
        titles = [t for t in {**self.old, **self.new} if t.startswith("Table ")]
        for title in titles:
            if title not in self.new or title not in self.old:
                what = "new" if title in self.new else "removed"
                sentence = f"table {title[6:]} is {what}"
                found.append(Change(title, "", what, "see regions", sentence))
            else:
                found += self._table(title, regions)
        return found

    def _table(self, title: str, regions: Sequence[Region]) -> Iterator[Change]:
        old, new, name = self.old[title], self.new[title], title[6:]
        pairs = align(old, new)
        touched = {r.old[1] for r in regions if r.old[0] == name}
        touched_new = {r.new[1] for r in regions if r.new[0] == name}
        if old.policy != new.policy:
            sentence = f"table {name}: {old.policy} -> {new.policy}"
            yield Change(title, "", "changed", "words" if not touched else "see regions", sentence)
        for row in pairs.removed:
            verdict = "see regions" if row in touched else "words"
            yield Change(title, row, "removed", verdict, f"row {row} is removed")
        for row in pairs.new:
            verdict = "see regions" if row in touched_new else "words"
            yield Change(title, row, "new", verdict, f"row {row} is new")
        for row, twin in pairs.pairs.items():
            if row != twin:
                sentence = f"row {row} is called {twin} now"
                yield Change(title, row, "renamed", "words", sentence)
            if row in pairs.moved:
                seen = row in touched or twin in touched_new
                verdict = "see regions" if seen else "words"
                yield Change(title, row, "moved", verdict, f"row {row} moved")
            yield from self._reworded(title, row, twin, row in touched or twin in touched_new)
            yield from prose_changes(title, "row", row, twin, (old, new))

    def _reworded(self, title: str, row: str, twin: str, touched: bool) -> Iterator[Change]:
        """A row whose cells read differently."""
        a, b = self.old[title].meant(row), self.new[title].meant(twin)
        columns = [c for c in {**a, **b} if a.get(c, "-") != b.get(c, "-")]
        if not columns:
            return
        texts = "; ".join(f"{c}: {a.get(c, '-')} -> {b.get(c, '-')}" for c in columns)
        verdict = "see regions" if touched else "words"
        sentence = f"row {row}: {texts}"
        if not touched and self._matches_elsewhere(title[6:], row, twin):
            sentence += " (it matches other inputs, where other rows do the same)"
        yield Change(title, row, "changed", verdict, sentence)

    def _matches_elsewhere(self, table: str, row: str, twin: str) -> bool:
        """Whether the row decides for other inputs than it did."""
        joint = self.joint
        wins = [_wins(joint.old, table, row), _wins(joint.new, table, twin)]
        unequal = joint.builder.negate(joint.builder.equal(*wins))
        return joint.ask(*joint.promised(), unequal) != "unsat"


def _wins(side: Side, table: str, row: str) -> Term:
    found: Table = next(t for t in side.unit.tables if t.name == table)
    return side.terms.wins(found, [r.id for r in found.rows].index(row))
