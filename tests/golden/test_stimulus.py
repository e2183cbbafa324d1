"""Events: building and checking."""

from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    PACKET,
    SPIKE,
    Architecture,
    Network,
    StimulusError,
    check_packets,
    check_spikes,
    make_packets,
    make_spikes,
)

MESH = Architecture.preset("tiny").with_mesh(3, 2)
NETWORK = Network(MESH, attached=("west", "east", "north", "south"))
SIDES = "west, east, north, south"


def refusal(function: Any, *arguments: Any) -> str:
    with pytest.raises(StimulusError) as error:
        function(*arguments)
    return str(error.value)


def test_make_spikes() -> None:
    spikes = make_spikes([(3, 1, 0, 15), [0, 0, 1, np.int16(2)]])
    assert spikes.dtype == SPIKE
    assert spikes.tolist() == [(3, 1, 0, 15), (0, 0, 1, 2)]


def test_make_packets() -> None:
    packets = make_packets([(-1, "west", 1, 2, -1, 15, 3)])
    assert packets.dtype == PACKET
    assert packets.tolist() == [(-1, "west", 1, 2, -1, 15, 3)]


def test_no_rows() -> None:
    assert make_spikes().shape == make_packets([]).shape == (0,)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([(0, 0, 0)], "spikes row 0 must be (tick, x, y, axon), not 3 values"),
        ([(0, 0, 0, 0), (0, 1.0, 0, 0)], "spikes row 1: x must be an integer, not 1.0"),
        ([(0, 0, 0, "7")], "spikes row 0: axon must be an integer, not '7'"),
        ([(0, 0, 2**31, 0)], f"spikes row 0: y must be in {-(2**31)}..{2**31 - 1}, not {2**31}"),
    ],
)
def test_refused_spike_rows(rows: list[Any], text: str) -> None:
    assert refusal(make_spikes, rows) == text


def test_refused_side() -> None:
    text = f"packets row 0: side must be of {SIDES}, not 'up'"
    assert refusal(make_packets, [(0, "up", 0, 0, 0, 0, 0)]) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ((-1, 0, 0, 0), "tick must be at least 0, not -1"),
        ((0, 3, 0, 0), "x must be in 0..2, not 3"),
        ((0, 0, 2, 0), "y must be in 0..1, not 2"),
        ((0, 0, 0, 16), "axon must be in 0..15, not 16"),
        ((0, 0, 0, -1), "axon must be in 0..15, not -1"),
    ],
)
def test_refused_spikes(row: tuple[int, ...], text: str) -> None:
    spikes = make_spikes([(0, 0, 0, 0), row])
    assert refusal(check_spikes, spikes, NETWORK) == f"spikes row 1: {text}"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ((-2, "west", 0, 0, 0, 0, 0), "tick must be at least -1, not -2"),
        ((0, "west", 2, 0, 0, 0, 0), "position must be in 0..1 at side west, not 2"),
        ((0, "east", -1, 0, 0, 0, 0), "position must be in 0..1 at side east, not -1"),
        ((0, "north", 3, 0, 0, 0, 0), "position must be in 0..2 at side north, not 3"),
        ((0, "south", 3, 0, 0, 0, 0), "position must be in 0..2 at side south, not 3"),
        ((0, "west", 0, -1, 0, 0, 0), "dx must be in 0..7 at side west, not -1"),
        ((0, "east", 0, 1, 0, 0, 0), "dx must be in -8..0 at side east, not 1"),
        ((0, "north", 0, 1, 0, 0, 0), "dx must be in 0..0 at side north, not 1"),
        ((0, "north", 0, 0, 1, 0, 0), "dy must be in -8..0 at side north, not 1"),
        ((0, "south", 0, -1, 0, 0, 0), "dx must be in 0..0 at side south, not -1"),
        ((0, "south", 0, 0, -1, 0, 0), "dy must be in 0..7 at side south, not -1"),
        ((0, "west", 0, 8, 0, 0, 0), "dx must be in 0..7 at side west, not 8"),
        ((0, "east", 0, 0, -9, 0, 0), "dy must be in -8..7 at side east, not -9"),
        ((0, "west", 0, 0, 0, 16, 0), "slot must be in 0..15, not 16"),
        ((0, "west", 0, 0, 0, 0, 16), "axon must be in 0..15, not 16"),
    ],
)
def test_refused_packets(row: tuple[Any, ...], text: str) -> None:
    packets = make_packets([(0, "west", 0, 0, 0, 0, 0), row])
    assert refusal(check_packets, packets, NETWORK) == f"packets row 1: {text}"


def test_limits_of_packets_are_allowed() -> None:
    check_packets(
        make_packets(
            [
                (-1, "west", 1, 7, -8, 15, 15),
                (0, "east", 0, -8, 7, 0, 0),
                (0, "north", 2, 0, -8, 0, 0),
                (0, "south", 2, 0, 7, 0, 0),
            ]
        ),
        NETWORK,
    )


def test_packets_need_an_attached_side() -> None:
    packets = make_packets([(0, "west", 0, 0, 0, 0, 0)])
    text = "packets row 0: side must be attached (none is), not 'west'"
    assert refusal(check_packets, packets, Network(MESH)) == text
    text = "packets row 0: side must be attached (east, south), not 'west'"
    assert refusal(check_packets, packets, Network(MESH, attached=("east", "south"))) == text


def test_events_must_be_arrays_of_their_type() -> None:
    text = (
        "spikes must be an array of one axis with the fields tick, x, y, axon, "
        "as make_spikes builds it"
    )
    assert refusal(check_spikes, [(0, 0, 0, 0)], NETWORK) == text
    assert refusal(check_spikes, make_packets(), NETWORK) == text
    assert refusal(check_spikes, make_spikes().reshape(0, 1), NETWORK) == text
    text = (
        "packets must be an array of one axis with the fields tick, side, position, dx, dy, slot, "
        "axon, as make_packets builds it"
    )
    assert refusal(check_packets, make_spikes(), NETWORK) == text
