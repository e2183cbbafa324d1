"""What is in a hand-over folder: the Verilog, a bench with recorded vectors, and their company."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from spikewright.golden import Network
from spikewright.golden.architecture import Architecture
from spikewright.hdl.image import SPACES
from spikewright.tools.commands_load import write_images
from spikewright.tools.engine import FLAT_CORES
from spikewright.tools.errors import UserError
from spikewright.tools.export_ipxact import component
from spikewright.tools.export_texts import (
    MEMORY,
    bench_of,
    constraints,
    core_file,
    file_list,
    readme,
)
from spikewright.verif.axi_recorder import record_chip
from spikewright.verif.blocks import portable
from spikewright.verif.design import Design
from spikewright.verif.plain_bench import bench_files, run_icarus
from spikewright.verif.ports import parse_ports
from spikewright.verif.recorder import Program, check_against_golden, record
from spikewright.verif.vector_rows import Vectors
from spikewright.verif.vectors import VerilatedUnit

__all__ = ["LEFT_BY_BENCH", "MANIFEST", "Wanted", "bundle", "check_bench"]

MANIFEST = "manifest.json"
LEFT_BY_BENCH = ("tb/bench.vvp", "tb/result.txt")
"""What is there once somebody has run the bench as the README says."""

Show = Callable[[str], AbstractContextManager[None]]

_PAUSE = 0.2


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to export.

    Members
    -------
    top : {"chip", "mesh"}
    architecture : Architecture
        Its mesh included.
    attached : tuple of str
        Sides with streams.
    ticks : int
        Of the recorded program.
    seed : int
        Of the recorded program.
    core : {"event", "neuron"}
        Microarchitecture of the cores.
    network : Network or None
        What runs; None: a random one.
    """

    top: str
    architecture: Architecture
    attached: tuple[str, ...]
    ticks: int
    seed: int
    core: str = "event"
    network: Network | None = None

    def __post_init__(self) -> None:
        if self.ticks < 1:
            raise UserError(f"--ticks must be at least 1, not {self.ticks}.")
        if self.seed < 0:
            raise UserError(f"--seed must be at least 0, not {self.seed}.")
        if not self.attached:
            raise UserError("--attached must name a side at least, and names none.")

    @property
    def in_memories(self) -> bool:
        """The bench finds the network in the memories, and does not write it."""
        return self.top == "chip" and self.core == "event"


def bundle(wanted: Wanted, show: Show) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the text of every file by its path, and what the README says about the recording.

    Parameters
    ----------
    wanted : Wanted
    show : callable
        Takes the title of what is being done; the block lasts as long.

    Raises
    ------
    ToolError
        Where there is no Verilator, or what was recorded is not what the golden model does.
    """
    rtl, bench_name = _rtl(wanted, show), bench_of(wanted.top)
    program = _program(wanted)
    vectors, compared = _recorded(wanted, rtl, program, show)
    facts = {"ticks": wanted.ticks, "seed": wanted.seed, "rows": vectors.rows, "compared": compared}
    memory = MEMORY if wanted.in_memories else None
    bench = bench_files(vectors, bench_name, memory=memory)
    if wanted.top == "chip":
        bench |= _memories(program.network)
    files = rtl | {f"tb/{name}": text for name, text in bench.items()}
    files |= constraints(wanted.top)
    files["lint/waive.vlt"] = _waivers(rtl)
    files["files.f"] = file_list(list(rtl))
    held = [name for name in bench if memory and name.startswith(f"{memory}/")]
    files[f"spikewright_{wanted.top}.core"] = core_file(wanted.top, list(rtl), held, _version())
    if wanted.top == "chip":
        files |= _registers()
        files["ipxact/chip.xml"] = component(
            "chip",
            parse_ports("".join(rtl.values()), "chip"),
            [f"../{name}" for name in rtl],
            _version(),
            "Neurosynaptic cores behind AXI4-Lite and AXI4-Stream",
        )
    listed = sorted([*files, "README.md", MANIFEST])
    files["README.md"] = readme(wanted, facts, listed)
    files[MANIFEST] = _manifest(wanted, facts, files)
    return files, facts


def _rtl(wanted: Wanted, show: Show) -> dict[str, str]:
    from spikewright.hdl.verilog import chip_verilog, mesh_verilog, tile_verilog

    writes = chip_verilog if wanted.top == "chip" else mesh_verilog
    with show("Writing Verilog"):
        tile = portable(tile_verilog(wanted.architecture, core=wanted.core))
        whole = portable(writes(wanted.architecture, wanted.attached, core=wanted.core))
    if not whole.startswith(tile):
        raise AssertionError(f"the Verilog of a {wanted.top} must begin with that of its tile")
    return {"rtl/tile.v": tile, f"rtl/{wanted.top}.v": whole.removeprefix(tile)}


def _program(wanted: Wanted) -> Program:
    from spikewright.golden.programs import random_network, random_packets

    network = wanted.network or random_network(
        wanted.architecture, wanted.seed, attached=wanted.attached, density=0.3
    )
    return Program(
        network=network,
        ticks=wanted.ticks,
        packets=random_packets(network, wanted.seed, wanted.ticks),
        idle=_PAUSE,
        stall=_PAUSE,
        seed=wanted.seed,
        spaces=frozenset({SPACES["seed"]}) if wanted.in_memories else None,
    )


def _recorded(
    wanted: Wanted, rtl: dict[str, str], program: Program, show: Show
) -> tuple[Vectors, int]:
    """Return the vectors, and how many values were held against the golden model."""
    hierarchical = ("tile",) if wanted.architecture.cores > FLAT_CORES else ()
    sources = {Path(name).name: text for name, text in rtl.items()}
    with show("Compiling the chip"):
        unit = VerilatedUnit(Design(wanted.top, sources, hierarchical=hierarchical))
    with show("Recording vectors"), unit:
        if wanted.top == "chip":
            return record_chip(unit, "chip", program)
        recorded = record(unit, "mesh", program)
        return recorded.vectors, check_against_golden(recorded, program)


def _memories(network: Network) -> dict[str, str]:
    """Return the memory files of a network, as `spikewright load --memory` writes them."""
    with tempfile.TemporaryDirectory(prefix="spikewright-export-") as name:
        folder = Path(name) / MEMORY
        write_images(network, None, folder)
        return {f"{MEMORY}/{p.name}": p.read_text("utf-8") for p in sorted(folder.iterdir())}


def _registers() -> dict[str, str]:
    """Return the register map: page, C, Python, and the description that all are written from."""
    names = ("registers.md", "spikewright.h", "register_map.py", "registers.rdl")
    folder = resources.files("spikewright.hdl")
    return {f"registers/{name}": folder.joinpath(name).read_text("utf-8") for name in names}


def _waivers(rtl: dict[str, str]) -> str:
    names = {f"*/{Path(name).name}": text for name, text in rtl.items()}
    return "\n".join(["`verilator_config", *Design("mesh", names).waivers()]) + "\n"


def _version() -> str:
    return metadata.version("spikewright")


def _manifest(wanted: Wanted, facts: dict[str, Any], files: dict[str, str]) -> str:
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    content = {
        "written_by": "spikewright export",
        "version": _version(),
        "top": wanted.top,
        "core": wanted.core,
        "architecture": wanted.architecture.to_dict(),
        "attached": list(wanted.attached),
        "recording": facts,
        "files": dict(sorted(sums.items())),
    }
    return json.dumps(content, indent=2) + "\n"


def check_bench(files: dict[str, str], timeout: float = 600.0) -> int | None:
    """Play the vectors in Icarus as whoever takes the folder will.

    Returns
    -------
    int or None
        Cycles that agreed; None where Icarus is not installed.

    Raises
    ------
    UserError
        Where a cycle differs.
    """
    if shutil.which("iverilog") is None or shutil.which("vvp") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="spikewright-export-") as name:
        folder = Path(name)
        for path, text in files.items():
            if path.startswith(("rtl/", "tb/")):
                # The bench finds its vectors and memories from where it runs.
                place = folder / path.partition("/")[2]
                place.parent.mkdir(exist_ok=True)
                place.write_text(text, "utf-8")
        [bench] = [path.stem for path in folder.glob("*_bench.v")]
        verdict = run_icarus(sorted(folder.glob("*.v")), bench, folder, timeout=timeout)
    if not verdict.ok:
        first = next(iter(verdict.told), "nothing")
        raise UserError(
            f"The bench must pass in Icarus before it is handed over, and says: {first}"
        )
    return verdict.rows
