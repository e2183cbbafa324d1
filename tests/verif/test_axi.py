"""The chip at its AXI ports, driven by cocotbext-axi, against the golden model."""

from __future__ import annotations

from pathlib import Path

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.hdl.tile import CORES
from spikewright.verif.axi_runs import MISUSE, PROGRAMS, fault_verdict, run_axi
from spikewright.verif.fault_runs import fault_named, run_bench
from spikewright.verif.faults_axi import AXI_FAULTS

TINY = Architecture.preset("tiny")
# Packets that leave in the east and in the south are dropped and counted.
LINKS = ("west", "north")


@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
def test_random_programs_over_axi_alone(tmp_path: Path, core: str) -> None:
    seeds = range(6)
    run = run_axi([PROGRAMS], seeds, test_dir=tmp_path, links=LINKS, core=core)
    assert run.results.check().passed == (PROGRAMS,)
    assert [record["seed"] for record in run.records] == list(seeds)
    assert {record["mode"] for record in run.records} == {"step", "free", "paced"}
    # Each figure is compared with the model's; here, that there was something to compare.
    for name in ("ticks", "spikes", "packets", "sent", "late", "off_mesh", "entries"):
        assert sum(record[name] for record in run.records) > 0, name


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
def test_many_random_programs_over_axi_alone(tmp_path: Path, core: str) -> None:
    seeds = range(96)
    run = run_axi([PROGRAMS], seeds, test_dir=tmp_path, links=LINKS, core=core, timeout=3000)
    assert run.results.check().ok
    assert [record["seed"] for record in run.records] == list(seeds)


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
