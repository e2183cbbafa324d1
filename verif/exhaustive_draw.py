"""Every kind of random draw, over more states than a test of a whole chip would see."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.random import sequence, top_bits

from .rig import Int, Rig, compare, grid, potentials, signed_numbers

__all__ = ["random_draw", "weigh"]


def random_draw(rig: Rig, passes: int = 128) -> int:
    """Every kind of step, over and over, so that its generator runs through 100,000 states.

    Kinds: an event or an end, each axon type, each set of stochastic weights, a stochastic leak or
    none, each TM. Back-pressure and idle cycles are mixed in: whatever passes must draw exactly
    what the specification says, in order. Then the generator starts anew from each seed of one bit.
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
    rig.reset()
    count = _draws(rig, {name: np.tile(kind, passes) for name, kind in kinds.items()}, 0xFFFFFFFF)
    for place in range(32):
        nothing = dict.fromkeys(rig.model.inputs, 0)
        rig.run({**nothing, "event__ready": 1, "seed_write": 1, "seed": 1 << place}, rows=2)
        count += _draws(rig, kinds, 1 << place)
    return count


def weigh(rig: Rig) -> int:
    """Every axon type with every set of stochastic weights, under back-pressure."""
    a = rig.architecture
    axes = {
        "type": np.arange(a.axon_types),
        "stochastic": np.arange(1 << a.axon_types),
        "axon": np.arange(a.axons),
        "end": [0, 1],
        "repeat": np.arange(8),
    }
    case = next(grid(axes))
    steps = len(case["type"])
    rng = np.random.default_rng(5)
    columns = {
        "stochastic": case["stochastic"],
        "leak.leak": rng.choice(signed_numbers(a.leak_bits), steps),
        "fire.threshold": rng.integers(0, 1 << a.threshold_bits, steps),
        "destination.axon": rng.integers(0, a.axons, steps),
    }
    for g in range(a.axon_types):
        columns[f"weights.{g}"] = rng.choice(signed_numbers(a.weight_bits), steps)
    step = {"end": case["end"], "axon": case["axon"], "neuron": rng.integers(0, a.neurons, steps)}
    potential = rng.choice(potentials(a), steps)
    rig.reset()
    taken, out = rig.stream(
        "step",
        "weighed",
        {
            "step__payload": rig.pack("Step", step),
            "axon_type": case["type"],
            "parameters": rig.pack("Parameters", columns),
            "potential": potential,
        },
        5,
    )
    weights = np.stack([columns[f"weights.{g}"] for g in range(a.axon_types)])
    wanted = {
        **step,
        "weight": weights[case["type"], np.arange(steps)],
        "stochastic": (case["stochastic"] >> case["type"]) & 1,
        "potential": potential,
        **{name: columns[name] for name in ("leak.leak", "fire.threshold", "destination.axon")},
    }
    compare(rig.unit, {"steps": [len(out)]}, {"steps": len(taken)}, {})
    found = {name: rig.field("Weighed", name, out) for name in wanted}
    right = {name: column[taken] for name, column in wanted.items()}
    return compare(rig.unit, found, right, {"step": taken})


def _draws(rig: Rig, case: dict[str, Int], seed: int) -> int:
    """Run steps with idle cycles and back-pressure, and hold what passed against the model."""
    a = rig.architecture
    steps = len(case["end"])
    rng = np.random.default_rng(seed)
    columns = {
        "end": case["end"],
        "stochastic": (case["stochastic"] >> case["axon_type"]) & 1,
        "weight": rng.choice(signed_numbers(a.weight_bits), steps),
        "potential": rng.choice(potentials(a), steps),
        "leak.stochastic": case["leak_stochastic"],
        "fire.mask": case["mask"],
        "leak.leak": rng.choice(signed_numbers(a.leak_bits), steps),
        "fire.threshold": rng.integers(0, 1 << a.threshold_bits, steps),
        "destination.axon": rng.integers(0, a.axons, steps),
    }
    inputs = {"weighed__payload": rig.pack("Weighed", columns), "seed_write": 0, "seed": 0}
    taken, out = rig.stream("weighed", "event", inputs, seed)
    compare(rig.unit, {"events": [len(out)]}, {"events": len(taken)}, {})
    found, right = _drawn(rig, {name: column[taken] for name, column in case.items()}, out, seed)
    handed = {
        "weight": columns["weight"],
        "potential": columns["potential"],
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
