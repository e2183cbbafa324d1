# amaranth: UnusedElaboratable=no
"""A side of a mesh over one link: its ports, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.hdl.links import AxisLink, Link, attach, axis_members
from spikewright.hdl.mesh import Mesh
from spikewright.hdl.verilog import component_verilog, tile_verilog
from spikewright.verif.ports import Port, parse_ports

TINY = Architecture.preset("tiny").with_mesh(3, 2)


@pytest.mark.parametrize("positions", [1, 2, 3, 5, 8])
def test_a_link_has_a_unit_less_than_ports_each_way(positions: int) -> None:
    text = component_verilog(Link(TINY, positions), "link")
    assert text.count("\nmodule \\link.merge") == positions - 1
    assert text.count("\nmodule \\link.split") == positions - 1
    bits = max(1, (positions - 1).bit_length())
    assert parse_ports(text, "link")["send__payload"] == Port("output", 16 + bits)


def test_an_axis_link_has_the_names_of_axi() -> None:
    ports = parse_ports(component_verilog(AxisLink(TINY, "north"), "axis_link"), "axis_link")
    found = {name: port for name, port in ports.items() if "axis" in name}
    names = (("tdata", 64), ("tkeep", 8), ("tlast", 1), ("tvalid", 1))
    assert found == {
        **{f"s_axis_{name}": Port("input", width) for name, width in names},
        **{f"m_axis_{name}": Port("output", width) for name, width in names},
        "s_axis_tready": Port("output", 1),
        "m_axis_tready": Port("input", 1),
    }
    assert sum(name.startswith("entering_") for name in ports) == 3 * 3
    assert set(axis_members("s_axis_west", In)) == {
        f"s_axis_west_{name}" for name in ("tdata", "tkeep", "tlast", "tvalid", "tready")
    }


def test_a_mesh_with_links_is_verilog() -> None:
    class Linked(wiring.Component):
        def __init__(self) -> None:
            super().__init__({})

        def elaborate(self, _platform: object) -> Module:
            m = Module()
            m.submodules.mesh = mesh = Mesh(TINY, ("west",))
            m.submodules.link = link = AxisLink(TINY, "west")
            attach(m, mesh, "west", link)
            return m

    text = component_verilog(Linked(), "linked") + tile_verilog(TINY)
    assert "module \\linked.link.link.merge" in text


@pytest.mark.parametrize("positions", [0, 65_537])
def test_positions_must_fit_their_field(positions: int) -> None:
    message = rf"^positions of a link must be 1\.\.65536, not {positions}$"
    with pytest.raises(ArchitectureError, match=message):
        Link(TINY, positions)


def test_a_side_must_be_one() -> None:
    message = r"^side must be one of west, east, north, south, not 'top'$"
    with pytest.raises(ArchitectureError, match=message):
        AxisLink(TINY, "top")


def test_a_packet_must_fit_a_beat() -> None:
    wide = replace(Architecture.preset("truenorth"), offset_bits=11)
    message = (
        r"^A packet must fit the 32 bits that a beat of an AXI4-Stream has for it, not 34: "
        r"reduce offset_bits, delay_slots or axons$"
    )
    with pytest.raises(ArchitectureError, match=message):
        AxisLink(wide, "west")
    AxisLink(replace(wide, offset_bits=10), "west")
