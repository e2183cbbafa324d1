"""Chips on a board: the AXI4-Streams of neighbours tied to each other, pin by pin.

Hand-written: the number of chips is a parameter, and all there is are wires between pins.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, ClockSignal, Instance, Module, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.hdl.array import part_of
from spikewright.hdl.chip_ports import axi_lite_members, chip_members
from spikewright.hdl.links import axis_members
from spikewright.hdl.mesh import OPPOSITE, STEP
from spikewright.hdl.tile import SIDES

__all__ = ["Board"]

Place = tuple[int, int]


class Board(wiring.Component):
    """Chips of equal size side by side, tied by their AXI4-Streams: one chip of all their cores.

    `m_axis_east` of a chip is `s_axis_west` of its eastern neighbour, and nothing lies between the
    pins. Each chip has its own AXI4-Lite slave and its own registers, and numbers its cores by
    itself. Ticks start together, when all chips are `due`: write the same to CONTROL and PERIOD of
    each. Every network then gives the same spikes and potentials as on one chip of all cores. Cost:
    the chips. A packet takes two cycles more from chip to chip than from core to core.

    Parameters
    ----------
    architecture : Architecture
        Of the whole: width and height count the cores of all chips.
    chips : (int, int)
        Chips along x and along y; they divide width and height.
    links : iterable of {"west", "east", "north", "south"}
        Sides at which each chip has streams. Those between chips must be among them; at the others
        packets that leave the board are dropped and counted by the chip that they leave.

    Members
    -------
    chip_{x}_{y}_s_axi_{aw,w,b,ar,r}... : the AXI4-Lite slave of a chip
    chip_{x}_{y}_irq : Out(1)
    s_axis_{side}_{k}_..., m_axis_{side}_{k}_... : AXI4-Streams
        At a side of the board, chip k along it.
    halt : In(1)
        No tick starts while it is high.
    due, quiescent : Out(1)
        All chips are.

    Raises
    ------
    ArchitectureError
        The chips do not divide the mesh, or a side between two of them has no streams.
    """

    def __init__(
        self, architecture: Architecture, chips: tuple[int, int], links: tuple[str, ...] = SIDES
    ) -> None:
        self.chips, self.links = chips, tuple(links)
        self.part = part_of(architecture, chips)
        self.places = [(x, y) for y in range(chips[1]) for x in range(chips[0])]
        for place in self.places:
            for side in SIDES:
                if self._beside(place, side) in self.places and side not in self.links:
                    raise ArchitectureError(
                        f"Links of a board must name each side between chips, and leave out {side}"
                    )
        members: dict[str, In | Out] = {"halt": In(1), "due": Out(1), "quiescent": Out(1)}
        for place in self.places:
            members |= axi_lite_members(f"{_name(place)}_s_axi") | {f"{_name(place)}_irq": Out(1)}
            for side in self.links:
                if self._beside(place, side) not in self.places:
                    members |= axis_members(_outside("s_axis", side, place), In)
                    members |= axis_members(_outside("m_axis", side, place), Out)
        super().__init__(members)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        pins = {place: self._place(m, place) for place in self.places}
        due, halt = (Cat(pins[place][name] for place in self.places) for name in ("due", "halt"))
        m.d.comb += [
            self.due.eq(due.all()),
            self.quiescent.eq(Cat(pins[place]["quiescent"] for place in self.places).all()),
            halt.eq(Cat((self.halt | ~self.due) for _ in self.places)),
        ]
        for place in self.places:
            for side in self.links:
                beside = self._beside(place, side)
                for signal in axis_members("", In):
                    into, out = f"s_axis_{side}{signal}", f"m_axis_{side}{signal}"
                    if beside in self.places:
                        # The other half of the tie is made where the neighbour is `place`.
                        ends = pins[place][into], pins[beside][f"m_axis_{OPPOSITE[side]}{signal}"]
                        back = signal == "_tready"
                        m.d.comb += ends[1].eq(ends[0]) if back else ends[0].eq(ends[1])
                        continue
                    for name, pin in (("s_axis", into), ("m_axis", out)):
                        own = getattr(self, _outside(name, side, place) + signal)
                        inner = pins[place][pin]
                        entering = (name == "s_axis") != (signal == "_tready")
                        m.d.comb += inner.eq(own) if entering else own.eq(inner)
        return m

    def _place(self, m: Module, place: Place) -> dict[str, Signal]:
        """Place a chip, and tie what is its alone; returns its pins."""
        pins, ports = {}, {"i_clk": ClockSignal(), "i_rst": ResetSignal()}
        for name, member in chip_members(self.links).items():
            pins[name] = pin = Signal(member.shape, name=f"{_name(place)}_{name}_pin")
            ports[f"{'i' if member.flow == In else 'o'}_{name}"] = pin
            own = getattr(self, f"{_name(place)}_{name}", None)
            if own is not None:
                m.d.comb += pin.eq(own) if member.flow == In else own.eq(pin)
        m.submodules[_name(place)] = Instance("chip", **ports)
        return pins

    @staticmethod
    def _beside(place: Place, side: str) -> Place:
        dx, dy = STEP[side]
        return place[0] + dx, place[1] + dy


def _name(place: Place) -> str:
    return f"chip_{place[0]}_{place[1]}"


def _outside(name: str, side: str, place: Place) -> str:
    """Return the name of a stream at a side of the board."""
    return f"{name}_{side}_{place[1] if side in ('west', 'east') else place[0]}"
