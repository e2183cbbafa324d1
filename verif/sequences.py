"""How a scenario is played on the chip: reset, program, run, settle.

A reset empties the scheduler and leaves the other memories as they are; programming writes all of
those. It begins right after the reset, while the scheduler is still being emptied.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable
from random import Random
from typing import Any

import cocotb
from cocotb.triggers import ClockCycles, SimTimeoutError, with_timeout
from pyuvm import uvm_sequence

from spikewright.verif.config_words import packet_word, program_writes
from spikewright.verif.env import ChipEnv
from spikewright.verif.records import ProgramRecord
from spikewright.verif.scenario import Scenario
from spikewright.verif.streams import PERIOD, cycle
from spikewright.verif.transactions import (
    ConfigBurst,
    PayloadBurst,
    ResetItem,
    TickItem,
)

__all__ = ["Hung", "ItemSequence", "PlayScenario", "pattern_seed", "start_item", "within"]


class Hung(Exception):
    """The hardware has not done within any sensible time what it was to do."""


class ItemSequence(uvm_sequence):
    """Hands one item to a driver and waits until it is done."""

    def __init__(self, item: Any) -> None:
        super().__init__("item")
        self.item = item

    async def body(self) -> None:
        """Hand over and wait."""
        await self.start_item(self.item)
        await self.finish_item(self.item)


def start_item(agent: Any, item: Any) -> Coroutine[Any, Any, None]:
    """Return what carries out an item on an agent, to be awaited or started."""
    running: Coroutine[Any, Any, None] = ItemSequence(item).start(agent.sequencer)
    return running


async def within(cycles: int, what: str, work: Coroutine[Any, Any, None]) -> None:
    """Await some work, or raise `Hung` after so many cycles."""
    try:
        await with_timeout(work, cycles * PERIOD, "step")
    except SimTimeoutError:
        raise Hung(f"within {cycles} cycles the hardware must {what}, and does not") from None


def pattern_seed(seed: int, place: int) -> int:
    """Return the seed of the pattern at one of a scenario's streams."""
    return seed * 1000 + place + 500


class PlayScenario(uvm_sequence):
    """Plays one scenario; a virtual sequence over all agents.

    Parameters
    ----------
    env : ChipEnv
    scenario : Scenario
    record : ProgramRecord
        Where the findings go.
    """

    def __init__(self, env: ChipEnv, scenario: Scenario, record: ProgramRecord) -> None:
        super().__init__("play")
        self.env, self.scenario, self.record = env, scenario, record
        a = env.architecture
        # Far more than any tick takes, with every stall that a pattern can bring.
        self._limit = 20 * a.neurons * (a.axons + 1) + 20_000 + 600 * len(scenario.packets)
        self._bursts = _payloads(env, scenario)
        self._first_start = 0

    async def body(self) -> None:
        """Play it from reset to quiescence."""
        scenario, env = self.scenario, self.env
        await self._bring_up()
        if scenario.reset_after is not None:
            tick, cycles = scenario.reset_after
            await self._run(range(tick + 1))
            await ClockCycles(env.dut.clk, cycles)
            env.scoreboard.abandon()
            await self._bring_up()
        await self._run(range(scenario.ticks))
        await self._settle()
        env.ticks.monitor.end()
        env.scoreboard.finish()

    # Before the first tick.

    async def _bring_up(self) -> None:
        """Reset and program the chip, whatever it was doing."""
        env, scenario = self.env, self.scenario
        env.predictor.armed = False
        self._set_patterns(scenario.idle, scenario.stall)
        await start_item(env.reset, ResetItem())
        env.scoreboard.begin(self.record, scenario)
        env.predictor.arm()
        writes = program_writes(scenario.network)
        Random(scenario.seed).shuffle(writes)
        bursts = [cocotb.start_soon(burst) for burst in self._send(-1)] if scenario.early else []
        await start_item(env.config, ConfigBurst(writes))
        if not scenario.early:
            bursts = [cocotb.start_soon(burst) for burst in self._send(-1)]
        await self._within(_all(bursts), "take the packets before the first tick")

    def _set_patterns(self, idle: str, stall: str) -> None:
        env, seed = self.env, self.scenario.seed
        for k, sender in enumerate(env.senders.values()):
            sender.set_pattern(idle, pattern_seed(seed, k))
        for k, receiver in enumerate(env.receivers.values()):
            receiver.set_pattern(stall, pattern_seed(seed, -1 - k))

    # Ticks.

    async def _run(self, ticks: Iterable[int]) -> None:
        """Run ticks; the last one may still run afterwards."""
        for tick in ticks:
            await self._within(self._tick(tick), f"come through tick {tick}")

    async def _tick(self, tick: int) -> None:
        scenario, env = self.scenario, self.env
        if tick in scenario.between:
            await start_item(env.ticks, TickItem(None))
            await start_item(env.config, ConfigBurst(scenario.between[tick]))
        slot = tick % env.architecture.delay_slots
        start = cocotb.start_soon(start_item(env.ticks, self._start(tick, slot)))
        if not scenario.early:
            await start
        bursts = [cocotb.start_soon(burst) for burst in self._send(tick)]
        await start
        started = cycle()
        if tick == 0:
            self._first_start = started
        if tick in scenario.during:
            await start_item(env.config, ConfigBurst(scenario.during[tick]))
        if tick in scenario.again:
            after, hold = scenario.again[tick]
            item = TickItem(slot, quiet=False, not_before=started + after, hold=hold)
            await start_item(env.ticks, item)
        await _all(bursts)

    def _start(self, tick: int, slot: int) -> TickItem:
        period = self.scenario.period
        if period is None or tick == 0:
            return TickItem(slot)
        return TickItem(slot, quiet=False, not_before=self._first_start + tick * period)

    def _send(self, tick: int) -> list[Coroutine[Any, Any, None]]:
        bursts = self._bursts.get(tick, {})
        return [
            start_item(self.env.senders[edge], PayloadBurst(payloads))
            for edge, payloads in bursts.items()
        ]

    async def _settle(self) -> None:
        await self._within(start_item(self.env.ticks, TickItem(None)), "become quiescent")

    async def _within(self, work: Coroutine[Any, Any, None], what: str) -> None:
        await within(self._limit, what, work)


async def _all(tasks: Iterable[Awaitable[None]]) -> None:
    for task in tasks:
        await task


def _payloads(env: ChipEnv, scenario: Scenario) -> dict[int, dict[tuple[str, int], list[int]]]:
    """Return the packets as payloads, by tick and edge port."""
    word = packet_word(env.architecture)
    bursts: dict[int, dict[tuple[str, int], list[int]]] = {}
    for row in scenario.packets:
        payload = word.pack({name: int(row[name]) for name in ("dx", "dy", "slot", "axon")})
        edge = str(row["side"]), int(row["position"])
        bursts.setdefault(int(row["tick"]), {}).setdefault(edge, []).append(payload)
    return bursts
