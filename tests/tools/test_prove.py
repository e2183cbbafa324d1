"""The command `spikewright prove`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from spikewright.tools.cli import app
from spikewright.tools.prove import THEOREMS
from spikewright.verif import proofs


def test_json_lists_every_theorem() -> None:
    result = CliRunner().invoke(app, ["prove", "--preset", "tiny", "--json"])
    assert result.exit_code == 0
    listed = json.loads(result.stdout)
    assert len(listed) == THEOREMS
    assert {row["verdict"] for row in listed} == {"proven"}


def test_where_potentials_wrap_there_is_no_clamp_to_prove() -> None:
    result = CliRunner().invoke(app, ["prove", "--preset", "ranc", "--json"])
    assert result.exit_code == 0
    listed = json.loads(result.stdout)
    assert len(listed) == THEOREMS - 1
    assert "bounded" not in {row["name"] for row in listed}
    assert {row["verdict"] for row in listed} == {"proven"}


@pytest.mark.parametrize("verdict", ["refuted", "unknown"])
def test_a_theorem_without_proof_is_exit_1(monkeypatch: pytest.MonkeyPatch, verdict: str) -> None:
    def one(_values: object) -> Iterator[proofs.Proof]:
        yield proofs.Proof("bounded", "somewhere", verdict, 0.5)

    monkeypatch.setattr(proofs, "prove_all", one)
    monkeypatch.setattr(proofs, "prove_generated", lambda _values: iter(()))
    result = CliRunner().invoke(app, ["prove"])
    assert result.exit_code == 1
    assert verdict in result.stdout


def test_an_unknown_preset_is_exit_2() -> None:
    result = CliRunner().invoke(app, ["prove", "--preset", "huge"])
    assert result.exit_code == 2
