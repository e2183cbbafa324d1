"""Planted faults: a few in every run, all of them at night."""

import pytest

from spikewright.verif.fault_runs import FAULTS, campaign, fault_named, run_bench

# One in a table, one in hand-written hardware, one in the model.
FEW = ("no-or-merge", "answer-not-kept", "model-axons-descending")


def test_there_are_enough():
    assert len(FAULTS) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
def test_a_few_faults_are_found(name):
    """That a core without one passes the same programs is for test_verify.py to see."""
    fault = fault_named(name)
    outcome = run_bench(fault, fault.block)
    assert outcome.ok, outcome


@pytest.mark.slow
def test_a_campaign_runs_the_bench_without_a_fault_too():
    # Only pins show this one.
    outcomes = campaign([fault_named("merge-unfair")])
    assert [outcome.fault and outcome.fault.name for outcome in outcomes] == [None, "merge-unfair"]
    assert [outcome for outcome in outcomes if not outcome.ok] == []


@pytest.mark.nightly
def test_every_fault_is_found():
    outcomes = campaign(list(FAULTS.values()))
    assert [outcome.to_dict() for outcome in outcomes if not outcome.ok] == []
