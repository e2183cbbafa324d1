"""The files of `spikewright run`: what it reads before it starts, and what it leaves behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import (
    FIRED,
    Network,
    Recording,
    State,
    StimulusError,
    check_packets,
    load_events,
    make_packets,
    make_spikes,
    port_events,
    save_events,
)
from spikewright.golden.csv_file import Column, read_csv, write_csv
from spikewright.golden.event_file import load_stimulus
from spikewright.golden.network_file import network_digest
from spikewright.golden.recording_file import events_digest, load_state, save_recording, save_state
from spikewright.golden.stimulus import PACKET
from spikewright.tools.console import err
from spikewright.tools.errors import UserError
from spikewright.tools.formats import load_network
from spikewright.tools.run_network import Run, long_enough

if TYPE_CHECKING:
    from spikewright.tools.commands_run import Options

__all__ = ["EVENT", "Inputs", "read_inputs", "watched", "write_results"]

Int = NDArray[np.int64]
Events = NDArray[np.void]

_PLACE = re.compile(r"(\d{1,9})(?::(\d{1,9}))?")
WATCH_LIMIT = 2**30

EVENT = ("tick", "index")


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What a run starts from.

    Members
    -------
    network : Network
    spikes, packets : ndarray of SPIKE, ndarray of PACKET
    ticks : int
        To be reached.
    expected : ndarray of int64, shape (E, 2), or None
        Events (tick, index) of the port.
    digests : dict of str
        Of network and stimulus; empty where no checkpoint is read or written.
    state : State or None
        Of the checkpoint.
    done : Recording
        Of the checkpoint, or of no tick.
    """

    network: Network
    spikes: Events
    packets: Events
    ticks: int
    expected: Int | None
    digests: dict[str, str]
    state: State | None
    done: Recording

    def save(self, path: Path, state: State, recording: Recording) -> None:
        """Write a checkpoint."""
        save_state(path, state, recording, **self.digests)


def read_inputs(options: Options) -> Inputs:
    """Read all files, and hold them against each other."""
    network = _network(options.network)
    if options.port is not None:
        port_events(network, options.port, np.empty(0, dtype=FIRED))
    spikes = make_spikes()
    if options.stimulus is not None:
        spikes = load_stimulus(options.stimulus, network)
    packets = _packets(options.packets, network)
    expected = None
    if options.expect is not None:
        expected = read_csv(options.expect, UserError, [Column(name, 0) for name in EVENT])
    ticks = options.ticks
    if ticks is None:
        listed = expected[:, 0] if expected is not None else np.zeros(0, dtype=np.int64)
        ticks = long_enough(network, spikes["tick"], packets["tick"], listed)
    watch = watched(options.watch, network)
    digests: dict[str, str] = {}
    if options.checkpoint is not None or options.resume is not None:
        # The order in which events are listed changes nothing.
        stimulus = events_digest(np.sort(spikes), np.sort(packets))
        digests = {"network_digest": network_digest(network), "stimulus_digest": stimulus}
    state, done = None, Recording.empty(network.architecture, 0, watch)
    if options.resume is not None:
        state, done = load_state(options.resume, **digests)
        _check_checkpoint(options, network, done, ticks)
    room = 4 * len(done.watch) * ticks
    if room > WATCH_LIMIT:
        raise UserError(f"--watch must take at most {WATCH_LIMIT} bytes in all ticks, not {room}.")
    return Inputs(
        network=network,
        spikes=spikes,
        packets=packets,
        ticks=ticks,
        expected=expected,
        digests=digests,
        state=state,
        done=done,
    )


def _check_checkpoint(options: Options, network: Network, done: Recording, ticks: int) -> None:
    """Refuse a checkpoint from which this run cannot go on."""
    assert options.resume is not None
    name = options.resume.name
    if done.first_tick or done.architecture != network.architecture:
        raise UserError(f"{name}: the checkpoint must be of this network's run, from tick 0 on.")
    if done.ticks > ticks:
        raise UserError(
            f"--ticks must be at least {done.ticks}, which {name} has reached, not {ticks}."
        )
    if options.watch and not np.array_equal(watched(options.watch, network), done.watch):
        raise UserError(
            f"--watch must name the {len(done.watch)} neurons that {name} watches, or be left out."
        )


def _network(path: Path) -> Network:
    """Read a network of any format, and pass on what its reader has to say."""
    network, report = load_network(path)
    for note in report.notes:
        err.print(f"{path.name}: {note}", markup=False, soft_wrap=True)
    return network


def _packets(path: Path | None, network: Network) -> Events:
    """Read a file of packets and hold them against the network."""
    if path is None:
        return make_packets()
    packets = load_events(path, PACKET)
    try:
        check_packets(packets, network)
    except StimulusError as error:
        raise StimulusError(f"{path.name}: {error}") from None
    return packets


def watched(places: list[str], network: Network) -> Int:
    """Return core * N + neuron of neurons like ``0,1,5`` and ``0,0,0:16``, sorted, none twice."""
    a = network.architecture
    limits = (("x", a.width), ("y", a.height), ("neuron", a.neurons))
    found = [np.zeros(0, dtype=np.int64)]
    for place in places:
        parts = [_PLACE.fullmatch(part) for part in place.split(",")]
        if len(parts) != 3 or None in parts:
            raise UserError(
                f"--watch must be x,y,neuron, each a number or a range such as 0:16, not {place!r}."
            )
        ranges = []
        for part, (name, size) in zip(parts, limits, strict=True):
            assert part is not None
            first, end = int(part[1]), int(part[2] or int(part[1]) + 1)
            if not first < end <= size:
                raise UserError(f"--watch {place}: {name} must be in 0..{size - 1}, not {part[0]}.")
            ranges.append(np.arange(first, end))
        x, y, neuron = np.meshgrid(*ranges, indexing="ij")
        found.append(((x + a.width * y) * a.neurons + neuron).reshape(-1))
    return np.unique(np.concatenate(found))


def write_results(
    options: Options, inputs: Inputs, simulator: Any, run: Run, engine: str
) -> Int | None:
    """Write what the options ask for, and return the events of the port."""
    network, recording = inputs.network, run.recording
    if options.checkpoint is not None:
        inputs.save(options.checkpoint, simulator.state(), recording)
    if options.out is not None:
        if options.out.suffix == ".csv":
            save_events(options.out, recording.fired())
        else:
            save_recording(
                options.out,
                recording,
                complete=run.complete,
                engine=engine,
                attached=network.attached,
                ports=network.ports,
            )
    if options.port is None:
        return None
    events = port_events(network, options.port, recording.fired())
    if options.port_out is not None:
        write_csv(options.port_out, EVENT, events)
    return events
