"""The chip at its AXI ports, driven by cocotbext-axi, against the golden model."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.hdl.tile import CORES
from spikewright.verif.axi_runs import MISUSE, PROGRAMS, fault_verdict, run_axi
from spikewright.verif.blocks import block_named
from spikewright.verif.fault_runs import fault_named, run_bench
from spikewright.verif.faults_axi import AXI_FAULTS
from spikewright.verif.records import ProgramRecord
from spikewright.verif.verify import verify

TINY = Architecture.preset("tiny")
# Packets that leave in the east and in the south are dropped and counted.
LINKS = ("west", "north")
QUICK = "icarus" if shutil.which("iverilog") else "verilator"
MODELS = Path(__file__).parent / "models" / "faulty.py"


@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
def test_random_programs_over_axi_alone(tmp_path: Path, core: str) -> None:
    # A program of each mode.
    seeds = range(3)
    run = run_axi([PROGRAMS], seeds, test_dir=tmp_path, links=LINKS, core=core)
    assert run.results.check().passed == (PROGRAMS,)
    assert [record.seed for record in run.records] == list(seeds)
    assert all(record.ok for record in run.records)
    # Each figure is compared with the model's; here, that there was something to compare.
    assert run.records[0].ticks > 0
    for name in ("step", "free", "paced", "entered", "late", "off_mesh", "entries"):
        assert sum(record.reached.get(name, 0) for record in run.records) > 0, name
    for name in ("spikes", "packets", "potentials"):
        assert sum(getattr(record, name) for record in run.records) > 0, name


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
def test_many_random_programs_over_axi_alone(tmp_path: Path, core: str) -> None:
    seeds = range(96)
    run = run_axi([PROGRAMS], seeds, test_dir=tmp_path, links=LINKS, core=core, timeout=3000)
    assert run.results.check().ok
    assert [record.seed for record in run.records] == list(seeds)


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (0, 13))]
)
def test_misuse_is_told_and_changes_nothing(tmp_path: Path, seed: int) -> None:
    run = run_axi(MISUSE, [seed], test_dir=tmp_path, links=LINKS)
    assert len(run.results.check().passed) == len(MISUSE)


@pytest.mark.nightly
def test_no_fault_is_found_where_there_is_none() -> None:
    assert fault_verdict() == {"found": False}


@pytest.mark.nightly
@pytest.mark.parametrize("name", [fault.name for fault in AXI_FAULTS])
def test_a_planted_fault_is_found(name: str) -> None:
    fault = fault_named(name)
    outcome = run_bench(fault, fault.block)
    assert outcome.ok, outcome


# As `spikewright verify` counts them, and two chips that are tied to each other.


@pytest.mark.slow
def test_a_faulty_model_is_found_at_the_axi_ports() -> None:
    report = verify("chip", [0], QUICK, predictor=f"{MODELS}:ForgetsSlots")
    [record] = report.failed
    assert re.fullmatch(
        r"potential of .* is .*, not .*|packets of tick \d+ differ", record.first[0]
    )
    assert report.rerun(record) == f"spikewright verify chip --seed 0 --sim {QUICK}"


PAIR = TINY.with_mesh(2, 1)


def on_board(folder: Path, seed: int, verilog: str | None = None) -> ProgramRecord:
    """Run a program on two chips of one core each."""
    run = run_axi(
        [PROGRAMS],
        [seed],
        test_dir=folder,
        architecture=PAIR,
        links=("west", "east"),
        block="board2x1",
        verilog=verilog,
        simulator=QUICK,
    )
    assert run.results.ok == all(record.ok for record in run.records)
    [record] = run.records
    return record


def test_two_tied_chips_equal_the_model(tmp_path: Path) -> None:
    record = on_board(tmp_path, 0)
    assert (record.mismatches, record.first) == (0, [])
    assert record.ticks >= 18
    assert min(record.spikes, record.potentials, record.packets, record.reached["tied"]) > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "pattern", "fault"),
    [
        # A bit of TDATA is lost, beats go without a handshake, and a chip runs ahead.
        (0, r"\.s_axis_west_tdata\((chip_1\w*)\)", r".s_axis_west_tdata(\1 & ~64'h1000)"),
        (0, r"\.m_axis_east_tready\((chip_0\w*)\)", r".m_axis_east_tready(1'b1)"),
        (1, r"\.halt\(chip_1_0\w*\)", ".halt(halt)"),
    ],
    ids=["data", "handshake", "halt"],
)
def test_a_fault_between_two_chips_is_found(
    tmp_path: Path, seed: int, pattern: str, fault: str
) -> None:
    block = replace(block_named("board2x1"), width=2, height=1, attached=("west", "east"))
    text, count = re.subn(pattern, fault, block.verilog(TINY))
    assert count == 1
    assert on_board(tmp_path, seed, text).mismatches == 1


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("block", ["chip", "board2x1"])
def test_many_programs_of_the_blocks_with_axi(block: str, core: str) -> None:
    report = verify(block, 32, core=core, jobs=2, timeout=3000)
    assert [(record.name, record.first) for record in report.failed] == []
    assert report.ok


@pytest.mark.nightly
def test_two_tied_chips_equal_one_of_twice_the_size(tmp_path: Path) -> None:
    whole, links = TINY.with_mesh(4, 2), ("west", "east", "north")
    one, two = (
        run_axi(
            [PROGRAMS],
            range(6),
            test_dir=tmp_path / block,
            architecture=whole,
            links=links,
            block=block,
            timeout=1800,
        ).records
        for block in ("chip", "board2x1")
    )
    for single, pair in zip(one, two, strict=True):
        assert single.ok
        assert pair.ok
        # Ticks that run free are as many as the host takes to stop them.
        if "step" in single.reached:
            assert (single.ticks, single.spikes) == (pair.ticks, pair.spikes)
            assert single.packets == pair.packets


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
def test_a_chip_of_larger_cores(tmp_path: Path, core: str) -> None:
    larger = replace(Architecture.preset("truenorth"), axons=64, neurons=64).with_mesh(2, 2)
    run = run_axi(
        [PROGRAMS],
        range(3),
        test_dir=tmp_path,
        architecture=larger,
        links=("west", "east"),
        core=core,
        timeout=1800,
    )
    assert run.results.check().ok
    assert [record.seed for record in run.records if record.ok] == [0, 1, 2]
