"""The generator against its paper, against other implementations, and against plain chance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network, make_simulator, make_spikes
from spikewright.golden.random import DEFAULT_SEED, advance, sequence, top_bits, xorshift32

STATES = st.integers(1, 2**32 - 1)

# Published by several independent implementations for the seed of Marsaglia's paper.
PAPERS_SEED = 2463534242
PUBLISHED = [723471715, 2497366906, 2064144800, 2008045182, 3532304609]
PUBLISHED += [374114282, 1350636274, 691148861, 746858951, 2653896249]


def marsaglia(y: int) -> int:
    """Write the paper's three lines with big integers cut to 32 bits."""
    y = (y ^ (y << 13)) % 2**32
    y = (y ^ (y >> 17)) % 2**32
    return (y ^ (y << 5)) % 2**32


class Matrix:
    """A matrix of bits; the paper writes an advance as (I + L^13)(I + R^17)(I + L^5).

    Everything is a list of zeros and ones; the first bit is the lowest. No integer is shifted.
    """

    SIZE = 32

    def __init__(self, rows: list[list[int]]) -> None:
        self.rows = rows

    @classmethod
    def shift(cls, by: int) -> "Matrix":
        """I + the shift that takes bit i to bit i + by."""
        size = range(cls.SIZE)
        return cls([[int(j == i) ^ int(j + by == i) for j in size] for i in size])

    def __mul__(self, other: "Matrix") -> "Matrix":
        size = range(self.SIZE)
        return Matrix(
            [[sum(row[k] & other.rows[k][j] for k in size) % 2 for j in size] for row in self.rows]
        )

    def __pow__(self, power: int) -> "Matrix":
        result, square = Matrix.shift(self.SIZE), self
        for bit in reversed(f"{power:b}"):
            result = result * square if bit == "1" else result
            square *= square
        return result

    def times(self, bits: list[int]) -> list[int]:
        return [sum(a & b for a, b in zip(row, bits, strict=True)) % 2 for row in self.rows]


ADVANCE = Matrix.shift(5) * Matrix.shift(-17) * Matrix.shift(13)


def bits_of(state: int) -> list[int]:
    return [int(digit) for digit in reversed(f"{state:032b}")]


def number(bits: list[int]) -> int:
    return sum(2**place for place, bit in enumerate(bits) if bit)


class TestStates:
    def test_first_states_of_the_default_seed(self) -> None:
        """Worked by hand for the first state.

        y = FFFFFFFF: y ^= y << 13 leaves 00001FFF; y >> 17 is 0; y ^= y << 5 is 00001FFF ^
        0003FFE0.
        """
        assert 0x00001FFF ^ 0x0003FFE0 == 0x0003E01F
        expected = [0x0003E01F, 0xFC07FDFF, 0x74BB9843, 0xF1CC88DA]
        assert sequence(DEFAULT_SEED, 4).tolist() == expected

    def test_the_papers_seed(self) -> None:
        assert sequence(PAPERS_SEED, 10).tolist() == PUBLISHED
        state = PAPERS_SEED
        for expected in PUBLISHED:
            state = xorshift32(state)
            assert state == expected

    @given(STATES)
    def test_scalar_is_the_paper(self, state: int) -> None:
        assert xorshift32(state) == marsaglia(state)

    @given(st.lists(STATES, min_size=1, max_size=20))
    def test_vector_is_the_scalar(self, states: list[int]) -> None:
        vector = advance(np.array(states, dtype=np.uint32))
        assert vector.dtype == np.uint32
        assert vector.tolist() == [xorshift32(state) for state in states]

    @given(STATES, st.integers(0, 300))
    def test_sequence_is_one_advance_after_another(self, state: int, count: int) -> None:
        expected = [state]
        for _ in range(count):
            expected.append(marsaglia(expected[-1]))
        assert sequence(state, count).tolist() == expected[1:]

    def test_long_sequence(self) -> None:
        """More draws than a core of 256 x 256 stochastic synapses can make in one tick."""
        states = sequence(1, 66_048)
        assert states.dtype == np.uint32
        assert np.array_equal(states[1:], advance(states[:-1]))

    @pytest.mark.parametrize("state", [0, -1, 2**32])
    def test_refused(self, state: int) -> None:
        with pytest.raises(ValueError, match=f"^state must be in 1..4294967295, not {state}$"):
            xorshift32(state)


class TestMatrix:
    """Against an implementation that has nothing but sums of bits."""

    @pytest.mark.parametrize(
        "seed", [1, 2, 0x80000000, DEFAULT_SEED, PAPERS_SEED, 0x12345678, 3_141_592_653]
    )
    def test_first_thousand_draws(self, seed: int) -> None:
        """8 bits as a synapse draws them and 17 as a threshold, and the states themselves."""
        bits, states, draws8, draws17 = bits_of(seed), [], [], []
        for _ in range(1000):
            bits = ADVANCE.times(bits)
            states.append(number(bits))
            draws8.append(number(bits[24:]))
            draws17.append(number(bits[15:]))
        golden = sequence(seed, 1000)
        assert golden.tolist() == states
        assert top_bits(golden, 8).tolist() == draws8
        assert top_bits(golden, 17).tolist() == draws17

    @pytest.mark.parametrize("power", [1, 2, 1023, 65_535, 2**20 + 1])
    def test_a_jump(self, power: int) -> None:
        jumped = (ADVANCE**power).times(bits_of(PAPERS_SEED))
        assert int(sequence(PAPERS_SEED, power)[-1]) == number(jumped)

    def test_the_period_is_every_state_but_zero(self) -> None:
        """M to the power of 2**32 - 1 is I, and no divisor of it will do instead of it."""
        period = 2**32 - 1
        identity = Matrix.shift(32).rows
        assert math.prod([3, 5, 17, 257, 65_537]) == period
        assert (ADVANCE**period).rows == identity
        for prime in (3, 5, 17, 257, 65_537):
            assert (ADVANCE ** (period // prime)).rows != identity


@pytest.mark.parametrize(("bits", "draw"), [(8, 0xF1), (17, 0x1E399), (3, 7), (5, 30)])
def test_a_draw_is_the_top_bits(bits: int, draw: int) -> None:
    assert top_bits(np.array([0xF1CC88DA], dtype=np.uint32), bits).tolist() == [draw]


DRAWS = 2**20


def p_value(observed: np.ndarray, expected: np.ndarray) -> float:
    """Return the probability of a chi-square as large as this or larger, all counts being free.

    After Wilson and Hilferty: the cube root of chi-square / n is nearly normal.
    """
    n = len(observed) - 1
    square = float(((observed - expected) ** 2 / expected).sum())
    z = ((square / n) ** (1 / 3) - (1 - 2 / (9 * n))) / math.sqrt(2 / (9 * n))
    return math.erfc(z / math.sqrt(2)) / 2


def assert_even(observed: np.ndarray) -> None:
    """Hold counts against equal ones: neither worse nor better than chance, at 1 in 1,000."""
    expected = np.full(len(observed), observed.sum() / len(observed))
    assert 0.0005 < p_value(observed, expected) < 0.9995


def test_the_p_value_itself() -> None:
    """Table values: chi-square 293.248 with 255 and 30.578 with 15 degrees, 5 % and 1 %."""
    for degrees, square, probability in ((255, 293.248, 0.05), (15, 30.578, 0.01)):
        expected = np.full(degrees + 1, 1000.0)
        observed = expected.copy()
        observed[0] += math.sqrt(square * 1000)
        assert p_value(observed, expected) == pytest.approx(probability, rel=0.02)


class TestChance:
    """Over 2**20 draws from fixed seeds, so each either holds for ever or never."""

    @pytest.mark.parametrize("seed", [DEFAULT_SEED, 1, PAPERS_SEED])
    def test_gates(self, seed: int) -> None:
        """P(|s| >= draw) = (|s| + 1) / 256 for every |s|; 255 always passes."""
        draws = top_bits(sequence(seed, DRAWS), 8)
        counts = np.bincount(draws, minlength=256)
        assert_even(counts)
        passes = np.array([np.count_nonzero(s >= draws) for s in range(256)])
        assert np.array_equal(passes, np.cumsum(counts))
        p = (np.arange(256) + 1) / 256
        assert passes[255] == DRAWS
        deviations = (passes - DRAWS * p)[:255] / np.sqrt(DRAWS * p * (1 - p))[:255]
        assert np.abs(deviations).max() < 4

    @pytest.mark.parametrize("mask", range(1, 18))
    def test_eta(self, mask: int) -> None:
        """A draw of 17 bits, masked to its low bits, takes each of 2**TM values equally often."""
        draws = top_bits(sequence(PAPERS_SEED, DRAWS), 17)
        assert_even(np.bincount(draws & (2**mask - 1), minlength=2**mask))

    @pytest.mark.parametrize("distance", [1, 2, 3, 256])
    @pytest.mark.parametrize("seed", [DEFAULT_SEED, 12345])
    def test_draws_do_not_depend_on_each_other(self, seed: int, distance: int) -> None:
        """Pairs of 4 bits each: all 256 are equally frequent."""
        pairs = DRAWS // distance * distance
        draws = top_bits(sequence(seed, 2 * pairs), 4).reshape(-1, 2, distance)
        assert_even(np.bincount((16 * draws[:, 0] + draws[:, 1]).reshape(-1), minlength=256))


@pytest.mark.parametrize("engine", ["numpy", "numba"])
class TestNeurons:
    """The same probabilities, seen as spikes of neurons: 256 of them, 4,096 ticks."""

    TICKS = 4096
    ONE = Architecture.preset("truenorth").with_mesh(1, 1)

    def frequencies(self, network: Network, engine: str, spikes: np.ndarray) -> np.ndarray:
        simulator = make_simulator(network, engine)
        simulator.inject(spikes)
        return simulator.run(self.TICKS).spike_counts()[0]

    def assert_fits(self, counts: np.ndarray, p: np.ndarray) -> None:
        """Hold counts against probabilities; certain and impossible ones must be exact."""
        sure = (p == 0) | (p == 1)
        assert np.array_equal(counts[sure], (self.TICKS * p)[sure])
        counts, p = counts[~sure], p[~sure]
        squares = (counts - self.TICKS * p) ** 2 / (self.TICKS * p * (1 - p))
        assert squares.max() < 4.5**2
        # With n neurons: a mean of 1 and a variance of 2 / n.
        assert abs(squares.mean() - 1) < 3.5 * math.sqrt(2 / len(squares))

    @pytest.mark.parametrize("sign", [1, -1])
    def test_synapses(self, sign: int, engine: str) -> None:
        """Neuron n has a weight of n and fires if its synapse passes; a weight of 0 adds 0.

        With -n, a leak of 1 makes it fire unless the synapse passes.
        """
        n = np.arange(256)
        synapses = np.zeros((1, 256, 256), dtype=np.bool_)
        synapses[0, :, 0] = True
        weights = np.zeros((1, 256, 4), dtype=np.int32)
        weights[0, :, 0] = sign * n
        network = Network(
            self.ONE,
            synapses=synapses,
            weights=weights,
            weight_stochastic=1,
            leak=int(sign < 0),
        )
        spikes = make_spikes((tick, 0, 0, 0) for tick in range(self.TICKS))
        passes = np.where(n, (n + 1) / 256, 0)
        self.assert_fits(
            self.frequencies(network, engine, spikes), passes if sign > 0 else 1 - passes
        )

    def test_leaks(self, engine: str) -> None:
        n = np.arange(256)
        network = Network(self.ONE, leak=[n], leak_stochastic=1, seed=77)
        counts = self.frequencies(network, engine, make_spikes())
        self.assert_fits(counts, np.where(n, (n + 1) / 256, 0))

    def test_thresholds(self, engine: str) -> None:
        """V stays at its share of the mask: it fires if eta is not above it."""
        n = np.arange(256)
        mask = 1 + n % 17
        potential = (2**mask * n) // 256
        network = Network(
            self.ONE, potential=[potential], threshold=0, threshold_mask=[mask], reset_mode=2
        )
        counts = self.frequencies(network, engine, make_spikes())
        self.assert_fits(counts, np.minimum((potential + 1) / 2**mask, 1))
