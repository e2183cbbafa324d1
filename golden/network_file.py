"""A network as a file, and the number that tells two networks apart.

A file of version 2 is an archive of these members, which `numpy.load` can read:

``header``
    JSON: format, version, architecture, attached, names and kinds of the ports, metadata.
``synapse_bits``
    uint8 (C, N, ceil(A / 8)): eight axons a byte, axon 0 lowest; bits beyond the last axon are 0.
every other array of `Network`
    Under its own name, of its own type and shape.
``port_0``, ``port_1``, ...
    int32 (4 K,): the lines of each port, one after the other.

Version 1 held ``synapses``, a byte each, and neither ports nor metadata; it is still read.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.archive import Archive, write_archive
from spikewright.golden.archive_parts import (
    pack_bits,
    port_arrays,
    port_header,
    port_members,
    read_architecture,
    read_attached,
    read_bits,
    read_ports,
)
from spikewright.golden.fields import FIELDS, array_bytes
from spikewright.golden.network import Network, NetworkError

__all__ = ["network_digest", "read_network", "write_network"]

FORMAT = "spikewright-network"
PACKED = "synapse_bits"
# Of all arrays in memory, a byte a synapse; a chip of 64 x 64 cores needs a third of it.
_ARRAYS_LIMIT = 2**30


def write_network(path: str | Path, network: Network) -> None:
    """Write a file of version 2 in the place of ``path``; the network is not checked."""
    header = {
        "format": FORMAT,
        "version": 2,
        "architecture": network.architecture.to_dict(),
        "attached": list(network.attached),
        "ports": port_header(network.ports),
        "metadata": network.metadata,
    }
    write_archive(path, header, _members(network) | port_arrays(network.ports))


def read_network(path: str | Path) -> Network:
    """Read a file of either version; `Network.load` says what is refused."""
    with Archive(path, NetworkError) as archive:
        header = archive.header(FORMAT, 1, 2)
        if header["version"] == 1:
            header |= {"ports": [], "metadata": {}}
        architecture = read_architecture(archive, header)
        _check_size(archive, architecture)
        packed = header["version"] > 1
        names = [PACKED if packed and field.name == "synapses" else field.name for field in FIELDS]
        archive.check_names([*names, *port_members(archive, header)])
        attached = read_attached(archive, header)
        ports = read_ports(archive, header, architecture)
        arrays: dict[str, Any] = {}
        for name, field in zip(names, FIELDS, strict=True):
            shape = field.shape(architecture)
            if name == PACKED:
                arrays[field.name] = read_bits(archive, name, shape)
            else:
                arrays[field.name] = archive.array(name, field.dtype, shape)
        if not isinstance(header.get("metadata"), dict):
            raise archive.wrong(
                f"header metadata must be an object, not {header.get('metadata')!r}"
            )
        try:
            return Network.adopt(
                architecture, arrays, attached=attached, ports=ports, metadata=header["metadata"]
            )
        except NetworkError as error:
            raise archive.wrong(str(error)) from None


def network_digest(network: Network) -> str:
    """Return the SHA-256 of all that decides what the chip does; ports and metadata do not.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    described = {
        "architecture": network.architecture.to_dict(),
        "attached": sorted(network.attached),
    }
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for array in _members(network).values():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(little.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _members(network: Network) -> dict[str, Any]:
    """Return the arrays by their names in a file."""
    arrays = network.arrays()
    return {PACKED: pack_bits(arrays.pop("synapses")), **arrays}


def _check_size(archive: Archive, architecture: Architecture) -> None:
    size = array_bytes(architecture)
    if size > _ARRAYS_LIMIT:
        raise archive.wrong(
            f"header architecture must ask for at most {_ARRAYS_LIMIT} bytes of arrays, not {size}"
        )
