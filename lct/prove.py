"""Proof that the compiled class of a unit does what its tables say.

The class is elaborated by the front end for HDL of any style, and held against the table as any
other HDL is: see `spikewright.lct.compare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spikewright.lct.compare import Options, compare_design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_component
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.load import make_component
from spikewright.lct.solver import LIMIT

__all__ = ["Deviation", "prove_component", "prove_unit"]


@dataclass(frozen=True)
class Deviation:
    """A value of the hardware that is not the table's, or may not be.

    Attributes
    ----------
    table, row, symbol : str
        Whose value differs; the row is ``reset`` where a register starts from another value.
    verdict : str
        ``different``, or ``unknown`` where the solver gave up.
    witness : mapping of str to int
        Packed values of inputs and registers for which they differ.
    """

    table: str
    row: str
    symbol: str
    verdict: str
    witness: Mapping[str, int]


def prove_unit(
    name: str,
    library: Library | None = None,
    overrides: Mapping[str, int] | None = None,
    limit: float = LIMIT,
    elaborator: Elaborator | None = None,
) -> list[Deviation]:
    """Compare the compiled class of a logic unit with its tables.

    Cells with ``*`` leave the hardware free; assumptions hold.

    Parameters
    ----------
    overrides : mapping of str to int
        Base parameters, of the class and of the table; those that the unit lacks are ignored.
    limit : float
        Seconds for each question.
    elaborator : Elaborator
        A process to use; one of its own by default.

    Returns
    -------
    list of Deviation
        Empty where table and hardware are proven equal.
    """
    library = library or Library()
    unit, component = library.unit(name, overrides), make_component(name, library, overrides)
    return prove_component(unit, component, limit, elaborator)


def prove_component(
    unit: Unit, component: object, limit: float = LIMIT, elaborator: Elaborator | None = None
) -> list[Deviation]:
    """Compare any Amaranth component that has a unit's ports and registers with its tables.

    See `prove_unit`.
    """
    prefer = [symbol.name for symbol in unit.by_role("register")]
    design = load_component(component, unit.name, prefer=prefer, elaborator=elaborator)
    found = compare_design(unit, design, Options(limit=limit, explain=False))
    return [
        Deviation(c.table, c.row, c.column, c.verdict, c.witness)
        for c in found.cells
        if c.verdict in ("different", "unknown")
    ]
