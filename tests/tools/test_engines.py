"""The command `spikewright engines`: agreement, differences, and planted faults."""

from __future__ import annotations

import dataclasses
import json
import runpy
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import FIELDS
from spikewright.golden.fast import FastSimulator
from spikewright.tools import engines_faults
from spikewright.tools.engines_cases import draw
from spikewright.tools.engines_fault_list import ENGINE_FAULTS
from spikewright.tools.engines_faults import Outcome, chosen_faults, hunt
from spikewright.tools.engines_features import FEATURES
from spikewright.tools.engines_report import Report, compare, hold
from spikewright.tools.engines_worker import main as work
from spikewright.verif.fault_edits import Fault

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "engines")

ROOT = Path(__file__).resolve().parent.parent.parent


def spoil(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[Any], Any]) -> None:
    """Let the compiled engine's traces be wrong in one array."""
    trace = FastSimulator.trace

    def spoiled(self: FastSimulator, ticks: int) -> Any:
        whole = trace(self, ticks)
        return dataclasses.replace(whole, **{name: change(getattr(whole, name).copy())})

    monkeypatch.setattr(FastSimulator, "trace", spoiled)


def one_more(place: tuple[int, ...]) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array[place] += 1
        return array

    return change


def test_a_seed_is_always_the_same_case() -> None:
    one, other = draw(5), draw(5)
    assert one.network.architecture == other.network.architecture
    for field in FIELDS:
        assert np.array_equal(getattr(one.network, field.name), getattr(other.network, field.name))
    assert np.array_equal(one.spikes, other.spikes)
    assert np.array_equal(one.packets, other.packets)
    assert (one.threads, one.cut) == (other.threads, other.cut)
    assert draw(6).network.architecture != one.network.architecture


def test_cases_are_of_every_kind() -> None:
    cases = [draw(seed) for seed in range(120)]
    architectures = [case.network.architecture for case in cases]
    assert {(a.wrap, a.inclusive) for a in architectures} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert max(a.cores for a in architectures) == 72
    assert {a.neurons for a in architectures} >= {1, 64, 65, 256}
    assert {case.threads for case in cases} == set(range(1, 9))
    assert {len(case.packets) > 0 for case in cases} == {False, True}


def test_agreement() -> None:
    status, text, _ = invoke("--networks", "6", "--seed", "40")
    assert status == 0
    assert "6 networks, 180 ticks, " in text
    assert text.rstrip().endswith(" spikes compared: 0 differ.")
    assert "Networks by threads of the compiled engine: " in text
    assert all(feature in text for feature in FEATURES)


def test_as_json() -> None:
    status, text, _ = invoke("--networks", "2", "--seed", "3", "--json")
    report = json.loads(text)
    assert (status, report["ok"], report["networks"], report["ticks"]) == (0, True, 2, 60)
    assert report["differences"] == []
    assert tuple(report["features"]) == FEATURES
    assert report["potentials"] == 30 * sum(draw(seed).network.potential.size for seed in (3, 4))
    assert sum(report["threads"].values()) == 2


def test_a_difference_is_exit_1_and_says_how_to_see_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoil(monkeypatch, "potentials", one_more((7, 0, 0)))
    status, text, _ = invoke("--networks", "2", "--seed", "40")
    assert status == 1
    assert "spikes compared: 2 differ." in text
    assert "threads: tick 7, core (0, 0), neuron 0: potentials " in text
    assert "  again: spikewright engines --networks 1 --seed 41\n" in text
    status, text, _ = invoke("--networks", "1", "--seed", "41", "--json")
    assert status == 1
    assert (
        json.loads(text)["differences"][0]["again"] == "spikewright engines --networks 1 --seed 41"
    )


# This one has six cores, packets over the edges, and more ticks before its cut than after.
SEED = next(
    seed
    for seed in range(200)
    if draw(seed).network.architecture.cores == 6 and len(draw(seed).packets) and draw(seed).cut > 9
)


def difference() -> str:
    report = Report()
    compare(draw(SEED), report)
    return report.differences[0].text


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("potentials", (3, 4, 0), "tick 3, core (1, 1), neuron 0: potentials "),
        ("random_state", (3, 2), "tick 3, core (2, 0): random_state "),
        ("synaptic_events", (0, 3), "tick 0, core (0, 1): synaptic_events "),
        ("late", (29, 5), "tick 29, core (2, 1): late "),
        ("off_mesh", (1,), "tick 1: off_mesh "),
    ],
)
def test_every_array_is_compared(
    monkeypatch: pytest.MonkeyPatch, name: str, place: tuple[int, ...], words: str
) -> None:
    spoil(monkeypatch, name, one_more(place))
    text = difference()
    assert text.startswith(words)
    slow, quick = text.removeprefix(words).split(", ")
    assert int(quick.removesuffix(" (numba)")) == int(slow.removesuffix(" (numpy)")) + 1


def test_spikes_and_the_first_tick_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "spikes", lambda spikes: ~spikes)
    spoil(monkeypatch, "potentials", one_more((3, 4, 0)))
    assert difference().startswith("tick 0, core (0, 0), neuron 0: spikes ")


def test_outputs_types_and_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        spoil(
            patch, "outputs", lambda outputs: np.concatenate([outputs, np.zeros(1, outputs.dtype)])
        )
        assert difference() == "packets out over the edges"
    with monkeypatch.context() as patch:
        spoil(patch, "late", lambda late: late[:-1])
        assert difference() == "late: shape (30, 6) (numpy), (29, 6) (numba)"
    spoil(monkeypatch, "potentials", lambda v: v.astype(np.int64))
    assert difference() == "potentials: int32 (numpy), int64 (numba)"


@pytest.mark.parametrize("name", ["potentials", "scheduler", "random_state", "tick"])
def test_the_final_state_is_compared(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    state = FastSimulator.state

    def spoiled(self: FastSimulator) -> Any:
        whole = state(self)
        return dataclasses.replace(whole, **{name: getattr(whole, name) ^ True})

    monkeypatch.setattr(FastSimulator, "state", spoiled)
    assert difference() == f"after the last tick: {name}"


def test_the_sparse_run_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    run = FastSimulator.run

    def spoiled(self: FastSimulator, ticks: int, watch: Any) -> Any:
        whole = run(self, ticks, watch)
        return dataclasses.replace(whole, late_per_core=whole.late_per_core + 1)

    with monkeypatch.context() as patch:
        patch.setattr(FastSimulator, "run", spoiled)
        assert difference() == f"run from tick {draw(SEED).cut} on: late_per_core"

    def restored_wrongly(self: FastSimulator, state: Any) -> None:
        assert state.tick == draw(SEED).cut
        self.tick = state.tick

    monkeypatch.setattr(FastSimulator, "restore", restored_wrongly)
    assert difference().startswith(f"run from tick {draw(SEED).cut} on: ")


def test_the_first_difference_can_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "late", one_more((0, 0)))
    done: list[int] = []
    report = hold(range(40, 60), stop_early=True, progress=done.append)
    assert (report.networks, len(report.differences), done) == (1, 1, [1])


class TestFaults:
    @pytest.fixture
    def survivors(self, monkeypatch: pytest.MonkeyPatch) -> set[str]:
        """Stands in for the processes: every fault is found, but for those in this set."""
        names: set[str] = set()

        def run(fault: Fault | None, seed: int, networks: int) -> Outcome:
            if fault is None or fault.name in names:
                return Outcome(fault=fault, networks=networks)
            found = {"seed": seed, "threads": 1, "text": "tick 0: [late] 1", "again": "..."}
            return Outcome(fault=fault, networks=1, difference=found)

        monkeypatch.setattr(engines_faults, "_run", run)
        return names

    def test_found_is_exit_0(self, survivors: set[str]) -> None:
        assert not survivors
        status, text, _ = invoke("--faults")
        assert status == 0
        count = len(ENGINE_FAULTS)
        assert f"{count} of {count} faults found; without a fault the engines agree." in text
        assert "[late]" in text

    def test_a_survivor_is_exit_1(self, survivors: set[str]) -> None:
        survivors.add("numba-weights-cut")
        arguments = ["--only", "numba-weights-cut", "--only", "numpy-leak-gate", "--jobs", "1"]
        status, text, _ = invoke("--faults", *arguments)
        assert status == 1
        assert "1 of 2 faults found; without a fault the engines agree." in text
        status, text, _ = invoke("--faults", *arguments, "--networks", "7", "--json")
        report = json.loads(text)
        assert (status, report["ok"]) == (1, False)
        names = [None, "numba-weights-cut", "numpy-leak-gate"]
        assert [fault["fault"] for fault in report["faults"]] == names
        assert [fault["ok"] for fault in report["faults"]] == [True, False, True]
        assert [fault["networks"] for fault in report["faults"]] == [7, 7, 1]

    def test_an_unknown_fault_is_exit_2(self) -> None:
        status, _, text = invoke("--faults", "--only", "x")
        assert status == 2
        assert text.startswith("Fault must be one of numpy-synapse-gate, numba-synapse-gate, ")
        assert text.endswith(", not 'x'\n")
        assert invoke("--only", "x")[::2] == (2, "--only must be given with --faults.\n")

    def test_every_fault_can_be_planted(self) -> None:
        """In one engine each, with a name and a meaning of its own."""
        for fault in ENGINE_FAULTS:
            for file, text in fault.sources(ROOT).items():
                compile(text, file, "exec")
                fast_file = Path(file).name.startswith("fast")
                assert fast_file == (fault.block == "numba")
        assert len({fault.name for fault in ENGINE_FAULTS}) == len(ENGINE_FAULTS)
        blocks = [fault.block for fault in ENGINE_FAULTS]
        assert min(blocks.count("numpy"), blocks.count("numba")) >= 14
        assert chosen_faults([]) == list(ENGINE_FAULTS)

    def test_what_a_worker_cannot_do_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/bin/false")
        outcomes = hunt(chosen_faults(["numpy-leak-gate"]), 0, 1, jobs=1)
        assert [outcome.trouble for outcome in outcomes] == ["the process ended with 1"] * 2
        assert not any(outcome.ok for outcome in outcomes)

    def test_the_worker_writes_its_verdict(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = tmp_path / "answer.json"
        arguments = (str(answer), "40", "2", str(ROOT))
        work(arguments)
        assert json.loads(answer.read_text()) == {"networks": 2, "difference": None}
        spoil(monkeypatch, "late", one_more((0, 0)))
        work(arguments)
        verdict = json.loads(answer.read_text())
        assert (verdict["networks"], verdict["difference"]["seed"]) == (1, 40)
        with pytest.raises(AssertionError, match=f"^golden must come from {tmp_path}, not "):
            work((str(answer), "40", "2", str(tmp_path)))

    @pytest.mark.nightly
    def test_all_are_found(self) -> None:
        outcomes = hunt(ENGINE_FAULTS, 0, engines_faults.NETWORKS)
        assert [outcome for outcome in outcomes if not outcome.ok] == []


@pytest.mark.nightly
def test_two_thousand_networks() -> None:
    report = hold(range(2000))
    assert report.differences == []
    assert all(report.features.values())


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert invoke("--networks", "1")[::2] == (
        2,
        "engine numba must have the package numba, which is not installed: "
        "pip install 'spikewright[fast]'\n",
    )
