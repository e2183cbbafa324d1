"""Plays a file of writes into the chip, as a script does, and reads every entry back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from spikewright.verif.streams import PERIOD

__all__ = ["JOB", "plays"]

JOB = "SPIKEWRIGHT_LOAD_JOB"

# As hdl/registers.rdl has them; the file under test was made from the generated constants.
CONTROL, STATUS, CORE, SPACE, ADDRESS, COMMAND, DATA = 0x10, 0x18, 0x80, 0x84, 0x88, 0x8C, 0x100
STEP, READY, READ = 4, 4, 2


class Host:
    """Registers, an access at a time."""

    def __init__(self, dut: Any) -> None:
        self.master = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), dut.clk, dut.rst)

    async def write(self, address: int, value: int) -> bool:
        done = await self.master.write(address, value.to_bytes(4, "little"))
        return bool(done.resp == AxiResp.OKAY)

    async def read(self, address: int) -> int:
        done = await self.master.read(address, 4)
        assert done.resp == AxiResp.OKAY
        return int.from_bytes(done.data, "little")

    async def ready(self) -> None:
        for _ in range(10_000):
            if await self.read(STATUS) & READY:
                return
        raise AssertionError("the chip must become ready")

    async def entries(self, cores: int, spaces: list[list[int]]) -> list[list[list[list[int]]]]:
        """Return every word of every entry, by space, core and address."""
        found: list[list[list[list[int]]]] = []
        for number, count, words in spaces:
            found.append([])
            for core in range(cores):
                for address, value in ((CORE, core), (SPACE, number), (ADDRESS, 0)):
                    assert await self.write(address, value)
                rows = []
                for _ in range(count):
                    assert await self.write(COMMAND, READ)
                    rows.append([await self.read(DATA + 4 * word) for word in range(words)])
                found[-1].append(rows)
        return found


@cocotb.test()
async def plays(dut: Any) -> None:
    job = json.loads(Path(os.environ[JOB]).read_text())
    Clock(dut.clk, PERIOD, "step", impl="gpi").start(start_high=False)
    host = Host(dut)
    dut.halt.value = 0
    dut.rst.value = 1
    await ClockCycles(dut.clk, 4)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 2)
    await host.ready()
    refused = []
    for number, line in enumerate(Path(job["writes"]).read_text().splitlines(), 1):
        address, value = (int(word, 16) for word in line.split())
        if not await host.write(address, value):
            refused.append(number)
    before = await host.entries(job["cores"], job["spaces"])
    for _ in range(job["ticks"]):
        assert await host.write(CONTROL, STEP)
        await host.ready()
    after = await host.entries(job["cores"], job["spaces"])
    record = {"refused": refused, "before": before, "after": after}
    Path(job["record"]).write_text(json.dumps(record))
