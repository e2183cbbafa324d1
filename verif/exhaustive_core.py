"""Every case of the units around a core's neurons: scheduler, scan and configuration.

Each function runs one compiled unit through its cases and returns how many there were.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out

from spikewright.golden.architecture import Architecture
from spikewright.hdl.parameters import SPACES, accepted

from .exhaustive_scheduler import Script
from .rig import Int, Rig, compare, grid, signed_numbers, unit_component

__all__ = ["ODD", "Scheduler", "configuration", "look_up", "scheduler_control", "synapse_scan"]

ODD = Architecture(
    **{
        **Architecture.preset("tiny").to_dict(),
        "axons": 12,
        "neurons": 10,
        "axon_types": 3,
    }
)
"""No count is a power of two, so that there are numbers to refuse."""


class Scheduler(wiring.Component):
    """`scheduler_control` with its memory: what one says about spikes, only both together keep.

    Members
    -------
    delivery, load, slot, spikes, late, clearing
        Those of the unit.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.control = unit_component("scheduler_control", architecture)
        inner = {"row", "address", "write", "bits", "clear"}
        members = self.control.signature.members
        super().__init__({name: members[name] for name in members if name not in inner})

    def elaborate(self, platform: Any) -> Module:
        """Wire the two together."""
        del platform
        from spikewright.hdl.memories import SchedulerMemory

        m = Module()
        m.submodules.control = control = self.control
        m.submodules.memory = memory = SchedulerMemory(
            **accepted(SchedulerMemory, self.architecture)
        )
        for name in ("address", "write", "bits", "clear"):
            m.d.comb += getattr(memory, name).eq(getattr(control, name))
        m.d.comb += control.row.eq(memory.row)
        for name, member in self.signature.members.items():
            inside, outside = getattr(control, name), getattr(self, name)
            if not member.is_port:
                wiring.connect(m, wiring.flipped(outside), inside)
            elif member.flow == Out:
                m.d.comb += outside.eq(inside)
            else:
                m.d.comb += inside.eq(outside)
        return m


def scheduler_control(rig: Rig) -> int:
    """Every axon and row, set under every running row, before its start, in it, and after it.

    A script of cycles and what must be seen in each, see `Script`: packets before the first tick,
    packets in the same cycle as the start of a tick, late ones, two on one bit, all pairs of axons
    in each row, the reset of a full memory, and more late packets than the counter holds. An axon
    that the core does not have sets nothing.
    """
    a = rig.architecture
    script, axons = Script(a), range(1 << a.axon_bits)
    for axon in axons:
        for slot in range(a.delay_slots):
            script.reset()
            script.deliver(slot, axon)
            script.start(slot)
    for slot in range(a.delay_slots):
        for axon in axons:
            for running in range(a.delay_slots):
                script.start(running, (slot, axon))
                script.deliver(slot, axon)
                script.read_all(running)
        for axon in axons:
            for other in axons:
                script.start((slot + 1) % a.delay_slots)
                script.deliver(slot, axon)
                script.deliver(slot, other)
                script.start(slot)
    for slot in range(a.delay_slots):
        for axon in axons:
            script.deliver(slot, axon)
    script.reset()
    script.read_all(0)
    for _ in range(0x10001):
        script.deliver(0, 0)
    inputs, wanted = script.columns()
    payload = rig.pack("Delivery", {"slot": inputs.pop("packet_slot"), "axon": inputs.pop("axon")})
    rig.reset()
    got = rig.run({**inputs, "delivery__payload": payload})
    shown = {"cycle": np.arange(len(payload)), **inputs}
    compare(rig.unit, got, wanted, shown)
    return script.cases


def synapse_scan(rig: Rig) -> int:
    """Every set of axons that spiked and are connected, as one neuron's events."""
    a = rig.architecture
    # Sets in a row have most bits in common, so that in each tick some axons are silent.
    sets = np.arange(1 << a.axons).reshape(-1, a.neurons)
    spikes = np.bitwise_or.reduce(sets, axis=1)
    extra = np.random.default_rng(2).integers(0, 1 << a.axons, sets.shape)
    connected = sets | (extra & ~spikes[:, None])
    ticks = [_scan(a, sets[tick], connected[tick]) for tick in range(len(sets))]
    cycles = np.concatenate(ticks)
    counts = [len(tick) for tick in ticks]
    names = ("start", "synapses", "fetch", "fetched", "step", "end", "neuron", "axon")
    wanted = dict(zip(names, cycles.T, strict=True))
    got = rig.run(
        {
            "start": np.append(wanted["start"], 0),
            "spikes": np.append(np.repeat(spikes, counts), 0),
            "synapses": np.append(wanted["synapses"], 0),
            "step__ready": 1,
        }
    )
    # A step is on offer one cycle after it was found.
    out = {name: rig.field("Step", name, got["step__payload"][1:]) for name in names[-3:]}
    step, fetch = wanted["step"] > 0, wanted["fetch"] > 0
    event = step & (wanted["end"] == 0)
    known = fetch & (wanted["fetched"] < a.neurons)
    found = {
        "fetch": got["fetch"][:-1],
        "fetch_neuron": np.where(known, got["fetch_neuron"][:-1], 0),
        "valid": got["step__valid"][1:],
        "end": np.where(step, out["end"], 0),
        "neuron": np.where(step, out["neuron"], 0),
        "axon": np.where(event, out["axon"], 0),
    }
    right = {
        "fetch": fetch,
        "fetch_neuron": np.where(known, wanted["fetched"], 0),
        "valid": step,
        **{name: wanted[name] for name in names[-3:]},
    }
    compare(rig.unit, found, right, {"cycle": np.arange(len(cycles)), **wanted})
    return sets.size


def look_up(rig: Rig) -> int:
    """Every step, with what it asks of the memories, at full rate and under back-pressure."""
    a = rig.architecture
    axes = {"end": [0, 1], "axon": np.arange(a.axons), "neuron": np.arange(a.neurons)}
    count = 0
    for case in grid(axes):
        step = rig.pack("Step", case)
        got = rig.run({"step__valid": 1, "step__payload": step, "found__ready": 1})
        found = {"read": got["read"], "axon": got["axon"], "neuron": got["neuron"]}
        right = {"read": 1, "axon": case["axon"], "neuron": case["neuron"]}
        count += compare(rig.unit, found, right, case)
        rig.reset()
        taken, out = rig.stream("step", "found", {"step__payload": step}, 1)
        compare(rig.unit, {"found": out}, {"found": step[taken]}, {"step": taken})
    return count


def _scan(a: Architecture, sets: Int, connected: Int) -> Int:
    """Return a tick, cycle by cycle: start, the memory's answer, and what the scan must do.

    While a neuron is scanned the memory already answers for the next one. Two cycles after the
    start the steps begin: one for each event of a neuron in ascending order, and one for its end.
    """
    last = a.neurons - 1
    rows = [(1, 0, 1, 0, 0, 0, 0, 0), (0, int(connected[0]), 1, 1, 0, 0, 0, 0)]
    for neuron, events in enumerate(sets.tolist()):
        answer = int(connected[min(neuron + 1, last)])
        rows += [
            (0, answer, 0, 0, 1, 0, neuron, axon) for axon in range(a.axons) if events >> axon & 1
        ]
        rows.append((0, answer, int(neuron < last), neuron + 2, 1, 1, neuron, 0))
    return np.array(rows, np.int64)


_PLAIN = (
    "enable",
    "read",
    "busy",
    "retire",
    "address",
    "axon_type",
    "initial",
    "seed",
)


def configuration(rig: Rig) -> int:
    """Every write and read that a rule could refuse, by address, type, gamma, R, V, seed, time."""
    a = rig.architecture
    address = np.arange(1 << max(a.axon_bits, a.neuron_bits))
    signed = signed_numbers(a.potential_bits)
    seeds = [0, *(1 << np.arange(32)), 0xFFFFFFFF]
    common = {"enable": [0, 1], "read": [0, 1], "busy": [0, 1], "retire": [0, 1]}
    masks = np.arange(1 << a.mask_field_bits)
    spaces: dict[int, dict[str, Any]] = {
        SPACES["axon_types"]: {"address": address, "axon_type": np.arange(1 << a.type_bits)},
        SPACES["synapses"]: {"address": address},
        SPACES["parameters"]: {
            "address": address[:: len(address) - 1],
            "gamma": np.arange(4),
            "mask": masks,
            "R": signed,
        },
        SPACES["potential"]: {"address": address, "initial": signed},
        SPACES["seed"]: {"seed": seeds},
        5: {"address": address},
        6: {"address": address},
        7: {"address": address},
    }
    rig.reset()
    count = refused = 0
    for space, axes in spaces.items():
        for case in grid(common | axes):
            done, refused = _configure(rig, space, case, refused)
            count += done
    return count


def _configure(rig: Rig, space: int, case: dict[str, Int], refused: int) -> tuple[int, int]:
    a = rig.architecture
    rows = len(case["enable"])
    rng = np.random.default_rng(space)
    given = {
        "address": rng.integers(0, a.neurons, rows),
        "axon_type": rng.integers(0, a.axon_types, rows),
        "gamma": rng.integers(0, 3, rows),
        "mask": rng.integers(0, a.mask_bits + 1, rows),
        "R": np.zeros(rows, np.int64),
        "initial": np.zeros(rows, np.int64),
        "seed": np.ones(rows, np.int64),
        **case,
    }
    neuron = rng.integers(0, a.neurons, rows)
    low, high = a.potential_range
    potential = rng.integers(low, high + 1, rows)
    fire = {"reset_mode": given["gamma"], "mask": given["mask"], "reset_potential": given["R"]}
    pipeline_reads = {
        "fetch": rng.integers(0, 2, rows),
        "fetch_neuron": rng.integers(0, a.neurons, rows),
        "look_up": rng.integers(0, 2, rows),
        "look_up_axon": rng.integers(0, a.axons, rows),
        "look_up_neuron": rng.integers(0, a.neurons, rows),
    }
    got = rig.run(
        {
            "space": space,
            "parameters": rig.pack("Parameters", {f"fire.{k}": v for k, v in fire.items()}),
            "retire_neuron": neuron,
            "retire_potential": potential,
            **pipeline_reads,
            **{name: given[name] for name in _PLAIN},
        }
    )
    wanted, refused = _accepted(a, space, given, refused)
    reads = ("synapse_read", "synapse_read_neuron", "row_read", "row_read_axon", "row_read_neuron")
    bits = (1, a.neuron_bits, 1, a.axon_bits, a.neuron_bits)
    outside = (given["read"], given["address"], given["read"], *[given["address"]] * 2)
    for name, mine, its, width in zip(reads, outside, pipeline_reads.values(), bits, strict=True):
        wanted[name] = np.where(given["busy"] > 0, its, mine & ((1 << width) - 1))
    retire = given["retire"] > 0
    stores = retire | wanted.pop("stores")
    wanted["potential_write"] = stores
    found = {name: got[name] for name in wanted}
    # The answer to the row before the first is not known here.
    for name in ("answered", "denied"):
        found[name] = np.append(0, got[name][1:])
    for name, pipeline, initial in (
        ("potential_neuron", neuron, given["address"]),
        ("potential", potential, given["initial"]),
    ):
        wanted[name] = np.where(stores, np.where(retire, pipeline, initial), 0)
        found[name] = np.where(stores, got[name], 0)
    return compare(rig.unit, found, wanted, {"space": np.full(rows, space), **given}), refused


def _accepted(
    a: Architecture, space: int, given: dict[str, Int], refused: int
) -> tuple[dict[str, Any], int]:
    """Return what must be written, and the refused writes before each row and after the last."""
    low, high = a.potential_range
    rules = {
        0: (given["address"] < a.axons) & (given["axon_type"] < a.axon_types),
        1: given["address"] < a.neurons,
        2: (given["address"] < a.neurons)
        & (given["gamma"] < 3)
        & (given["mask"] <= a.mask_bits)
        & (low <= given["R"])
        & (given["R"] <= high),
        3: (given["address"] < a.neurons) & (low <= given["initial"]) & (given["initial"] <= high),
        4: given["seed"] != 0,
    }
    enable = given["enable"] > 0
    lawful = rules.get(space, np.zeros(len(enable), np.bool_))
    taken = enable & (given["busy"] == 0) & lawful
    read = (given["read"] > 0) & ~enable
    there = given["address"] < a.axons if space == 0 else given["address"] < a.neurons
    shown = read & (given["busy"] == 0) & (space <= 4) & (there | (space == 4))
    wrong = (enable & ~taken) | (read & ~shown)
    turned_down = refused + np.append(0, np.cumsum(wrong))
    turned_down = np.minimum(turned_down, 0xFFFF)
    names = ("type_write", "synapse_write", "parameter_write", "stores", "seed_write")
    wanted: dict[str, Any] = {name: taken & (space == k) for k, name in enumerate(names)}
    wanted["answered"] = np.append(0, (enable | read)[:-1])
    wanted["denied"] = np.append(0, wrong[:-1])
    return wanted | {"refused": turned_down[:-1]}, int(turned_down[-1])
