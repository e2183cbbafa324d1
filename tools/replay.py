"""All cores of a network, each run again alone in the RTL, and what came of it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import SIDES, Network
from spikewright.tools.console import progress
from spikewright.tools.engine import chip_verilog, compiled_chip, require_simulator
from spikewright.tools.errors import UserError
from spikewright.tools.replay_trace import SENDS, Trace, golden_trace
from spikewright.tools.replay_workers import on_dask, on_processes
from spikewright.tools.stages import Stages

__all__ = ["Replay", "replay"]

GROUP = 16
"""Cores in one piece of work: some tenths of a second."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a replay came to.

    Members
    -------
    cores, ticks : int
    cores_here : int
        That were run now, not read from the file of results.
    potentials, spikes, inputs : int
        Potentials compared, spikes of these cores, spikes that their axons received.
    golden_seconds, rtl_seconds : float
        The golden model's run, and everything after it.
    differences : list of dict
        The first of each core that differs, by core.
    """

    cores: int
    ticks: int
    cores_here: int
    potentials: int
    spikes: int
    inputs: int
    golden_seconds: float
    rtl_seconds: float
    differences: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {"agree": not self.differences, **asdict(self)}


def replay(
    network: Network,
    stimulus: NDArray[np.void],
    ticks: int,
    *,
    cores: NDArray[np.int64],
    programmed: Network | None = None,
    microarchitecture: str = "event",
    scheduler: str | None = None,
    jobs: int | None = None,
    results: Path | None = None,
) -> Replay:
    """Run cores again alone in the RTL, and compare them with the golden model.

    Parameters
    ----------
    network : Network
    stimulus : ndarray of SPIKE
    ticks : int
        From tick 0 on.
    cores : ndarray of int64
        x + width * y, ascending.
    programmed : Network, optional
        Program the RTL with this network instead, of the same architecture.
    microarchitecture : str
        Of the RTL's core, see `engine.compiled_chip`.
    scheduler : str, optional
        Address of Dask's; otherwise processes of this machine do the work.
    jobs : int, optional
        How many processes; by default one a processor.
    results : Path, optional
        Written group by group; where it holds some of the same work, only the rest is done.
    """
    require_simulator()
    start = time.perf_counter()
    with progress("Running the golden model", ticks, rate="ticks") as advance:
        trace = golden_trace(
            network, stimulus, ticks, cores, programmed=programmed, advance=advance
        )
    traced = time.perf_counter()
    # A network of as many cores side by side must be one that offsets can cross.
    step = min(GROUP, 2 ** (network.architecture.offset_bits - 1))
    count = -(-len(cores) // step)
    ledger = _Ledger(results, _name(trace, stimulus, microarchitecture))
    todo = [number for number in range(count) if number not in ledger.found]

    def make(number: int) -> Any:
        return trace.group(number * step, min((number + 1) * step, len(cores)), microarchitecture)

    if todo and scheduler is None:
        with Stages().show("Compiling the core"):
            one = network.architecture.with_mesh(1, 1)
            compiled_chip(one, SIDES, core=microarchitecture).close()
    here = 0
    with progress("Running cores in RTL", len(cores), rate="cores") as advance:
        advance(len(cores) - sum(_size(n, step, len(cores)) for n in todo))
        for number, found in _run(todo, make, scheduler, jobs):
            ledger.add(number, found)
            size = _size(number, step, len(cores))
            here += size
            advance(size)
    differences = [one for number in range(count) for one in ledger.found[number]]
    return Replay(
        cores=len(cores),
        ticks=ticks,
        cores_here=here,
        potentials=trace.potentials.size,
        spikes=len(trace.spikes),
        inputs=len(trace.inputs),
        golden_seconds=traced - start,
        rtl_seconds=time.perf_counter() - traced,
        differences=differences,
    )


def _run(
    todo: list[int], make: Any, scheduler: str | None, jobs: int | None
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    if scheduler is not None:
        return on_dask(todo, make, scheduler)
    return on_processes(todo, make, jobs or len(os.sched_getaffinity(0)))


def _size(number: int, step: int, cores: int) -> int:
    return min(step, cores - number * step)


def _name(trace: Trace, stimulus: NDArray[np.void], microarchitecture: str) -> str:
    """Return a name for all that the results depend on, the hardware included."""
    architecture = trace.network.architecture
    one = chip_verilog(architecture.with_mesh(1, 1), SIDES, core=microarchitecture)
    recipe = [architecture.to_dict(), one.parent.name]
    summed = hashlib.sha256(json.dumps(recipe).encode())
    sends = [getattr(trace.network, name) for name in SENDS]
    for array in (*trace.programmed.arrays().values(), *sends):
        summed.update(np.ascontiguousarray(array).tobytes())
    for array in (stimulus, trace.cores, trace.inputs, trace.spikes, trace.potentials):
        summed.update(np.ascontiguousarray(array).tobytes())
    return summed.hexdigest()[:20]


class _Ledger:
    """Results by group, kept in a file of lines of JSON where one was named."""

    def __init__(self, path: Path | None, name: str) -> None:
        self.path = path
        self.found: dict[int, list[dict[str, Any]]] = {}
        if path is None:
            return
        head = json.dumps({"replay": name})
        if not path.exists():
            path.write_text(head + "\n", encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines[0] != head:
            raise UserError(
                f"--out must be a new file, or one of a replay of the same, not {path}."
            )
        # What follows the last line feed was cut off as it was written.
        for line in lines[1:-1]:
            entry = json.loads(line)
            self.found[entry["group"]] = entry["differences"]
        whole = "".join(f"{line}\n" for line in lines[:-1])
        path.write_text(whole, encoding="utf-8")

    def add(self, number: int, differences: list[dict[str, Any]]) -> None:
        """Keep the result of a group."""
        self.found[number] = differences
        if self.path is not None:
            line = json.dumps({"group": number, "differences": differences})
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
