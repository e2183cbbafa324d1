"""One call for every engine: the reference, the fast one, and those that others bring.

``numpy`` is the readable reference, ``numba`` the same meaning compiled, on several threads. Any
other name is looked up among the entry points of the group ``spikewright.engines``, each a callable
that takes a network and ``threads`` and returns an object with the members of `Simulator`. The RTL
is there under the name ``rtl`` where the project is installed as a whole.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.errors import EngineError
from spikewright.golden.network import Network
from spikewright.golden.simulate import Simulator
from spikewright.golden.trace import Trace

__all__ = ["ENGINES", "EngineError", "make_simulator", "require", "simulate"]

ENGINES = ("numpy", "numba")
GROUP = "spikewright.engines"


def require(engine: str) -> None:
    """Raise an `EngineError` where what an engine needs is not installed."""
    if engine == "numba" and find_spec("numba") is None:
        raise EngineError(
            "engine numba must have the package numba, which is not installed: "
            "pip install 'spikewright[fast]'"
        )


def make_simulator(
    network: Network,
    engine: str = "numpy",
    threads: int | None = None,
    *,
    core: str | None = None,
) -> Any:
    """Return a simulator of a network before its first tick.

    Parameters
    ----------
    network : Network
    engine : str
        "numpy", "numba", or the name of an entry point.
    threads : int, optional
        For engines that use several; by default as many as there are processors.
    core : {"event", "neuron"}, optional
        Microarchitecture of the hardware's cores, for engine "rtl"; by default "event".

    Raises
    ------
    EngineError
        Where there is no such engine, or what it needs is not installed.
    """
    if threads is not None and threads < 1:
        raise EngineError(f"threads must be at least 1, not {threads}")
    if core is not None and engine in ENGINES:
        raise EngineError(f"core must come with an engine that is hardware, not with {engine}")
    if engine == "numpy":
        return Simulator(network)
    require(engine)
    if engine == "numba":
        from spikewright.golden.fast import FastSimulator

        return FastSimulator(network, threads=threads)
    for entry in entry_points(group=GROUP, name=engine):
        options = {} if core is None else {"core": core}
        return entry.load()(network, threads=threads, **options)
    others = sorted(entry.name for entry in entry_points(group=GROUP))
    raise EngineError(f"engine must be of {', '.join([*ENGINES, *others])}, not {engine!r}")


def simulate(
    network: Network,
    stimulus: NDArray[np.void] | None = None,
    ticks: int = 1,
    *,
    packets: NDArray[np.void] | None = None,
    record_potentials: bool = True,
    engine: str = "numpy",
    threads: int | None = None,
) -> Trace:
    """Run a network from its initial state.

    Parameters
    ----------
    network : Network
    stimulus : ndarray of SPIKE, optional
        Spikes on axons; those of later ticks than the run has are never seen.
    ticks : int
        At least 1.
    packets : ndarray of PACKET, optional
        Packets at the edges. Those of tick -1 count into tick 0's ``late`` and ``off_mesh``.
    record_potentials : bool
    engine : str
        See `make_simulator`. The results are the same, to the bit.
    threads : int, optional

    Returns
    -------
    Trace
    """
    if ticks < 1:
        raise ValueError(f"ticks must be at least 1, not {ticks}")
    simulator = make_simulator(network, engine, threads)
    if stimulus is not None:
        simulator.inject(stimulus)
    if packets is not None:
        simulator.inject_packets(packets)
    trace: Trace = simulator.trace(ticks, record_potentials=record_potentials)
    return trace
