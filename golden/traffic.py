"""Packets on the mesh, link by link, without following one of them.

A packet goes x first, then y, so its way is at most two straight lines. How many packets use each
link of a row is a running sum over where lines begin and end: the work grows with the neurons that
fired and the links of the mesh, and not with packets or hops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.stimulus import SIDES

__all__ = ["Flows", "Traffic", "traffic"]

Int = NDArray[np.int64]

_WEST, _EAST, _NORTH, _SOUTH = (SIDES.index(side) for side in ("west", "east", "north", "south"))


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Packets that take the same way, entry by entry; arrays of one length.

    Members
    -------
    x, y : ndarray of int64
        The core that holds the packets.
    dx, dy : ndarray of int64
        Steps still to go.
    packets : ndarray of int64
        How many there are, 0 or more.
    """

    x: Int
    y: Int
    dx: Int
    dy: Int
    packets: Int


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What packets did on the mesh; W, H = its width and height, C = its cores.

    Members
    -------
    links : ndarray of int64, shape (4, H, W)
        Packets that left core (x, y) over a side; sides in the order of `SIDES`. A link over the
        edge of the mesh counts whether something is attached there or not.
    arrivals : ndarray of int64, shape (C,)
        Packets that a router handed to its own core.
    hops : ndarray of int64, shape (L,)
        Packets by their hops, 0..L-1; a hop is a link between two cores of the mesh.
    """

    links: Int
    arrivals: Int
    hops: Int

    @property
    def packets(self) -> int:
        """How many packets were sent."""
        return int(self.hops.sum())

    @property
    def total_hops(self) -> int:
        """Hops of all packets together."""
        return int(self.hops @ np.arange(len(self.hops)))

    @property
    def mean_hops(self) -> float:
        """Hops of a packet; 0 where there is none."""
        return self.total_hops / max(self.packets, 1)

    @property
    def max_hops(self) -> int:
        """Hops of the packet that went farthest; 0 where there is none."""
        return len(self.hops) - 1

    @property
    def left(self) -> dict[str, int]:
        """Packets that left the mesh, by side."""
        return {side: int(edge.sum()) for side, edge in self._edges().items()}

    def across(self) -> tuple[int, int]:
        """Return the hops in x and those in y."""
        outside = self.left
        sums = dict(zip(SIDES, self.links.sum(axis=(1, 2)).tolist(), strict=True))
        inner = {side: sums[side] - outside[side] for side in SIDES}
        return inner["west"] + inner["east"], inner["north"] + inner["south"]

    def _edges(self) -> dict[str, Int]:
        return {
            "west": self.links[_WEST, :, 0],
            "east": self.links[_EAST, :, -1],
            "north": self.links[_NORTH, -1],
            "south": self.links[_SOUTH, 0],
        }


def traffic(architecture: Architecture, flows: Flows) -> Traffic:
    """Return what packets do on the mesh: x first, then y, off the mesh where the way leads there.

    Parameters
    ----------
    architecture : Architecture
    flows : Flows
    """
    width, height = architecture.width, architecture.height
    used = flows.packets > 0
    x, y, packets = flows.x[used], flows.y[used], flows.packets[used]
    to_x, to_y = x + flows.dx[used], y + flows.dy[used]

    links = np.zeros((4, height, width), dtype=np.int64)
    # In x: over links of cores x..to_x-1 to the east, or to_x+1..x to the west.
    links[_EAST] = _lines(y, x, np.minimum(to_x, width), packets, (height, width))
    links[_WEST] = _lines(y, np.maximum(to_x, -1) + 1, x + 1, packets, (height, width))
    turns = (to_x >= 0) & (to_x < width)
    column, going = to_x[turns], packets[turns]
    row, to_row = y[turns], to_y[turns]
    links[_NORTH] = _lines(column, row, np.minimum(to_row, height), going, (width, height)).T
    links[_SOUTH] = _lines(column, np.maximum(to_row, -1) + 1, row + 1, going, (width, height)).T

    arrivals = np.zeros(architecture.cores, dtype=np.int64)
    stays = turns & (to_y >= 0) & (to_y < height)
    np.add.at(arrivals, to_x[stays] + width * to_y[stays], packets[stays])

    hops = np.abs(to_x.clip(0, width - 1) - x)
    hops += np.where(turns, np.abs(to_y.clip(0, height - 1) - y), 0)
    by_hops = np.zeros(int(hops.max()) + 1 if len(hops) else 1, dtype=np.int64)
    np.add.at(by_hops, hops, packets)
    return Traffic(links=links, arrivals=arrivals, hops=by_hops)


def _lines(line: Int, first: Int, end: Int, packets: Int, shape: tuple[int, int]) -> Int:
    """Return how many packets cover each place of each line, from ``first`` to before ``end``."""
    some = first < end
    start, going = line[some] * (shape[1] + 1), packets[some]
    edges = np.zeros(shape[0] * (shape[1] + 1), dtype=np.int64)
    np.add.at(edges, start + first[some], going)
    np.subtract.at(edges, start + end[some], going)
    return edges.reshape(shape[0], -1).cumsum(axis=1)[:, :-1]
