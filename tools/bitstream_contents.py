"""What a network puts into the memories of a placed and routed chip, without placing it again.

A finished design for ECP5 is a text in which every memory has its place: a block RAM a section of
9-bit words, distributed RAM four LUTs. Where each memory of the netlist went is read once from what
nextpnr writes (`find_places`); after that, any network of the same architecture takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spikewright.golden import Architecture, Network
from spikewright.hdl.image import MEMORIES, image_words, integers, spaces
from spikewright.hdl.memory_parts import cut_bits, memory_parts
from spikewright.tools.errors import UserError

__all__ = ["Contents", "block_words", "contents", "exchange", "find_places", "lut_rows"]

_BLOCK_BITS, _BLOCK_ROWS, _LANE_BITS = 36, 512, 9
_COLUMN_BITS, _COLUMN_ROWS = 4, 16
_WORDS_A_LINE = 8
_LUT = re.compile(r"X(\d+)/Y(\d+)/(SLICE[A-D]\.K[01])")
_DISTRIBUTED = "$DPRAM_COMB"


@dataclass(frozen=True)
class Contents:
    """What a memory holds: its rows, as integers, and how many bits each has."""

    rows: list[int]
    bits: int

    def cells(self, block: bool) -> int:
        """How many block RAMs, or how many distributed memories of 16 x 4 bits, hold it."""
        if block:
            return -(-self.bits // _BLOCK_BITS)
        return -(-len(self.rows) // _COLUMN_ROWS) * -(-self.bits // _COLUMN_BITS)


def contents(network: Network) -> dict[str, Contents]:
    """Return what each memory of a board is to hold, by its name in the netlist."""
    a = network.architecture
    found = {}
    for core in range(a.cores):
        image = image_words(network, core, core + 1)
        for space in spaces(a):
            first = 0
            for part, bits in memory_parts(space.bits) if space.name in MEMORIES else ():
                name = f"{_tile(a, core)}.{MEMORIES[space.name]}.{part}"
                rows = integers(cut_bits(image[space.name][0], first, bits))
                found[name] = Contents(rows, bits)
                first += bits
    found["seeds.entries"] = Contents(network.seed.tolist(), 32)
    return found


def _tile(architecture: Architecture, core: int) -> str:
    return f"mesh.tile_{core % architecture.width}_{core // architecture.width}.tile.core"


def block_words(memory: Contents, index: int) -> list[int]:
    """Return the 9-bit words of the block RAM that has bits 36 * index.. of each row."""
    words = [0] * (_BLOCK_ROWS * _BLOCK_BITS // _LANE_BITS)
    lanes = _BLOCK_BITS // _LANE_BITS
    for number, row in enumerate(memory.rows):
        part = row >> _BLOCK_BITS * index
        for lane in range(lanes):
            words[lanes * number + lane] = part >> _LANE_BITS * lane & 0x1FF
    return words


def lut_rows(memory: Contents, index: int, column: int) -> str:
    """Return a LUT of distributed RAM, as a binary number: one bit of sixteen rows.

    A LUT's inputs are the address with its highest and lowest bit exchanged.

    Parameters
    ----------
    memory : Contents
    index : int
        Of the memory of 16 x 4 bits: columns count first, then rows.
    column : int
        Of the bit in it.
    """
    block, group = divmod(index, -(-memory.bits // _COLUMN_BITS))
    value, bit = 0, _COLUMN_BITS * group + column
    for place, row in enumerate(memory.rows[_COLUMN_ROWS * block : _COLUMN_ROWS * (block + 1)]):
        value |= (row >> bit & 1) << (place & 6 | place >> 3 | (place & 1) << 3)
    return f"{value:0{_COLUMN_ROWS}b}"


def find_places(cells: Mapping[str, Any], wanted: Mapping[str, Contents]) -> dict[str, list[Any]]:
    """Return where each part of each memory was placed.

    Parameters
    ----------
    cells : mapping
        Cells of the placed design, as nextpnr writes them.
    wanted : mapping of str to Contents
        The memories, by name; what they hold does not matter.

    Returns
    -------
    dict of str to list
        For a section of block RAM: memory and index, by the section's number. For a LUT: memory,
        index and column, by tile and LUT with a space between.

    Raises
    ------
    UserError
        A memory is not there, or not the way it must be: synthesis laid it out otherwise.
    """
    places: dict[str, list[Any]] = {}
    seen: dict[str, list[bool]] = {}
    for name, cell in cells.items():
        block = cell["type"] == "DP16KD"
        cell_name, _, column = name.partition(_DISTRIBUTED)
        memory, _, index = cell_name.rpartition(".")
        memory = memory.rpartition(".")[0]
        if memory not in wanted or not (block or column):
            continue
        seen.setdefault(memory, []).append(block)
        if block:
            places[str(int(cell["attributes"]["WID"], 2))] = [memory, int(index)]
            continue
        place = _LUT.fullmatch(cell["attributes"]["NEXTPNR_BEL"])
        if place is not None:
            x, y, lut = place.groups()
            places[f"R{y}C{x}:PLC2 {lut}.INIT"] = [memory, int(index), int(column)]
    for memory, what in wanted.items():
        kinds = seen.get(memory, [])
        block = bool(kinds) and all(kinds)
        many = what.cells(block) * (1 if block else _COLUMN_BITS)
        if len(kinds) != many or any(kinds) != block:
            raise UserError(f"Memory {memory} must be {many} parts of one kind, not {len(kinds)}.")
    return places


def exchange(
    lines: Iterator[str], places: Mapping[str, list[Any]], found: Mapping[str, Contents]
) -> Iterator[str]:
    """Yield the lines of a finished design with other contents of its memories.

    Parameters
    ----------
    lines : iterator of str
        With their ends.
    places : mapping
        As of `find_places`.
    found : mapping of str to Contents
    """
    tile, replaced = "", False
    for line in lines:
        if not line.strip():
            replaced = False
        if replaced:
            continue
        kind, _, rest = line.partition(" ")
        if kind == ".tile":
            tile = rest.strip()
        name = rest.split(" ")[0].strip()
        if kind == "word:" and f"{tile} {name}" in places:
            memory, index, column = places[f"{tile} {name}"]
            yield f"word: {name} {lut_rows(found[memory], index, column)}\n"
        elif kind == ".bram_init" and name in places:
            memory, index = places[name]
            replaced = True
            yield line
            yield from _section(block_words(found[memory], index))
        else:
            yield line


def _section(words: list[int]) -> Iterator[str]:
    for first in range(0, len(words), _WORDS_A_LINE):
        yield " ".join(f"{word:03x}" for word in words[first : first + _WORDS_A_LINE]) + "\n"
