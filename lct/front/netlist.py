"""An elaborated module as a graph of cells, as yosys writes it in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = ["Bit", "Cell", "Net", "Netlist", "Port", "number"]

Bit: TypeAlias = int | str
"""A net by number, or a constant: ``0``, ``1``, ``x``, ``z``."""


@dataclass(frozen=True)
class Port:
    """A port: ``input``, ``output`` or ``inout``; its bits, lowest first."""

    name: str
    direction: str
    bits: tuple[Bit, ...]


@dataclass(frozen=True)
class Net:
    """A named wire, with the dots of the instances around it in its name.

    Attributes
    ----------
    bits : tuple of Bit
        Lowest first.
    place : str
        FILE:LINE:COLUMN of its declaration, empty where not known.
    init : str or None
        Bits that it has at power-on, highest first, ``x`` where not given.
    hidden : bool
        Whether the name was made by a tool.
    """

    name: str
    bits: tuple[Bit, ...]
    place: str
    init: str | None
    hidden: bool


@dataclass(frozen=True)
class Cell:
    """One operation: yosys' type such as ``$add``, parameters, and the bits at each pin."""

    name: str
    kind: str
    parameters: Mapping[str, str]
    pins: Mapping[str, tuple[Bit, ...]]
    outputs: tuple[str, ...]
    place: str

    def number(self, parameter: str) -> int:
        """A parameter as an integer."""
        return number(self.parameters[parameter])


@dataclass(frozen=True)
class Netlist:
    """A flat module.

    Attributes
    ----------
    drivers : mapping of int to (Cell, str, int)
        What drives a net: cell, pin, bit of the pin.
    """

    name: str
    ports: Mapping[str, Port]
    nets: Mapping[str, Net]
    cells: Mapping[str, Cell]
    drivers: Mapping[Bit, tuple[Cell, str, int]] = field(repr=False)

    @classmethod
    def from_json(
        cls, name: str, module: Mapping[str, Any], files: Mapping[str, str] | None = None
    ) -> Netlist:
        """Read a module as `write_json` writes it.

        `files` has the user's names of files by those in the attributes.
        """

        def place(item: Mapping[str, Any]) -> str:
            text = item["attributes"].get("src", "").partition("|")[0]
            found = re.fullmatch(r"(.*):(\d+)(?:\.(\d+))?(?:-[\d.]+)?", text)
            if not found:
                return str(text)
            column = f":{found[3]}" if found[3] and found[3] != "0" else ""
            return f"{(files or {}).get(found[1], found[1])}:{found[2]}{column}"

        ports = {n: Port(n, p["direction"], tuple(p["bits"])) for n, p in module["ports"].items()}
        nets = {
            n: Net(
                n,
                tuple(w["bits"]),
                place(w),
                w["attributes"].get("init"),
                bool(w["hide_name"]) or n.startswith("_$"),
            )
            for n, w in module["netnames"].items()
        }
        cells = {
            n: _cell(n, c, place(c)) for n, c in module["cells"].items() if c["type"] not in _SILENT
        }
        return cls(name, ports, nets, cells, _drivers(cells))

    def with_cells(
        self, cells: Mapping[str, Cell], nets: Mapping[str, Net] | None = None
    ) -> Netlist:
        """Return the netlist with other cells, and other nets if given."""
        drivers = _drivers(cells)
        return Netlist(self.name, self.ports, nets or self.nets, cells, drivers)

    def kinds(self, *kinds: str) -> Iterator[Cell]:
        """All cells of some types."""
        return (c for c in self.cells.values() if c.kind in kinds)

    def source(self, bit: Bit) -> Bit:
        """The bit at the start of a chain of buffers."""
        while isinstance(bit, int) and bit in self.drivers:
            cell, _, i = self.drivers[bit]
            if cell.kind not in ("$buf", "$pos") or i >= len(cell.pins["A"]):
                break
            bit = cell.pins["A"][i]
        return bit

    def sources(self, bits: Sequence[Bit]) -> tuple[Bit, ...]:
        """`source` of each bit."""
        return tuple(self.source(b) for b in bits)


# Cells of simulation and proof: they print or check and drive nothing.
_SILENT = ("$print", "$check", "$assert", "$assume", "$cover", "$live", "$fair", "$scopeinfo")


def _drivers(cells: Mapping[str, Cell]) -> dict[Bit, tuple[Cell, str, int]]:
    return {
        bit: (cell, pin, i)
        for cell in cells.values()
        for pin in cell.outputs
        for i, bit in enumerate(cell.pins[pin])
        if isinstance(bit, int)
    }


def _cell(name: str, cell: Mapping[str, Any], place: str) -> Cell:
    directions = cell.get("port_directions", {})
    return Cell(
        name,
        cell["type"],
        cell["parameters"],
        {pin: tuple(bits) for pin, bits in cell["connections"].items()},
        tuple(p for p, d in directions.items() if d == "output"),
        place,
    )


def number(text: str | int) -> int:
    """A parameter as an integer: yosys writes the bits, highest first."""
    return text if isinstance(text, int) else int(text.replace("x", "0"), 2) if text else 0
