"""RANC's JSON: cores, output bus and input packets, as its simulator reads them.

RANC (University of Arizona) is a reconfigurable neurosynaptic chip with a C++ simulator, whose one
input file this is. A core's neurons send to [dx, dy], an axon and a field d, which is our delay
less one; one cell of the grid holds no core but the output bus.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network
from spikewright.tools.formats.ranc_common import (
    Fit,
    Grid,
    RancCore,
    core_size,
    mesh_of,
    potential_note,
    ranc_architecture,
)
from spikewright.tools.formats.ranc_import import to_network
from spikewright.tools.formats.ranc_json_write import write_ranc
from spikewright.tools.formats.ranc_stimulus import make_stimulus
from spikewright.tools.formats.ranc_stream import JsonPieces, shown
from spikewright.tools.formats.ranc_values import (
    read_bus,
    read_core,
    read_packet,
    require,
    unknown,
)
from spikewright.tools.formats.report import Report

__all__ = ["read_ranc", "read_ranc_stimulus", "write_ranc"]

_KEYS = ("packets", "output_bus", "cores")
_OUTERMOST = "the outermost object"

Take = Callable[[int, Any], None]


def read_ranc(
    path: str | Path,
    *,
    approximate: bool = False,
    preset: str = "ranc",
    neuron_reset_type: int = 0,
    mesh: tuple[int, int] | None = None,
    axons: int | None = None,
    neurons: int | None = None,
) -> tuple[Network, Report]:
    """Read a network from RANC's JSON.

    Parameters
    ----------
    path : str or Path
    approximate : bool
        Bring numbers into their range, leave out unknown keys and destinations beyond the grid, and
        report it, instead of refusing them.
    preset : {"ranc", "truenorth"}
        Potentials of 9 bits that wrap, as in RANC's hardware, or of 20 bits that saturate. RANC's
        simulator has 32 bits.
    neuron_reset_type : {0, 1}
        As in RANC's configuration file: 1 compares V <= negative_threshold.
    mesh : tuple of int, optional
        Width and height; by default as large as the coordinates of cores and bus ask for.
    axons, neurons : int, optional
        Of a core; by default 256, or as many as the largest core of the file has.

    Returns
    -------
    network : Network
        With the sides ("east",) attached and an output port "bus"; ``metadata["ranc"]`` holds the
        coordinates of the bus and its number of lines.
    report : Report

    Raises
    ------
    FormatError
        Names the file, core, neuron, field, rule and value.
    """
    path = Path(path)
    fit = Fit(path.name, approximate)
    cores: dict[tuple[int, int], RancCore] = {}

    def take_core(number: int, value: Any) -> None:
        core = read_core(value, f"cores[{number}]", fit)
        if (core.x, core.y) in cores:
            rule = "coordinates must be those of one core only"
            raise fit.wrong(f"cores[{number}]", f"{rule}, not ({core.x}, {core.y}) again")
        cores[core.x, core.y] = core

    found = _visit(path, {"cores": take_core})
    for key in found:
        if key not in _KEYS:
            unknown(key, _KEYS, _OUTERMOST, fit)
    require(frozenset(found), ("cores", "output_bus"), _OUTERMOST, fit)
    bus, outputs = read_bus(found["output_bus"], fit)
    if bus in cores:
        raise fit.wrong("output_bus", f"coordinates must be free of cores, not {list(bus)}")
    width, height = mesh_of([*cores, bus], mesh, fit)
    lengths = [len(core.types) for core in cores.values()]
    lengths += [len(row) for core in cores.values() for row in core.rows]
    counts = [len(core.numbers) for core in cores.values()]
    architecture = ranc_architecture(
        path.name,
        preset=preset,
        mesh=(width, height),
        axons=core_size("axons", lengths, axons, fit),
        neurons=core_size("neurons", counts, neurons, fit),
        neuron_reset_type=neuron_reset_type,
    )
    if preset == "truenorth":
        fit.report.notes.append(potential_note(architecture))
    grid = Grid(width=width, height=height, bus=bus, outputs=outputs)
    return to_network(list(cores.values()), grid, architecture, fit), fit.report


def read_ranc_stimulus(path: str | Path, network: Network) -> NDArray[np.void]:
    """Read the input packets of RANC's JSON.

    A packet of list i with field d is integrated in our tick i + d.

    Parameters
    ----------
    path : str or Path
    network : Network
        Read from the same file, or at least of the same grid.

    Returns
    -------
    ndarray of SPIKE
        Sorted by all fields, none twice: RANC merges packets for one axon and tick.

    Raises
    ------
    FormatError
        Names the file, packet, field, rule and value.
    """
    path = Path(path)
    fit = Fit(path.name, approximate=False)
    rows = array("q")

    def take_list(tick: int, value: Any) -> None:
        if not isinstance(value, list):
            raise fit.wrong("packets", f"packets[{tick}] must be a list, not {shown(value)}")
        for number, packet in enumerate(value):
            field, x, y, axon = read_packet(packet, f"packets[{tick}][{number}]", fit)
            rows.extend((tick + field, x, y, axon))

    found = _visit(path, {"packets": take_list})
    require(frozenset(found), ("packets", "output_bus"), _OUTERMOST, fit)
    bus, _ = read_bus(found["output_bus"], fit)
    return make_stimulus(np.array(rows, dtype=np.int64).reshape(-1, 4), bus, network, fit)


def _visit(path: Path, takers: dict[str, Take]) -> dict[str, Any]:
    """Hand over the elements of cores or packets, and return all keys, with output_bus's value."""
    pieces = JsonPieces(path)
    found: dict[str, Any] = {}
    for key in pieces.members():
        found[key] = None
        if key in ("cores", "packets"):
            take = takers.get(key)
            for number, value in enumerate(pieces.elements(key)):
                if take is not None:
                    take(number, value)
        else:
            value = pieces.value(key)
            if key == "output_bus":
                found[key] = value
    return found
