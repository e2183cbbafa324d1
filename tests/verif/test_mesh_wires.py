"""The wires from tile to tile, and what is left of a mesh without its tiles."""

from __future__ import annotations

import pytest

from spikewright.golden import Architecture
from spikewright.hdl.mesh import OPPOSITE, STEP
from spikewright.tools.engine import chip_verilog
from spikewright.verif.errors import ToolError
from spikewright.verif.mesh_wires import Hollow, hollow
from spikewright.verif.ports import Port, parse_ports
from spikewright.verif.tile_block import split_tile

WIDTH, HEIGHT = 3, 2
VERILOG = chip_verilog(
    Architecture.preset("tiny").with_mesh(WIDTH, HEIGHT), ("west", "east")
).read_text()
TILE, REST = split_tile(VERILOG)
PORTS = parse_ports(TILE, "tile")
PINS = list(PORTS)
OUTPUTS = ["busy", "quiescent", "unsettled", "west_out_0__valid", "off_mesh_north_2"]


def emptied(verilog: str = REST, outputs: list[str] = OUTPUTS) -> Hollow:
    return hollow(verilog, PORTS, outputs, WIDTH)


def test_every_tile_hears_its_neighbours():
    sources = emptied().sources
    inner = 0
    for side, (dx, dy) in STEP.items():
        for part in ("in__valid", "in__payload", "out__ready"):
            # What comes in leaves the neighbour over its opposite side.
            there = {"in": "out", "out": "in"}[part.partition("__")[0]]
            pin = PINS.index(f"{OPPOSITE[side]}_{there}__{part.partition('__')[2]}")
            for tile, (from_tile, index) in enumerate(sources[f"{side}_{part}"]):
                x, y = tile % WIDTH + dx, tile // WIDTH + dy
                if 0 <= x < WIDTH and 0 <= y < HEIGHT:
                    assert (from_tile, index) == (x + WIDTH * y, pin), (side, part, tile)
                    inner += 1
                else:
                    assert from_tile == -1
    assert inner == 3 * 2 * (2 * HEIGHT + 3)


def test_what_all_tiles_hear_is_one_entry():
    mesh = emptied()
    for name in ("rst", "start", "next_slot", "config__data", "config__core"):
        assert len(set(mesh.sources[name])) == 1
    assert len(set(mesh.sources["select"])) == WIDTH * HEIGHT
    assert "clk" not in mesh.sources
    assert mesh.sources.keys() == {n for n, p in PORTS.items() if p.direction == "input"} - {"clk"}


def test_what_nobody_reads_is_left_out():
    mesh = emptied()
    read = {name: count for name, (_, count) in mesh.arrays.items() if name.startswith("from")}
    # Of packets only whether they are there: what drops them looks no further.
    assert read == {"from_tiles_1": 0}
    flags = [PINS[index] for _, index in mesh.shown[1]]
    assert [flags.count(name) for name in ("busy", "quiet", "carrying")] == [WIDTH * HEIGHT] * 3
    assert "trace__valid" not in flags
    assert "tile_0_0" not in mesh.verilog
    more = emptied(outputs=[*OUTPUTS, "config__answer", "west_out_1__payload"])
    width = PORTS["west_out__payload"].width
    assert more.arrays["from_tiles_32"] == (Port("input", 32), WIDTH * HEIGHT)
    assert more.arrays[f"from_tiles_{width}"] == (Port("input", width), 1)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("module mesh(", "module other(", "Verilog of a mesh must place its tiles row by row"),
        ("tile tile_2_1 (", "tile tile_2_2 (", "Verilog of a mesh must place its tiles row by row"),
        (
            "    .west_in__ready(link_0_0_east__ready),\n",
            "",
            "Every port of tile 1 must be connected in the mesh",
        ),
    ],
)
def test_meshes_that_it_cannot_read(old, new, sentence):
    assert old in REST
    with pytest.raises(ToolError, match=rf"^{sentence}, and (is|does) not$"):
        emptied(REST.replace(old, new))
