"""The mesh: X x Y tiles, linked to their neighbours, and the ports at its edges.

Hand-written: a structure table names its instances one by one, and the number of tiles is a
parameter. The tile is emitted once and placed by name, since Amaranth would otherwise write it out
for each place (an 8 x 8 mesh: 25 MB of Verilog instead of 0.7 MB).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amaranth.hdl import ClockSignal, Instance, Module, ResetSignal, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture
from spikewright.hdl.generated.chip import packet_layout
from spikewright.hdl.generated.edge_drop import EdgeDrop
from spikewright.hdl.parameters import accepted
from spikewright.hdl.tile import SIDES, ConfigSignature, TraceSignature

__all__ = ["OPPOSITE", "STEP", "Mesh", "edge_length", "edges"]

STEP = {"west": (-1, 0), "east": (1, 0), "north": (0, 1), "south": (0, -1)}
OPPOSITE = {"west": "east", "east": "west", "north": "south", "south": "north"}


def edge_length(architecture: Architecture, side: str) -> int:
    """Ports along a side of the mesh."""
    return architecture.height if side in ("west", "east") else architecture.width


def edges(architecture: Architecture) -> Iterator[tuple[str, int]]:
    """Each port position at the edge of the mesh: side and place along it."""
    for side in SIDES:
        for p in range(edge_length(architecture, side)):
            yield side, p


class Mesh(wiring.Component):
    """A mesh of tiles; +x is east, +y is north.

    Parameters
    ----------
    architecture : Architecture
    attached : iterable of {"west", "east", "north", "south"}
        Sides with streams in and out. At the other sides packets that leave are dropped and
        counted, and none come in.

    Members
    -------
    config : In(ConfigSignature)
        One write a cycle, between ticks only; reads too. A core that is none never answers.
    start, slot : In
        Begin the tick whose number modulo the delay slots is `slot`.
    busy : Out(1)
        Some core runs its tick.
    quiescent : Out(1)
        No core runs, and no packet is under way inside the mesh.
    unsettled : Out(1)
        Since reset a tick was started while a packet was under way: it may have come to its core in
        a later tick than it was meant for, too late for the core to tell.
    {side}_in_{p}, {side}_out_{p} : streams of packets
        At attached sides; p counts along the side.
    trace_{c} : Out(TraceSignature)
    late_{c}, overrun_{c}, refused_{c} : Out(16)
        Error counters of core c.
    off_mesh_{side}_{p} : Out(16)
        Packets dropped at a side where nothing is attached.
    """

    def __init__(self, architecture: Architecture, attached: tuple[str, ...] = SIDES) -> None:
        self.architecture, self.attached = architecture, tuple(attached)
        self.packets = stream.Signature(packet_layout(**accepted(packet_layout, architecture)))
        members: dict[str, In | Out] = {
            "config": In(ConfigSignature(architecture)),
            "start": In(1),
            "slot": In(architecture.slot_bits),
            "busy": Out(1),
            "quiescent": Out(1),
            "unsettled": Out(1),
        }
        for c in range(architecture.cores):
            members[f"trace_{c}"] = Out(TraceSignature(architecture))
            for counter in ("late", "overrun", "refused"):
                members[f"{counter}_{c}"] = Out(16)
        for side, p in edges(architecture):
            if side in self.attached:
                members[f"{side}_in_{p}"] = In(self.packets)
                members[f"{side}_out_{p}"] = Out(self.packets)
            else:
                members[f"off_mesh_{side}_{p}"] = Out(16)
        super().__init__(members)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width, height = self.architecture.width, self.architecture.height
        links = {
            (x, y, side): self.packets.create(path=(f"link_{x}_{y}_{side}",))
            for x in range(width)
            for y in range(height)
            for side in SIDES
        }
        busy, quiet, carrying = [], [], []
        self._answers: dict[str, list[Value]] = {"answered": [], "denied": [], "answer": []}
        for y in range(height):
            for x in range(width):
                arriving = {side: self._arriving(m, links, x, y, side) for side in SIDES}
                core_busy, core_quiet, core_carrying = self._place(m, x, y, arriving, links)
                busy.append(core_busy)
                quiet.append(core_quiet)
                carrying.append(core_carrying)
        m.d.comb += [
            self.busy.eq(_any(busy)),
            self.quiescent.eq(~_any([~q for q in quiet])),
            *(getattr(self.config, name).eq(_any(all_)) for name, all_ in self._answers.items()),
        ]
        with m.If(self.start & _any(carrying)):
            m.d.sync += self.unsettled.eq(1)
        return m

    def _arriving(self, m: Module, links: dict[Any, Any], x: int, y: int, side: str) -> Any:
        """The stream that enters tile (x, y) from `side`; at the edge, also ties its way out."""
        dx, dy = STEP[side]
        inner = links.get((x + dx, y + dy, OPPOSITE[side]))
        if inner is not None:
            return inner
        position = y if side in ("west", "east") else x
        leaving = links[x, y, side]
        if side in self.attached:
            outside = getattr(self, f"{side}_out_{position}")
            m.d.comb += [
                outside.valid.eq(leaving.valid),
                outside.payload.eq(leaving.payload),
                leaving.ready.eq(outside.ready),
            ]
            return getattr(self, f"{side}_in_{position}")
        drop = EdgeDrop(**accepted(EdgeDrop, self.architecture))
        m.submodules[f"edge_{side}_{position}"] = drop
        m.d.comb += [
            drop.packet.valid.eq(leaving.valid),
            drop.packet.payload.eq(leaving.payload),
            leaving.ready.eq(drop.packet.ready),
            getattr(self, f"off_mesh_{side}_{position}").eq(drop.dropped),
        ]
        return self.packets.create(path=(f"nothing_{side}_{position}",))

    def _place(
        self, m: Module, x: int, y: int, arriving: dict[str, Any], links: dict[Any, Any]
    ) -> tuple[Value, Value, Value]:
        """Place the tile at (x, y); returns whether it is busy, is quiet, and holds a packet."""
        c = x + self.architecture.width * y
        busy, quiet = Signal(name=f"busy_{c}"), Signal(name=f"quiet_{c}")
        carrying = Signal(name=f"carrying_{c}")
        trace = getattr(self, f"trace_{c}")
        ports: dict[str, Any] = {
            "i_clk": ClockSignal(),
            "i_rst": ResetSignal(),
            "i_select": self.config.core == c,
            "i_start": self.start,
            "i_next_slot": self.slot,
            "o_busy": busy,
            "o_quiet": quiet,
            "o_carrying": carrying,
        }
        for name in ("enable", "read", "core", "space", "address", "data", "word"):
            ports[f"i_config__{name}"] = getattr(self.config, name)
        for name, answers in self._answers.items():
            port = getattr(self.config, name)
            answers.append(Signal(port.shape(), name=f"{name}_{c}"))
            ports[f"o_config__{name}"] = answers[-1]
        for name in ("valid", "neuron", "potential", "spike"):
            ports[f"o_trace__{name}"] = getattr(trace, name)
        for counter in ("late", "overrun", "refused"):
            ports[f"o_{counter}"] = getattr(self, f"{counter}_{c}")
        for side in SIDES:
            came, leaves = arriving[side], links[x, y, side]
            ports[f"i_{side}_in__valid"] = came.valid
            ports[f"i_{side}_in__payload"] = Value.cast(came.payload)
            ports[f"o_{side}_in__ready"] = came.ready
            ports[f"o_{side}_out__valid"] = leaves.valid
            ports[f"o_{side}_out__payload"] = Value.cast(leaves.payload)
            ports[f"i_{side}_out__ready"] = leaves.ready
        m.submodules[f"tile_{x}_{y}"] = Instance("tile", **ports)
        return busy, quiet, carrying


def _any(values: list[Value]) -> Value:
    """OR of many values, as a balanced tree."""
    while len(values) > 1:
        values = [a | b for a, b in zip(values[::2], values[1::2], strict=False)] + values[
            len(values) & ~1 :
        ]
    return values[0]
