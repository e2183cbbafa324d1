"""What several kinds of archives hold: an architecture, attached sides, ports, packed bits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.golden.archive import Archive
from spikewright.golden.archive_writer import FREE_BYTES
from spikewright.golden.ports import LINES_LIMIT, PORT_LIMIT, Port, PortError
from spikewright.golden.stimulus import SIDES

__all__ = [
    "pack_bits",
    "port_arrays",
    "port_header",
    "port_members",
    "read_architecture",
    "read_attached",
    "read_bits",
    "read_ports",
]


def read_architecture(archive: Archive, header: Mapping[str, Any]) -> Architecture:
    """Return the architecture that a file's header describes."""
    values = header.get("architecture")
    if not isinstance(values, dict):
        raise archive.wrong(f"header architecture must be an object, not {values!r}")
    try:
        return Architecture.from_dict(values)
    except ArchitectureError as error:
        raise archive.wrong(f"header architecture: {error}") from None


def read_attached(archive: Archive, header: Mapping[str, Any]) -> list[str]:
    """Return the attached sides that a file's header names."""
    attached = header.get("attached")
    if not isinstance(attached, list):
        raise archive.wrong(f"header attached must be a list, not {attached!r}")
    for side in attached:
        if side not in SIDES:
            raise archive.wrong(f"header attached must be of {', '.join(SIDES)}, not {side!r}")
    return attached


def port_header(ports: Iterable[Port]) -> list[dict[str, str]]:
    """Return what a file's header says of ports."""
    return [{"name": port.name, "kind": port.kind} for port in ports]


def port_arrays(ports: Iterable[Port]) -> dict[str, NDArray[np.int32]]:
    """Return the arrays of ports by their names in a file."""
    return {f"port_{number}": port.lines.reshape(-1) for number, port in enumerate(ports)}


def port_members(archive: Archive, header: Mapping[str, Any]) -> list[str]:
    """Return the names of the arrays that hold the ports of a file's header."""
    ports = header.get("ports")
    if not isinstance(ports, list) or not all(
        isinstance(port, dict) and port.keys() == {"name", "kind"} for port in ports
    ):
        raise archive.wrong(f"header ports must be a list of name and kind, not {ports!r}")
    if len(ports) > PORT_LIMIT:
        raise archive.wrong(f"header ports must be at most {PORT_LIMIT}, not {len(ports)}")
    return [f"port_{number}" for number in range(len(ports))]


def read_ports(
    archive: Archive, header: Mapping[str, Any], architecture: Architecture
) -> list[Port]:
    """Return the ports of a file, held against its architecture."""
    ports: list[Port] = []
    for member, kind in zip(port_members(archive, header), header["ports"], strict=True):
        room = LINES_LIMIT - sum(len(port.lines) for port in ports)
        numbers = archive.array(member, np.int32, None, limit=16 * room)
        if len(numbers) % 4:
            raise archive.wrong(f"member {member}.npy must hold rows of 4, not {len(numbers)}")
        try:
            ports.append(Port(kind["name"], kind["kind"], numbers.reshape(-1, 4)))
            ports[-1].check(architecture)
        except PortError as error:
            raise archive.wrong(str(error)) from None
    return ports


def pack_bits(array: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return booleans as bits, eight of the last axis a byte, the first one lowest."""
    return np.packbits(array, axis=-1, bitorder="little")


def read_bits(archive: Archive, name: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return booleans of this shape that a member holds as `pack_bits` made it."""
    last = shape[-1]
    if math.prod(shape) > FREE_BYTES:
        raise archive.wrong(f"member {name}.npy must hold at most {FREE_BYTES} bits, not {shape}")
    packed = archive.array(name, np.uint8, (*shape[:-1], -(-last // 8)))
    if last % 8 and (packed[..., -1] >> (last % 8)).any():
        raise archive.wrong(f"member {name}.npy must hold zeros beyond bit {last - 1} of a row")
    return np.unpackbits(packed, axis=-1, count=last, bitorder="little").view(np.bool_)
