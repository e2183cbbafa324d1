"""The size of RANC's grid, and the bus's place in it, from numbered cores and their destinations.

Core number n of a grid X cells wide is at (n % X, n // X). RANC's memory files do not hold X.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.ranc_common import DEFAULT, GRID_LIMIT, Fit, RancCore

__all__ = ["find_grid"]

Int = NDArray[np.int64]


def find_grid(
    cores: Mapping[int, RancCore],
    mesh: tuple[int, int] | None,
    bus: tuple[int, int] | None,
    fit: Fit,
) -> tuple[int, int, tuple[int, int]]:
    """Return width, height and the cell of the bus.

    Parameters
    ----------
    cores : mapping of int to RancCore
        By number; at least one.
    mesh : tuple of int, optional
        Width and height, which then are not looked for.
    bus : tuple of int, optional
        Its cell, which then is not looked for.
    fit : Fit

    Raises
    ------
    FormatError
        Where the options do not fit the numbers, or no or several grids do.
    """
    if mesh is not None:
        return *mesh, _free_cell(cores, mesh, bus, fit)
    cells = max(len(cores), *cores) + 1
    missing = sorted(set(range(cells)) - cores.keys())
    grids = []
    if len(missing) == 1:
        sources, offsets = _senders(cores)
        for width in range(1, min(cells, GRID_LIMIT) + 1):
            height, rest = divmod(cells, width)
            at = missing[0] % width, missing[0] // width
            if rest or height > GRID_LIMIT or bus not in (None, at):
                continue
            x, y = sources % width + offsets[:, 0], sources // width + offsets[:, 1]
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            if inside.all() and ((x == at[0]) & (y == at[1])).any():
                grids.append((width, height, at))
    if len(grids) != 1:
        found = " and ".join(f"{width} x {height}" for width, height, _ in grids[:4]) or "none"
        rule = f"one grid must fit the destinations of {len(cores)} cores, or the option be given"
        raise fit.wrong("mesh", f"{rule}, not {found}")
    return grids[0]


def _senders(cores: Mapping[int, RancCore]) -> tuple[Int, Int]:
    """Return the core and the offset of each neuron that is not RANC's default."""
    sources, offsets = [], []
    for number, core in cores.items():
        numbers = np.unique(core.numbers[(core.numbers != DEFAULT).any(axis=1)][:, 10:12], axis=0)
        sources.append(np.full(len(numbers), number, dtype=np.int64))
        offsets.append(numbers.astype(np.int64))
    return np.concatenate(sources), np.concatenate(offsets)


def _free_cell(
    cores: Mapping[int, RancCore], mesh: tuple[int, int], bus: tuple[int, int] | None, fit: Fit
) -> tuple[int, int]:
    """Return the cell of the bus in a grid of known size."""
    width, height = mesh
    if min(mesh) < 1 or max(mesh) > GRID_LIMIT or max(cores) >= width * height:
        limit = f"{GRID_LIMIT} x {GRID_LIMIT}"
        rule = f"the option must have at most {limit} cells, and core {max(cores)}"
        raise fit.wrong("mesh", f"{rule}, not {width} x {height}")
    if bus is None:
        missing = sorted(set(range(width * height)) - cores.keys())
        if len(missing) != 1:
            rule = "one cell must be without files, or the option be given"
            raise fit.wrong("bus", f"{rule}, not {len(missing)}")
        return missing[0] % width, missing[0] // width
    x, y = bus
    if not (0 <= x < width and 0 <= y < height) or x + width * y in cores:
        rule = f"the option must be a cell of the grid of {width} x {height} without files"
        raise fit.wrong("bus", f"{rule}, not ({x}, {y})")
    return bus
