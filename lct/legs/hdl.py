"""HDL that a stranger wrote, and the way to a design: everything about it is confined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spikewright.lct.compare.composition import cut_of, flat_unit
from spikewright.lct.compare.mapping import Mapping
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_verilog
from spikewright.lct.front.netlist import Cell
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.source import load_amaranth_text
from spikewright.lct.ir import Unit
from spikewright.lct.legs.children import children, python_children
from spikewright.lct.library import Library

__all__ = ["HEAVIEST", "LONGEST", "Hdl", "Language", "load_hdl"]

Language = Literal["verilog", "amaranth"]

HEAVIEST = 8_000_000
"""Bits that all operations of a design have together."""

_SQUARE = ("$mul", "$div", "$mod", "$divfloor", "$modfloor", "$pow")

LONGEST = 1 << 20
"""Bytes of HDL that are read."""


@dataclass(frozen=True)
class Hdl:
    """Source text, data only: nothing here runs it outside of a confined process.

    Attributes
    ----------
    text : str
    language : {"verilog", "amaranth"}
    top : str
        The module, or the component class, that is the unit.
    """

    text: str
    language: Language
    top: str


def load_hdl(
    unit: Unit,
    hdl: Hdl,
    elaborator: Elaborator | None = None,
    library: Library | None = None,
) -> Design:
    """Elaborate HDL that is to be held against a unit.

    Parameters
    ----------
    unit : Unit
        Its registers' names are preferred, its external instances are cut out; for a structural
        unit, the compiler's own sources of the instances' units stand beside the text, unless the
        text has modules of their names itself.
    hdl : Hdl
    elaborator : Elaborator, optional
        A process for Verilog; one of its own by default. Python always gets a process of its own.
    library : Library, optional
        Where the instances' units are compiled from; the project's own by default.

    Raises
    ------
    Refused
        The text has no exact meaning as hardware, or is too long, or tries what it may not.
    """
    if len(hdl.text.encode("utf-8", "replace")) > LONGEST:
        raise Refused("size", hdl.top, f"HDL has at most {LONGEST} bytes, not more")
    if not hdl.top.isascii() or not hdl.top.isidentifier():
        raise Refused("name", "", f"a module or class is a plain name, not {hdl.top!r}")
    prefer, cut = Mapping().prefer(flat_unit(unit)), cut_of(unit)
    if hdl.language == "amaranth":
        return _bounded(
            load_amaranth_text(
                hdl.text,
                hdl.top,
                file=f"{unit.name}.py",
                children=python_children(unit, library),
                prefer=prefer,
                elaborator=elaborator,
                cut=cut,
            )
        )
    sources = {f"{unit.name}.v": hdl.text, **children(unit, hdl.text, library or Library())}
    return _bounded(load_verilog(sources, hdl.top, prefer=prefer, elaborator=elaborator, cut=cut))


def _bounded(design: Design) -> Design:
    """The design, unless its operations are too much for a solver."""
    bits = sum(_weight(cell) for cell in design.netlist.cells.values())
    if bits > HEAVIEST:
        text = f"operations have at most {HEAVIEST} bits together, not {bits}"
        raise Refused("size", design.name, text)
    return design


def _weight(cell: Cell) -> int:
    """Bits of an operation; of a product or quotient, bit by bit."""
    widths = sorted(len(bits) for bits in cell.pins.values())
    return widths[-1] * (widths[-2] if cell.kind in _SQUARE and len(widths) > 1 else 1)
