"""Records a chip at its AXI ports, cycle by cycle, in lockstep with the golden model.

As `recorder` for a mesh: the recording is closed in itself, and whoever sets the same inputs in the
same cycles must see the same outputs.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.network import SIDES
from spikewright.golden.simulate import Simulator
from spikewright.golden.stimulus import make_packets
from spikewright.hdl.parameters import configuration_writes
from spikewright.hdl.register_map import (
    CFG_STATUS_WORDS,
    CONTROL_STEP,
    STATUS_COUNTED,
    STATUS_READY,
    Command,
    Register,
    Space,
)

from .chip_glue import edge_positions
from .chip_packets import PacketCodec
from .errors import ToolError
from .recorder import Program
from .tape import RESET_ROWS, Row, Tape
from .vector_rows import Vectors
from .vectors import VerilatedUnit

__all__ = ["record_chip"]

_READ_BACK = 3
"""Entries of each space of each core that are read back before the first tick."""
_LOOKED_AT = 2
"""Potentials of each core that are read after each tick; all of them are after the last."""
_CHUNK = 16
_WRITE_ROWS, _COMMAND_ROWS, _READ_ROWS = 4, 9, 4


def record_chip(unit: VerilatedUnit, top: str, program: Program) -> tuple[Vectors, int]:
    """Reset a `chip`, program it over AXI4-Lite, run its ticks, and read back what came of them.

    Parameters
    ----------
    unit : VerilatedUnit
        The compiled chip.
    top : str
        Name of its module.
    program : Program
        Spaces that are not to be written are in the memories beforehand: whoever plays the
        recording must see to that at the end of the reset.

    Returns
    -------
    (Vectors, int)
        The recording, and how many numbers were compared with the golden model: configuration
        words, potentials, random states, packets and counters.

    Raises
    ------
    ToolError
        Where the chip hangs, or differs from the golden model.
    """
    if program.spaces is not None:
        before = _Host(unit, program)
        before.reset()
        before.program(configuration_writes(program.network))
    host = _Host(unit, program)
    host.run()
    return host.tape.vectors(top), host.compared


class _Host:
    """Whoever sits at the AXI ports."""

    def __init__(self, unit: VerilatedUnit, program: Program) -> None:
        self.tape, self.given = Tape(unit), program
        self.random = Random(program.seed)
        a = self.architecture = program.network.architecture
        self.sides = [side for side in SIDES if side in program.network.attached]
        self.codec = PacketCodec(a, edge_positions(a, self.sides))
        self.left: list[tuple[int, int]] = []
        self.compared = self.words = 0

    def run(self) -> None:
        """Record everything."""
        network, given = self.given.network, self.given
        model = Simulator(network)
        model.inject_packets(given.packets)
        self.reset()
        entries = configuration_writes(network)
        spaces = given.spaces
        self.program(entry for entry in entries if spaces is None or entry[0] in spaces)
        self._read_back(entries)
        self._send(-1)
        for tick in range(given.ticks):
            self._ready()
            self._write(Register.CONTROL, CONTROL_STEP.mask)
            self._wait(Register.TICK, lambda ticks, wanted=tick + 1: ticks == wanted)
            self._send(tick)
            self._ready()
            result = model.step()
            self._same_packets(tick, result.outputs)
            for core in range(self.architecture.cores):
                for _ in range(_LOOKED_AT):
                    neuron = self.random.randrange(self.architecture.neurons)
                    self._potential(model, core, neuron)
        for core, neuron in np.ndindex(model.potentials.shape):
            self._potential(model, core, neuron)
        for core, state in enumerate(model.random_state.tolist()):
            self._same(f"state of core {core}", self._entry(Space.SEED, core, 0), state)
        self._counters()

    def reset(self) -> None:
        """Reset, and wait until the schedulers are clear."""
        self.tape.play([{"rst": 1}] * RESET_ROWS)
        self._ready()
        self.words = CFG_STATUS_WORDS.of(self._read(Register.CFG_STATUS))
        self.place, self.data = (0, 0, 0), [0] * self.words

    def program(self, entries: Iterable[tuple[int, int, int, int]]) -> None:
        """Write configuration words."""
        for space, core, address, value in entries:
            self._go_to(space, core, address)
            for word in range(self.words):
                part = value >> (32 * word) & 0xFFFFFFFF
                if part != self.data[word]:
                    self._write(Register.CFG_DATA + 4 * word, part)
                    self.data[word] = part
            self._write(Register.CFG_COMMAND, Command.WRITE, _COMMAND_ROWS)

    def _go_to(self, space: int, core: int, address: int) -> None:
        """Name a place; the address goes up by itself."""
        wanted = (core, space, address)
        registers = (Register.CFG_CORE, Register.CFG_SPACE, Register.CFG_ADDRESS)
        for register, old, new in zip(registers, self.place, wanted, strict=True):
            if old != new:
                self._write(register, new)
        self.place = core, space, address + 1

    def _entry(self, space: int, core: int, address: int) -> int:
        """Read a configuration word."""
        self._go_to(space, core, address)
        self._write(Register.CFG_COMMAND, Command.READ, _COMMAND_ROWS)
        self.data = [self._read(Register.CFG_DATA + 4 * i) for i in range(self.words)]
        return sum(word << (32 * i) for i, word in enumerate(self.data))

    def _write(self, address: int, value: int, rows: int = _WRITE_ROWS) -> None:
        bus = {"awvalid": 1, "awaddr": int(address), "wvalid": 1, "wdata": int(value), "wstrb": 15}
        self._access("b", bus, rows)

    def _read(self, address: int) -> int:
        return self._access("r", {"arvalid": 1, "araddr": int(address)}, _READ_ROWS)

    def _access(self, channel: str, bus: Row, rows: int) -> int:
        """Offer an access for a cycle, and take its answer when it comes; returns read data."""
        if self._goes(self.given.idle):
            self._play(1)
        taking = {f"s_axi_{channel}ready": 1}
        first = {f"s_axi_{name}": value for name, value in bus.items()} | taking
        outputs = self._play(rows, [first] + [taking] * (rows - 1))
        for _ in range(self.given.cycle_limit):
            answered = np.flatnonzero(outputs[f"s_axi_{channel}valid"])
            if len(answered):
                at = int(answered[0])
                if outputs[f"s_axi_{channel}resp"][at]:
                    raise ToolError(f"Access {bus} must be answered OKAY, and is not")
                return int(outputs["s_axi_rdata"][at])
            outputs = self._play(1, [taking])
        raise ToolError(f"Access {bus} must be answered, and is not")

    def _play(self, count: int, rows: list[Row] | None = None) -> dict[str, NDArray[Any]]:
        """Play rows, and take packets that leave, now and then with a pause."""
        played = []
        for row in rows or [{}] * count:
            ready = {
                f"m_axis_{s}_tready": int(not self._goes(self.given.stall)) for s in self.sides
            }
            played.append(row | ready)
        outputs = self.tape.play(played)
        for side in self.sides:
            taking = np.array([row[f"m_axis_{side}_tready"] for row in played])
            for at in np.flatnonzero(outputs[f"m_axis_{side}_tvalid"] * taking):
                data = int(outputs[f"m_axis_{side}_tdata"][at])
                port = self.codec.edges.index((side, data >> 32))
                self.left.append((port, data & 0xFFFFFFFF))
        return outputs

    def _goes(self, share: float) -> bool:
        return share > 0 and self.random.random() < share

    def _send(self, tick: int) -> None:
        """Send the packets of a tick."""
        packets = self.given.packets
        ports, payloads = self.codec.encode(packets[packets["tick"] == tick])
        queues: dict[str, list[int]] = {side: [] for side in self.sides}
        for port, payload in zip(ports.tolist(), payloads.tolist(), strict=True):
            side, position = self.codec.edges[port]
            queues[side].append(payload | position << 32)
        offered: dict[str, Row] = {}
        for _ in range(self.given.cycle_limit):
            for side, queue in queues.items():
                # Once offered, a beat stays offered until it is taken.
                if queue and side not in offered and not self._goes(self.given.idle):
                    beat = {"tvalid": 1, "tdata": queue[0], "tkeep": 0xFF, "tlast": 1}
                    offered[side] = {f"s_axis_{side}_{name}": v for name, v in beat.items()}
            if not any(queues.values()):
                return
            outputs = self._play(1, [{k: v for row in offered.values() for k, v in row.items()}])
            for side in [side for side in offered if outputs[f"s_axis_{side}_tready"][0]]:
                queues[side].pop(0)
                del offered[side]
        raise ToolError(f"Packets of tick {tick} must be taken, and are not")

    def _ready(self) -> None:
        """Wait until nothing is under way."""
        for _ in range(self.given.cycle_limit):
            if self._play(_CHUNK)["quiescent"][-1]:
                break
        self._wait(Register.STATUS, lambda status: bool(STATUS_READY.of(status)))

    def _wait(self, register: Register, wanted: Any) -> None:
        for _ in range(self.given.cycle_limit):
            if wanted(self._read(register)):
                return
        raise ToolError(f"{register.name} must change, and does not")

    def _same(self, what: str, found: Any, wanted: Any) -> None:
        if found != wanted:
            rule = "Recording must equal the golden model, and differs"
            raise ToolError(f"{rule}: {what} is {found}, not {wanted}")
        self.compared += 1

    def _read_back(self, entries: list[tuple[int, int, int, int]]) -> None:
        """Compare some configuration words of each space of each core."""
        kinds: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for space, core, address, value in entries:
            kinds.setdefault((space, core), []).append((address, value))
        for (space, core), found in kinds.items():
            for address, value in self.random.sample(found, min(_READ_BACK, len(found))):
                what = f"entry {address} of space {space} of core {core}"
                self._same(what, self._entry(space, core, address), value)

    def _potential(self, model: Simulator, core: int, neuron: int) -> None:
        wanted = int(model.potentials[core, neuron]) % (1 << self.architecture.potential_bits)
        found = self._entry(Space.POTENTIAL, core, neuron)
        self._same(f"potential of neuron {neuron} of core {core}", found, wanted)

    def _same_packets(self, tick: int, outputs: NDArray[np.void]) -> None:
        found = make_packets()
        if self.left:
            ports, payloads = np.array(self.left, np.uint64).T
            ticks = np.full(len(self.left), tick, np.int64)
            found = self.codec.decode(ticks, ports.astype(np.int64), payloads)
            self.left.clear()
        # What only passed through before the first tick is of tick -1 in the model.
        wanted = outputs.copy()
        wanted["tick"] = tick
        wanted = np.sort(wanted)
        self._same(f"packets of tick {tick}", np.sort(found).tolist(), wanted.tolist())
        self.compared += len(wanted)

    def _counters(self) -> None:
        """Compare counters."""
        self._wait(Register.STATUS, lambda status: bool(STATUS_COUNTED.of(status)))
        wanted = {"TICK": self.given.ticks, "SPIKES_IN": len(self.given.packets)}
        wanted |= {"MALFORMED": 0, "REFUSED": 0, "OVERRUN": 0}
        for name, value in wanted.items():
            self._same(name, self._read(Register[name]), value)
        # Late spikes, dropped packets and flags are in the recording as they are.
        for register in (Register.LATE, Register.OFF_MESH, Register.SPIKES_OUT, Register.ERRORS):
            self._read(register)
