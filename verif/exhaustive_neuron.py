"""Every case of the units that a neuron passes, against the golden model.

Each function compiles one unit, runs it through all of its cases and returns how many there were.
Where all cases together are too many even for a tiny core, the docstring says which ones are run.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from spikewright.golden.architecture import Architecture
from spikewright.golden.neuron import fire_and_reset, leak, limit, wrap

from .exhaustive_streams import leak_stream, sender_stream, sum_stream
from .packing import field, pack, place
from .rig import Int, Rig, compare, grid, potentials, signed_numbers

__all__ = [
    "MICRO",
    "leak_and_clamp",
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


def _noise(rows: int, bits: int, seed: int) -> Int:
    """Return numbers for what a unit hands on without looking at it."""
    return np.random.default_rng(seed).integers(0, 1 << bits, rows)


def _network(architecture: Architecture, **arrays: Any) -> Any:
    """Return what the golden functions read of a network; they go element by element."""
    return SimpleNamespace(architecture=architecture, **arrays)


def leak_and_clamp(rig: Rig) -> int:
    """Every V that its register can hold, with every leak, draw, c and epsilon."""
    a = rig.architecture
    axes = {
        "V": signed_numbers(a.potential_bits),
        "leak": signed_numbers(a.leak_bits),
        "draw": np.arange(1 << a.leak_draw_bits),
        "stochastic": [0, 1],
        "reversal": [0, 1],
    }
    count = 0
    for case in grid(axes):
        rows = len(case["V"])
        after = _noise(rows, place(rig.layout("Integrated"), "after")[1], rows)
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
            a,
            leak=case["leak"],
            leak_stochastic=case["stochastic"] > 0,
            leak_reversal=case["reversal"] > 0,
        )
        out = got["leaked__payload"][1:]
        wanted = limit(a, leak(network, case["V"], case["draw"]))
        found = {
            "valid": got["leaked__valid"][1:],
            "ready": got["integrated__ready"][1:],
            "potential": rig.field("Leaked", "potential", out),
        }
        right: dict[str, Any] = {"valid": 1, "ready": 1, "potential": wanted}
        for name, column in _judged(rig, after).items():
            found[name], right[name] = rig.field("Leaked", f"after.{name}", out), column
        count += compare(rig.unit, found, right, case)
    leak_stream(rig)
    return count


def _judged(rig: Rig, after: Int) -> dict[str, Int]:
    """Return what a threshold needs, from what comes with a neuron's sum."""
    layout = rig.layout("Integrated")
    whole = pack(layout, {"after": after})
    inner = {
        name: field(layout, f"after.{name}", whole)
        for name in ("neuron", "eta", "destination", *(f"fire.{path}" for path in _FIRE.values()))
    }
    kappa = inner["fire.negative_saturate"] > 0
    return {
        "neuron": inner["neuron"],
        "destination": inner["destination"],
        "level": inner["fire.threshold"] + inner["eta"],
        "floor": inner["fire.negative_threshold"] + np.where(kappa, 0, inner["eta"]),
        "reset_mode": inner["fire.reset_mode"],
        "reset_potential": inner["fire.reset_potential"],
        "negative_saturate": inner["fire.negative_saturate"],
    }


def threshold_fire_reset(rig: Rig) -> int:
    """Every V, alpha, beta, eta, gamma, kappa and R of a micro core.

    For a core that is not so narrow: every V, eta, gamma and kappa with every alpha, and again with
    every beta; the others of these three follow from a fixed seed.
    """
    a = rig.architecture
    thresholds = np.arange(1 << a.threshold_bits)
    etas = np.arange(1 << a.mask_bits)
    common = {"V": potentials(a), "eta": etas, "gamma": [0, 1, 2], "kappa": [0, 1]}
    if a.threshold_bits <= MICRO.threshold_bits:
        every = {"alpha": thresholds, "beta": thresholds, "R": potentials(a)}
        return sum(_threshold(rig, case) for case in grid(common | every))
    count = 0
    for name, other in (("alpha", "beta"), ("beta", "alpha")):
        for number, case in enumerate(grid(common | {name: thresholds})):
            rng = np.random.default_rng(number)
            rows = len(case["V"])
            case[other] = rng.choice(thresholds, rows)
            case["R"] = rng.choice(potentials(a), rows)
            count += _threshold(rig, case)
    return count


def _threshold(rig: Rig, case: dict[str, Int]) -> int:
    rows = len(case["V"])
    neuron = _noise(rows, rig.architecture.neuron_bits, rows)
    destination = _noise(rows, rig.layout("Fired").width - 1, rows + 1)
    fields = {
        "potential": case["V"],
        "after.neuron": neuron,
        "after.level": case["alpha"] + case["eta"],
        "after.floor": case["beta"] + np.where(case["kappa"] > 0, 0, case["eta"]),
        "after.reset_mode": case["gamma"],
        "after.reset_potential": case["R"],
        "after.negative_saturate": case["kappa"],
        "after.destination": destination,
    }
    got = rig.run(
        {"leaked__valid": 1, "leaked__payload": rig.pack("Leaked", fields), "fired__ready": 1}
    )
    network = _network(
        rig.architecture,
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
    right: dict[str, Any] = {
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
    """Every weight and draw, stochastic or not, with every stored potential."""
    a = rig.architecture
    axes = {
        "potential": potentials(a),
        "weight": signed_numbers(a.weight_bits),
        "draw": np.arange(1 << a.weight_draw_bits),
        "stochastic": [0, 1],
    }
    count = 0
    for case in grid(axes):
        event = {name: case[name] for name in ("weight", "draw", "stochastic")}
        columns = {name: np.stack([values, values], 1).ravel() for name, values in event.items()}
        rows = len(columns["weight"])
        end = np.arange(rows) % 2
        after = _noise(rows, place(rig.layout("Integrated"), "after")[1], rows)
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
        total = case["potential"] + np.where(case["stochastic"] > 0, unit, case["weight"])
        found = {
            "valid": got["integrated__valid"][2::2],
            "early": got["integrated__valid"][1::2],
            "ready": got["event__ready"][:-1].reshape(-1, 2).min(1),
            "potential": rig.field("Integrated", "potential", out),
            "after": rig.field("Integrated", "after", out),
        }
        right: dict[str, Any] = {
            "valid": 1,
            "early": 0,
            "ready": 1,
            "potential": wrap(total, a.potential_bits) if a.wrap else total,
            "after": after[1::2],
        }
        count += compare(rig.unit, found, right, case)
    sum_stream(rig)
    return count


def spike_sender(rig: Rig) -> int:
    """Every destination, delay and slot, with a spike and without: a packet or none."""
    a = rig.architecture
    axes = {
        "slot": np.arange(a.delay_slots),
        "dx": signed_numbers(a.offset_bits),
        "dy": signed_numbers(a.offset_bits),
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
        right: dict[str, Any] = {
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
    sender_stream(rig)
    return count
