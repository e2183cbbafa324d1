"""The rules of a router, held against its pins: model and scoreboard in one, since it has no state.

1. A packet leaves once, at the port that x first, then y demands, with one step less to go.
2. Packets from one input to one output keep their order.
3. Nobody waits while all others at that output get two turns: between the moment a packet is first
   at its input and its leaving, at most one packet of each other input passes.
4. A packet leaves one cycle after it came, at the earliest, and exactly then if nothing is in its
   way.
5. An input with a packet inside says that it is occupied, and none does at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pyuvm import uvm_component, uvm_scoreboard

from spikewright.golden.architecture import Architecture
from spikewright.verif.config_words import packet_word
from spikewright.verif.records import ProgramRecord
from spikewright.verif.router_traffic import PORTS, Traffic, hop
from spikewright.verif.transactions import Transfer, Violation

__all__ = ["RouterBoard"]


@dataclass
class _Inside:
    """A packet in the router."""

    source: str
    goal: str
    payload: int
    came: int


class RouterBoard(uvm_scoreboard):
    """Checks the rules.

    Parameters
    ----------
    name, parent
    architecture : Architecture
    occupied : callable
        Reads the router's `occupied` pins, by port.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        architecture: Architecture,
        occupied: Callable[[], dict[str, bool]],
    ) -> None:
        super().__init__(name, parent)
        self._word = packet_word(architecture)
        self._slot_bits = architecture.slot_bits
        self._occupied = occupied
        self.record: ProgramRecord | None = None

    def begin(self, record: ProgramRecord, traffic: Traffic) -> None:
        """Start with some traffic; the router has just been reset."""
        self.record, self._traffic = record, traffic
        self._inside: dict[str, list[_Inside]] = {port: [] for port in PORTS}
        self._left_at = dict.fromkeys(PORTS, -1)
        # What passed each output: the cycle and the input it came from.
        self._passed: dict[str, list[tuple[int, str]]] = {port: [] for port in PORTS}

    def write_input(self, transfer: Transfer) -> None:
        """Predict where a packet that came in leaves."""
        if self.record is None:
            return
        source = transfer.port.removesuffix("_in")
        values = self._word.unpack(transfer.payload)
        goal, values["dx"], values["dy"] = hop(values["dx"], values["dy"])
        payload = self._word.pack(values)
        if goal == "local":
            payload = values["slot"] | values["axon"] << self._slot_bits
        self._inside[source].append(_Inside(source, goal, payload, transfer.cycle))

    def write_output(self, transfer: Transfer) -> None:
        """Hold a packet that left against the rules."""
        if self.record is None:
            return
        goal = transfer.port.removesuffix("_out")
        found = [
            packet
            for packets in self._inside.values()
            for packet in [next((p for p in packets if p.goal == goal), None)]
            if packet is not None and packet.payload == transfer.payload
        ]
        if not found:
            self._wrong(transfer.cycle, f"{goal}_out must not give 0x{transfer.payload:x} now")
            return
        packet = found[0]
        self.record.packets += 1
        self._check_wait(packet, transfer.cycle)
        if not self._occupied()[packet.source]:
            self._wrong(transfer.cycle, f"{packet.source}_occupied must be 1, not 0")
        self._inside[packet.source].remove(packet)
        self._left_at[packet.source] = transfer.cycle
        self._passed[goal].append((transfer.cycle, packet.source))

    def write_violation(self, violation: Violation) -> None:
        """Count a broken rule of a handshake."""
        self._wrong(violation.cycle, violation.text)

    def _check_wait(self, packet: _Inside, cycle: int) -> None:
        assert self.record is not None
        latency = cycle - packet.came
        record = self.record
        record.latency = latency if record.latency is None else min(record.latency, latency)
        if latency < 1 or (self._traffic.one_by_one and latency != 1):
            self._wrong(cycle, f"a packet must take one cycle from {packet.source}, not {latency}")
        first_at = max(packet.came, self._left_at[packet.source])
        others = Counter(
            source
            for passed, source in self._passed[packet.goal]
            if first_at < passed and source != packet.source
        )
        for source, turns in others.items():
            if turns > 1:
                self._wrong(
                    cycle,
                    f"{source} must pass {packet.source} once at {packet.goal}_out, not {turns} "
                    "times",
                )

    def _wrong(self, cycle: int, text: str) -> None:
        if self.record is not None:
            self.record.complain(f"cycle {cycle}: {text}")

    def abandon(self) -> None:
        """Stop in the middle; what was found so far is in the record."""
        self.record = None

    def finish(self) -> None:
        """End the traffic: nothing may be left, and full rate must have been kept."""
        assert self.record is not None
        for port, packets in self._inside.items():
            for packet in packets:
                self.record.complain(
                    f"0x{packet.payload:x} from {port} must leave over {packet.goal}_out, and "
                    "does not"
                )
        for port, occupied in self._occupied().items():
            if occupied and not self._inside[port]:
                self.record.complain(f"{port}_occupied must be 0 at the end, not 1")
        if self._traffic.full_rate:
            self._check_rate()
        if not self.record.packets and not self.record.mismatches:
            self.record.complain("a packet must be compared, and none was")
        self.record = None

    def _check_rate(self) -> None:
        assert self.record is not None
        for port, passed in self._passed.items():
            if passed and passed[-1][0] - passed[0][0] != len(passed) - 1:
                self.record.complain(
                    f"{port}_out must give {len(passed)} packets in as many cycles, not in "
                    f"{passed[-1][0] - passed[0][0] + 1}"
                )
