"""Structural units in the legs: two tables of instances held against each other."""

from __future__ import annotations

from collections.abc import Iterator

from spikewright.lct.combinational import Net
from spikewright.lct.compare.result import PORT, Cell, Options
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

__all__ = ["loop_cells"]


def loop_cells(unit: Unit, other: Unit, library: Library, options: Options) -> Iterator[Cell]:
    """Where two structural units differ; nothing where instances and wires are the same."""
    del library, options
    if _shape(unit) != _shape(other):
        yield Cell("", PORT, "", "unknown", sentence="instances or connections are not the same")


def _shape(unit: Unit) -> object:
    """Ports, instances and wires, part by part, in no order."""
    ports = {(s.name, s.role, s.type.width) for s in unit.symbols.values()}
    parts = {
        (n, i.unit.name, tuple((p.name, p.value) for p in i.unit.parameters.values()))
        for n, i in unit.instances.items()
    }
    return ports, parts, set(Net(unit).wires)
