"""What a host says to a chip on a board, and what it hears: packets as frames of bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Architecture
from spikewright.hdl.hosted import frame_octets, host_ports
from spikewright.tools.errors import UserError
from spikewright.verif.chip_packets import PacketCodec

__all__ = ["from_frames", "to_frames"]


def to_frames(
    architecture: Architecture, attached: tuple[str, ...], packets: NDArray[np.void], ticks: int
) -> bytes:
    """Return what a host sends so that a chip runs some ticks, with packets between them.

    Parameters
    ----------
    architecture : Architecture
    attached : tuple of str
    packets : ndarray of PACKET
        Those of tick t are sent after the tick t was, those of tick -1 before all.
    ticks : int

    Returns
    -------
    bytes
        Whole frames, see `hdl.hosted.HostedMesh`.
    """
    codec = PacketCodec(architecture, host_ports(architecture, attached))
    octets = frame_octets(architecture, len(codec.edges))
    shift, mark = _bits(architecture, len(codec.edges))
    packets = packets[np.argsort(packets["tick"], kind="stable")]
    numbers, payloads = codec.encode(packets)
    frames = payloads | numbers.astype(np.uint64) << np.uint64(shift)
    parts = []
    for tick in range(-1, ticks):
        if tick >= 0:
            parts.append(np.array([1 << mark], np.uint64))
        parts.append(frames[packets["tick"] == tick])
    whole = np.concatenate(parts).astype("<u8")
    return whole.view(np.uint8).reshape(-1, 8)[:, :octets].tobytes()


def from_frames(
    architecture: Architecture, attached: tuple[str, ...], heard: bytes
) -> NDArray[np.void]:
    """Return the packets that a chip has sent.

    Parameters
    ----------
    architecture : Architecture
    attached : tuple of str
    heard : bytes
        Whole frames.

    Returns
    -------
    ndarray of PACKET
        Of tick t where t ticks came before; those of one tick in the order of `np.sort`.
    """
    codec = PacketCodec(architecture, host_ports(architecture, attached))
    octets = frame_octets(architecture, len(codec.edges))
    if len(heard) % octets:
        raise UserError(f"Frames must be whole, {octets} bytes each, not {len(heard)} bytes.")
    shift, mark = _bits(architecture, len(codec.edges))
    whole = np.zeros((len(heard) // octets, 8), np.uint8)
    whole[:, :octets] = np.frombuffer(heard, np.uint8).reshape(-1, octets)
    frames = whole.view("<u8").reshape(-1).astype(np.uint64)
    tick = (frames >> np.uint64(mark)) != 0
    ticks = np.cumsum(tick)[~tick]
    spikes = frames[~tick]
    payloads = spikes & np.uint64((1 << shift) - 1)
    found = codec.decode(ticks, (spikes >> np.uint64(shift)).astype(np.int64), payloads)
    return np.sort(found)


def _bits(architecture: Architecture, positions: int) -> tuple[int, int]:
    """Return where the number of the port begins in a frame, and where the mark of a tick is."""
    a = architecture
    shift = 2 * a.offset_bits + a.slot_bits + a.axon_bits
    return shift, shift + max(1, (positions - 1).bit_length())
