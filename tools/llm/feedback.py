"""What a model is told of its own HDL: rows that differ, filled in, and nothing of the solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from spikewright.lct.compare.composition import INPUT, OUTPUT
from spikewright.lct.values import show

if TYPE_CHECKING:
    from spikewright.lct.compare import Cell
    from spikewright.lct.ir import Unit
    from spikewright.lct.legs import Leg

__all__ = ["MOST", "counterexamples"]

MOST = 24
"""Rows that a model is told at once: more would only say the same."""

MOST_OF_INSTANCES = 8
"""The same for a unit of instances, of which each row names every register."""


def counterexamples(unit: Unit, encoder: Leg) -> tuple[str, ...]:
    """One line for each difference of the encoder: inputs, what must come out, what does.

    A port, a register or a reset that is wrong as a whole has no inputs, and gets a sentence.
    """
    wrong = [c for c in encoder.cells if c.verdict == "different"]
    lines = list(dict.fromkeys(_line(unit, cell) for cell in wrong))
    most = MOST_OF_INSTANCES if unit.instances else MOST
    left = len(lines) - most
    return tuple(lines[:most] + ([f"and {left} more that differ"] if left > 0 else []))


def _line(unit: Unit, cell: Cell) -> str:
    if cell.expected is None or not (cell.witness or cell.trace):
        return cell.sentence or f"{cell.column} differs"
    inputs = {n: v for n, v in cell.shown.items() if n not in ("expected", "actual")}
    # A run from reset says all by itself: its last step is the row.
    given = "; then ".join(_steps(unit, cell)) if cell.trace else _row(inputs)
    if unit.instances:
        # Only what is not 0 is filled in.
        given = f"{given}, all else 0" if given else ""
    must = cell.shown.get("expected", _value(unit, cell, cell.expected))
    does = cell.shown.get("actual", _value(unit, cell, cell.actual))
    where = f"{cell.table}, row {cell.row}: " if cell.table else ""
    what = f"the next value of {cell.column}" if _is_register(unit, cell) else cell.column
    if unit.instances and cell.row != OUTPUT:
        inner = f"{cell.table}.{cell.column}"
        where, what = "", inner if cell.row == INPUT else f"the next value of {inner}"
    return f"{where}{given or 'all 0'}: {what} must be {must}, not {does}"


def _steps(unit: Unit, cell: Cell) -> Iterator[str]:
    """Inputs of each step from reset to the one that shows it, which is the row itself."""
    for number, given in enumerate(cell.trace):
        values = {n: show(v, unit.symbols[n].type) for n, v in given.items() if v}
        yield f"step {number} after reset: {_row(values) or 'all inputs 0'}"


def _row(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _is_register(unit: Unit, cell: Cell) -> bool:
    symbol = unit.symbols.get(cell.column)
    return symbol is not None and symbol.role == "register"


def _value(unit: Unit, cell: Cell, bits: int | None) -> str:
    if bits is None:
        return "undefined"
    inner = unit.instances[cell.table].unit if cell.table in unit.instances else unit
    symbol = unit.symbols.get(cell.column) or inner.symbols.get(cell.column)
    return show(bits, symbol.type) if symbol is not None else str(bits)
