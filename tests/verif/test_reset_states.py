"""Reset in every cycle, at every state of every small register."""

from __future__ import annotations

import re

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.verif.blocks import CORES, Block, block_named
from spikewright.verif.errors import ToolError
from spikewright.verif.probes import small_registers, without_reset
from spikewright.verif.reset_states import ResetReport, reset_everywhere

TINY = Architecture.preset("tiny")
CORE = block_named("core")

# How many values a register takes, by the end of its name; all others are flags.
VALUES = {
    "ticks.state": 4,
    "scan.state": 3,
    "level": 3,
    "merge_local.first": 5,
    "merge_north.first": 4,
    "merge_south.first": 4,
}


def check_states(report: ResetReport, cores: int) -> None:
    """Each register takes each of its values, in one of the tiles at least."""
    assert len(report.states) >= 24 * cores
    states: dict[str, set[int]] = {}
    for name, seen in report.states.items():
        states.setdefault(re.sub(r"^tile_\d+_\d+\.", "", name), set()).update(seen)
    for name, seen in states.items():
        count = next((n for end, n in VALUES.items() if name.endswith(end)), 2)
        assert seen == set(range(count)), name


@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
def test_a_core_is_reset_at_every_state(core: str) -> None:
    report = reset_everywhere(block_named("core", core), TINY, noise=700)
    check_states(report, 1)
    assert report.resets > 500
    assert report.values > 10 * 16 * 3


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
def test_a_mesh_is_reset_at_every_state(core: str) -> None:
    report = reset_everywhere(block_named("mesh2x2", core), TINY, noise=800)
    check_states(report, 4)


@pytest.fixture(scope="module")
def verilog() -> str:
    return CORE.verilog(CORE.shaped(TINY))


FAULTS = [
    ("tile.core.ticks", "state"),
    ("tile.core.scan", "full"),
    ("tile.router.buffer_north", "level"),
]
MORE_FAULTS = [
    ("mesh", "unsettled"),
    ("tile.core.configuration", "answered"),
    ("tile.core.configuration", "refused"),
    ("tile.core.draw", "full"),
    ("tile.core.draw", "state"),
    ("tile.core.integration", "full"),
    ("tile.core.leak", "full"),
    ("tile.core.scan", "state"),
    ("tile.core.scheduler", "begun"),
    ("tile.core.scheduler", "dirty"),
    ("tile.core.scheduler", "late"),
    ("tile.core.scheduler", "next_row"),
    ("tile.core.sender", "full"),
    ("tile.core.ticks", "overrun"),
    *((f"tile.router.merge_{way}", "first") for way in ("east", "local", "north", "south", "west")),
    *((f"tile.router.buffer_{way}", "level") for way in ("east", "local", "south", "west")),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "register"),
    [*FAULTS, *(pytest.param(*fault, marks=pytest.mark.nightly) for fault in MORE_FAULTS)],
)
def test_a_register_without_a_reset_is_found(verilog: str, module: str, register: str) -> None:
    check_found(CORE, without_reset(verilog, module, register))


@pytest.mark.slow
@pytest.mark.parametrize(
    "register",
    ["full", *(pytest.param(r, marks=pytest.mark.nightly) for r in ("counted", "counting"))],
)
def test_a_register_that_counts_axons_without_a_reset_is_found(register: str) -> None:
    block = block_named("core", "neuron")
    verilog = block.verilog(block.shaped(TINY))
    check_found(block, without_reset(verilog, "tile.core.count", register))


def check_found(block: Block, spoilt: str) -> None:
    message = (
        r"After a reset in cycle \d+ of a run, \w+ must be as after the first reset, "
        r"and differs \d+ cycles later \(program that writes (all|lost)\)"
    )
    with pytest.raises(ToolError) as caught:
        reset_everywhere(block, TINY, verilog=spoilt)
    told = str(caught.value)
    assert re.fullmatch(message, told) or "golden model" in told or "must be over" in told


def test_every_small_register_is_looked_at(verilog: str) -> None:
    found = small_registers(verilog, "mesh")
    assert found["tile_0_0.core.ticks.state"] == 2
    assert found["tile_0_0.router.merge_local.first"] == 3
    assert "tile_0_0.core.draw.state" not in found
    assert small_registers(verilog, "mesh", bits=32)["tile_0_0.core.draw.state"] == 32


def test_a_fault_that_cannot_be_planted_is_refused(verilog: str) -> None:
    message = r"^tile\.core\.ticks must have a register begun with a reset, and has none$"
    with pytest.raises(ValueError, match=message):
        without_reset(verilog, "tile.core.ticks", "begun")
