"""What of a network no memory of the chip holds: a JSON file beside its image.

It has the members of the header of a network file, architecture, attached sides, ports and
metadata, and here the ports have their lines with them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network, NetworkError, Port
from spikewright.golden.architecture import ArchitectureError
from spikewright.golden.archive import depth
from spikewright.golden.fields import FIELDS, array_bytes
from spikewright.golden.ports import PortError
from spikewright.golden.stimulus import SIDES
from spikewright.hdl.image import ImageError, image_arrays

__all__ = [
    "LoadError",
    "Side",
    "check_size",
    "network_of",
    "read_architecture_file",
    "read_side",
    "side_text",
]

FORMAT = "spikewright-image"
_KEYS = ("format", "version", "architecture", "attached", "ports", "metadata")
_LIMIT = 2**28  # bytes of JSON; the most lines that a network may have take less
_ARRAYS_LIMIT = 2**30  # bytes of arrays, as in a network file
_DEPTH = 16
_TEXT = 300  # characters of a sentence about a stranger's file


class LoadError(ValueError):
    """A file of an image that cannot be read."""


@dataclass(frozen=True)
class Side:
    """What an image does not say of its network.

    Members
    -------
    architecture : Architecture
    attached : tuple of str
    ports : tuple of Port
    metadata : dict
    """

    architecture: Architecture
    attached: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network) -> Side:
        """Return that of a network."""
        return cls(network.architecture, network.attached, network.ports, network.metadata)


def side_text(side: Side) -> str:
    """Return the text of the file."""
    ports = [
        {"name": port.name, "kind": port.kind, "lines": port.lines.tolist()} for port in side.ports
    ]
    found = {
        "format": FORMAT,
        "version": 1,
        "architecture": side.architecture.to_dict(),
        "attached": list(side.attached),
        "ports": ports,
        "metadata": side.metadata,
    }
    return json.dumps(found) + "\n"


def read_side(path: Path) -> Side:
    """Read the file beside an image.

    Raises
    ------
    LoadError
        One sentence with the file's name, for whatever is no such file.
    """
    found = _object(path)
    for key in [*_KEYS, *found]:
        if key not in found or key not in _KEYS:
            verb = "have" if key in _KEYS else "not have"
            raise _wrong(path, f"the object must {verb} {_short(key)}")
    for key, wanted in (("format", FORMAT), ("version", 1)):
        if found[key] != wanted or isinstance(found[key], bool | float):
            raise _wrong(path, f"{key} must be {wanted!r}, not {_short(found[key])}")
    try:
        return _side(path, found)
    except (ArchitectureError, PortError) as error:
        raise _wrong(path, str(error)) from None


def read_architecture_file(path: Path) -> Architecture:
    """Read an object of all parameters by name, as `Architecture.to_dict` gives it.

    Raises
    ------
    LoadError
    """
    try:
        return Architecture.from_dict(_object(path))
    except ArchitectureError as error:
        raise _wrong(path, str(error)) from None


def _object(path: Path) -> dict[str, Any]:
    """Return the object that a file holds as JSON."""
    if path.exists() and not path.is_file():
        raise _wrong(path, "the path must be that of a regular file, and is not")
    size = path.stat().st_size
    if size > _LIMIT:
        raise _wrong(path, f"the file must have at most {_LIMIT} bytes, not {size}")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise _wrong(path, "the file must hold JSON, and does not") from None
    if not isinstance(found, dict) or depth(found) > _DEPTH:
        raise _wrong(path, f"the file must hold an object that nests at most {_DEPTH} deep")
    return found


def _side(path: Path, found: dict[str, Any]) -> Side:
    """Return what an object holds that has all its keys."""
    for key, kind, name in (
        ("architecture", dict, "an object"),
        ("attached", list, "a list"),
        ("ports", list, "a list"),
        ("metadata", dict, "an object"),
    ):
        if not isinstance(found[key], kind):
            raise _wrong(path, f"{key} must be {name}, not {_short(found[key])}")
    architecture = Architecture.from_dict(found["architecture"])
    check_size(path, architecture)
    for side in found["attached"]:
        if side not in SIDES or found["attached"].count(side) > 1:
            raise _wrong(path, f"attached must be of {', '.join(SIDES)}, each once")
    ports = tuple(_port(path, number, port) for number, port in enumerate(found["ports"]))
    return Side(architecture, tuple(found["attached"]), ports, found["metadata"])


def _port(path: Path, number: int, port: Any) -> Port:
    if not isinstance(port, dict) or port.keys() != {"name", "kind", "lines"}:
        raise _wrong(path, f"port {number} must be an object of name, kind and lines, and is not")
    lines = port["lines"]
    good = isinstance(lines, list) and all(
        isinstance(line, list) and len(line) == 4 and all(type(n) is int for n in line)
        for line in lines
    )
    if not good or any(not -(2**31) <= n < 2**31 for line in lines for n in line):
        raise _wrong(path, f"lines of port {number} must be rows of 4 integers of 32 bits")
    return Port(port["name"], port["kind"], np.array(lines, np.int64).reshape(-1, 4))


def check_size(path: Path, architecture: Architecture) -> None:
    """Refuse an architecture whose network would not fit the memory."""
    size = array_bytes(architecture)
    if size > _ARRAYS_LIMIT:
        rule = f"architecture must ask for at most {_ARRAYS_LIMIT} bytes of arrays"
        raise _wrong(path, f"{rule}, not {size}")


def network_of(name: str, side: Side, words: dict[str, NDArray[np.uint32]]) -> Network:
    """Return the network of an image.

    Parameters
    ----------
    name : str
        Of the file or folder, for what is wrong with it.
    side : Side
    words : dict
        As `hdl.image.image_words` gives them.
    """
    try:
        arrays = image_arrays(side.architecture, words)
        # A range is at most that of the type, but for what only `Network.check` refuses.
        narrowed = {f.name: arrays.pop(f.name).astype(f.dtype) for f in FIELDS}
        return Network.adopt(
            side.architecture,
            narrowed,
            attached=side.attached,
            ports=side.ports,
            metadata=side.metadata,
        )
    except (ImageError, NetworkError) as error:
        raise LoadError(f"{name}: {error}") from None


def _wrong(path: Path, what: str) -> LoadError:
    return LoadError(f"{path.name}: {what if len(what) <= _TEXT else what[:_TEXT] + '...'}")


def _short(value: Any) -> str:
    """Return a value of a stranger's file in at most a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
