"""What one call of the compiled loops did, put together from its threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.fast_events import Ends, Leaving, in_order, merge
from spikewright.golden.fast_tables import Buffers
from spikewright.golden.network import Network
from spikewright.golden.recording import Recording

__all__ = ["Span", "collect", "joined"]

Int = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Span:
    """What one call of the compiled loops did; its arrays are its own."""

    recording: Recording
    late: Int
    buffers: Buffers


def collect(
    network: Network,
    leaving: Leaving,
    handed: list[tuple[Int, Int, Ends]],
    buffers: Buffers,
    first: int,
    watch: Int,
) -> Span:
    """Put together what the threads did, and what came from and went over the edges."""
    a = network.architecture
    fired = buffers.fired
    ticks = fired.shape[1]
    spikes = merge(buffers.log, fired)
    # A tick for each spike takes as long as it does to copy them: only where one is asked for.
    counts = fired.sum(axis=0) if leaving.some else np.zeros(ticks, dtype=np.int64)
    when = np.repeat(first + np.arange(ticks), counts)
    off, left, outputs = leaving.read(when, spikes)
    late = np.zeros((ticks, a.cores), dtype=np.int64)
    off_mesh = np.bincount(when[off] - first, minlength=ticks).astype(np.int64)
    outs, out_ticks = [outputs], [when[left]]
    for _, counted, ends in handed:
        due = (counted >= first) & (counted < first + ticks)
        np.add.at(late, (counted[due & ends.late] - first, ends.core[due & ends.late]), 1)
        np.add.at(off_mesh, counted[due & ends.off] - first, 1)
        outs.append(ends.outputs[due & ends.out])
        out_ticks.append(counted[due & ends.out])
    recording = Recording(
        architecture=a,
        first_tick=first,
        spikes_per_tick=fired.sum(axis=0),
        spike_index=spikes,
        synaptic_events_per_tick=buffers.tick_events.sum(axis=0),
        synaptic_events_per_core=buffers.core_events.sum(axis=0),
        late_per_tick=late.sum(axis=1),
        late_per_core=late.sum(axis=0),
        off_mesh=off_mesh,
        outputs=in_order(joined(outs), joined(out_ticks)),
        watch=watch,
        potentials=buffers.watched,
    )
    return Span(recording=recording, late=late, buffers=buffers)


def joined(arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one after the other."""
    return np.concatenate(list(arrays))
