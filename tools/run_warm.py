"""A run that does not wait for the compiler: the reference starts, the compiled engine takes over.

Both do the same, to the bit, so nobody can tell from the results in which tick that was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from spikewright.golden import Architecture, Network, make_simulator
from spikewright.golden.engines import require

__all__ = ["Engine", "start_compiler"]


def start_compiler(architecture: Architecture) -> subprocess.Popen[bytes]:
    """Start a process that compiles numba's engine for chips of this kind, and return it."""
    text = json.dumps(architecture.with_mesh(1, 1).to_dict())
    command = [sys.executable, "-m", "spikewright.golden.fast_warm", text]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Engine:
    """An engine by name; the reference in its place while numba's is being compiled.

    Parameters
    ----------
    network : Network
    name : str
    threads : int or None
    patient : bool
        Whether to wait for the compiler, where there is still something to compile.
    feed : callable
        Hands a simulator the events that are still to come.
    core : {"event", "neuron"}, optional
        Of engine rtl.

    Members
    -------
    name : str
        Of the engine that runs at present.
    since : int or None
        The tick in which the compiled engine took over.
    simulator : Simulator or another engine
    """

    def __init__(
        self,
        network: Network,
        name: str,
        threads: int | None,
        *,
        patient: bool,
        feed: Callable[[Any], None],
        core: str | None = None,
    ) -> None:
        self.name = name
        self.since: int | None = None
        self._network, self._threads, self._feed = network, threads, feed
        self._compiler: Any = None
        if name == "numba":
            self._compile(patient=patient)
        self.simulator: Any = make_simulator(network, self.name, threads, core=core)

    def _compile(self, *, patient: bool) -> None:
        """Compile now, or have another process do it."""
        require("numba")
        from spikewright.golden.fast_warm import is_warm

        if patient or is_warm():
            # One silent core: loads, and compiles, all that the first tick would wait for.
            small = Network(self._network.architecture.with_mesh(1, 1))
            make_simulator(small, "numba", 1).run(1)
            return
        self.name = "numpy"
        self._compiler = start_compiler(self._network.architecture)

    def take_over(self) -> None:
        """Go on with the compiled engine, if it is there by now; called between two ticks."""
        if self._compiler is None or self._compiler.poll() is None:
            return
        worked = self._compiler.returncode == 0
        self._compiler = None
        if worked:
            state = self.simulator.state()
            self.name, self.since = "numba", state.tick
            self.simulator = make_simulator(self._network, "numba", self._threads)
            self.simulator.restore(state)
            self._feed(self.simulator)

    def close(self) -> None:
        """Let the compiler go, if the run ended before it did."""
        if self._compiler is not None:
            self._compiler.terminate()
            self._compiler.wait()
            self._compiler = None
