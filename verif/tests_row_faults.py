"""cocotb's entry to the faults that are planted in rows, see `row_faults`."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import cocotb

from spikewright.verif.row_bench import Bench
from spikewright.verif.row_cover import RowCover
from spikewright.verif.row_faults import JOB

__all__ = ["faults_of_rows"]


@cocotb.test()
async def faults_of_rows(dut: Any) -> None:
    """Run all rows without a fault, then for each fault its own row up to the first difference."""
    job = json.loads(Path(os.environ[JOB]).read_text(encoding="utf-8"))
    rows = importlib.import_module(job["rows"])
    bench = Bench(dut, job["registers"], RowCover(rows.TABLES, rows.WIDE), rows.READS)
    cases = {(table, row): found for table, row, found in job["cases"]}
    told: dict[int, str] = {}

    async def first(table: str, row: str) -> str:
        for case in cases[table, row]:
            wrong = await bench.differences(table, row, case)
            if wrong:
                return wrong[0]
        return ""

    dut.planted.value = 0
    told[0] = next(filter(None, [await first(*place) for place in cases]), "")
    for number, table, row in job["faults"]:
        dut.planted.value = number
        told[number] = await first(table, row)
    Path(job["result"]).write_text(json.dumps(told), encoding="utf-8")
