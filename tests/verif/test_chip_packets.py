"""Packets as the bits that a chip's ports carry, and spikes as packets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.golden.stimulus import make_packets, make_spikes
from spikewright.verif.chip_packets import PacketCodec, packets_from_spikes
from spikewright.verif.errors import ToolError

ARCHITECTURE = replace(Architecture.preset("tiny"), neurons=8, axons=8, delay_slots=4)


def test_packets_to_bits_and_back() -> None:
    codec = PacketCodec(ARCHITECTURE, [("west", 0), ("north", 1)])
    packets = make_packets([(5, "north", 1, -8, 7, 3, 6), (6, "west", 0, 0, -1, 0, 7)])
    ports, payloads = codec.encode(packets)
    assert ports.tolist() == [1, 0]
    # dx lies lowest.
    assert payloads.tolist() == [0b110_11_0111_1000, 0b111_00_1111_0000]
    assert (codec.decode(packets["tick"], ports, payloads) == packets).all()


def test_spikes_as_packets() -> None:
    spikes = make_spikes([(0, 1, 0, 5), (6, 0, 1, 2)])
    assert packets_from_spikes(spikes, ARCHITECTURE).tolist() == [
        (-1, "west", 0, 1, 0, 0, 5),
        (5, "west", 1, 0, 0, 2, 2),
    ]
    assert packets_from_spikes(spikes, ARCHITECTURE, ahead=3)["tick"].tolist() == [-1, 3]
    with pytest.raises(ToolError, match=r"^ahead must be in 1..3, not 4$"):
        packets_from_spikes(spikes, ARCHITECTURE, ahead=4)
