"""Every case of the router's units that keep no state, and of its buffer, against the golden mesh.

One router is a mesh of one core: where the golden model lets a packet leave it, and with how many
steps still to go, is where the unit must send it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.golden.mesh import Packets, route

from .rig import Int, Rig, compare, grid

__all__ = ["ROUTING", "input_buffer", "routing", "to_local"]

ROUTING: dict[str, tuple[str, tuple[str, ...]]] = {
    "from_local": ("core", ("east", "west", "north", "south", "local")),
    "forward_east": ("west", ("east", "north", "south", "local")),
    "forward_west": ("east", ("west", "north", "south", "local")),
    "forward_north": ("south", ("north", "local")),
    "forward_south": ("north", ("south", "local")),
}
"""Input and outputs of each unit that routes."""


def _offsets(rig: Rig, came: str) -> tuple[Int, Int]:
    """Return dx and dy of the packets that can come over an input: x first, then y."""
    reach = rig.architecture.offset_range
    every = np.arange(reach[0], reach[1] + 1)
    zero = np.zeros(1, np.int64)
    return {
        "core": (every, every),
        "west": (every[every >= 0], every),
        "east": (every[every <= 0], every),
        "south": (zero, every[every >= 0]),
        "north": (zero, every[every <= 0]),
    }[came]


def routing(rig: Rig) -> int:
    """Every packet that can come, and none, with every pattern of ready outputs."""
    a = rig.architecture
    came, outputs = ROUTING[rig.unit]
    dx, dy = _offsets(rig, came)
    axes: dict[str, Any] = {
        "dx": dx,
        "dy": dy,
        "slot": np.arange(a.delay_slots),
        "axon": np.arange(a.axons),
        "valid": [0, 1],
        **{f"{side}__ready": [0, 1] for side in outputs},
    }
    return sum(_route(rig, case) for case in grid(axes))


def _route(rig: Rig, case: dict[str, Int]) -> int:
    came, outputs = ROUTING[rig.unit]
    names = ("dx", "dy", "slot", "axon")
    got = rig.run(
        {
            f"{came}__valid": case["valid"],
            f"{came}__payload": rig.pack("Packet", {name: case[name] for name in names}),
            **{name: case[name] for name in case if name.endswith("__ready")},
        }
    )
    zero = np.zeros_like(case["dx"])
    packets = Packets(x=zero, y=zero, **{name: case[name] for name in names})
    ends = route(rig.architecture.with_mesh(1, 1), packets)
    valid = case["valid"] > 0
    found: dict[str, Any] = {}
    right: dict[str, Any] = {}
    ready = np.zeros_like(valid)
    steps = {"dx": ends.dx, "dy": ends.dy, "slot": case["slot"], "axon": case["axon"]}
    for side in outputs:
        here = valid & (ends.side == ("" if side == "local" else side))
        ready |= here & (case[f"{side}__ready"] > 0)
        found[f"{side}.valid"], right[f"{side}.valid"] = got[f"{side}__valid"], here
        for name in names:
            value = rig.field("Packet", name, got[f"{side}__payload"])
            found[f"{side}.{name}"] = np.where(here, value, 0)
            right[f"{side}.{name}"] = np.where(here, steps[name], 0)
    found["ready"], right["ready"] = np.where(valid, got[f"{came}__ready"], 0), ready
    return compare(rig.unit, found, right, case)


def to_local(rig: Rig) -> int:
    """Every packet, and none, with and without back-pressure."""
    count = 0
    for case in grid(
        {
            "packet": np.arange(1 << rig.layout("Packet").width),
            "valid": [0, 1],
            "ready": [0, 1],
        }
    ):
        got = rig.run(
            {
                "packet__valid": case["valid"],
                "packet__payload": case["packet"],
                "delivery__ready": case["ready"],
            }
        )
        valid = case["valid"] > 0
        found = {
            "valid": got["delivery__valid"],
            "ready": np.where(valid, got["packet__ready"], 0),
        }
        right: dict[str, Any] = {"valid": valid, "ready": valid & (case["ready"] > 0)}
        for name in ("slot", "axon"):
            value = rig.field("Delivery", name, got["delivery__payload"])
            found[name] = np.where(valid, value, 0)
            right[name] = np.where(valid, rig.field("Packet", name, case["packet"]), 0)
        count += compare(rig.unit, found, right, case)
    return count


def input_buffer(rig: Rig, length: int = 8) -> int:
    """Every sequence of eight cycles, with and without a packet, with and without back-pressure."""
    sequences = np.arange(4**length)
    moves = (sequences[:, None] >> (2 * np.arange(length))) & 3
    # One cycle of reset ahead of each sequence.
    arrives = np.c_[np.zeros_like(sequences), moves & 1]
    leaves = np.c_[np.zeros_like(sequences), moves >> 1]
    reset = np.c_[np.ones_like(sequences), np.zeros_like(moves)]
    number = np.broadcast_to(np.arange(length + 1), arrives.shape)
    got = rig.run(
        {
            "rst": reset.ravel(),
            "arrive__valid": arrives.ravel(),
            "arrive__payload": number.ravel(),
            "leave__ready": leaves.ravel(),
        }
    )
    shape = arrives.shape
    inside = np.zeros(len(sequences), np.int64)
    oldest, newest = np.zeros((2, len(sequences)), np.int64)
    found: dict[str, Any] = {
        name: got[port].reshape(shape)[:, 1:]
        for name, port in (
            ("ready", "arrive__ready"),
            ("valid", "leave__valid"),
            ("packet", "leave__payload"),
            ("occupied", "occupied"),
        )
    }
    for cycle in range(length):
        valid = inside > 0
        right = {
            "ready": inside < 2,
            "valid": valid,
            "occupied": valid,
            "packet": np.where(valid, oldest, 0),
        }
        now = {name: column[:, cycle] for name, column in found.items()}
        now["packet"] = np.where(valid, now["packet"], 0)
        shown = {"sequence": sequences, "cycle": np.full_like(sequences, cycle)}
        compare(rig.unit, now, right, shown)
        leaving = valid & (leaves[:, cycle + 1] > 0)
        coming = (arrives[:, cycle + 1] > 0) & (inside < 2)
        inside = inside - leaving
        oldest = np.where(leaving, newest, oldest)
        oldest = np.where(coming & (inside == 0), cycle + 1, oldest)
        newest = np.where(coming & (inside == 1), cycle + 1, newest)
        inside = inside + coming
    return len(sequences)
