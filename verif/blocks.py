"""What can be verified: the blocks by name, and the Verilog of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES
from spikewright.verif.design import Design
from spikewright.verif.errors import ToolError

# Yosys has each `always @*` listen to a register of its own, so that it runs once at the start.
# Icarus 11 gives that register its value before anyone listens, and the outputs of registers that
# never change would stay unknown. (`always_comb` would run by itself, but lets Icarus oscillate.)
_FIRST_EVENT = re.compile(r"reg (\\\$auto\$verilog_backend\S+\s*)= 0;")

__all__ = ["BLOCKS", "CORES", "Block", "block_named", "for_icarus", "portable"]


CORES = ("event", "neuron")
"""Microarchitectures of a core, see `hdl.tile.CORES`."""


def for_icarus(verilog: str) -> str:
    """Return Verilog that Amaranth wrote such that Icarus knows every output from the start."""
    return _FIRST_EVENT.sub(r"reg \1; initial #0 \1 = 0;", verilog)


def portable(verilog: str) -> str:
    """Return Verilog that Amaranth wrote such that any simulator can run it; others see no change.

    Icarus defines ``__ICARUS__`` by itself. Verilator would refuse the delay, which it cannot have.
    """

    def both(match: re.Match[str]) -> str:
        plain, delayed = match[0], for_icarus(match[0])
        return f"\n`ifdef __ICARUS__\n  {delayed}\n`else\n  {plain}\n`endif\n"

    return _FIRST_EVENT.sub(both, verilog)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of the chip with an environment of its own.

    Members
    -------
    name : str
    bench : {"chip", "router", "axi"}
        Which environment.
    width, height : int
        Cores of the mesh.
    chips : (int, int)
        Chips that make up the mesh, along x and along y.
    attached : tuple of str
        Sides with streams; at the others packets are dropped and counted. With the bench "axi"
        these are AXI4-Streams, which also tie chips to each other.
    meaning : str
    core : {"event", "neuron"}
        Microarchitecture of the cores, see `hdl.tile.CORES`.
    """

    name: str
    bench: str
    width: int = 1
    height: int = 1
    chips: tuple[int, int] = (1, 1)
    attached: tuple[str, ...] = SIDES
    meaning: str
    core: str = "event"

    @property
    def top(self) -> str:
        """The top module."""
        if self.bench == "axi":
            return "chip" if self.chips == (1, 1) else "board"
        return "router" if self.bench == "router" else "mesh"

    def shaped(self, architecture: Architecture) -> Architecture:
        """Return the architecture with this block's mesh."""
        return architecture.with_mesh(self.width, self.height)

    def verilog(self, architecture: Architecture) -> str:
        """Return the Verilog to verify."""
        from spikewright.hdl.verilog import (
            array_verilog,
            board_verilog,
            chip_verilog,
            component_verilog,
            mesh_verilog,
        )

        whole = self.shaped(architecture)
        if self.top == "board":
            return board_verilog(whole, self.chips, self.attached, core=self.core)
        if self.top == "chip":
            return chip_verilog(whole, self.attached, core=self.core)
        if self.chips != (1, 1):
            return array_verilog(whole, self.chips, self.attached, core=self.core)
        if self.bench == "chip":
            return mesh_verilog(whole, self.attached, core=self.core)
        from spikewright.hdl.generated.router import Router
        from spikewright.hdl.parameters import accepted

        return component_verilog(Router(**accepted(Router, architecture)), "router")

    def design(
        self, architecture: Architecture, sim: str = "verilator", verilog: str | None = None
    ) -> Design:
        """Return what the simulator is made from.

        Parameters
        ----------
        architecture : Architecture
        sim : {"verilator", "icarus"}
        verilog : str, optional
            Stands in for the block's own, port for port.
        """
        text = verilog if verilog is not None else self.verilog(architecture)
        if sim == "icarus":
            text = for_icarus(text)
        return Design(self.top, {f"{self.top}.v": text})


BLOCKS = {
    block.name: block
    for block in (
        Block(name="router", bench="router", meaning="one router, all five ports"),
        Block(name="core", bench="chip", meaning="one core with its router"),
        Block(name="mesh2x2", bench="chip", width=2, height=2, meaning="2 x 2 cores"),
        # Two sides are left open, so that packets are also dropped and counted.
        Block(
            name="mesh3x2",
            bench="chip",
            width=3,
            height=2,
            attached=("west", "north"),
            meaning="3 x 2 cores, packets dropped in the east and south",
        ),
        Block(
            name="array2x1",
            bench="chip",
            width=4,
            height=2,
            chips=(2, 1),
            attached=("west", "east", "north"),
            meaning="two chips of 2 x 2 cores, linked to each other and to the outside",
        ),
        Block(
            name="chip",
            bench="axi",
            width=2,
            height=2,
            attached=("west", "east"),
            meaning="a chip of 2 x 2 cores through its AXI ports alone",
        ),
        Block(
            name="board2x1",
            bench="axi",
            width=4,
            height=2,
            chips=(2, 1),
            attached=("west", "east", "north"),
            meaning="two chips of 2 x 2 cores, tied by their AXI4-Streams",
        ),
    )
}


def block_named(name: str, core: str = "event") -> Block:
    """Return a block with cores of some microarchitecture, or say which there are."""
    if name not in BLOCKS:
        raise ToolError(f"Block must be one of {', '.join(BLOCKS)}, not {name!r}")
    if core not in CORES:
        raise ToolError(f"Core must be one of {', '.join(CORES)}, not {core!r}")
    if core != "event" and BLOCKS[name].bench == "router":
        raise ToolError(f"Core of block {name} must be event, not {core!r}: it has none")
    return replace(BLOCKS[name], core=core)
