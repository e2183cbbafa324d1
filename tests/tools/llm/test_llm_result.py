"""Trips and matrices of trips: numbers computed by hand."""

from types import SimpleNamespace

import pytest

from spikewright.tools.llm.figures import pass_at
from spikewright.tools.llm.result import Matrix, Round, Trip


def judged(verdict, encoder="same", decoder="same", cancels=False, rows=()):
    """A round as far as numbers look at it."""
    legs = SimpleNamespace(
        verdict=verdict,
        cancels=cancels,
        encoder=SimpleNamespace(verdict=encoder),
        decoder=SimpleNamespace(verdict=decoder),
        rows=[SimpleNamespace(verdict=row) for row in rows],
    )
    return Round(hdl=None, table="text", legs=legs, asked_back=True)


def trip(unit, model, sample, *rounds, **fields):
    fields.setdefault("verdict", rounds[-1].verdict if rounds else "none")
    return Trip(
        unit=unit, model=model, sample=sample, target="verilog", rounds=tuple(rounds), **fields
    )


CLEAN = judged("clean", rows=["clean", "clean"])
WRONG = judged("encoder", encoder="different", rows=["clean", "encoder"])
MISREAD = judged("decoder", decoder="different", rows=["decoder", "clean"])
CANCELLED = judged("both", "different", "different", cancels=True, rows=["both", "clean"])


@pytest.mark.parametrize(
    ("k", "samples", "passed", "expected"),
    [
        (1, 5, 2, 2 / 5),
        # 1 - C(3, 2) / C(5, 2) = 1 - 3 / 10
        (2, 5, 2, 0.7),
        # Three of five fail, so any four hold one that passes.
        (4, 5, 2, 1.0),
        (1, 1, 0, 0.0),
        (10, 10, 1, 1.0),
    ],
)
def test_pass_at_k_is_chens_estimate(k, samples, passed, expected):
    assert pass_at(k, samples, passed) == pytest.approx(expected)


def test_pass_at_k_refuses_more_draws_than_samples():
    with pytest.raises(ValueError, match=r"^pass@k must have 1 <= k <= samples and 0 <= passed <="):
        pass_at(3, 2, 1)


def test_numbers_of_one_model():
    trips = (
        # a: 2 of 4 samples pass at once; b: 0 of 1: pass@1 is (1/2 + 0) / 2.
        trip("a", "m", 0, CLEAN, tokens_in=10, tokens_out=1, cost=0.5, seconds=1.0),
        trip("a", "m", 1, MISREAD, cost=0.25),
        trip("a", "m", 2, WRONG, CLEAN, cost=0.0),
        trip("a", "m", 3, WRONG, WRONG, CLEAN, tokens_out=4, cost=0.0),
        trip("b", "m", 0, CANCELLED, WRONG, cost=0.0),
        # Says nothing about the model, so it is in no rate.
        trip("b", "m", 1, failure="timeout", sentence="no answer in time"),
    )
    n = Matrix(trips=trips, units=("a", "b"), models=("m",), samples=4).model("m")
    assert (n.trips, n.failed) == (6, 1)
    assert n.pass_at_1 == pytest.approx((2 / 4 + 0 / 1) / 2)
    assert n.clean_at_1 == pytest.approx((1 / 4 + 0 / 1) / 2)
    assert n.clean_after == (2, 1, 1)
    assert n.never == 1
    assert n.rounds_to_clean == pytest.approx((1 * 2 + 2 + 3) / 4)
    assert n.verdicts == {"clean": 3, "decoder": 1, "encoder": 1, "none": 1}
    assert n.first == {"clean": 1, "decoder": 1, "encoder": 2, "both": 1, "none": 1}
    assert n.rows == {"clean": 2 + 1 + 1 + 1 + 1, "decoder": 1, "encoder": 2, "both": 1}
    assert n.cancelled == 1
    assert (n.decoded, n.decoder_faults) == (9, 2)
    assert (n.tokens_in, n.tokens_out, n.cost, n.seconds) == (10, 5, 0.75, 1.0)


def test_an_empty_answer_counts_against_the_model_and_a_dead_server_does_not():
    empty = trip("a", "m", 0, failure="empty")
    dead = trip("a", "m", 1, failure="server")
    assert Matrix(trips=(empty, dead), units=("a",), models=("m",)).numbers.pass_at_1 == 0.0
    only_dead = Matrix(trips=(dead,), units=("a",), models=("m",)).numbers
    assert (only_dead.pass_at_1, only_dead.rounds_to_clean) == (None, None)


def test_a_cost_with_an_unknown_part_is_unknown():
    known, unknown = trip("a", "m", 0, CLEAN, cost=1.0), trip("a", "m", 1, CLEAN)
    assert Matrix(trips=(known, unknown), units=("a",), models=("m",)).numbers.cost is None


@pytest.mark.parametrize(
    ("verdicts", "incomplete", "status"),
    [
        (["clean", "clean"], "", 0),
        (["clean", "decoder"], "", 1),
        (["unknown", "specification"], "", 1),
        (["clean", "unknown"], "", 2),
        (["clean", "none"], "", 2),
        (["clean", "encoder"], "stopped by hand", 2),
        ([], "", 2),
    ],
)
def test_exit_status(verdicts, incomplete, status):
    trips = tuple(trip("a", "m", n, verdict=v) for n, v in enumerate(verdicts))
    matrix = Matrix(trips=trips, units=("a",), models=("m",), incomplete=incomplete)
    assert matrix.exit_status == status


def test_cells_are_in_order_and_plans_are_counted():
    trips = tuple(trip(u, m, s) for s in (1, 0) for m in "nm" for u in "ab")
    matrix = Matrix(trips=trips, units=("a", "b"), models=("m", "n"), samples=2)
    assert [t.sample for t in matrix.cell("b", "n")] == [0, 1]
    assert matrix.planned == 8
    assert not matrix.simulated
