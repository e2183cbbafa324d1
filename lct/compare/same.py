"""Cells of two tables that are the same text apart from names of rows, spaces and definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spikewright.lct.evaluate import ordered
from spikewright.lct.ir import Node, Table, Unit

__all__ = ["same_cells"]


class _Keys:
    """Numbers for expressions, equal for equal ones; a definition is what it stands for."""

    def __init__(self) -> None:
        self._of_node: dict[int, int] = {}
        self._of_shape: dict[object, int] = {}

    def __call__(self, node: Node) -> int:
        for n in ordered(node):
            if id(n) not in self._of_node:
                below = tuple(self._of_node[id(a)] for a in n.args)
                shape = (n.op, below, n.type, n.value)
                self._of_node[id(n)] = (
                    below[0]
                    if n.op == "ref"
                    else self._of_shape.setdefault(shape, len(self._of_shape))
                )
        return self._of_node[id(node)]


def same_cells(left: Unit, right: Unit) -> set[tuple[str, str, str]]:
    """Table, row and column of each cell that `right` has too, with the same conditions.

    In a priority table the rows above must be the same as well, in their order; for a row ``else``,
    all other rows.
    """
    keys = _Keys()
    there = {key for _, key in _cells(right, keys)}
    return {place for place, key in _cells(left, keys) if key in there}


def _cells(unit: Unit, keys: _Keys) -> Iterator[tuple[tuple[str, str, str], object]]:
    for table in unit.tables:
        guards: list[frozenset[int]] = []
        for row in table.rows:
            guards.append(frozenset(keys(c) for c in row.conditions if c is not None))
            before = _before(table, guards, row.is_else)
            for target, cell in zip(table.targets, row.targets, strict=True):
                says = keys(cell) if isinstance(cell, Node) else cell
                name = target.symbol.name
                key = (row.is_else, guards[-1], before, name, target.symbol.type, says)
                yield (table.name, row.id, name), key


def _before(table: Table, guards: list[frozenset[int]], is_else: bool) -> object:
    above: Iterable[frozenset[int]] = guards[:-1]
    if table.policy == "priority":
        return tuple(above)
    return frozenset(above) if is_else else ()
