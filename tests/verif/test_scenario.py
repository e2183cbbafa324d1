from dataclasses import replace

import numpy as np
import pytest

from spikewright.golden.architecture import Architecture
from spikewright.verif.blocks import BLOCKS
from spikewright.verif.directed import CASES, directed_scenario
from spikewright.verif.patterns import FREE, PATTERNS
from spikewright.verif.router_traffic import hop, random_traffic
from spikewright.verif.scenario import Scenario, random_scenario

TINY = Architecture.preset("tiny")
CHIPS = [block for block in BLOCKS.values() if block.bench == "chip"]


def text(scenario: Scenario) -> str:
    plain = replace(scenario, network=None)  # type: ignore[arg-type]
    with np.printoptions(threshold=10**9):
        return f"{plain}{scenario.network.arrays()}"


def test_a_seed_is_always_the_same_program() -> None:
    first, again, other = (text(random_scenario(BLOCKS["core"], TINY, s)) for s in (6, 6, 7))
    assert first == again
    assert first != other


def test_blocks_have_programs_of_their_own() -> None:
    core, mesh = (random_scenario(BLOCKS[name], TINY, 1) for name in ("core", "mesh2x2"))
    assert core.network.architecture.cores == 1
    assert mesh.network.architecture.cores == 4
    assert not np.array_equal(core.network.leak[0], mesh.network.leak[0])


def test_eighty_seeds_cross_all_patterns_and_pace_every_fifth() -> None:
    block = BLOCKS["core"]
    scenarios = [random_scenario(block, TINY, seed) for seed in range(80)]
    paced = [scenario for scenario in scenarios if scenario.period is not None]
    assert len(paced) == 16
    assert {scenario.flag for scenario in paced} == {None, False}
    free = [scenario for scenario in scenarios if scenario.period is None]
    assert {(s.idle, s.stall) for s in free} == {(i, s) for i in PATTERNS for s in PATTERNS}
    assert all(scenario.ticks > TINY.delay_slots for scenario in scenarios)


@pytest.mark.parametrize("block", CHIPS, ids=lambda block: str(block.name))
@pytest.mark.parametrize("case", CASES)
def test_every_case_suits_every_chip(block: object, case: str) -> None:
    for architecture in (TINY, Architecture.preset("truenorth")):
        scenario = directed_scenario(case, block, architecture)  # type: ignore[arg-type]
        scenario.network.check()
        assert scenario.ticks > 0
        assert CASES[case].meaning.endswith(".")


@pytest.mark.parametrize(
    ("steps", "leaves"),
    [
        ((3, -1), ("east", 2, -1)),
        ((-1, 5), ("west", 0, 5)),
        ((0, 2), ("north", 0, 1)),
        ((0, -8), ("south", 0, -7)),
        ((0, 0), ("local", 0, 0)),
    ],
)
def test_hop(steps: tuple[int, int], leaves: tuple[str, int, int]) -> None:
    assert hop(*steps) == leaves


def test_traffic_of_a_seed() -> None:
    assert random_traffic(TINY, 5) == random_traffic(TINY, 5)
    assert random_traffic(TINY, 0).stall == FREE
    # At the local output only slot and axon tell packets apart.
    packets = [payload for burst in random_traffic(TINY, 3).bursts.values() for payload in burst]
    assert len({payload >> 2 * TINY.offset_bits for payload in packets}) == len(packets)
