"""Networks that RANC cannot hold: refusals in whole sentences."""

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.golden import (
    Network,
    make_spikes,
)
from spikewright.tools.formats.ranc_json import write_ranc
from spikewright.tools.formats.report import FormatError

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))

RANC, chain = helpers.RANC, helpers.chain


def changed(name: str, place: Any, value: Any, network: Network | None = None) -> Network:
    """Return the network with one value of an array replaced."""
    network = network or chain()
    getattr(network, name)[place] = value
    return network


def refusal(path: Path, network: Network, **options: Any) -> str:
    with pytest.raises(FormatError) as error:
        write_ranc(network, path, **options)
    assert not path.exists()
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "place", "value", "text"),
    [
        (
            "leak_stochastic",
            (1, 2),
            True,
            "leak_stochastic must be 0, RANC has no such thing, not 1",
        ),
        (
            "weight_stochastic",
            (1, 2, 3),
            True,
            "weight_stochastic must be 0, RANC has no such thing, not 1",
        ),
        ("threshold_mask", (1, 2), 1, "threshold_mask must be 0, RANC has no such thing, not 1"),
        (
            "negative_saturate",
            (1, 2),
            1,
            "negative_saturate must be 0, RANC has no such thing, not 1",
        ),
        ("leak_reversal", (1, 2), 1, "leak_reversal must be 0, RANC has no such thing, not 1"),
        ("reset_mode", (1, 2), 2, "reset_mode must be in 0..1, not 2"),
    ],
)
def test_neurons_that_are_none_of_rancs(
    tmp_path: Path, name: str, place: Any, value: Any, text: str
) -> None:
    network = changed(name, place, value)
    for approximate in (False, True):
        found = refusal(tmp_path / "net.json", network, approximate=approximate)
        assert found == f"net.json: core (1, 0), neuron 2: {text}"


def test_thresholds_beyond_every_potential(tmp_path: Path) -> None:
    network = changed("threshold", (0, 1), 256)
    rule = "core (0, 0), neuron 1: threshold must be in 0..255"
    assert refusal(tmp_path / "net.json", network) == f"net.json: {rule}, not 256"
    network = changed("negative_threshold", (0, 1), 257)
    text = "net.json: core (0, 0), neuron 1: negative_threshold must be in 0..256, not 257"
    assert refusal(tmp_path / "other.json", network) == text.replace("net", "other")


AWAY = (
    "core (0, 0), neuron 0: a spike for outside must go to RANC's bus, in the east with dy 0, not "
)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"metadata": {"ranc": 1}},
            "metadata: ranc must hold bus as [x, y] and outputs, and does not",
        ),
        (
            {"metadata": {"ranc": {"bus": [1, -1], "outputs": 0}}},
            "metadata: ranc must hold bus as [x, y] and outputs, and does not",
        ),
        (
            {"metadata": {"ranc": {"bus": [2, 256], "outputs": 0}}},
            "grid: grid must have at most 256 x 256 cells, not 3 x 257 with the bus at [2, 256]",
        ),
        (
            {"metadata": {"ranc": {"bus": [1, 0], "outputs": 0}}},
            "core (0, 0), neuron 0: destination must not be core (1, 0), in whose place is the bus",
        ),
        (
            {"metadata": {"ranc": {"bus": [0, 0], "outputs": 0}}},
            "core (0, 0): a core in the bus's place must be empty, with all parameters at their "
            "defaults, and is not",
        ),
        ({"dx": 9, "dy": 1, "attached": ["east"]}, f"{AWAY}in the east with dx 9, dy 1"),
        ({"dx": -9, "dy": 1, "attached": ["west"]}, f"{AWAY}in the west with dx -9, dy 1"),
        ({"dx": 0, "dy": 1, "attached": ["north"]}, f"{AWAY}in the north with dx 0, dy 1"),
    ],
)
def test_destinations_that_ranc_has_not(tmp_path: Path, options: dict[str, Any], text: str) -> None:
    assert refusal(tmp_path / "net.json", chain(**options)) == f"net.json: {text}"


def test_architectures_that_ranc_has_not(tmp_path: Path) -> None:
    network = Network(replace(RANC, axon_types=3))
    assert refusal(tmp_path / "net.json", network) == (
        "net.json: architecture: axon_types must be 4, not 3"
    )
    network = chain(replace(RANC, delay_slots=32))
    network.delay[0, 1] = 16
    assert refusal(tmp_path / "net.json", network) == (
        "net.json: core (0, 0), neuron 1: delay must be in 0..15, not 16"
    )


def test_stimulus_that_ranc_has_not(tmp_path: Path) -> None:
    text = "net.json: stimulus: tick must be in 0..1048575, not 1048576"
    late = make_spikes([(2**20, 0, 0, 0)])
    assert refusal(tmp_path / "net.json", chain(), stimulus=late) == text
    network = Network(RANC)
    bus = make_spikes([(3, 0, 0, 0)])
    assert refusal(tmp_path / "net.json", network, stimulus=bus, bus=(0, 0)) == (
        "net.json: stimulus tick 3: spikes must go to cores, not to the bus at [0, 0]"
    )
