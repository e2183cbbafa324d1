"""Every case of the units that a neuron passes, against the golden model.

Each function compiles one unit, runs it through all of its cases and returns how many there were.
Where all cases together are too many even for a tiny core, the docstring says which ones are run.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.neuron import clamp, fire_and_reset, leak
from spikewright.golden.random import sequence, top_bits

from .rig import Int, Rig, compare, grid

__all__ = [
    "MICRO",
    "leak_and_clamp",
    "random_draw",
    "spike_sender",
    "synaptic_integration",
    "threshold_fire_reset",
]

MICRO = Architecture(
    axons=2,
    neurons=2,
    axon_types=2,
    weight_bits=2,
    leak_bits=2,
    threshold_bits=3,
    mask_bits=2,
    potential_bits=5,
    delay_slots=2,
    offset_bits=2,
    width=1,
    height=1,
)
"""So narrow that a threshold stage has only a million different inputs."""


def _signed(bits: int) -> Int:
    """Return every number that so many bits hold in two's complement."""
    return np.arange(-(1 << (bits - 1)), 1 << (bits - 1))


def _potentials(architecture: Architecture) -> Int:
    """Return every potential that the clamp lets pass."""
    limit = architecture.potential_limit
    return np.arange(-limit, limit + 1)


def _noise(rows: int, bits: int, seed: int) -> Int:
    """Return numbers for what a unit hands on without looking at it."""
    return np.random.default_rng(seed).integers(0, 1 << bits, rows)


def _network(**arrays: Any) -> Any:
    """Return what the golden functions read of a network; they go element by element."""
    return SimpleNamespace(**arrays)


def leak_and_clamp(rig: Rig) -> int:
    """Every V that its register can hold, with every leak, draw, c and epsilon."""
    a = rig.architecture
    axes = {
        "V": _signed(a.potential_bits),
        "leak": _signed(a.leak_bits),
        "draw": np.arange(1 << a.leak_draw_bits),
        "stochastic": [0, 1],
        "reversal": [0, 1],
    }
    count = 0
    for case in grid(axes):
        rows = len(case["V"])
        after = _noise(rows, rig.layout("After").width, rows)
        payload = rig.pack(
            "Integrated",
            {
                "potential": case["V"],
                "leak.leak": case["leak"],
                "leak.stochastic": case["stochastic"],
                "leak.reversal": case["reversal"],
                "leak_draw": case["draw"],
                "after": after,
            },
        )
        # One cycle of latency: the last row brings out the one before.
        payload = np.concatenate([payload, payload[-1:]])
        got = rig.run({"integrated__valid": 1, "integrated__payload": payload, "leaked__ready": 1})
        network = _network(
            leak=case["leak"],
            leak_stochastic=case["stochastic"] > 0,
            leak_reversal=case["reversal"] > 0,
        )
        out = got["leaked__payload"][1:]
        wanted = clamp(leak(network, case["V"], case["draw"]), a.potential_limit)
        found = {
            "valid": got["leaked__valid"][1:],
            "ready": got["integrated__ready"][1:],
            "potential": rig.field("Leaked", "potential", out),
            "after": rig.field("Leaked", "after", out),
        }
        right = {"valid": 1, "ready": 1, "potential": wanted, "after": after}
        count += compare(rig.unit, found, right, case)
    return count


def threshold_fire_reset(rig: Rig) -> int:
    """Every V, alpha, beta, eta, gamma, kappa and R of the micro core.

    For a core that is not so narrow: every V, eta, gamma and kappa with every alpha, and again with
    every beta; the others of these three follow from a fixed seed.
    """
    a = rig.architecture
    thresholds = np.arange(1 << a.threshold_bits)
    etas = np.arange(1 << a.mask_bits)
    common = {"V": _potentials(a), "eta": etas, "gamma": [0, 1, 2], "kappa": [0, 1]}
    if a == MICRO:
        every = {"alpha": thresholds, "beta": thresholds, "R": _potentials(a)}
        return sum(_threshold(rig, case) for case in grid(common | every))
    count = 0
    for name, other in (("alpha", "beta"), ("beta", "alpha")):
        for number, case in enumerate(grid(common | {name: thresholds})):
            rng = np.random.default_rng(number)
            rows = len(case["V"])
            case[other] = rng.choice(thresholds, rows)
            case["R"] = rng.choice(_potentials(a), rows)
            count += _threshold(rig, case)
    return count


def _threshold(rig: Rig, case: dict[str, Int]) -> int:
    rows = len(case["V"])
    neuron = _noise(rows, rig.architecture.neuron_bits, rows)
    destination = _noise(rows, rig.layout("Fired").width - 1, rows + 1)
    fields = {
        "potential": case["V"],
        "after.neuron": neuron,
        "after.eta": case["eta"],
        "after.destination": destination,
    }
    for name, path in _FIRE.items():
        fields[f"after.fire.{path}"] = case[name]
    got = rig.run(
        {"leaked__valid": 1, "leaked__payload": rig.pack("Leaked", fields), "fired__ready": 1}
    )
    network = _network(
        threshold=case["alpha"],
        negative_threshold=case["beta"],
        reset_mode=case["gamma"],
        reset_potential=case["R"],
        negative_saturate=case["kappa"] > 0,
    )
    potential, spikes = fire_and_reset(network, case["V"], case["eta"])
    found = {
        "spike": got["spike"],
        "potential": got["potential"],
        "neuron": got["neuron"],
        "retire": got["retire"] & got["fired__valid"] & got["leaked__ready"],
        "fired.spike": rig.field("Fired", "spike", got["fired__payload"]),
        "fired.destination": rig.field("Fired", "destination", got["fired__payload"]),
    }
    right = {
        "spike": spikes,
        "potential": potential,
        "neuron": neuron,
        "retire": 1,
        "fired.spike": spikes,
        "fired.destination": destination,
    }
    return compare(rig.unit, found, right, case)


_FIRE = {
    "alpha": "threshold",
    "beta": "negative_threshold",
    "gamma": "reset_mode",
    "kappa": "negative_saturate",
    "R": "reset_potential",
}


def synaptic_integration(rig: Rig) -> int:
    """Every weight and draw, stochastic or not, with every stored potential: an event and an end."""
    a = rig.architecture
    axes = {
        "potential": _potentials(a),
        "weight": _signed(a.weight_bits),
        "draw": np.arange(1 << a.weight_draw_bits),
        "stochastic": [0, 1],
    }
    count = 0
    for case in grid(axes):
        event = {name: case[name] for name in ("weight", "draw", "stochastic")}
        columns = {name: np.stack([values, values], 1).ravel() for name, values in event.items()}
        rows = len(columns["weight"])
        end = np.arange(rows) % 2
        after = _noise(rows, rig.layout("Integrated").width - a.potential_bits - 1, rows)
        after &= (1 << 48) - 1
        payload = rig.pack(
            "Event",
            {
                **columns,
                "end": end,
                "potential": np.repeat(case["potential"], 2),
                "after": after,
            },
        )
        payload = np.concatenate([payload, payload[-1:]])
        got = rig.run({"event__valid": 1, "event__payload": payload, "integrated__ready": 1})
        # A row's result stands in the next row: those of the ends are in rows 2, 4, 6, ...
        out = got["integrated__payload"][2::2]
        unit = np.sign(case["weight"]) * (np.abs(case["weight"]) >= case["draw"])
        added = np.where(case["stochastic"] > 0, unit, case["weight"])
        found = {
            "valid": got["integrated__valid"][2::2],
            "early": got["integrated__valid"][1::2],
            "ready": got["event__ready"][:-1].reshape(-1, 2).min(1),
            "potential": rig.field("Integrated", "potential", out),
            "after": rig.field("Integrated", "after", out),
        }
        right = {
            "valid": 1,
            "early": 0,
            "ready": 1,
            "potential": case["potential"] + added,
            "after": after[1::2],
        }
        count += compare(rig.unit, found, right, case)
    return count


def random_draw(rig: Rig, passes: int = 128) -> int:
    """Every kind of step, over and over, so that its generator runs through 100,000 states.

    Kinds: an event or an end, each axon type, each set of stochastic weights, a stochastic leak or
    none, each TM. Back-pressure and idle cycles are mixed in: whatever passes must draw exactly what
    the specification says, in order. Then the generator starts anew from each seed of one bit.
    """
    a = rig.architecture
    axes = {
        "end": [0, 1],
        "axon_type": np.arange(a.axon_types),
        "mask": np.arange(a.mask_bits + 1),
        "leak_stochastic": [0, 1],
        "stochastic": np.arange(1 << a.axon_types),
    }
    kinds = next(grid(axes))
    rig.model.reset()
    count = _draws(rig, {name: np.tile(kind, passes) for name, kind in kinds.items()}, 0xFFFFFFFF)
    for place in range(32):
        nothing = dict.fromkeys(rig.model.inputs, 0)
        rig.run({**nothing, "event__ready": 1, "seed_write": 1, "seed": 1 << place}, rows=2)
        count += _draws(rig, kinds, 1 << place)
    return count


def _draws(rig: Rig, case: dict[str, Int], seed: int) -> int:
    """Run steps with idle cycles and back-pressure, and hold what passed against the model."""
    a = rig.architecture
    steps = len(case["end"])
    rng = np.random.default_rng(seed)
    columns = {
        "stochastic": case["stochastic"],
        "leak.stochastic": case["leak_stochastic"],
        "fire.mask": case["mask"],
        "leak.leak": rng.choice(_signed(a.leak_bits), steps),
        "fire.threshold": rng.integers(0, 1 << a.threshold_bits, steps),
        "destination.axon": rng.integers(0, a.axons, steps),
    }
    for g in range(a.axon_types):
        columns[f"weights.{g}"] = rng.choice(_signed(a.weight_bits), steps)
    potential = rng.choice(_potentials(a), steps)
    inputs = {
        "step__payload": rig.pack("Step", {"end": case["end"]}),
        "axon_type": case["axon_type"],
        "parameters": rig.pack("Parameters", columns),
        "potential": potential,
    }
    # Three cycles a step: it comes in one of them, and is missed where the unit is not ready. Two
    # more at the end bring out what is inside.
    valid, ready = np.zeros((steps, 3), np.int64), np.ones((steps, 3), np.int64)
    valid[np.arange(steps), rng.integers(0, 3, steps)] = 1
    ready[:, 0] = rng.integers(0, 2, steps)
    valid, ready = np.append(valid, [0, 0]), np.append(ready, [1, 1])
    rows = np.append(np.repeat(np.arange(steps), 3), [0, 0])
    got = rig.run(
        {
            **{name: column[rows] for name, column in inputs.items()},
            "step__valid": valid,
            "event__ready": ready,
            "seed_write": 0,
            "seed": 0,
        }
    )
    taken = rows[np.flatnonzero(valid & got["step__ready"])]
    out = got["event__payload"][np.flatnonzero(ready & got["event__valid"])]
    compare(rig.unit, {"events": [len(out)]}, {"events": len(taken)}, {})
    found, right = _drawn(rig, {name: column[taken] for name, column in case.items()}, out, seed)
    weights = np.stack([columns[f"weights.{g}"] for g in range(a.axon_types)])
    handed = {
        "weight": weights[case["axon_type"], np.arange(steps)],
        "potential": potential,
        "leak.leak": columns["leak.leak"],
        "after.fire.threshold": columns["fire.threshold"],
        "after.destination.axon": columns["destination.axon"],
    }
    for path, column in handed.items():
        found[path], right[path] = rig.field("Event", path, out), column[taken]
    shown = {name: column[taken] for name, column in case.items()} | {"step": taken}
    return compare(rig.unit, found, right, shown)


def _drawn(
    rig: Rig, case: dict[str, Int], out: Any, seed: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the random numbers that events carry, and those they must; zero where none is used."""
    a = rig.architecture
    end = case["end"] > 0
    stochastic = (case["stochastic"] >> case["axon_type"]) & 1 > 0
    synapse = ~end & stochastic
    leaks, masked = end & (case["leak_stochastic"] > 0), end & (case["mask"] > 0)
    draws = (synapse | leaks).astype(np.int64) + masked
    last = np.cumsum(draws)
    # Entry k is the state after k draws.
    states = np.append(np.uint32(seed), sequence(seed, int(last[-1])))
    first = states[last - draws + (draws > 0)]
    eta = top_bits(states[last], a.threshold_draw_bits) & ((1 << case["mask"]) - 1)
    right = {
        "draw": np.where(synapse, top_bits(first, a.weight_draw_bits), 0),
        "leak_draw": np.where(leaks, top_bits(first, a.leak_draw_bits), 0),
        "eta": np.where(masked, eta, 0),
        "stochastic": synapse,
        "end": end,
    }
    found = {
        "draw": np.where(synapse, rig.field("Event", "draw", out), 0),
        "leak_draw": np.where(leaks, rig.field("Event", "leak_draw", out), 0),
        "eta": np.where(end, rig.field("Event", "after.eta", out), 0),
        "stochastic": np.where(end, 0, rig.field("Event", "stochastic", out)),
        "end": rig.field("Event", "end", out),
    }
    return found, right


def spike_sender(rig: Rig) -> int:
    """Every destination, delay and slot, with a spike and without: a packet or none."""
    a = rig.architecture
    axes = {
        "slot": np.arange(a.delay_slots),
        "dx": _signed(a.offset_bits),
        "dy": _signed(a.offset_bits),
        "axon": np.arange(a.axons),
        "delay": np.arange(a.delay_slots),
        "spike": [0, 1],
    }
    count = 0
    for case in grid(axes):
        payload = rig.pack(
            "Fired",
            {
                "spike": case["spike"],
                **{f"destination.{name}": case[name] for name in ("dx", "dy", "axon", "delay")},
            },
        )
        slot = np.append(case["slot"], 0)
        got = rig.run(
            {
                "fired__valid": 1,
                "fired__payload": np.append(payload, payload[-1:]),
                "packet__ready": 1,
                "slot": slot,
            }
        )
        sends = (case["spike"] > 0) & (case["delay"] > 0)
        out = got["packet__payload"][1:]
        right = {
            "valid": sends,
            "busy": sends,
            "ready": 1,
            "dx": case["dx"],
            "dy": case["dy"],
            "slot": (case["slot"] + case["delay"]) % a.delay_slots,
            "axon": case["axon"],
        }
        found = {
            "valid": got["packet__valid"][1:],
            "busy": got["busy"][1:],
            "ready": got["fired__ready"][1:],
        }
        for name in ("dx", "dy", "slot", "axon"):
            found[name] = np.where(sends, rig.field("Packet", name, out), right[name])
        count += compare(rig.unit, found, right, case)
    return count
