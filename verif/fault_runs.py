"""The campaign of planted faults: one fault at a time, and the benches must tell.

A fault is planted in a copy of one part of the project, and a bench runs in a process that has this
copy.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .errors import ToolError
from .fault_edits import Cell, Fault
from .fault_process import PROJECT, ask_worker, copy_part, run_all
from .faults_axi import AXI_FAULTS
from .faults_core import CORE_FAULTS
from .faults_counting import COUNTING_FAULTS
from .faults_links import LINK_FAULTS
from .faults_model import MODEL_FAULTS
from .faults_neuron import NEURON_FAULTS
from .faults_router import ROUTER_FAULTS
from .faults_wrap import WRAP_FAULTS

__all__ = ["FAULTS", "Outcome", "campaign", "fault_named", "plant", "run_bench"]

FAULTS = {
    fault.name: fault
    for fault in (
        *CORE_FAULTS,
        *NEURON_FAULTS,
        *ROUTER_FAULTS,
        *LINK_FAULTS,
        *MODEL_FAULTS,
        *WRAP_FAULTS,
        *AXI_FAULTS,
        *COUNTING_FAULTS,
    )
}
"""All faults by name."""


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
    found: bool = False
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


def fault_named(name: str, faults: Mapping[str, Fault] = FAULTS) -> Fault:
    """Return a fault, or say which there are."""
    if name not in faults:
        raise ToolError(f"Fault must be one of {', '.join(faults)}, not {name!r}")
    return faults[name]


def plant(fault: Fault, folder: Path) -> None:
    """Write the part of the project that has the fault into ``folder/spikewright``.

    Raises
    ------
    ToolError
        A source is not what the fault expects.
    LctError
        The tables with the fault say nothing that could be compiled.
    """
    part = copy_part(fault.part, folder)
    sources = fault.sources(PROJECT)
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


def run_bench(fault: Fault | None, block: str) -> Outcome:
    """Plant a fault and run a bench in a process of its own.

    Parameters
    ----------
    fault : Fault or None
        None runs the bench on the design as it is.
    block : str
    """
    began = time.monotonic()
    arguments = [block]
    with tempfile.TemporaryDirectory(prefix="spikewright-fault-") as name:
        folder = Path(name)
        if fault is not None:
            plant(fault, folder)
            arguments.append(str(folder / "spikewright" / fault.part))
        verdict = ask_worker("spikewright.verif.fault_worker", *arguments, folder=folder)
    return Outcome(fault=fault, block=block, seconds=time.monotonic() - began, **verdict)


def campaign(
    faults: Sequence[Fault],
    *,
    jobs: int = 2,
    progress: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Run every fault, and every bench that is used without a fault.

    Parameters
    ----------
    faults : sequence of Fault
    jobs : int
        Benches that run at the same time.
    progress : callable
        Called with each outcome as it comes.

    Returns
    -------
    list of Outcome
        Those without a fault first, then in the order of the faults.
    """
    blocks = list(dict.fromkeys(fault.block for fault in faults))
    work = [(None, block) for block in blocks] + [(fault, fault.block) for fault in faults]
    runs = [partial(run_bench, fault, block) for fault, block in work]
    return run_all(runs, jobs=jobs, progress=progress)
