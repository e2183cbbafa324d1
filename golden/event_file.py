"""Events as files, .npz or .csv by the suffix: spikes on axons, packets, and spikes of neurons.

A .csv has a line of names, and then a row an event. A stimulus may also be a .csv of events on
input ports, with the names ``tick,port,index``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.archive import Archive, write_archive
from spikewright.golden.csv_file import Column, read_csv, read_csv_header, write_csv
from spikewright.golden.ports import PortError, port_spikes, sorted_spikes
from spikewright.golden.recording import FIRED
from spikewright.golden.stimulus import PACKET, SIDES, SPIKE, StimulusError, check_spikes

if TYPE_CHECKING:
    from spikewright.golden.network import Network

__all__ = ["load_events", "load_stimulus", "save_events"]

VERSION = 1
_FORMATS = {
    "spikewright-spikes": SPIKE,
    "spikewright-packets": PACKET,
    "spikewright-fired": FIRED,
}
_PORT_EVENT = ["tick", "port", "index"]


def save_events(path: str | Path, events: NDArray[np.void]) -> None:
    """Write spikes, packets or spikes of neurons to a .csv or a .npz file."""
    path = Path(path)
    kind = next((name for name, dtype in _FORMATS.items() if dtype == events.dtype), None)
    if kind is None:
        raise StimulusError(
            f"events must be spikes, packets or spikes of neurons, not of type {events.dtype}"
        )
    names = events.dtype.names or ()
    if _suffix(path) == ".csv":
        write_csv(path, names, events)
        return
    write_archive(
        path, {"format": kind, "version": VERSION}, {name: events[name] for name in names}
    )


def load_events(path: str | Path, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """Read what `save_events` wrote.

    Parameters
    ----------
    path : str or Path
        A .csv or a .npz file.
    dtype : {SPIKE, PACKET, FIRED}
        What the file is to hold.

    Raises
    ------
    StimulusError
        One sentence with the file's name, and the line in a .csv file.
    """
    path = Path(path)
    return _load_csv(path, dtype) if _suffix(path) == ".csv" else _load_npz(path, dtype)


def load_stimulus(path: str | Path, network: Network) -> NDArray[np.void]:
    """Read spikes on a network's axons: what `save_events` wrote, or a .csv of events on ports.

    Returns
    -------
    ndarray of SPIKE
        Held against the network.

    Raises
    ------
    StimulusError
        One sentence with the file's name.
    """
    path = Path(path)
    if _suffix(path) == ".csv":
        header = read_csv_header(path)
        if header == _PORT_EVENT:
            return _load_port_events(path, network)
        if header != list(SPIKE.names or ()):
            raise StimulusError(f"{path.name}:1: header must be tick,x,y,axon or tick,port,index")
    events = load_events(path, SPIKE)
    try:
        check_spikes(events, network)
    except StimulusError as error:
        raise StimulusError(f"{path.name}: {error}") from None
    return events


def _load_npz(path: Path, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    names = dtype.names or ()
    with Archive(path, StimulusError) as archive:
        archive.header(next(name for name, known in _FORMATS.items() if known == dtype), VERSION)
        archive.check_names(list(names))
        column = archive.array("tick", dtype["tick"], None)
        events = np.empty(len(column), dtype=dtype)
        events["tick"] = column
        # One column after the other, so that no more than one is there twice.
        for name in names[1:]:
            events[name] = archive.array(name, dtype[name], events.shape)
        if "side" in names:
            for row in np.flatnonzero(~np.isin(events["side"], SIDES))[:1]:
                value = str(events["side"][row])
                raise archive.wrong(f"row {row}: side must be of {', '.join(SIDES)}, not {value!r}")
    return events


def _load_csv(path: Path, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    columns = []
    for name in dtype.names or ():
        if dtype[name].kind == "U":
            columns.append(Column(name, words=SIDES))
        else:
            limits = np.iinfo(dtype[name])
            columns.append(Column(name, int(limits.min), int(limits.max)))
    rows = read_csv(path, StimulusError, columns)
    events = np.empty(len(rows), dtype=dtype)
    for number, column in enumerate(columns):
        values = rows[:, number]
        events[column.name] = np.array(SIDES)[values] if column.words else values
    return events


def _load_port_events(path: Path, network: Network) -> NDArray[np.void]:
    """Return the spikes of a .csv of events on input ports."""
    inputs = [port for port in network.ports if port.kind == "input"]
    if not inputs:
        raise StimulusError(f"{path.name}: the network must have an input port, and has none")
    words = tuple(port.name for port in inputs)
    columns = [Column("tick", 0), Column("port", words=words), Column("index")]
    rows = read_csv(path, StimulusError, columns)
    spikes = [np.empty(0, dtype=SPIKE)]
    for number, port in enumerate(inputs):
        (where,) = np.nonzero(rows[:, 1] == number)
        events = rows[where][:, [0, 2]]
        for row in np.flatnonzero(~np.isin(events[:, 1], port.lines[:, 0]))[:1]:
            raise StimulusError(
                f"{path.name}:{where[row] + 2}: index must be a line of port {port.name}, "
                f"0..{port.size - 1}, not {events[row, 1]}"
            )
        try:
            spikes.append(port_spikes(network, port.name, events))
        except PortError as error:
            raise StimulusError(f"{path.name}: {error}") from None
    every = np.concatenate(spikes)
    return sorted_spikes(*(every[name] for name in SPIKE.names or ()))


def _suffix(path: Path) -> str:
    if path.suffix not in (".csv", ".npz"):
        raise StimulusError(f"{path.name}: suffix must be .csv or .npz, not {path.suffix!r}")
    if path.exists() and not path.is_file():
        raise StimulusError(f"{path.name}: the path must be that of a regular file, and is not")
    return path.suffix
