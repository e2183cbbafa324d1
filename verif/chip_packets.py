"""Packets at the edges of the mesh: rows of `golden.stimulus.PACKET`, and the bits of a port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.stimulus import PACKET

from .errors import ToolError

__all__ = ["PacketCodec", "check_range", "packets_from_spikes"]


@dataclass(frozen=True)
class PacketCodec:
    """Between rows and (port, payload).

    Members
    -------
    architecture : Architecture
    edges : sequence of (side, position)
        The edge ports in the order of their numbers.
    """

    architecture: Architecture
    edges: Sequence[tuple[str, int]]

    def fields(self) -> list[tuple[str, int, tuple[int, int]]]:
        """Return name, bits and limits of a payload's fields, from the least bit up."""
        a = self.architecture
        return [
            ("dx", a.offset_bits, a.offset_range),
            ("dy", a.offset_bits, a.offset_range),
            ("slot", a.slot_bits, (0, a.delay_slots - 1)),
            ("axon", a.axon_bits, (0, a.axons - 1)),
        ]

    def encode(self, packets: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the port and the payload of each packet."""
        ports = np.full(len(packets), -1, np.int64)
        for number, (side, position) in enumerate(self.edges):
            ports[(packets["side"] == side) & (packets["position"] == position)] = number
        if np.any(ports < 0):
            stray = packets[int(np.argmin(ports))]
            raise ToolError(
                "Packet must enter at a position of an attached side, "
                f"not at {stray['side']} {stray['position']}"
            )
        payloads = np.zeros(len(packets), np.uint64)
        shift = 0
        for name, bits, (low, high) in self.fields():
            values = packets[name].astype(np.int64)
            check_range(f"Packet {name}", values, low, high)
            payloads |= (values & ((1 << bits) - 1)).astype(np.uint64) << np.uint64(shift)
            shift += bits
        return ports, payloads

    def decode(
        self, ticks: NDArray[np.int64], ports: NDArray[np.int64], payloads: NDArray[np.uint64]
    ) -> NDArray[np.void]:
        """Return rows of PACKET."""
        packets = np.zeros(len(ticks), PACKET)
        packets["tick"] = ticks
        for number, (side, position) in enumerate(self.edges):
            here = ports == number
            packets["side"][here] = side
            packets["position"][here] = position
        shift = 0
        for name, bits, (low, _) in self.fields():
            field = (payloads >> np.uint64(shift)).astype(np.int64) & ((1 << bits) - 1)
            if low < 0:
                field -= (field >> (bits - 1)) << bits
            packets[name] = field
            shift += bits
        return packets


def check_range(subject: str, values: NDArray[Any], low: int, high: int) -> None:
    """Refuse the first value that is out of a range."""
    wrong = values[(values < low) | (values > high)]
    if len(wrong):
        raise ToolError(f"{subject} must be in {low}..{high}, not {int(wrong[0])}")


def packets_from_spikes(
    spikes: NDArray[np.void], architecture: Architecture, *, ahead: int = 1
) -> NDArray[np.void]:
    """Return packets that bring spikes on axons in over the west edge.

    Parameters
    ----------
    spikes : ndarray of SPIKE
    architecture : Architecture
    ahead : int
        How many ticks before its own a spike enters, 1..delay_slots-1; never before tick -1.
    """
    if not 1 <= ahead < architecture.delay_slots:
        raise ToolError(f"ahead must be in 1..{architecture.delay_slots - 1}, not {ahead}")
    packets = np.zeros(len(spikes), PACKET)
    packets["tick"] = np.maximum(spikes["tick"] - ahead, -1)
    packets["side"] = "west"
    packets["position"] = spikes["y"]
    packets["dx"] = spikes["x"]
    packets["slot"] = spikes["tick"] % architecture.delay_slots
    packets["axon"] = spikes["axon"]
    return packets
