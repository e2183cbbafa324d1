"""From RANC's cores to a network: ranges, destinations, and the output bus.

The cell of the bus becomes a core without synapses. A neuron that sends to line k of the bus sends
beyond the mesh's east edge instead, k // A cores far and to axon k % A, where A is the axons of a
core; the network's port "bus" numbers those neurons by k.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network, NetworkError, Port
from spikewright.tools.formats.ranc_common import (
    COLUMNS,
    DEFAULT,
    Fit,
    Grid,
    RancCore,
    limits,
    neuron_place,
)

__all__ = ["to_network"]

Bool = NDArray[np.bool_]
Numbers = NDArray[np.int32]

_MODE, _DX, _DY, _AXON, _TICK = 9, 10, 11, 12, 13


def to_network(
    cores: Sequence[RancCore], grid: Grid, architecture: Architecture, fit: Fit
) -> Network:
    """Return the network that some cores are, strictly or as near as `Fit` allows.

    Parameters
    ----------
    cores : sequence of RancCore
        At different cells of the grid, none at the bus's; other cells stay without synapses.
    grid : Grid
    architecture : Architecture
        Its mesh is the grid, and no core has more axons or neurons.
    fit : Fit

    Raises
    ------
    FormatError
        Names core, neuron, field, rule and value.
    """
    a = architecture
    numbers = np.tile(DEFAULT, (a.cores, a.neurons, 1))
    types = np.zeros((a.cores, a.axons), dtype=np.uint8)
    connected = np.zeros((a.cores, a.neurons), dtype=np.bool_)
    for core in cores:
        index = core.x + a.width * core.y
        numbers[index, : len(core.numbers)] = core.numbers
        types[index, : len(core.types)] = core.types
        connected[index, : len(core.rows)] = [1 in row for row in core.rows]
    # RANC's own filler never fires, and the chip has a word for that: no destination.
    sends = connected | (numbers != DEFAULT).any(axis=2)
    for column, between in enumerate(limits(a)):
        values = fit.limited(numbers[..., column], COLUMNS[column], between, a.width)
        numbers[..., column] = values
    fit.limited(numbers[..., _MODE], COLUMNS[_MODE], (0, 1), a.width, hard=True)
    destinations, lines = _destinations(numbers, sends, grid, a, fit)
    try:
        network = Network(
            a,
            attached=("east",),
            ports=[Port("bus", "output", lines)],
            metadata={"ranc": {"bus": list(grid.bus), "outputs": grid.outputs}},
            axon_types=types,
            potential=numbers[..., 0],
            reset_potential=numbers[..., 1],
            weights=numbers[..., 2:6],
            leak=numbers[..., 6],
            threshold=numbers[..., 7],
            negative_threshold=-numbers[..., 8],
            reset_mode=numbers[..., _MODE],
            **destinations,
        )
    except NetworkError as error:
        raise fit.wrong("network", str(error)) from None
    # Written in place: as an argument, the largest of the arrays would be there twice.
    for core in cores:
        synapses = network.synapses[core.x + a.width * core.y]
        for neuron, row in enumerate(core.rows):
            synapses[neuron, : len(row)] = np.frombuffer(row, dtype=np.bool_)
    return network


def _destinations(
    numbers: Numbers, sends: Bool, grid: Grid, a: Architecture, fit: Fit
) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Return dx, dy, axon and delay, and the lines of the bus: rows (line, x, y, neuron)."""
    dx, dy, axon, tick = (numbers[..., column] for column in (_DX, _DY, _AXON, _TICK))
    core = np.arange(a.cores)[:, None]
    x, y = core % a.width, core // a.width
    # Offsets have up to 32 bits, and so would their sums.
    to_x, to_y = x + dx.astype(np.int64), y + dy.astype(np.int64)
    sends = sends & ~_outside(to_x, to_y, sends, a, fit)
    on_bus = sends & (to_x == grid.bus[0]) & (to_y == grid.bus[1])
    inside = sends & ~on_bus
    fit.limited(axon, COLUMNS[_AXON], (0, a.axons - 1), a.width, where=inside, hard=True)
    what = f"{COLUMNS[_AXON]} on the bus"
    fit.limited(axon, what, (0, grid.outputs - 1), a.width, where=on_bus, hard=True)
    fit.limited(tick, COLUMNS[_TICK], (0, 15), a.width, where=sends, hard=True)
    tick = fit.limited(tick, COLUMNS[_TICK], (0, 14), a.width, where=inside)
    _note_late(fit, on_bus & (tick == 15), a.width)

    steps = a.width - x + axon // a.axons
    farthest = a.offset_range[1]
    beyond = on_bus & (steps > farthest)
    if beyond.any():
        last = (farthest - a.width + int(np.nonzero(beyond)[0][0]) % a.width + 1) * a.axons - 1
        raise fit.wrong(
            neuron_place(beyond, a.width),
            f"{what} must be in 0..{last}, which an offset of {farthest} cores reaches, "
            f"not {axon[beyond][0]}",
        )
    cores, neurons = np.nonzero(on_bus)
    lines = np.stack([axon[on_bus], cores % a.width, cores // a.width, neurons], axis=1)
    return {
        "dx": np.select([on_bus, inside], [steps, dx], 0),
        "dy": np.where(inside, dy, 0),
        "axon": np.select([on_bus, inside], [axon % a.axons, axon], 0),
        "delay": np.where(sends, np.minimum(tick + 1, 15), 0),
    }, lines


def _outside(
    to_x: NDArray[np.int64], to_y: NDArray[np.int64], sends: Bool, a: Architecture, fit: Fit
) -> Bool:
    """Return which neurons send beyond the grid, where that may be changed to nowhere."""
    outside = sends & ((to_x < 0) | (to_x >= a.width) | (to_y < 0) | (to_y >= a.height))
    if outside.any():
        fit.change(
            neuron_place(outside, a.width),
            f"destination must be in the grid of {a.width} x {a.height} cells",
            f"({to_x[outside][0]}, {to_y[outside][0]})",
            "no destination",
            int(outside.sum()),
        )
    return outside


def _note_late(fit: Fit, late: Bool, width: int) -> None:
    if late.any():
        fit.report.notes.append(
            f"destination_tick 15 of {neuron_place(late, width)}, and of {int(late.sum())} neurons "
            "in all, became a delay of 15: RANC reports a spike on the bus in the tick in which it "
            "occurs, whatever destination_tick says."
        )
