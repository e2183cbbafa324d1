"""Populations on a mesh: cores, destinations and ports.

A neuron has one destination. One that must reach several axons is made several times: copies with
the same inputs fire alike, which needs no further tick, as neurons that pass spikes on would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import FIELDS, Architecture, Network, Port
from spikewright.tools.formats.nir_lower import Lowered
from spikewright.tools.formats.nir_neurons import Population
from spikewright.tools.formats.nir_pack import AXONS, NEURONS, Core, pack
from spikewright.tools.formats.report import FormatError

__all__ = ["CORES", "place"]

CORES = 64 * 64
_ROUNDS = 100

Int = NDArray[np.int64]


def place(
    lowered: Lowered,
    populations: list[Population],
    latency: list[int],
    mesh: tuple[int, int] | None,
    metadata: dict[str, Any],
) -> Network:
    """Return the network.

    Parameters
    ----------
    lowered : Lowered
    populations : list of Population
    latency : list of int
        Of every source.
    mesh : (width, height), optional
        By default the smallest square, but for rows that stay empty.
    metadata : dict

    Raises
    ------
    FormatError
        Where a neuron must reach more than 256 axons, or the mesh is too small.
    """
    cores = _packed(lowered, populations)
    full = all(len(core.lines) == AXONS for core in cores)
    # Lines that lead nowhere end at an axon without synapses, for which there must be room.
    axons = _Axons(cores)
    needed = len(cores) + (full and any(len(_unused(axons, lowered, n)) for n in _inputs(lowered)))
    if mesh is None:
        width = isqrt(needed - 1) + 1
        mesh = (width, ceil(needed / width))
    if mesh[0] * mesh[1] < needed or needed > CORES:
        raise FormatError(
            f"{lowered.file}: the graph must fit {min(mesh[0] * mesh[1], CORES)} cores, "
            f"and takes {needed}"
        )
    architecture = Architecture.preset("truenorth").with_mesh(*mesh)
    board = _Board(architecture, cores, axons)
    board.fill()
    board.connect(populations, latency)
    ports = [board.input(lowered, number) for number in _inputs(lowered)]
    ports += [
        board.output(output.name, output.source, np.array(output.index))
        for output in lowered.outputs
    ]
    return Network.adopt(architecture, board.arrays, ports=ports, metadata=metadata)


def _packed(lowered: Lowered, populations: list[Population]) -> list[Core]:
    """Return cores in which every neuron occurs as often as axons wait for it.

    More copies take more cores, on which more axons wait: repeated until nothing changes.
    """
    first = len(lowered.inputs)
    copies = [np.ones(population.size, dtype=np.int64) for population in populations]
    packed: list[list[Core]] = [[] for _ in populations]
    for _ in range(_ROUNDS):
        packed = [
            cores or pack(population, number)
            for population, number, cores in zip(populations, copies, packed, strict=True)
        ]
        if sum(len(cores) for cores in packed) > CORES:
            break
        wanted = _waiting([core for part in packed for core in part], copies, first)
        settled = True
        for number, (population, old, new) in enumerate(
            zip(populations, copies, wanted, strict=True)
        ):
            for neuron in np.flatnonzero(new > NEURONS)[:1]:
                raise FormatError(
                    f"{lowered.file}: node {population.name!r}: neuron {neuron}: it must reach at "
                    f"most {NEURONS} axons, not {new[neuron]}"
                )
            if (new > old).any():
                copies[number], packed[number], settled = np.maximum(new, old), [], False
        if settled:
            return [core for cores in packed for core in cores]
    raise FormatError(
        f"{lowered.file}: the graph must fit {CORES} cores, with a copy of a neuron for each axon "
        "that it reaches, and takes more"
    )


def _waiting(cores: list[Core], copies: list[Int], first: int) -> list[Int]:
    """Return for each population how many axons wait for each neuron, but at least 1.

    One is there without any axon, for whoever reads it.
    """
    axons = _Axons(cores)
    return [
        np.maximum(np.bincount(axons.of(source)[:, 0], minlength=len(number)), 1)
        for source, number in enumerate(copies, first)
    ]


class _Axons:
    """All axons of some cores by the source that they wait for."""

    def __init__(self, cores: list[Core]) -> None:
        rows = [np.zeros((0, 5), dtype=np.int64)]
        for c, core in enumerate(cores):
            source, line, delay = core.population.taps[core.lines].T
            axon = np.arange(len(core.lines))
            rows.append(np.stack([source, line, np.full_like(axon, c), axon, delay], axis=1))
        found = np.concatenate(rows)
        self._rows = found[np.argsort(found[:, 0], kind="stable")]

    def of(self, source: int) -> Int:
        """Return rows (line of the source, core, axon, delay)."""
        first, last = np.searchsorted(self._rows[:, 0], [source, source + 1])
        return self._rows[first:last, 1:]


def _inputs(lowered: Lowered) -> range:
    return range(len(lowered.inputs))


def _unused(axons: _Axons, lowered: Lowered, number: int) -> Int:
    """Return the lines of an input that lead nowhere."""
    size = int(np.prod(lowered.inputs[number].shape))
    return np.setdiff1d(np.arange(size), axons.of(number)[:, 0])


@dataclass
class _Board:
    """The arrays of a network, as they are filled; core ``c`` of the list is core c of the mesh."""

    architecture: Architecture
    cores: list[Core]
    axons: _Axons
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)

    def fill(self) -> None:
        """Write neurons and synapses."""
        a = self.architecture
        self.arrays = {
            entry.name: np.full(entry.shape(a), entry.default, dtype=entry.dtype)
            for entry in FIELDS
        }
        # NIR has no lower threshold: the chip's is as low as it can be, and holds there.
        self.arrays["negative_threshold"][:] = a.threshold_limit
        self.arrays["negative_saturate"][:] = True
        for c, core in enumerate(self.cores):
            population, n, k = core.population, core.neurons, len(core.neurons)
            self.arrays["synapses"][c, :k, : len(core.lines)] = core.synapses
            self.arrays["axon_types"][c, : len(core.lines)] = core.types
            self.arrays["weights"][c, :k] = core.weights
            self.arrays["threshold"][c, :k] = population.threshold[n]
            self.arrays["leak"][c, :k] = population.leak[n]
            self.arrays["leak_reversal"][c, :k] = population.reversal[n]
            self.arrays["reset_potential"][c, :k] = population.reset[n]
            self.arrays["potential"][c, :k] = population.start[n]

    def connect(self, populations: list[Population], latency: list[int]) -> None:
        """Give each copy of a neuron one of the axons that wait for it."""
        late = np.array([latency[core.population.source] for core in self.cores])
        for population in populations:
            places, targets = self._places(population), self.axons.of(population.source)
            targets = targets[np.argsort(targets[:, 0], kind="stable")]
            targets[:, 3] += late[targets[:, 1]] - latency[population.source]
            # The k-th axon that waits for a neuron is for its k-th copy.
            start = np.searchsorted(targets[:, 0], np.arange(population.size))
            rank = np.arange(len(targets)) - start[targets[:, 0]]
            slot = places[np.searchsorted(places[:, 0], targets[:, 0]) + rank]
            self._send(slot[:, 1], slot[:, 2], targets)

    def _places(self, population: Population) -> Int:
        """Return rows (neuron, core, place on the core), sorted by neuron."""
        rows = [
            np.stack([core.neurons, np.full_like(core.neurons, c), np.arange(len(core.neurons))], 1)
            for c, core in enumerate(self.cores)
            if core.population is population
        ]
        places = np.concatenate(rows)
        return places[np.argsort(places[:, 0], kind="stable")]

    def _send(self, core: Int, neuron: Int, targets: Int) -> None:
        width = self.architecture.width
        self.arrays["dx"][core, neuron] = targets[:, 1] % width - core % width
        self.arrays["dy"][core, neuron] = targets[:, 1] // width - core // width
        self.arrays["axon"][core, neuron] = targets[:, 2]
        self.arrays["delay"][core, neuron] = targets[:, 3]

    def input(self, lowered: Lowered, number: int) -> Port:
        """Return the port of an input."""
        lines, width = self.axons.of(number)[:, :3], self.architecture.width
        unused = _unused(self.axons, lowered, number)
        if len(unused):
            free = [c for c, core in enumerate(self.cores) if len(core.lines) < AXONS]
            spare = np.full_like(unused, free[0] if free else len(self.cores))
            last = np.full_like(unused, AXONS - 1)
            lines = np.concatenate([lines, np.stack([unused, spare, last], axis=1)])
        index, core, axon = lines[np.lexsort(lines.T[::-1])].T
        name = lowered.inputs[number].name
        return Port(name, "input", np.stack([index, core % width, core // width, axon], axis=1))

    def output(self, name: str, source: int, index: Int) -> Port:
        """Return the port of an output: the first copy of each neuron."""
        population = next(c.population for c in self.cores if c.population.source == source)
        places, width = self._places(population), self.architecture.width
        line = np.flatnonzero(index >= 0)
        row = places[np.searchsorted(places[:, 0], index[line])]
        core = row[:, 1]
        return Port(name, "output", np.stack([line, core % width, core // width, row[:, 2]], 1))
