"""`spikewright bench faults`, and that it notices a broken comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from spikewright.lct.compare import Cell, Comparison, Options
from spikewright.lct.front.design import Design
from spikewright.lct.ir import Unit
from spikewright.tools import bench_faults_parts
from spikewright.tools.bench_faults_parts import Compare, measure_part, parts
from spikewright.tools.bench_faults_report import judged, summary
from spikewright.tools.cli import app

RUN = CliRunner()
UNITS = ("edge_drop", "split_side", "seed_writer")
COUNT = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keeps truths from one test to the next."""
    return tmp_path_factory.mktemp("faults")


def _report(folder: Path, compare: Compare | None = None) -> dict[str, Any]:
    chosen = parts(UNITS, COUNT, seed=1, folder=folder, named=5)
    return summary([measure_part(part, compare) for part in chosen], 1)


def test_all_are_found(folder: Path) -> None:
    report = _report(folder)
    assert report["mutants"] >= COUNT
    assert report["controls"] == 2 * len(UNITS)
    assert report["cases"] == []
    assert report["ok"]
    assert report["total"]["found"] == report["total"]["different"] > COUNT // 2
    assert report["total"]["equal"] >= report["controls"]
    assert report["kinds"]["by class"]
    assert report["baselines"]["text"]["different"] > 0


def _always(verdict: Any) -> Compare:
    def compare(unit: Unit, design: Design, options: Options) -> Comparison:
        del design, options
        return Comparison(unit.name, (Cell("t", "r", "c", verdict),), (), "names", 0.0)

    return compare


def test_a_comparison_that_praises_all_is_noticed(folder: Path) -> None:
    report = _report(folder, _always("equivalent"))
    total = report["total"]
    assert not report["ok"]
    refused = sum(report["refused"].values())
    assert total["missed"] == total["different"] - refused > 0
    assert total["false alarms"] == total["unknown"] == 0


def test_a_comparison_that_blames_all_is_noticed(folder: Path) -> None:
    report = _report(folder, _always("different"))
    total = report["total"]
    assert not report["ok"]
    assert total["false alarms"] == total["equal"] > 0
    assert total["missed"] == 0


def test_a_comparison_that_gives_up_is_noticed(folder: Path) -> None:
    report = _report(folder, _always("unknown"))
    assert not report["ok"]
    assert report["total"]["unknown"] > COUNT // 2


def test_a_truth_that_is_not_known_is_no_pass() -> None:
    mutant = {"truth": {"verdict": "undecided"}, "verdict": "different"}
    assert judged(mutant) == "undecided"


def test_the_command_goes_on_where_it_was(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _report(folder)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(bench_faults_parts, "truths", never)
    monkeypatch.setattr(bench_faults_parts, "_judged", never)
    output = tmp_path / "faults.json"
    units = [word for unit in UNITS for word in ("--unit", unit)]
    settings = ["--count", str(COUNT), "--jobs", "1", "--named", "5", "--work", str(folder)]
    done = RUN.invoke(app, ["bench", "faults", *units, *settings, "-o", str(output)])
    assert done.exit_code == 0, done.output
    assert "removed branch" in done.output
    assert "random vectors miss" in done.output
    assert json.loads(output.read_text(encoding="utf-8"))["ok"]


def test_a_unit_that_is_none() -> None:
    done = RUN.invoke(app, ["bench", "faults", "--unit", "chip"])
    assert done.exit_code == 2
    assert done.stderr == "--unit must be a unit with tables, not chip.\n"


@pytest.mark.nightly
def test_five_thousand(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["bench", "faults", "--json", "--output", str(tmp_path / "all.json")])
    assert done.exit_code == 0, done.output[-3000:]
    report = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert report["mutants"] >= 5000
    assert report["cases"] == []
