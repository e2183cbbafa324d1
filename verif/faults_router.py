"""Faults in the tables of the router, and in how tiles are wired up."""

from __future__ import annotations

from .fault_edits import Cell, Edit, Fault, Phrase

__all__ = ["ROUTER_FAULTS"]


def _fault(name: str, meaning: str, *edits: Edit, block: str = "router") -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits, block=block)


_BUFFER = (
    _fault(
        "lost-on-push-and-pop",
        "a packet that comes while one leaves is lost, and the old one stays",
        Cell("input_buffer", "pass", "oldest", "arrive.payload", "hold"),
    ),
    _fault(
        "second-place-lost",
        "a buffer with two packets forgets the second when the first leaves",
        Cell("input_buffer", "shift", "=> level", "ONE", "EMPTY"),
    ),
    _fault(
        "full-buffer-accepts",
        "a full buffer takes a third packet, and loses it",
        Cell("input_buffer", "two", "arrive.ready", "0", "1"),
    ),
    _fault(
        "newest-first",
        "the second packet in a buffer overtakes the first",
        Cell("input_buffer", "always", "leave.payload", "oldest", "newest"),
    ),
    _fault(
        "occupied-too-late",
        "a buffer with one packet says that it is empty",
        Cell("input_buffer", "one", "occupied", "1", "0"),
        block="mesh2x2",
    ),
)

_ROUTE = (
    _fault(
        "y-before-x",
        "packets of this core go along y first",
        Cell("from_local", "east", "core.payload.dy", "-", "0"),
        Cell("from_local", "west", "core.payload.dy", "-", "0"),
        Cell("from_local", "north", "core.payload.dx", "0", "-"),
        Cell("from_local", "south", "core.payload.dx", "0", "-"),
    ),
    _fault(
        "dx-not-counted",
        "a packet that goes on east keeps its steps",
        Cell("forward_east", "always", "east.payload", "dx - 1", "dx - 0"),
    ),
    _fault(
        "turn-not-counted",
        "a packet that turns north from its way west keeps its steps",
        Cell("forward_west", "always", "north.payload", "dy - 1", "dy - 0"),
    ),
    _fault(
        "turn-mirrored",
        "a packet that is to turn north from its way east turns south",
        Cell("forward_east", "north", "north.valid", "1", "0"),
        Cell("forward_east", "north", "south.valid", "0", "1"),
    ),
    _fault(
        "one-step-too-far",
        "a packet that has come to its core goes on north",
        Cell("forward_north", "on", "south.payload.dy", "> 0", ">= 0"),
        Cell("forward_north", "local", "south.payload.dy", "<= 0", "< 0"),
    ),
    _fault(
        "dy-wrong-way",
        "a packet that goes south moves away from dy = 0",
        Cell("forward_south", "always", "south.payload", "dy + 1", "dy - 1"),
    ),
    _fault(
        "taken-while-stalled",
        "a packet for this core is taken while the core is not ready",
        Cell(
            "to_local",
            "deliver",
            "packet.ready",
            "delivery.ready",
            "delivery.ready or packet.valid",
        ),
    ),
    _fault(
        "slot-of-arrival",
        "a packet is delivered for the next tick's row",
        Cell(
            "to_local",
            "deliver",
            "delivery.payload",
            "slot = packet.payload.slot",
            "slot = packet.payload.slot ^ 1",
        ),
    ),
    _fault(
        "turns-crossed",
        "packets that turn north from their way east leave in the south, and the other way round",
        Cell("router", "forward_east.north", "to", "merge_north.east", "merge_south.east"),
        Cell("router", "forward_east.south", "to", "merge_south.east", "merge_north.east"),
    ),
)

_MERGE = (
    _fault(
        "merge-unfair",
        "this core's own packets always go first",
        Cell("merge_local", "local", "=> first", "EAST if link.ready else LOCAL", "LOCAL"),
        block="merge_local",
    ),
    _fault(
        "merge-starves",
        "this core's packets wait until nobody goes straight on",
        Cell("merge_west", "through_through", "=> first", "LOCAL if", "THROUGH if"),
        block="merge_west",
    ),
    _fault(
        "merge-unstable",
        "on a stalled link a packet on offer gives way to one that came later",
        Cell(
            "merge_east", "local_through", "=> first", "LOCAL if link.ready else THROUGH", "LOCAL"
        ),
    ),
    _fault(
        "merge-loses",
        "going straight on is taken while the link is stalled",
        Cell("merge_north", "through", "through.ready", "link.ready", "1"),
    ),
    _fault(
        "merge-mixes",
        "a packet of this core leaves with another one's content",
        Cell("merge_west", "through_local", "link.payload", "local.payload", "through.payload"),
    ),
    _fault(
        "merge-takes-two",
        "two inputs are taken in one cycle",
        Cell("merge_south", "east", "through.ready", "0", "link.ready"),
    ),
)

_MESH = (
    _fault(
        "dropped-not-counted",
        "a packet that falls off the mesh is counted twice",
        Cell("edge_drop", "drop", "count", "count + 1", "count + 2"),
        block="mesh3x2",
    ),
    _fault(
        "edge-blocks",
        "an open edge takes no packet",
        Cell("edge_drop", "none", "packet.ready", "1", "0"),
        Cell("edge_drop", "drop", "packet.ready", "1", "0"),
        block="mesh3x2",
    ),
    _fault(
        "all-cores-programmed",
        "what programs one core programs all",
        Phrase("hdl/tile.py", "self.config.enable & self.select", "self.config.enable"),
        block="mesh2x2",
    ),
    _fault(
        "quiet-too-early",
        "packets from the south do not keep the chip from being quiescent",
        Phrase("hdl/tile.py", " | occupied[4]", ""),
        block="mesh2x2",
    ),
    _fault(
        "rows-upside-down",
        "a packet that leaves in the north of its core comes in from the north",
        Phrase(
            "hdl/mesh.py",
            '"north": (0, 1), "south": (0, -1)}',
            '"north": (0, -1), "south": (0, 1)}',
        ),
        block="mesh2x2",
    ),
)

ROUTER_FAULTS = (*_BUFFER, *_ROUTE, *_MERGE, *_MESH)
