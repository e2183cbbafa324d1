"""What each core of a network receives and does, from one run of the golden model.

A core's inputs are the spikes on its axons. They follow from the spikes of all neurons, which the
engine tells, from the neurons' destinations, and from the stimulus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture, Network, Recording, make_simulator
from spikewright.golden.fields import FIELDS
from spikewright.golden.mesh import Packets, route
from spikewright.tools.errors import UserError

__all__ = ["SENDS", "Group", "Trace", "golden_trace"]

Int = NDArray[np.int64]

SENDS = ("dx", "dy", "axon", "delay")
"""A neuron's arrays that say where its spikes go."""

# Of the potentials that are kept until every core has been compared.
MEMORY = 8 * 2**30
# Ticks in one call of the engine, while the bar moves on.
PART = 16


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some cores to run again, with all that is needed for it; K = cores, T = ticks.

    Members
    -------
    architecture : Architecture
        Of one core.
    microarchitecture : str
        See `engine.compiled_chip`.
    places : list of (x, y)
    fields : dict
        Arrays of these cores that the hardware is programmed with; synapses as packed bits.
    sends : dict
        The golden model's `SENDS`: where spikes go.
    inputs : ndarray of int64, shape (E, 3)
        Core 0..K-1, tick and axon of each spike that an axon receives, sorted.
    spikes : ndarray of int64, shape (S, 3)
        Core, tick and neuron of the golden model's spikes.
    potentials : ndarray of int32, shape (T, K, N)
        The golden model's.
    """

    architecture: Architecture
    microarchitecture: str
    places: list[tuple[int, int]]
    fields: dict[str, NDArray[Any]]
    sends: dict[str, NDArray[Any]]
    inputs: Int
    spikes: Int
    potentials: NDArray[np.int32]

    def network(self) -> Network:
        """Return the network of these cores, side by side."""
        fields: dict[str, Any] = dict(self.fields)
        bits = np.unpackbits(fields["synapses"], axis=-1, count=self.architecture.axons)
        fields["synapses"] = bits.astype(np.bool_)
        return Network(self.architecture.with_mesh(len(self.places), 1), **fields)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What some cores of a network received and did.

    Members
    -------
    network, programmed : Network
        What the golden model ran, and what the hardware is programmed with.
    cores : ndarray of int64
        Ascending.
    inputs : ndarray of int64, shape (E, 3)
        Core, tick, axon; sorted.
    spikes : ndarray of int64, shape (S, 3)
        Core, tick, neuron; sorted.
    potentials : ndarray of int32, shape (T, cores, N)
    """

    network: Network
    programmed: Network
    cores: Int
    inputs: Int
    spikes: Int
    potentials: NDArray[np.int32]

    def group(self, first: int, end: int, microarchitecture: str) -> Group:
        """Return the cores ``first`` to before ``end`` of those that were traced."""
        a = self.network.architecture
        cores = self.cores[first:end]
        fields = {f.name: getattr(self.programmed, f.name)[cores] for f in FIELDS}
        fields["synapses"] = np.packbits(fields["synapses"], axis=-1)
        return Group(
            architecture=a.with_mesh(1, 1),
            microarchitecture=microarchitecture,
            places=[(int(c) % a.width, int(c) // a.width) for c in cores],
            fields=fields,
            sends={name: getattr(self.network, name)[cores] for name in SENDS},
            inputs=_of(self.inputs, cores),
            spikes=_of(self.spikes, cores),
            potentials=np.ascontiguousarray(self.potentials[:, first:end]),
        )


def golden_trace(
    network: Network,
    stimulus: NDArray[np.void],
    ticks: int,
    cores: Int,
    *,
    programmed: Network | None = None,
    advance: Any = lambda _steps: None,
) -> Trace:
    """Run the golden model and return what some cores received and did.

    Parameters
    ----------
    network : Network
    stimulus : ndarray of SPIKE
    ticks : int
    cores : ndarray of int64
        x + width * y, ascending.
    programmed : Network, optional
        What the hardware is programmed with, if that is to be another network.
    advance : callable
        Told of the ticks that are done.
    """
    a = network.architecture
    size = 4 * ticks * len(cores) * a.neurons
    if size > MEMORY:
        raise UserError(
            f"--ticks times cores must need at most {MEMORY >> 30} GiB for potentials, not "
            f"{size / 2**30:.1f}: give fewer --cores or --ticks."
        )
    simulator = make_simulator(network, _engine())
    simulator.inject(stimulus)
    watch = (cores[:, None] * a.neurons + np.arange(a.neurons)).reshape(-1)
    parts = []
    for done in range(0, ticks, PART):
        count = min(PART, ticks - done)
        parts.append(simulator.run(count, watch))
        advance(count)
    recording = Recording.joined(parts)
    return Trace(
        network=network,
        programmed=programmed or network,
        cores=cores,
        inputs=_inputs(network, recording, stimulus, cores),
        spikes=_spikes(recording, cores),
        potentials=recording.potentials.reshape(ticks, len(cores), a.neurons),
    )


def _engine() -> str:
    from importlib.util import find_spec

    return "numba" if find_spec("numba") else "numpy"


def _fired(recording: Recording) -> tuple[Int, Int]:
    """Return tick and core * N + neuron of all spikes."""
    ticks = np.repeat(np.arange(recording.ticks), recording.spikes_per_tick)
    return ticks, recording.spike_index.astype(np.int64)


def _spikes(recording: Recording, cores: Int) -> Int:
    ticks, index = _fired(recording)
    core, neuron = np.divmod(index, recording.architecture.neurons)
    return _chosen(cores, core, ticks, neuron)


def _inputs(network: Network, recording: Recording, stimulus: NDArray[np.void], cores: Int) -> Int:
    """Return the spikes that axons receive: those of neurons, on their way, and the stimulus."""
    a = network.architecture
    y, x = np.divmod(np.arange(a.cores), a.width)
    target = route(
        a,
        Packets(
            x=x[:, None],
            y=y[:, None],
            dx=network.dx,
            dy=network.dy,
            slot=network.delay,
            axon=network.axon,
        ),
    ).core.reshape(-1)
    ticks, index = _fired(recording)
    delay = network.delay.reshape(-1)[index].astype(np.int64)
    due = ticks + delay
    arrives = (delay > 0) & (target[index] >= 0) & (due < recording.ticks)
    given = stimulus[stimulus["tick"] < recording.ticks]
    return _chosen(
        cores,
        np.concatenate([target[index][arrives], given["x"] + a.width * given["y"]]),
        np.concatenate([due[arrives], given["tick"]]),
        np.concatenate([network.axon.reshape(-1)[index][arrives], given["axon"]]),
    )


def _chosen(cores: Int, core: Int, ticks: Int, what: Int) -> Int:
    """Return rows (core, tick, what) of some cores, sorted, each once."""
    kept = np.isin(core, cores)
    # Numbers sort much faster than rows.
    shape = (
        int(core.max(initial=0)) + 1,
        int(ticks.max(initial=0)) + 1,
        int(what.max(initial=0)) + 1,
    )
    flat = np.ravel_multi_index((core[kept], ticks[kept], what[kept]), shape)
    return np.stack(np.unravel_index(np.unique(flat), shape), axis=1).astype(np.int64)


def _of(rows: Int, cores: Int) -> Int:
    """Return the rows of some neighbours among the cores, which are counted from 0."""
    low, high = np.searchsorted(rows[:, 0], (cores[0], cores[-1] + 1))
    found = rows[low:high].copy()
    found[:, 0] = np.searchsorted(cores, found[:, 0])
    return found
