"""Folders of memory files, as `$readmemh` takes them: a file for each memory of each core.

``synapses_0003.mem`` has the crossbar of core 3: a line a row, in hexadecimal digits, the first row
first. Beside the memories' files lie the seeds, which are no memory's but a register's, and the
Verilog lines that read all files into a simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network
from spikewright.hdl.image import MEMORIES, Space, image_words, spaces
from spikewright.tools.load_hex import from_digits, to_digits
from spikewright.tools.load_side import LoadError, Side, network_of

__all__ = ["INCLUDE", "SIDE", "file_name", "read_memories", "write_memories"]

Words = NDArray[np.uint32]

SIDE = "image.json"
INCLUDE = "load_image.vh"

_BLOCK = 64  # cores whose words are in memory at a time
_INCLUDE = """\
// Reads the memories of a simulated mesh. In a test bench, where `dut` is the module `mesh`:
//   `define SPIKEWRIGHT_MESH tb.dut
//   always @(negedge rst) begin `include "load_image.vh" end
// At the end of the reset, not in an initial block: the memories have such blocks of their own, and
// simulators differ in which comes last. Files are found in the folder in which the simulator runs,
// or in the one that SPIKEWRIGHT_IMAGE names, with a slash at its end. Seeds are in no memory: a
// core has FFFFFFFF after each reset, and another seed takes one write to space 4 of its core.
`ifndef SPIKEWRIGHT_IMAGE
`define SPIKEWRIGHT_IMAGE "./"
`endif
"""


def file_name(space: str, core: int) -> str:
    """Return the name of the file of a space and a core."""
    return f"{space}_{core:04d}.mem"


def write_memories(folder: Path, network: Network, advance: Callable[[int], None]) -> None:
    """Fill an empty folder.

    Parameters
    ----------
    folder : Path
    network : Network
    advance : callable
        Told after how many more cores.
    """
    a = network.architecture
    for first in range(0, a.cores, _BLOCK):
        last = min(a.cores, first + _BLOCK)
        image = image_words(network, first, last)
        for space in spaces(a):
            for core in range(first, last):
                text = _text(space, image[space.name][core - first])
                (folder / file_name(space.name, core)).write_bytes(text)
        advance(last - first)
    (folder / INCLUDE).write_text(_INCLUDE + _includes(a))


def _includes(architecture: Architecture) -> str:
    """Return the lines that read the files; with both addresses, as ranges of memories descend."""
    lines = []
    for core in range(architecture.cores):
        tile = f"`SPIKEWRIGHT_MESH.tile_{core % architecture.width}_{core // architecture.width}"
        for space in spaces(architecture):
            if space.name in MEMORIES:
                file = f'{{`SPIKEWRIGHT_IMAGE, "{file_name(space.name, core)}"}}'
                memory = f"{tile}.core.{MEMORIES[space.name]}.entries"
                lines.append(f"$readmemh({file}, {memory}, 0, {_rows(space) - 1});\n")
    return "".join(lines)


def _rows(space: Space) -> int:
    """Return how many lines a file has: a memory has two rows at least, a register has one."""
    return max(space.entries, 2 if space.name in MEMORIES else 1)


def _digits(space: Space) -> int:
    return -(-space.bits // 4)


def _text(space: Space, words: Words) -> bytes:
    rows = np.zeros((_rows(space), words.shape[1]), np.uint32)
    rows[: len(words)] = words
    lines = np.full((len(rows), _digits(space) + 1), ord("\n"), np.uint8)
    lines[:, :-1] = to_digits(rows)[:, -_digits(space) :]
    return lines.tobytes()


def read_memories(folder: Path, side: Side, advance: Callable[[int], None]) -> Network:
    """Read a folder.

    Parameters
    ----------
    folder : Path
    side : Side
        What the memories do not say.
    advance : callable
        Told after how many more cores.

    Raises
    ------
    LoadError
        Names the file and the line.
    """
    a = side.architecture
    # The first and the last file, before memory is taken for all that lie between.
    for core in (0, a.cores - 1):
        for space in spaces(a):
            _check_file(folder / file_name(space.name, core), space)
    image = {
        space.name: np.zeros((a.cores, space.entries, space.words), np.uint32)
        for space in spaces(a)
    }
    for core in range(a.cores):
        for space in spaces(a):
            image[space.name][core] = _read(folder / file_name(space.name, core), space)
        advance(1)
    return network_of(folder.name or str(folder), side, image)


def _check_file(path: Path, space: Space) -> None:
    """Refuse a file of another size, unread; one that is no file would keep the reader waiting."""
    if path.exists() and not path.is_file():
        raise LoadError(f"{path.name}: the path must be that of a regular file, and is not")
    size, rows, digits = path.stat().st_size, _rows(space), _digits(space)
    if size != rows * (digits + 1):
        rule = f"the file must have {rows} lines of {digits} hexadecimal digits"
        raise LoadError(f"{path.name}: {rule}, {rows * (digits + 1)} bytes, not {size}")


def _read(path: Path, space: Space) -> Words:
    _check_file(path, space)
    digits = _digits(space)
    lines = np.frombuffer(path.read_bytes(), np.uint8)
    if len(lines) != _rows(space) * (digits + 1):
        raise LoadError(f"{path.name}: the file must not change while it is read, and did")
    lines = lines.reshape(-1, digits + 1)
    words, valid = from_digits(lines[:, :-1])
    valid &= lines[:, -1] == ord("\n")
    if not valid.all():
        rule = f"a line must be {digits} hexadecimal digits and a line feed, and is not"
        raise LoadError(f"{path.name}, line {int(valid.argmin()) + 1}: {rule}")
    if words[space.entries :].any():
        rule = f"lines after line {space.entries} must be 0, and are not"
        raise LoadError(f"{path.name}: {rule}")
    # Bits beyond the width, in the first digit, are refused with those of all other cores.
    return words[: space.entries]
