"""A whole side of a mesh over one link: between two chips, or as AXI4-Streams.

Hand-written: how many merging and splitting units there are is a parameter, and a table has no word
for looking at the same bits as another type. All decisions are made in the units `merge_side`,
`split_side`, `link_buffer` and `axis_unwrap`.

No deadlock comes with it. A link takes the place of parallel links of the mesh that all go the same
way. A packet on its way east still waits only for what lies further east, or for what goes along y,
where nothing waits for anything along x.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.hdl.generated.axis_unwrap import AxisUnwrap
from spikewright.hdl.generated.chip import packet_layout
from spikewright.hdl.generated.edge import tagged_layout
from spikewright.hdl.generated.link_buffer import LinkBuffer
from spikewright.hdl.generated.merge_side import MergeSide
from spikewright.hdl.generated.split_side import SplitSide
from spikewright.hdl.mesh import edge_length
from spikewright.hdl.parameters import accepted
from spikewright.hdl.tile import SIDES

__all__ = ["AXIS_BITS", "AxisLink", "Link", "attach", "axis_members"]

AXIS_BITS = 64
_PACKET_BITS = 32
_POSITION_BITS = 16


class Link(wiring.Component):
    """Carries all ports of one side of a mesh over one stream each way.

    Between two chips: `send` of the one is `receive` of the other. From `send` to `receive` nothing
    is combinational, so the chips may lie apart, with registers between them.

    Latency: 2 cycles from a port to the port on the other side, where nothing else wants the link.
    Throughput: 1 packet a cycle for the whole side. Cost: each way two packets with their tags in
    registers, and a multiplexer of two inputs less than there are ports. Fair: at each of the
    log2(positions) units on its way a packet lets one other go ahead at most. Order is kept from
    port to port.

    Parameters
    ----------
    architecture : Architecture
    positions : int
        Ports of the side, 1..65536.

    Members
    -------
    leaving_{p} : In(stream of packets)
        From the mesh's port p.
    entering_{p} : Out(stream of packets)
        To the mesh's port p.
    send, receive : streams of `Tagged`, out and in
        The link.
    carrying : Out(1)
        A packet is inside, and so under way.
    """

    def __init__(self, architecture: Architecture, positions: int) -> None:
        if not 1 <= positions <= 1 << _POSITION_BITS:
            raise ArchitectureError(
                f"positions of a link must be 1..{1 << _POSITION_BITS}, not {positions}"
            )
        self.architecture, self.positions = architecture, positions
        tagged = tagged_layout(**accepted(tagged_layout, architecture), positions=positions)
        self.tagged = stream.Signature(tagged)
        members: dict[str, In | Out] = {
            **_ports(architecture, positions),
            "send": Out(self.tagged),
            "receive": In(self.tagged),
            "carrying": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.outward = outward = self._unit(LinkBuffer)
        m.submodules.inward = inward = self._unit(LinkBuffer)
        leaving = []
        for p in range(self.positions):
            leaving.append(self.tagged.create(path=(f"leaving_tagged_{p}",)))
            port = getattr(self, f"leaving_{p}")
            m.d.comb += [
                leaving[p].valid.eq(port.valid),
                leaving[p].payload.packet.eq(port.payload),
                port.ready.eq(leaving[p].ready),
            ]
        _join(m, self._merged(m, leaving, "merge"), outward.arrive)
        wiring.connect(m, outward.leave, wiring.flipped(self.send))
        wiring.connect(m, wiring.flipped(self.receive), inward.arrive)
        entering = self._split(m, inward.leave, self.positions, "split")
        for p, tagged in enumerate(entering):
            port = getattr(self, f"entering_{p}")
            m.d.comb += [
                port.valid.eq(tagged.valid),
                port.payload.eq(tagged.payload.packet),
                tagged.ready.eq(port.ready),
            ]
        m.d.comb += self.carrying.eq(outward.occupied | inward.occupied)
        return m

    def _unit(self, unit: Any) -> Any:
        return unit(**accepted(unit, self.architecture), positions=self.positions)

    def _merged(self, m: Module, streams: list[Any], name: str) -> Any:
        """Merge streams; the lowest bit of a tag is set last, between even and odd ones."""
        if len(streams) == 1:
            return streams[0]
        m.submodules[name] = unit = self._unit(MergeSide)
        _join(m, self._merged(m, streams[::2], f"{name}_0"), unit.even)
        _join(m, self._merged(m, streams[1::2], f"{name}_1"), unit.odd)
        return unit.link

    def _split(self, m: Module, link: Any, count: int, name: str) -> list[Any]:
        """Split a stream into `count` ones; the lowest bit of a tag is used first."""
        if count == 1:
            return [link]
        m.submodules[name] = unit = self._unit(SplitSide)
        _join(m, link, unit.link)
        streams: list[Any] = [None] * count
        streams[::2] = self._split(m, unit.even, (count + 1) // 2, f"{name}_0")
        streams[1::2] = self._split(m, unit.odd, count // 2, f"{name}_1")
        return streams


def axis_members(name: str, direction: Any) -> dict[str, In | Out]:
    """Return the signals of an AXI4-Stream.

    Parameters
    ----------
    name : str
        What the signals' names begin with.
    direction : {In, Out}
        `In` receives, `Out` sends.

    Returns
    -------
    dict
        ``{name}_tdata`` (64 bits), ``_tkeep``, ``_tlast``, ``_tvalid`` and ``_tready``.
    """
    there, back = (In, Out) if direction is In else (Out, In)
    return {
        f"{name}_tdata": there(AXIS_BITS),
        f"{name}_tkeep": there(AXIS_BITS // 8),
        f"{name}_tlast": there(1),
        f"{name}_tvalid": there(1),
        f"{name}_tready": back(1),
    }


class AxisLink(wiring.Component):
    """A side of a mesh as two AXI4-Streams.

    TDATA has 64 bits: the packet in bits 31..0 (from the lowest bit up: dx, dy, slot, axon; what is
    left of the 32 bits is 0), the number of the port in bits 47..32, and 0 in bits 63..48. TKEEP is
    all ones. One packet is one frame: TLAST is 1 in every beat that is sent, and ignored in those
    that come. `m_axis` of one chip's east side may be tied to `s_axis` of another's west side.

    A beat is malformed if TKEEP leaves out a byte, if a bit is set where 0 must be, if there is no
    such port or axon, or if the packet cannot come over this side: with steps back the way it came,
    or along x where it came along y. It is taken, dropped and counted.

    Latency: 1 cycle each way; TVALID, TDATA and TREADY come from registers. Throughput: a beat a
    cycle.

    Parameters
    ----------
    architecture : Architecture
        Packets must fit 32 bits.
    side : {"west", "east", "north", "south"}
        The mesh's side, which decides how many ports there are and what can come.

    Members
    -------
    leaving_{p}, entering_{p}, carrying
        As of `Link`; `attach` ties them to a mesh.
    s_axis_tdata, s_axis_tkeep, s_axis_tlast, s_axis_tvalid : In; s_axis_tready : Out
    m_axis_tdata, m_axis_tkeep, m_axis_tlast, m_axis_tvalid : Out; m_axis_tready : In
    clear : In(1)
        Count from zero.
    malformed : Out(16)
        Beats dropped; stays at its largest value.
    """

    def __init__(self, architecture: Architecture, side: str) -> None:
        if side not in SIDES:
            raise ArchitectureError(f"side must be one of {', '.join(SIDES)}, not {side!r}")
        layout = packet_layout(**accepted(packet_layout, architecture))
        if layout.size > _PACKET_BITS:
            raise ArchitectureError(
                f"A packet must fit the {_PACKET_BITS} bits that a beat of an AXI4-Stream has for "
                f"it, not {layout.size}: reduce offset_bits, delay_slots or axons"
            )
        self.architecture, self.side = architecture, side
        self.packet_bits = int(layout.size)
        self.positions = edge_length(architecture, side)
        super().__init__(
            {
                **_ports(architecture, self.positions),
                **axis_members("s_axis", In),
                **axis_members("m_axis", Out),
                "carrying": Out(1),
                "clear": In(1),
                "malformed": Out(16),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.link = link = Link(self.architecture, self.positions)
        m.submodules.unwrap = unwrap = AxisUnwrap(
            **accepted(AxisUnwrap, self.architecture),
            positions=self.positions,
            side=SIDES.index(self.side),
        )
        wiring.connect(m, unwrap.link, link.receive)
        for p in range(self.positions):
            for way in ("leaving", "entering"):
                port = wiring.flipped(getattr(self, f"{way}_{p}"))
                wiring.connect(m, port, getattr(link, f"{way}_{p}"))
        position_at = _PACKET_BITS + _POSITION_BITS
        beat, data, sent = unwrap.beat.payload, self.s_axis_tdata, link.send.payload
        m.d.comb += [
            Value.cast(beat.packet).eq(data[: self.packet_bits]),
            beat.position.eq(data[_PACKET_BITS:position_at]),
            beat.unused.eq(Cat(data[self.packet_bits : _PACKET_BITS], data[position_at:])),
            beat.keep.eq(self.s_axis_tkeep),
            unwrap.beat.valid.eq(self.s_axis_tvalid),
            self.s_axis_tready.eq(unwrap.beat.ready),
            self.m_axis_tdata[: self.packet_bits].eq(Value.cast(sent.packet)),
            self.m_axis_tdata[_PACKET_BITS:position_at].eq(sent.position),
            self.m_axis_tkeep.eq((1 << len(self.m_axis_tkeep)) - 1),
            self.m_axis_tlast.eq(1),
            self.m_axis_tvalid.eq(link.send.valid),
            link.send.ready.eq(self.m_axis_tready),
            unwrap.clear.eq(self.clear),
            self.malformed.eq(unwrap.malformed),
            self.carrying.eq(link.carrying),
        ]
        return m


def attach(m: Module, mesh: Any, side: str, link: Any) -> None:
    """Tie a link to a side of a mesh that is attached there.

    Parameters
    ----------
    m : Module
    mesh : Mesh
    side : str
    link : Link or AxisLink
        With as many positions as the side has ports.
    """
    for p in range(edge_length(mesh.architecture, side)):
        _join(m, getattr(mesh, f"{side}_out_{p}"), getattr(link, f"leaving_{p}"))
        _join(m, getattr(link, f"entering_{p}"), getattr(mesh, f"{side}_in_{p}"))


def _ports(architecture: Architecture, positions: int) -> dict[str, In | Out]:
    """Return the streams to and from the ports of a mesh."""
    packets = stream.Signature(packet_layout(**accepted(packet_layout, architecture)))
    members: dict[str, In | Out] = {}
    for p in range(positions):
        members[f"leaving_{p}"] = In(packets)
        members[f"entering_{p}"] = Out(packets)
    return members


def _join(m: Module, source: Any, sink: Any) -> None:
    """Tie a stream to another, whatever their directions are declared to be."""
    m.d.comb += [
        sink.valid.eq(source.valid),
        sink.payload.eq(source.payload),
        source.ready.eq(sink.ready),
    ]
