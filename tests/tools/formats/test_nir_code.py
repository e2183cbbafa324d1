"""Weights as sums of four integers: exact ones fire exactly, near ones are as near as they say."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.tools.formats.nir_code import Code, Wanted, exact_code, ordered, subset_sums
from spikewright.tools.formats.nir_errors import Errors
from spikewright.tools.formats.nir_quantise import near_code
from spikewright.tools.formats.report import Report


def wanted(values: Any, counts: Any = None, **numbers: Any) -> Wanted:
    """Return a neuron with these weights, each once, and a threshold of 1 unless given."""
    kept = tuple(sorted({float(value) for value in values} - {0.0}))
    given = {"bias": 0, "threshold": 1, "reset": 0, **numbers}
    fractions = {
        name: value if isinstance(value, bool) else Fraction(value) for name, value in given.items()
    }
    return Wanted(values=kept, counts=tuple(counts or [1] * len(kept)), **fractions)


def coded(values: Any, **numbers: Any) -> Code:
    code = exact_code(wanted(values, **numbers))
    assert isinstance(code, Code), code
    return code


def test_sums_and_order() -> None:
    assert ordered([5, -1, 2, -8]) == (2, 5, -8, -1)
    assert ordered([3]) == (3, 0, 0, 0)
    assert subset_sums((1, 2, -8, -1))[0b1011] == 2


@given(st.lists(st.integers(-255, 255), max_size=4), st.sampled_from([1, 0.5, 3, 0.1]))
def test_four_values_are_their_own_weights(values: list[int], factor: float) -> None:
    # Of a factor that is no binary fraction only the exact multiples are kept.
    real = [float(value * Fraction(factor)) for value in values]
    exact = [v for v, r in zip(values, real, strict=True) if Fraction(r) == v * Fraction(factor)]
    code = coded([float(v * Fraction(factor)) for v in exact])
    assert all(mask.bit_count() == 1 for mask in code.masks)
    assert code.weights().tolist() == [
        value * code.scale
        for value in map(Fraction, wanted(float(v * Fraction(factor)) for v in exact).values)
    ]


@given(st.integers(-15, 0), st.lists(st.integers(0, 15), min_size=5))
def test_sixteen_neighbours_are_sums(low: int, steps: list[int]) -> None:
    values = [low + step for step in steps]
    code = coded(values)
    assert code.weights().tolist() == [v * code.scale for v in wanted(values).values]


def test_a_search_finds_other_sums() -> None:
    for basis in ((1, 10, 100, -50), (3, 5, 7, 200), (-1, -20, 30, 31)):
        sums = subset_sums(basis)
        assert coded(sums).weights().tolist() == sorted(set(sums) - {0})


def test_what_has_no_four_integers() -> None:
    for values in ((1, 10, 100, 7, 70), range(-8, 9), (1, 256)):
        assert isinstance(exact_code(wanted(values)), str)


@given(
    st.fractions(-3, 300, max_denominator=64),
    st.sampled_from([Fraction(1), Fraction(1, 4), Fraction(3)]),
    st.integers(-5, 305),
)
def test_a_threshold_is_crossed_by_the_same_potentials(
    threshold: Fraction, unit: Fraction, potential: int
) -> None:
    code = exact_code(wanted([unit, 2 * unit], threshold=threshold))
    if isinstance(code, str):
        assert threshold < -unit
    else:
        assert (potential >= code.threshold) == (potential * unit > threshold)


def test_bias_and_reset_share_the_unit() -> None:
    code = coded([1, 2], bias=0.5, reset=-3, threshold=2.6)
    assert code.scale == 2
    assert code.weights().tolist() == [2, 4]
    assert (code.leak, code.reset, code.threshold) == (1, -6, 6)


@given(st.integers(0, 2**32 - 1), st.integers(5, 200))
def test_near_weights_are_the_best_of_their_sums(seed: int, count: int) -> None:
    values = np.unique(np.random.default_rng(seed).normal(size=count))
    need = wanted(values)
    code = near_code(need)
    assert isinstance(code, Code)
    allowed = 4 if count <= 64 else 3 if count <= 85 else 1
    assert max(mask.bit_count() for mask in code.masks) <= allowed
    assert max(abs(weight) for weight in code.basis) <= 255
    assert count > 85 or sum(np.array(code.basis) != 0) == allowed
    # No other set of the same number of types comes nearer.
    scaled = np.array(need.values) * float(code.scale)
    sums = [s for mask, s in enumerate(subset_sums(code.basis)) if mask.bit_count() <= allowed]
    nearest = np.abs(scaled[:, None] - np.array(sums)).min(axis=1)
    assert np.allclose(np.abs(code.weights() - scaled), nearest)


def test_near_weights_are_not_far() -> None:
    rng = np.random.default_rng(1)
    for count, limit in ((20, 0.08), (64, 0.1), (80, 0.2), (200, 0.45)):
        values = np.unique(rng.normal(size=count))
        code = near_code(wanted(values))
        assert isinstance(code, Code)
        error = code.weights() / float(code.scale) - values
        assert np.sqrt((error**2).mean()) < limit


def test_three_values_have_the_smallest_squared_error() -> None:
    values = np.unique(np.random.default_rng(2).normal(size=100))
    code = near_code(wanted(values))
    assert isinstance(code, Code)
    found = ((code.weights() / float(code.scale) - values) ** 2).sum()
    high, low = np.sort(values[values > 0])[::-1], np.sort(values[values < 0])
    best = min(
        (values**2).sum() - high[:a].sum() ** 2 / a - low[:b].sum() ** 2 / b
        for a in range(1, len(high) + 1)
        for b in range(1, len(low) + 1)
    )
    assert found == pytest.approx(best, rel=0.01)


def test_errors_as_by_hand() -> None:
    errors, report = Errors("fc"), Report()
    need = wanted([1.0, 0.3], [5, 3], threshold=2, bias=Fraction(1, 100))
    code = near_code(need)
    assert isinstance(code, Code)
    # 255 is 1: 0.3 is 76.5, the bias 2.55, the threshold the integer above 510.
    assert (code.scale, code.basis, code.leak, code.threshold) == (255, (76, 255, 0, 0), 3, 511)
    errors.add(4, need, code)
    errors.tell(report)
    assert report.notes == [
        "node 'fc' differs: weights by at most 0.00196 and on average 0.00123 of their neuron's "
        "largest; bias by at most 0.000882 and on average 0.000882 of the threshold; v_threshold "
        "by at most 0.00196 and on average 0.00196 of itself."
    ]
    factor = "must be, with the factor of the neuron's weights, an integer"
    assert [(c.place, c.rule, c.was, c.now, c.count) for c in report.changes] == [
        (
            "node 'fc' neuron 4",
            "weights must be, with one factor, sums of four integers in -255..255",
            "0.3",
            "0.298039",
            5,
        ),
        ("node 'fc' neuron 4", f"a bias {factor} in -255..255", "0.01", "0.0117647", 1),
        ("node 'fc' neuron 4", f"a threshold {factor}", "2", "2.00392", 1),
    ]


def test_sums_of_every_small_basis_are_found() -> None:
    for basis in combinations([-4, -3, -2, -1, 1, 2, 3, 4], 4):
        coded(subset_sums(basis))
