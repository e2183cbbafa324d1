"""Writes RANC's JSON, core by core: a whole chip's text never is in memory at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network
from spikewright.tools.console import atomic_path
from spikewright.tools.formats.ranc_common import COLUMNS, Fit
from spikewright.tools.formats.ranc_export import RancProgram, from_network
from spikewright.tools.formats.ranc_stimulus import packet_lists
from spikewright.tools.formats.report import Report

__all__ = ["write_ranc"]


def write_ranc(
    network: Network,
    path: str | Path,
    *,
    stimulus: NDArray[np.void] | None = None,
    approximate: bool = False,
    bus: tuple[int, int] | None = None,
) -> Report:
    """Write a network, and a stimulus, as RANC's JSON.

    A neuron that sends beyond the east edge, where that is attached, with dy = 0 goes to the bus;
    so does one without a destination that has a line in the network's first output port.

    Parameters
    ----------
    network : Network
    path : str or Path
        Replaced if it exists.
    stimulus : ndarray of SPIKE, optional
    approximate : bool
        Bring numbers into their range, leave out neurons that can fire but send nowhere, and report
        it, instead of refusing them.
    bus : tuple of int, optional
        Cell of the output bus; by default the one that the network was read with, or else one that
        is added beyond the east edge.

    Returns
    -------
    Report

    Raises
    ------
    FormatError
        Names core, neuron, field, rule and value, and leaves ``path`` as it was.
    """
    path = Path(path)
    fit = Fit(path.name, approximate)
    program = from_network(network, fit, bus=bus, hardware=False)
    lists = packet_lists(stimulus, program.grid.bus, network, fit)
    a = network.architecture
    if (a.axons, a.neurons) != (256, 256):
        fit.report.notes.append(
            "RANC's JSON does not hold the size of a core: read it with axons = "
            f"{a.axons}, neurons = {a.neurons}, and run RANC with num_axons and num_neurons so."
        )
    with atomic_path(path) as temporary, temporary.open("w", encoding="ascii") as stream:
        stream.write('{"packets": [')
        for tick, spikes in enumerate(lists):
            stream.write(", " if tick else "")
            stream.write(json.dumps([_packet(spike) for spike in spikes]))
        bus_x, bus_y = program.grid.bus
        head = {"coordinates": [bus_x, bus_y], "num_outputs": program.grid.outputs}
        stream.write(f'],\n"output_bus": {json.dumps(head)},\n"cores": [')
        for number, core in enumerate(_cores(program)):
            stream.write(",\n" if number else "\n")
            stream.write(core)
        stream.write("\n]}\n")
    return fit.report


def _packet(spike: np.void) -> dict[str, object]:
    return {
        "destination_core": [int(spike["x"]), int(spike["y"])],
        "destination_axon": int(spike["axon"]),
        "destination_tick": 0,
    }


def _cores(program: RancProgram) -> Iterator[str]:
    """Yield each core that is not as RANC would make it, and one in the corner of the grid."""
    a, grid = program.network.architecture, program.grid
    last_x, last_y = grid.bus
    busy = ~program.silent.all(axis=1) | program.network.axon_types.any(axis=1)
    for core in np.flatnonzero(busy).tolist():
        x, y = core % a.width, core // a.width
        last_x, last_y = max(last_x, x), max(last_y, y)
        yield _core(program, x, y)
    # Without it, a reader would not know how large the grid is.
    if (last_x, last_y) != (grid.width - 1, grid.height - 1):
        corner = [grid.width - 1, grid.height - 1]
        yield json.dumps({"coordinates": corner, "axons": [], "connections": [], "neurons": []})


def _core(program: RancProgram, x: int, y: int) -> str:
    """Return a core's text, without the neurons at its end that are RANC's default."""
    types, connections, numbers = program.core(x, y)
    silent = program.silent[x + program.network.architecture.width * y]
    count = int(np.flatnonzero(~silent).max(initial=-1)) + 1
    neurons = ",\n".join(json.dumps(_neuron(row)) for row in numbers[:count].tolist())
    return (
        f'{{"coordinates": [{x}, {y}], "axons": {json.dumps(types.tolist())},\n"connections": ['
        f'{_rows(connections[:count])}],\n"neurons": [{neurons}]}}'
    )


def _neuron(row: list[int]) -> dict[str, object]:
    numbers = dict(zip(COLUMNS, row, strict=True))
    return {
        "reset_potential": row[1],
        "weights": row[2:6],
        **{name: numbers[name] for name in COLUMNS[6:9]},
        "destination_core_offset": row[10:12],
        **{name: numbers[name] for name in COLUMNS[12:]},
        "current_potential": row[0],
        "reset_mode": row[9],
    }


def _rows(connections: NDArray[np.bool_]) -> str:
    """Return rows of 0 and 1 as JSON lists; the encoder would take each bit for itself."""
    neurons, axons = connections.shape
    text = np.full((neurons, 2 * axons + 2), ord(","), dtype=np.uint8)
    text[:, 0] = ord("[")
    text[:, 1 : 2 * axons : 2] = connections + np.uint8(ord("0"))
    text[:, 2 * axons] = ord("]")
    return text.tobytes()[:-1].decode("ascii") if neurons else ""
