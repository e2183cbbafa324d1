"""From a network to RANC's cores: what RANC has no number for is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import DEFAULT_SEED, Architecture, Network, Port
from spikewright.tools.formats.ranc_common import (
    COLUMNS,
    DEFAULT,
    GRID_LIMIT,
    Fit,
    Grid,
    known_bus,
    limits,
    neuron_place,
    potential_note,
)
from spikewright.tools.formats.ranc_routes import Routes, find_routes

__all__ = ["RancProgram", "from_network"]

Bool = NDArray[np.bool_]

# What RANC's neuron has not, each 0 in a neuron that does without.
_FOREIGN = (
    "weight_stochastic",
    "leak_stochastic",
    "leak_reversal",
    "threshold_mask",
    "negative_saturate",
)


@dataclass(frozen=True, kw_only=True)
class RancProgram:
    """A network in RANC's numbers; C = cores of the network's mesh, N = neurons, A = axons.

    Members
    -------
    grid : Grid
        At least as large as the network's mesh.
    network : Network
    numbers : ndarray of int32, shape (C, N, 14)
        `COLUMNS` of each neuron.
    silent : ndarray of bool, shape (C, N)
        Neurons that are RANC's default, without synapses.
    """

    grid: Grid
    network: Network
    numbers: NDArray[np.int32]
    silent: Bool

    def core(self, x: int, y: int) -> tuple[NDArray[np.uint8], Bool, NDArray[np.int32]]:
        """Return the axon types, connections (N, A) and numbers (N, 14) of a cell of the grid."""
        a = self.network.architecture
        if x >= a.width or y >= a.height:
            empty = np.zeros((a.neurons, a.axons), dtype=np.bool_)
            return np.zeros(a.axons, dtype=np.uint8), empty, np.tile(DEFAULT, (a.neurons, 1))
        core = x + a.width * y
        connections = self.network.synapses[core] & ~self.silent[core, :, None]
        return self.network.axon_types[core], connections, self.numbers[core]


def from_network(
    network: Network, fit: Fit, *, bus: tuple[int, int] | None, hardware: bool
) -> RancProgram:
    """Return a network in RANC's numbers, strictly or as near as `Fit` allows.

    Parameters
    ----------
    network : Network
    fit : Fit
    bus : tuple of int, optional
        Cell of the bus; by default that of the network's metadata, or else one that is added beyond
        the east edge.
    hardware : bool
        For RANC's memories, with numbers of 9 bits, and not for its simulator.

    Raises
    ------
    FormatError
        Names core, neuron, field, rule and value.
    """
    network.check()
    a = network.architecture
    if a.axon_types != 4:
        raise fit.wrong("architecture", f"axon_types must be 4, not {a.axon_types}")
    _refuse_foreign(network, fit)
    if hardware and a.inclusive:
        fit.change("architecture", "inclusive must be 0", 1, 0)
    grid = _grid(network, bus, fit)
    connected: Bool = np.any(network.synapses, axis=2)
    numbers = _numbers(network, fit, 9 if hardware or a.wrap else 32)
    routes = find_routes(network, numbers, connected, grid, fit)
    # RANC counts the lines in 32 bits, signed; a word of its memories has as many bits as an axon.
    last = a.axons - 1 if hardware else 2**31 - 2
    on_bus = routes.line >= 0
    fit.limited(routes.line, "line on the bus", (0, last), a.width, where=on_bus, hard=True)
    numbers[..., 10:] = np.stack([routes.dx, routes.dy, routes.axon, routes.tick], axis=-1)
    numbers[routes.silent] = DEFAULT
    _check_bus_cell(network, routes.silent, grid, fit)
    _notes(network, routes, fit, hardware)
    outputs = max(grid.outputs, int(routes.line.max()) + 1)
    grid = Grid(width=grid.width, height=grid.height, bus=grid.bus, outputs=outputs)
    return RancProgram(grid=grid, network=network, numbers=numbers, silent=routes.silent)


def _refuse_foreign(network: Network, fit: Fit) -> None:
    """Refuse what RANC's neuron cannot do, whatever is allowed: nothing else comes near it."""
    width = network.architecture.width
    for name in _FOREIGN:
        values = getattr(network, name)
        used = values.any(axis=2) if values.ndim == 3 else values > 0
        if used.any():
            value = int(values[used].max())
            raise fit.wrong(
                neuron_place(used, width), f"{name} must be 0, RANC has no such thing, not {value}"
            )
    fit.limited(network.reset_mode, "reset_mode", (0, 1), width, hard=True)


def _grid(network: Network, bus: tuple[int, int] | None, fit: Fit) -> Grid:
    """Return the grid with the bus of the option, of the metadata, or one beyond the east edge."""
    a = network.architecture
    known, outputs = known_bus(network, fit)
    x, y = bus or known or (a.width, 0)
    width, height = max(a.width, x + 1), max(a.height, y + 1)
    if min(x, y) < 0 or max(width, height) > GRID_LIMIT:
        rule = f"grid must have at most {GRID_LIMIT} x {GRID_LIMIT} cells"
        raise fit.wrong("grid", f"{rule}, not {width} x {height} with the bus at [{x}, {y}]")
    return Grid(width=width, height=height, bus=(x, y), outputs=outputs)


def _numbers(network: Network, fit: Fit, bits: int) -> NDArray[np.int32]:
    """Return `COLUMNS` of each neuron, without its destination."""
    a = network.architecture
    ranges = limits(Architecture.preset("ranc" if bits == 9 else "truenorth"))
    numbers = np.zeros((a.cores, a.neurons, len(COLUMNS)), dtype=np.int32)
    columns: list[tuple[str, NDArray[Any]]] = [
        ("potential", network.potential),
        ("reset_potential", network.reset_potential),
        *((f"weight of type {g}", network.weights[..., g]) for g in range(4)),
        ("leak", network.leak),
        ("threshold", network.threshold),
    ]
    for column, (name, values) in enumerate(columns):
        numbers[..., column] = fit.limited(values, name, ranges[column], a.width)
    beta = network.negative_threshold
    numbers[..., 8] = -fit.limited(beta, "negative_threshold", (0, -ranges[8][0]), a.width)
    numbers[..., 9] = network.reset_mode
    return numbers


def _check_bus_cell(network: Network, silent: Bool, grid: Grid, fit: Fit) -> None:
    """Refuse a core where the bus is."""
    a, (x, y) = network.architecture, grid.bus
    if x < a.width and y < a.height:
        core = x + a.width * y
        if not silent[core].all() or network.axon_types[core].any():
            rule = "a core in the bus's place must be empty, with all parameters at their defaults"
            raise fit.wrong(f"core ({x}, {y})", f"{rule}, and is not")


def _notes(network: Network, routes: Routes, fit: Fit, hardware: bool) -> None:
    """Say what RANC's files do not hold."""
    a = network.architecture
    notes = fit.report.notes
    if not a.wrap:
        notes.append(potential_note(a))
    if a.inclusive and not hardware:
        notes.append("RANC must run this with neuron_reset_type 1, which its file does not hold.")
    if routes.mute:
        notes.append(
            f"{routes.mute} neurons that cannot fire have no destination; RANC must have one, and "
            "got axon 0 of their own core."
        )
    left = [text for port in network.ports for text in _lost(port, network, routes)]
    left += [f"metadata {key!r}" for key in network.metadata if key != "ranc"]
    left += ["seeds"] if (network.seed != DEFAULT_SEED).any() else []
    if left:
        notes.append(f"RANC's files have no place for what is left out here: {', '.join(left)}.")


def _lost(port: Port, network: Network, routes: Routes) -> list[str]:
    """Return what of a port gets lost: its name, or lines of neurons that are not on the bus."""
    if port.kind == "input":
        return [f"input port {port.name!r}"]
    index, x, y, neuron = port.lines.T
    lost = int((routes.line[x + network.architecture.width * y, neuron] != index).sum())
    if lost:
        count = f"{lost} of {len(port.lines)} lines of output port {port.name!r}"
        return [f"{count}, whose neurons are not on the bus"]
    return [] if port.name == "bus" else [f"the name of output port {port.name!r}"]
