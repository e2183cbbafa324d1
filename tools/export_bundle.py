"""What is in a hand-over folder: the Verilog, a bench with recorded vectors, and their company."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.tools.errors import UserError
from spikewright.tools.export_texts import BENCH, constraints, core_file, file_list, readme

__all__ = ["LEFT_BY_BENCH", "MANIFEST", "Wanted", "bundle", "check_bench"]

MANIFEST = "manifest.json"
LEFT_BY_BENCH = ("tb/bench.vvp", "tb/result.txt")
"""What is there once somebody has run the bench as the README says."""

Show = Callable[[str], AbstractContextManager[None]]

# Verilator compiles a tile once instead of once a place; up to here the flat model builds as fast.
_FLAT_CORES = 9
_PAUSE = 0.2


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to export.

    Members
    -------
    architecture : Architecture
        Its mesh included.
    attached : tuple of str
        Sides with streams.
    ticks : int
        Of the recorded program.
    seed : int
        Of the recorded program.
    """

    architecture: Architecture
    attached: tuple[str, ...]
    ticks: int
    seed: int

    def __post_init__(self) -> None:
        if self.ticks < 1:
            raise UserError(f"--ticks must be at least 1, not {self.ticks}.")
        if self.seed < 0:
            raise UserError(f"--seed must be at least 0, not {self.seed}.")
        if not self.attached:
            raise UserError("--attached must name a side at least, and names none.")


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
    from spikewright.hdl.verilog import mesh_verilog, tile_verilog
    from spikewright.verif.blocks import portable

    with show("Writing Verilog"):
        tile = portable(tile_verilog(wanted.architecture))
        whole = portable(mesh_verilog(wanted.architecture, wanted.attached))
        if not whole.startswith(tile):
            raise AssertionError("the Verilog of a mesh must begin with that of its tile")
        rtl = {"rtl/tile.v": tile, "rtl/mesh.v": whole.removeprefix(tile)}
    bench, facts = _recorded(wanted, rtl, show)
    files = rtl | {f"tb/{name}": text for name, text in bench.items()}
    files |= constraints()
    files["lint/waive.vlt"] = _waivers(rtl)
    files["files.f"] = file_list(list(rtl))
    files["spikewright_mesh.core"] = core_file(list(rtl), _version())
    listed = sorted([*files, "README.md", MANIFEST])
    files["README.md"] = readme(wanted, facts, listed)
    files[MANIFEST] = _manifest(wanted, facts, files)
    return files, facts


def _recorded(
    wanted: Wanted, rtl: dict[str, str], show: Show
) -> tuple[dict[str, str], dict[str, Any]]:
    from spikewright.golden.programs import random_network, random_packets
    from spikewright.verif.design import Design
    from spikewright.verif.plain_bench import bench_files
    from spikewright.verif.recorder import Program, check_against_golden, record
    from spikewright.verif.vectors import VerilatedUnit

    network = random_network(
        wanted.architecture, wanted.seed, attached=wanted.attached, density=0.3
    )
    program = Program(
        network=network,
        ticks=wanted.ticks,
        packets=random_packets(network, wanted.seed, wanted.ticks),
        idle=_PAUSE,
        stall=_PAUSE,
        seed=wanted.seed,
    )
    hierarchical = ("tile",) if wanted.architecture.cores > _FLAT_CORES else ()
    sources = {Path(name).name: text for name, text in rtl.items()}
    with show("Compiling the chip"):
        unit = VerilatedUnit(Design("mesh", sources, hierarchical=hierarchical))
    with show("Recording vectors"), unit:
        recorded = record(unit, "mesh", program)
        compared = check_against_golden(recorded, program)
        rows = recorded.vectors.rows
        facts = {"ticks": wanted.ticks, "seed": wanted.seed, "rows": rows, "compared": compared}
        return bench_files(recorded.vectors, BENCH), facts


def _waivers(rtl: dict[str, str]) -> str:
    from spikewright.verif.design import Design

    names = {f"*/{Path(name).name}": text for name, text in rtl.items()}
    return "\n".join(["`verilator_config", *Design("mesh", names).waivers()]) + "\n"


def _version() -> str:
    import importlib.metadata

    return importlib.metadata.version("spikewright")


def _manifest(wanted: Wanted, facts: dict[str, Any], files: dict[str, str]) -> str:
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    content = {
        "written_by": "spikewright export",
        "version": _version(),
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
    from spikewright.verif.plain_bench import run_icarus

    if shutil.which("iverilog") is None or shutil.which("vvp") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="spikewright-export-") as name:
        folder = Path(name)
        for path, text in files.items():
            if path.startswith(("rtl/", "tb/")):
                (folder / Path(path).name).write_text(text, "utf-8")
        verdict = run_icarus(sorted(folder.glob("*.v")), BENCH, folder, timeout=timeout)
    if not verdict.ok:
        first = next(iter(verdict.told), "nothing")
        raise UserError(
            f"The bench must pass in Icarus before it is handed over, and says: {first}"
        )
    return verdict.rows
