"""Verilog of the parts of the chip: the text that simulators and synthesis read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from amaranth.back import verilog
from amaranth.lib import wiring

from spikewright.golden.architecture import Architecture
from spikewright.hdl.array import ChipArray
from spikewright.hdl.board import Board
from spikewright.hdl.chip import Chip
from spikewright.hdl.mesh import Mesh
from spikewright.hdl.tile import CORES, SIDES, Tile

__all__ = [
    "array_verilog",
    "board_verilog",
    "chip_verilog",
    "component_verilog",
    "mesh_verilog",
    "tile_verilog",
]


def component_verilog(component: wiring.Component, name: str) -> str:
    """Verilog of any component; the same text on any machine, so no source places."""
    with _uncollected():
        return str(verilog.convert(component, name=name, emit_src=False))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector from looking at what grows all the time: half the time of a large mesh."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def tile_verilog(architecture: Architecture, *, core: str = "event") -> str:
    """Verilog of the module `tile`, with a core of one of `hdl.tile.CORES`."""
    if core not in CORES:
        raise ValueError(f"core must be one of {', '.join(CORES)}, not {core!r}")
    return component_verilog(Tile(architecture, core), "tile")


def mesh_verilog(
    architecture: Architecture, attached: tuple[str, ...] = SIDES, *, core: str = "event"
) -> str:
    """Verilog of the module `mesh` and of the `tile` that it places, see `tile_verilog`."""
    tile = tile_verilog(architecture, core=core)
    return tile + component_verilog(Mesh(architecture, attached), "mesh")


def array_verilog(
    architecture: Architecture,
    chips: tuple[int, int],
    attached: tuple[str, ...] = SIDES,
    *,
    core: str = "event",
) -> str:
    """Verilog of chips side by side, as a module `mesh` with the ports of one mesh of all cores."""
    array = ChipArray(architecture, chips, attached)
    # The ports of a tile depend on how many cores its chip has.
    return tile_verilog(array.part, core=core) + component_verilog(array, "mesh")


def chip_verilog(
    architecture: Architecture, links: tuple[str, ...] = SIDES, *, core: str = "event"
) -> str:
    """Verilog of the module `chip`, with AXI ports, and of its `tile`, see `tile_verilog`."""
    tile = tile_verilog(architecture, core=core)
    return tile + component_verilog(Chip(architecture, links), "chip")


def board_verilog(
    architecture: Architecture,
    chips: tuple[int, int],
    links: tuple[str, ...] = SIDES,
    *,
    core: str = "event",
) -> str:
    """Verilog of the module `board`, and of the `chip` that it places, see `chip_verilog`."""
    board = Board(architecture, chips, links)
    chip = chip_verilog(board.part, links, core=core)
    return chip + component_verilog(board, "board")
