"""Each unit of the router on its own, and proof that its bench can fail."""

from random import Random

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.hdl.verilog import component_verilog
from spikewright.verif.config_words import packet_word
from spikewright.verif.errors import ToolError
from spikewright.verif.rig import unit_component
from spikewright.verif.router_units import (
    ROUTER_UNITS,
    Observed,
    faults_of,
    packets_for,
    unit_named,
)
from spikewright.verif.transactions import Transfer
from spikewright.verif.unit_runs import run_unit

TRUENORTH = Architecture.preset("truenorth")
WORD = packet_word(TRUENORTH)


@pytest.mark.parametrize("unit", ROUTER_UNITS)
def test_every_pair_of_patterns(unit):
    report = run_unit(unit, seed=1)
    assert report.ok, report.to_dict()
    assert len(report.records) == 16
    inputs = len(ROUTER_UNITS[unit].inputs)
    assert report.total("packets") == 16 * 100 * 2 * inputs


@pytest.mark.parametrize("unit", ["input_buffer", "merge_north"])
def test_icarus_agrees(unit):
    report = run_unit(unit, "icarus", seed=2)
    assert report.ok, report.to_dict()


def test_a_fault_in_the_verilog_is_found():
    verilog = component_verilog(unit_component("forward_north", TRUENORTH), "forward_north")
    assert verilog.count("- $signed(2'h1)") == 1
    report = run_unit(
        "forward_north", verilog=verilog.replace("- $signed(2'h1)", "- $signed(3'h2)")
    )
    assert len(report.failed) == len(report.records) == 16
    assert report.failed[0].first[0].startswith("north: packet 0 must be 0x")


def test_unknown_units_are_refused():
    with pytest.raises(ToolError, match=r"^Unit must be one of input_buffer, .*, not 'core'$"):
        unit_named("core")


def seen(unit, **ports):
    """What was seen, from lists of (cycle, payload); everything seen was to be sent."""
    transfers = {
        name: [Transfer(name, payload, cycle) for cycle, payload in passed]
        for name, passed in ports.items()
    }
    inputs, outputs = ROUTER_UNITS[unit].inputs, ROUTER_UNITS[unit].outputs
    for name in (*inputs, *outputs):
        transfers.setdefault(name, [])
    sent = {name: [transfer.payload for transfer in transfers[name]] for name in inputs}
    offers = {name: [1] for name in transfers}
    return Observed(sent, transfers, offers)


def found(unit, unhindered=False, **ports):
    observed = seen(unit, **ports)
    return faults_of(ROUTER_UNITS[unit], observed, TRUENORTH, unhindered=unhindered)


def packet(dx=0, dy=0, slot=3, axon=7):
    return WORD.pack({"dx": dx, "dy": dy, "slot": slot, "axon": axon})


def test_nothing_is_wrong_with_what_is_right():
    into = [(5, packet(2, -1)), (6, packet(0, -1)), (7, packet())]
    out = {
        "east": [(5, packet(1, -1))],
        "south": [(6, packet())],
        "local": [(7, packet())],
    }
    assert found("from_local", core=into, **out) == []
    assert found("from_local", core=into, unhindered=True, **out) == []


def test_no_packets_are_a_fault():
    assert found("from_local") == ["0 packets went in, and 0 came out"]


def test_a_lost_packet():
    assert found("from_local", core=[(5, packet(1))]) == [
        "1 packets went in, and 0 came out",
        "east: 1 packets must pass, not 0",
    ]


def test_a_packet_that_did_not_go_in():
    observed = seen("to_local", packet=[(5, packet())], delivery=[(5, 3 | 7 << 4)])
    observed.sent["packet"].append(packet())
    faults = faults_of(ROUTER_UNITS["to_local"], observed, TRUENORTH, unhindered=False)
    assert faults == ["packet: 2 packets must go in, and 1 did"]


def test_a_wrong_turn_and_a_wrong_count():
    into = [(5, packet(1, 1))]
    assert found("from_local", core=into, north=[(5, packet(1))]) == [
        "east: 1 packets must pass, not 0",
        "north: 0 packets must pass, not 1",
    ]
    assert found("from_local", core=into, east=[(5, packet(1, 1))]) == [
        f"east: packet 0 must be 0x{packet(0, 1):x}, not 0x{packet(1, 1):x}"
    ]


def test_a_packet_out_of_time():
    into = [(5, packet(1))]
    assert found("from_local", core=into, east=[(6, packet())]) == [
        "east: packet 0 must pass in cycle 5, not 6"
    ]
    assert found("input_buffer", arrive=into, leave=into) == [
        "leave: packet 0 must not pass before cycle 6"
    ]


def test_packets_out_of_order():
    first, second = packet(axon=1), packet(axon=2)
    faults = found(
        "input_buffer", arrive=[(1, first), (2, second)], leave=[(3, second), (4, first)]
    )
    assert faults == [f"leave: packet 0 must be 0x{first:x}, not 0x{second:x}"]


def test_a_bubble_where_nobody_pauses():
    into = [(5, packet()), (7, packet())]
    out = [(5, 3 | 7 << 4), (7, 3 | 7 << 4)]
    assert found("to_local", packet=into, delivery=out) == []
    assert found("to_local", unhindered=True, packet=into, delivery=out) == [
        "packet: 2 packets must pass in as many cycles, not in 3"
    ]


def test_a_merge_that_makes_up_a_packet():
    faults = found("merge_east", local=[(5, 1)], through=[(7, 3)], link=[(5, 1), (6, 2)])
    assert faults == ["link: in cycle 6 no input gave a packet, and a packet left"]
    faults = found("merge_east", local=[(5, 1)], through=[(5, 3)], link=[(5, 1), (6, 2)])
    assert faults == ["link: in cycle 5 local and through gave a packet, and a packet left"]
    assert found("merge_east", local=[(5, 1)], link=[(5, 2)]) == [
        "link: local gave 0x1, and 0x2 left"
    ]


def test_an_unfair_merge():
    passed = {"through": [(1, 1), (2, 2)], "local": [(3, 3)]}
    assert found("merge_east", **passed, link=[(1, 1), (2, 2), (3, 3)]) == [
        "local: a packet that waits from cycle 1 to 3 must let through go ahead once at most, "
        "not 2 times"
    ]


@pytest.mark.parametrize("unit", ROUTER_UNITS)
def test_packets_are_such_as_can_come(unit):
    rng = Random(0)
    for port in ROUTER_UNITS[unit].inputs:
        packets = [
            WORD.unpack(p) for p in packets_for(ROUTER_UNITS[unit], port, TRUENORTH, 300, rng)
        ]
        if ROUTER_UNITS[unit].kind == "route":
            assert all(p["dx"] >= 0 for p in packets if port in ("west", "north", "south"))
            assert all(p["dx"] <= 0 for p in packets if port in ("east", "north", "south"))
            assert all(p["dy"] >= 0 for p in packets if port == "south")
            assert all(p["dy"] <= 0 for p in packets if port == "north")
        assert any(p["dx"] == p["dy"] == 0 for p in packets)
