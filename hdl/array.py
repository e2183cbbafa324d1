"""Many chips as one: meshes with a link on every side, wired to their neighbours.

Hand-written: the number of chips is a parameter. Nothing is decided here; which chip the number
of a core means is wiring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import Out

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.hdl.links import Link, attach
from spikewright.hdl.mesh import OPPOSITE, STEP, Mesh, edge_length
from spikewright.hdl.tile import SIDES

__all__ = ["ChipArray", "part_of"]

_COUNTERS = ("late", "overrun", "refused")
# What makes a core act; all other fields of the configuration port go to every chip.
_COMMANDS = ("enable", "read")


def part_of(architecture: Architecture, chips: tuple[int, int]) -> Architecture:
    """Return the architecture of each of some equal chips, along x and along y, that make a whole.

    Raises
    ------
    ArchitectureError
        They do not divide its width and height.
    """
    for name, count in zip(("width", "height"), chips, strict=True):
        size = getattr(architecture, name)
        if count < 1 or size % count:
            raise ArchitectureError(
                f"Chips along the {name} must divide the {size} cores there, not be {count}"
            )
    return architecture.with_mesh(architecture.width // chips[0], architecture.height // chips[1])


@dataclass
class _Chip:
    """One chip: its place among the others, its mesh, and a link for each side that has one."""

    x: int
    y: int
    mesh: Mesh
    links: dict[str, Link]

    def beside(self, side: str) -> tuple[int, int]:
        """The place of the neighbour at a side."""
        dx, dy = STEP[side]
        return self.x + dx, self.y + dy


class ChipArray(Mesh):
    """Chips of equal size, side by side, that behave as one mesh of all their cores.

    Each chip is a `Mesh` with a `Link` at each side that is attached to something. All chips start
    their ticks together, and the array is quiescent when no packet is inside a chip or a link, so
    every network gives the same spikes and potentials as on one mesh. From chip to chip a packet is
    two cycles longer under way, and packets that cross at one side share its link.

    Parameters
    ----------
    architecture : Architecture
        Of the whole: width and height count the cores of all chips.
    chips : (int, int)
        Chips along x and along y; they divide width and height.
    attached : iterable of {"west", "east", "north", "south"}
        Sides of the array with streams in and out; they go through a link with another at its end.

    Members
    -------
    As of a `Mesh` of the whole.
    """

    def __init__(
        self,
        architecture: Architecture,
        chips: tuple[int, int],
        attached: tuple[str, ...] = SIDES,
    ) -> None:
        self.part = part_of(architecture, chips)
        super().__init__(architecture, attached)
        self.chips = chips

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        columns, rows = self.chips
        chips = {(x, y): self._chip(m, x, y) for y in range(rows) for x in range(columns)}
        links = [link for chip in chips.values() for link in chip.links.values()]
        for chip in chips.values():
            for side in SIDES:
                neighbour = chips.get(chip.beside(side))
                if neighbour is not None:
                    wiring.connect(
                        m, chip.links[side].send, neighbour.links[OPPOSITE[side]].receive
                    )
                elif side in chip.links:
                    links.append(self._outside(m, chip, side))
                else:
                    self._dropped(m, chip, side)
        self._configure(m, list(chips.values()))
        for chip in chips.values():
            self._observe(m, chip)
        self._tick(m, [chip.mesh for chip in chips.values()], links)
        return m

    def _chip(self, m: Module, x: int, y: int) -> _Chip:
        """Place a chip, and a link at each side that leads somewhere."""
        inner = {
            "west": x > 0,
            "east": x < self.chips[0] - 1,
            "north": y < self.chips[1] - 1,
            "south": y > 0,
        }
        sides = tuple(side for side in SIDES if inner[side] or side in self.attached)
        mesh = Mesh(self.part, sides)
        links = {side: Link(self.part, edge_length(self.part, side)) for side in sides}
        m.submodules[f"chip_{x}_{y}"] = mesh
        for side, link in links.items():
            m.submodules[f"link_{x}_{y}_{side}"] = link
            attach(m, mesh, side, link)
        return _Chip(x, y, mesh, links)

    def _ports(self, chip: _Chip, side: str) -> Iterator[tuple[int, int]]:
        """Ports of a chip's side: their numbers at the chip, and at the array."""
        count = edge_length(self.part, side)
        along = chip.y if side in ("west", "east") else chip.x
        for p in range(count):
            yield p, p + count * along

    def _outside(self, m: Module, chip: _Chip, side: str) -> Link:
        """Lead a side of a chip to ports of the array."""
        link = chip.links[side]
        m.submodules[f"end_{chip.x}_{chip.y}_{side}"] = end = Link(self.part, link.positions)
        wiring.connect(m, link.send, end.receive)
        wiring.connect(m, end.send, link.receive)
        for p, port in self._ports(chip, side):
            into, out = getattr(self, f"{side}_in_{port}"), getattr(self, f"{side}_out_{port}")
            wiring.connect(m, wiring.flipped(into), getattr(end, f"leaving_{p}"))
            wiring.connect(m, getattr(end, f"entering_{p}"), wiring.flipped(out))
        return end

    def _dropped(self, m: Module, chip: _Chip, side: str) -> None:
        """Show the counters of a side with nothing attached."""
        for p, port in self._ports(chip, side):
            count = getattr(chip.mesh, f"off_mesh_{side}_{p}")
            m.d.comb += getattr(self, f"off_mesh_{side}_{port}").eq(count)

    def _cores(self, chip: _Chip) -> Iterator[tuple[int, int]]:
        """Cores of a chip: their numbers at the chip, and at the array."""
        width, height = self.part.width, self.part.height
        for c in range(self.part.cores):
            x, y = chip.x * width + c % width, chip.y * height + c // width
            yield c, x + self.architecture.width * y

    def _configure(self, m: Module, chips: list[_Chip]) -> None:
        """Lead the configuration to the chip that has the core, under the number it has there."""
        chosen = [Signal(name=f"chosen_{chip.x}_{chip.y}") for chip in chips]
        core = Signal.like(chips[0].mesh.config.core, name="core")
        with m.Switch(self.config.core):
            for chip, choice in zip(chips, chosen, strict=True):
                for own, number in self._cores(chip):
                    with m.Case(number):
                        m.d.comb += [choice.eq(1), core.eq(own)]
        for name, member in self.config.signature.members.items():
            whole = getattr(self.config, name)
            parts = [getattr(chip.mesh.config, name) for chip in chips]
            if member.flow == Out:
                m.d.comb += whole.eq(_any(parts))
                continue
            for part, choice in zip(parts, chosen, strict=True):
                value = whole & choice if name in _COMMANDS else core if name == "core" else whole
                m.d.comb += part.eq(value)

    def _observe(self, m: Module, chip: _Chip) -> None:
        """Show what a chip's cores show."""
        for own, number in self._cores(chip):
            wiring.connect(
                m,
                getattr(chip.mesh, f"trace_{own}"),
                wiring.flipped(getattr(self, f"trace_{number}")),
            )
            for counter in _COUNTERS:
                count = getattr(chip.mesh, f"{counter}_{own}")
                m.d.comb += getattr(self, f"{counter}_{number}").eq(count)

    def _tick(self, m: Module, meshes: list[Mesh], links: list[Link]) -> None:
        """Start all ticks together, and wait for all of them and for what is between them."""
        carrying = _any([link.carrying for link in links])
        unsettled = Signal()
        with m.If(self.start & carrying):
            m.d.sync += unsettled.eq(1)
        m.d.comb += [
            *(mesh.start.eq(self.start) for mesh in meshes),
            *(mesh.slot.eq(self.slot) for mesh in meshes),
            self.busy.eq(_any([mesh.busy for mesh in meshes])),
            self.quiescent.eq(~(_any([~mesh.quiescent for mesh in meshes]) | carrying)),
            self.unsettled.eq(_any([mesh.unsettled for mesh in meshes]) | unsettled),
        ]


def _any(values: list[Any]) -> Value:
    """OR of values of one width."""
    result: Value = values[0]
    for value in values[1:]:
        result = result | value
    return result
