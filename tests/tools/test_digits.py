"""The digits network: what it was trained on, what it is made of, and what it answers."""

import numpy as np
import pytest

from spikewright.golden import simulate
from spikewright.golden.archive import write_archive
from spikewright.tools import digits, digits_train

pytest.importorskip("sklearn", reason="the data set comes with scikit-learn")

COUNT = 100


@pytest.fixture(scope="module")
def split():
    return digits.load_split()


@pytest.fixture(scope="module")
def images(split):
    # Every fifth: the data set's own order repeats its writers.
    return split.held_out[::5]


@pytest.fixture(scope="module")
def network():
    return digits.build_network()


def run(network, images):
    count = len(images)
    return simulate(network, ticks=digits.TICKS_PER_DIGIT * count, packets=digits.encode(images))


@pytest.fixture(scope="module")
def trace(network, split, images):
    return run(network, split.images[images])


class TestSplit:
    def test_no_image_is_on_both_sides(self, split):
        both = np.concatenate([split.train, split.held_out])
        assert sorted(both.tolist()) == list(range(1797))
        assert len(split.held_out) == 500

    def test_no_held_out_image_has_a_twin_to_train_with(self, split):
        train = {image.tobytes() for image in split.images[split.train]}
        assert not any(image.tobytes() in train for image in split.images[split.held_out])

    def test_each_class_is_held_out_equally_often(self, split):
        assert np.bincount(split.labels[split.held_out]).tolist() == [50] * 10

    def test_it_is_always_the_same(self, split):
        assert split.held_out[:10].tolist() == [9, 11, 25, 29, 40, 43, 49, 54, 55, 60]
        assert split.labels[split.held_out[:10]].tolist() == [9, 1, 5, 9, 8, 7, 0, 2, 0, 3]


class TestWeights:
    def test_are_trinary(self):
        weights = digits.load_weights()
        assert np.unique(weights.hidden).tolist() == [-1, 0, 1]
        assert np.unique(weights.output).tolist() == [-1, 0, 1]

    def test_carry_their_command(self):
        assert digits.load_weights().command == "python -m spikewright.tools.digits_train"

    def test_file_is_small(self):
        assert digits.DATA.stat().st_size < 200_000

    @pytest.mark.parametrize(
        ("name", "place", "value", "message"),
        [
            ("hidden", (0, 3, 5), 2, "hidden must hold -1, 0 and 1 only"),
            ("hidden", (1, 0, 0), -128, "hidden must hold -1, 0 and 1 only"),
            ("output", (0, 0, 0), -1, "output must hold 0 and 1 at even units, 0 and -1 at odd"),
            ("output", (1, 9, 1), 1, "output must hold 0 and 1 at even units, 0 and -1 at odd"),
        ],
    )
    def test_refuses_others(self, tmp_path, name, place, value, message):
        weights = digits.load_weights()
        arrays = {"hidden": weights.hidden.copy(), "output": weights.output.copy()}
        arrays[name][place] = value
        path = tmp_path / "other.npz"
        write_archive(path, {"format": "spikewright-digits", "version": 1, "command": ""}, arrays)
        with pytest.raises(digits.DigitsError, match=f"other.npz.*{message}"):
            digits.load_weights(path)


class TestNetwork:
    def test_is_one_that_the_chip_takes(self, network):
        network.check()
        assert (network.architecture.axons, network.architecture.neurons) == (256, 256)
        assert network.architecture.cores == 4

    def test_each_synapse_weighs_one(self, network):
        for core in range(4):
            weight = network.weights[core][:, network.axon_types[core]]
            assert np.unique(weight[network.synapses[core]]).tolist() == [-1, 1]

    def test_no_input_reaches_a_neuron_with_both_signs(self, network):
        hidden = network.synapses[::2]
        assert not (hidden[..., 0::2] & hidden[..., 1::2]).any()

    def test_draws_no_random_numbers(self, network):
        assert not network.weight_stochastic.any()
        assert not network.leak_stochastic.any()
        assert not network.threshold_mask.any()

    def test_each_output_axon_has_one_hidden_neuron(self, network):
        core = np.arange(4)[:, None]
        target = core + network.dx + 2 * network.dy
        for row in range(2):
            axons = network.axon[::2][target[::2] == 1 + 2 * row]
            assert sorted(axons.tolist()) == list(range(256))


class TestEncode:
    def test_a_dark_pixel_spikes_earlier_and_oftener(self):
        image = np.zeros((1, 64), dtype=np.int64)
        image[0, 5] = 9
        packets = digits.encode(image)
        west = packets[packets["position"] == 0]
        assert set(packets["side"].tolist()) == {"west"}
        assert [(int(p["tick"]), int(p["slot"]), int(p["axon"])) for p in west] == [
            (tick - 1, tick, axon) for tick in (2, 3) for axon in (20, 21, 22, 23)
        ]

    def test_may_begin_later(self):
        image = np.full((1, 64), 16)
        packets, later = digits.encode(image), digits.encode(image, first=3)
        np.testing.assert_array_equal(later["tick"], packets["tick"] + 24)
        np.testing.assert_array_equal(later["slot"], (packets["slot"] + 24) % 16)

    def test_refuses_images_of_another_size(self):
        with pytest.raises(digits.DigitsError, match=r"must have shape \(n, 64\), not \(3, 8, 8\)"):
            digits.encode(np.zeros((3, 8, 8), dtype=np.int64))


class TestDecode:
    def test_most_spikes_win_and_the_lowest_of_equals(self):
        packets = np.zeros(5, dtype=digits.encode(np.zeros((1, 64), dtype=np.int64)).dtype)
        packets["side"] = "east"
        packets["tick"] = [1, 2, 9, 10, 12]
        packets["axon"] = [7, 17, 24, 3, 9]
        assert digits.votes(packets, 3).sum(axis=1).tolist() == [2, 3, 0]
        assert digits.decode(packets, 3).tolist() == [7, 3, 0]


class TestAnswers:
    def test_nine_of_ten_held_out_digits_are_right(self, split, images, trace):
        answers = digits.decode(trace.outputs, COUNT)
        assert (answers == split.labels[images]).mean() >= 0.9

    def test_nothing_is_late_or_lost(self, trace):
        assert not trace.late.any()
        assert not trace.off_mesh.any()
        assert (trace.outputs["side"] == "east").all()
        assert set(trace.outputs["position"].tolist()) == {0, 1}

    def test_votes_are_those_of_the_network_that_was_trained(self, split, images, trace):
        spikes = digits.features(split.images[images]).astype(np.float64)
        weights, voted = digits.load_weights(), 0
        for row in range(2):
            hidden = digits_train._Layer(spikes, weights.hidden[row].T.astype(np.float64))
            output = digits_train._Layer(hidden.spikes, weights.output[row].T.astype(np.float64))
            voted += output.spikes.sum(axis=0).reshape(COUNT, -1, 10).sum(axis=1)
        np.testing.assert_array_equal(digits.votes(trace.outputs, COUNT), voted)

    def test_votes_do_not_depend_on_the_order(self, network, split, images, trace):
        order = np.random.default_rng(5).permutation(COUNT)
        again = run(network, split.images[images[order]])
        np.testing.assert_array_equal(
            digits.votes(again.outputs, COUNT), digits.votes(trace.outputs, COUNT)[order]
        )

    def test_potentials_are_zero_when_a_digit_begins(self, trace):
        # Hidden cores have finished before tick 0 of a digit, output cores in it.
        assert not trace.potentials[7::8, ::2].any()
        assert not trace.potentials[8::8, 1::2].any()
        assert np.abs(trace.potentials).max() == 8

    def test_nobody_fires_while_resting(self, trace):
        spikes = trace.spikes.reshape(COUNT, 8, 4, 256)
        assert not spikes[:, 4:, ::2].any()
        assert not spikes[:, [0, 5, 6, 7], 1::2].any()

    def test_work_fits_the_budget_of_a_simulated_chip(self, trace):
        assert digits.rtl_cycles(trace) / COUNT < 60_000


class TestTrain:
    def test_short_training_is_repeatable(self, split):
        few = split.train[:192]
        settings = digits_train.Settings(epochs=2)
        first, second = (
            digits_train.train(split.images[few], split.labels[few], settings) for _ in range(2)
        )
        np.testing.assert_array_equal(first.hidden, second.hidden)
        np.testing.assert_array_equal(first.output, second.output)

    def test_gradients_are_whole_numbers(self, split):
        # Only then do they not depend on the order in which a processor adds.
        few = split.train[:64]
        bits = digits_train._Bits(1)
        trainer = digits_train._Trainer(digits_train.Settings(), bits)
        seen = []
        trainer._move = lambda _row, hidden, output, _rate: seen.extend([hidden, output])
        spikes = digits.features(split.images[few]).astype(np.float64)
        trainer.step(spikes, split.labels[few], 0.01)
        assert len(seen) == 4
        for gradient in seen:
            assert gradient.any()
            assert np.abs(gradient).max() < 2**40
            np.testing.assert_array_equal(gradient, np.round(gradient))

    @pytest.mark.nightly
    def test_training_again_gives_the_file_bit_for_bit(self, split):
        again = digits_train.train(split.images[split.train], split.labels[split.train])
        file = digits.load_weights()
        np.testing.assert_array_equal(again.hidden, file.hidden)
        np.testing.assert_array_equal(again.output, file.output)
        assert again.command == file.command
