import numpy as np
import pytest

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import Network
from spikewright.golden.simulate import Simulator
from spikewright.verif.config_model import ConfigModel
from spikewright.verif.config_words import (
    PARAMETERS,
    POTENTIAL,
    SEED,
    Word,
    packet_word,
    parameter_word,
    program_writes,
    signed,
)
from spikewright.verif.transactions import ConfigWrite

TINY = Architecture.preset("tiny")


def test_signed() -> None:
    assert [signed(value, 4) for value in (0, 7, 8, 15, 16)] == [0, 7, -8, -1, 0]


def test_first_field_lies_lowest() -> None:
    word = Word([("low", 3, False), ("high", 4, True)])
    assert word.pack({"low": 5, "high": -2}) == 0b1110_101
    assert word.unpack(0b1_1110_101) == {"low": 5, "high": -2}
    assert word.pack({}) == 0


def test_packet_of_truenorth() -> None:
    word = packet_word(Architecture.preset("truenorth"))
    value = word.pack({"dx": -1, "dy": 3, "slot": 9, "axon": 200})
    assert value == 0x1FF | 3 << 9 | 9 << 18 | 200 << 22


@pytest.mark.parametrize("preset", ["tiny", "truenorth"])
def test_model_understands_what_the_product_packs(preset: str) -> None:
    architecture = Architecture.preset(preset).with_mesh(2, 1)
    network = Network.random(architecture, 3)
    simulator = Simulator(Network(architecture))
    model = ConfigModel(simulator)
    for write in program_writes(network):
        model.write(write, busy=False)
    assert not model.refused.any()
    simulator.network.potential[:] = simulator.potentials
    simulator.network.seed[:] = simulator.random_state
    for name, array in network.arrays().items():
        assert np.array_equal(simulator.network.arrays()[name], array), name


def limits(a: Architecture) -> list[tuple[ConfigWrite, bool]]:
    word, bits, limit = parameter_word(a), 1 << a.potential_bits, a.potential_limit
    return [
        (ConfigWrite(0, POTENTIAL, 0, limit), True),
        (ConfigWrite(0, POTENTIAL, 0, limit + 1), False),
        (ConfigWrite(0, POTENTIAL, 0, -limit % bits), True),
        (ConfigWrite(0, POTENTIAL, 0, (-limit - 1) % bits), False),
        (ConfigWrite(0, PARAMETERS, 0, word.pack({"reset_mode": 2})), True),
        (ConfigWrite(0, PARAMETERS, 0, word.pack({"reset_mode": 3})), False),
        (ConfigWrite(0, PARAMETERS, 0, word.pack({"threshold_mask": a.mask_bits})), True),
        (ConfigWrite(0, PARAMETERS, 0, word.pack({"threshold_mask": a.mask_bits + 1})), False),
        (ConfigWrite(0, SEED, 0, 1 << 32), False),
        (ConfigWrite(0, SEED, 0, 1), True),
        (ConfigWrite(0, 7, 0, 0), False),
    ]


@pytest.mark.parametrize(("write", "taken"), limits(TINY))
def test_limits(write: ConfigWrite, taken: bool) -> None:
    model = ConfigModel(Simulator(Network(TINY)))
    model.write(write, busy=False)
    assert list(model.refused) == [int(not taken), 0, 0, 0]
    model.write(write, busy=True)
    assert list(model.refused) == [2 - int(taken), 0, 0, 0]
