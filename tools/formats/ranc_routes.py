"""Where a network's neurons send, in RANC's terms: to a core, to a line of the bus, or nowhere.

RANC knows no neuron without a destination. So one that sends nowhere must be unable to fire, or
stand in an output port, whose line it then gets on the bus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Port
from spikewright.tools.formats.ranc_common import DEFAULT, Fit, Grid, neuron_place

__all__ = ["Routes", "find_routes"]

Bool = NDArray[np.bool_]
Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Destinations of neurons, arrays of shape (C, N).

    Members
    -------
    dx, dy : ndarray of int64
        Offset to a core, or to the bus.
    axon : ndarray of int64
        Axon of the core, or line of the bus.
    line : ndarray of int64
        Line of the bus, -1 for neurons that are not on it.
    tick : ndarray of int64
        Delay less one.
    silent : ndarray of bool
        Neurons that RANC's default stands for.
    mute : int
        Neurons that got a destination only because RANC must have one.
    """

    dx: Int
    dy: Int
    axon: Int
    line: Int
    tick: Int
    silent: Bool
    mute: int


def find_routes(
    network: Network, numbers: NDArray[np.int32], connected: Bool, grid: Grid, fit: Fit
) -> Routes:
    """Return where each neuron sends.

    Parameters
    ----------
    network : Network
    numbers : ndarray of int32, shape (C, N, 14)
        In RANC's columns.
    connected : ndarray of bool, shape (C, N)
        Neurons with a synapse.
    grid : Grid
    fit : Fit
    """
    a = network.architecture
    core = np.arange(a.cores, dtype=np.int64)[:, None]
    x, y = core % a.width, core // a.width
    delay = fit.limited(network.delay, "delay", (0, 15), a.width)
    inside, on_bus = _leaving(network, x, y, grid, fit)
    line = np.where(on_bus, (x + network.dx - a.width) * a.axons + network.axon, -1)
    _use_port(network, ~inside & ~on_bus, line, fit)
    on_bus = line >= 0

    nowhere = ~inside & ~on_bus
    mute = _never_fires(network, numbers, connected)
    homeless = nowhere & ~mute
    if homeless.any():
        what = "none" if network.delay[homeless][0] == 0 else "one beyond an edge"
        fit.change(
            neuron_place(homeless, a.width),
            "a neuron that can fire must have a destination or a line of an output port",
            what,
            "left out",
            int(homeless.sum()),
        )
    plain = mute & (numbers[..., :10] == DEFAULT[:10]).all(axis=2)
    return Routes(
        dx=np.select([on_bus, inside], [grid.bus[0] - x, network.dx], 0),
        dy=np.select([on_bus, inside], [grid.bus[1] - y, network.dy], 0),
        axon=np.select([on_bus, inside], [line, network.axon], 0),
        line=line,
        tick=np.where(nowhere | (delay == 0), 0, delay.astype(np.int64) - 1),
        silent=nowhere & (homeless | plain),
        mute=int((nowhere & mute & ~plain).sum()),
    )


def _leaving(network: Network, x: Int, y: Int, grid: Grid, fit: Fit) -> tuple[Bool, Bool]:
    """Return which neurons send to cores, and which beyond the east edge to the bus."""
    a = network.architecture
    to_x, to_y = x + network.dx, y + network.dy
    sends = network.delay > 0
    east, west = to_x >= a.width, to_x < 0
    north, south = to_y >= a.height, to_y < 0
    inside = sends & ~east & ~west & ~north & ~south
    to_bus = inside & (to_x == grid.bus[0]) & (to_y == grid.bus[1])
    if to_bus.any():
        rule = f"destination must not be core {grid.bus}, in whose place is the bus"
        raise fit.wrong(neuron_place(to_bus, a.width), rule)
    # A packet goes x first, so one that is beyond the mesh in both leaves in the east or west.
    sides = {"east": east, "west": west, "north": north, "south": south}
    left = sends.copy()
    on_bus = np.zeros_like(sends)
    for side, beyond in sides.items():
        leaves = left & beyond
        left &= ~beyond
        if side not in network.attached:
            continue
        straight = leaves & (network.dy == 0) if side == "east" else np.zeros_like(leaves)
        on_bus |= straight
        astray = leaves & ~straight
        if astray.any():
            rule = "a spike for outside must go to RANC's bus, in the east with dy 0"
            value = f"in the {side} with dx {network.dx[astray][0]}, dy {network.dy[astray][0]}"
            raise fit.wrong(neuron_place(astray, a.width), f"{rule}, not {value}")
    return inside, on_bus


def _use_port(network: Network, nowhere: Bool, line: Int, fit: Fit) -> None:
    """Give neurons that send nowhere the lines of the first output port, in ``line``.

    Not where others are on the bus already by numbers that may have another meaning.
    """
    port = next((port for port in network.ports if port.kind == "output"), None)
    if port is None or (port.name != "bus" and (line >= 0).any()):
        return
    a = network.architecture
    rows = port.lines.astype(np.int64)
    core = rows[:, 1] + a.width * rows[:, 2]
    rows, core = rows[nowhere[core, rows[:, 3]]], core[nowhere[core, rows[:, 3]]]
    _, first = np.unique(core * a.neurons + rows[:, 3], return_index=True)
    _check_single(port, rows, first, fit)
    line[core[first], rows[first, 3]] = rows[first, 0]


def _check_single(port: Port, rows: Int, first: NDArray[np.intp], fit: Fit) -> None:
    again = np.setdiff1d(np.arange(len(rows)), first)
    if len(again):
        index, x, y, neuron = rows[again[0]]
        fit.change(
            f"core ({x}, {y}), neuron {neuron}",
            f"a neuron must have one line of port {port.name!r}",
            f"line {index} too",
            "left out",
            len(again),
        )


def _never_fires(network: Network, numbers: NDArray[np.int32], connected: Bool) -> Bool:
    """Return which neurons stay at potential 0, whatever comes."""
    potential, reset, leak, alpha, beta, mode = (
        numbers[..., column] for column in (0, 1, 6, 7, 8, 9)
    )
    rests: Bool = ~connected & (potential == 0) & (leak == 0) & (alpha > 0)
    if network.architecture.inclusive:
        rests &= (beta < 0) | (mode == 1) | (reset == 0)
    return rests
