"""Potentials that wrap, and negative thresholds that include their bound: literal results."""

import dataclasses
from typing import Any, ClassVar

import numpy as np
import pytest

from spikewright.golden import Architecture, Network, NetworkError, make_spikes, simulate
from spikewright.golden.neuron import fire_and_reset, leak, limit, update, wrap

RANC = Architecture.preset("ranc").with_mesh(1, 1)
CLOSED = dataclasses.replace(RANC, inclusive=1)
TINY = Architecture.preset("tiny").with_mesh(1, 1)


def after_threshold(
    a: Architecture, values: list[int], eta: int = 0, **fields: Any
) -> tuple[list[int], list[int]]:
    network = Network(a, **fields)
    potential = np.zeros((1, a.neurons), dtype=np.int64)
    potential[0, : len(values)] = values
    after, spikes = fire_and_reset(network, potential, np.full_like(potential, eta))
    return after[0, : len(values)].tolist(), np.flatnonzero(spikes[0, : len(values)]).tolist()


def run(v: int, synaptic: int, **fields: Any) -> tuple[int, bool]:
    """One tick of one neuron, and what it leaves."""
    network = Network(RANC, **fields)
    zero = np.zeros((1, 256), dtype=np.int64)
    after, spikes = update(network, (zero + v).astype(np.int32), zero + synaptic, zero, zero)
    return int(after[0, 0]), bool(spikes[0, 0])


def test_wrap() -> None:
    values = np.array([-769, -768, -513, -512, -257, -256, 0, 255, 256, 511, 512, 768])
    expected = [255, -256, -1, 0, 255, -256, 0, 255, -256, -1, 0, -256]
    assert wrap(values, 9).tolist() == expected
    assert wrap(np.array([-3, -2, -1, 0, 1, 2, 3]), 2).tolist() == [1, -2, -1, 0, 1, -2, -1]


def test_limit_clamps_or_wraps() -> None:
    values = np.array([-97, -96, 96, 97, 300])
    assert limit(TINY, values).tolist() == [-96, -96, 96, 96, 96]
    assert limit(RANC, values).tolist() == [-97, -96, 96, 97, -212]


class TestOrder:
    """Every sum wraps, and what reads a sum reads it wrapped, but for the stop at zero."""

    SILENT: ClassVar[dict[str, int]] = {"threshold": 511, "negative_threshold": 511}

    def test_the_synapses_wrap_over_both_ends(self) -> None:
        assert run(255, 1, **self.SILENT) == (-256, False)
        assert run(-256, -1, **self.SILENT) == (255, False)
        assert run(0, 256 * -256, **self.SILENT) == (0, False)

    def test_the_leak_wraps_over_both_ends(self) -> None:
        assert run(255, 0, leak=255, **self.SILENT) == (-2, False)
        assert run(-256, 0, leak=-256, **self.SILENT) == (0, False)

    def test_a_wrapped_potential_is_held_against_its_thresholds(self) -> None:
        """255 + 1 is far below -beta, and -256 - 1 fires."""
        assert run(255, 1, threshold=10, reset_mode=1, negative_threshold=6) == (-250, False)
        assert run(-256, -1, threshold=10, reset_mode=1, negative_threshold=6) == (245, True)

    def test_the_reversal_sees_v_wrapped_after_the_synapses(self) -> None:
        """255 + 1 is negative; a divergent leak takes it further down, and so over the end."""
        assert run(255, 1, leak=2, leak_reversal=1, **self.SILENT) == (254, False)

    def test_a_divergent_leak_that_wraps_does_not_stop_at_zero(self) -> None:
        """250 + 10 becomes -252; its sign changed, and yet it did not come past zero."""
        assert run(250, 0, leak=10, leak_reversal=1, **self.SILENT) == (-252, False)
        assert run(-250, 0, leak=10, leak_reversal=1, **self.SILENT) == (252, False)

    def test_a_convergent_leak_still_stops_at_zero(self) -> None:
        assert run(-256, 0, leak=-256, leak_reversal=1, **self.SILENT) == (0, False)
        assert run(255, 0, leak=-256, leak_reversal=1, **self.SILENT) == (0, False)

    def test_the_leak_itself_is_exact(self) -> None:
        network = Network(RANC, leak=255)
        assert leak(network, np.array([[255]]), np.zeros((1, 1), dtype=np.int64))[0, 0] == 510


class TestReset:
    """beta = 6, eta = 3 or 0, R = -256, the one number that has no negative."""

    FIELDS: ClassVar[dict[str, int]] = {
        "threshold": 10,
        "negative_threshold": 6,
        "reset_potential": -256,
    }

    def test_minus_r_wraps_to_r(self) -> None:
        assert after_threshold(RANC, [-8, -7, -6, 10], **self.FIELDS) == (
            *([-256, -256, -6, -256],),
            [3],
        )

    def test_any_other_r_is_negated(self) -> None:
        fields = self.FIELDS | {"reset_potential": -255}
        assert after_threshold(RANC, [-7, 10], **fields) == ([255, -255], [1])

    def test_thresholds_beyond_the_potential_are_never_passed(self) -> None:
        fields = {"threshold": 256, "negative_threshold": 257}
        for a in (RANC, CLOSED):
            for kappa in (0, 1):
                after = after_threshold(a, [-256, 255], **fields, negative_saturate=kappa)
                assert after == ([-256, 255], [])

    def test_beta_at_the_lower_end(self) -> None:
        fields = {"negative_threshold": 256, "reset_potential": 5}
        assert after_threshold(RANC, [-256, -255], **fields) == ([-256, -255], [])
        assert after_threshold(CLOSED, [-256, -255], **fields) == ([-5, -255], [])


class TestInclusive:
    """V exactly at its bound: -beta - eta = -9."""

    FIELDS: ClassVar[dict[str, int]] = TestReset.FIELDS | {"reset_potential": 4}

    @pytest.mark.parametrize(
        ("mode", "strict", "inclusive"),
        [
            (0, [-4, -9, -8], [-4, -4, -8]),
            (1, [-1, -9, -8], [-1, 0, -8]),
            (2, [-10, -9, -8], [-10, -9, -8]),
        ],
    )
    @pytest.mark.parametrize("wraps", [0, 1])
    def test_each_mode(
        self, wraps: int, mode: int, strict: list[int], inclusive: list[int]
    ) -> None:
        """The bound does not depend on whether potentials wrap."""
        for a, expected in ((RANC, strict), (CLOSED, inclusive)):
            base = a if wraps else dataclasses.replace(TINY, inclusive=a.inclusive)
            values = [-10, -9, -8]
            after = after_threshold(base, values, 3, **self.FIELDS, reset_mode=mode)
            assert after == (expected, [])

    @pytest.mark.parametrize("mode", [0, 1, 2])
    def test_saturation_is_the_same(self, mode: int) -> None:
        """At V = -beta the saturated value is V itself, and kappa keeps the other rows away."""
        for a in (RANC, CLOSED):
            fields = self.FIELDS | {"reset_mode": mode, "negative_saturate": 1}
            for eta in (0, 3):
                after = after_threshold(a, [-9, -7, -6, -5], eta, **fields)
                assert after == ([-6, -6, -6, -5], [])

    def test_firing_is_still_tested_first(self) -> None:
        assert after_threshold(CLOSED, [0, -1], threshold=0, reset_potential=7) == ([7, -7], [0])

    def test_zero_is_at_a_bound_of_zero(self) -> None:
        """As in RANC, a neuron at rest with beta = 0 is reset to -R in every tick."""
        assert after_threshold(CLOSED, [0], reset_potential=7) == ([-7], [])
        assert after_threshold(RANC, [0], reset_potential=7) == ([0], [])


def test_a_network_of_weights_of_minus_256() -> None:
    network = Network(
        RANC, synapses=1, weights=-256, threshold=511, negative_threshold=511, leak=-1
    )
    trace = simulate(network, make_spikes([(0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 0, 2)]), 2)
    assert trace.potentials is not None
    assert trace.potentials[:, 0, 0].tolist() == [255, 254]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"weights": -257}, "weights of core (0, 0), neuron 0, type 0"),
        ({"leak": 256}, "leak of core (0, 0), neuron 0"),
        ({"reset_potential": -257}, "reset_potential of core (0, 0), neuron 0"),
        ({"potential": 256}, "potential of core (0, 0), neuron 0"),
    ],
)
def test_ranges(fields: dict[str, int], place: str) -> None:
    with pytest.raises(NetworkError) as error:
        Network(RANC, **fields)
    assert str(error.value) == f"{place} must be in -256..255, not {next(iter(fields.values()))}"
