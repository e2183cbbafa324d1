"""The generator: literal first states, and the jumps against one advance after another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden.random import DEFAULT_SEED, advance, sequence, top_bits, xorshift32

STATES = st.integers(1, 2**32 - 1)


def marsaglia(y: int) -> int:
    """Write the paper's three lines with big integers cut to 32 bits."""
    y = (y ^ (y << 13)) % 2**32
    y = (y ^ (y >> 17)) % 2**32
    return (y ^ (y << 5)) % 2**32


def test_first_states_of_the_default_seed() -> None:
    """Worked by hand for the first state.

    y = FFFFFFFF: y ^= y << 13 leaves 00001FFF; y >> 17 is 0; y ^= y << 5 is 00001FFF ^ 0003FFE0.
    """
    assert 0x00001FFF ^ 0x0003FFE0 == 0x0003E01F
    assert sequence(DEFAULT_SEED, 4).tolist() == [0x0003E01F, 0xFC07FDFF, 0x74BB9843, 0xF1CC88DA]


def test_first_number_of_the_papers_seed() -> None:
    assert xorshift32(2463534242) == 723471715


@settings(deadline=None)
@given(STATES)
def test_scalar_is_the_paper(state: int) -> None:
    assert xorshift32(state) == marsaglia(state)


@settings(deadline=None)
@given(st.lists(STATES, min_size=1, max_size=20))
def test_vector_is_the_scalar(states: list[int]) -> None:
    vector = advance(np.array(states, dtype=np.uint32))
    assert vector.dtype == np.uint32
    assert vector.tolist() == [xorshift32(state) for state in states]


@settings(deadline=None)
@given(STATES, st.integers(0, 300))
def test_sequence_is_one_advance_after_another(state: int, count: int) -> None:
    expected = [state]
    for _ in range(count):
        expected.append(marsaglia(expected[-1]))
    assert sequence(state, count).tolist() == expected[1:]


def test_long_sequence() -> None:
    """More draws than a core of 256 x 256 stochastic synapses can make in one tick."""
    states = sequence(1, 66_048)
    assert states.dtype == np.uint32
    assert np.array_equal(states[1:], advance(states[:-1]))


@pytest.mark.parametrize(("bits", "draw"), [(8, 0xF1), (17, 0x1E399), (3, 7), (5, 30)])
def test_a_draw_is_the_top_bits(bits: int, draw: int) -> None:
    assert top_bits(np.array([0xF1CC88DA], dtype=np.uint32), bits).tolist() == [draw]


@pytest.mark.parametrize("state", [0, -1, 2**32])
def test_refused_states(state: int) -> None:
    with pytest.raises(ValueError, match=f"^state must be in 1..4294967295, not {state}$"):
        xorshift32(state)
