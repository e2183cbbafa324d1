"""What there is to lint: every unit that is generated from a table, and the tops made of them."""

from __future__ import annotations

from collections.abc import Sequence

from spikewright.golden.architecture import Architecture

from .design import Design
from .errors import ToolError

__all__ = ["TOPS", "lint_design", "lint_names"]

TOPS = ("tile", "mesh", "chip", "tile/neuron", "mesh/neuron", "chip/neuron", "board")
"""The hand-written structures, after a slash the core in them if it is not `event`."""

# So that both kinds of edge are there: streams, and counters of what is dropped.
_ATTACHED = ("west", "east")


def lint_names() -> list[str]:
    """Return every unit with hardware of its own, and the tops."""
    from spikewright.lct.library import Library

    library = Library()
    kinds = ("logic", "structure")
    return [name for name in library.names() if library.unit(name).kind in kinds] + list(TOPS)


def lint_design(name: str, architecture: Architecture) -> Design:
    """Return the Verilog of a unit or of a top.

    Parameters
    ----------
    name : str
        A name of `lint_names`.
    architecture : Architecture
    """
    top, _, core = name.partition("/")
    text = _top(top, architecture, core or "event") if name in TOPS else _unit(name, architecture)
    return Design(top, {f"{top}.v": text})


def _top(name: str, architecture: Architecture, core: str) -> str:
    from spikewright.hdl.verilog import board_verilog, chip_verilog, mesh_verilog, tile_verilog

    if name == "tile":
        return tile_verilog(architecture, core=core)
    if name == "mesh":
        return mesh_verilog(architecture, _ATTACHED, core=core)
    if name == "chip":
        return chip_verilog(architecture, _ATTACHED, core=core)
    # Two chips side by side, each of the whole size.
    double = architecture.with_mesh(2 * architecture.width, architecture.height)
    return board_verilog(double, (2, 1), _ATTACHED, core=core)


def _unit(name: str, architecture: Architecture) -> str:
    from spikewright.hdl.parameters import accepted
    from spikewright.hdl.verilog import component_verilog
    from spikewright.lct.library import Library
    from spikewright.lct.load import load_class

    names: Sequence[str] = lint_names()
    if name not in names:
        raise ToolError(f"Unit must be one of {', '.join(names)}, not {name!r}")
    made = load_class(name, Library())
    return component_verilog(made(**accepted(made, architecture)), name)
