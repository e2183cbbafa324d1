"""Faults in either engine of the golden model, planted one at a time: the campaign must tell.

A fault is planted in a copy of the golden model, and a process that has this copy runs the
campaign. The compiled loops of a copy are kept in that copy's own folder.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from spikewright.tools.engines_fault_list import ENGINE_FAULTS
from spikewright.verif.fault_edits import Fault
from spikewright.verif.fault_process import ask_worker, copy_part, run_all
from spikewright.verif.fault_runs import fault_named, plant

__all__ = ["NETWORKS", "Outcome", "chosen_faults", "hunt"]

NETWORKS = 100
"""Networks that a fault meets, at most."""


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
    return [fault_named(name, known) for name in names or known]


def hunt(
    faults: Sequence[Fault],
    seed: int,
    networks: int,
    *,
    jobs: int = 2,
    progress: Callable[[Outcome], None] = lambda _: None,
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
        Called with each outcome as it comes.

    Returns
    -------
    list of Outcome
        That without a fault first, then in the order of the faults.
    """
    runs = [partial(_run, fault, seed, networks) for fault in (None, *faults)]
    return run_all(runs, jobs=jobs, progress=progress)


def _run(fault: Fault | None, seed: int, networks: int) -> Outcome:
    """Plant a fault, and run the campaign in a process of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spikewright-engines-") as name:
        folder = Path(name)
        if fault is None:
            copy_part("golden", folder)
        else:
            plant(fault, folder)
        arguments = (str(seed), str(networks), str(folder / "spikewright"))
        # Compiled loops are kept below the home folder where the sources are no checkout's.
        verdict = ask_worker(
            "spikewright.tools.engines_worker", *arguments, folder=folder, HOME=name
        )
    return Outcome(fault=fault, seconds=time.monotonic() - began, **verdict)
