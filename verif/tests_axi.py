"""cocotb tests of the chip through its AXI ports alone, against the golden model."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock

from spikewright.golden.architecture import Architecture
from spikewright.golden.programs import random_network, random_packets
from spikewright.golden.simulate import Simulator
from spikewright.hdl.parameters import configuration_writes
from spikewright.hdl.programming import core_addresses, register_writes
from spikewright.hdl.register_map import (
    CONTROL_PACED,
    CONTROL_RUN,
    CONTROL_STEP,
    ERRORS_DONE,
    ERRORS_LATE,
    ERRORS_MALFORMED,
    ERRORS_OFF_MESH,
    ERRORS_OVERRUN,
    STATUS_COUNTED,
    Register,
    Space,
)
from spikewright.verif.axi_host import HUNG, Host
from spikewright.verif.axi_runs import JOB_VARIABLE
from spikewright.verif.patterns import PATTERNS
from spikewright.verif.streams import PERIOD

__all__ = ["host", "job", "programs"]

MODES = ("step", "free", "paced")


def job() -> dict[str, Any]:
    """Return what is to be run."""
    found: dict[str, Any] = json.loads(Path(os.environ[JOB_VARIABLE]).read_text())
    return found


def host(given: dict[str, Any]) -> Host:
    """Return a host, with the clock running."""
    dut: Any = cocotb.top
    Clock(dut.clk, PERIOD, "step", impl="gpi").start(start_high=False)
    return Host(dut, Architecture.from_dict(given["architecture"]), given["links"])


@cocotb.test()
async def programs(_dut: Any) -> None:
    """Random programs by seed: programmed, read back, run in one of the three modes, compared."""
    given = job()
    chip = host(given)
    for seed in given["seeds"]:
        record = await _Program(chip, seed).play()
        with Path(given["records"]).open("a") as file:
            file.write(json.dumps(record) + "\n")


class _Program:
    """One random program."""

    def __init__(self, chip: Host, seed: int) -> None:
        self.chip, self.seed = chip, seed
        self.rng = np.random.default_rng([seed, 4])
        self.mode = MODES[seed % 3]
        self.network = random_network(
            chip.architecture,
            self.rng,
            attached=chip.links,
            density=float(self.rng.choice([0.05, 0.2, 0.5, 0.9])),
            stochastic=float(self.rng.choice([0.0, 0.3, 0.8])),
            off_mesh=float(self.rng.choice([0.02, 0.1, 0.4])),
        )
        self.model = Simulator(self.network)
        self.packets = self.late = self.off_mesh = self.spikes = self.sent = 0

    async def play(self) -> dict[str, Any]:
        """Run it, and return its figures."""
        chip, seed = self.chip, self.seed
        accesses = chip.accesses
        # Sixteen seeds cross all patterns of the senders with all of the receivers.
        await chip.reset(PATTERNS[seed % 4], PATTERNS[seed // 4 % 4], seed)
        entries = configuration_writes(self.network)
        if seed % 2:
            # What `spikewright load` writes.
            addresses = core_addresses(chip.architecture).tolist()
            for core_data in register_writes(self.network).tolist():
                for address, data in zip(addresses, core_data, strict=True):
                    await chip.write(address, data)
            chip.forget()
        else:
            await chip.program(entries)
        order = list(entries)
        Random(seed).shuffle(order)
        for space, core, address, value in order:
            found = await chip.entry(space, core, address)
            assert found == value, (
                f"seed {seed}: {space, core, address} is {found:#x}, not {value:#x}"
            )
        ticks = await (self._steps() if self.mode == "step" else self._runs())
        await self._state()
        await self._counters(ticks)
        return {
            "seed": seed,
            "mode": self.mode,
            "ticks": ticks,
            "spikes": self.spikes,
            "packets": self.packets,
            "sent": self.sent,
            "late": self.late,
            "off_mesh": self.off_mesh,
            "entries": len(entries),
            "accesses": chip.accesses - accesses,
        }

    async def _steps(self) -> int:
        """Run tick by tick, with packets on their way while a tick runs."""
        chip = self.chip
        ticks = chip.architecture.delay_slots + int(self.rng.integers(2, 6))
        per_tick = int(self.rng.choice([1, 4, 16]))
        packets = random_packets(
            self.network, self.rng, ticks, per_tick=per_tick, late=0.1, off_mesh=0.1
        )
        self.model.inject_packets(packets)
        self.packets = len(packets)
        await chip.send(packets[packets["tick"] == -1])
        await chip.ready()
        for tick in range(ticks):
            await chip.write(Register.CONTROL, CONTROL_STEP.mask)
            for _ in range(HUNG):
                if await chip.read(Register.TICK) == tick + 1:
                    break
            await chip.send(packets[packets["tick"] == tick])
            await chip.ready()
            await self._compare(1)
        return ticks

    async def _runs(self) -> int:
        """Run free or paced, with packets before the first tick only; return the ticks run."""
        chip, a = self.chip, self.chip.architecture
        packets = random_packets(
            self.network, self.rng, 0, per_tick=3 * a.axons, late=0.0, off_mesh=0.05
        )
        self.model.inject_packets(packets)
        self.packets = len(packets)
        await chip.send(packets)
        await chip.ready()
        paced = self.mode == "paced"
        await chip.write(Register.PERIOD, int(self.rng.integers(1, 16 * a.neurons)))
        await chip.write(Register.CONTROL, CONTROL_RUN.mask | (CONTROL_PACED.mask if paced else 0))
        wanted = a.delay_slots + int(self.rng.integers(2, 6))
        for _ in range(HUNG):
            if await chip.read(Register.TICK) >= wanted:
                break
        await chip.write(Register.CONTROL, 0)
        await chip.ready()
        ticks = await chip.read(Register.TICK)
        assert wanted <= ticks <= wanted + 200, f"seed {self.seed}: {ticks} ticks"
        await self._compare(ticks)
        return ticks

    async def _compare(self, ticks: int) -> None:
        """Run the model for some ticks, and compare the packets that left since the last time."""
        first = self.model.tick
        results = [self.model.step() for _ in range(ticks)]
        self.late += sum(int(r.late.sum()) for r in results)
        self.off_mesh += sum(r.off_mesh for r in results)
        self.spikes += sum(int(r.spikes.sum()) for r in results)
        wanted = np.concatenate([r.outputs for r in results])
        wanted["tick"] = first
        wanted = np.sort(wanted)
        self.sent += len(wanted)
        for _ in range(HUNG):
            if self.chip.dut.quiescent.value and not _moving(self.chip):
                break
        found = await self.chip.received(first)
        assert found.tolist() == wanted.tolist(), f"seed {self.seed}: packets of tick {first}"

    async def _state(self) -> None:
        """Compare potentials and random states."""
        chip, a = self.chip, self.chip.architecture
        for core in range(a.cores):
            for neuron in range(a.neurons):
                found = await chip.entry(Space.POTENTIAL, core, neuron)
                wanted = int(self.model.potentials[core, neuron]) % (1 << a.potential_bits)
                assert found == wanted, f"seed {self.seed}: potential of {core, neuron}"
            found = await chip.entry(Space.SEED, core, 0)
            assert found == self.model.random_state[core], f"seed {self.seed}: state of {core}"

    async def _counters(self, ticks: int) -> None:
        """Compare counters and flags."""
        chip = self.chip
        for _ in range(HUNG):
            if STATUS_COUNTED.of(await chip.read(Register.STATUS)):
                break
        wanted = {
            "TICK": ticks,
            "LATE": self.late,
            "OFF_MESH": self.off_mesh,
            "SPIKES_IN": self.packets,
            "SPIKES_OUT": self.sent,
            "REFUSED": 0,
            "MALFORMED": 0,
        }
        found = {name: await chip.read(Register[name]) for name in wanted}
        assert found == wanted, f"seed {self.seed}: counters {found}, not {wanted}"
        overrun = await chip.read(Register.OVERRUN)
        assert overrun == 0 or self.mode == "paced"
        flags = ERRORS_DONE.mask
        flags |= ERRORS_LATE.word(self.late > 0) | ERRORS_OFF_MESH.word(self.off_mesh > 0)
        flags |= ERRORS_OVERRUN.word(overrun > 0) | ERRORS_MALFORMED.word(0)
        errors = await chip.read(Register.ERRORS)
        assert errors == flags, f"seed {self.seed}: ERRORS is {errors:#x}, not {flags:#x}"


def _moving(chip: Host) -> bool:
    """Whether a packet is on offer at a link."""
    return any(int(getattr(chip.dut, f"m_axis_{side}_tvalid").value) for side in chip.links)
