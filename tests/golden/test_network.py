"""Programs: defaults, and each refused value with its whole sentence."""

from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    DEFAULT_SEED,
    FIELDS,
    Architecture,
    Network,
    NetworkError,
    random_network,
)

TINY = Architecture.preset("tiny")


def refusal(network: Network) -> str:
    with pytest.raises(NetworkError) as error:
        network.check()
    return str(error.value)


def test_defaults_are_a_silent_chip() -> None:
    network = Network(TINY)
    assert network.attached == ()
    for name, array in network.arrays().items():
        expected = {"threshold": 1, "seed": DEFAULT_SEED}.get(name, 0)
        assert (array == expected).all(), name


def test_types_and_shapes() -> None:
    arrays = Network(Architecture.preset("tiny").with_mesh(3, 2)).arrays()
    assert {name: (str(a.dtype), a.shape) for name, a in arrays.items()} == {
        "synapses": ("bool", (6, 16, 16)),
        "axon_types": ("uint8", (6, 16)),
        "weights": ("int32", (6, 16, 4)),
        "weight_stochastic": ("bool", (6, 16, 4)),
        "leak": ("int32", (6, 16)),
        "leak_stochastic": ("bool", (6, 16)),
        "leak_reversal": ("bool", (6, 16)),
        "threshold": ("int32", (6, 16)),
        "negative_threshold": ("int32", (6, 16)),
        "threshold_mask": ("uint8", (6, 16)),
        "reset_mode": ("uint8", (6, 16)),
        "reset_potential": ("int32", (6, 16)),
        "negative_saturate": ("bool", (6, 16)),
        "potential": ("int32", (6, 16)),
        "dx": ("int32", (6, 16)),
        "dy": ("int32", (6, 16)),
        "axon": ("int32", (6, 16)),
        "delay": ("uint8", (6, 16)),
        "seed": ("uint32", (6,)),
    }


def test_one_integer_fills_an_array() -> None:
    assert (Network(TINY, leak=-7).leak == -7).all()


def test_given_arrays_are_copied() -> None:
    given = np.zeros((4, 16), dtype=np.int32)
    network = Network(TINY, leak=given)
    given[:] = 5
    assert (network.leak == 0).all()


def test_representation() -> None:
    assert repr(Network(TINY)) == "<Network of 2 x 2 cores, 16 axons, 16 neurons>"


# Core 3 is (1, 1) of the 2 x 2 mesh: the message must name it so, and count x before y.
@pytest.mark.parametrize(
    ("name", "place", "value", "text"),
    [
        ("axon_types", (3, 5), 4, "axon_types of core (1, 1), axon 5 must be in 0..3, not 4"),
        (
            "weights",
            (1, 2, 3),
            8,
            "weights of core (1, 0), neuron 2, type 3 must be in -7..7, not 8",
        ),
        (
            "weights",
            (2, 0, 0),
            -8,
            "weights of core (0, 1), neuron 0, type 0 must be in -7..7, not -8",
        ),
        ("leak", (0, 1), -8, "leak of core (0, 0), neuron 1 must be in -7..7, not -8"),
        ("threshold", (0, 0), 64, "threshold of core (0, 0), neuron 0 must be in 0..63, not 64"),
        ("threshold", (0, 0), -1, "threshold of core (0, 0), neuron 0 must be in 0..63, not -1"),
        (
            "negative_threshold",
            (0, 9),
            64,
            "negative_threshold of core (0, 0), neuron 9 must be in 0..63, not 64",
        ),
        (
            "threshold_mask",
            (0, 0),
            6,
            "threshold_mask of core (0, 0), neuron 0 must be in 0..5, not 6",
        ),
        ("reset_mode", (3, 15), 3, "reset_mode of core (1, 1), neuron 15 must be in 0..2, not 3"),
        (
            "reset_potential",
            (0, 0),
            97,
            "reset_potential of core (0, 0), neuron 0 must be in -96..96, not 97",
        ),
        (
            "potential",
            (0, 0),
            -97,
            "potential of core (0, 0), neuron 0 must be in -96..96, not -97",
        ),
        ("dx", (0, 0), 8, "dx of core (0, 0), neuron 0 must be in -8..7, not 8"),
        ("dy", (0, 0), -9, "dy of core (0, 0), neuron 0 must be in -8..7, not -9"),
        ("axon", (0, 0), 16, "axon of core (0, 0), neuron 0 must be in 0..15, not 16"),
        ("delay", (0, 0), 16, "delay of core (0, 0), neuron 0 must be in 0..15, not 16"),
        ("seed", (2,), 0, "seed of core (0, 1) must be in 1..4294967295, not 0"),
    ],
)
def test_values_out_of_range(name: str, place: tuple[int, ...], value: int, text: str) -> None:
    network = Network(TINY)
    network.arrays()[name][place] = value
    assert refusal(network) == text
    given = network.arrays()[name].astype(np.int64)
    with pytest.raises(NetworkError) as error:
        Network(TINY, **{name: given})
    assert str(error.value) == text


def test_the_first_wrong_entry_is_named() -> None:
    network = Network(TINY)
    network.leak[1, 4:] = 9
    assert refusal(network) == "leak of core (1, 0), neuron 4 must be in -7..7, not 9"


def test_limits_are_allowed() -> None:
    for field in FIELDS:
        for value in field.range(TINY):
            assert (getattr(Network(TINY, **{field.name: value}), field.name) == value).all()


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"weight": 1}, "a network must be given arrays that it has, not 'weight'"),
        ({"leak": 1.5}, "leak must be of integers or booleans, not float64"),
        (
            {"leak": np.zeros((16,), int)},
            "leak must have shape (4 cores, 16 neurons), not (16,)",
        ),
        (
            {"weights": np.zeros((4, 4, 16), int)},
            "weights must have shape (4 cores, 16 neurons, 4 types), not (4, 4, 16)",
        ),
        ({"seed": [1]}, "seed must have shape (4 cores), not (1,)"),
        ({"delay": 260}, "delay of core (0, 0), neuron 0 must be in 0..15, not 260"),
        ({"synapses": 2}, "synapses of core (0, 0), neuron 0, axon 0 must be in 0..1, not 2"),
        ({"seed": 2**32}, "seed of core (0, 0) must be in 1..4294967295, not 4294967296"),
        ({"seed": -1}, "seed of core (0, 0) must be in 1..4294967295, not -1"),
    ],
)
def test_refused_by_the_constructor(arrays: dict[str, Any], text: str) -> None:
    with pytest.raises(NetworkError) as error:
        Network(TINY, **arrays)
    assert str(error.value) == text


@pytest.mark.parametrize(
    ("attached", "text"),
    [
        (("up",), "attached must be of west, east, north, south, not 'up'"),
        (("west", "west"), "attached must name a side once, not 'west' twice"),
    ],
)
def test_refused_sides(attached: tuple[str, ...], text: str) -> None:
    with pytest.raises(NetworkError) as error:
        Network(TINY, attached=attached)
    assert str(error.value) == text


def test_arrays_replaced_later_are_checked_too() -> None:
    network = Network(TINY)
    network.leak = np.zeros((4, 16))  # type: ignore[assignment]
    assert refusal(network) == "leak must be an array of int32, not of float64"
    network.leak = np.zeros((4, 15), dtype=np.int32)
    assert refusal(network) == "leak must have shape (4 cores, 16 neurons), not (4, 15)"
    network.leak = [0]  # type: ignore[assignment]
    assert refusal(network) == "leak must be an array of int32, not of list"


def test_random_is_the_program_generator() -> None:
    one, other = Network.random(TINY, 3, density=0.1), random_network(TINY, 3, density=0.1)
    assert all((one.arrays()[name] == array).all() for name, array in other.arrays().items())


class TestMetadata:
    def test_as_a_file_would_give_it_back(self) -> None:
        network = Network(TINY, metadata={"ranc": {"bus": (2, 2)}, 3: None})
        assert network.metadata == {"ranc": {"bus": [2, 2]}, "3": None}

    @pytest.mark.parametrize(
        ("metadata", "text"),
        [
            ({"a": {1, 2}}, "metadata must be what JSON can hold, and is not"),
            ({"a": float("nan")}, "metadata must be what JSON can hold, and is not"),
            ({"a": "x" * 2000}, "metadata must take at most 2000 characters as JSON, not 2009"),
            ({"a": [[[[[[[[]]]]]]]]}, "metadata must be a mapping that nests at most 8 deep"),
            ([1], "metadata must be a mapping that nests at most 8 deep"),
        ],
    )
    def test_refused(self, metadata: Any, text: str) -> None:
        with pytest.raises(NetworkError) as error:
            Network(TINY, metadata=metadata)
        assert str(error.value) == text
        network = Network(TINY)
        network.metadata = metadata
        assert refusal(network) == text

    def test_without_end(self) -> None:
        deep: dict[str, Any] = {}
        deep["a"] = deep
        with pytest.raises(NetworkError) as error:
            Network(TINY, metadata=deep)
        assert str(error.value) == "metadata must be what JSON can hold, and is not"
