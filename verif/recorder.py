"""Records a chip at work, cycle by cycle, and holds the recording against the golden model.

The recording is closed in itself: whoever sets the same inputs in the same cycles must see the same
outputs, without knowing anything about networks, packets or handshakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.engines import simulate
from spikewright.golden.network import SIDES, Network

from .chip_glue import edge_positions
from .chip_packets import PacketCodec
from .errors import ToolError
from .tape import RESET_ROWS, Row, Tape
from .vector_rows import Vectors
from .vectors import VerilatedUnit

__all__ = ["Program", "Recorded", "check_against_golden", "record"]


@dataclass(frozen=True, kw_only=True)
class Program:
    """What a recording is of.

    Members
    -------
    network : Network
        Its attached sides are those of the module.
    ticks : int
    packets : ndarray of PACKET
        For the attached sides, from tick -1 on.
    idle, stall : float
        Share of the cycles in which a packet that waits is not offered yet, and in which one that
        leaves is not taken, 0 up to but not including 1.
    seed : int
        Of these cycles.
    cycle_limit : int
        Cycles after which a tick counts as hung.
    spaces : frozenset of int or None
        Configuration spaces to write; None: all. Others must hold the network already.
    """

    network: Network
    ticks: int
    packets: NDArray[np.void]
    idle: float = 0.0
    stall: float = 0.0
    seed: int = 0
    cycle_limit: int = 100_000
    spaces: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A recording, and where in it things happen.

    Members
    -------
    vectors : Vectors
    programmed : int
        The first row after the configuration writes.
    starts : list of int
        The row in which each tick starts.
    """

    vectors: Vectors
    programmed: int
    starts: list[int]


def record(unit: VerilatedUnit, top: str, program: Program) -> Recorded:
    """Reset a `mesh`, program it, and run its ticks, each until nothing is under way.

    Parameters
    ----------
    unit : VerilatedUnit
        The compiled mesh, as it is: what its memories hold beforehand is all overwritten.
    top : str
        Name of its module.
    program : Program

    Raises
    ------
    ToolError
        Where a tick does not end.
    """
    return _Recorder(unit, program).recorded(top)


@dataclass
class _Recorder:
    unit: VerilatedUnit
    program: Program

    def __post_init__(self) -> None:
        network = self.program.network
        self.tape = Tape(self.unit)
        self._codec = PacketCodec(
            network.architecture, edge_positions(network.architecture, self._sides())
        )
        self._names = [f"{side}_{{}}_{at}__" for side, at in self._codec.edges]
        self._random = Random(self.program.seed)

    def _sides(self) -> list[str]:
        return [side for side in SIDES if side in self.program.network.attached]

    def recorded(self, top: str) -> Recorded:
        self._play([{"rst": 1}] * RESET_ROWS)
        self._play(list(self._writes()))
        programmed = self.tape.rows
        self._until_idle(-1)
        starts = []
        for tick in range(self.program.ticks):
            starts.append(self.tape.rows)
            self._play([{"start": 1, "slot": tick % self.program.network.architecture.delay_slots}])
            self._until_idle(tick)
        return Recorded(vectors=self.tape.vectors(top), programmed=programmed, starts=starts)

    def _play(self, rows: Sequence[Row]) -> dict[str, NDArray[Any]]:
        return self.tape.play(rows)

    def _writes(self) -> Iterator[Row]:
        from spikewright.hdl.parameters import configuration_writes

        spaces = self.program.spaces
        for space, core, address, data in configuration_writes(self.program.network):
            if spaces is not None and space not in spaces:
                continue
            yield {
                "config__enable": 1,
                "config__space": space,
                "config__core": core,
                "config__address": address,
                "config__data": data,
            }

    def _until_idle(self, tick: int) -> None:
        """Offer the packets of a tick, and wait until they are in and nothing is under way."""
        packets = self.program.packets
        ports, payloads = self._codec.encode(packets[packets["tick"] == tick])
        queues = [payloads[ports == number].tolist() for number in range(len(self._names))]
        offered: Row = {}
        for _ in range(self.program.cycle_limit):
            waiting = any(queues)
            for name, queue in zip(self._names, queues, strict=True):
                valid, payload = (name.format("in") + part for part in ("valid", "payload"))
                # Once offered, a packet stays offered until it is taken.
                if queue and valid not in offered and self._goes(self.program.idle):
                    offered |= {valid: 1, payload: queue[0]}
            row = dict(offered)
            for name in self._names:
                row[name.format("out") + "ready"] = int(self._goes(self.program.stall))
            outputs = self._play([row])
            for name, queue in zip(self._names, queues, strict=True):
                valid, payload, ready = (
                    name.format("in") + part for part in ("valid", "payload", "ready")
                )
                if valid in offered and outputs[ready][0]:
                    queue.pop(0)
                    del offered[valid], offered[payload]
            if not waiting and not outputs["busy"][0] and outputs["quiescent"][0]:
                return
        raise ToolError(
            f"Tick {tick} must be over within {self.program.cycle_limit} cycles, and is not"
        )

    def _goes(self, pause: float) -> bool:
        return pause == 0 or self._random.random() >= pause


def check_against_golden(recorded: Recorded, program: Program) -> int:
    """Hold a recording against the golden model.

    Returns
    -------
    int
        Numbers that were compared: potentials and spikes of each tick, packets that left, and the
        counters at the end.

    Raises
    ------
    ToolError
        Naming the first difference.
    """
    trace = simulate(program.network, ticks=program.ticks, packets=program.packets)
    vectors, compared = recorded.vectors, 0
    ends = [*recorded.starts[1:], vectors.rows]
    for core in range(program.network.architecture.cores):
        seen = {
            name: vectors.expected[f"trace_{core}__{name}"]
            for name in ("valid", "neuron", "potential", "spike")
        }
        for tick, (start, end) in enumerate(zip(recorded.starts, ends, strict=True)):
            valid = seen["valid"][start:end] != 0
            for name, wanted in (
                ("neuron", np.arange(program.network.architecture.neurons)),
                ("spike", trace.spikes[tick, core]),
                ("potential", trace.potentials[tick, core]),  # type: ignore[index]
            ):
                got = seen[name][start:end][valid]
                if name == "potential":
                    got = _signed(got, vectors.outputs[f"trace_{core}__potential"].width)
                if not np.array_equal(got, wanted):
                    raise ToolError(
                        f"Recording must equal the golden model, and differs in tick {tick}: "
                        f"{name} of core {core}"
                    )
                compared += len(got)
    return (
        compared
        + _check_packets(recorded, program, trace.outputs)
        + _check_counters(recorded, program, trace.late.sum(axis=0))
    )


def _signed(values: NDArray[Any], bits: int) -> NDArray[np.int64]:
    unused = np.int64(64 - bits)
    return (values.astype(np.int64) << unused) >> unused


def _check_packets(recorded: Recorded, program: Program, wanted: NDArray[np.void]) -> int:
    network, vectors = program.network, recorded.vectors
    sides = [side for side in SIDES if side in network.attached]
    edges = edge_positions(network.architecture, sides)
    rows: dict[str, list[NDArray[Any]]] = {"tick": [], "port": [], "payload": []}
    for number, (side, at) in enumerate(edges):
        name = f"{side}_out_{at}__"
        moved = vectors.expected[name + "valid"] * vectors.stimulus[name + "ready"] != 0
        taken = np.flatnonzero(moved)
        rows["tick"].append(np.searchsorted(recorded.starts, taken, side="right") - 1)
        rows["port"].append(np.full(len(taken), number))
        rows["payload"].append(vectors.expected[name + "payload"][taken].astype(np.uint64))
    if not edges:
        return 0
    codec = PacketCodec(network.architecture, edges)
    columns = {name: np.concatenate(parts) for name, parts in rows.items()}
    got = codec.decode(columns["tick"], columns["port"], columns["payload"])
    if not np.array_equal(np.sort(got), np.sort(wanted)):
        raise ToolError(
            "Recording must equal the golden model, and differs in the packets that leave: "
            f"{len(got)}, not {len(wanted)} or not the same"
        )
    return len(got)


def _check_counters(recorded: Recorded, program: Program, late: NDArray[Any]) -> int:
    cores = program.network.architecture.cores
    for core in range(cores):
        for name, wanted in (("late", int(late[core])), ("overrun", 0), ("refused", 0)):
            got = int(recorded.vectors.expected[f"{name}_{core}"][-1])
            if got != wanted:
                raise ToolError(
                    f"Recording must equal the golden model, and differs at the end: "
                    f"{name} of core {core} must be {wanted}, not {got}"
                )
    return 3 * cores
