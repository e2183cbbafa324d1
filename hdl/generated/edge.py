"""Generated from edge.lct.md: do not edit, change the table.

Written by: spikewright generate edge
"""

from amaranth.lib import data

from spikewright.hdl.generated import chip
from spikewright.lct.hardware import clog2

__all__ = ["beat_layout", "frame_layout", "position_bits", "tagged_layout"]


def position_bits(*, positions: int = 64) -> int:
    """Bits of a port's number."""
    return clog2(positions) if positions > 1 else 1


def tagged_layout(
    *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256, positions: int = 64
) -> data.StructLayout:
    """A packet and its port: where it left, and where it enters on the other side."""
    return data.StructLayout(
        {
            "packet": chip.packet_layout(
                offset_bits=offset_bits, delay_slots=delay_slots, axons=axons
            ),
            "position": position_bits(positions=positions),
        }
    )


def beat_layout(
    *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256
) -> data.StructLayout:
    """A beat of an AXI4-Stream: packet and port, the data bits that are neither, TKEEP."""
    return data.StructLayout(
        {
            "packet": chip.packet_layout(
                offset_bits=offset_bits, delay_slots=delay_slots, axons=axons
            ),
            "position": 16,
            "unused": 48,
            "keep": 8,
        }
    )


def frame_layout(
    *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256, positions: int = 64
) -> data.StructLayout:
    """What goes between a chip and its host: a spike, or a tick."""
    return data.StructLayout(
        {
            "tagged": tagged_layout(
                offset_bits=offset_bits, delay_slots=delay_slots, axons=axons, positions=positions
            ),
            "tick": 1,
        }
    )
