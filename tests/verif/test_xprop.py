"""No output is x once a chip is reset and programmed, whatever memories and registers held."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.golden.programs import random_network, random_packets
from spikewright.verif.blocks import CORES, block_named
from spikewright.verif.design import Options
from spikewright.verif.errors import ToolError
from spikewright.verif.plain_bench import Verdict, bench_files, run_icarus
from spikewright.verif.probes import without_reset
from spikewright.verif.recorder import Program, Recorded, check_against_golden, record
from spikewright.verif.vectors import VerilatedUnit
from spikewright.verif.xprop import unknown_at_first

TINY = Architecture.preset("tiny")

pytestmark = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed"
)

Play = Callable[[Recorded, str], Verdict]


def recording(name: str, cores: str = "event") -> tuple[Recorded, str]:
    block = block_named(name, cores)
    shape = block.shaped(TINY)
    network = random_network(shape, 3, attached=block.attached, density=0.4)
    packets = random_packets(network, 4, 18)
    program = Program(network=network, ticks=18, packets=packets, idle=0.3, stall=0.3)
    verilog = block.verilog(shape)
    design = block.design(shape, verilog=verilog)
    with VerilatedUnit(design, options=Options(quick=True)) as unit:
        recorded = record(unit, "mesh", program)
    assert check_against_golden(recorded, program)
    return recorded, verilog


@pytest.fixture(scope="module")
def core() -> tuple[Recorded, str]:
    return recording("core")


@pytest.fixture(scope="module")
def neuron() -> tuple[Recorded, str]:
    return recording("core", "neuron")


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def played(recorded: Recorded, verilog: str) -> Verdict:
        files = {"mesh.v": unknown_at_first(verilog, "mesh")}
        for name, text in (files | bench_files(recorded.vectors, "bench")).items():
            (tmp_path / name).write_text(text)
        sources = [tmp_path / "mesh.v", tmp_path / "bench.v"]
        return run_icarus(sources, "bench", tmp_path, timeout=300)

    return played


def test_nothing_is_known_and_nothing_hides_it(core: tuple[Recorded, str]) -> None:
    text = unknown_at_first(core[1], "mesh")
    assert re.search(r"^  reg ", text, re.MULTILINE)
    assert not re.search(r"^\s*(reg [^;]*=|(initial|if|case)\b)", text, re.MULTILINE)


def test_no_output_of_a_core_is_x(core: tuple[Recorded, str], play: Play) -> None:
    verdict = play(*core)
    assert (verdict.ok, verdict.rows) == (True, core[0].vectors.rows), verdict.told


@pytest.mark.nightly
@pytest.mark.parametrize("cores", CORES)
def test_no_output_of_a_mesh_is_x(cores: str, play: Play) -> None:
    recorded, verilog = recording("mesh2x2", cores)
    verdict = play(recorded, verilog)
    assert (verdict.ok, verdict.rows) == (True, recorded.vectors.rows), verdict.told


def test_no_output_of_a_core_that_counts_axons_is_x(
    neuron: tuple[Recorded, str], play: Play
) -> None:
    verdict = play(*neuron)
    assert (verdict.ok, verdict.rows) == (True, neuron[0].vectors.rows), verdict.told


@pytest.mark.nightly
def test_a_register_without_a_reset_is_found_where_axons_are_counted(
    neuron: tuple[Recorded, str], play: Play
) -> None:
    verdict = play(neuron[0], without_reset(neuron[1], "tile.core.leak", "full"))
    assert not verdict.ok
    assert any(re.search(r" is \w*[xX]\w*, not ", line) for line in verdict.told)


@pytest.mark.parametrize(
    ("module", "register"),
    [("tile.core.ticks", "state"), ("tile.core.leak", "full"), ("tile.core.scheduler", "begun")],
)
def test_a_register_without_a_reset_is_found(
    core: tuple[Recorded, str], play: Play, module: str, register: str
) -> None:
    verdict = play(core[0], without_reset(core[1], module, register))
    assert not verdict.ok
    assert any(re.search(r" is \w*[xX]\w*, not ", line) for line in verdict.told)


def test_a_neuron_that_is_not_programmed_is_found(core: tuple[Recorded, str], play: Play) -> None:
    """Memories hold nothing: what is not written shows, even where it is a write of zero."""
    stimulus = dict(core[0].vectors.stimulus)
    enable = stimulus["config__enable"].copy()
    space, address = stimulus["config__space"], stimulus["config__address"]
    missing = (enable != 0) & (space == 3) & (address == 5)
    assert missing.sum() == 1
    enable[missing] = 0
    vectors = replace(core[0].vectors, stimulus=stimulus | {"config__enable": enable})
    verdict = play(replace(core[0], vectors=vectors), core[1])
    assert not verdict.ok
    assert any("trace_0__potential is x" in line.lower() for line in verdict.told)


def test_what_yosys_cannot_read_is_told() -> None:
    with pytest.raises(ToolError, match=r"^Yosys must rewrite top, and says: .*"):
        unknown_at_first("module top(; endmodule", "top")
