"""One core alone in the RTL, fed with what it received in the golden model's run.

The compiled core is programmed anew for each core of a group. Whatever it does in each tick is
compared: all potentials, and with them the random draws, all spikes, all packets that it sends.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import PACKET, SIDES, Architecture
from spikewright.golden.fast_events import in_order
from spikewright.golden.mesh import Packets, route
from spikewright.tools.engine import compiled_chip
from spikewright.tools.replay_trace import Group
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.chip_run import ChipRun
from spikewright.verif.errors import ToolError

__all__ = ["replay_group"]


@functools.lru_cache(maxsize=1)
def _chip(architecture: Architecture, microarchitecture: str) -> ChipModel:
    return compiled_chip(architecture, SIDES, core=microarchitecture)


def replay_group(group: Group) -> list[dict[str, Any]]:
    """Run the cores of a group one after the other in the RTL.

    Parameters
    ----------
    group : Group

    Returns
    -------
    list of dict
        The first difference of each core that has one: its place, the tick, what differs, the
        neuron where it is one neuron's, and both values.
    """
    from spikewright.hdl.image import configuration_table

    chip = _chip(group.architecture, group.microarchitecture)
    network = group.network()
    table = configuration_table(network).reshape(len(group.places), -1, _columns(chip))
    found = []
    for core, (x, y) in enumerate(group.places):
        writes = table[core].copy()
        writes[:, 1] = 0
        chip.reset()
        chip.configure(writes)
        try:
            run = chip.run(len(group.potentials), _packets(group, core))
        except ToolError as fault:
            found.append({"x": x, "y": y, "tick": None, "what": "rule", "rtl": str(fault)})
            continue
        difference = _first_difference(group, core, run)
        if difference is not None:
            found.append({"x": x, "y": y, **difference})
    return found


def _columns(chip: ChipModel) -> int:
    return 3 + -(-chip.data_bits // 32)


def _rows(rows: NDArray[np.int64], core: int) -> NDArray[np.int64]:
    low, high = np.searchsorted(rows[:, 0], (core, core + 1))
    return rows[low:high]


def _packets(group: Group, core: int) -> NDArray[np.void]:
    """Return the core's inputs as packets over its west edge, each in the tick before its own."""
    rows = _rows(group.inputs, core)
    packets = np.zeros(len(rows), PACKET)
    packets["tick"] = rows[:, 1] - 1
    packets["side"] = "west"
    packets["slot"] = rows[:, 1] % group.architecture.delay_slots
    packets["axon"] = rows[:, 2]
    return packets


def _sent(group: Group, core: int, spikes: NDArray[np.bool_]) -> NDArray[np.void]:
    """Return the packets that leave the core for others when these neurons fire."""
    a, sends = group.architecture, group.sends
    ticks, neurons = np.nonzero(spikes)
    delay = sends["delay"][core][neurons]
    ticks, neurons, delay = ticks[delay > 0], neurons[delay > 0], delay[delay > 0]
    dx, dy, axon = (sends[name][core][neurons] for name in ("dx", "dy", "axon"))
    slot = (ticks + delay) % a.delay_slots
    here = np.zeros(len(ticks), np.int64)
    ends = route(a, Packets(x=here, y=here, dx=dx, dy=dy, slot=slot, axon=axon))
    packets = np.zeros(len(ticks), PACKET)
    packets["tick"], packets["slot"], packets["axon"] = ticks, slot, axon
    for name in ("side", "position", "dx", "dy"):
        packets[name] = getattr(ends, name)
    leaves = packets[ends.core < 0]
    return in_order(leaves, leaves["tick"])


def _first_difference(group: Group, core: int, run: ChipRun) -> dict[str, Any] | None:
    ticks, neurons = len(group.potentials), group.architecture.neurons
    spikes = np.zeros((ticks, neurons), np.bool_)
    fired = _rows(group.spikes, core)
    spikes[fired[:, 1], fired[:, 2]] = True
    assert run.potentials is not None
    found: list[dict[str, Any]] = []
    for what, golden, rtl in (
        ("potential", group.potentials[:, core], run.potentials[:, 0]),
        ("spike", spikes, run.spikes[:, 0]),
    ):
        wrong = golden != rtl
        if wrong.any():
            tick, neuron = (int(i) for i in np.unravel_index(np.argmax(wrong), wrong.shape))
            values = {"golden": int(golden[tick, neuron]), "rtl": int(rtl[tick, neuron])}
            found.append({"tick": tick, "what": what, "neuron": neuron, **values})
    for what, counted in (("late packets", run.late[:, 0]), ("refused writes", run.refused)):
        if counted.any():
            tick = int(np.argmax(counted > 0)) if what == "late packets" else 0
            found.append({"tick": tick, "what": what, "golden": 0, "rtl": int(counted.max())})
    sent = _sent(group, core, spikes)
    if not np.array_equal(sent, run.outputs):
        found.append(_packet_difference(sent, run.outputs))
    return min(found, key=lambda one: int(one["tick"]), default=None)


def _packet_difference(golden: NDArray[np.void], rtl: NDArray[np.void]) -> dict[str, Any]:
    """Return the first of two sorted lists of packets that are not the same."""
    both = min(len(golden), len(rtl))
    at = int(np.argmax(np.append(golden[:both] != rtl[:both], True)))
    first = [list(rows[at].item()) if at < len(rows) else None for rows in (golden, rtl)]
    tick = min(int(one[0]) for one in first if one is not None)
    return {"tick": tick, "what": "packet", "golden": first[0], "rtl": first[1]}
