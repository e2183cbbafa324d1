"""The crossbar as a sparse tick wants it: one row of bits for each axon, and few rows a tick.

`Network.synapses` is what people write, neurons first. A tick touches the rows of the axons with a
spike, about 5 of 256 in a core at 20 Hz, so both engines keep the bits axon first: 32 bytes a row,
an eighth of what the array of booleans takes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.network import Network
from spikewright.golden.pages import large_zeros

__all__ = ["Rows", "pack_bits", "pack_rows", "unpack_bits"]

Int = NDArray[np.int64]


def pack_bits(values: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Return the last axis as bits, 64 a word, the lowest first; the last word is padded."""
    bits = np.packbits(values, axis=-1, bitorder="little")
    octets = np.zeros((*bits.shape[:-1], 8 * -(-bits.shape[-1] // 8)), dtype=np.uint8)
    octets[..., : bits.shape[-1]] = bits
    return octets.view(np.uint64)


def unpack_bits(words: NDArray[np.uint64], count: int) -> NDArray[np.bool_]:
    """Return what `pack_bits` was given, with ``count`` entries in its last axis."""
    octets = np.ascontiguousarray(words).view(np.uint8)
    bits = np.unpackbits(octets, axis=-1, count=count, bitorder="little")
    return bits.view(np.bool_)


def pack_rows(synapses: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the synapses of one core axon first, eight neurons a byte, the lowest bit first.

    Parameters
    ----------
    synapses : ndarray of bool, shape (N, A)

    Returns
    -------
    ndarray of uint8, shape (A, W)
        With W a multiple of 8, so that a row is a whole number of 64-bit words.
    """
    return pack_bits(np.ascontiguousarray(synapses.T)).view(np.uint8)


class Rows:
    """Crossbars and weights of all cores, axon first.

    Parameters
    ----------
    network : Network

    Members
    -------
    bits : ndarray of uint8, shape (C, A, W)
        Rows as `pack_rows` makes them.
    weights : ndarray of int32, shape (C, G, N)
        Of deterministic synapses; 0 where the type is stochastic for the neuron.
    draws : ndarray of bool, shape (C,)
        Cores in which something is stochastic.
    """

    def __init__(self, network: Network) -> None:
        a = network.architecture
        words = -(-a.neurons // 64)
        self._network = network
        self.bits = large_zeros((a.cores, a.axons, 8 * words), np.uint8)
        self.weights = np.empty((a.cores, a.axon_types, a.neurons), dtype=np.int32)
        self.draws = np.empty(a.cores, dtype=np.bool_)
        for core in range(a.cores):
            self.read(core)

    def read(self, core: int) -> None:
        """Take over one core of the network as it is now."""
        network = self._network
        stochastic = network.weight_stochastic[core]
        self.bits[core] = pack_rows(network.synapses[core])
        self.weights[core] = np.where(stochastic, 0, network.weights[core]).T
        self.draws[core] = (
            stochastic.any()
            or network.leak_stochastic[core].any()
            or network.threshold_mask[core].any()
        )

    def sums(self, active: NDArray[np.bool_], first: int) -> tuple[Int, Int]:
        """Sum the deterministic synapses of some cores that follow each other.

        Parameters
        ----------
        active : ndarray of bool, shape (K, A)
            The axons with a spike this tick, of cores ``first``, ``first + 1``, ...
        first : int

        Returns
        -------
        synaptic : ndarray of int64, shape (K, N)
        events : ndarray of int64, shape (K,)
            Active and connected synapses, stochastic ones too.
        """
        neurons = self._network.architecture.neurons
        synaptic = np.zeros((len(active), neurons), dtype=np.int64)
        events = np.zeros(len(active), dtype=np.int64)
        core, axon = np.nonzero(active)
        if core.size:
            types = self._network.axon_types[first + core, axon]
            rows = self.bits[first + core, axon]
            connected = np.unpackbits(rows, axis=1, count=neurons, bitorder="little")
            # Sums fit int32: `Architecture` sees to it that they fit the potential. A core's rows
            # follow each other, so one `reduceat` adds up each core's.
            weighted = self.weights[first + core, types] * connected
            starts = np.flatnonzero(np.diff(core, prepend=-1))
            synaptic[core[starts]] = np.add.reduceat(weighted, starts, axis=0)
            counts = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
            events[core[starts]] = np.add.reduceat(counts, starts)
        return synaptic, events
