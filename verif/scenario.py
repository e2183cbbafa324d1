"""One program to run on a chip and how it is to be driven: plain data, and random ones by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.engines import simulate
from spikewright.golden.network import Network
from spikewright.golden.programs import random_network, random_packets
from spikewright.golden.stimulus import make_packets
from spikewright.verif.blocks import Block
from spikewright.verif.config_words import PARAMETERS, POTENTIAL, SEED, SYNAPSES, program_writes
from spikewright.verif.patterns import FREE, PATTERNS
from spikewright.verif.transactions import ConfigWrite

__all__ = ["Scenario", "random_scenario"]

Generator = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A program, its stimulus, and the manner of driving it.

    Members
    -------
    network : Network
    ticks : int
    packets : ndarray of PACKET
        Sent into the edges when their tick runs. What really enters when, the monitors say.
    idle, stall : str
        Patterns of the senders and of the receivers, see `patterns`.
    seed : int
        Of the patterns.
    early : bool
        Offer a tick's packets while the chip may still wait for quiescence, so that some pass in
        the very cycles around the start.
    period : int or None
        Cycles from start to start; None starts at quiescence.
    flag : bool or None
        With a period, whether the chip must say that it is too short; None where it may.
    between : dict
        Writes just before a tick, by tick.
    during : dict
        Writes while a tick runs; all are refused.
    again : dict
        By tick, how many cycles after its start another start comes, and for how long.
    reset_after : tuple or None
        In this tick, so many cycles after its start, reset and begin anew.
    """

    network: Network
    ticks: int
    packets: NDArray[np.void] = field(default_factory=make_packets)
    idle: str = FREE
    stall: str = FREE
    seed: int = 0
    early: bool = False
    period: int | None = None
    flag: bool | None = None
    between: Mapping[int, Sequence[ConfigWrite]] = field(default_factory=dict)
    during: Mapping[int, Sequence[ConfigWrite]] = field(default_factory=dict)
    again: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    reset_after: tuple[int, int] | None = None


def random_scenario(block: Block, architecture: Architecture, seed: int) -> Scenario:
    """Return the scenario of a seed, the same for ever.

    Sixteen seeds in a row cross all patterns of the senders with all of the receivers; every fifth
    seed runs at a fixed period.

    Parameters
    ----------
    block : Block
    architecture : Architecture
        Its mesh is the block's.
    seed : int
        0 or larger.
    """
    a = block.shaped(architecture)
    rng = np.random.default_rng([seed, *block.name.encode()])
    network = random_network(
        a,
        rng,
        attached=block.attached,
        density=float(rng.choice([0.05, 0.2, 0.5, 0.9])),
        stochastic=float(rng.choice([0.0, 0.3, 0.8])),
        off_mesh=float(rng.choice([0.02, 0.1, 0.4])),
        merge=float(rng.choice([0.1, 0.5])),
    )
    # Longer than the scheduler has rows, so that the longest delay comes round.
    ticks = a.delay_slots + int(rng.integers(2, 5 if a.neurons > 64 else 25))
    if seed % 5 == 4:
        return _paced(rng, network, ticks)
    return Scenario(
        network=network,
        ticks=ticks,
        packets=random_packets(
            network, rng, ticks, per_tick=int(rng.choice([1, 4, 16])), late=0.1, off_mesh=0.1
        ),
        idle=PATTERNS[seed % 4],
        stall=PATTERNS[seed // 4 % 4],
        seed=seed,
        early=bool(rng.random() < 0.5),
        between=_rewrites(rng, network, ticks) if rng.random() < 0.4 else {},
    )


def _paced(rng: Generator, network: Network, ticks: int) -> Scenario:
    """Return a scenario with a fixed period: every other one has too little time in some tick.

    Packets enter before the first tick only: then no packet's tick depends on the cycle in which
    it enters, and a run without a flag must equal the model's.
    """
    a = network.architecture
    packets = random_packets(network, rng, 0, per_tick=3 * a.axons, late=0, off_mesh=0.05)
    trace = simulate(network, ticks=ticks, packets=packets)
    events = int(trace.synaptic_events.max())
    sent = int(trace.spikes.sum(axis=(1, 2)).max())
    if rng.random() < 0.5:
        period, flag = a.neurons + events + sent * (a.width + a.height) + 20, False
    else:
        period, flag = int(rng.integers(a.neurons // 2, a.neurons + events + 12)), None
    return Scenario(network=network, ticks=ticks, packets=packets, period=period, flag=flag)


def _rewrites(rng: Generator, network: Network, ticks: int) -> dict[int, list[ConfigWrite]]:
    """Return writes of another random program's words before a few ticks."""
    other = random_network(network.architecture, rng, attached=network.attached)
    spaces = (SYNAPSES, PARAMETERS, POTENTIAL, SEED)
    pool = [write for write in program_writes(other) if write.space in spaces]
    chosen: dict[int, list[ConfigWrite]] = {}
    for tick in rng.choice(ticks, size=3, replace=False):
        picks = rng.choice(len(pool), size=min(6, len(pool)), replace=False)
        chosen[int(tick)] = [pool[pick] for pick in picks]
    return chosen
