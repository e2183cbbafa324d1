"""Figures of an implementation, read from the reports of yosys and nextpnr."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from spikewright.tools.synth_targets import Target
from spikewright.tools.synth_tools import plain_name

__all__ = [
    "BLOCK_RAM_FROM",
    "Area",
    "CriticalPath",
    "Implementation",
    "Unit",
    "area_of",
    "latches",
    "memory_bits",
    "misfits",
    "slowest_path",
    "units_of",
    "unmapped",
]

BLOCK_RAM_FROM = 4097
"""Memories of so many bits or more must be block RAM; a scheduler of 4,096 bits is read at once."""

_LATCHES = ("$dlatch", "$adlatch", "$dlatchsr", "$sr", "$_DLATCH")
_NAMES = {
    "luts": "LUTs",
    "flip_flops": "registers",
    "block_rams": "block RAMs",
    "multipliers": "multipliers",
}


@dataclass(frozen=True)
class Area:
    """Cells after synthesis.

    Members
    -------
    luts, flip_flops, distributed, block_rams, multipliers : int
        Of a generic target, `block_rams` are memories of any size.
    cells : int or None
        What the device spends on logic, carry chains and distributed RAM included.
    """

    luts: int
    flip_flops: int
    distributed: int
    block_rams: int
    multipliers: int
    cells: int | None = None


@dataclass(frozen=True)
class Unit:
    """What one unit takes, synthesised by itself, all its places in the design together.

    Members
    -------
    name : str
        Where it stands in the design; empty for the design's own logic between its parts.
    count : int
        How often the design has it.
    area : Area
    """

    name: str
    count: int
    area: Area


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
    design, core, target, device : str
    area : Area
    units : list of Unit
        Areas without what is saved across units; empty where they were not asked for.
    megahertz : float or None
        Highest clock, after routing.
    path : CriticalPath or None
    memories : dict
        Bits of each memory, by name.
    findings : list of str
        Large memories that are not block RAM, and latches.
    misfits : list of str
        What the device has too little of; nothing is placed then.
    synthesis_seconds, place_and_route_seconds : float
    """

    design: str
    core: str
    target: str
    device: str
    area: Area
    units: list[Unit]
    megahertz: float | None
    path: CriticalPath | None
    memories: dict[str, int]
    findings: list[str]
    misfits: list[str]
    synthesis_seconds: float
    place_and_route_seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return asdict(self)


def area_of(counts: dict[str, int], target: Target, times: int = 1) -> Area:
    """Return the area of cells, whose numbers `stat` of yosys gives by type."""

    def count(kinds: tuple[str, ...]) -> int:
        return times * sum(number for name, number in counts.items() if name.startswith(kinds))

    return Area(
        luts=count(target.luts),
        flip_flops=count(target.flip_flops),
        distributed=count(target.distributed),
        block_rams=count(target.block_rams),
        multipliers=count(target.multipliers),
    )


_NOTHING = Area(0, 0, 0, 0, 0)


def _sum(one: Area, other: Area) -> Area:
    return Area(
        luts=one.luts + other.luts,
        flip_flops=one.flip_flops + other.flip_flops,
        distributed=one.distributed + other.distributed,
        block_rams=one.block_rams + other.block_rams,
        multipliers=one.multipliers + other.multipliers,
    )


def units_of(modules: dict[str, dict[str, Any]], top: str, target: Target) -> list[Unit]:
    """Return the area of each unit that has cells of its own.

    Parameters
    ----------
    modules : dict
        Of `stat` of yosys, over a design whose modules were kept.
    top : str
    target : Target
    """
    cells = {name.lstrip("\\"): module["num_cells_by_type"] for name, module in modules.items()}
    counts: dict[str, int] = {}

    def visit(name: str, times: int) -> None:
        counts[name] = counts.get(name, 0) + times
        for kind, number in cells[name].items():
            if kind in cells:
                visit(kind, times * number)

    visit(top, 1)
    units: dict[str, Unit] = {}
    for module, count in sorted(counts.items()):
        name = _unit_name(module, top)
        before = units.get(name, Unit(name, 0, _NOTHING))
        area = _sum(before.area, area_of(cells[module], target, count))
        units[name] = Unit(name, before.count + count, area)
    return [unit for unit in units.values() if unit.area != _NOTHING]


def _unit_name(module: str, top: str) -> str:
    """Return a unit's place in the design; yosys numbers modules of equal names."""
    return re.sub(r"\$\d+$", "", module).removeprefix(top).removeprefix(".")


def memory_bits(cells: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Return the bits of each memory among the cells of a netlist, by name."""
    return {
        name: int(cell["parameters"]["WIDTH"], 2) * int(cell["parameters"]["SIZE"], 2)
        for name, cell in cells.items()
        if cell["type"].startswith("$mem")
    }


def latches(module: dict[str, Any]) -> list[str]:
    """Return a sentence for each latch in a netlist from before it was mapped."""
    found = []
    for cell in module["cells"].values():
        if cell["type"].startswith(_LATCHES):
            bits = set(cell["connections"]["Q"])
            names = [
                name
                for name, net in module["netnames"].items()
                if not net["hide_name"] and bits & set(net["bits"])
            ]
            found.append(f"Signal {min(names, default='?')} must not be a latch, and is one")
    return found


def unmapped(memories: dict[str, int], target: Target, netlist: dict[str, Any]) -> list[str]:
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


def misfits(design: str, area: Area, target: Target) -> list[str]:
    """Return a sentence for each kind of cell that the device has too little of."""
    return [
        f"Design {design} must have at most {room:,} {_NAMES[name]} on {target.device}, "
        f"not {getattr(area, name):,}"
        for name, room in target.room
        if getattr(area, name) > room
    ]


def slowest_path(paths: list[dict[str, Any]]) -> CriticalPath | None:
    """Return the slowest path between registers, of a report of nextpnr, if there is any."""
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
