"""The process that runs one bench for the campaign of faults, and writes down the verdict.

Called as ``python -m spikewright.verif.fault_worker BLOCK ANSWER [PART]``: the last argument is the
folder that a part of the project must come from.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.verif.records import ProgramRecord
from spikewright.verif.router_units import ROUTER_UNITS

__all__ = ["SEEDS", "bench"]

SEEDS = range(16)
"""Random programs that every fault meets, besides all directed ones."""


def bench(block: str) -> dict[str, Any]:
    """Run a block's bench on whatever design and model this process has.

    Returns
    -------
    dict
        ``found``, ``by``, ``first``, ``trouble`` as in `fault_runs.Outcome`.
    """
    records, trouble = (_unit if block in ROUTER_UNITS else _chip)(block)
    for record in records:
        if not record.ok:
            first = (record.first or ["nothing was compared"])[0]
            return {"found": True, "by": record.name, "first": first}
    return {"found": False, "trouble": trouble}


def _unit(unit: str) -> tuple[Sequence[ProgramRecord], str]:
    from spikewright.verif.unit_runs import run_unit

    report = run_unit(unit, architecture=Architecture.preset("tiny"))
    return report.records, report.trouble


def _chip(block: str) -> tuple[Sequence[ProgramRecord], str]:
    from spikewright.verif.blocks import block_named
    from spikewright.verif.build import build_cocotb
    from spikewright.verif.cocotb_run import run_cocotb
    from spikewright.verif.records import JOB_VARIABLE, Job, read_records
    from spikewright.verif.directed import CASES

    b = block_named(block)
    a = Architecture.preset("tiny")
    build = build_cocotb(b.design(a))
    d = Path(tempfile.mkdtemp())
    cases = [n for n, c in CASES.items() if not c.nightly]
    job = Job(
        block=b.name,
        architecture=a.to_dict(),
        seeds=list(SEEDS),
        cases=cases,
        records=str(d / "r"),
    )
    job.write(d / "job.json")
    r = run_cocotb(
        build,
        "spikewright.verif.tests_chip",
        test_dir=d,
        env={JOB_VARIABLE: str(d / "job.json"), "PYTHONHASHSEED": "0"},
        check=False,
    )
    return read_records(d / "r"), "" if r.ok else str(r.failures)


def main(arguments: Sequence[str]) -> None:
    """Run, and write the verdict as JSON."""
    block, answer, *parts = arguments
    for part in parts:
        module = importlib.import_module(f"spikewright.{Path(part).name}")
        found = Path(str(module.__file__)).parent
        assert found == Path(part), f"{module.__name__} must come from {part}, not {found}"
    Path(answer).write_text(json.dumps(bench(block)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
