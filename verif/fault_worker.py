"""The process that runs one bench for the campaign of faults, and writes down the verdict.

Called as ``python -m spikewright.verif.fault_worker ANSWER BLOCK [PART]``: the last argument is the
folder that a part of the project must come from.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.verif.axi_runs import fault_verdict
from spikewright.verif.link_runs import run_axis_link
from spikewright.verif.report import Report
from spikewright.verif.router_units import ROUTER_UNITS
from spikewright.verif.sizes import SIZES
from spikewright.verif.unit_runs import run_unit
from spikewright.verif.verify import verify

__all__ = ["SEEDS", "bench"]

SEEDS = range(16)
"""Random programs that a fault meets if no directed one shows it; they cross all patterns."""


def bench(block: str) -> dict[str, Any]:
    """Run a block's bench on whatever design and model this process has.

    Parameters
    ----------
    block : str
        A block of the chip, which may be followed by a slash and a name of `blocks.CORES`, and by a
        colon and a name of `sizes.SIZES`; a unit of the router; "axis_link"; or "axi", the chip at
        its AXI ports.

    Returns
    -------
    dict
        ``found``, ``by``, ``first``, ``trouble`` as in `fault_runs.Outcome`.
    """
    if block == "axi":
        return fault_verdict()
    for report in _reports(block):
        for folder in report.files:
            shutil.rmtree(folder, ignore_errors=True)
        for record in report.failed:
            first = (record.first or ["nothing was compared"])[0]
            return {"found": True, "by": record.name, "first": first}
        if not report.ok:
            return {"found": False, "trouble": (report.trouble or ("nothing ran",))[0]}
    return {"found": False}


def _reports(block: str) -> Iterator[Report]:
    """Run the directed programs, and only if they pass the random ones."""
    if block in ROUTER_UNITS:
        yield run_unit(block, architecture=Architecture.preset("tiny"))
        return
    if block == "axis_link":
        # One side that takes turns along y, one that does not.
        yield from map(run_axis_link, ("north", "west"))
        return
    place, _, size = block.partition(":")
    name, _, core = place.partition("/")
    core = core or "event"
    architecture = SIZES[size or "tiny"]
    # A thread: this process has nothing else to do, and another one takes a second to start.
    with ThreadPoolExecutor(1) as pool:
        play = partial(
            verify, name, architecture=architecture, core=core, stop_early=True, pool=pool
        )
        yield play(())
        yield play(SEEDS, cases=())


def main(arguments: Sequence[str]) -> None:
    """Run, and write the verdict as JSON."""
    answer, block, *parts = arguments
    for part in parts:
        module = importlib.import_module(f"spikewright.{Path(part).name}")
        found = Path(str(module.__file__)).parent
        assert found == Path(part), f"{module.__name__} must come from {part}, not {found}"
    Path(answer).write_text(json.dumps(bench(block)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
