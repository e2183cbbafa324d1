"""cocotb tests of the chip through its AXI ports alone, against the golden model."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock

from spikewright.golden.architecture import Architecture
from spikewright.verif.axi_host import Host
from spikewright.verif.axi_program import AxiProgram
from spikewright.verif.axi_slave import Refused
from spikewright.verif.bench import model_named
from spikewright.verif.blocks import block_named
from spikewright.verif.records import JOB_VARIABLE, Job, ProgramRecord
from spikewright.verif.sequences import Hung
from spikewright.verif.streams import PERIOD

__all__ = ["host", "job", "programs"]


def job() -> Job:
    """Return what is to be run."""
    return Job.read(Path(os.environ[JOB_VARIABLE]))


def host(given: Job) -> Host:
    """Return a host, with the clock running."""
    dut: Any = cocotb.top
    Clock(dut.clk, PERIOD, "step", impl="gpi").start(start_high=False)
    block = block_named(given.block, given.core)
    links = block.attached if given.links is None else given.links
    return Host(dut, Architecture.from_dict(given.architecture), links, block.chips)


@cocotb.test()
async def programs(_dut: Any) -> None:
    """Random programs by seed: programmed, read back, run in one of the three modes, compared."""
    given = job()
    chip, simulator = host(given), model_named(given.predictor)
    failed: list[str] = []
    for seed in given.seeds:
        if failed and given.stop_early:
            break
        started, hung = time.monotonic(), None
        record = ProgramRecord(seed=seed)
        try:
            await AxiProgram(chip, seed, record, simulator).play()
        except (AssertionError, Refused) as error:
            # pytest's own words on an assertion follow in lines of their own.
            told = str(error).splitlines() or ["an assertion of the bench does not hold"]
            record.complain(told[0])
        except Hung as error:
            hung = error
            record.complain(str(error))
        record.seconds = round(time.monotonic() - started, 3)
        record.append(Path(given.records))
        # A master that waits for ever cannot play on; the programs that are left go elsewhere.
        assert hung is None, f"{record.name}: {hung}"
        failed += [] if record.ok else [f"{record.name}: {record.first}"]
    assert not failed, f"{len(failed)} programs must pass, and fail: {', '.join(failed)}"
