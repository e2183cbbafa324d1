"""Frames of a data set on the compiled engine: one network, a chip for each thread."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.fast_events import Ends, Leaving, follow, in_order, places
from spikewright.golden.fast_kernel import run_frames
from spikewright.golden.fast_program import destinations, prepare, wrap_shift
from spikewright.golden.fast_tables import Work, make_buffers, make_chip, make_room, thread_count
from spikewright.golden.network import Network
from spikewright.golden.stimulus import check_packets, check_spikes, make_packets, make_spikes

__all__ = ["run_batch"]

Int = NDArray[np.int64]
Events = Sequence[NDArray[np.void] | None]

LOG = 2**26
"""Spikes that one call can log, if every neuron fires in every tick of every frame."""


def run_batch(
    network: Network, stimuli: Events, packets: Events, ticks: int, threads: int | None
) -> dict[str, Any]:
    """Return the arrays of a `batch.Batch`; the arguments are those of `simulate_batch`."""
    network.check()
    a = network.architecture
    spikes, spike_frames = _joined(stimuli, make_spikes())
    edge, edge_frames = _joined(packets, make_packets())
    check_spikes(spikes, network)
    check_packets(edge, network)
    count = thread_count(threads, len(stimuli))
    program, shift, begin = prepare(network), wrap_shift(network), make_chip(network)
    chips = [make_chip(network) for _ in range(count)]
    work, ends, edge_frames = _work(
        network, spikes, spike_frames, edge, edge_frames, len(stimuli), ticks
    )

    size = ticks * a.cores * a.neurons
    most = max(1, LOG // size)
    # As much as the largest share of the frames takes, if all their neurons fire all the time.
    share = -(-min(most, len(stimuli)) // count)
    room = make_room(network, threads=count, log=share * size)
    parts = []
    with ThreadPoolExecutor(count) as pool:
        for first in range(0, len(stimuli), most):
            frames = min(most, len(stimuli) - first)
            cuts = np.linspace(0, frames, count + 1).round().astype(int).tolist()
            buffers = make_buffers(
                network, threads=count, rows=frames, ticks=ticks, room=room, dense=False, watch=0
            )
            part = work._replace(
                spike_starts=work.spike_starts[first : first + frames],
                arrival_starts=work.arrival_starts[first : first + frames],
            )
            jobs = [
                pool.submit(
                    run_frames,
                    program,
                    chips[me],
                    begin,
                    part,
                    buffers,
                    me,
                    start,
                    end,
                    ticks,
                    shift,
                )
                for me, (start, end) in enumerate(pairwise(cuts))
            ]
            for job in jobs:
                job.result()
            used = [int(buffers.fired[start:end].sum()) for start, end in pairwise(cuts)]
            log_parts = [buffers.log[me, :length] for me, length in enumerate(used)]
            parts.append((np.concatenate(log_parts), buffers))
    return _arrays(network, parts, ends, edge_frames, ticks)


def _joined(events: Events, none: NDArray[np.void]) -> tuple[NDArray[np.void], Int]:
    """Return all frames' events in one array, and the frame of each."""
    known = [none if part is None else part for part in events]
    return np.concatenate(known), np.repeat(np.arange(len(known)), [len(part) for part in known])


def _work(
    network: Network,
    spikes: NDArray[np.void],
    spike_frames: Int,
    edge: NDArray[np.void],
    edge_frames: Int,
    frames: int,
    ticks: int,
) -> tuple[Work, Ends, Int]:
    """Return the events by frame and tick, and where the packets of the run's ticks end."""
    a = network.architecture
    spikes, spike_frames = spikes[spikes["tick"] < ticks], spike_frames[spikes["tick"] < ticks]
    edge, edge_frames = edge[edge["tick"] < ticks], edge_frames[edge["tick"] < ticks]
    when = spike_frames * ticks + spikes["tick"]
    order = np.argsort(when, kind="stable")
    core = spikes["x"] + np.int64(a.width) * spikes["y"]
    # The tick before the first is a tick of its own for packets.
    edge_when = edge_frames * (ticks + 1) + edge["tick"] + 1
    ends = follow(network, edge)
    timely = np.flatnonzero(ends.timely)
    timely = timely[np.argsort(edge_when[timely], kind="stable")]
    return (
        Work(
            spikes=places(a, core, spikes["axon"])[order],
            spike_starts=_starts(when[order], frames, ticks),
            arrivals=ends.arrivals[timely],
            arrival_starts=_starts(edge_when[timely], frames, ticks + 1),
            watch=np.zeros((0, 2), dtype=np.int64),
        ),
        ends,
        edge_frames,
    )


def _starts(when: Int, frames: int, bins: int) -> Int:
    """Return where each bin of each frame begins, and the last one of the frame ends."""
    first = np.arange(frames)[:, None] * bins
    return np.searchsorted(when, first + np.arange(bins + 1)).astype(np.int64)


def _arrays(
    network: Network, parts: list[tuple[Any, Any]], ends: Ends, edge_frames: Int, ticks: int
) -> dict[str, Any]:
    fired = np.concatenate([buffers.fired for _, buffers in parts])
    frames = len(fired)
    spikes = np.concatenate([log for log, _ in parts])
    when = np.repeat(np.arange(frames * ticks), fired.reshape(-1))
    off, left, outputs = Leaving(network, destinations(network)).read(when % ticks, spikes)
    out_frames = np.concatenate([when[left] // ticks, edge_frames[ends.out]])
    counts = {
        "late": np.bincount(edge_frames[ends.late], minlength=frames),
        "off_mesh": np.bincount(when[off] // ticks, minlength=frames)
        + np.bincount(edge_frames[ends.off], minlength=frames),
        "outputs_per_frame": np.bincount(out_frames, minlength=frames),
    }
    return {
        "spikes_per_tick": fired,
        "spike_index": spikes,
        "synaptic_events_per_tick": np.concatenate([b.tick_events for _, b in parts]),
        "synaptic_events_per_core": np.concatenate([b.core_events for _, b in parts]),
        "outputs": in_order(np.concatenate([outputs, ends.outputs[ends.out]]), out_frames),
        **counts,
    }
