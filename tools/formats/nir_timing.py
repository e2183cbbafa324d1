"""When each layer runs: in NIR edges take no time, on the chip every way takes 1 to 15 ticks.

A layer therefore runs late: step t of the graph is tick t + latency of its neurons. A way from a
layer with latency a, over Delays of d ticks, to one with latency b takes b - a + d ticks. Latencies
are the smallest at which each way takes at least one; where one would take more than 15, or where a
cycle has too few Delays, the graph is refused. Inputs have latency 0 and reach axons in their own
tick; lines that must come later pass neurons that do nothing but repeat them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_code import LIMITS
from spikewright.tools.formats.nir_lower import Lowered
from spikewright.tools.formats.nir_neurons import Population
from spikewright.tools.formats.report import FormatError

__all__ = ["settle"]

DELAY_LIMIT = 15

Int = NDArray[np.int64]


def settle(lowered: Lowered, populations: list[Population]) -> tuple[list[Population], list[int]]:
    """Return populations that can be placed, and the latency of every source.

    Parameters
    ----------
    lowered : Lowered
    populations : list of Population
        One for each layer.

    Returns
    -------
    populations : list of Population
        The same, then those that repeat inputs. Where a bias would act before step 0, the first
        potential makes up for it.
    latency : list of int
        In ticks, by source: inputs, then populations.

    Raises
    ------
    FormatError
    """
    latency = _latencies(lowered, populations)
    taps = [population.taps.copy() for population in populations]
    relays = []
    for source, entry in enumerate(lowered.inputs):
        late = [
            (lines[:, 0] == source) & (lines[:, 2] + latency[population.source] > 0)
            for lines, population in zip(taps, populations, strict=True)
        ]
        index = np.unique(
            np.concatenate([lines[m, 1] for lines, m in zip(taps, late, strict=True)])
        )
        if len(index) == 0:
            continue
        repeated = np.stack([np.full_like(index, source), index, np.zeros_like(index)], axis=1)
        relay = Population.relay(entry.name, len(latency), repeated)
        for lines, moved in zip(taps, late, strict=True):
            lines[moved, 0] = relay.source
            lines[moved, 1] = np.searchsorted(index, lines[moved, 1])
        relays.append(relay)
        latency.append(0)
    settled = [
        _prepared(lowered.file, replace(population, taps=lines), latency[population.source])
        for population, lines in zip(populations, taps, strict=True)
    ]
    settled += relays
    names = [entry.name for entry in lowered.inputs] + [p.name for p in settled]
    for population in settled:
        start, _, delay = population.taps.T
        ticks = latency[population.source] - np.array(latency)[start] + delay
        for line in np.flatnonzero(ticks > DELAY_LIMIT)[:1]:
            raise FormatError(
                f"{lowered.file}: node {population.name!r}: the way from {names[start[line]]!r} "
                f"must take at most {DELAY_LIMIT} ticks, not {ticks[line]}"
            )
    return settled, latency


def _latencies(lowered: Lowered, populations: list[Population]) -> list[int]:
    """Return the smallest latencies at which each way takes a tick."""
    inputs = len(lowered.inputs)
    ways = [np.zeros((0, 3), dtype=np.int64)]
    for population in populations:
        taps = population.taps[population.taps[:, 0] >= inputs]
        # Of a source's lines the one with the smallest delay decides, which comes first.
        taps = taps[np.lexsort((taps[:, 2], taps[:, 0]))]
        start, first = np.unique(taps[:, 0], return_index=True)
        end = np.full_like(start, population.source)
        ways.append(np.stack([start, end, 1 - taps[first, 2]], axis=1))
    start, end, ticks = np.concatenate(ways).T
    latency = np.zeros(inputs + len(populations), dtype=np.int64)
    late = 0
    for _ in range(len(populations) + 1):
        short = np.flatnonzero(latency[end] < latency[start] + ticks)
        if len(short) == 0:
            return latency.tolist()
        late = int(end[short[0]])
        np.maximum.at(latency, end, latency[start] + ticks)
    name = populations[late - inputs].name
    raise FormatError(
        f"{lowered.file}: node {name!r}: a cycle must have Delays of together at least a tick for "
        "each node of neurons in it, and has less"
    )


def _prepared(file: str, population: Population, latency: int) -> Population:
    """Return a population whose potentials are those of step 0 in tick ``latency``.

    Until then nothing reaches it but its leak, and it must not fire.
    """
    # A leak towards zero has a sign of its own on either side.
    side = np.where(population.reversal, np.sign(population.start), 1)
    leak = side * population.leak
    start = population.start - latency * leak
    # What falls is highest after its first tick, what rises after its last.
    highest = np.where(leak < 0, start + leak, population.start)
    wrong = (highest >= population.threshold) | (np.abs(start) > LIMITS.potential)
    for neuron in np.flatnonzero(wrong)[:1] if latency else ():
        raise FormatError(
            f"{file}: node {population.name!r}: neuron {neuron}: before its first step, which is "
            f"tick {latency}, the potential must stay below the threshold "
            f"{population.threshold[neuron]}, not reach {highest[neuron]}"
        )
    return replace(population, start=start)
