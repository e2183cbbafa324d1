"""Verify blocks: random programs by seed and directed ones by name, in lockstep with the model."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from spikewright.golden.architecture import Architecture
from spikewright.verif.blocks import block_named
from spikewright.verif.directed import CASES
from spikewright.verif.errors import ToolError
from spikewright.verif.report import Report
from spikewright.verif.router_traffic import ROUTER_CASES
from spikewright.verif.verify_runs import Run, Task, deal, work

__all__ = ["Task", "cases_of", "processes", "verify", "verify_all"]


def cases_of(block: str, *, nightly: bool = False) -> list[str]:
    """Return the names of a block's directed programs."""
    bench = block_named(block).bench
    if bench == "router":
        return list(ROUTER_CASES)
    if bench == "axi":
        return []
    return [name for name, case in CASES.items() if nightly or not case.nightly]


def verify(
    block: str,
    seeds: int | Iterable[int],
    sim: str = "verilator",
    architecture: Architecture | None = None,
    *,
    core: str = "event",
    verilog: str | None = None,
    predictor: str | None = None,
    cases: Iterable[str] | None = None,
    jobs: int = 1,
    waves: bool = False,
    stop_early: bool = False,
    timeout: float = 600.0,
    pool: Executor | None = None,
) -> Report:
    """Verify one block.

    Parameters
    ----------
    block : str
        A name of `blocks.BLOCKS`.
    seeds : int or iterable of int
        How many random programs, or which.
    sim : {"verilator", "icarus"}
    architecture : Architecture, optional
        By default `tiny`.
    core : {"event", "neuron"}
        Microarchitecture of the cores.
    verilog : str, optional
        Stands in for the block's own, port for port.
    predictor : str, optional
        ``module:name`` or ``file.py:name`` of what stands in for `golden.Simulator`.
    cases : iterable of str, optional
        Directed programs; by default all that are quick.
    jobs : int
        Simulator processes at once.
    waves, stop_early, timeout
        See `Task`.
    pool : Executor, optional
        Processes to use instead of new ones, see `processes`.

    Returns
    -------
    Report
    """
    task = Task(
        block=block,
        architecture=architecture or Architecture.preset("tiny"),
        seeds=tuple(range(seeds) if isinstance(seeds, int) else seeds),
        cases=tuple(cases_of(block) if cases is None else cases),
        core=core,
        sim=sim,
        verilog=verilog,
        predictor=predictor,
        waves=waves,
        stop_early=stop_early,
        timeout=timeout,
    )
    return verify_all([task], jobs=jobs, pool=pool)[0]


def verify_all(
    tasks: Sequence[Task],
    *,
    jobs: int = 2,
    progress: Callable[[int], None] = lambda _: None,
    pool: Executor | None = None,
) -> list[Report]:
    """Carry out several tasks with as many processes as there are jobs.

    Parameters
    ----------
    tasks : sequence of Task
    jobs : int
    progress : callable
        Called with a number of programs that are done.
    pool : Executor, optional
        Processes to use instead of new ones.

    Returns
    -------
    list of Report
        One for each task, in the same order.
    """
    runs = [Run(task, deal(task, jobs)) for task in tasks]
    if pool is not None:
        work(pool, runs, progress)
    else:
        with processes(jobs) as own:
            work(own, runs, progress)
    return [run.report() for run in runs]


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """Hold processes for simulators; nothing is left of them afterwards, whatever happens.

    They are new ones and no forks: the terminal's progress bar has a thread.
    """
    if jobs < 1:
        raise ToolError(f"jobs must be at least 1, not {jobs}")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
