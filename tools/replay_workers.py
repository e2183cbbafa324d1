"""Groups of cores on several processors: processes of this machine, or the workers of Dask.

Either way a group whose worker dies is run again, and nothing that has come back is lost.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any

from spikewright.tools.errors import UserError
from spikewright.tools.replay_core import replay_group
from spikewright.tools.replay_trace import Group

__all__ = ["on_dask", "on_processes"]

Result = list[dict[str, Any]]

# A group that takes its worker with it so often, without any result between, is the reason for it.
LOSSES = 5
# Groups that are handed out for each worker: enough that none waits, few enough to hold in memory.
AHEAD = 2


def on_processes(
    numbers: list[int], make: Callable[[int], Group], jobs: int
) -> Iterator[tuple[int, Result]]:
    """Yield each group's number and differences as they come.

    Parameters
    ----------
    numbers : list of int
        Of the groups to run.
    make : callable
        Returns a group by its number.
    jobs : int
        Processes.
    """
    waiting, losses = deque(numbers), 0
    running: dict[Future[Result], tuple[int, ProcessPoolExecutor]] = {}
    with ExitStack() as stack:
        pools = [stack.enter_context(_worker()) for _ in range(jobs)]

        def replace(pool: ProcessPoolExecutor) -> None:
            """Start another worker for one that has died; its other group may have told before."""
            nonlocal losses
            if pool not in pools:
                return
            losses += 1
            if losses == LOSSES:
                raise UserError(
                    f"Workers must survive their work, and {LOSSES} died one after the other."
                )
            pools[pools.index(pool)] = stack.enter_context(_worker())

        while waiting or running:
            while waiting:
                busy = Counter(pool for _, pool in running.values())
                pool = min(pools, key=busy.__getitem__)
                if busy[pool] == AHEAD:
                    break
                number = waiting.popleft()
                try:
                    running[pool.submit(replay_group, make(number))] = number, pool
                except BrokenProcessPool:
                    waiting.append(number)
                    replace(pool)
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                number, pool = running.pop(done)
                try:
                    result = done.result()
                except BrokenProcessPool:
                    waiting.append(number)
                    replace(pool)
                    continue
                losses = 0
                yield number, result


def _worker() -> ProcessPoolExecutor:
    """Return a pool of one process.

    One of several starts them one by one, and does not always see the death of the latest. Not
    forked: the compiled engine of the golden model has threads.
    """
    return ProcessPoolExecutor(1, get_context("spawn"))


def on_dask(
    numbers: list[int], make: Callable[[int], Group], address: str
) -> Iterator[tuple[int, Result]]:
    """Yield each group's number and differences as the workers of a cluster find them.

    Parameters
    ----------
    numbers : list of int
    make : callable
    address : str
        Of the scheduler. The workers must have this package, a compiler and Verilator.
    """
    try:
        import distributed
    except ImportError:
        raise UserError(
            "--scheduler must have the package distributed, which is not installed: "
            "pip install 'spikewright[cluster]'"
        ) from None
    # It publishes types for parts of itself only.
    cluster: Any = distributed
    try:
        client = cluster.Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError):
        raise UserError(
            f"--scheduler must be the address of a running scheduler of Dask, not {address}."
        ) from None
    with client:
        waiting = deque(numbers)
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        running: dict[Any, int] = {}

        def submit() -> Any:
            number = waiting.popleft()
            future = client.submit(replay_group, make(number), pure=False)
            running[future.key] = number
            return future

        futures = cluster.as_completed([submit() for _ in range(min(ahead, len(waiting)))])
        for future in futures:
            try:
                result = future.result()
            except cluster.KilledWorker:
                raise UserError(
                    "Workers must survive their work, and several died with the same cores."
                ) from None
            if waiting:
                futures.add(submit())
            yield running.pop(future.key), result
