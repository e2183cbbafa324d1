"""One random program on a chip, or on a board of chips, through AXI ports alone."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from spikewright.golden.programs import random_network, random_packets
from spikewright.hdl.parameters import configuration_writes
from spikewright.hdl.programming import core_addresses, register_writes
from spikewright.hdl.register_map import (
    CONTROL_PACED,
    CONTROL_RUN,
    CONTROL_STEP,
    ERRORS_DONE,
    ERRORS_LATE,
    ERRORS_OFF_MESH,
    ERRORS_OVERRUN,
    STATUS_COUNTED,
    Register,
    Space,
)
from spikewright.verif.axi_host import Host
from spikewright.verif.axi_slave import HUNG, Entry
from spikewright.verif.patterns import PATTERNS
from spikewright.verif.records import ProgramRecord
from spikewright.verif.sequences import Hung

__all__ = ["AxiProgram"]

MODES = ("step", "free", "paced")

_READ_BACK = 1024
"""Configuration words that are read back: all of a small chip's, some of a large one's."""
_LOOKED_AT = 8
"""Potentials that are read between two ticks; all of them are after the last."""


class AxiProgram:
    """One random program.

    Parameters
    ----------
    chip : Host
    seed : int
        Decides the network, the packets, the mode of the ticks, and the pauses at every port.
    record : ProgramRecord
        Takes the figures.
    simulator
        The golden model's class, or what stands in for it.
    """

    def __init__(self, chip: Host, seed: int, record: ProgramRecord, simulator: Any) -> None:
        self.chip, self.seed, self.record = chip, seed, record
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
        self.model = simulator(self.network)
        self.packets = self.late = self.off_mesh = 0

    async def play(self) -> None:
        """Reset, program, read back, run and compare.

        Raises
        ------
        AssertionError
            Something differs.
        Hung, Refused
        """
        chip, seed = self.chip, self.seed
        accesses = chip.accesses
        # Sixteen seeds cross all patterns of the senders with all of the receivers.
        await chip.reset(PATTERNS[seed % 4], PATTERNS[seed // 4 % 4], seed)
        entries = configuration_writes(self.network)
        if seed % 2:
            await self._loaded()
        else:
            await chip.program(entries)
        await self._read_back(entries)
        ticks = await (self._steps() if self.mode == "step" else self._runs())
        for core, neuron in np.ndindex(self.model.potentials.shape):
            await self._potential(core, neuron)
        for core in range(chip.architecture.cores):
            found = await chip.entry(Space.SEED, core, 0)
            assert found == self.model.random_state[core], f"state of core {core} is {found:#x}"
        await self._counters(ticks)
        self.record.ticks += ticks
        self.record.reached |= {
            self.mode: 1,
            "entered": self.packets,
            "late": self.late,
            "off_mesh": self.off_mesh,
            "entries": len(entries),
            "accesses": chip.accesses - accesses,
        }

    async def _loaded(self) -> None:
        """Write what `spikewright load` writes."""
        addresses = core_addresses(self.chip.architecture).tolist()
        for core, (_, *data) in enumerate(register_writes(self.network).tolist()):
            slave, number = self.chip.home(core)
            for address, word in zip(addresses, [number, *data], strict=True):
                await slave.write(address, word)
        self.chip.forget()

    async def _read_back(self, entries: list[Entry]) -> None:
        """Read configuration words in any order."""
        order = list(entries)
        Random(self.seed).shuffle(order)
        for space, core, address, value in order[:_READ_BACK]:
            found = await self.chip.entry(space, core, address)
            assert found == value, f"{space, core, address} is {found:#x}, not {value:#x}"

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
            await self._until(tick + 1)
            await chip.send(packets[packets["tick"] == tick])
            await chip.ready()
            await self._compare(1)
            for _ in range(_LOOKED_AT):
                core = int(self.rng.integers(chip.architecture.cores))
                await self._potential(core, int(self.rng.integers(chip.architecture.neurons)))
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
        await self._until(wanted)
        await chip.write(Register.CONTROL, 0)
        await chip.ready()
        ticks = await chip.read(Register.TICK)
        assert wanted <= ticks <= wanted + 200, f"{ticks} ticks were run, not some {wanted}"
        await self._compare(ticks)
        return ticks

    async def _until(self, tick: int) -> None:
        """Wait until so many ticks have started."""
        for _ in range(HUNG):
            # All chips start together: any of them will do.
            if await self.chip.slaves[0].read(Register.TICK) >= tick:
                return
        raise Hung(f"tick {tick} must start, and does not")

    async def _compare(self, ticks: int) -> None:
        """Run the model for some ticks, and compare the packets that left since the last time."""
        first = self.model.tick
        results = [self.model.step() for _ in range(ticks)]
        self.late += sum(int(r.late.sum()) for r in results)
        self.off_mesh += sum(r.off_mesh for r in results)
        self.record.spikes += sum(int(r.spikes.sum()) for r in results)
        wanted = np.concatenate([r.outputs for r in results])
        wanted["tick"] = first
        wanted = np.sort(wanted)
        self.record.packets += len(wanted)
        for _ in range(HUNG):
            if self.chip.dut.quiescent.value and not self.chip.moving():
                break
        found = await self.chip.received(first)
        assert found.tolist() == wanted.tolist(), f"packets of tick {first} differ"

    async def _potential(self, core: int, neuron: int) -> None:
        """Compare a potential."""
        found = await self.chip.entry(Space.POTENTIAL, core, neuron)
        modulus = 1 << self.chip.architecture.potential_bits
        wanted = int(self.model.potentials[core, neuron]) % modulus
        self.record.potentials += 1
        assert found == wanted, f"potential of {core, neuron} is {found:#x}, not {wanted:#x}"

    async def _sum(self, register: Register) -> int:
        """Add a register up over all chips."""
        return sum([await slave.read(register) for slave in self.chip.slaves])

    async def _counters(self, ticks: int) -> None:
        """Compare counters and flags."""
        chip = self.chip
        for slave in chip.slaves:
            for _ in range(HUNG):
                if STATUS_COUNTED.of(await slave.read(Register.STATUS)):
                    break
        assert await chip.read(Register.TICK) == ticks
        # What goes from chip to chip leaves one and comes into another.
        tied = await self._sum(Register.SPIKES_OUT) - self.record.packets
        assert (tied >= 0) if len(chip.slaves) > 1 else (tied == 0), f"SPIKES_OUT: {tied} too many"
        self.record.reached["tied"] = tied
        wanted = {
            "LATE": self.late,
            "OFF_MESH": self.off_mesh,
            "SPIKES_IN": self.packets + tied,
            "REFUSED": 0,
            "MALFORMED": 0,
        }
        found = {name: await self._sum(Register[name]) for name in wanted}
        assert found == wanted, f"counters are {found}, not {wanted}"
        overrun = await self._sum(Register.OVERRUN)
        assert overrun == 0 or self.mode == "paced", f"OVERRUN is {overrun}, not 0"
        flags = ERRORS_DONE.mask
        flags |= ERRORS_LATE.word(self.late > 0) | ERRORS_OFF_MESH.word(self.off_mesh > 0)
        flags |= ERRORS_OVERRUN.word(overrun > 0)
        errors = 0
        for slave in chip.slaves:
            errors |= await slave.read(Register.ERRORS)
        assert errors == flags, f"ERRORS is {errors:#x}, not {flags:#x}"
