"""The words of the configuration port and of packets, read bit by bit.

The layouts are written down here a second time, on purpose: what the product packs with the layout
of its tables, the model of the bench unpacks with this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.verif.transactions import ConfigWrite

__all__ = [
    "AXON_TYPE",
    "PARAMETERS",
    "POTENTIAL",
    "SEED",
    "SYNAPSES",
    "Word",
    "packet_word",
    "parameter_word",
    "program_writes",
    "signed",
]

AXON_TYPE, SYNAPSES, PARAMETERS, POTENTIAL, SEED = range(5)


def signed(value: int, bits: int) -> int:
    """Read the low bits of a value as two's complement."""
    value &= (1 << bits) - 1
    return value - (value >> (bits - 1) << bits)


@dataclass(frozen=True)
class Word:
    """Named fields in one word, the first in the least significant bits.

    Members
    -------
    fields : sequence of (name, bits, signed)
    """

    fields: Sequence[tuple[str, int, bool]]

    def pack(self, values: Mapping[str, int]) -> int:
        """Return the word; a field without a value is zero."""
        word = shift = 0
        for name, bits, _ in self.fields:
            word |= (int(values.get(name, 0)) & ((1 << bits) - 1)) << shift
            shift += bits
        return word

    def unpack(self, word: int) -> dict[str, int]:
        """Return every field; bits above the last one are ignored."""
        values = {}
        for name, bits, is_signed in self.fields:
            values[name] = signed(word, bits) if is_signed else word & ((1 << bits) - 1)
            word >>= bits
        return values


def parameter_word(a: Architecture) -> Word:
    """Return the layout of a neuron's parameters."""
    return Word(
        [
            *((f"weight_{g}", a.weight_bits, True) for g in range(a.axon_types)),
            *((f"weight_stochastic_{g}", 1, False) for g in range(a.axon_types)),
            ("leak", a.leak_bits, True),
            ("leak_stochastic", 1, False),
            ("leak_reversal", 1, False),
            ("threshold", a.threshold_bits, False),
            ("negative_threshold", a.threshold_bits, False),
            ("threshold_mask", a.mask_field_bits, False),
            ("reset_mode", 2, False),
            ("reset_potential", a.potential_bits, True),
            ("negative_saturate", 1, False),
            ("dx", a.offset_bits, True),
            ("dy", a.offset_bits, True),
            ("axon", a.axon_bits, False),
            ("delay", a.slot_bits, False),
        ]
    )


def packet_word(a: Architecture) -> Word:
    """Return the layout of a packet."""
    return Word(
        [
            ("dx", a.offset_bits, True),
            ("dy", a.offset_bits, True),
            ("slot", a.slot_bits, False),
            ("axon", a.axon_bits, False),
        ]
    )


def program_writes(network: Network) -> list[ConfigWrite]:
    """Return every write that programs a chip, in no particular order."""
    from spikewright.hdl.parameters import configuration_writes

    return [
        ConfigWrite(core, space, address, data)
        for space, core, address, data in configuration_writes(network)
    ]
