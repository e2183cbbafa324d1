"""Faults in either engine of the golden model, planted one at a time: the campaign must tell.

A fault is planted in a copy of the golden model, which stands before the project's own on the path
of a new process. The compiled loops of a copy are kept in that copy's own folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spikewright.golden
from spikewright.tools.engines_fault_list import ENGINE_FAULTS
from spikewright.tools.errors import UserError
from spikewright.verif.fault_edits import Fault

__all__ = ["NETWORKS", "Outcome", "chosen_faults", "hunt"]

NETWORKS = 100
"""Networks that a fault meets, at most."""

_TIMEOUT = 900.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a fault.

    Members
    -------
    fault : Fault or None
        None stands for the engines as they are.
    networks : int
        Those that were run: up to the first difference, or all.
    difference : dict or None
        A `Difference` as plain values.
    trouble : str
        Why there is no verdict, if there is none.
    seconds : float
    """

    fault: Fault | None
    networks: int = 0
    difference: dict[str, Any] | None = None
    trouble: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """A fault was found, or nothing was found where there is none."""
        return not self.trouble and (self.difference is None) == (self.fault is None)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "fault": self.fault.name if self.fault else None,
            "engine": self.fault.block if self.fault else None,
            "meaning": self.fault.meaning if self.fault else None,
            "where": [str(edit) for edit in self.fault.edits] if self.fault else [],
            "ok": self.ok,
            "networks": self.networks,
            "difference": self.difference,
            "trouble": self.trouble,
            "seconds": round(self.seconds, 1),
        }


def chosen_faults(names: Sequence[str]) -> list[Fault]:
    """Return the faults of these names, or all, or say which there are."""
    known = {fault.name: fault for fault in ENGINE_FAULTS}
    for name in names:
        if name not in known:
            raise UserError(f"Fault must be one of {', '.join(known)}, not {name!r}")
    return [known[name] for name in names or known]


def hunt(
    faults: Sequence[Fault],
    seed: int,
    networks: int,
    *,
    jobs: int = 2,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Outcome]:
    """Let each fault meet networks until they tell, and the engines without a fault meet all.

    Parameters
    ----------
    faults : sequence of Fault
    seed : int
        Of the first network.
    networks : int
        How many a fault meets at most.
    jobs : int
        Processes at the same time.
    progress : callable
        Called with 1 for each outcome.

    Returns
    -------
    list of Outcome
        That without a fault first, then in the order of the faults.
    """
    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = [
                pool.submit(_run, fault, seed, networks, progress) for fault in (None, *faults)
            ]
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _run(fault: Fault | None, seed: int, networks: int, progress: Callable[[int], None]) -> Outcome:
    """Plant a fault, and run the campaign in a process of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spikewright-engines-") as name:
        folder = Path(name)
        _plant(fault, folder / "spikewright")
        verdict = _verdict(folder, seed, networks)
    progress(1)
    return Outcome(fault=fault, seconds=time.monotonic() - began, **verdict)


def _plant(fault: Fault | None, folder: Path) -> None:
    """Copy the golden model into a folder, with the fault."""
    golden = Path(spikewright.golden.__file__).parent
    shutil.copytree(golden, folder / "golden", ignore=shutil.ignore_patterns("__pycache__"))
    for file, text in (fault.sources(golden.parent) if fault else {}).items():
        (folder / file).write_text(text, encoding="utf-8")


def _verdict(folder: Path, seed: int, networks: int) -> dict[str, Any]:
    """Run the worker with the folder before everything else on its path."""
    answer = folder / "answer.json"
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    # Compiled loops are kept below the home folder where the sources are no checkout's.
    env = {**os.environ, "PYTHONPATH": path, "HOME": str(folder)}
    command = [sys.executable, "-m", "spikewright.tools.engines_worker"]
    try:
        done = subprocess.run(
            [*command, str(seed), str(networks), str(answer), str(folder / "spikewright")],
            cwd=folder,
            env=env,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return {"trouble": f"the networks did not end within {_TIMEOUT:g} seconds"}
    if done.returncode or not answer.is_file():
        lines = done.stderr.strip().splitlines() or [f"the process ended with {done.returncode}"]
        return {"trouble": lines[-1]}
    verdict: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return verdict
