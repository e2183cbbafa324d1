"""Back-pressure for the units that a neuron passes: nothing is lost, doubled or changed.

All cases of these units are run at full rate. Here as many as matter are run again with idle cycles
and stalls at random; what passes must be what the unit has taken, in order.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from spikewright.golden.neuron import leak, limit, wrap

from .rig import Rig, compare, potentials, signed_numbers

__all__ = ["leak_stream", "sender_stream", "sum_stream"]

_ITEMS = 40_000


def leak_stream(rig: Rig) -> None:
    """Random neurons through `leak_and_clamp`."""
    a, rng = rig.architecture, np.random.default_rng(1)
    rig.reset()
    columns = {
        "potential": rng.choice(signed_numbers(a.potential_bits), _ITEMS),
        "leak.leak": rng.choice(signed_numbers(a.leak_bits), _ITEMS),
        "leak.stochastic": rng.integers(0, 2, _ITEMS),
        "leak.reversal": rng.integers(0, 2, _ITEMS),
        "leak_draw": rng.integers(0, 1 << a.leak_draw_bits, _ITEMS),
        "after.eta": rng.integers(0, 1 << a.mask_bits, _ITEMS),
    }
    items = {"integrated__payload": rig.pack("Integrated", columns)}
    taken, out = rig.stream("integrated", "leaked", items, 1)
    network: Any = SimpleNamespace(
        architecture=a,
        leak=columns["leak.leak"],
        leak_stochastic=columns["leak.stochastic"] > 0,
        leak_reversal=columns["leak.reversal"] > 0,
    )
    leaked = limit(a, leak(network, columns["potential"], columns["leak_draw"]))
    compare(rig.unit, {"neurons": [len(out)]}, {"neurons": len(taken)}, {})
    # Alpha is 0, so the upper threshold is eta.
    found = {name: rig.field("Leaked", name, out) for name in ("potential", "after.level")}
    right = {"potential": leaked[taken], "after.level": columns["after.eta"][taken]}
    compare(rig.unit, found, right, {"item": taken})


def sum_stream(rig: Rig) -> None:
    """Neurons with random events through `synaptic_integration`."""
    a, rng = rig.architecture, np.random.default_rng(2)
    rig.reset()
    # Unless sums wrap, weights so small that none can overflow, however many events happen to come
    # in a row.
    weights = signed_numbers(a.weight_bits) if a.wrap else np.arange(-2, 3)
    columns = {
        "end": (rng.random(_ITEMS) < 0.4).astype(np.int64),
        "weight": rng.choice(weights, _ITEMS),
        "stochastic": rng.integers(0, 2, _ITEMS),
        "draw": rng.integers(0, 4, _ITEMS),
        "potential": rng.choice(potentials(a), _ITEMS),
        "after.eta": rng.integers(0, 1 << a.mask_bits, _ITEMS),
    }
    taken, out = rig.stream(
        "event", "integrated", {"event__payload": rig.pack("Event", columns)}, 2
    )
    event = {name: column[taken] for name, column in columns.items()}
    unit = np.sign(event["weight"]) * (np.abs(event["weight"]) >= event["draw"])
    added = np.where(event["stochastic"] > 0, unit, event["weight"])
    end = event["end"] > 0
    ends = np.flatnonzero(end)
    sums = np.append(0, np.cumsum(np.where(end, 0, added))[ends])
    compare(rig.unit, {"neurons": [len(out)]}, {"neurons": len(ends)}, {})
    found = {name: rig.field("Integrated", name, out) for name in ("potential", "after.eta")}
    total = event["potential"][ends] + np.diff(sums)
    right = {
        "potential": wrap(total, a.potential_bits) if a.wrap else total,
        "after.eta": event["after.eta"][ends],
    }
    compare(rig.unit, found, right, {"item": taken[ends]})


def sender_stream(rig: Rig) -> None:
    """Random spikes through `spike_sender`."""
    a, rng = rig.architecture, np.random.default_rng(3)
    rig.reset()
    columns = {
        "spike": rng.integers(0, 2, _ITEMS),
        "destination.dx": rng.choice(signed_numbers(a.offset_bits), _ITEMS),
        "destination.dy": rng.choice(signed_numbers(a.offset_bits), _ITEMS),
        "destination.axon": rng.integers(0, a.axons, _ITEMS),
        "destination.delay": rng.integers(0, a.delay_slots, _ITEMS),
    }
    slot = rng.integers(0, a.delay_slots, _ITEMS)
    items = {"fired__payload": rig.pack("Fired", columns), "slot": slot}
    taken, out = rig.stream("fired", "packet", items, 3)
    sends = (columns["spike"] > 0) & (columns["destination.delay"] > 0)
    sent = taken[sends[taken]]
    compare(rig.unit, {"packets": [len(out)]}, {"packets": len(sent)}, {})
    right = {name: columns[f"destination.{name}"] for name in ("dx", "dy", "axon")}
    right["slot"] = (slot + columns["destination.delay"]) % a.delay_slots
    found = {name: rig.field("Packet", name, out) for name in right}
    compare(rig.unit, found, {name: c[sent] for name, c in right.items()}, {"item": sent})
