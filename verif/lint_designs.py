"""What there is to lint: every unit that is generated from a table, and the tops made of them."""

from __future__ import annotations

from collections.abc import Sequence

from spikewright.golden.architecture import Architecture

from .design import Design
from .errors import ToolError

__all__ = ["TOPS", "lint_design", "lint_names"]

TOPS = ("tile", "mesh")
"""The hand-written structures."""

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
    from spikewright.hdl.verilog import mesh_verilog, tile_verilog

    if name == "tile":
        text = tile_verilog(architecture)
    elif name == "mesh":
        text = mesh_verilog(architecture, _ATTACHED)
    else:
        text = _unit(name, architecture)
    return Design(name, {f"{name}.v": text})


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
