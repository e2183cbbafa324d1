"""Ports: numbered lines of a network under a name, as its user thinks of them.

Pixel 17 of "image" is an axon of some core, or several; class 3 of "classes" is a neuron. A port
changes nothing in what the chip does. It says how to feed a network, and how to read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.recording import FIRED
from spikewright.golden.stimulus import SPIKE

if TYPE_CHECKING:
    from spikewright.golden.network import Network

__all__ = [
    "LINES_LIMIT",
    "PORT_LIMIT",
    "Port",
    "PortError",
    "port_events",
    "port_spikes",
    "sorted_spikes",
]

KINDS = ("input", "output")
PORT_LIMIT = 64
LINES_LIMIT = 2**24
"""Ports of one network, and lines of all of them together."""
SPIKES_LIMIT = 2**26
"""Spikes that a call may make of events; lines that reach many axons multiply."""

Int = NDArray[np.int64]
_LIMIT = 2**31 - 1


class PortError(ValueError):
    """A port that its network cannot have, or a line that the port has not."""


@dataclass(frozen=True, eq=False)
class Port:
    """Numbered lines of a network.

    Parameters
    ----------
    name : str
        1 to 64 printable characters, none of them a comma.
    kind : {"input", "output"}
    lines : array_like of integers, shape (K, 4)
        Rows (index, x, y, axon) of an input, (index, x, y, neuron) of an output. An index may occur
        several times: an input line then reaches several axons, and an output line has an event in
        a tick in which any of its neurons fires.

    Members
    -------
    lines : ndarray of int32, shape (K, 4)

    Raises
    ------
    PortError
    """

    name: str
    kind: str
    lines: NDArray[np.int32]

    def __init__(self, name: str, kind: str, lines: ArrayLike) -> None:
        rows = np.asarray(lines)
        if rows.size == 0:
            rows = np.zeros((0, 4), dtype=np.int32)
        if (
            not isinstance(name, str)
            or not 1 <= len(name) <= 64
            or not name.isprintable()
            or "," in name
        ):
            raise PortError(
                f"port must have a name of 1..64 printable characters, no comma, not {name!r}"
            )
        if kind not in KINDS:
            raise PortError(f"port {name}: kind must be of {', '.join(KINDS)}, not {kind!r}")
        if rows.dtype.kind not in "iu" or rows.ndim != 2 or rows.shape[1] != 4:
            raise PortError(
                f"port {name}: lines must be integers of shape (K, 4), not {rows.dtype} of "
                f"shape {rows.shape}"
            )
        if rows.size and (int(rows.min()) < 0 or int(rows.max()) > _LIMIT):
            raise PortError(f"port {name}: lines must be in 0..{_LIMIT}")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "lines", rows.astype(np.int32))

    @property
    def size(self) -> int:
        """One more than the largest index."""
        return int(self.lines[:, 0].max()) + 1 if len(self.lines) else 0

    def check(self, architecture: Architecture) -> None:
        """Refuse lines that end at no axon, or come from no neuron, of such a chip."""
        a = architecture
        last = "axon" if self.kind == "input" else "neuron"
        limits = (a.width, a.height, a.axons if self.kind == "input" else a.neurons)
        for column, (what, limit) in enumerate(zip(("x", "y", last), limits, strict=True), 1):
            for row in np.flatnonzero(self.lines[:, column] >= limit)[:1]:
                raise PortError(
                    f"port {self.name} row {row}: {what} must be in 0..{limit - 1}, "
                    f"not {self.lines[row, column]}"
                )


def _find(network: Network, name: str, kind: str) -> Port:
    for port in network.ports:
        if port.name == name and port.kind == kind:
            return port
    known = ", ".join(port.name for port in network.ports if port.kind == kind) or "none"
    raise PortError(f"network has no {kind} port {name!r}; it has: {known}")


def port_spikes(network: Network, name: str, events: ArrayLike) -> NDArray[np.void]:
    """Return the spikes on axons that events on an input port stand for.

    Parameters
    ----------
    network : Network
    name : str
        Of an input port.
    events : array_like of integers, shape (E, 2)
        Rows (tick, index).

    Returns
    -------
    ndarray of SPIKE
        Sorted by all fields, none twice.
    """
    port = _find(network, name, "input")
    rows = np.asarray(events, dtype=np.int64).reshape(-1, 2)
    for row in np.flatnonzero(~np.isin(rows[:, 1], port.lines[:, 0]))[:1]:
        raise PortError(f"port {name}: event {row}: there is no line {rows[row, 1]}")
    lines = port.lines[np.argsort(port.lines[:, 0], kind="stable")]
    first = np.searchsorted(lines[:, 0], rows[:, 1], "left")
    counts = np.searchsorted(lines[:, 0], rows[:, 1], "right") - first
    if counts.sum() > SPIKES_LIMIT:
        raise PortError(
            f"port {name}: events must stand for at most {SPIKES_LIMIT} spikes, not {counts.sum()}"
        )
    event = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(event)) - np.repeat(np.cumsum(counts) - counts, counts)
    _, x, y, axon = lines[first[event] + within].T
    return sorted_spikes(rows[event, 0], x, y, axon)


def sorted_spikes(tick: Int, x: Int, y: Int, axon: Int) -> NDArray[np.void]:
    """Return spikes on axons from their columns, sorted by all fields and none twice."""
    columns = _distinct(tick, x, y, axon)
    spikes = np.empty(len(columns[0]), dtype=SPIKE)
    for name, column in zip(SPIKE.names or (), columns, strict=True):
        spikes[name] = column
    return spikes


def _distinct(*columns: Int) -> list[Int]:
    """Return the rows of a table in order and once each; numpy's own way takes three times that."""
    order = np.lexsort(columns[::-1])
    columns = tuple(column[order] for column in columns)
    changes = np.zeros(max(0, len(order) - 1), dtype=np.bool_)
    for column in columns:
        changes |= column[1:] != column[:-1]
    kept = np.concatenate([np.ones(min(1, len(order)), dtype=np.bool_), changes])
    return [column[kept] for column in columns]


def port_events(network: Network, name: str, fired: NDArray[np.void]) -> NDArray[np.int64]:
    """Return the events on an output port that spikes of neurons stand for.

    Parameters
    ----------
    network : Network
    name : str
        Of an output port.
    fired : ndarray of FIRED

    Returns
    -------
    ndarray of int64, shape (E, 2)
        Rows (tick, index), sorted, none twice.
    """
    if fired.dtype != FIRED:
        raise PortError(f"port {name}: spikes of neurons must be of FIRED, not of {fired.dtype}")
    port = _find(network, name, "output")
    a = network.architecture
    index, x, y, neuron = port.lines.astype(np.int64).T
    place = (x + a.width * y) * a.neurons + neuron
    order = np.argsort(place, kind="stable")
    place, index = place[order], index[order]
    source = (fired["x"] + np.int64(a.width) * fired["y"]) * a.neurons + fired["neuron"]
    first = np.searchsorted(place, source, "left")
    counts = np.searchsorted(place, source, "right") - first
    event = np.repeat(np.arange(len(fired)), counts)
    within = np.arange(len(event)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.stack(_distinct(fired["tick"][event], index[first[event] + within]), axis=1)
