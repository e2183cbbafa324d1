"""Round trips with a model that answers by heart: there, back, judged, repaired, stopped."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import Library
from spikewright.tools.errors import UserError
from spikewright.tools.llm.account import Account
from spikewright.tools.llm.client import ModelFailure
from spikewright.tools.llm.judging import Judges, Lost
from spikewright.tools.llm.result import Matrix
from spikewright.tools.llm.roundtrip import Plan, collect, selected
from spikewright.tools.llm.settings import Settings
from spikewright.tools.llm.trip import Traveller

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("roundtrip_helpers.py"))))
UNIT, GOOD, WRONG, BROKEN, Model = (
    helpers.UNIT, helpers.GOOD, helpers.WRONG, helpers.BROKEN, helpers.Model,
)  # fmt: skip
TABLE = "\n".join(Library().unit(UNIT).document.lines)
MISREAD = TABLE.replace(*helpers.MISREAD)


@pytest.fixture(scope="module")
def judges():
    with Judges(1) as found:
        yield found


def fenced(text):
    return f"Here it is:\n```\n{text}\n```\nAnything else?"


def travel(model, judges, **common):
    return Traveller(ask=model.ask, judges=judges, **common).travel(UNIT, "m", 0)


def test_a_clean_trip(judges):
    model = Model(encode=fenced(GOOD), decode=fenced(TABLE))
    trip, failure = travel(model, judges)
    assert failure is None
    assert (trip.verdict, trip.first, trip.rounds_to_clean, trip.sentence) == (
        "clean", "clean", 1, "",
    )  # fmt: skip
    assert [r.purpose for r in model.asked] == ["encode", "decode"]
    assert (trip.tokens_in, trip.tokens_out, trip.cost) == (200, 20, 1.0)
    assert trip.rounds[0].keys == ("encode1", "decode1")
    # A fresh conversation, which has never seen the table.
    (decoding,) = [r for r in model.asked if r.purpose == "decode"]
    text = "".join(m["content"] for m in decoding.messages)
    assert "Table route" not in text
    assert "on to the east" not in text


def test_a_wrong_value_is_repaired_from_its_row(judges):
    model = Model(
        encode=fenced(WRONG), repair=fenced(GOOD), decode=[fenced(MISREAD), fenced(TABLE)]
    )
    trip, _ = travel(model, judges)
    assert (trip.first, trip.verdict, trip.rounds_to_clean) == ("encoder", "clean", 2)
    (asked,) = [r for r in model.asked if r.purpose == "repair"]
    assert len(asked.messages) == 3
    told = asked.messages[-1]["content"]
    assert "east.payload must be (dx=-1, dy=0, slot=0, axon=0), not (dx=-2," in told
    assert "trunc(" not in told
    assert "module" not in told
    assert trip.rounds[1].feedback
    assert trip.rounds[1].feedback[0] in told


def test_what_cancels_is_both_and_is_repaired(judges):
    model = Model(encode=fenced(WRONG), repair=fenced(WRONG), decode=fenced(TABLE))
    trip, _ = travel(model, judges, rounds=1)
    assert [(r.verdict, r.legs.cancels) for r in trip.rounds] == [("both", True)] * 2
    assert trip.rounds_to_clean is None


def test_the_decoder_is_not_repaired(judges):
    model = Model(encode=fenced(GOOD), decode=fenced(MISREAD))
    trip, _ = travel(model, judges)
    assert (trip.verdict, len(trip.rounds), trip.rounds_to_clean) == ("decoder", 1, 1)


def test_another_model_may_decode(judges):
    model = Model(encode=fenced(GOOD), decode=fenced(TABLE))
    trip, _ = travel(model, judges, decoder="d")
    assert ([r.model for r in model.asked], trip.decoder) == (["m", "d"], "d")


def test_what_is_no_hdl_is_not_read_back_and_is_repaired(judges):
    model = Model(encode=fenced(BROKEN), repair=fenced(GOOD), decode=fenced(TABLE))
    trip, _ = travel(model, judges)
    assert [r.purpose for r in model.asked] == ["encode", "repair", "decode"]
    assert (trip.first, trip.verdict) == ("encoder", "clean")
    assert (
        "forward_east.v:28:9: expected a declaration name" in model.asked[1].messages[-1]["content"]
    )


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("I'm sorry, I cannot help with that.", "The model declines to answer."),
        ("The unit is quite simple.", "The answer has no Verilog module."),
    ],
)
def test_an_answer_without_hdl_is_the_encoders(judges, answer, sentence):
    trip, _ = travel(Model(encode=answer, repair=answer), judges, rounds=1)
    assert (trip.verdict, trip.sentence, len(trip.rounds)) == ("encoder", sentence, 2)
    assert Matrix(trips=(trip,), units=(UNIT,), models=("m",)).numbers.pass_at_1 == 0.0


def test_an_answer_without_a_table_is_the_decoders(judges):
    trip, _ = travel(Model(encode=fenced(GOOD), decode="No."), judges)
    assert (trip.verdict, trip.sentence) == ("decoder", "The answer has no table.")
    assert Matrix(trips=(trip,), units=(UNIT,), models=("m",)).numbers.decoder_faults == 1


def test_an_empty_answer_of_the_decoder_leaves_the_hdl_judged(judges):
    """Whether the HDL is right does not depend on who reads it."""
    said = "'m' on S answered nothing."
    empty = ModelFailure("empty", said)
    trip, failure = travel(Model(encode=fenced(GOOD), decode=empty), judges)
    assert (trip.verdict, trip.sentence, trip.failure, failure) == ("decoder", said, "", None)
    assert trip.rounds[0].proven
    trip, _ = travel(Model(encode=fenced(WRONG), decode=empty, repair=fenced(GOOD)), judges)
    assert [r.verdict for r in trip.rounds] == ["both", "decoder"]


def test_a_server_that_fails_makes_a_trip_without_a_verdict(judges):
    late = ModelFailure("timeout", "S must answer in 1 s, and does not.")
    trip, failure = travel(Model(encode=late), judges)
    assert (trip.verdict, trip.failure, trip.sentence, failure) == (
        "none", "timeout", "S must answer in 1 s, and does not.", late,
    )  # fmt: skip
    trip, _ = travel(Model(encode=fenced(GOOD), decode=late), judges)
    assert (trip.verdict, trip.failure, trip.rounds[0].hdl.text) == ("none", "timeout", GOOD)
    assert not trip.counts
    trip, _ = travel(Model(encode=fenced(WRONG), decode=fenced(TABLE), repair=late), judges)
    assert (trip.verdict, trip.failure, trip.counts) == ("both", "timeout", True)


def test_a_judge_that_is_lost_is_no_pass(judges, monkeypatch):
    def lost(*_):
        raise Lost("the process that checked it died, by signal 9")

    monkeypatch.setattr(judges, "judge", lost)
    trip, _ = travel(Model(encode=fenced(GOOD), decode=fenced(TABLE)), judges)
    assert (trip.verdict, trip.rounds_to_clean, len(trip.rounds)) == ("unknown", None, 1)
    assert trip.sentence == "the process that checked it died, by signal 9"


def test_a_table_at_fault_is_sent_to_no_model(tmp_path):
    for name in (UNIT, "chip"):
        text = Library().read(name).decode()
        # Row south loses the only thing that told it from row local.
        text = text.replace("| <= 0 | < 0 |", "| <= 0 | <= 0 |")
        (tmp_path / f"{name}.lct.md").write_text(text)
    model = Model()
    with Judges(1, folder=tmp_path) as judges:
        trip, _ = travel(model, judges)
    assert (trip.verdict, model.asked) == ("specification", [])
    assert "row" in trip.sentence


EVIL = """\
from amaranth.hdl import Module
from amaranth.lib.wiring import Component


class ForwardEast(Component):
    def elaborate(self, platform):
        open("/etc/passwd").read()
        return Module()
"""


def test_what_the_sandbox_stops_is_told_apart(judges):
    trip, _ = travel(Model(encode=fenced(EVIL), repair=fenced(EVIL)), judges, target="amaranth")
    assert trip.verdict == "encoder"
    assert trip.rounds[0].legs.encoder.verdict == "different"
    assert len(trip.stopped) == 1
    assert trip.stopped[0].startswith(f"{UNIT}.py:7")
    assert "open" in trip.stopped[0]
    assert trip.rounds[1].feedback == trip.stopped


def test_a_model_is_not_told_where_python_is_installed(judges):
    text = "from spikewright.hdl.generated.chip import Pakcet\n" + EVIL.replace("open(", "str(")
    trip, _ = travel(Model(encode=fenced(text), repair=fenced(text)), judges, target="amaranth")
    assert "/hdl/generated/chip.py" in trip.rounds[0].legs.encoder.sentence
    (told,) = trip.rounds[1].feedback
    assert told.endswith("'Pakcet' from 'spikewright.hdl.generated.chip' (chip.py)")


# ---- runs


def collected(model, judges, jobs=2, **plan):
    client = SimpleNamespace(ask=model.ask, account=Account())
    found = Plan(units=(UNIT,), **{"models": ("m",), **plan})
    return collect(Settings(jobs=jobs), client, found, judges)


def test_samples_and_models_run_at_once(judges):
    model = Model(encode=fenced(GOOD), decode=fenced(TABLE))
    found = collected(model, judges, models=("m", "n"), samples=2)
    assert [(t.model, t.sample) for t in found.trips] == [("m", 0), ("m", 1), ("n", 0), ("n", 1)]
    assert (found.exit_status, found.incomplete, found.planned) == (0, "", 4)
    assert found.settings["models"] == ["m", "n"]
    assert Matrix.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_fatal_failure_stops_the_run_and_keeps_trips(judges):
    spent = ModelFailure("budget", "The budget of 1 is reached.")
    model = Model(encode=[fenced(GOOD), spent], decode=fenced(TABLE))
    found = collected(model, judges, jobs=1, samples=5)
    assert [(t.verdict, t.failure) for t in found.trips] == [("clean", ""), ("none", "budget")]
    assert (found.incomplete, found.exit_status) == ("The budget of 1 is reached.", 2)
    assert found.planned == 5


def test_an_interrupt_keeps_trips(judges):
    model = Model(encode=fenced(GOOD), decode=fenced(TABLE))
    trips = []

    def interrupt(trip):
        trips.append(trip)
        raise KeyboardInterrupt

    client = SimpleNamespace(ask=model.ask, account=Account())
    plan = Plan(units=(UNIT,), models=("m",), samples=9)
    found = collect(Settings(jobs=1), client, plan, judges, interrupt)
    assert (list(found.trips), found.exit_status) == (trips, 2)
    assert found.incomplete == "The run was interrupted."


# ---- what can go


def test_units_are_chosen():
    library = Library()
    assert selected(library, ["router"]) == ("router",)
    parts = selected(library, ["router"], parts=True)
    assert (len(parts), parts[-1]) == (13, "router")
    assert "forward_east" in parts
    every = selected(library, [])
    assert set(library.logic()) < set(every)
    assert "chip" not in every


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere", r"^No unit is called nowhere: there are axi_read, "),
        ("chip", r"^A round trip takes a unit of tables or instances; chip has types only\.$"),
        ("axon_sums", r"^A round trip takes a unit of tables or instances; axon_sums is hand-"),
    ],
)
def test_units_that_cannot_go_are_named(name, sentence):
    with pytest.raises(UserError, match=sentence):
        selected(Library(), [name])
