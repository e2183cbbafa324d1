"""The golden model in lockstep: what the chip must do, told from what its pins were given.

Nothing here knows what a driver meant to do. Configuration is read word by word from the port, the
start of a tick from `start`, packets from the handshakes at the edges.

A packet belongs to the tick that runs when it comes to its core. A start is given at quiescence, so
it is enough to look at the edge: what passes in the cycle before the start's is still on its way
when the tick starts, and belongs to the new tick.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyuvm import uvm_analysis_port, uvm_component

from spikewright.golden.architecture import Architecture
from spikewright.golden.mesh import Arrivals, Packets, entry, route
from spikewright.golden.network import Network
from spikewright.golden.simulate import Simulator
from spikewright.golden.stimulus import PACKET
from spikewright.golden.trace import TickResult
from spikewright.verif.config_model import ConfigModel
from spikewright.verif.config_words import packet_word
from spikewright.verif.reached import reached, scanned_events
from spikewright.verif.transactions import Boundary, ConfigWrite, Retirement, Transfer

__all__ = ["ExpectedTick", "Predictor", "Unpredictable", "edge_port"]

Ports = dict[str, list[list[int]]]


def edge_port(name: str) -> tuple[str, int]:
    """Return side and position of an edge stream by its name, such as ``west_in_0``."""
    side, _, position = name.split("_")
    return side, int(position)


@dataclass(frozen=True, kw_only=True)
class ExpectedTick:
    """What one tick must have done.

    Members
    -------
    result : TickResult
        Of the golden model.
    start, end : int
        Cycles of the start, and of the next one.
    outputs : dict
        By the name of an output port: each source's payloads, in order.
    modelled : Counter
        The golden model's own packets out, as (port, payload).
    off_mesh : dict
        Packets dropped by edge port.
    steps : int
        Steps of all packets of this tick, an upper bound to how long one can wait for others.
    refused, overrun : ndarray
        Counters of the cores since reset.
    scanned : ndarray
        Synaptic events that take a cycle each, by core.
    reached : dict
        Counts of situations that verification is to reach.
    """

    result: TickResult
    start: int
    end: int
    outputs: Ports
    modelled: Counter[tuple[str, int]]
    off_mesh: dict[tuple[str, int], int]
    steps: int
    refused: NDArray[np.int64]
    overrun: NDArray[np.int64]
    scanned: NDArray[np.int64]
    reached: dict[str, int]


@dataclass(frozen=True)
class Unpredictable:
    """From here on the model cannot follow; at a fixed period the chip must have raised a flag."""

    tick: int
    reason: str


@dataclass
class _Pending:
    """Packets and their ends since the last step of the model."""

    outputs: Ports = field(default_factory=dict)
    off_mesh: dict[tuple[str, int], int] = field(default_factory=dict)
    steps: int = 0


class Predictor(uvm_component):
    """Follows the pins and publishes an `ExpectedTick` for each tick when it is over.

    Parameters
    ----------
    name, parent
    architecture : Architecture
    attached : tuple of str
    core : {"event", "neuron"}
        Microarchitecture of the cores: which events take a cycle.
    simulator : callable
        Makes the model of a network: `golden.Simulator`, or what stands in for it.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        *,
        architecture: Architecture,
        attached: tuple[str, ...],
        core: str = "event",
        simulator: Callable[[Network], Any] = Simulator,
    ) -> None:
        super().__init__(name, parent)
        self.architecture, self.attached = architecture, attached
        self._core, self._make = core, simulator
        self._word = packet_word(architecture)
        self.expected = uvm_analysis_port("expected", self)
        self.armed = False

    def arm(self) -> None:
        """Follow from here on; the chip has just been reset."""
        self._simulator = self._make(Network(self.architecture, attached=self.attached))
        self.config = ConfigModel(self._simulator)
        self._overrun = np.zeros(self.architecture.cores, np.int64)
        self._tick = -1
        self._start = 0
        self._retired = np.full(self.architecture.cores, self.architecture.neurons)
        self._packets: list[Transfer] = []
        self._writes: list[ConfigWrite] = []
        self._pending = _Pending()
        self.armed = True

    def write_config(self, write: ConfigWrite) -> None:
        """Follow one write at the configuration port."""
        if not self.armed or write.core >= self.architecture.cores:
            return
        running = bool(write.starting or self._retired[write.core] < self.architecture.neurons)
        # Before the first tick the chip is busy with its scheduler, and takes writes.
        if write.busy and not running and self._tick >= 0:
            self._lose(f"a write to core {write.core}, which may be busy or idle")
        elif running:
            self.config.write(write, busy=True)
        else:
            # The model has yet to step over the tick that is over.
            self._writes.append(write)

    def write_packet(self, transfer: Transfer) -> None:
        """Remember a packet that entered at an edge."""
        if self.armed:
            self._packets.append(transfer)

    def write_retirement(self, retirement: Retirement) -> None:
        """Count, to know which cores run."""
        if self.armed:
            self._retired[retirement.core] += 1

    def write_boundary(self, boundary: Boundary) -> None:
        """End the tick before, and begin the next."""
        if not self.armed:
            return
        a = self.architecture
        running = self._retired < a.neurons
        if boundary.slot is not None and running.any():
            if running.all() and boundary.slot == self._tick % a.delay_slots:
                self._overrun += 1
            else:
                self._lose("a start while a core runs")
            return
        self._close(boundary.cycle)
        if boundary.slot is None:
            self.armed = False
            return
        self._tick += 1
        if boundary.slot != self._tick % a.delay_slots:
            self._lose(f"slot {boundary.slot} with the start of tick {self._tick}")
        self._start = boundary.cycle
        self._retired[:] = 0

    def _lose(self, reason: str) -> None:
        self.armed = False
        self.expected.write(Unpredictable(self._tick, reason))

    def _close(self, cycle: int) -> None:
        """Step the model over the tick that ends in a cycle."""
        entered = [packet for packet in self._packets if packet.cycle < cycle - 1]
        self._packets = self._packets[len(entered) :]
        self._enter(entered)
        if self._tick < 0:
            self._configure()
            return
        network = self._simulator.network
        result = self._simulator.step()
        self._send(network, result)
        counts = reached(network, result)
        scanned = scanned_events(self._core, network, self._simulator.active, result)
        self._configure()
        pending, self._pending = self._pending, _Pending()
        self.expected.write(
            ExpectedTick(
                result=result,
                start=self._start,
                end=cycle,
                outputs=pending.outputs,
                modelled=self._modelled(result),
                off_mesh=pending.off_mesh,
                steps=pending.steps,
                refused=self.config.refused.copy(),
                overrun=self._overrun.copy(),
                scanned=scanned,
                reached=counts,
            )
        )

    def _modelled(self, result: TickResult) -> Counter[tuple[str, int]]:
        """Return the packets that the golden model itself sends out."""
        fields = ("dx", "dy", "slot", "axon")
        return Counter(
            (
                f"{row['side']}_out_{row['position']}",
                self._word.pack({name: int(row[name]) for name in fields}),
            )
            for row in result.outputs
        )

    def _configure(self) -> None:
        """Apply the writes since the last tick."""
        for write in self._writes:
            self.config.write(write, busy=False)
        self._writes.clear()

    def _enter(self, entered: list[Transfer]) -> None:
        """Give the model the packets that entered, and follow them to the edges ourselves."""
        rows = np.zeros(len(entered), PACKET)
        rows["tick"] = self._tick
        for row, transfer in zip(rows, entered, strict=True):
            row["side"], row["position"] = edge_port(transfer.port)
            for name, value in self._word.unpack(transfer.payload).items():
                row[name] = value
        if len(rows) == 0:
            return
        self._simulator.inject_packets(rows)
        x, y = entry(self.architecture, rows["side"], rows["position"])
        steps = {name: rows[name] for name in ("dx", "dy", "slot", "axon")}
        self._follow(Packets(x=x, y=y, **steps), [packet.port for packet in entered])

    def _send(self, network: Network, result: TickResult) -> None:
        """Follow the packets of the neurons that fired, each core's in ascending order."""
        a = self.architecture
        sent = result.spikes & (network.delay > 0)
        core = np.nonzero(sent)[0]
        packets = Packets(
            x=core % a.width,
            y=core // a.width,
            dx=network.dx[sent],
            dy=network.dy[sent],
            slot=(result.tick + network.delay[sent].astype(np.int64)) % a.delay_slots,
            axon=network.axon[sent],
        )
        self._follow(packets, [f"core_{c}" for c in core])

    def _follow(self, packets: Packets, sources: list[str]) -> None:
        """File packets that leave the mesh under their port and source."""
        pending = self._pending
        pending.steps += int((np.abs(packets.dx) + np.abs(packets.dy) + 2).sum())
        ends = route(self.architecture, packets)
        lanes: dict[tuple[str, str], list[int]] = {}
        for k in np.flatnonzero(ends.core < 0).tolist():
            side, position = str(ends.side[k]), int(ends.position[k])
            if side not in self.attached:
                edge = (side, position)
                pending.off_mesh[edge] = pending.off_mesh.get(edge, 0) + 1
                continue
            lane = lanes.setdefault((f"{side}_out_{position}", sources[k]), [])
            lane.append(self._payload(ends, packets, k))
        for (port, _), lane in lanes.items():
            pending.outputs.setdefault(port, []).append(lane)

    def _payload(self, ends: Arrivals, packets: Packets, k: int) -> int:
        values = {
            "dx": ends.dx[k],
            "dy": ends.dy[k],
            "slot": packets.slot[k],
            "axon": packets.axon[k],
        }
        return self._word.pack({name: int(value) for name, value in values.items()})
