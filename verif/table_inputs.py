"""Inputs and register states on which tables are run: all there are, or many that are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spikewright.lct.evaluate import unpack
from spikewright.lct.ir import Node, Unit
from spikewright.lct.reads import nodes_below, reads
from spikewright.lct.row_source import hdl_name
from spikewright.lct.types import Enum, Int, Struct
from spikewright.lct.values import leaves

__all__ = ["DRAWN", "MOST_BITS", "Inputs"]

MOST_BITS = 16
"""Bits of inputs and registers of which every value is run."""

DRAWN = 8_000
_WORD = 62
"""Bits of numbers that numpy's own integers hold in all that is done with them."""


_Key = tuple[str, int]
"""A symbol, and the place of a part's lowest bit in it."""


class Inputs:
    """Values of all symbols that some expressions read, a column each.

    Attributes
    ----------
    every : bool
        Whether there are no other values than these.
    """

    def __init__(self, unit: Unit, roots: Sequence[Node], seed: int) -> None:
        self.unit = unit
        self._numbers = _numbers(roots)
        parts = [
            (*_place(node), leaf, offset)
            for node in reads(roots).values()
            for offset, leaf in leaves(node.type)
        ]
        found = {(symbol, base + offset): leaf for symbol, base, leaf, offset in parts}
        bits = sum(leaf.width for leaf in found.values())
        self.every = bits <= MOST_BITS
        columns = self._all(found, bits) if self.every else self._drawn(found, seed)
        if self.every:
            columns = _kept(found, columns)
        self.count = len(next(iter(columns.values()))) if columns else 1
        self._packed: dict[str, Any] = {}
        for (symbol, offset), column in columns.items():
            wide = unit.symbols[symbol].type.width > _WORD
            part = (column.astype(object) if wide else column) << offset
            self._packed[symbol] = self._packed.get(symbol, 0) | part

    def _all(self, found: dict[_Key, Int | Enum], bits: int) -> dict[_Key, Any]:
        rest, columns = np.arange(1 << bits, dtype=np.int64), {}
        for key, leaf in found.items():
            columns[key] = rest & ((1 << leaf.width) - 1)
            rest = rest >> leaf.width
        return columns

    def _drawn(self, found: dict[_Key, Int | Enum], seed: int) -> dict[_Key, Any]:
        random = np.random.default_rng(seed)
        columns: dict[_Key, Any] = {}
        for key, leaf in found.items():
            columns[key] = self._column(leaf, random, list(columns.values()))
        return columns

    def _column(self, leaf: Int | Enum, random: np.random.Generator, before: list[Any]) -> Any:
        """Numbers of the tables and beside them, small ones, ends, any, and those of others."""
        if isinstance(leaf, Enum):
            return random.choice([v for _, v in leaf.members], DRAWN).astype(np.int64)
        mask, object_ = (1 << leaf.width) - 1, leaf.width > _WORD
        near = {n & mask for k in self._numbers for n in (k - 1, k, k + 1)} | {0, 1, mask}
        likely = random.choice(np.array(sorted(near), dtype=object), DRAWN)
        words = -(-leaf.width // 32)
        drawn = sum(
            random.integers(0, 1 << 32, DRAWN).astype(object) << (32 * k) for k in range(words)
        )
        column = np.where(random.random(DRAWN) < 0.6, likely, drawn & mask)
        if before:
            other = before[int(random.integers(len(before)))].astype(object) & mask
            column = np.where(random.random(DRAWN) < 0.15, other, column)
        return column if object_ else column.astype(np.int64)

    def arrays(self, *, wide: bool) -> dict[str, Any]:
        """Columns by the names in the HDL, packed."""
        columns = {hdl_name(n): np.zeros(self.count, dtype=np.int64) for n in self.unit.symbols}
        columns |= {hdl_name(n): c for n, c in self._packed.items()}
        wide = wide or any(c.dtype == object for c in columns.values())
        return {n: c.astype(object) if wide else c for n, c in columns.items()}

    def values(self, at: int) -> dict[str, int]:
        """One of the inputs, as values of symbols."""
        return {
            s.name: unpack(int(self._packed[s.name][at]) if s.name in self._packed else 0, s.type)
            for s in self.unit.symbols.values()
        }


def _kept(found: Mapping[_Key, Int | Enum], columns: Mapping[_Key, Any]) -> dict[_Key, Any]:
    """Leave out what is no enumerant."""
    kept: Any = True
    for key, leaf in found.items():
        if isinstance(leaf, Enum):
            kept = kept & np.isin(columns[key], [v for _, v in leaf.members])
    return {key: column[kept].ravel() for key, column in columns.items()}


def _numbers(roots: Sequence[Node]) -> list[int]:
    """Constants in expressions."""
    found = set()
    for node in nodes_below(roots):
        if node.op == "const" and not isinstance(node.type, Enum):
            found.add(int(node.value))
        elif node.op == "param":
            found.add(int(node.value[1]))
    return sorted(found)


def _place(node: Node) -> tuple[str, int]:
    """The symbol that a field belongs to, and the place of its lowest bit there."""
    if node.op == "symbol":
        return str(node.value), 0
    base = node.args[0]
    assert isinstance(base.type, Struct)
    symbol, at = _place(base)
    return symbol, at + base.type.offset(node.value)
