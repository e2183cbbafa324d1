"""Faults in the tables of links, in how links are made of them, and in how chips are linked."""

from __future__ import annotations

from .fault_edits import Cell, Edit, Fault, Phrase

__all__ = ["LINK_FAULTS"]


def _fault(name: str, meaning: str, *edits: Edit, block: str = "axis_link") -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits, block=block)


_UNITS = (
    _fault(
        "tag-not-set",
        "packets of odd ports are tagged as those of the even port before",
        Cell("merge_side", "from_odd", "expression", " \\| 1", ""),
    ),
    _fault(
        "tag-bits-lost",
        "a tag keeps only its last bit",
        Cell("merge_side", "from_even", "expression", "even.payload.position << 1", "0"),
    ),
    _fault(
        "link-merge-loses",
        "a packet of an odd port is taken while the link is stalled",
        Cell("merge_side", "odd_odd", "odd.ready", "link.ready", "1"),
    ),
    _fault(
        "split-crossed",
        "packets of even ports go to odd ones while these are ready",
        Cell("split_side", "even", "even.valid", "1", "0"),
        Cell("split_side", "even", "odd.valid", "0", "1"),
        Cell("split_side", "even", "odd.payload", "*", "inner"),
    ),
    _fault(
        "split-keeps-tag",
        "a bit of the tag is read twice, and the last one never",
        Cell("split_side", "inner", "expression", "link.payload.position >> 1", "0"),
    ),
    _fault(
        "link-buffer-loses",
        "of two packets in a link's buffer the second is forgotten",
        Cell("link_buffer", "shift", "=> level", "ONE", "EMPTY"),
    ),
    _fault(
        "link-buffer-reorders",
        "of two packets in a link's buffer the second leaves first",
        Cell("link_buffer", "two", "leave.payload", "oldest", "newest"),
    ),
    _fault(
        "link-occupied-too-late",
        "a link with one packet in its buffer says that it is empty",
        Cell("link_buffer", "one", "occupied", "1", "0"),
    ),
)

_MALFORMED = (
    _fault(
        "keep-ignored",
        "a beat with a byte left out passes",
        Cell("axis_unwrap", "whole", "expression", "beat.payload.keep == 0xff and ", ""),
    ),
    _fault(
        "spare-bits-ignored",
        "a beat with bits set that mean nothing passes",
        Cell("axis_unwrap", "whole", "expression", " and beat.payload.unused == 0", ""),
    ),
    _fault(
        "position-one-too-far",
        "the number of a port that is just not there passes",
        Cell("axis_unwrap", "known", "expression", "position < POSITIONS", "position <= POSITIONS"),
    ),
    _fault(
        "axon-ignored",
        "an axon that is not there passes",
        Cell("axis_unwrap", "known", "expression", " and packet.axon < AXONS", ""),
    ),
    _fault(
        "way-back-ignored",
        "a packet from the west that is to go west passes",
        Cell("axis_unwrap", "possible", "expression", "packet.dx >= 0 if SIDE == 0 else ", ""),
    ),
    _fault(
        "across-ignored",
        "a packet that comes along y with steps along x passes",
        Cell("axis_unwrap", "possible", "expression", "packet.dx == 0 and ", ""),
    ),
    _fault(
        "malformed-not-counted",
        "a malformed beat is dropped in silence",
        Cell("axis_unwrap", "else", "count", "counted + link.ready", "counted"),
    ),
    _fault(
        "malformed-counted-while-stalled",
        "a malformed beat counts in every cycle in which it waits",
        Cell("axis_unwrap", "else", "count", "counted + link.ready", "counted + 1"),
    ),
    _fault(
        "malformed-not-cleared",
        "the count cannot be cleared",
        Cell("axis_unwrap", "counted", "expression", "0 if clear else count", "count"),
    ),
    _fault(
        "malformed-blocks",
        "a malformed beat is never taken",
        Cell("axis_unwrap", "else", "beat.ready", "link.ready", "0"),
    ),
)

_WIRES = (
    _fault(
        "link-inward-forgotten",
        "what comes in over a link does not count as under way",
        Phrase("hdl/links.py", "outward.occupied | inward.occupied", "outward.occupied"),
    ),
    _fault(
        "two-packets-a-frame",
        "only every second packet ends its frame",
        Phrase("hdl/links.py", "self.m_axis_tlast.eq(1)", "self.m_axis_tlast.eq(sent.position[0])"),
    ),
    _fault(
        "position-beside-its-place",
        "the port is sent one bit too high",
        Phrase(
            "hdl/links.py",
            "self.m_axis_tdata[_PACKET_BITS:position_at].eq(",
            "self.m_axis_tdata[_PACKET_BITS + 1 : position_at].eq(",
        ),
    ),
)

_ARRAY = (
    _fault(
        "array-forgets-links",
        "packets between chips do not keep the array from being quiescent",
        Phrase("hdl/array.py", "for mesh in meshes]) | carrying)", "for mesh in meshes]))"),
        block="array2x1",
    ),
    _fault(
        "array-starts-one",
        "only the first chip starts its ticks",
        Phrase(
            "hdl/array.py",
            "*(mesh.start.eq(self.start) for mesh in meshes)",
            "*(mesh.start.eq(self.start) for mesh in meshes[:1])",
        ),
        block="array2x1",
    ),
    _fault(
        "array-programs-all",
        "what programs a core of one chip programs the same core of each",
        Phrase("hdl/array.py", "whole & choice if name in _COMMANDS", "whole if name in _COMMANDS"),
        block="array2x1",
    ),
    _fault(
        "array-columns-swapped",
        "cores are counted chip after chip",
        Phrase(
            "hdl/array.py",
            "x + self.architecture.width * y",
            "c + self.part.cores * (chip.x + self.chips[0] * chip.y)",
        ),
        block="array2x1",
    ),
)

LINK_FAULTS = (*_UNITS, *_MALFORMED, *_WIRES, *_ARRAY)
