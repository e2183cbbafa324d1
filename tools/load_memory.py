"""Folders of memory files, as `$readmemh` takes them: a file for each memory of each core.

``synapses_0003.mem`` has the crossbar of core 3: a line a row, in hexadecimal digits, the first row
first. Where the hardware keeps the high bits of each row in a second memory, these have a file of
their own, ``synapses_rest_0003.mem``. Beside the memories' files lie the seeds, which are no
memory's but a register's, and the Verilog lines that read all files into a simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network
from spikewright.hdl.image import MEMORIES, image_words, spaces
from spikewright.hdl.memory_parts import FEWEST_ROWS, cut_bits, memory_parts, put_bits
from spikewright.tools.load_hex import from_digits, to_digits
from spikewright.tools.load_side import LoadError, Side, network_of

__all__ = ["INCLUDE", "SIDE", "read_memories", "write_memories"]

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
// For tiles of the core "event": "neuron" keeps copies of types and modes elsewhere, which only
// writes reach.
`ifndef SPIKEWRIGHT_IMAGE
`define SPIKEWRIGHT_IMAGE "./"
`endif
"""


@dataclass(frozen=True)
class _Part:
    """A memory, or the register of a seed: some bits of all rows of a space."""

    space: str
    memory: str
    rows: int
    entries: int
    first: int
    bits: int

    @property
    def digits(self) -> int:
        """Hexadecimal digits of a row."""
        return -(-self.bits // 4)

    def file_name(self, core: int) -> str:
        """Return the name of the file of a core."""
        rest = "" if self.first == 0 else f"_{self.memory}"
        return f"{self.space}{rest}_{core:04d}.mem"


def _parts(architecture: Architecture) -> list[_Part]:
    """Return what each core has a file for."""
    parts = []
    for space in spaces(architecture):
        if space.name not in MEMORIES:
            parts.append(_Part(space.name, "", space.entries, space.entries, 0, space.bits))
            continue
        first = 0
        for memory, bits in memory_parts(space.bits):
            rows = max(space.entries, FEWEST_ROWS)
            parts.append(_Part(space.name, memory, rows, space.entries, first, bits))
            first += bits
    return parts


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
        for part in _parts(a):
            for core in range(first, last):
                words = cut_bits(image[part.space][core - first], part.first, part.bits)
                (folder / part.file_name(core)).write_bytes(_text(part, words))
        advance(last - first)
    (folder / INCLUDE).write_text(_INCLUDE + _includes(a))


def _includes(architecture: Architecture) -> str:
    """Return the lines that read the files; with both addresses, as ranges of memories descend."""
    lines = []
    for core in range(architecture.cores):
        tile = f"`SPIKEWRIGHT_MESH.tile_{core % architecture.width}_{core // architecture.width}"
        for part in _parts(architecture):
            if part.memory:
                file = f'{{`SPIKEWRIGHT_IMAGE, "{part.file_name(core)}"}}'
                memory = f"{tile}.core.{MEMORIES[part.space]}.{part.memory}"
                lines.append(f"$readmemh({file}, {memory}, 0, {part.rows - 1});\n")
    return "".join(lines)


def _text(part: _Part, words: Words) -> bytes:
    rows = np.zeros((part.rows, words.shape[1]), np.uint32)
    rows[: len(words)] = words
    lines = np.full((len(rows), part.digits + 1), ord("\n"), np.uint8)
    lines[:, :-1] = to_digits(rows)[:, -part.digits :]
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
    parts = _parts(a)
    # The first and the last file, before memory is taken for all that lie between.
    for core in (0, a.cores - 1):
        for part in parts:
            _check_file(folder / part.file_name(core), part)
    image = {
        space.name: np.zeros((a.cores, space.entries, space.words), np.uint32)
        for space in spaces(a)
    }
    for core in range(a.cores):
        for part in parts:
            found = _read(folder / part.file_name(core), part)
            put_bits(image[part.space][core], part.first, found)
        advance(1)
    return network_of(folder.name or str(folder), side, image)


def _check_file(path: Path, part: _Part) -> None:
    """Refuse a file of another size, unread; one that is no file would keep the reader waiting."""
    if path.exists() and not path.is_file():
        raise LoadError(f"{path.name}: the path must be that of a regular file, and is not")
    size, wanted = path.stat().st_size, part.rows * (part.digits + 1)
    if size != wanted:
        rule = f"the file must have {part.rows} lines of {part.digits} hexadecimal digits"
        raise LoadError(f"{path.name}: {rule}, {wanted} bytes, not {size}")


def _read(path: Path, part: _Part) -> Words:
    _check_file(path, part)
    lines = np.frombuffer(path.read_bytes(), np.uint8)
    if len(lines) != part.rows * (part.digits + 1):
        raise LoadError(f"{path.name}: the file must not change while it is read, and did")
    lines = lines.reshape(-1, part.digits + 1)
    words, valid = from_digits(lines[:, :-1])
    valid &= lines[:, -1] == ord("\n")
    if not valid.all():
        rule = f"a line must be {part.digits} hexadecimal digits and a line feed, and is not"
        raise LoadError(f"{path.name}, line {int(valid.argmin()) + 1}: {rule}")
    # All 32 bits of a word are taken where the last one is full.
    beyond = words[:, -1].astype(np.uint64) >> np.uint64((part.bits - 1) % 32 + 1)
    if beyond.any():
        rule = f"a line must have {part.bits} bits, and has more"
        raise LoadError(f"{path.name}, line {int((beyond > 0).argmax()) + 1}: {rule}")
    if words[part.entries :].any():
        rule = f"lines after line {part.entries} must be 0, and are not"
        raise LoadError(f"{path.name}: {rule}")
    return words[: part.entries]
