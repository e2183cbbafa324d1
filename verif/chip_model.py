"""The whole chip as a compiled model: the RTL top `mesh`, driven in ticks.

A tick is started, the packets of that tick are fed to the edges, and the tick is over when no core
runs, every packet has been taken in, and none is under way. A run of many ticks is one call of C++.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.fast_events import in_order
from spikewright.golden.network import SIDES
from spikewright.golden.stimulus import PACKET

from .chip_abi import OUTPUT, Fault, Request, bind, fetched, sentence
from .chip_build import config_data, flat_library, tiled_library
from .chip_glue import edge_positions
from .chip_packets import PacketCodec, check_range
from .chip_run import ChipRun, SparseRun
from .design import Design, Options
from .errors import ToolError
from .ports import Port
from .words import checked_words, write_rows

__all__ = ["ChipModel", "ChipRun"]


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
    tiles : bool
        Compile the tile by itself, once for all its places: see `tile_block`. Quick to compile for
        many cores, and faster there; without waves and coverage. All but the last configuration
        write of each core then go to its own port, in no time of the mesh's.
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
        tiles: bool = False,
        idle_seed: int = 0,
        stall_seed: int = 0,
    ) -> None:
        self.architecture = architecture
        self.data_bits = config_data(design).width
        self.next_tick = 0
        self._codec = PacketCodec(architecture, edge_positions(architecture, attached))
        dropping = [side for side in SIDES if side not in attached]
        self._off_mesh_ports = len(edge_positions(architecture, dropping))
        self._cycle_limit = cycle_limit
        self._options = options or Options()
        build = tiled_library if tiles else flat_library
        library, self._tile = build(design, architecture, attached, self._options, root)
        self._library = bind(library, coverage=bool(self._options.coverage))
        self._chip: int | None = self._library.sw_chip_new(
            idle_seed, stall_seed, None if self._tile is None else ctypes.byref(self._tile)
        )
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
        shape = (ticks, self.architecture.cores, self.architecture.neurons)
        spikes = np.zeros(shape, np.bool_)
        values = np.zeros(shape, np.int32) if potentials else None
        shown, _ = self._run(ticks, packets, spikes=spikes, potentials=values)
        return ChipRun(spikes=spikes, potentials=values, **shown)

    def run_sparse(
        self,
        ticks: int,
        packets: NDArray[np.void] | None = None,
        *,
        watch: ArrayLike = (),
    ) -> SparseRun:
        """Run ticks as `run` does, and keep no array of all neurons in all ticks.

        Parameters
        ----------
        ticks : int
        packets : ndarray of PACKET, optional
        watch : array_like of int
            core * N + neuron of the neurons whose potentials to record, none twice.
        """
        watched = np.asarray(watch, np.int64).reshape(-1)
        values = np.zeros((ticks, len(watched)), np.int32)
        neurons = self.architecture.cores * self.architecture.neurons
        check_range("Watched neuron", watched, 0, neurons - 1)
        column = None
        if len(watched):
            column = np.full(neurons, -1, np.int32)
            column[watched] = np.arange(len(watched))
        recorded = {"column": column, "columns": len(watched), "watched": values}
        shown, sparse = self._run(ticks, packets, **recorded)
        return SparseRun(watched=values, **sparse, **shown)

    def _run(
        self, ticks: int, packets: NDArray[np.void] | None, **recorded: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Run ticks; returns what both kinds of run show, and what the sparse one adds."""
        chip = self._ready()
        cores = self.architecture.cores
        arrays = {
            **self._feed(packets, ticks),
            "last": np.zeros((cores, self.architecture.neurons), np.int32),
            "fired": np.zeros(ticks, np.int64),
            "busy_cycles": np.zeros(ticks, np.uint64),
            "cycles": np.zeros(ticks, np.uint64),
            "late": np.zeros((ticks, cores), np.uint16),
            "off_mesh": np.zeros((ticks, self._off_mesh_ports), np.uint16),
            **recorded,
        }
        request = self._request(ticks, arrays)
        fault = Fault()
        self._library.sw_chip_run(chip, ctypes.byref(request), ctypes.byref(fault))
        if fault.kind:
            self._broken = True
            raise ToolError(
                sentence(fault, self.architecture, self._codec.edges, self._cycle_limit)
            )
        first, self.next_tick = self.next_tick, self.next_tick + ticks
        dropped = self._per_tick(np.concatenate([arrays["late"], arrays["off_mesh"]], axis=1))
        raw = fetched(self._library.sw_chip_outputs, chip, OUTPUT)
        arrivals = self._codec.decode(raw["tick"], raw["port"], raw["payload"])
        errors = np.zeros((2, cores), np.uint16)
        self._library.sw_chip_errors(chip, errors[0].ctypes.data, errors[1].ctypes.data)
        shown = {
            "first_tick": first,
            "late": dropped[:, :cores],
            "off_mesh": dropped[:, cores:].sum(axis=1),
            "outputs": in_order(arrivals, arrivals["tick"]),
            "arrivals": arrivals,
            "busy_cycles": arrays["busy_cycles"].astype(np.int64),
            "cycles": arrays["cycles"].astype(np.int64),
            "overrun": errors[0],
            "refused": errors[1],
        }
        sparse = {
            "spikes_per_tick": arrays["fired"],
            "spike_index": fetched(self._library.sw_chip_fired, chip, np.uint32),
            "last": arrays["last"],
        }
        return shown, sparse

    def run_bare(self, ticks: int, packets: NDArray[np.void] | None = None) -> int:
        """Run ticks, with packets of these ticks, and look at nothing they show; returns cycles."""
        # The request has their addresses only.
        feed = self._feed(packets, ticks)
        request = self._request(ticks, feed)
        cycles = int(self._library.sw_chip_run_bare(self._ready(), ctypes.byref(request)))
        self.next_tick += ticks
        return cycles

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

    def _request(self, ticks: int, arrays: dict[str, Any]) -> Request:
        return Request(
            first_tick=self.next_tick,
            ticks=ticks,
            cycle_limit=self._cycle_limit,
            packets=len(arrays["packet_tick"]),
            **{n: v.ctypes.data if isinstance(v, np.ndarray) else v for n, v in arrays.items()},
        )

    def _feed(self, packets: NDArray[np.void] | None, ticks: int) -> dict[str, NDArray[Any]]:
        """Return tick, port and payload of each packet, ascending in tick."""
        packets = np.empty(0, PACKET) if packets is None else packets
        packets = packets[np.argsort(packets["tick"], kind="stable")]
        first, last = self.next_tick - 1, self.next_tick + ticks - 1
        check_range("Packet tick", packets["tick"], first, last)
        ports, payloads = self._codec.encode(packets)
        tick = packets["tick"].astype(np.int64)
        return {"packet_tick": tick, "packet_port": ports, "packet_payload": payloads}

    def _per_tick(self, counters: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Counters at the end of each tick, as differences."""
        counted = np.concatenate([self._counted, counters.astype(np.int64)])
        self._counted = counted[-1:]
        return np.diff(counted, axis=0)
