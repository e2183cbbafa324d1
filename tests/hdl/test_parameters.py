"""Configuration words, held against literal bits."""

from __future__ import annotations

from spikewright.golden import Architecture, Network
from spikewright.hdl.generated.chip import packet_layout, parameters_layout
from spikewright.hdl.parameters import accepted, pack_parameters
from spikewright.hdl.tile import config_bits


def _bits(*fields: tuple[int, int]) -> int:
    """Fields as (value, width), the first in the low bits."""
    word, at = 0, 0
    for value, width in fields:
        word |= (value & ((1 << width) - 1)) << at
        at += width
    return word


def test_parameter_word_of_one_neuron() -> None:
    architecture = Architecture.preset("truenorth").with_mesh(2, 1)
    network = Network(architecture)
    network.weights[1, 3] = [-255, 255, -1, 7]
    network.weight_stochastic[1, 3] = [True, False, False, True]
    network.leak[1, 3], network.leak_stochastic[1, 3], network.leak_reversal[1, 3] = -3, True, False
    network.threshold[1, 3], network.negative_threshold[1, 3] = 262143, 5
    network.threshold_mask[1, 3], network.reset_mode[1, 3] = 17, 2
    network.reset_potential[1, 3], network.negative_saturate[1, 3] = -393216, True
    network.dx[1, 3], network.dy[1, 3], network.axon[1, 3], network.delay[1, 3] = -1, 0, 200, 15
    word = _bits(
        *((w, 9) for w in (-255, 255, -1, 7)),
        (0b1001, 4),
        *((-3, 9), (1, 1), (0, 1)),
        *((262143, 18), (5, 18), (17, 5), (2, 2), (-393216, 20), (1, 1)),
        *((-1, 9), (0, 9), (200, 8), (15, 4)),
    )
    assert pack_parameters(network, 1)[3] == word


def test_layouts_have_the_architecture_s_widths() -> None:
    tiny = Architecture.preset("tiny")
    assert packet_layout(**accepted(packet_layout, tiny)).size == 4 + 4 + 4 + 4
    assert parameters_layout(**accepted(parameters_layout, tiny)).size == 69
    assert config_bits(tiny) == 69
    assert config_bits(Architecture.preset("truenorth")) == 256
