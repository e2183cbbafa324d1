"""The environment of a chip: one agent for each port of the mesh, the model, and the scoreboard.

To grow: a new kind of stimulus is a scenario (`scenario`, `directed`), a new port an agent that is
wired up here, a new thing to check a subscriber to a monitor's port.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyuvm import uvm_component, uvm_env, uvm_subscriber

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES
from spikewright.golden.simulate import Simulator
from spikewright.hdl.mesh import edge_length
from spikewright.verif.agents import (
    ConfigAgent,
    CounterPins,
    IdleMonitor,
    ResetAgent,
    TickAgent,
    TraceMonitor,
)
from spikewright.verif.predictor import Predictor
from spikewright.verif.scoreboard import Scoreboard
from spikewright.verif.streams import ReceiveAgent, SendAgent, StreamPort

__all__ = ["ChipEnv", "subscribe"]


def subscribe(port: Any, parent: uvm_component, write: Callable[[Any], None]) -> None:
    """Have a method of a component called with whatever a port publishes."""
    name = f"{write.__name__}_{port.get_full_name().replace('.', '_')}"
    port.connect(uvm_subscriber.uvm_AnalysisImp(name, parent, write))


def _edges(architecture: Architecture) -> list[tuple[str, int]]:
    return [(side, p) for side in SIDES for p in range(edge_length(architecture, side))]


class ChipEnv(uvm_env):
    """Everything around one mesh.

    Parameters
    ----------
    name, parent
    dut
        The module `mesh`.
    architecture : Architecture
    attached : tuple of str
    core : {"event", "neuron"}
        Microarchitecture of the cores.
    simulator : callable
        Makes the model of a network.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        *,
        dut: Any,
        architecture: Architecture,
        attached: tuple[str, ...],
        core: str = "event",
        simulator: Callable[..., Any] = Simulator,
    ) -> None:
        super().__init__(name, parent)
        self.dut = dut
        self.architecture, self.attached = architecture, attached
        self._core, self._simulator = core, simulator

    def build_phase(self) -> None:
        """Make all components."""
        dut, a = self.dut, self.architecture
        edges = _edges(a)
        open_edges = [edge for edge in edges if edge[0] not in self.attached]
        counters = CounterPins(dut, a.cores, open_edges)
        self.reset = ResetAgent("reset", self, dut, counters)
        self.config = ConfigAgent("config", self, dut, counters)
        self.ticks = TickAgent("ticks", self, dut, counters)
        self.idle = IdleMonitor("idle", self, dut)
        self.traces = [TraceMonitor(f"trace_{c}", self, dut, c) for c in range(a.cores)]
        self.senders: dict[tuple[str, int], SendAgent] = {}
        self.receivers: dict[tuple[str, int], ReceiveAgent] = {}
        for side, p in edges:
            if side in self.attached:
                into, out = f"{side}_in_{p}", f"{side}_out_{p}"
                self.senders[side, p] = SendAgent(into, self, StreamPort(dut, into))
                self.receivers[side, p] = ReceiveAgent(out, self, StreamPort(dut, out))
        self.scoreboard = Scoreboard("scoreboard", self, a, self._core)
        self.predictor = Predictor(
            "predictor",
            self,
            architecture=a,
            attached=self.attached,
            core=self._core,
            simulator=self._simulator,
        )

    def connect_phase(self) -> None:
        """Let model and scoreboard hear the monitors."""
        model, board = self.predictor, self.scoreboard
        subscribe(self.reset.monitor.resets, board, board.write_reset)
        subscribe(self.config.monitor.writes, model, model.write_config)
        # The scoreboard first: the model's answer makes it compare.
        subscribe(self.ticks.monitor.boundaries, board, board.write_boundary)
        subscribe(self.ticks.monitor.boundaries, model, model.write_boundary)
        subscribe(self.idle.idle, board, board.write_idle)
        for trace in self.traces:
            subscribe(trace.retirements, model, model.write_retirement)
            subscribe(trace.retirements, board, board.write_retirement)
        for sender in self.senders.values():
            subscribe(sender.monitor.transfers, model, model.write_packet)
            subscribe(sender.monitor.violations, board, board.write_violation)
        for receiver in self.receivers.values():
            subscribe(receiver.monitor.transfers, board, board.write_output)
            subscribe(receiver.monitor.violations, board, board.write_violation)
        subscribe(model.expected, board, board.write_expected)
