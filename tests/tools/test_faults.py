"""The command `spikewright faults`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from typer.testing import CliRunner

from spikewright.tools.cli import app
from spikewright.verif import fault_runs
from spikewright.verif.fault_edits import Fault
from spikewright.verif.fault_runs import Outcome

RUN = CliRunner()


@pytest.fixture
def survivors(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Stands in for the campaign: every fault is found, but for those in this set."""
    names: set[str] = set()

    def campaign(
        faults: Sequence[Fault], *, jobs: int, progress: Callable[[Outcome], None]
    ) -> list[Outcome]:
        assert jobs == 1
        clean = [Outcome(fault=None, block="core", found=False)]
        planted = [
            Outcome(
                fault=fault,
                block=fault.block,
                found=fault.name not in names,
                by="seed 1",
                first="[red]potential must be 1, not 2",
            )
            for fault in faults
        ]
        for outcome in (*clean, *planted):
            progress(outcome)
        return clean + planted

    monkeypatch.setattr(fault_runs, "campaign", campaign)
    return names


def test_found_faults_are_exit_0(survivors: set[str]) -> None:
    assert not survivors
    result = RUN.invoke(app, ["faults", "--only", "no-or-merge", "--jobs", "1"])
    assert result.exit_code == 0
    assert "1 of 1 faults found; 1 of 1 benches pass without a fault." in result.stdout
    assert "[red]" in result.stdout


def test_a_survivor_is_exit_1(survivors: set[str]) -> None:
    survivors.add("seed-ignored")
    arguments = ["faults", "--only", "no-or-merge", "--only", "seed-ignored", "--jobs", "1"]
    result = RUN.invoke(app, arguments)
    assert result.exit_code == 1
    assert "1 of 2 faults found" in result.stdout


def test_json(survivors: set[str]) -> None:
    survivors.add("seed-ignored")
    result = RUN.invoke(app, ["faults", "--only", "seed-ignored", "--jobs", "1", "--json"])
    assert result.exit_code == 1
    clean, planted = json.loads(result.stdout)
    assert clean["fault"] is None
    assert planted["fault"] == "seed-ignored"
    assert planted["where"] == ["random_draw: seed: => state: seed -> seed if seed == 0 else state"]
    assert planted["found"] is False


def test_an_unknown_fault_is_exit_2() -> None:
    result = RUN.invoke(app, ["faults", "--only", "x"])
    assert result.exit_code == 2
    assert "Fault must be one of slot-of-last-tick, " in result.output
