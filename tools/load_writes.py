"""Files of AXI4-Lite writes: one of four forms of the same list, chosen by the file's suffix.

``.txt``
    A line a write: address and data, eight hexadecimal digits each, for debuggers and scripts.
``.bin``
    The same as pairs of 32-bit words, little-endian: what a program of a processor copies.
``.h``
    The same as an array of C. It is only written, not read.
``.npz``
    Arrays ``address`` and ``data``, and a header with all that the others have beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network
from spikewright.golden.archive import Archive, write_archive
from spikewright.golden.archive_parts import (
    port_arrays,
    port_header,
    port_members,
    read_architecture,
    read_attached,
    read_ports,
)
from spikewright.hdl.image import ImageError
from spikewright.hdl.programming import core_addresses, register_writes, written_image
from spikewright.tools.load_hex import from_digits, to_digits
from spikewright.tools.load_side import LoadError, Side, check_size, network_of

__all__ = [
    "SUFFIXES",
    "count_writes",
    "read_archive",
    "read_writes",
    "write_writes",
    "written_network",
]

Words = NDArray[np.uint32]

SUFFIXES = (".txt", ".bin", ".h", ".npz")
FORMAT = "spikewright-writes"
C_LIMIT = 2**20
"""Writes of a C array: a compiler needs some 100 bytes for each."""

_BLOCK = 2**19  # writes that are in memory as text at a time
_LINE = len("00000000 00000000\n")
_C_HEAD = """\
/* The AXI4-Lite writes that program a Spikewright chip, in order: write `data` to base + `address`,
   and wait for each write's answer before the next write. */
#ifndef SPIKEWRIGHT_WRITES_H
#define SPIKEWRIGHT_WRITES_H
#include <stdint.h>
static const struct {{ uint32_t address, data; }} spikewright_writes[{count}] = {{
"""
_C_TAIL = "};\n#endif\n"


def count_writes(architecture: Architecture) -> int:
    """Return how many writes program a chip."""
    return len(core_addresses(architecture)) * architecture.cores


def write_writes(path: Path, network: Network, advance: Callable[[int], None], name: str) -> None:
    """Write a file.

    Parameters
    ----------
    path : Path
        Where to; the form is that of ``name``.
    network : Network
    advance : callable
        Told after how many more cores.
    name : str
        Of the file in the end.

    Raises
    ------
    LoadError, ImageError
        Where the chip or the form cannot hold the network.
    """
    suffix, count = Path(name).suffix, count_writes(network.architecture)
    if suffix == ".npz":
        _write_archive(path, network, advance)
        return
    if suffix == ".h" and count > C_LIMIT:
        rule = f"a C array must have at most {C_LIMIT} writes, not {count}: use .bin"
        raise LoadError(f"{name}: {rule}")
    with path.open("wb") as file:
        file.write(_C_HEAD.format(count=count).encode() if suffix == ".h" else b"")
        for address, data in _blocks(network, advance):
            _FORMS[suffix](file, address, data)
        file.write(_C_TAIL.encode() if suffix == ".h" else b"")


def _blocks(network: Network, advance: Callable[[int], None]) -> Iterator[tuple[Words, Words]]:
    """Yield addresses and data of some cores at a time."""
    a = network.architecture
    addresses = core_addresses(a)
    step = max(1, _BLOCK // len(addresses))
    for first in range(0, a.cores, step):
        data = register_writes(network, first, min(a.cores, first + step))
        yield np.tile(addresses, len(data)), data.reshape(-1)
        advance(len(data))


def _write_lines(file: IO[bytes], address: Words, data: Words) -> None:
    _columns(file, address, data, ("", " ", "\n"))


def _write_c(file: IO[bytes], address: Words, data: Words) -> None:
    _columns(file, address, data, ("{0x", ", 0x", "},\n"))


def _columns(file: IO[bytes], address: Words, data: Words, between: tuple[str, str, str]) -> None:
    """Write lines of two numbers and the same text around them."""
    texts = [np.frombuffer(text.encode(), np.uint8) for text in between]
    parts = (texts[0], to_digits(address[:, None]), texts[1], to_digits(data[:, None]), texts[2])
    lines = [np.broadcast_to(part, (len(data), part.shape[-1])) for part in parts]
    file.write(np.concatenate(lines, axis=1).data)


def _write_pairs(file: IO[bytes], address: Words, data: Words) -> None:
    file.write(np.stack([address, data], axis=1).astype("<u4").data)


_FORMS: dict[str, Callable[[IO[bytes], Words, Words], None]] = {
    ".txt": _write_lines,
    ".bin": _write_pairs,
    ".h": _write_c,
}


def _write_archive(path: Path, network: Network, advance: Callable[[int], None]) -> None:
    address, data = np.empty((2, count_writes(network.architecture)), np.uint32)
    at = 0
    for addresses, block in _blocks(network, advance):
        address[at : at + len(block)], data[at : at + len(block)] = addresses, block
        at += len(block)
    header = {
        "format": FORMAT,
        "version": 1,
        "architecture": network.architecture.to_dict(),
        "attached": list(network.attached),
        "ports": port_header(network.ports),
        "metadata": network.metadata,
    }
    arrays = {"address": address, "data": data} | port_arrays(network.ports)
    write_archive(path, header, arrays)


def read_archive(path: Path) -> Network:
    """Read a ``.npz`` of writes.

    Raises
    ------
    LoadError
    """
    with Archive(path, LoadError) as archive:
        header = archive.header(FORMAT, 1)
        architecture = read_architecture(archive, header)
        check_size(path, architecture)
        archive.check_names(["address", "data", *port_members(archive, header)])
        attached = read_attached(archive, header)
        ports = read_ports(archive, header, architecture)
        metadata: Any = header.get("metadata")
        if not isinstance(metadata, dict):
            raise archive.wrong(f"header metadata must be an object, not {metadata!r}")
        limit = 4 * _most(path, architecture)
        address, data = (
            archive.array(n, np.uint32, None, limit=limit) for n in ("address", "data")
        )
        if len(address) != len(data):
            rule = "members address.npy and data.npy must be of one length"
            raise archive.wrong(f"{rule}, not {len(address)} and {len(data)}")
    return written_network(
        path, Side(architecture, tuple(attached), tuple(ports), metadata), address, data
    )


def read_writes(path: Path, architecture: Architecture, advance: Callable[[int], None]) -> Words:
    """Read a ``.txt`` or a ``.bin``.

    Parameters
    ----------
    path : Path
    architecture : Architecture
        Says how many writes there may be.
    advance : callable
        Told after how many more bytes.

    Returns
    -------
    ndarray of uint32, shape (writes, 2)
        Address and data.

    Raises
    ------
    LoadError
        Names the file and the line, or the number of the write.
    """
    if path.suffix not in (".txt", ".bin"):
        raise LoadError(f"{path.name}: the suffix must be .txt, .bin or .npz")
    if path.exists() and not path.is_file():
        raise LoadError(f"{path.name}: the path must be that of a regular file, and is not")
    unit = _LINE if path.suffix == ".txt" else 8
    size, most = path.stat().st_size, _most(path, architecture)
    if size > unit * most:
        rule = f"the file must have at most {unit * most} bytes for this architecture"
        raise LoadError(f"{path.name}: {rule}, not {size}")
    pairs = np.empty((-(-size // unit), 2), np.uint32)
    with path.open("rb") as file:
        for first in range(0, len(pairs), _BLOCK):
            octets = file.read(unit * _BLOCK)
            found = _lines(path, octets, first) if unit == _LINE else _pairs(path, octets, first)
            pairs[first : first + len(found)] = found
            advance(len(octets))
    return pairs


def _most(path: Path, architecture: Architecture) -> int:
    """Return how many writes a file may have: twice those of a whole chip are a stranger's."""
    try:
        return 2 * count_writes(architecture)
    except ImageError as error:
        raise LoadError(f"{path.name}: {error}") from None


def _lines(path: Path, octets: bytes, first: int) -> Words:
    """Return address and data of each line."""
    rows = np.frombuffer(octets, np.uint8, count=len(octets) // _LINE * _LINE).reshape(-1, _LINE)
    address, valid = from_digits(rows[:, :8])
    data, also = from_digits(rows[:, 9:17])
    valid &= also & (rows[:, 8] == ord(" ")) & (rows[:, 17] == ord("\n"))
    if not valid.all() or len(octets) % _LINE:
        number = first + 1 + int(np.append(valid, False).argmin())
        rule = "must be 8 hexadecimal digits, a space, 8 hexadecimal digits and a line feed"
        raise LoadError(f"{path.name}, line {number}: a line {rule}, and is not")
    return np.concatenate([address, data], axis=1)


def _pairs(path: Path, octets: bytes, first: int) -> Words:
    """Return address and data of each pair."""
    if len(octets) % 8:
        size = 8 * first + len(octets)
        raise LoadError(f"{path.name}: the file must have 8 bytes a write, not {size} bytes")
    return np.frombuffer(octets, "<u4").reshape(-1, 2).astype(np.uint32, copy=False)


def written_network(path: Path, side: Side, address: Words, data: Words) -> Network:
    """Return the network that writes program; ``path`` names them.

    Raises
    ------
    LoadError
    """
    try:
        words = written_image(side.architecture, address, data)
    except ImageError as error:
        raise LoadError(f"{path.name}: {error}") from None
    return network_of(path.name, side, words)
