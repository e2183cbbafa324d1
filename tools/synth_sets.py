"""What `spikewright synth` implements: named parts of the chip, as Verilog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from spikewright.golden.architecture import Architecture
from spikewright.hdl.generated.router import Router
from spikewright.hdl.parameters import accepted
from spikewright.hdl.tile import CORES
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

    def verilog(self, core: str = "event") -> str:
        """Return the text that is implemented, with a core of one of `hdl.tile.CORES`."""
        return _VERILOG[self.top](self.architecture, core)


def _core(architecture: Architecture, core: str) -> str:
    made = CORES[core]
    return component_verilog(made(**accepted(made, architecture)), "core")


def _router(architecture: Architecture, core: str) -> str:
    del core
    return component_verilog(Router(**accepted(Router, architecture)), "router")


_VERILOG: dict[str, Callable[[Architecture, str], str]] = {
    "core": _core,
    "router": _router,
    "tile": lambda architecture, core: tile_verilog(architecture, core=core),
    "mesh": lambda architecture, core: mesh_verilog(architecture, core=core),
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
