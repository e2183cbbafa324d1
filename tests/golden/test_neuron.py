"""The neuron: literal results at each boundary, and every combination of the tiny architecture."""

from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.golden import Architecture, Network
from spikewright.golden.neuron import clamp, fire_and_reset, leak, update

TINY = Architecture.preset("tiny").with_mesh(1, 1)
LIMIT = 96


def neurons(values: list[int], **fields: Any) -> tuple[Network, np.ndarray]:
    """Return a core whose first neurons hold these potentials, and all potentials as int64."""
    potential = np.zeros((1, 16), dtype=np.int64)
    potential[0, : len(values)] = values
    return Network(TINY, **fields), potential


def after_leak(values: list[int], draws: int = 0, **fields: Any) -> list[int]:
    network, potential = neurons(values, **fields)
    leaked = leak(network, potential, np.full_like(potential, draws))
    return leaked[0, : len(values)].tolist()


def after_threshold(values: list[int], eta: int = 0, **fields: Any) -> tuple[list[int], list[int]]:
    network, potential = neurons(values, **fields)
    after, spikes = fire_and_reset(network, potential, np.full_like(potential, eta))
    return after[0, : len(values)].tolist(), np.flatnonzero(spikes[0, : len(values)]).tolist()


class TestLeak:
    def test_plain_leak_ignores_the_sign_of_v(self) -> None:
        assert after_leak([-5, 0, 5], leak=3) == [-2, 3, 8]
        assert after_leak([-5, 0, 5], leak=-3) == [-8, -3, 2]

    def test_divergent_leak_moves_away_from_zero_and_leaves_zero_alone(self) -> None:
        assert after_leak([-5, -1, 0, 1, 5], leak=3, leak_reversal=1) == [-8, -4, 0, 4, 8]

    def test_convergent_leak_stops_at_zero(self) -> None:
        values = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]
        expected = [-2, -1, 0, 0, 0, 0, 0, 0, 0, 1, 2]
        assert after_leak(values, leak=-3, leak_reversal=1) == expected

    def test_only_a_reversing_leak_stops_at_zero(self) -> None:
        assert after_leak([-2, 2], leak=-3) == [-5, -1]
        assert after_leak([-2, 2], leak=3) == [1, 5]

    @pytest.mark.parametrize(("draw", "step"), [(0, 1), (3, 1), (4, 1), (5, 0), (7, 0)])
    def test_stochastic_leak_is_a_unit_step_where_the_magnitude_reaches_the_draw(
        self, draw: int, step: int
    ) -> None:
        assert after_leak([10], draw, leak=4, leak_stochastic=1) == [10 + step]
        assert after_leak([10], draw, leak=-4, leak_stochastic=1) == [10 - step]

    def test_stochastic_reversal(self) -> None:
        fields = {"leak_stochastic": 1, "leak_reversal": 1}
        assert after_leak([-2, -1, 0, 1, 2], 4, leak=-4, **fields) == [-1, 0, 0, 0, 1]
        assert after_leak([-2, -1, 0, 1, 2], 4, leak=4, **fields) == [-3, -2, 0, 2, 3]

    def test_zero_stochastic_leak_adds_nothing_even_on_draw_zero(self) -> None:
        assert after_leak([5], 0, leak=0, leak_stochastic=1) == [5]


def test_clamp() -> None:
    values = np.array([-98, -97, -96, -95, 0, 95, 96, 97, 98])
    assert clamp(values, LIMIT).tolist() == [-96, -96, -96, -95, 0, 95, 96, 96, 96]


class TestOrder:
    """Threshold and clamp see V after the leak."""

    def run(self, v: int, synaptic: int, **fields: Any) -> tuple[int, bool]:
        network, potential = neurons([v], **fields)
        zero = np.zeros_like(potential)
        after, spikes = update(network, potential.astype(np.int32), zero + synaptic, zero, zero)
        assert after.dtype == np.int32
        return int(after[0, 0]), bool(spikes[0, 0])

    def test_the_clamp_comes_after_the_leak_not_before(self) -> None:
        """95 + 7 - 6 = 96, not 96 - 6 = 90; mode 2 shows V itself."""
        assert self.run(95, 7, leak=-6, reset_mode=2, threshold=63) == (96, True)
        assert self.run(-95, -7, leak=6, reset_mode=2, threshold=63) == (-96, False)

    def test_the_clamp_comes_before_the_reset(self) -> None:
        """96 + 7 + 7 is 96 before alpha = 63 comes off."""
        assert self.run(96, 7, leak=7, reset_mode=1, threshold=63) == (33, True)
        assert self.run(-96, -7, leak=-7, reset_mode=1, negative_threshold=63) == (-33, False)

    def test_the_leak_can_fire_the_neuron(self) -> None:
        assert self.run(0, 4, leak=1, threshold=5) == (0, True)

    def test_the_reversal_sees_v_after_the_synapses(self) -> None:
        assert self.run(-1, 3, leak=2, leak_reversal=1, threshold=63) == (4, False)

    def test_eta_is_the_low_bits_of_its_draw(self) -> None:
        network, potential = neurons([9, 9], threshold=5, threshold_mask=2, reset_mode=1)
        network.threshold_mask[0, 1] = 3
        draws = np.full_like(potential, 0b10111)
        zero = np.zeros_like(potential)
        after, spikes = update(network, potential.astype(np.int32), zero, zero, draws)
        assert after[0, :2].tolist() == [9 - (5 + 3), 9]
        assert spikes[0, :2].tolist() == [True, False]


class TestThreshold:
    """alpha = 10, beta = 6, eta = 3 or 0, R = 4; the table's rows in order."""

    FIELDS: ClassVar[dict[str, int]] = {
        "threshold": 10,
        "negative_threshold": 6,
        "reset_potential": 4,
    }

    def test_normal(self) -> None:
        values = [-11, -10, -9, -7, -6, 9, 12, 13, 14]
        after = after_threshold(values, 3, **self.FIELDS, reset_mode=0)
        assert after == ([-4, -4, -9, -7, -6, 9, 12, 4, 4], [7, 8])

    def test_linear(self) -> None:
        values = [-11, -10, -9, -7, -6, 9, 12, 13, 14]
        after = after_threshold(values, 3, **self.FIELDS, reset_mode=1)
        assert after == ([-2, -1, -9, -7, -6, 9, 12, 0, 1], [7, 8])

    def test_non_reset(self) -> None:
        values = [-11, -10, -9, -7, -6, 9, 12, 13, 14]
        after = after_threshold(values, 3, **self.FIELDS, reset_mode=2)
        assert after == (values, [7, 8])

    @pytest.mark.parametrize(("mode", "high"), [(0, [4, 4]), (1, [0, 1]), (2, [13, 14])])
    def test_saturation_is_the_same_in_all_modes_and_without_eta(
        self, mode: int, high: list[int]
    ) -> None:
        values = [-96, -10, -7, -6, -5, 12, 13, 14]
        after = after_threshold(values, 3, **self.FIELDS, reset_mode=mode, negative_saturate=1)
        assert after == ([-6, -6, -6, -6, -5, 12, *high], [6, 7])

    def test_without_eta(self) -> None:
        after = after_threshold([-7, -6, 9, 10], 0, **self.FIELDS, reset_mode=1)
        assert after == ([-1, -6, 9, 0], [3])

    def test_firing_is_tested_first(self) -> None:
        """With alpha = 0 and V = 0 both would be candidates only if the order were another."""
        assert after_threshold([0, -1], 0, threshold=0, reset_potential=-7) == ([-7, 7], [0])

    def test_reset_at_its_limits(self) -> None:
        after = after_threshold([96, -96], 0, threshold=1, reset_potential=96)
        assert after == ([96, -96], [0])
        after = after_threshold([96, -96], 0, threshold=1, reset_potential=-96)
        assert after == ([-96, 96], [0])

    def test_a_potential_at_its_clamp_always_passes_its_threshold(self) -> None:
        """The limit 96 is beyond the largest alpha + eta = 63 + 31, on both sides."""
        fields = {"threshold": 63, "negative_threshold": 63, "reset_mode": 1}
        assert after_threshold([96, 95, 94, 93], 31, **fields) == ([2, 1, 0, 93], [0, 1, 2])
        assert after_threshold([-96, -95, -94], 31, **fields) == ([-2, -1, -94], [])


def test_every_combination_of_the_tiny_architecture_stays_inside_the_clamp() -> None:
    """So does the next tick start inside it, and the sum of a tick fits the width for ever."""
    edges = np.array([0, 1, 2, 31, 32, 62, 63])
    v, alpha, beta, eta = (
        grid.ravel() for grid in np.meshgrid(np.arange(-96, 97), edges, edges, np.arange(32))
    )
    core = Architecture(**{**TINY.to_dict(), "axons": 1, "neurons": 1, "width": 1, "height": 1})
    for mode in range(3):
        for kappa in range(2):
            for reset in (-96, 0, 96):
                network = Network(
                    core, reset_mode=mode, negative_saturate=kappa, reset_potential=reset
                )
                # One neuron's parameters broadcast over all cases, except for those that vary.
                network.threshold, network.negative_threshold = alpha, beta
                after, _ = fire_and_reset(network, v, eta)
                assert after.shape[-1] == v.size
                assert np.abs(after).max() <= LIMIT


@settings(deadline=None)
@given(st.lists(st.integers(-255, 255), min_size=256, max_size=256), st.integers(-393216, 393216))
def test_no_order_of_additions_leaves_the_width(weights: list[int], v: int) -> None:
    """Ascending and descending order take the partial sums furthest out."""
    for order in (weights, sorted(weights), sorted(weights, reverse=True)):
        sums = v + np.cumsum(order)
        assert np.abs(sums).max() + 255 <= 2**19 - 1
        assert sums[-1] == v + sum(weights)
