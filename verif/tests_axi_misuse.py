"""cocotb tests of what a host can do wrong: it is told, nothing hangs, and no core changes."""

from __future__ import annotations

from random import Random
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import ClockCycles, FallingEdge, RisingEdge
from cocotb.utils import get_sim_time
from cocotbext.axi import AxiResp, AxiStreamFrame
from cocotbext.axi.axil_channels import (
    AxiLiteARTransaction,
    AxiLiteAWTransaction,
    AxiLiteWTransaction,
)

from spikewright.golden.programs import random_network
from spikewright.golden.simulate import Simulator
from spikewright.hdl import register_map
from spikewright.hdl.parameters import configuration_writes
from spikewright.hdl.register_map import (
    CONTROL_CLEAR,
    CONTROL_PACED,
    CONTROL_RUN,
    CONTROL_STEP,
    ERRORS_ACCESS,
    ERRORS_DONE,
    ERRORS_LATE,
    ERRORS_MALFORMED,
    ERRORS_OFF_MESH,
    ERRORS_OVERRUN,
    ERRORS_REFUSED,
    Command,
    Register,
    Space,
)
from spikewright.verif.axi_host import Host, beat
from spikewright.verif.axi_slave import Refused
from spikewright.verif.config_words import parameter_word
from spikewright.verif.patterns import PATTERNS
from spikewright.verif.streams import PERIOD
from spikewright.verif.tests_axi import host, job

__all__ = ["bad_accesses", "bad_beats", "bad_commands", "pace"]

_FLAGS = sum(getattr(register_map, n).mask for n in register_map.__all__ if n[:7] == "ERRORS_")


async def start() -> tuple[Host, Any]:
    """Return a host with a programmed chip, and the network."""
    given = job()
    chip = host(given)
    seed = given.seeds[0]
    await chip.reset(PATTERNS[seed % 4], PATTERNS[seed // 4 % 4], seed)
    network = random_network(chip.architecture, np.random.default_rng(seed), attached=chip.links)
    await chip.program(configuration_writes(network))
    return chip, network


async def refused(access: Any, told: str) -> None:
    """Expect an SLVERR."""
    try:
        await access
    except Refused:
        pass
    else:
        raise AssertionError(f"{told} must be answered SLVERR")


async def flags(chip: Host, *wanted: Any) -> None:
    """Expect exactly these flags, but for what the network itself does, and clear them."""
    network = ERRORS_LATE.mask | ERRORS_OFF_MESH.mask
    found = await chip.read(Register.ERRORS)
    assert found & ~network == sum(flag.mask for flag in wanted), f"ERRORS is {found:#x}"
    # A 0 clears nothing.
    await chip.write(Register.ERRORS, _FLAGS & ~found)
    assert await chip.read(Register.ERRORS) & found == found
    await chip.write(Register.ERRORS, found)
    assert await chip.read(Register.ERRORS) & ~network == 0


async def unchanged(chip: Host, network: Any) -> None:
    """Expect every configuration word of every core as it was programmed, and a right tick."""
    for space, core, address, value in configuration_writes(network):
        found = await chip.entry(space, core, address)
        assert found == value, f"{space, core, address} is {found:#x}, not {value:#x}"
    await chip.write(Register.CONTROL, CONTROL_STEP.mask)
    await chip.ready()
    result = Simulator(network).step()
    for core in range(network.architecture.cores):
        for neuron in range(network.architecture.neurons):
            wanted = int(result.potentials[core, neuron]) % (
                1 << network.architecture.potential_bits
            )
            assert await chip.entry(Space.POTENTIAL, core, neuron) == wanted


async def raw_write(chip: Host, address: int, strobes: int, *, data_first: bool) -> Any:
    """Write with any address and strobes, address and data in either order."""
    write = chip.master.write_if
    parts = [
        (write.aw_channel, AxiLiteAWTransaction(awaddr=address, awprot=0)),
        (write.w_channel, AxiLiteWTransaction(wdata=0xFFFFFFFF, wstrb=strobes)),
    ]
    for channel, item in reversed(parts) if data_first else parts:
        await channel.send(item)
        await ClockCycles(chip.dut.clk, 7)
    return (await write.b_channel.recv()).bresp


@cocotb.test()
async def bad_accesses(_dut: Any) -> None:
    """Unknown addresses, registers that are only read, values that they cannot hold, part words."""
    chip, network = await start()
    after = Register.CFG_DATA + 4 * chip.words
    writes = [
        *((address, 0) for address in (0x44, 0x7C, 0x94, after, 0x300, 0x800, 0xFFC)),
        *((Register[name], 1) for name in ("ID", "VERSION", "SIZE", "CORE", "STATUS", "TICK")),
        *((Register[name], 1) for name in ("LATE", "SPIKES_OUT", "CFG_STATUS")),
        (Register.CONTROL, 1 << 4),
        (Register.CONTROL, CONTROL_RUN.mask | CONTROL_STEP.mask),
        (Register.PERIOD, 0),
        (Register.ERRORS, 1 << 7),
        (Register.IRQ_ENABLE, 1 << 30),
        (Register.CFG_CORE, 1 << 16),
        (Register.CFG_SPACE, 8),
        (Register.CFG_ADDRESS, 1 << 16),
        *((Register.CFG_COMMAND, value) for value in (0, 3, 5, 1 << 31)),
    ]
    for address, value in writes:
        await refused(chip.write(address, value), f"a write of {value:#x} to {address:#x}")
        await flags(chip, ERRORS_ACCESS)
    for address in (0x44, 0x7C, 0x94, 0xFC, after, 0x300, 0xFFC):
        await refused(chip.read(address), f"a read of {address:#x}")
        await flags(chip, ERRORS_ACCESS)
    before = await chip.read(Register.PERIOD)
    for address, strobes in ((Register.PERIOD, 7), (Register.PERIOD, 0), (0x15, 15), (0x102, 15)):
        for data_first in (False, True):
            response = await raw_write(chip, address, strobes, data_first=data_first)
            assert response == AxiResp.SLVERR
            await flags(chip, ERRORS_ACCESS)
    await chip.master.read_if.ar_channel.send(AxiLiteARTransaction(araddr=0x12, arprot=0))
    assert (await chip.master.read_if.r_channel.recv()).rresp == AxiResp.SLVERR
    await flags(chip, ERRORS_ACCESS)
    assert await chip.read(Register.PERIOD) == before
    for data_first in (False, True):
        assert await raw_write(chip, Register.PERIOD, 15, data_first=data_first) == AxiResp.OKAY
    assert await chip.read(Register.PERIOD) == 0xFFFFFFFF
    assert await chip.read(Register.REFUSED) == 0
    await unchanged(chip, network)


@cocotb.test()
async def bad_commands(_dut: Any) -> None:
    """Places that are none, values that the chip could not run, and commands while ticks run."""
    chip, network = await start()
    a = network.architecture
    word = parameter_word(a)
    low, high = a.potential_range
    modulus = 1 << a.potential_bits
    entries = [
        (Space.AXON_TYPES, a.cores, 0, 0),
        (Space.SYNAPSES, 0xFFFF, 0, 0),
        (Space.AXON_TYPES, 0, a.axons, 0),
        (Space.AXON_TYPES, 0, 0x8000, 0),
        *(
            (space, 0, a.neurons, 1)
            for space in (Space.SYNAPSES, Space.PARAMETERS, Space.POTENTIAL)
        ),
        (Space.SEED, 0, 1, 1),
        *((space, 0, 0, 0) for space in (5, 6, 7)),
        (Space.SEED, 0, 0, 0),
        (Space.PARAMETERS, 1, 2, word.pack({"reset_mode": 3})),
        (Space.PARAMETERS, 1, 2, word.pack({"threshold_mask": a.mask_bits + 1})),
        (Space.PARAMETERS, 1, 2, word.pack({"reset_potential": high + 1})),
        (Space.PARAMETERS, 1, 2, 1 << sum(bits for _, bits, _ in word.fields)),
        (Space.POTENTIAL, 2, 3, (low - 1) % modulus),
        (Space.POTENTIAL, 2, 3, modulus),
        (Space.SYNAPSES, 2, 3, 1 << a.axons),
        (Space.AXON_TYPES, 2, 3, a.axon_types),
        (Space.SEED, 3, 0, 1 << 32),
    ]
    for number, entry in enumerate(entries):
        await refused(chip.program([entry]), f"{entry}")
        await flags(chip, ERRORS_REFUSED)
        assert await chip.read(Register.REFUSED) == number + 1
        assert await chip.read(Register.CFG_STATUS) & 3 == 2
    for entry in entries[:11]:
        await refused(chip.entry(*entry[:3]), f"reading {entry[:3]}")
        await flags(chip, ERRORS_REFUSED)
    chip.forget()
    # A place that is legal, so that only the time is wrong below.
    await chip.entry(Space.POTENTIAL, 0, 0)
    # A tick that is asked for, one that is held back, and ticks that run.
    chip.dut.halt.value = 1
    await chip.write(Register.CONTROL, CONTROL_STEP.mask)
    await ClockCycles(chip.dut.clk, 20)
    assert chip.dut.due.value == 1
    assert await chip.read(Register.TICK) == 0
    await refused(chip.write(Register.CONTROL, CONTROL_STEP.mask), "a second step")
    await flags(chip, ERRORS_ACCESS)
    await refused(chip.write(Register.CFG_COMMAND, Command.WRITE), "a write with a step asked for")
    await flags(chip, ERRORS_REFUSED)
    await chip.write(Register.CFG_CORE, 0)
    await chip.write(Register.CONTROL, CONTROL_RUN.mask)
    await refused(chip.write(Register.CFG_COMMAND, Command.READ), "a read while ticks run")
    await refused(chip.write(Register.CONTROL, CONTROL_STEP.mask | CONTROL_RUN.mask), "both")
    await flags(chip, ERRORS_REFUSED, ERRORS_ACCESS)
    await chip.write(Register.CONTROL, 0)
    await flags(chip)
    await chip.write(Register.IRQ_ENABLE, ERRORS_DONE.mask)
    assert chip.dut.irq.value == 0
    chip.dut.halt.value = 0
    await RisingEdge(chip.dut.irq)
    await chip.ready()
    assert await chip.read(Register.TICK) == 1
    await flags(chip, ERRORS_DONE)
    assert chip.dut.irq.value == 0
    await chip.write(Register.CONTROL, CONTROL_CLEAR.mask)
    assert await chip.read(Register.REFUSED) == 0
    # Anew, to compare with the model from the first tick.
    await chip.reset()
    await chip.program([e for e in configuration_writes(network) if e[0] >= Space.POTENTIAL])
    await unchanged(chip, network)


@cocotb.test()
async def bad_beats(_dut: Any) -> None:
    """Malformed beats are taken, dropped and counted."""
    chip, network = await start()
    a = network.architecture
    payload_bits = 2 * a.offset_bits + a.slot_bits + a.axon_bits
    count = 0
    for (side, _), source in chip.sources.items():
        positions = sum(1 for s, _ in chip.edges if s == side)
        backwards = {"west": -1, "east": 1}.get(side, 1) & ((1 << a.offset_bits) - 1)
        frames = [
            AxiStreamFrame(beat(0, 0)[:5]),
            AxiStreamFrame(beat(0, positions)),
            AxiStreamFrame(beat(0, 0xFFFF)),
            AxiStreamFrame(beat(1 << payload_bits, 0)),
            AxiStreamFrame(beat(1 << 63 | 0, 0)[:8]),
            AxiStreamFrame(beat(backwards, 0)),
        ]
        for frame in frames:
            source.send_nowait(frame)
        count += len(frames)
        await source.wait()
    await chip.ready()
    await chip.write(Register.IRQ_ENABLE, ERRORS_MALFORMED.mask)
    assert chip.dut.irq.value == 1
    assert await chip.read(Register.MALFORMED) == count
    assert await chip.read(Register.SPIKES_IN) == count
    await flags(chip, ERRORS_MALFORMED)
    assert chip.dut.irq.value == 0
    await chip.write(Register.CONTROL, CONTROL_CLEAR.mask)
    assert await chip.read(Register.MALFORMED) == 0
    assert await chip.read(Register.SPIKES_IN) == 0
    await flags(chip)
    await unchanged(chip, network)


@cocotb.test()
async def pace(_dut: Any) -> None:
    """Paced ticks start exactly a period apart, and say when they cannot."""
    chip, _ = await start()
    period = Random(job().seeds[0]).randint(2_000, 3_000)
    await chip.write(Register.PERIOD, period)
    await chip.write(Register.CONTROL, CONTROL_RUN.mask | CONTROL_PACED.mask)
    starts = []
    for _ in range(4):
        # `start` makes the chip busy in the same cycle.
        await FallingEdge(chip.dut.quiescent)
        starts.append(get_sim_time("step"))
    assert set(np.diff(starts)) == {period * PERIOD}
    await chip.write(Register.CONTROL, 0)
    await chip.ready()
    await flags(chip, ERRORS_DONE)
    assert await chip.read(Register.OVERRUN) == 0
    await chip.write(Register.PERIOD, 1)
    await chip.write(Register.CONTROL, CONTROL_RUN.mask | CONTROL_PACED.mask)
    ticks = await chip.read(Register.TICK)
    while await chip.read(Register.TICK) < ticks + 5:
        pass
    await chip.write(Register.CONTROL, 0)
    await chip.ready()
    assert await chip.read(Register.OVERRUN) >= 4
    await flags(chip, ERRORS_DONE, ERRORS_OVERRUN)
