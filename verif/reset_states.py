"""Reset in every cycle of a busy run, and after each the chip must be as new.

A run is recorded once. Then, for each of its cycles, the run is played up to that cycle, the reset
comes for one cycle while all other inputs go on, and another recording is played right after it:
every output and every small register must be as recorded, cycle for cycle, which the golden model
has confirmed bit for bit. So whatever state a register can be in when the reset comes, the chip
starts clean.

A second run is noise: once the chip is programmed, every input takes random values, so that writes
and reads come while a core runs, starts while packets are under way, and packets from nowhere.

What a reset keeps: the memories of synapses, axon types and parameters, so that only potentials and
seeds need to be written again. Both are tried: a program that writes only those, and another
program that writes everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.programs import random_network, random_packets
from spikewright.golden.random import DEFAULT_SEED
from spikewright.hdl.parameters import SPACES

from .blocks import Block
from .design import Options
from .errors import ToolError
from .probes import PROBED, probed
from .recorder import Program, Recorded, check_against_golden, record
from .tape import RESET_ROWS
from .unit_vectors import random_vectors
from .vectors import VerilatedUnit

__all__ = ["ResetReport", "reset_everywhere"]

LOST = frozenset({SPACES["potential"], SPACES["seed"]})
"""Configuration spaces that a program must write again after a reset."""

_QUIET = 0.9


@dataclass(frozen=True, kw_only=True)
class ResetReport:
    """What was tried.

    Members
    -------
    resets : int
        Each in another cycle of the run, or followed by another program.
    cycles : int
        Clock cycles that were compared.
    values : int
        Numbers that the golden model confirmed in the recordings.
    states : dict
        For each small register the values that it had when a reset came.
    """

    resets: int
    cycles: int
    values: int
    states: Mapping[str, frozenset[int]]


def reset_everywhere(
    block: Block,
    architecture: Architecture,
    *,
    ticks: int = 6,
    seed: int = 1,
    step: int = 1,
    noise: int = 200,
    verilog: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> ResetReport:
    """Reset a chip in every cycle of a run.

    Parameters
    ----------
    block : Block
        A chip.
    architecture : Architecture
        Of its cores.
    ticks : int
        Of the run.
    seed : int
        Of networks and packets.
    step : int
        Only every so many cycles.
    noise : int
        Cycles of noise.
    verilog : str, optional
        Stands in for the block's own.
    progress : callable
        Called with a number of resets that are done.

    Raises
    ------
    ToolError
        Naming the first output that is not as recorded, and the cycle of the reset.
    """
    design, shown = probed(block.design(architecture, verilog=verilog))
    shape = block.shaped(architecture)
    with VerilatedUnit(design, options=Options(quick=True)) as unit:
        first, other = (_program(block, shape, ticks, seed + k) for k in range(2))
        # Without seeds: the generators must be back at their default.
        other.network.seed[:] = DEFAULT_SEED
        whole = replace(other, ticks=2, spaces=frozenset(SPACES.values()) - {SPACES["seed"]})
        partly = replace(first, ticks=2, spaces=LOST)
        after = {"all": record(unit, PROBED, whole)}
        run = record(unit, PROBED, first)
        after["lost"] = record(unit, PROBED, partly)
        confirmed = check_against_golden(run, first)
        confirmed += check_against_golden(after["all"], whole)
        confirmed += check_against_golden(after["lost"], partly)
        noisy = _noise(unit, run, noise, seed)
        plans = [(run, row, after["all"], "all") for row in range(RESET_ROWS, run.vectors.rows)]
        # Before all is programmed, there is nothing yet that the reset could keep.
        plans += [
            (run, row, after["lost"], "lost") for row in range(run.programmed, run.vectors.rows)
        ]
        plans += [
            (noisy, row, after["all"], "all") for row in range(run.programmed, noisy.vectors.rows)
        ]
        cycles, seen = 0, {name: set[int]() for name in shown.values()}
        for plan in plans[::step]:
            cycles += _try(unit, *plan)
            for probe, name in shown.items():
                seen[name].add(int(plan[0].vectors.expected[probe][plan[1]]))
            progress(1)
    states = {name: frozenset(values) for name, values in seen.items()}
    return ResetReport(resets=len(plans[::step]), cycles=cycles, values=confirmed, states=states)


def _noise(unit: VerilatedUnit, run: Recorded, rows: int, seed: int) -> Recorded:
    """Record random inputs after the programming of a run."""
    noise = random_vectors(unit, PROBED, rows, seed).stimulus
    stimulus = {
        name: np.concatenate([column[: run.programmed], noise[name].astype(column.dtype)])
        for name, column in run.vectors.stimulus.items()
    }
    stimulus["rst"][run.programmed :] = 0
    # Between ticks too: a core that is started in every other cycle never comes to an end.
    quiet = np.random.default_rng(seed).random(rows) < _QUIET
    stimulus["start"][run.programmed :][quiet] = 0
    vectors = replace(run.vectors, stimulus=stimulus, expected=unit.run(stimulus))
    return Recorded(vectors=vectors, programmed=run.programmed, starts=[])


def _program(block: Block, shape: Architecture, ticks: int, seed: int) -> Program:
    network = random_network(shape, seed, attached=block.attached, density=0.4, stochastic=0.5)
    packets = random_packets(network, seed, ticks, per_tick=8 * shape.cores)
    return Program(network=network, ticks=ticks, packets=packets, idle=0.1, stall=0.6, seed=seed)


def _try(unit: VerilatedUnit, run: Recorded, row: int, after: Recorded, kind: str) -> int:
    """Play up to a row, reset in it, and hold what follows against its recording."""
    stimulus = {}
    for name, column in run.vectors.stimulus.items():
        follows = after.vectors.stimulus[name][RESET_ROWS:]
        stimulus[name] = np.concatenate([column[: row + 1], follows])
    stimulus["rst"] = stimulus["rst"].copy()
    stimulus["rst"][row] = 1
    outputs = unit.run(stimulus)
    start = row + 1
    for name, wanted in after.vectors.expected.items():
        different = _first(outputs[name][start:], wanted[RESET_ROWS:])
        if different is not None:
            raise ToolError(
                f"After a reset in cycle {row} of a run, {name} must be as after the first reset, "
                f"and differs {different} cycles later (program that writes {kind})"
            )
    return len(outputs[next(iter(outputs))]) - start


def _first(got: NDArray[Any], wanted: NDArray[Any]) -> int | None:
    differ = got != wanted
    rows = np.flatnonzero(differ.reshape(len(differ), -1).any(axis=1))
    return int(rows[0]) if len(rows) else None
