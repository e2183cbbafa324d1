"""Holds what the chip did against what it must have done: every neuron and packet, every tick."""

from __future__ import annotations

import numpy as np
from pyuvm import uvm_component, uvm_scoreboard

from spikewright.golden.architecture import Architecture
from spikewright.hdl.tile import OVERHEAD
from spikewright.verif.packet_board import PacketBoard
from spikewright.verif.patterns import FREE
from spikewright.verif.predictor import ExpectedTick, Unpredictable
from spikewright.verif.records import ProgramRecord
from spikewright.verif.scenario import Scenario
from spikewright.verif.transactions import (
    Boundary,
    Counters,
    ResetDone,
    Retirement,
    Transfer,
    Violation,
)

__all__ = ["Scoreboard"]


class Scoreboard(uvm_scoreboard):
    """Compares each tick when it is over.

    A program fails on a mismatch, on a broken rule of a handshake, on anything left over on either
    side, and if nothing was compared. At a fixed period a flag that the chip raises ends the
    comparison: what was wrong until shortly before it still counts.

    Parameters
    ----------
    name, parent
    architecture : Architecture
    core : {"event", "neuron"}
        Microarchitecture of the cores.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        architecture: Architecture,
        core: str = "event",
    ) -> None:
        super().__init__(name, parent)
        self.architecture, self._overhead = architecture, OVERHEAD[core]
        self.record: ProgramRecord | None = None

    def begin(self, record: ProgramRecord, scenario: Scenario) -> None:
        """Start with a program; the chip has just been reset.

        Parameters
        ----------
        record : ProgramRecord
            Where the findings go.
        scenario : Scenario
            At a fixed period flags may be raised, and end the comparison. Without back-pressure
            from outside the cost of a tick is bounded.
        """
        cores = self.architecture.cores
        self.record = record
        self._must_flag = scenario.flag
        self._paced, self._unhindered = scenario.period is not None, scenario.stall == FREE
        record.paced = self._paced
        self._retirements: list[list[Retirement]] = [[] for _ in range(cores)]
        self._packets = PacketBoard(self._mismatch)
        self._late = np.zeros(cores, np.int64)
        self._counters = Counters()
        self._flagged: int | None = None
        self._lost: str | None = None
        self._wrong: list[tuple[int, str]] = []
        self._idle_at: int | None = None
        self._end = 0

    # What monitors and predictor tell.

    def write_retirement(self, retirement: Retirement) -> None:
        """Keep a neuron until its tick is over."""
        if self.record is not None:
            self._retirements[retirement.core].append(retirement)

    def write_output(self, transfer: Transfer) -> None:
        """Keep a packet that left until its tick is over."""
        if self.record is not None:
            self._packets.see(transfer)

    def write_boundary(self, boundary: Boundary) -> None:
        """Keep the counters; the prediction that they belong to comes next."""
        self._counters, self._end = boundary.counters, boundary.cycle

    def write_idle(self, cycle: int) -> None:
        """Keep the cycle in which the last core became idle."""
        self._idle_at = cycle

    def write_violation(self, violation: Violation) -> None:
        """Count a broken rule of a handshake."""
        if self.record is not None:
            self.record.complain(f"cycle {violation.cycle}: {violation.text}")

    def write_reset(self, reset: ResetDone) -> None:
        """Check what a reset must leave behind."""
        if self.record is None:
            return
        counters = reset.counters
        counts = [*counters.late, *counters.overrun, *counters.refused, *counters.off_mesh.values()]
        if any(counts):
            self.record.complain(f"after a reset all counters must be zero, not {counts}")
        rows = self.architecture.delay_slots
        if reset.cycles > rows + 2:
            self.record.complain(
                f"busy must fall {rows} + 2 cycles after a reset, not {reset.cycles}"
            )

    def write_expected(self, expected: ExpectedTick | Unpredictable) -> None:
        """Compare a tick."""
        if self.record is None or self._lost is not None:
            return
        if isinstance(expected, Unpredictable):
            self._lost = expected.reason
            if not self._paced:
                self._mismatch(expected.tick, f"the model must be able to follow: {self._lost}")
            return
        tick = expected.result.tick
        self._compare_counters(expected)
        for core in range(self.architecture.cores):
            self._compare_core(tick, core, expected)
        self._compare_time(expected)
        self._packets.expect(expected)
        if not self._paced:
            self._packets.compare(tick, expected.end, self._counters)
        self.record.ticks += 1
        for name, count in expected.reached.items():
            self.record.reached[name] = self.record.reached.get(name, 0) + count

    # The comparisons.

    def _mismatch(self, tick: int, text: str) -> None:
        self._wrong.append((tick, f"tick {tick}: {text}"))

    def _place(self, core: int) -> str:
        return f"core ({core % self.architecture.width}, {core // self.architecture.width})"

    def _compare_core(self, tick: int, core: int, expected: ExpectedTick) -> None:
        """Compare every neuron of a core."""
        assert self.record is not None
        seen, self._retirements[core] = self._retirements[core], []
        neurons = [retirement.neuron for retirement in seen]
        if neurons != list(range(self.architecture.neurons)):
            self._mismatch(
                tick,
                f"{self._place(core)} must retire each of its {self.architecture.neurons} neurons "
                f"once, in ascending order, and retires {len(neurons)}: {_brief(neurons)}",
            )
            return
        potentials = np.array([retirement.potential for retirement in seen])
        spikes = np.array([retirement.spike for retirement in seen])
        self.record.potentials += len(potentials)
        self.record.spikes += int((spikes & expected.result.spikes[core]).sum())
        for what, actual, wanted in (
            ("potential", potentials, expected.result.potentials[core]),
            ("spike", spikes, expected.result.spikes[core]),
        ):
            for neuron in np.flatnonzero(actual != wanted):
                self._mismatch(
                    tick,
                    f"{self._place(core)} neuron {neuron}: {what} must be {int(wanted[neuron])}, "
                    f"not {int(actual[neuron])}",
                )
        cost = seen[-1].cycle - expected.start
        self._compare_cost(tick, core, cost, expected)

    def _compare_cost(self, tick: int, core: int, cost: int, expected: ExpectedTick) -> None:
        """Hold the cycles of a core's tick against N + E and what may come on top."""
        assert self.record is not None
        if not self._unhindered:
            return
        beyond = cost - self.architecture.neurons - int(expected.scanned[core])
        record = self.record
        record.least = beyond if record.least is None else min(record.least, beyond)
        record.most = beyond if record.most is None else max(record.most, beyond)
        # Whoever waits, waits for a packet that moves: no longer than all of them have to go.
        if beyond > self._overhead + expected.steps:
            self._mismatch(
                tick,
                f"{self._place(core)} must retire its last neuron at most {self._overhead} + "
                f"{expected.steps} cycles after N + E, not {beyond}",
            )

    def _compare_time(self, expected: ExpectedTick) -> None:
        """Hold the whole tick, until no core is busy, against its busiest core."""
        assert self.record is not None
        idle_at, self._idle_at = self._idle_at, None
        if not self._unhindered or self._paced:
            return
        tick = expected.result.tick
        if idle_at is None or idle_at < expected.start:
            self._mismatch(tick, "busy must fall after the start, and does not")
            return
        work = self.architecture.neurons + int(expected.scanned.max())
        beyond = idle_at - expected.start - work
        record = self.record
        record.settled = beyond if record.settled is None else max(record.settled, beyond)
        if beyond > self._overhead + expected.steps:
            self._mismatch(
                tick,
                f"busy must fall at most {self._overhead} + {expected.steps} cycles after N + E "
                f"of the busiest core, not {beyond}",
            )

    def _compare_counters(self, expected: ExpectedTick) -> None:
        """Compare what was counted since reset; at a fixed period a flag ends the comparison."""
        result, counters = expected.result, self._counters
        tick = result.tick
        self._late += result.late
        if self._paced and counters.unsettled and self._flagged is None:
            self._flagged = tick
        for core in range(self.architecture.cores):
            pairs = (
                ("late packets", counters.late[core], int(self._late[core])),
                ("overruns", counters.overrun[core], int(expected.overrun[core])),
                ("refused writes", counters.refused[core], int(expected.refused[core])),
            )
            for what, got, wanted in pairs:
                if got == min(wanted, 0xFFFF):
                    continue
                if self._paced and not what.startswith("refused"):
                    self._flagged = tick if self._flagged is None else self._flagged
                else:
                    self._mismatch(tick, f"{self._place(core)}: {what} must be {wanted}, not {got}")

    def abandon(self) -> None:
        """Stop in the middle of a tick, where a reset is to come; keep what was found so far."""
        if self.record is not None:
            for _, text in self._wrong:
                self.record.complain(text)
            self.record = None

    def finish(self) -> ProgramRecord:
        """End the program: check what is left over, and return the findings."""
        assert self.record is not None
        record, self.record = self.record, None
        flagged = self._paced and (self._lost is not None or self._flagged is not None)
        if self._must_flag not in (None, flagged):
            wanted = "raise" if self._must_flag else "raise no"
            record.complain(
                f"at this period the chip must {wanted} flag for overrun or late packets"
            )
        if flagged:
            self._finish_flagged(record)
            return record
        self.record = record
        tick = record.ticks - 1
        if self._paced:
            self._packets.compare(tick, self._end, self._counters)
        for core, seen in enumerate(self._retirements):
            if seen:
                self._mismatch(
                    tick, f"{self._place(core)} must retire no neuron more, and retires {len(seen)}"
                )
        self._packets.finish(tick)
        record.packets += self._packets.compared
        for _, text in self._wrong:
            record.complain(text)
        if record.potentials == 0 and not record.mismatches:
            record.complain("something must be compared, and nothing was")
        self.record = None
        return record

    def _finish_flagged(self, record: ProgramRecord) -> None:
        """End a program whose period was too short: it must be right until shortly before that."""
        record.flagged = True
        counters = self._counters
        if not any((*counters.late, *counters.overrun, counters.unsettled)):
            record.complain(f"the chip must flag {self._lost}, and no counter shows it")
        if self._flagged is None:
            self._flagged = record.ticks
        for tick, text in self._wrong:
            if tick < self._flagged - 1:
                record.complain(text)


def _brief(numbers: list[int]) -> str:
    text = ", ".join(map(str, numbers[:20]))
    return text + ", ..." if len(numbers) > 20 else text
