"""From a network's architecture to a netlist for ECP5: what is the same for all its networks.

The tile is synthesised once and placed sixteen times: for a chip of full-size cores that takes
twenty seconds in place of many minutes. The memories are left out of it, so that synthesis never
sees what they hold, and are put into each tile at the end: contents are exchanged later, in the
finished bitstream (`bitstream_contents`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spikewright.golden.architecture import Architecture
from spikewright.hdl.hosted import HostedMesh, SeedMemory
from spikewright.hdl.image import MEMORIES, SPACES
from spikewright.hdl.verilog import component_verilog, tile_verilog
from spikewright.tools.synth_tools import read_json, yosys

__all__ = ["NETLIST", "STEPS", "TOP", "Counts", "synthesise"]

TOP = "board"
NETLIST = "board.json"
STEPS = 4
"""How often `synthesise` reports progress."""

# What the board ties, see `HostedMesh`: known here, so that all that programs a core folds away.
_TIED = {
    "config__read": "0",
    "config__space": str(SPACES["seed"]),
    "config__address": "0",
    "config__word": "0",
}
_SHOWN = ("busy", "quiet", "carrying")
_STREAM = re.compile(r"(west|east|north|south)_(in|out)__")
_PORT = re.compile(r"^  (input|output) (?:\[(\d+):0\] )?(\S+);", re.MULTILINE)


@dataclass(frozen=True)
class Counts:
    """Cells of a netlist.

    Members
    -------
    luts, carries, flip_flops, distributed, block_rams : int
    """

    luts: int
    carries: int
    flip_flops: int
    distributed: int
    block_rams: int

    @property
    def cells(self) -> int:
        """Logic cells they take at least: two for a carry, four for 16 x 4 bits of memory."""
        return self.luts + 2 * self.carries + 4 * self.distributed


def synthesise(
    folder: Path,
    architecture: Architecture,
    attached: tuple[str, ...],
    advance: Callable[[int], None],
) -> Counts:
    """Leave the netlist `NETLIST` of the module `TOP` in a folder.

    Parameters
    ----------
    folder : Path
        Gets sources and the log of the last step, too.
    architecture : Architecture
    attached : tuple of str
    advance : callable
        Called `STEPS` times.

    Raises
    ------
    UserError
        Where yosys cannot do its part, with its reason.
    """
    tile = tile_verilog(architecture)
    (folder / "tile.v").write_text(tile + _tied_tile(tile), encoding="utf-8")
    seeds = component_verilog(SeedMemory(cores=architecture.cores), "seeds")
    (folder / "seeds.v").write_text(seeds, encoding="utf-8")
    board = component_verilog(HostedMesh(architecture, attached), TOP)
    (folder / "board.v").write_text(board, encoding="utf-8")
    advance(1)
    memories = [rf"\tile.core.{instance}" for instance in MEMORIES.values()]
    commands = [
        "scratchpad -set abc9.verify 0",
        "read_verilog tile.v",
        *(f"blackbox {memory}" for memory in memories),
        *_kept("tied_tile"),
    ]
    yosys(folder, commands)
    advance(1)
    commands = ["read_verilog tile.v seeds.v", "design -save all"]
    for memory in (*memories, "seeds"):
        commands += ["design -load all", *_kept(memory)]
    commands += [
        "design -reset",
        "read_verilog board.v tile.v seeds.v",
        "blackbox tile seeds",
        *_kept(TOP),
    ]
    yosys(folder, commands)
    advance(1)
    names = [_plain(name) for name in (TOP, "tied_tile", *memories, "seeds")]
    commands = [
        *(f"read_json {name}.part.json" for name in names),
        f"chtype -set tied_tile {TOP}/t:tile",
        "read_verilog -lib +/ecp5/cells_sim.v +/ecp5/cells_bb.v",
        f"hierarchy -top {TOP}",
        "flatten",
        "setundef -zero",
        "opt_expr",
        "opt_lut_ins -tech lattice",
        "opt_clean -purge",
        "tee -q -o stat.json stat -json",
        # Where each cell came from in the source would be half of the file.
        "setattr -unset src t:* %n */w:*",
        f"select {TOP}",
        f"write_json -selected {NETLIST}",
    ]
    yosys(folder, commands)
    advance(1)
    counts = read_json(folder / "stat.json")["design"]["num_cells_by_type"]
    return Counts(
        luts=counts.get("LUT4", 0),
        carries=counts.get("CCU2C", 0),
        flip_flops=counts.get("TRELLIS_FF", 0),
        distributed=counts.get("TRELLIS_DPR16X4", 0),
        block_rams=counts.get("DP16KD", 0),
    )


def _plain(module: str) -> str:
    return module.removeprefix("\\")


def _kept(module: str) -> list[str]:
    """Return commands that synthesise a module and write it, without the library's modules."""
    return [
        f"synth_ecp5 -top {module}",
        f"select {module}",
        f"write_json -selected {_plain(module)}.part.json",
        "select -clear",
    ]


def _tied_tile(verilog: str) -> str:
    """Return a module around the tile that has all its ports, and ties or drops some."""
    head = verilog[verilog.index("module tile(") :]
    head = head[: head.index("endmodule")]
    ports, connections, rest = [], [], []
    for direction, top, name in _PORT.findall(head):
        width = int(top or 0) + 1
        ports.append(f"{direction} [{width - 1}:0] {name}")
        if name in _TIED:
            connections.append(f".{name}({width}'d{_TIED[name]})")
        elif name == "config__data":
            connections.append(f".{name}({name} & {width}'hffffffff)")
        elif direction == "output" and name not in _SHOWN and not _STREAM.match(name):
            rest.append(f"  assign {name} = {width}'d0;")
        else:
            connections.append(f".{name}({name})")
    lines = [
        f"module tied_tile({', '.join(ports)});",
        f"  tile tile({', '.join(connections)});",
        *rest,
        "endmodule",
    ]
    return "\n".join([*lines, ""])
