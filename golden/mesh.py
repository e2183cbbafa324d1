"""The mesh: where packets end, whatever the way they take.

After the specification, section "Network": packets go x first, then y. Within a tick only the end
of the way matters: packets on one bit of a scheduler merge, and nothing else about their order can
be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture

__all__ = ["Arrivals", "Packets", "entry", "route"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Packets:
    """Packets at the cores that take them from a neuron or from outside; arrays of one length.

    Members
    -------
    x, y : ndarray of integers
        The core that holds the packet.
    dx, dy : ndarray of integers
        Steps still to go.
    slot : ndarray of integers
        Delivery tick modulo delay_slots.
    axon : ndarray of integers
    """

    x: NDArray[np.integer]
    y: NDArray[np.integer]
    dx: NDArray[np.integer]
    dy: NDArray[np.integer]
    slot: NDArray[np.integer]
    axon: NDArray[np.integer]


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """The ends of some packets' ways, entry by entry.

    Members
    -------
    core : ndarray of int64
        Where the packet arrives, -1 where it leaves the mesh.
    side : ndarray of str
        The edge over which it leaves, "" where it arrives.
    position : ndarray of int64
        Along that edge: y in the west and east, x in the north and south.
    dx, dy : ndarray of int64
        Steps still to go from the neighbour beyond that edge; zero where the packet arrives.
    """

    core: Int
    side: NDArray[np.str_]
    position: Int
    dx: Int
    dy: Int


def route(architecture: Architecture, packets: Packets) -> Arrivals:
    """Follow packets over all their steps: x first, then y."""
    width, height = architecture.width, architecture.height
    x, y = packets.x.astype(np.int64), packets.y.astype(np.int64)
    dy = packets.dy.astype(np.int64)
    to_x, to_y = x + packets.dx, y + dy
    east, west = to_x >= width, to_x < 0
    along_x = east | west
    north, south = ~along_x & (to_y >= height), ~along_x & (to_y < 0)
    along_y = north | south
    leaves = [west, east, north, south]
    inside = ~along_x & ~along_y
    return Arrivals(
        core=np.where(inside, to_x + width * to_y, -1),
        side=np.select(leaves, ["west", "east", "north", "south"], ""),
        position=np.select([along_x, along_y], [y, to_x], 0),
        # The core at the edge is left with one more step: from x = width - 1 to width, or from 0 to
        # -1.
        dx=np.select([east, west], [to_x - width, to_x + 1], 0),
        dy=np.select([along_x, north, south], [dy, to_y - height, to_y + 1], 0),
    )


def entry(
    architecture: Architecture, side: NDArray[np.str_], position: NDArray[np.integer]
) -> tuple[Int, Int]:
    """Return x and y of the core that takes a packet at a port of the mesh's edge."""
    last_x, last_y = architecture.width - 1, architecture.height - 1
    x = np.select([side == "west", side == "east"], [0, last_x], position)
    y = np.select([side == "south", side == "north"], [0, last_y], position)
    return x, y
