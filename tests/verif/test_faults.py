"""Planted faults: a few in every run, all of them at night."""

import pytest

from spikewright.verif.fault_runs import FAULTS, campaign, fault_named

# One in a table, one in hand-written hardware, one in the model, one that only pins show.
FEW = ("no-or-merge", "answer-not-kept", "model-axons-descending", "merge-unfair")


def test_there_are_enough():
    assert len(FAULTS) >= 30


@pytest.mark.slow
def test_a_few_faults_are_found():
    outcomes = campaign([fault_named(name) for name in FEW])
    assert [outcome.fault and outcome.fault.name for outcome in outcomes[2:]] == list(FEW)
    assert [outcome for outcome in outcomes if not outcome.ok] == []


@pytest.mark.nightly
def test_every_fault_is_found():
    outcomes = campaign(list(FAULTS.values()))
    assert [outcome.to_dict() for outcome in outcomes if not outcome.ok] == []
