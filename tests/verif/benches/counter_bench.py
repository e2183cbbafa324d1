"""Tests that run inside the simulator; test_cocotb_run.py knows what must come of them."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, Timer


@cocotb.test()
async def counts(dut: Any) -> None:
    Clock(dut.clk, 10, "ns", impl="gpi").start()
    dut.rst.value, dut.step.value, dut.stop.value = 1, 3, 0
    await ClockCycles(dut.clk, 2)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 11)
    assert int(dut.total.value) == 30
    assert os.environ.get("EXPECTED_ENV", "set") == "set"
    assert cocotb.plusargs.get("word", "given") == "given"


@cocotb.test()
async def fails(_dut: Any) -> None:
    os.write(1, b"** TESTS=1 PASS=1 FAIL=0 SKIP=0 **\n")
    message = "planted"
    raise AssertionError(message)


@cocotb.test()
async def also_fails(_dut: Any) -> None:
    raise ValueError("the name ends in that of another test")


@cocotb.test()
@cocotb.parametrize(value=[1, 2])
async def repeats(_dut: Any, value: int) -> None:
    await Timer(value, "ns")


@cocotb.test(skip=True)
async def skipped(_dut: Any) -> None:
    raise AssertionError


@cocotb.test()
async def crashes(_dut: Any) -> None:
    await Timer(1, "ns")
    os.kill(os.getpid(), signal.SIGSEGV)


@cocotb.test()
async def leaves(_dut: Any) -> None:
    await Timer(1, "ns")
    os.write(1, b"** TESTS=1 PASS=1 FAIL=0 SKIP=0 **\n")
    os._exit(0)


@cocotb.test()
async def hangs(_dut: Any) -> None:
    await Timer(1, "ns")
    time.sleep(600)


@cocotb.test()
async def finishes(dut: Any) -> None:
    """Lets the design end the simulation."""
    Clock(dut.clk, 10, "ns", impl="gpi").start()
    dut.rst.value, dut.stop.value = 0, 1
    await Timer(1, "ms")
