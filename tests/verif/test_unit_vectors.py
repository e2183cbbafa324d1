"""Every unit in both simulators."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.lct.library import Library
from spikewright.verif.unit_vectors import TOP, all_units, units_in_icarus

TINY = Architecture.preset("tiny")
needs_icarus = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed"
)


def test_every_unit_with_a_table_is_there() -> None:
    library = Library()
    design, names = all_units(TINY)
    assert list(names) == [n for n in library.names() if library.unit(n).kind == "logic"]
    outputs = {
        name.partition("__")[0] for name, p in design.ports().items() if p.direction != "input"
    }
    assert outputs == set(names)


@needs_icarus
@pytest.mark.slow
def test_icarus_agrees_on_every_unit(tmp_path: Path) -> None:
    verdict = units_in_icarus(tmp_path, TINY, rows=300)
    assert (verdict.ok, verdict.rows) == (True, 300)


@needs_icarus
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3))
def test_icarus_agrees_on_every_unit_for_long(tmp_path: Path, seed: int) -> None:
    verdict = units_in_icarus(tmp_path, TINY, rows=5000, seed=seed)
    assert (verdict.ok, verdict.rows) == (True, 5000)


@needs_icarus
@pytest.mark.slow
def test_a_fault_in_one_unit_is_found(tmp_path: Path) -> None:
    design, _ = all_units(TINY)
    text, count = re.subn(
        r"next_row < 4'hf", "next_row < 4'h7", design.sources["scheduler_control.v"]
    )
    assert count
    verdict = units_in_icarus(tmp_path, TINY, rows=300, sources={"scheduler_control.v": text})
    assert not verdict.ok
    assert all(line.split()[2].startswith("scheduler_control__") for line in verdict.told[:10])
    assert TOP == "all_units"
