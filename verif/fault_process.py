"""Processes in which a part of the project is exchanged for a copy.

The copy stands before the project's own on the path. In there everything runs as ever: nothing can
know that a part was exchanged.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, TypeVar

import spikewright.golden

__all__ = ["PROJECT", "ask_worker", "copy_part", "run_all"]

PROJECT = Path(spikewright.golden.__file__).parent.parent
"""The folder of the parts."""

_TIMEOUT = 900.0

Result = TypeVar("Result")


def copy_part(part: str, folder: Path) -> Path:
    """Copy a part of the project to ``folder/spikewright/part``, and return that path."""
    copy = folder / "spikewright" / part
    shutil.copytree(PROJECT / part, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def ask_worker(module: str, *arguments: str, folder: Path, **variables: str) -> dict[str, Any]:
    """Run a module with a folder before everything else on its path.

    Parameters
    ----------
    module : str
        Writes its verdict as JSON into the file that the first of its arguments names.
    *arguments : str
        Those after it.
    folder : Path
        Also where the process runs.
    **variables : str
        Of its environment.

    Returns
    -------
    dict
        The verdict, or as ``trouble`` why there is none.
    """
    answer = folder / "answer.json"
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, str(answer), *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, **variables},
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return {"trouble": f"the process did not end within {_TIMEOUT:g} seconds"}
    if done.returncode or not answer.is_file():
        lines = done.stderr.strip().splitlines() or [f"the process ended with {done.returncode}"]
        return {"trouble": lines[-1]}
    verdict: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return verdict


def run_all(
    runs: Sequence[Callable[[], Result]], *, jobs: int, progress: Callable[[Result], None]
) -> list[Result]:
    """Call functions, several at the same time, and return their results in order.

    Parameters
    ----------
    runs : sequence of callable
    jobs : int
        Calls at the same time.
    progress : callable
        Called with each result as it comes.
    """
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(run) for run in runs]
        try:
            for future in as_completed(futures):
                progress(future.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in futures]
