"""What the configuration port must do with each write: take it, or refuse and count it."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikewright.verif.config_words import (
    AXON_TYPE,
    PARAMETERS,
    POTENTIAL,
    SEED,
    SYNAPSES,
    parameter_word,
    signed,
)
from spikewright.verif.transactions import ConfigWrite

__all__ = ["ConfigModel"]

# Fields of a parameter word that are arrays of the network under the same name.
_PLAIN = (
    "leak",
    "leak_stochastic",
    "leak_reversal",
    "threshold",
    "negative_threshold",
    "threshold_mask",
    "reset_mode",
    "reset_potential",
    "negative_saturate",
    "dx",
    "dy",
    "axon",
    "delay",
)


class ConfigModel:
    """Applies writes to the model of a chip.

    Parameters
    ----------
    simulator
        A `golden.Simulator`; its network and its state are written.

    Members
    -------
    refused : ndarray of int64
        Writes refused by each core.
    """

    def __init__(self, simulator: Any) -> None:
        self._simulator = simulator
        self._network = simulator.network
        self._a = simulator.network.architecture
        self._word = parameter_word(self._a)
        self.refused = np.zeros(self._a.cores, np.int64)
        self._spaces = {
            AXON_TYPE: self._axon_type,
            SYNAPSES: self._synapses,
            PARAMETERS: self._parameters,
            POTENTIAL: self._potential,
            SEED: self._seed,
        }

    def write(self, write: ConfigWrite, *, busy: bool) -> None:
        """Take a write to a core that exists, or count it as refused."""
        take = self._spaces.get(write.space)
        if busy or take is None or not take(write):
            self.refused[write.core] += 1
        else:
            self._simulator.refresh(write.core)

    def _axon_type(self, write: ConfigWrite) -> bool:
        kind = write.data & ((1 << self._a.type_bits) - 1)
        if write.address >= self._a.axons or kind >= self._a.axon_types:
            return False
        self._network.axon_types[write.core, write.address] = kind
        return True

    def _synapses(self, write: ConfigWrite) -> bool:
        if write.address >= self._a.neurons:
            return False
        octets = -(-self._a.axons // 8)
        row = (write.data & ((1 << self._a.axons) - 1)).to_bytes(octets, "little")
        bits = np.unpackbits(np.frombuffer(row, np.uint8), bitorder="little")
        self._network.synapses[write.core, write.address] = bits[: self._a.axons]
        return True

    def _parameters(self, write: ConfigWrite) -> bool:
        values = self._word.unpack(write.data)
        low, high = self._a.potential_range
        wrong = (
            write.address >= self._a.neurons
            or values["reset_mode"] == 3
            or values["threshold_mask"] > self._a.mask_bits
            or not low <= values["reset_potential"] <= high
        )
        if wrong:
            return False
        place = write.core, write.address
        for g in range(self._a.axon_types):
            self._network.weights[place][g] = values[f"weight_{g}"]
            self._network.weight_stochastic[place][g] = values[f"weight_stochastic_{g}"]
        for name in _PLAIN:
            getattr(self._network, name)[place] = values[name]
        return True

    def _potential(self, write: ConfigWrite) -> bool:
        value = signed(write.data, self._a.potential_bits)
        low, high = self._a.potential_range
        if write.address >= self._a.neurons or not low <= value <= high:
            return False
        self._simulator.potentials[write.core, write.address] = value
        return True

    def _seed(self, write: ConfigWrite) -> bool:
        seed = write.data & 0xFFFFFFFF
        if seed == 0:
            return False
        self._simulator.random_state[write.core] = seed
        return True
