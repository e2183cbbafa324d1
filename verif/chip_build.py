"""The libraries of a compiled chip: a flat mesh, or a tile and the mesh around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from spikewright.golden.architecture import Architecture

from .build import build_library
from .chip_abi import TileLibrary
from .chip_glue import HARNESS, glue, harness, mesh_ports
from .design import Design, Options
from .errors import ToolError
from .harness import registered
from .mesh_wires import hollow
from .ports import Port, check_ports
from .tile_block import split_tile, tile_pins

__all__ = ["config_data", "flat_library", "tiled_library"]

_FOLDER = Path(__file__).parent
_TOP = "mesh"
_BLOCK = "tile_block"
# Ports that exist once a core: tiles that are compiled by themselves show them to the driver.
_AT_CORES = ("trace_", "late_", "overrun_", "refused_")


def config_data(design: Design) -> Port:
    """Return the port with the data of a configuration write, or refuse the design."""
    data = design.ports().get("config__data")
    if design.top != _TOP or data is None:
        raise ToolError(f"Design must be the mesh with its config port, not {design.top}")
    return data


def flat_library(
    design: Design,
    architecture: Architecture,
    attached: Sequence[str],
    options: Options,
    root: Path | None,
) -> tuple[Path, TileLibrary | None]:
    """Compile the mesh as one.

    Parameters
    ----------
    design : Design
        Its top is `mesh`; its ports are held against the architecture.
    architecture : Architecture
    attached : sequence of str
    options : Options
    root : Path or None
        Folder of builds, see `cache.default_root`.

    Returns
    -------
    Path
        The library, see chip_driver.cpp.
    None
        There is no tile by itself.
    """
    ports = _ports(design, architecture, attached)
    header = glue(architecture, attached, config_data(design).width)
    return _compile(design, ports, header, options=options, root=root), None


def tiled_library(
    design: Design,
    architecture: Architecture,
    attached: Sequence[str],
    options: Options,
    root: Path | None,
) -> tuple[Path, TileLibrary | None]:
    """Compile the tile and the mesh around it; see `flat_library`.

    Returns
    -------
    Path
        The library of the mesh.
    TileLibrary
        Functions of the tile's.
    """
    if options not in (Options(), Options(checked=True)):
        message = f"Options of a chip of compiled tiles must be none or checked, not {options}"
        raise ToolError(message)
    ports = _ports(design, architecture, attached)
    tile, rest = split_tile("".join(design.sources.values()))
    pins = Design("tile", {"tile.v": tile}).ports()
    inputs = registered(_BLOCK, "tile", pins, clock="take")
    block = Design(_BLOCK, {"tile.v": tile, f"{_BLOCK}.v": inputs})
    driver = {**_files("tile_driver.cpp"), "pins.h": tile_pins(pins, checked=options.checked)}
    functions = TileLibrary.load(build_library(block, driver, options=options, root=root))
    touched = {name: port for name, port in ports.items() if not name.startswith(_AT_CORES)}
    outputs = [name for name, port in touched.items() if port.direction == "output"]
    mesh = hollow(rest, pins, outputs, architecture.width)
    header = glue(architecture, attached, config_data(design).width, (pins, mesh))
    around = replace(design, sources={"mesh.v": mesh.verilog})
    library = _compile(around, touched, header, options=options, root=root, arrays=mesh.arrays)
    return library, functions


def _ports(design: Design, architecture: Architecture, attached: Sequence[str]) -> dict[str, Port]:
    """Return the ports that the architecture wants, which the design must have."""
    found = design.ports()
    ports = mesh_ports(architecture, attached, config_data(design).width)
    # Nothing is read back here.
    tied = {n: found[n] for n in ("config__read", "config__word") if n in found}
    check_ports(found, ports | tied, _TOP)
    return ports


def _compile(
    design: Design,
    ports: Mapping[str, Port],
    header: str,
    *,
    root: Path | None,
    options: Options | None = None,
    arrays: Mapping[str, tuple[Port, int]] | None = None,
) -> Path:
    """Compile a mesh in its harness; ``ports`` are those that the driver touches."""
    arrays = arrays or {}
    known = {*ports, *arrays}
    others = {name: port for name, port in design.ports().items() if name not in known}
    sources = {**design.sources, f"{HARNESS}.v": harness(ports, others, arrays)}
    return build_library(
        replace(design, top=HARNESS, sources=sources),
        {**_files("chip_driver.cpp", "chip_tiles.h"), "glue.h": header},
        ports={**ports, **{name: port for name, (port, count) in arrays.items() if not count}},
        options=options,
        root=root,
    )


def _files(*names: str) -> dict[str, str]:
    return {name: (_FOLDER / name).read_text() for name in names}
