"""What `spikewright synth` implements: named parts of the chip, as Verilog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from spikewright.golden.architecture import Architecture
from spikewright.hdl.generated.core import Core
from spikewright.hdl.generated.router import Router
from spikewright.hdl.parameters import accepted
from spikewright.hdl.verilog import component_verilog, mesh_verilog, tile_verilog

__all__ = ["SETS", "Design"]


@dataclass(frozen=True)
class Design:
    """A part of the chip in one size.

    Members
    -------
    name : str
    meaning : str
    architecture : Architecture
    top : str
        The module: ``core``, ``router``, ``tile`` or ``mesh``.
    """

    name: str
    meaning: str
    architecture: Architecture
    top: str

    def verilog(self) -> str:
        """Return the text that is implemented."""
        return _VERILOG[self.top](self.architecture)


def _core(architecture: Architecture) -> str:
    return component_verilog(Core(**accepted(Core, architecture)), "core")


def _router(architecture: Architecture) -> str:
    return component_verilog(Router(**accepted(Router, architecture)), "router")


_VERILOG: dict[str, Callable[[Architecture], str]] = {
    "core": _core,
    "router": _router,
    "tile": tile_verilog,
    "mesh": mesh_verilog,
}
_TINY = Architecture.preset("tiny")
_FULL = Architecture.preset("truenorth")
_QUARTER = replace(_FULL, axons=64, neurons=64)

SETS = {
    design.name: design
    for design in (
        Design("core-16", "16 x 16 core, preset tiny", _TINY, "core"),
        Design("core-64", "64 x 64 core", _QUARTER, "core"),
        Design("core-256", "256 x 256 core, preset truenorth", _FULL, "core"),
        Design("router", "router, preset truenorth", _FULL, "router"),
        Design("tile-256", "256 x 256 core with its router", _FULL, "tile"),
        Design("mesh-2x2-16", "2 x 2 tiles of 16 x 16", _TINY.with_mesh(2, 2), "mesh"),
        Design("mesh-2x2-64", "2 x 2 tiles of 64 x 64", _QUARTER.with_mesh(2, 2), "mesh"),
        Design("mesh-2x2-256", "2 x 2 tiles of 256 x 256", _FULL.with_mesh(2, 2), "mesh"),
    )
}
"""All designs by name."""
