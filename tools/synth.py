"""Area and speed of a design on a target, read from the tools' report files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikewright.tools.synth_sets import Design
from spikewright.tools.synth_tools import (
    PINS,
    pins,
    place_and_route,
    plain_name,
    read_json,
    yosys,
)

__all__ = ["STEPS", "TARGETS", "Area", "CriticalPath", "Implementation", "Target", "implement"]

STEPS = 3
"""How often `implement` reports progress: after Verilog, synthesis, and place and route."""

BLOCK_RAM_FROM = 4097
"""Memories of so many bits or more must be block RAM; a scheduler of 4,096 bits is read at once."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A family of devices, or LUTs in general.

    Members
    -------
    name : str
    device : str
        What is placed and routed; empty where nothing is.
    megahertz : float
        What the tools aim for.
    before, after : tuple of str
        Commands of yosys up to the mapping of memories, and from there on, with {top}.
    luts, flip_flops, distributed, block_rams : tuple of str
        Beginnings of the names of such cells.
    options : tuple of str
        For nextpnr.
    cells : str
        What nextpnr counts logic in.
    """

    name: str
    device: str = ""
    megahertz: float = 0
    before: tuple[str, ...]
    after: tuple[str, ...]
    luts: tuple[str, ...]
    flip_flops: tuple[str, ...]
    distributed: tuple[str, ...] = ()
    block_rams: tuple[str, ...]
    options: tuple[str, ...] = ()
    cells: str = ""


TARGETS = {
    target.name: target
    for target in (
        Target(
            name="ecp5",
            device="LFE5U-85",
            megahertz=100,
            before=("synth_ecp5 -top {top} -run :map_ram",),
            after=("synth_ecp5 -top {top} -run map_ram:",),
            luts=("LUT4",),
            flip_flops=("TRELLIS_FF",),
            distributed=("TRELLIS_DPR16X4",),
            block_rams=("DP16KD", "PDPW16KD"),
            options=("--85k", "--out-of-context"),
            cells="TRELLIS_COMB",
        ),
        Target(
            name="ice40",
            device="HX8K",
            megahertz=60,
            before=("synth_ice40 -top {top} -run :map_ram",),
            after=("synth_ice40 -top {top} -run map_ram:",),
            luts=("SB_LUT4",),
            flip_flops=("SB_DFF",),
            block_rams=("SB_RAM40_4K",),
            options=("--hx8k", "--package", "ct256"),
            cells="ICESTORM_LC",
        ),
        Target(
            name="generic",
            before=("synth -flatten -top {top} -run begin:fine",),
            after=(
                "opt -fast -full",
                "opt -undriven -fine",
                "techmap",
                "opt -fast",
                "abc -lut 4",
                "opt -fast",
            ),
            luts=("$lut",),
            flip_flops=("$_DFF", "$_SDFF", "$_ALDFF"),
            block_rams=("$mem",),
        ),
    )
}
"""All targets by name."""


@dataclass(frozen=True)
class Area:
    """Cells after synthesis.

    Members
    -------
    luts, flip_flops, distributed, block_rams : int
        Of a generic target, `block_rams` are memories of any size.
    cells : int or None
        What the device spends on logic, carry chains and distributed RAM included.
    """

    luts: int
    flip_flops: int
    distributed: int
    block_rams: int
    cells: int | None = None


@dataclass(frozen=True)
class CriticalPath:
    """The slowest way from a register to a register, in ns."""

    begins: str
    ends: str
    logic: float
    routing: float
    steps: int


@dataclass(frozen=True)
class Implementation:
    """What came of a design on a target.

    Members
    -------
    design, target, device : str
    area : Area
    megahertz : float or None
        Highest clock, after routing.
    path : CriticalPath or None
    memories : dict
        Bits of each memory, by name.
    findings : list of str
        Large memories that are not block RAM.
    synthesis_seconds, place_and_route_seconds : float
    """

    design: str
    target: str
    device: str
    area: Area
    megahertz: float | None
    path: CriticalPath | None
    memories: dict[str, int]
    findings: list[str]
    synthesis_seconds: float
    place_and_route_seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return asdict(self)


def implement(
    design: Design,
    target: Target,
    folder: Path,
    *,
    megahertz: float | None = None,
    seed: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> Implementation:
    """Synthesise a design, and place and route it where the target is a device.

    Parameters
    ----------
    design : Design
    target : Target
    folder : Path
        Gets sources, netlists, logs and reports.
    megahertz : float, optional
        What the tools aim for.
    seed : int
        Of the placer.
    advance : callable
        Called `STEPS` times.

    Raises
    ------
    UserError
        Where a tool cannot do its part, with its reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "design.v").write_text(design.verilog(), encoding="utf-8")
    advance(1)
    began = time.monotonic()
    memories = _synthesise(target, design.top, folder)
    synthesis = time.monotonic() - began
    advance(1)
    counts = read_json(folder / "stat.json")["design"]["num_cells_by_type"]
    netlist = read_json(folder / "netlist.json")["modules"]
    began, cells, fastest, path = time.monotonic(), None, None, None
    if target.device:
        top = _boxed(target, design.top, folder, netlist)
        aim = megahertz or target.megahertz
        common = ["--json", f"{top}.json", "--top", top, "--report", "report.json", "-q"]
        common += ["--freq", str(aim), "--seed", str(seed), "--timing-allow-fail"]
        place_and_route(folder, target.name, [*target.options, *common])
        report = read_json(folder / "report.json")
        cells = report["utilization"][target.cells]["used"]
        fastest = min((c["achieved"] for c in report["fmax"].values()), default=None)
        path = _critical(report["critical_paths"])
    advance(1)
    return Implementation(
        design=design.name,
        target=target.name,
        device=target.device,
        area=Area(
            luts=_count(counts, target.luts),
            flip_flops=_count(counts, target.flip_flops),
            distributed=_count(counts, target.distributed),
            block_rams=_count(counts, target.block_rams),
            cells=cells,
        ),
        megahertz=fastest,
        path=path,
        memories=memories,
        findings=_unmapped(memories, target, netlist),
        synthesis_seconds=synthesis,
        place_and_route_seconds=time.monotonic() - began,
    )


def _synthesise(target: Target, top: str, folder: Path) -> dict[str, int]:
    """Run yosys; returns the bits of every memory before it was mapped."""
    commands = [
        # Abc proves its own result; for a full-size core that may take longer than all the rest.
        "scratchpad -set abc9.verify 0",
        "read_verilog design.v",
        *target.before,
        # Without the target's library, which holds what JSON cannot.
        "select -module {top}",
        "write_json -selected memories.json",
        "select -clear",
        *target.after,
        "tee -q -o stat.json stat -json",
        "write_json netlist.json",
    ]
    yosys(folder, [command.format(top=top) for command in commands])
    cells = read_json(folder / "memories.json")["modules"][top]["cells"]
    return {
        name: int(cell["parameters"]["WIDTH"], 2) * int(cell["parameters"]["SIZE"], 2)
        for name, cell in cells.items()
        if cell["type"].startswith("$mem")
    }


def _boxed(target: Target, top: str, folder: Path, netlist: dict[str, Any]) -> str:
    """Return the module to place; on iCE40 the design with shift registers in place of pins."""
    if target.name != "ice40":
        (folder / f"{top}.json").write_bytes((folder / "netlist.json").read_bytes())
        return top
    text = pins(netlist[top]["ports"], top)
    (folder / "pins.v").write_text(text, encoding="utf-8")
    commands = (
        "read_json netlist.json",
        "read_verilog pins.v",
        "read_verilog -lib +/ice40/cells_sim.v",
        f"hierarchy -top {PINS}",
        "flatten",
        "opt_clean",
        f"select -module {PINS}",
        f"write_json -selected {PINS}.json",
    )
    yosys(folder, list(commands))
    return PINS


def _count(counts: dict[str, int], kinds: tuple[str, ...]) -> int:
    return sum(number for name, number in counts.items() if name.startswith(kinds))


def _unmapped(memories: dict[str, int], target: Target, netlist: dict[str, Any]) -> list[str]:
    """Return a sentence for each large memory that none of the block RAMs is a part of."""
    blocks = [
        name
        for module in netlist.values()
        for name, cell in module["cells"].items()
        if cell["type"].startswith(target.block_rams)
    ]
    return [
        f"Memory {name} must map to block RAM, and its {bits:,} bits do not"
        for name, bits in memories.items()
        if bits >= BLOCK_RAM_FROM
        and not any(block == name or block.startswith(f"{name}.") for block in blocks)
    ]


def _critical(paths: list[dict[str, Any]]) -> CriticalPath | None:
    """Return the slowest path between registers, if there is any."""
    inner = [path for path in paths if "<async>" not in (path["from"], path["to"])]
    if not inner:
        return None
    path = max(inner, key=lambda p: sum(step["delay"] for step in p["path"]))["path"]
    spent = {"routing": 0.0, "logic": 0.0}
    for step in path:
        spent["routing" if step["type"] == "routing" else "logic"] += step["delay"]
    return CriticalPath(
        begins=plain_name(path[0]["from"]["cell"]),
        ends=plain_name(path[-1]["to"]["cell"]),
        logic=spent["logic"],
        routing=spent["routing"],
        steps=sum(step["type"] == "logic" for step in path),
    )
