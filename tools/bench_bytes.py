"""The bytes that a tick of the compiled engine must move, counted and not measured.

Counted is what lies in memory if a tick finds nothing of the last one in the caches, in whole cache
lines where single entries are read here and there. What all cores share is small and stays cached,
so it does not count.
"""

from __future__ import annotations

import math

from spikewright.golden.fast import FastSimulator

__all__ = ["bytes_per_tick"]

CACHE_LINE = 64


def bytes_per_tick(simulator: FastSimulator, spikes: float, stimulus: float = 0.0) -> float:
    """Return the bytes that a tick moves between memory and processor.

    Parameters
    ----------
    simulator : FastSimulator
    spikes : float
        Of neurons, in a tick; each sends a packet.
    stimulus : float
        Spikes from outside on axons, in a tick.
    """
    program, a = simulator.program, simulator.network.architecture
    padded = 64 * math.ceil(a.neurons / 64)
    words = math.ceil(a.axons / 64)
    lines = spikes + stimulus
    # A core without input whose neurons are at rest is not looked at.
    run = a.cores * (1 - math.exp(-lines / a.cores)) if simulator.rests else a.cores
    total = run * padded * 8.0  # potentials, read and written
    for name in ("leak", "threshold", "floor", "spike_add", "floor_add", "flags"):
        table = getattr(program, name)
        if len(table) > 1:
            total += run * table[0].nbytes
    if len(program.weights) > 1:
        # A row for each type that has an active axon.
        active = a.axon_types * (1 - math.exp(-lines / a.cores / a.axon_types))
        total += a.cores * active * program.weights[0, 0].nbytes
    row = math.ceil(program.bits[0].nbytes / CACHE_LINE) * CACHE_LINE
    total += lines * row  # crossbar
    if len(program.types) > 1:
        total += lines * CACHE_LINE
    total += spikes * (CACHE_LINE + 4 + 16)  # destination, log, packet posted and fetched
    total += lines * 2 * CACHE_LINE  # scheduler bit, read and written
    total += a.cores * words * 8 * 2  # the tick's rows of the scheduler, read and cleared
    return float(total)
