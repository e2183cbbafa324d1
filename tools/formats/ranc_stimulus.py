"""RANC's input packets and our spikes on axons.

Packets come in lists. List i enters before RANC's tick 1 where i = 0 and during tick i otherwise,
and a packet of it with field d is integrated in RANC's tick i + 1 + d, which is our tick i + d.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import SPIKE, Network, check_spikes
from spikewright.tools.formats.ranc_common import Fit

__all__ = ["LIST_LIMIT", "make_stimulus", "packet_lists"]

LIST_LIMIT = 2**20
"""Lists of packets in a file, which is ticks of a stimulus."""


def make_stimulus(
    rows: NDArray[np.int64], bus: tuple[int, int] | None, network: Network, fit: Fit
) -> NDArray[np.void]:
    """Return packets as spikes.

    Parameters
    ----------
    rows : ndarray of int64, shape (P, 4)
        Our tick, x, y, axon.
    bus : tuple of int, or None
        A cell to which no packet may go.
    network : Network
    fit : Fit

    Returns
    -------
    ndarray of SPIKE
        Sorted by all fields, none twice.
    """
    a = network.architecture
    names = "destination_core[0]", "destination_core[1]", "destination_axon"
    for column, (name, size) in enumerate(zip(names, (a.width, a.height, a.axons), strict=True), 1):
        for row in np.flatnonzero((rows[:, column] < 0) | (rows[:, column] >= size))[:1]:
            rule = f"{name} must be in 0..{size - 1}"
            raise fit.wrong(f"packet {row}", f"{rule}, not {rows[row, column]}")
    if bus is not None:
        for row in np.flatnonzero((rows[:, 1] == bus[0]) & (rows[:, 2] == bus[1]))[:1]:
            rule = f"destination_core must be a core, not the bus at {list(bus)}"
            raise fit.wrong(f"packet {row}", rule)
    spikes = np.empty(len(rows), dtype=SPIKE)
    spikes["tick"], spikes["x"], spikes["y"], spikes["axon"] = rows.T
    return np.unique(spikes)


def packet_lists(
    stimulus: NDArray[np.void] | None, bus: tuple[int, int], network: Network, fit: Fit
) -> list[NDArray[np.void]]:
    """Return a stimulus as RANC's lists: list i holds the spikes of tick i, all with field 0.

    Raises
    ------
    FormatError
        Where a spike is for the bus's cell, or so late that there would be too many lists.
    StimulusError
        Where a spike is for no axon of the network.
    """
    if stimulus is None or not len(stimulus):
        return []
    check_spikes(stimulus, network)
    spikes = np.unique(stimulus)
    for spike in spikes[(spikes["x"] == bus[0]) & (spikes["y"] == bus[1])][:1]:
        rule = f"spikes must go to cores, not to the bus at {list(bus)}"
        raise fit.wrong(f"stimulus tick {spike['tick']}", rule)
    last = int(spikes["tick"][-1])
    if last >= LIST_LIMIT:
        raise fit.wrong("stimulus", f"tick must be in 0..{LIST_LIMIT - 1}, not {last}")
    starts = np.searchsorted(spikes["tick"], np.arange(1, last + 1))
    return np.split(spikes, starts)
