"""A mesh without its tiles: what is left of its Verilog, and the wires of the tiles as a table.

The tiles are compiled by themselves (see `tile_block`). Wires from tile to tile become rows of a
table, which costs nothing to compile however many there are; all else that the mesh's Verilog says,
sums over tiles, ports at the edges, counters, stays Verilog, with arrays of ports where it reached
the tiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from .errors import ToolError
from .ports import Port

__all__ = ["Hollow", "Wire", "hollow"]

_NAME = r"(?:\\\S+|[A-Za-z_][\w$]*)"
_MODULE = re.compile(r"^module mesh\((.*?)\);\n(.*?)^endmodule", re.DOTALL | re.MULTILINE)
_TILE = re.compile(r"^  tile tile_(\d+)_(\d+) \(\n(.*?)^  \);\n", re.DOTALL | re.MULTILINE)
_PIN = re.compile(r"^    \.(\w+)\((.*?) ?\),?$", re.MULTILINE)
_ASSIGN = re.compile(rf"^  assign ({_NAME}) +?= (.*);\n", re.MULTILINE)
_WIRE = re.compile(rf"^  wire (?:\[[^]]*\] )?({_NAME}) ?;\n", re.MULTILINE)
_DECLARED = re.compile(r"^  (?:wire|reg|input|output)\b.*\n", re.MULTILINE)

# From here on the model has an array of words, and never a number.
_WIDE = 65

Wire = tuple[int, int]
"""A tile and the number of its output port; or -1 and an entry of the array of that width."""


@dataclass(frozen=True)
class Hollow:
    """A mesh without tiles.

    Members
    -------
    verilog : str
    arrays : dict
        Ports instead of tiles, each an array of so many ports: ``from_tiles_W`` has what the mesh
        reads from tiles in W bits, ``to_tiles_W`` what it tells them. Single bits from tiles are
        one port and no array, 0: else a sum over all tiles becomes a term that takes the compiler
        gigabytes, and with it a few words.
    sources : dict
        By input of the tile: where it comes from, for each tile.
    shown : dict
        By width: tile and output port of each entry of ``from_tiles_W``.
    """

    verilog: str
    arrays: Mapping[str, tuple[Port, int]]
    sources: Mapping[str, list[Wire]]
    shown: Mapping[int, list[Wire]]


def hollow(verilog: str, ports: Mapping[str, Port], outputs: Iterable[str], width: int) -> Hollow:
    """Take the tiles out of a mesh.

    Parameters
    ----------
    verilog : str
        With the module ``mesh``, as Amaranth writes it; its tiles are called ``tile_X_Y``.
    ports : dict
        Of the tile.
    outputs : iterable of str
        Of the mesh, that anybody reads: what only serves others is left out.
    width : int
        Tiles in a row of the mesh.
    """
    module = _MODULE.search(verilog)
    tiles = {} if module is None else _tiles(module[2], width)
    if module is None or sorted(tiles) != list(range(len(tiles))) or not tiles:
        raise ToolError("Verilog of a mesh must place its tiles row by row, and does not")
    driven: dict[str, Wire] = {}
    for tile, pins in tiles.items():
        if pins.keys() != ports.keys():
            raise ToolError(f"Every port of tile {tile} must be connected in the mesh, and is not")
        driven |= {
            pins[name]: (tile, number)
            for number, (name, port) in enumerate(ports.items())
            if port.direction == "output"
        }
    told: dict[int, dict[str, int]] = {}
    sources: dict[str, list[Wire]] = {}
    for name, port in ports.items():
        if port.direction == "input" and name != "clk":
            entries = told.setdefault(port.width, {})
            sources[name] = [
                driven.get(net) or (-1, entries.setdefault(net, len(entries)))
                for net in (tiles[tile][name] for tile in range(len(tiles)))
            ]
    body = _TILE.sub("", module[2])
    read = _read(body, {*outputs, *_names(" ".join(net for nets in told.values() for net in nets))})
    shown: dict[int, dict[str, Wire]] = {}
    widths = [port.width for port in ports.values()]
    for net, wire in sorted(driven.items(), key=lambda item: item[1][::-1]):
        if net in read:
            shown.setdefault(widths[wire[1]], {})[net] = wire
    arrays = {
        **{f"from_tiles_{bits}": _array("input", bits, len(nets)) for bits, nets in shown.items()},
        **{
            f"to_tiles_{bits}": _array("output", bits, len(nets))
            for bits, nets in told.items()
            if nets
        },
    }

    def keep(found: re.Match[str]) -> str:
        return found[0] if found[1] in read else ""

    text = [
        f"module mesh({', '.join([module[1], *arrays])});\n",
        *(
            f"  {port.direction} [{port.width - 1}:0] {name}{f' [0:{count - 1}]' * bool(count)};\n"
            for name, (port, count) in arrays.items()
        ),
        _WIRE.sub(keep, _ASSIGN.sub(keep, body)),
        *(
            f"  assign {net} = from_tiles_{bits}[{entry}];\n"
            for bits, nets in shown.items()
            for entry, net in enumerate(nets)
        ),
        *(
            f"  assign to_tiles_{bits}[{entry}] = {net} ;\n"
            for bits, nets in told.items()
            for net, entry in nets.items()
        ),
        "endmodule",
    ]
    return Hollow(
        verilog[: module.start()] + "".join(text) + verilog[module.end() :],
        arrays,
        sources,
        {bits: list(nets.values()) for bits, nets in shown.items()},
    )


def _tiles(body: str, width: int) -> dict[int, dict[str, str]]:
    """By number of a tile: what each of its ports is connected to."""
    return {
        int(found[1]) + width * int(found[2]): dict(_PIN.findall(found[3]))
        for found in _TILE.finditer(body)
    }


def _array(direction: Literal["input", "output"], bits: int, count: int) -> tuple[Port, int]:
    """The port that stands for many of a width, and how many entries it has; 0: it is no array."""
    if (direction, bits) == ("input", 1):
        return Port(direction, max(_WIDE, count)), 0
    return Port(direction, bits), count


def _read(body: str, first: set[str]) -> set[str]:
    """Names that matter: the first ones, those in instances and blocks, and what assigns them."""
    assigned = dict(_ASSIGN.findall(body))
    read = first.union(_names(_DECLARED.sub("", _ASSIGN.sub("", body))))
    ahead = list(read)
    while ahead:
        new = set(_names(assigned.get(ahead.pop(), ""))) - read
        read |= new
        ahead += new
    return read


def _names(text: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(_NAME, text))
