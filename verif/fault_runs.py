"""The campaign of planted faults: one fault at a time, and the benches must tell.

A fault is planted in a copy of one part of the project, which stands before the project's own on
the path of a new process. In there everything runs as ever, the benches included: they cannot know
that a part was exchanged.
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
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spikewright.golden

from .errors import ToolError
from .fault_edits import Cell, Fault
from .faults_core import CORE_FAULTS
from .faults_model import MODEL_FAULTS
from .faults_neuron import NEURON_FAULTS
from .faults_router import ROUTER_FAULTS
from .faults_wrap import WRAP_FAULTS

__all__ = ["FAULTS", "Outcome", "campaign", "fault_named", "plant", "run_bench"]

FAULTS = {
    fault.name: fault
    for fault in (*CORE_FAULTS, *NEURON_FAULTS, *ROUTER_FAULTS, *MODEL_FAULTS, *WRAP_FAULTS)
}
"""All faults by name."""

_TIMEOUT = 900.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a fault.

    Members
    -------
    fault : Fault or None
        None stands for the design without a fault.
    block : str
        Where it was looked for.
    found : bool
        The bench told of a mismatch.
    by : str
        The program that showed it.
    first : str
        The first difference, in one sentence.
    trouble : str
        Why there is no verdict, if there is none.
    seconds : float
    """

    fault: Fault | None
    block: str
    found: bool
    by: str = ""
    first: str = ""
    trouble: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """A fault was found, or nothing was found where there is none."""
        return not self.trouble and self.found == (self.fault is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "fault": self.fault.name if self.fault else None,
            "meaning": self.fault.meaning if self.fault else None,
            "where": [str(edit) for edit in self.fault.edits] if self.fault else [],
            "block": self.block,
            "found": self.found,
            "by": self.by,
            "first": self.first,
            "trouble": self.trouble,
            "seconds": round(self.seconds, 1),
        }


def fault_named(name: str) -> Fault:
    """Return a fault, or say which there are."""
    if name not in FAULTS:
        raise ToolError(f"Fault must be one of {', '.join(FAULTS)}, not {name!r}")
    return FAULTS[name]


def plant(fault: Fault, folder: Path) -> None:
    """Write the part of the project that has the fault into ``folder/spikewright``.

    Raises
    ------
    ToolError
        A source is not what the fault expects.
    LctError
        The tables with the fault say nothing that could be compiled.
    """
    project = Path(spikewright.golden.__file__).parent.parent
    part = folder / "spikewright" / fault.part
    shutil.copytree(project / fault.part, part, ignore=shutil.ignore_patterns("__pycache__"))
    sources = fault.sources(project)
    for file, text in sources.items():
        if not file.startswith("lct/"):
            (part.parent / file).write_text(text, encoding="utf-8")
    cells = {edit.unit: sources[edit.file] for edit in fault.edits if isinstance(edit, Cell)}
    if cells:
        _compile(cells, part / "generated")


def _compile(tables: dict[str, str], generated: Path) -> None:
    """Compile tables from their texts, with all the others as they are."""
    from spikewright.lct.compile import compile_unit
    from spikewright.lct.library import UNITS, Library

    with tempfile.TemporaryDirectory(prefix="spikewright-tables-") as folder:
        shutil.copytree(UNITS, folder, dirs_exist_ok=True)
        library = Library(Path(folder))
        for unit, text in tables.items():
            library.path(unit).write_text(text, encoding="utf-8")
        for unit in tables:
            source = compile_unit(library.unit(unit), library)
            (generated / f"{unit}.py").write_text(source, encoding="utf-8")


def run_bench(fault: Fault | None, block: str, *, root: Path | None = None) -> Outcome:
    """Plant a fault and run a bench in a process of its own.

    Parameters
    ----------
    fault : Fault or None
        None runs the bench on the design as it is.
    block : str
    root : Path, optional
        Folder of builds.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spikewright-fault-") as name:
        folder = Path(name)
        if fault is not None:
            plant(fault, folder)
        verdict = _verdict(folder, fault.part if fault else "", block, root)
    return Outcome(fault=fault, block=block, seconds=time.monotonic() - began, **verdict)


def _verdict(folder: Path, part: str, block: str, root: Path | None) -> dict[str, Any]:
    """Run the worker with the folder before everything else on its path."""
    answer = folder / "answer.json"
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, "PYTHONPATH": path}
    if root is not None:
        env["SPIKEWRIGHT_BUILD"] = str(root)
    command = [sys.executable, "-m", "spikewright.verif.fault_worker", block, str(answer)]
    if part:
        command.append(str(folder / "spikewright" / part))
    try:
        done = subprocess.run(
            command,
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
        return {"found": False, "trouble": f"the bench did not end within {_TIMEOUT:g} seconds"}
    if done.returncode or not answer.is_file():
        lines = done.stderr.strip().splitlines() or [f"the bench ended with {done.returncode}"]
        return {"found": False, "trouble": lines[-1]}
    verdict: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return verdict


def campaign(
    faults: Sequence[Fault],
    *,
    jobs: int = 2,
    root: Path | None = None,
    progress: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Run every fault, and every bench that is used without a fault.

    Parameters
    ----------
    faults : sequence of Fault
    jobs : int
        Benches that run at the same time.
    root : Path, optional
        Folder of builds.
    progress : callable
        Called with each outcome as it comes.

    Returns
    -------
    list of Outcome
        Those without a fault first, then in the order of the faults.
    """
    blocks = list(dict.fromkeys(fault.block for fault in faults))
    work = [(None, block) for block in blocks] + [(fault, fault.block) for fault in faults]
    outcomes: dict[int, Outcome] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        pending = {
            pool.submit(run_bench, fault, block, root=root): number
            for number, (fault, block) in enumerate(work)
        }
        try:
            for future in as_completed(pending):
                outcome = outcomes[pending[future]] = future.result()
                progress(outcome)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [outcomes[number] for number in range(len(work))]
