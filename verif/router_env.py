"""The environment of one router: an agent at each of its ten streams, and the scoreboard."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import ClockCycles
from pyuvm import uvm_component, uvm_env, uvm_sequence

from spikewright.golden.architecture import Architecture
from spikewright.verif.env import subscribe
from spikewright.verif.patterns import FREE
from spikewright.verif.records import ProgramRecord
from spikewright.verif.router_board import RouterBoard
from spikewright.verif.router_traffic import PORTS, Traffic
from spikewright.verif.sequences import pattern_seed, start_item, within
from spikewright.verif.streams import ReceiveAgent, SendAgent, StreamPort
from spikewright.verif.transactions import PayloadBurst

__all__ = ["PlayTraffic", "RouterEnv"]


class RouterEnv(uvm_env):
    """Everything around one router.

    Parameters
    ----------
    name, parent
    dut
        The module `router`.
    architecture : Architecture
    """

    def __init__(
        self, name: str, parent: uvm_component, *, dut: Any, architecture: Architecture
    ) -> None:
        super().__init__(name, parent)
        self.dut, self.architecture = dut, architecture

    def build_phase(self) -> None:
        """Make all components."""
        dut = self.dut
        pins = {port: getattr(dut, f"{port}_occupied") for port in PORTS}
        self.senders = {
            port: SendAgent(f"{port}_in", self, StreamPort(dut, f"{port}_in")) for port in PORTS
        }
        self.receivers = {
            port: ReceiveAgent(f"{port}_out", self, StreamPort(dut, f"{port}_out"))
            for port in PORTS
        }
        self.scoreboard = RouterBoard(
            "scoreboard",
            self,
            self.architecture,
            lambda: {port: bool(int(pin.value)) for port, pin in pins.items()},
        )

    def connect_phase(self) -> None:
        """Let the scoreboard hear the monitors."""
        board = self.scoreboard
        for agents, write in (
            (self.senders.values(), board.write_input),
            (self.receivers.values(), board.write_output),
        ):
            for agent in agents:
                subscribe(agent.monitor.transfers, board, write)
                subscribe(agent.monitor.violations, board, board.write_violation)


class PlayTraffic(uvm_sequence):
    """Sends some traffic through a router; a virtual sequence over all senders."""

    def __init__(self, env: RouterEnv, traffic: Traffic, record: ProgramRecord) -> None:
        super().__init__("play")
        self.env, self.traffic, self.record = env, traffic, record

    async def body(self) -> None:
        """Reset, send, drain."""
        env, traffic, dut = self.env, self.traffic, self.env.dut
        dut.rst.value = 1
        await ClockCycles(dut.clk, 2)
        dut.rst.value = 0
        for k, port in enumerate(PORTS):
            env.senders[port].set_pattern(traffic.idle, pattern_seed(traffic.seed, k))
            env.receivers[port].set_pattern(traffic.stall, pattern_seed(traffic.seed, -1 - k))
        env.scoreboard.begin(self.record, traffic)
        # Each packet may meet a stall, and each input's may wait for those of all others.
        limit = 2000 + 600 * sum(map(len, traffic.bursts.values()))
        await within(limit, "take all packets", self._send())
        for port in PORTS:
            env.receivers[port].set_pattern(FREE, 0)
        await ClockCycles(dut.clk, 30)
        env.scoreboard.finish()

    async def _send(self) -> None:
        senders, bursts = self.env.senders, self.traffic.bursts
        if self.traffic.one_by_one:
            for port, payloads in bursts.items():
                for payload in payloads:
                    await start_item(senders[port], PayloadBurst([payload]))
                    await ClockCycles(self.env.dut.clk, 3)
            return
        tasks = [
            cocotb.start_soon(start_item(senders[port], PayloadBurst(payloads)))
            for port, payloads in bursts.items()
        ]
        for task in tasks:
            await task
