"""Crossbars axon first say what the network says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.golden import Architecture, random_network
from spikewright.golden.pages import PAGE, large_copy, large_zeros
from spikewright.golden.rows import Rows, pack_bits, pack_rows, unpack_bits


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 130))
def test_bits_come_back(seed: int, rows: int, count: int) -> None:
    values = np.random.default_rng(seed).random((rows, count)) < 0.5
    words = pack_bits(values)
    assert words.shape == (rows, -(-count // 64))
    assert np.array_equal(unpack_bits(words, count), values)
    # Bit k of a row is its entry k, and nothing is set beyond the last.
    first = sum(int(word) << 64 * place for place, word in enumerate(words[0].tolist()))
    assert first == sum(1 << k for k in np.flatnonzero(values[0]).tolist())


def test_rows_are_axons() -> None:
    synapses = np.zeros((70, 3), dtype=np.bool_)
    synapses[[0, 9, 69], [0, 0, 2]] = True
    rows = pack_rows(synapses)
    assert rows.shape == (3, 16)
    assert rows[0].tolist() == [1, 2] + [0] * 14
    assert rows[2].tolist() == [0] * 8 + [1 << 5] + [0] * 7


@pytest.mark.parametrize("stochastic", [0.0, 0.5])
def test_sums(stochastic: float) -> None:
    """Against sums written out in Python, for cores in the middle of the mesh."""
    architecture = Architecture.preset("tiny").with_mesh(3, 2)
    network = random_network(architecture, 1, stochastic=stochastic)
    active = np.random.default_rng(2).random((3, architecture.axons)) < 0.3
    active[1] = False
    synaptic, events = Rows(network).sums(active, 2)
    for place, core in enumerate((2, 3, 4)):
        count = 0
        for neuron in range(architecture.neurons):
            total = 0
            for axon in np.flatnonzero(active[place] & network.synapses[core, neuron]):
                kind = network.axon_types[core, axon]
                count += 1
                if not network.weight_stochastic[core, neuron, kind]:
                    total += int(network.weights[core, neuron, kind])
            assert synaptic[place, neuron] == total
        assert events[place] == count


@pytest.mark.parametrize("size", [0, 5, PAGE, 3 * PAGE + 8])
def test_large_arrays(size: int) -> None:
    zeros = large_zeros((size // 4, 4), np.uint8)
    assert zeros.shape == (size // 4, 4)
    assert not zeros.any()
    zeros[...] = 7  # writable
    if size >= 2 * PAGE:
        assert zeros.ctypes.data % PAGE == 0
    copy = large_copy(zeros)
    assert np.array_equal(copy, zeros)
    assert not np.shares_memory(copy, zeros)
