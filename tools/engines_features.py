"""What a tick of the reference did, by name, so that agreement of engines can be seen to mean much.

The reference's own functions are asked once more, from the state before the tick.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, Simulator, TickResult
from spikewright.golden.crossbar import integrate
from spikewright.golden.fast_program import destinations
from spikewright.golden.mesh import Arrivals
from spikewright.golden.neuron import leak, limit, wrap

__all__ = ["FEATURES", "Watcher", "of_network"]

Int = NDArray[np.int64]

FEATURES = (
    "spike, gamma 0",
    "spike, gamma 1",
    "spike, gamma 2",
    "spike with eta > 0",
    "negative threshold, saturates",
    "negative bounce, gamma 0",
    "negative bounce, gamma 1",
    "negative bounce, gamma 2",
    "negative bounce with eta > 0",
    "potential at an inclusive bound",
    "stochastic synapse",
    "stochastic leak passes",
    "stochastic leak is held back",
    "leak with reversal at V < 0",
    "leak stops at zero",
    "upper clamp",
    "lower clamp",
    "synapses wrap",
    "leak wraps",
    "reset wraps",
    "packets merge",
    "late packet",
    "packet off the mesh",
    "packet out over an edge",
    "core at rest",
    "core wakes",
    "spike without a change of V",
    "core of plain and core of drawing neurons",
    "more than 64 cores",
    "weights beyond 16 bits",
    "several threads",
)
"""In the order of the report."""


def of_network(network: Network, threads: int) -> set[str]:
    """Return the features that a network has before its first tick."""
    a = network.architecture
    draws = (
        network.weight_stochastic.any(axis=(1, 2))
        | network.leak_stochastic.any(axis=1)
        | network.threshold_mask.any(axis=1)
    )
    named = {
        "core of plain and core of drawing neurons": draws.any() and not draws.all(),
        "more than 64 cores": a.cores > 64,
        "weights beyond 16 bits": a.weight_bits > 16,
        "several threads": threads > 1 and a.cores > 1,
    }
    return {name for name, found in named.items() if found}


class Watcher:
    """Looks at a reference simulator before and after each tick.

    Parameters
    ----------
    simulator : Simulator
    spikes : ndarray of SPIKE
        What it is stimulated with.

    Members
    -------
    found : set of str
        Of `FEATURES`.
    """

    def __init__(self, simulator: Simulator, spikes: NDArray[np.void]) -> None:
        self.found: set[str] = set()
        self._simulator, self._network = simulator, simulator.network
        self._spikes = spikes
        self._ends: Arrivals = destinations(simulator.network)
        self._rested = np.zeros(simulator.network.architecture.cores, dtype=np.bool_)

    def step(self) -> TickResult:
        """Run a tick, and note what it did."""
        simulator, network = self._simulator, self._network
        a = network.architecture
        active = simulator.scheduler[:, simulator.tick % a.delay_slots].copy()
        now = self._spikes[self._spikes["tick"] == simulator.tick]
        active[now["x"] + a.width * now["y"], now["axon"]] = True
        before, states = simulator.potentials.copy(), simulator.random_state.tolist()
        result = simulator.step()
        inputs = [integrate(network, core, active[core], states[core]) for core in range(a.cores)]
        synaptic, leak_draws, mask_draws = (
            np.stack([getattr(given, name) for given in inputs])
            for name in ("synaptic", "leak_draws", "mask_draws")
        )
        summed = before + synaptic
        settled = wrap(summed, a.potential_bits) if a.wrap else summed
        leaked = leak(network, settled, leak_draws)
        limited = limit(a, leaked)
        eta = mask_draws & ((1 << network.threshold_mask.astype(np.int64)) - 1)
        flags = {
            **self._leaks(settled, leak_draws),
            **self._limits(summed, settled, leaked, limited),
            **self._thresholds(limited, eta, result),
            "stochastic synapse": "stochastic synapse" in self.found or self._draws(active),
            "spike without a change of V": result.spikes & (result.potentials == before),
            "packets merge": self._merges(result),
            "late packet": result.late.any(),
            "packet off the mesh": result.off_mesh > 0,
            "packet out over an edge": len(result.outputs) > 0,
        }
        self._rest(active, before, result, flags)
        self.found |= {name for name, where in flags.items() if np.any(where)}
        return result

    def _leaks(self, settled: Int, draws: Int) -> dict[str, NDArray[np.bool_]]:
        network = self._network
        rate = network.leak.astype(np.int64)
        random, passes = network.leak_stochastic, np.abs(rate) >= draws
        beyond = (settled != 0) & (-rate > np.abs(settled)) & ~random
        return {
            "stochastic leak passes": random & passes & (rate != 0),
            "stochastic leak is held back": random & ~passes,
            "leak with reversal at V < 0": network.leak_reversal & (settled < 0) & (rate != 0),
            "leak stops at zero": network.leak_reversal & beyond,
        }

    def _draws(self, active: NDArray[np.bool_]) -> bool:
        """Return whether an active synapse is stochastic."""
        network = self._network
        for core in np.flatnonzero(network.weight_stochastic.any(axis=(1, 2))):
            axons = np.flatnonzero(active[core])
            stochastic = network.weight_stochastic[core][:, network.axon_types[core, axons]]
            if (network.synapses[core][:, axons] & stochastic).any():
                return True
        return False

    def _limits(
        self, summed: Int, settled: Int, leaked: Int, limited: Int
    ) -> dict[str, NDArray[np.bool_]]:
        if self._network.architecture.wrap:
            return {"synapses wrap": summed != settled, "leak wraps": leaked != limited}
        return {"upper clamp": leaked > limited, "lower clamp": leaked < limited}

    def _thresholds(
        self, limited: Int, eta: Int, result: TickResult
    ) -> dict[str, NDArray[np.bool_]]:
        network, mode = self._network, self._network.reset_mode
        fires, saturates = result.spikes, network.negative_saturate
        beta = network.negative_threshold.astype(np.int64)
        bound = -beta - np.where(saturates, 0, eta)
        below = ~fires & (limited < bound + network.architecture.inclusive)
        named = {f"spike, gamma {k}": fires & (mode == k) for k in range(3)}
        named |= {f"negative bounce, gamma {k}": below & ~saturates & (mode == k) for k in range(3)}
        constant = np.where(fires, network.reset_potential, -network.reset_potential)
        reset = (fires | (below & ~saturates)) & (mode == 0)
        return {
            **named,
            "spike with eta > 0": fires & (eta > 0),
            "negative bounce with eta > 0": below & ~saturates & (eta > 0),
            "negative threshold, saturates": below & saturates & (limited != bound),
            "potential at an inclusive bound": below & (limited == bound),
            "reset wraps": reset & (result.potentials != constant),
        }

    def _merges(self, result: TickResult) -> bool:
        network, ends = self._network, self._ends
        sent = (result.spikes & (network.delay > 0)).reshape(-1) & (ends.core >= 0)
        places = np.stack(
            [ends.core[sent], network.axon.reshape(-1)[sent], network.delay.reshape(-1)[sent]]
        )
        return bool(len(np.unique(places, axis=1).T) < places.shape[1])

    def _rest(
        self,
        active: NDArray[np.bool_],
        before: NDArray[np.int32],
        result: TickResult,
        flags: dict[str, NDArray[np.bool_] | bool],
    ) -> None:
        """Note cores in which nothing can happen until a spike comes, and those that it wakes."""
        network = self._network
        input_, quiet = active.any(axis=1), (result.potentials == before).all(axis=1)
        silent = ~result.spikes.any(axis=1) & ~network.leak_stochastic.any(axis=1)
        rests = ~input_ & quiet & silent & ~network.threshold_mask.any(axis=1)
        flags["core at rest"] = self._rested & rests
        flags["core wakes"] = self._rested & input_ & ~quiet
        self._rested = rests
