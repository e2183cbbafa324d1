"""Structural units in the legs: two tables of instances held against each other."""

from __future__ import annotations

from collections.abc import Iterable

from spikewright.lct.combinational import Net
from spikewright.lct.compare import Options, compare_structure
from spikewright.lct.compare.composition import cut_of, flat_unit
from spikewright.lct.compare.result import PORT, Cell
from spikewright.lct.compile import class_name, compile_unit
from spikewright.lct.diagnostics import LctError
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.source import load_amaranth_text
from spikewright.lct.ir import Unit
from spikewright.lct.legs.children import python_children
from spikewright.lct.library import Library

__all__ = ["loop_cells", "same_shape"]


def loop_cells(
    unit: Unit, other: Unit, library: Library, elaborator: Elaborator, options: Options
) -> Iterable[Cell]:
    """Where two structural units differ.

    Nowhere, where instances and wires are the same; otherwise `other` is compiled, in a confined
    process as its text is a stranger's, and held against `unit`.
    """
    if same_shape(unit, other):
        return []
    try:
        design = load_amaranth_text(
            compile_unit(other, library),
            class_name(other.name),
            file=f"{other.name}.py",
            children=python_children(other, library),
            prefer=options.mapping.prefer(flat_unit(unit)),
            elaborator=elaborator,
            cut=cut_of(unit),
        )
    except (Refused, LctError) as error:
        text = f"the decoded table is not compiled: {error}"
        return [Cell("", PORT, "", "unknown", sentence=text)]
    return compare_structure(unit, design, options).cells


def same_shape(unit: Unit, other: Unit) -> bool:
    """Whether two structural units are the same but for the order of what they say."""
    return _shape(unit) == _shape(other)


def _shape(unit: Unit) -> object:
    """Ports, instances and wires, part by part, in no order."""
    ports = {(s.name, s.role, s.type) for s in unit.symbols.values()}
    parts = {
        (n, i.unit.name, tuple((p.name, p.value) for p in i.unit.parameters.values()))
        for n, i in unit.instances.items()
    }
    return ports, parts, sorted(Net(unit).wires)
