"""`spikewright bench roundtrip`: what is planted is found, and broken judges do not look well."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.lct.compare import Options
from spikewright.lct.legs import Hdl, Leg, Legs
from spikewright.tools.bench_memory import watched
from spikewright.tools.bench_roundtrip_parts import MODEL, Means, Part, measure, parts
from spikewright.tools.bench_roundtrip_report import attributed, says, summary
from spikewright.tools.llm.client import Client
from spikewright.tools.llm.judging import Judges
from spikewright.tools.llm.record import Records
from spikewright.tools.llm.settings import Settings
from spikewright.tools.simulated.make import quick_pool
from spikewright.tools.simulated.pool import save_pool
from spikewright.tools.simulated.served import Served
from spikewright.tools.simulated.stock import path_of

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))

UNIT = "seed_writer"
COUNT = 30
SEED = 1

Change = Callable[[Legs], Legs]


class Changed:
    """Judges whose verdicts are spoiled."""

    def __init__(self, judges: Judges, change: Change) -> None:
        self._judges, self._change = judges, change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._judges, name)

    def judge(self, unit: str, hdl: Hdl | None, decoded: str | None) -> Legs:
        return self._change(self._judges.judge(unit, hdl, decoded))


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Part:
    """The trips of one unit."""
    pool = quick_pool(UNIT, SEED)
    folder = tmp_path_factory.mktemp("pools")
    save_pool(pool, path_of(folder, UNIT))
    (made,) = parts([pool], COUNT, SEED)
    # Its folder is where the server finds it.
    return replace(made, pool=str(folder))


@pytest.fixture(scope="module")
def means(part: Part) -> Iterator[Means]:
    """Real HTTP, the real client and real judges; records that all tests share."""
    judges = Judges(1, options=Options(explain=False), exact=False)
    with Served(Path(part.pool)) as served, Records(None) as records, judges:
        settings = Settings(base_url=served.base_url, models=(MODEL,), seed=SEED, jobs=3)
        client = Client(settings, records)
        yield Means(settings, client, judges)
        client.close()


def _report(part: Part, means: Means, change: Change | None = None) -> dict[str, Any]:
    judges: Any = means.judges if change is None else Changed(means.judges, change)
    return summary(measure(part, replace(means, judges=judges)), SEED, COUNT)


def test_all_is_laid_where_it_is(part: Part, means: Means) -> None:
    report = _report(part, means)
    total = report["total"]
    assert total["trips"] == COUNT
    assert total["wrong HDL"] > 5
    assert total["right HDL"] > 5
    assert total["legs"] == {"missed": 0, "false alarms": 0, "unknown": 0, "no answer": 0}
    assert total["attribution"]["right"] == COUNT
    # The other methods have something to miss.
    assert total["loop"]["missed"] > 0
    assert total["text"]["false alarms"] > 0
    assert report["simulated"].startswith("SIMULATED")


def _praise(legs: Legs) -> Legs:
    """Content with all HDL."""
    same = Leg(verdict="same")
    return replace(legs, verdict="clean", cancels=False, encoder=same, decoder=same, rows=())


def _blame(legs: Legs) -> Legs:
    """It is always the encoder."""
    rows = tuple(replace(r, verdict="encoder") for r in legs.rows)
    different = replace(legs.encoder, verdict="different")
    return replace(legs, verdict="encoder", cancels=False, encoder=different, rows=rows)


def _shrug(legs: Legs) -> Legs:
    unknown = Leg(verdict="unknown")
    return replace(legs, verdict="unknown", cancels=False, encoder=unknown, decoder=unknown)


def _one_row(legs: Legs) -> Legs:
    """Right as a whole, and blind to where."""
    return replace(legs, rows=legs.rows[:1])


def test_a_judge_that_praises_all_is_noticed(part: Part, means: Means) -> None:
    report = _report(part, means, _praise)
    total = report["total"]
    assert not report["ok"]
    assert total["legs"]["missed"] == total["wrong HDL"]
    assert total["attribution"]["wrong"] > total["wrong HDL"] // 2


def test_a_judge_that_blames_the_encoder_is_noticed(part: Part, means: Means) -> None:
    report = _report(part, means, _blame)
    total = report["total"]
    assert not report["ok"]
    assert total["legs"]["false alarms"] == total["right HDL"]
    assert total["attribution"]["wrong"] >= total["right HDL"]


def test_a_judge_that_does_not_know_is_no_pass(part: Part, means: Means) -> None:
    report = _report(part, means, _shrug)
    total = report["total"]
    assert not report["ok"]
    assert total["legs"]["unknown"] == total["wrong HDL"] + total["right HDL"]
    assert total["attribution"]["unknown"] > 0


def test_a_judge_that_overlooks_rows_is_noticed(part: Part, means: Means) -> None:
    report = _report(part, means, _one_row)
    assert not report["ok"]
    assert report["total"]["attribution"]["rows missed"] > 3


def test_a_judge_that_is_blind_to_a_kind_of_fault_is_noticed(part: Part, means: Means) -> None:
    """Content with HDL in which a certain fault was planted, here the first that there is."""
    seen = summary(measure(part, means), SEED, COUNT)
    fault = next(f for f in seen["encoder faults"] if f not in ("none", "silent"))
    sources = {(t.target, t.seed) for t in part.trips if t.truth.encoder_fault == fault}
    outcomes = [
        {**o, "encoder": "same", "verdict": "clean"} if (o["target"], o["seed"]) in sources else o
        for o in measure(part, means)
    ]
    report = summary(outcomes, SEED, COUNT)
    assert not report["ok"]
    assert report["encoder faults"][fault]["legs"]["missed"] > 0
    missed = [name for name, t in report["encoder faults"].items() if t["legs"]["missed"]]
    assert missed == [fault]


@pytest.mark.parametrize("lie", ["clean", "faulty"])
def test_a_truth_that_is_none_is_noticed(part: Part, means: Means, lie: str) -> None:
    trips = tuple(
        replace(
            t, truth=replace(t.truth, encoder=lie, verdict="clean" if lie == "clean" else "both")
        )
        for t in part.trips
    )
    report = _report(replace(part, trips=trips), means)
    assert not report["ok"]
    word = "false alarms" if lie == "clean" else "missed"
    assert report["total"]["legs"][word] > 5
    assert report["total"]["attribution"]["wrong"] > 5


def test_too_few_trips_are_no_pass(part: Part, means: Means) -> None:
    outcomes = measure(part, means)
    fewer = summary(outcomes[:-1], SEED, COUNT)
    assert not fewer["ok"]
    assert fewer["lacking"] == ["29 trips and not 30: there are no more different ones"]
    nothing = summary([], SEED, 0)
    assert not nothing["ok"]
    assert nothing["lacking"] == [
        "no HDL was wrong, or none was right: nothing could be missed or confused"
    ]
    unlabelled = [{**o, "simulated": False} for o in outcomes]
    assert summary(unlabelled, SEED, COUNT)["lacking"] == [
        "an answer did not say that it is simulated"
    ]


def test_what_was_done_is_kept(part: Part, means: Means, tmp_path: Path) -> None:
    first = measure(part, means, tmp_path)
    (path,) = tmp_path.iterdir()
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["outcomes"] == json.loads(json.dumps(first))
    broken: Any = SimpleNamespace(options=means.judges.options)
    assert measure(part, replace(means, judges=broken), tmp_path) == kept["outcomes"]
    fewer = replace(part, trips=tuple(t for t in part.trips if t.target == "amaranth"))
    assert len(measure(fewer, means, tmp_path)) < len(first)


def _outcome(**more: Any) -> dict[str, Any]:
    truth = {"encoder": "clean", "decoder": "clean", "verdict": "clean", "cancels": False}
    return {
        "truth": truth, "verdict": "clean", "cancels": False, "hdl": True, "table": True,
        "text": True, "encoder": "same", "decoder": "same", "loop": "same", **more,
    }  # fmt: skip


def test_what_each_method_says() -> None:
    assert [says(_outcome(), m) for m in ("text", "loop", "legs")] == ["fine"] * 3
    assert says(_outcome(text=False), "text") == "complains"
    assert says(_outcome(table=False), "text") == "no answer"
    assert says(_outcome(loop="none"), "loop") == "no answer"
    assert says(_outcome(encoder="none"), "legs") == "complains"
    assert says(_outcome(encoder="unknown"), "legs") == "unknown"


def test_whose_fault_it_is() -> None:
    silent = {"encoder": "faulty", "decoder": "none", "verdict": "both", "cancels": False}
    assert attributed(_outcome()) == "right"
    assert attributed(_outcome(cancels=True)) == "wrong"
    assert attributed(_outcome(verdict="unknown")) == "unknown"
    assert attributed(_outcome(verdict="none")) == "wrong"
    assert attributed(_outcome(verdict="none", truth=silent)) == "right"


def test_memory_is_seen() -> None:
    with watched(lambda _: "child") as peaks:
        pass
    assert peaks.together >= 0
    assert peaks.roles["parent"] > 10


def test_the_command_wants_a_unit_that_is_known() -> None:
    code, _, complaint = helpers.invoke("bench", "roundtrip", "--unit", "chip")
    assert code == 2
    assert complaint == "--unit must be a unit that the simulated model knows, not chip.\n"


@pytest.mark.nightly
def test_the_command(tmp_path: Path) -> None:
    place = tmp_path / "found.json"
    code, shown, _ = helpers.invoke("bench", "roundtrip", "--quick", "--jobs", 1, "-o", place)
    report = json.loads(place.read_text(encoding="utf-8"))
    assert code == 0
    assert report["total"]["trips"] == 60
    assert "SIMULATED" in shown
    assert "60 round trips" in shown
