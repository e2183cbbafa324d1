"""What counts as a difference, with chips that are the golden model and lie on purpose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, random_network, random_packets, random_spikes
from spikewright.tools.difference import COUNTER_LIMIT, Difference, Judge
from spikewright.tools.lockstep import Lockstep
from spikewright.tools.ticklog import TickLog

ARCHITECTURE = Architecture.preset("tiny")
TICKS = 20


@pytest.fixture(scope="module")
def network():
    return random_network(ARCHITECTURE, 5, attached=("west", "east"))


@pytest.fixture(scope="module")
def events(network):
    return {
        "spikes": random_spikes(network, 5, TICKS),
        "packets": random_packets(network, 5, TICKS),
    }


def at(tick, change):
    """Return what spoils a run in one tick; `change` gets the arrays and the tick's row."""

    def spoil(values: dict[str, Any], first: int) -> None:
        if first <= tick < first + len(values["cycles"]):
            change(values, tick - first)

    return spoil


def run(network, events, chip, chunk=8, ticks=TICKS):
    both = Lockstep(network, chip, **events)
    spans = list(both.spans(ticks, chunk))
    return spans, spans[-1].difference


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_equal_engines_agree_in_any_chunks(network, events, golden_chip, chunk):
    spans, difference = run(network, events, lambda: golden_chip(network), chunk)
    assert difference is None
    assert sum(len(span.golden.late) for span in spans) == TICKS
    assert sum(len(span.golden.outputs) for span in spans) > 0
    assert sum(int(span.golden.late.sum()) for span in spans) > 0


@pytest.mark.parametrize("chunk", [1, 7, 64])
@pytest.mark.parametrize("tick", [0, 6, 19])
def test_potential(network, events, golden_chip, tick, chunk):
    def change(values, row):
        values["potentials"][row, 2, 3] += 1
        values["potentials"][row, 3, 0] += 5

    _, difference = run(
        network, events, lambda: golden_chip(network, at(tick, change)), chunk=chunk
    )
    assert difference.place == f"tick {tick}, core (0, 1), neuron 3"
    assert difference.rtl["potential"] == difference.golden["potential"] + 1
    assert difference.rtl["spike"] == difference.golden["spike"]
    assert difference.also == ("and 1 more neuron",)


def test_spike_alone(network, events, golden_chip):
    def change(values, row):
        values["spikes"][row, 1, 15] ^= True

    _, difference = run(network, events, lambda: golden_chip(network, at(9, change)))
    assert (difference.tick, difference.core, difference.neuron) == (9, (1, 0), 15)
    assert difference.rtl["spike"] != difference.golden["spike"]
    assert difference.also == ()


def test_earlier_tick_goes_before_a_neuron(network, events, golden_chip):
    def change(values, row):
        values["late"][row, 3] += 1
        values["potentials"][row + 1] += 1

    _, difference = run(network, events, lambda: golden_chip(network, at(8, change)))
    assert (difference.tick, difference.what, difference.core) == (8, "late", (1, 1))
    assert difference.sentence().startswith("tick 8, core (1, 1): RTL late ")


def test_counters_are_named_beside_a_neuron(network, events, golden_chip):
    def change(values, row):
        values["off_mesh"][row] += 2
        values["potentials"][row, 0, 0] += 1

    _, difference = run(network, events, lambda: golden_chip(network, at(3, change)))
    assert difference.what == "neuron"
    (other,) = difference.also
    assert other.startswith("off_mesh of tick 3: RTL off_mesh ")


def test_packet_that_is_lost(network, events, golden_chip):
    lost = []

    def change(values, _row):
        lost.append(values["outputs"][0].item())
        values["outputs"] = values["outputs"][1:]

    _, difference = run(network, events, lambda: golden_chip(network, at(0, change)), chunk=TICKS)
    tick, side, position, dx, dy, slot, axon = lost[0]
    name = (
        f"packets (tick {tick} side {side} position {position} dx {dx} dy {dy} slot {slot} "
        f"axon {axon})"
    )
    assert (difference.what, difference.tick) == ("packets", max(tick, 0))
    assert difference.golden[name] == difference.rtl[name] + 1


def test_error_counters_must_stay_at_zero(network, events, golden_chip):
    def change(values, _row):
        values["refused"][1] = 4

    _, difference = run(network, events, lambda: golden_chip(network, at(2, change)))
    assert difference.what == "error counter"
    assert difference.sentence() == "tick 7, core (1, 0): RTL refused 4; golden refused 0"


@pytest.mark.parametrize("chunk", [1, 5, 64])
def test_tick_that_is_broken_off(network, events, golden_chip, chunk):
    spans, difference = run(
        network, events, lambda: golden_chip(network, breaks_in=11), chunk=chunk
    )
    assert difference.sentence() == "tick 11: Tick 11 must be over within 9 cycles, and is not"
    assert (spans[-1].rtl, spans[-1].first_tick) == (None, 11)
    log = TickLog(ARCHITECTURE.neurons)
    for span in spans:
        log.add(span)
    assert len(log) == 12
    assert log.columns()["cycles"][-1] == -1
    assert (log.fit().lowest, log.fit().highest) == (7, 7)


def test_difference_before_a_tick_that_is_broken_off(network, events, golden_chip):
    def change(values, row):
        values["potentials"][row, 0, 7] -= 1

    _, difference = run(
        network, events, lambda: golden_chip(network, at(10, change), breaks_in=12), chunk=64
    )
    assert difference.place == "tick 10, core (0, 0), neuron 7"


def test_counters_are_compared_as_far_as_the_hardware_counts(network):
    """The golden model drops one more than the counter holds, and then another."""
    from types import SimpleNamespace

    def tick(first, golden_late, rtl_late):
        shape = (1, ARCHITECTURE.cores, ARCHITECTURE.neurons)
        late = np.zeros((1, ARCHITECTURE.cores), np.int64)
        late[0, 0] = golden_late
        seen = np.zeros_like(late)
        seen[0, 0] = rtl_late
        common = {
            "spikes": np.zeros(shape, bool),
            "potentials": np.zeros(shape, np.int32),
            "off_mesh": np.zeros(1, np.int64),
            "outputs": np.empty(0, dtype=[("tick", np.int64)]),
        }
        errors = {name: np.zeros(ARCHITECTURE.cores, np.uint16) for name in ("overrun", "refused")}
        rtl = SimpleNamespace(late=seen, first_tick=first, cycles=[1], **common, **errors)
        return SimpleNamespace(late=late, **common), rtl

    judge = Judge(network)
    assert judge.first_difference(*tick(0, COUNTER_LIMIT, COUNTER_LIMIT)) is None
    assert judge.first_difference(*tick(1, 1, 0)) is None
    judge = Judge(network)
    found = judge.first_difference(*tick(0, COUNTER_LIMIT, COUNTER_LIMIT - 1))
    assert isinstance(found, Difference)
    assert found.rtl == {"late": COUNTER_LIMIT - 1}


def test_chip_is_closed(network, events, golden_chip):
    chips = []

    def make():
        chips.append(golden_chip(network, breaks_in=5))
        return chips[-1]

    both = Lockstep(network, make, **events)
    list(both.spans(TICKS, 8))
    both.close()
    assert [chip.closed for chip in chips] == [True, True]
