"""The whole chip as a compiled model: the RTL top `mesh`, driven in ticks.

A tick is started, the packets of that tick are fed to the edges, and the tick is over when no core
runs, every packet has been taken in, and none is under way. A run of many ticks is one call of C++.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES
from spikewright.golden.stimulus import PACKET

from .build import build_library
from .chip_abi import OUTPUT, Fault, Request, bind, sentence
from .chip_glue import HARNESS, edge_positions, glue, harness, mesh_ports
from .chip_packets import PacketCodec, check_range
from .design import Design, Options
from .errors import ToolError
from .ports import Port, check_ports
from .words import checked_words, write_rows

__all__ = ["ChipModel", "ChipRun"]

_DRIVER = Path(__file__).with_name("chip_driver.cpp")
_TOP = "mesh"


@dataclass(frozen=True, kw_only=True)
class ChipRun:
    """What a run showed; T = ticks, C = cores, N = neurons.

    Members
    -------
    first_tick : int
    spikes : ndarray of bool, shape (T, C, N)
    potentials : ndarray of int32, shape (T, C, N), or None
        As the neurons were retired.
    late : ndarray of int64, shape (T, C)
        Packets dropped as late, per tick.
    off_mesh : ndarray of int64, shape (T,)
        Packets dropped at sides with nothing attached, per tick.
    outputs : ndarray of PACKET
        Packets that left over attached sides, sorted by all their fields.
    arrivals : ndarray of PACKET
        The same in the order in which they left.
    busy_cycles, cycles : ndarray of int64, shape (T,)
        Clock cycles from the start until no core runs, and until nothing is under way either.
    overrun, refused : ndarray of uint16, shape (C,)
        Counters after the run: starts while running, configuration writes refused.

    Counters saturate at 65535; what is dropped beyond that, `late` and `off_mesh` cannot show.
    """

    first_tick: int
    spikes: NDArray[np.bool_]
    potentials: NDArray[np.int32] | None
    late: NDArray[np.int64]
    off_mesh: NDArray[np.int64]
    outputs: NDArray[np.void]
    arrivals: NDArray[np.void]
    busy_cycles: NDArray[np.int64]
    cycles: NDArray[np.int64]
    overrun: NDArray[np.uint16]
    refused: NDArray[np.uint16]


class ChipModel:
    """A compiled chip.

    Parameters
    ----------
    design : Design
        Its top is `mesh`; its ports are held against the architecture.
    architecture : Architecture
    attached : sequence of str
        Sides with streams, as the design was made.
    options : Options, optional
    root : Path, optional
        Folder of builds, see `cache.default_root`.
    cycle_limit : int
        Cycles after which a tick counts as hung.
    idle_seed, stall_seed : int
        Not 0: packets are offered, or taken, in a pseudo-random half of the cycles only.

    Members
    -------
    next_tick : int
        The tick that `run` will start next.
    data_bits : int
        Width of the data of a configuration write.
    """

    def __init__(
        self,
        design: Design,
        architecture: Architecture,
        *,
        attached: Sequence[str] = SIDES,
        options: Options | None = None,
        root: Path | None = None,
        cycle_limit: int = 1_000_000,
        idle_seed: int = 0,
        stall_seed: int = 0,
    ) -> None:
        found = design.ports()
        data = found.get("config__data")
        if design.top != _TOP or data is None:
            raise ToolError(f"Design must be the mesh with its config port, not {design.top}")
        ports = mesh_ports(architecture, attached, data.width)
        # Nothing is read back here.
        tied = {n: found[n] for n in ("config__read", "config__word") if n in found}
        check_ports(found, ports | tied, _TOP)
        others = {name: port for name, port in found.items() if name not in ports}
        sources = {**design.sources, f"{HARNESS}.v": harness(ports, others)}
        self.architecture = architecture
        self.data_bits = data.width
        self.next_tick = 0
        self._codec = PacketCodec(architecture, edge_positions(architecture, attached))
        dropping = [side for side in SIDES if side not in attached]
        self._off_mesh_ports = len(edge_positions(architecture, dropping))
        self._cycle_limit = cycle_limit
        self._options = options or Options()
        library = build_library(
            replace(design, top=HARNESS, sources=sources),
            {
                "chip_driver.cpp": _DRIVER.read_text(),
                "glue.h": glue(architecture, attached, data.width),
            },
            ports=ports,
            options=options,
            root=root,
        )
        self._library = bind(library, coverage=bool(self._options.coverage))
        self._chip: int | None = self._library.sw_chip_new(idle_seed, stall_seed)
        self._counted = np.zeros((1, architecture.cores + self._off_mesh_ports), np.int64)
        self.reset()

    def reset(self, cycles: int = 4) -> None:
        """Hold the reset; the next tick is tick 0. Memories keep what the design lets them keep."""
        self._library.sw_chip_reset(self._open(), cycles)
        self.next_tick = 0
        self._counted = np.zeros_like(self._counted)
        self._broken = False

    def configure(self, writes: Iterable[tuple[int, int, int, int]] | NDArray[np.uint32]) -> None:
        """Write configuration, one row (space, core, address, data) a clock cycle.

        An array holds data as words, as `hdl.image.configuration_table` has them.
        """
        port = Port("input", self.data_bits)
        words = writes if isinstance(writes, np.ndarray) else write_rows(writes, port)
        architecture = self.architecture
        address_bits = max(architecture.axon_bits, architecture.neuron_bits)
        for column, name, limit in (
            (0, "space", 8),
            (1, "core", architecture.cores),
            (2, "address", 1 << address_bits),
        ):
            check_range(f"Configuration {name}", words[:, column], 0, limit - 1)
        rows = np.ascontiguousarray(words, np.uint32)
        checked_words(rows[:, 3:], port, "Configuration data")
        self._library.sw_chip_configure(self._ready(), len(rows), rows.ctypes.data)

    def tick(self, packets: NDArray[np.void] | None = None) -> ChipRun:
        """Run one tick; see `run`."""
        return self.run(1, packets)

    def run(
        self, ticks: int, packets: NDArray[np.void] | None = None, *, potentials: bool = True
    ) -> ChipRun:
        """Run ticks, each from its start until nothing is under way.

        Parameters
        ----------
        ticks : int
            At least 0.
        packets : ndarray of PACKET, optional
            Packets to feed to the edges, in this order at each edge port. Those of tick
            ``next_tick - 1`` enter before the first start.
        potentials : bool
            Whether to record them.

        Raises
        ------
        ToolError
            Where a packet cannot be fed, and where the design breaks a rule: a tick that hangs, a
            neuron that is not retired once and in order, a packet that changes while it is stalled.
        """
        chip, shape = self._ready(), (ticks, self.architecture.cores, self.architecture.neurons)
        feed = self._feed(packets if packets is not None else np.empty(0, PACKET), ticks)
        spikes = np.zeros(shape, np.bool_)
        values = np.zeros(shape, np.int32) if potentials else None
        busy_cycles, cycles = np.zeros((2, ticks), np.uint64)
        late = np.zeros((ticks, self.architecture.cores), np.uint16)
        off_mesh = np.zeros((ticks, self._off_mesh_ports), np.uint16)
        arrays = (*feed, spikes, values, busy_cycles, cycles, late, off_mesh)
        request = Request(
            self.next_tick,
            ticks,
            self._cycle_limit,
            len(feed[0]),
            *(None if array is None else array.ctypes.data for array in arrays),
        )
        fault = Fault()
        self._library.sw_chip_run(chip, ctypes.byref(request), ctypes.byref(fault))
        if fault.kind:
            self._broken = True
            raise ToolError(
                sentence(fault, self.architecture, self._codec.edges, self._cycle_limit)
            )
        first, self.next_tick = self.next_tick, self.next_tick + ticks
        dropped = self._per_tick(np.concatenate([late, off_mesh], axis=1))
        arrivals = self._arrivals()
        overrun, refused = self._errors()
        return ChipRun(
            first_tick=first,
            spikes=spikes,
            potentials=values,
            late=dropped[:, : self.architecture.cores],
            off_mesh=dropped[:, self.architecture.cores :].sum(axis=1),
            outputs=np.sort(arrivals),
            arrivals=arrivals,
            busy_cycles=busy_cycles.astype(np.int64),
            cycles=cycles.astype(np.int64),
            overrun=overrun,
            refused=refused,
        )

    def trace(self, path: Path, first: int, last: int) -> None:
        """Write FST waves of the ticks ``first`` to ``last``, both included, as they are run."""
        if not self._options.waves:
            raise ToolError("Chip must be built with Options(waves=True) to write waves")
        self._library.sw_chip_trace(self._open(), str(path).encode(), first, last)

    def write_coverage(self, path: Path) -> None:
        """Write Verilator's coverage points, counted since the model was made."""
        if not self._options.coverage:
            raise ToolError("Chip must be built with Options(coverage=...) to write coverage")
        self._library.sw_chip_coverage(self._open(), str(path).encode())

    def close(self) -> None:
        """Free the model."""
        if self._chip is not None:
            self._library.sw_chip_delete(self._chip)
            self._chip = None

    def __enter__(self) -> ChipModel:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_chip", None) is not None:
            self.close()

    def _open(self) -> int:
        if self._chip is None:
            raise ToolError("Chip must be open, and is closed")
        return self._chip

    def _ready(self) -> int:
        if self._broken:
            raise ToolError("Chip must be reset after a run that was broken off")
        return self._open()

    def _feed(
        self, packets: NDArray[np.void], ticks: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
        """Return tick, port and payload of each packet, ascending in tick."""
        packets = packets[np.argsort(packets["tick"], kind="stable")]
        first, last = self.next_tick - 1, self.next_tick + ticks - 1
        check_range("Packet tick", packets["tick"], first, last)
        return packets["tick"].astype(np.int64), *self._codec.encode(packets)

    def _arrivals(self) -> NDArray[np.void]:
        raw = np.empty(self._library.sw_chip_outputs(self._chip, None), OUTPUT)
        self._library.sw_chip_outputs(self._chip, raw.ctypes.data)
        return self._codec.decode(raw["tick"], raw["port"], raw["payload"])

    def _per_tick(self, counters: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Counters at the end of each tick, as differences."""
        counted = np.concatenate([self._counted, counters.astype(np.int64)])
        self._counted = counted[-1:]
        return np.diff(counted, axis=0)

    def _errors(self) -> NDArray[np.uint16]:
        errors = np.zeros((2, self.architecture.cores), np.uint16)
        self._library.sw_chip_errors(self._chip, errors[0].ctypes.data, errors[1].ctypes.data)
        return errors
