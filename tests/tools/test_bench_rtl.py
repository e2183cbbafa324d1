"""`spikewright bench rtl`: the cycles of a tick against the formulas."""

from __future__ import annotations

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, simulate
from spikewright.tools import bench_rtl, engine
from spikewright.tools.bench_rtl import ALLOWED, Cycles, Speed, busy_network, measure_cycles, shape

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "bench", "rtl")

TINY = Architecture.preset("tiny").with_mesh(1, 1)
ROW = Cycles(
    core="event", stochastic=False, activity=0.02, events=10.0, cycles=36.0, beyond=16, same=True
)


def test_a_network_is_as_busy_as_it_says() -> None:
    for activity, axons in ((0.125, 2), (1.0, 16)):
        for stochastic in (False, True):
            network = busy_network(TINY, activity, stochastic=stochastic)
            trace = simulate(network, ticks=20)
            sent = trace.spikes[:, network.delay > 0]
            assert set(sent.sum(axis=1).tolist()) == {axons}
            assert trace.synaptic_events[0, 0] == 0
            fed = np.unique(network.axon[network.delay > 0])
            assert len(fed) == axons
            events = int(network.synapses[0][:, fed].sum())
            assert set(trace.synaptic_events[1:, 0].tolist()) == {events}


@pytest.mark.parametrize("core", ["event", "neuron"])
def test_the_formulas_hold(core: str) -> None:
    rows = list(measure_cycles(TINY, core))
    assert [(row.stochastic, row.activity) for row in rows] == [
        (stochastic, activity) for stochastic in (False, True) for activity in bench_rtl.ACTIVITIES
    ]
    assert [row for row in rows if not row.ok] == []
    whole = [row for row in rows if core == "neuron" and not row.stochastic]
    assert all(row.cycles <= TINY.neurons + ALLOWED["neuron"] for row in whole)


def test_a_core_that_waits_too_long_breaks_its_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    # The event core's hardware stands in for the one that counts axons.
    def planted(*arguments: Any, core: str) -> Any:
        assert core == "neuron"
        return engine.compiled_chip(*arguments, core="event")

    monkeypatch.setattr(bench_rtl, "compiled_chip", planted)
    rows = list(measure_cycles(TINY, "neuron"))
    assert [row.activity for row in rows if not row.ok] == [1.0]


def test_a_wrong_result_is_no_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(*arguments: Any, **options: Any) -> Any:
        trace = simulate(*arguments, **options)
        trace.spikes[3, 0, 5] ^= True
        return trace

    monkeypatch.setattr(bench_rtl, "simulate", spoilt)
    assert not any(row.ok for row in measure_cycles(TINY, "event"))


def test_what_is_derived() -> None:
    assert ROW.ok
    assert (ROW.formula, round(ROW.ratio)) == ("N + E + 16", 1835)
    row = Cycles(**{**vars(ROW), "core": "neuron", "beyond": 33})
    assert (row.formula, row.ok) == ("N + 32", False)
    assert Cycles(**{**vars(row), "stochastic": True}).formula == "N + E + 32"
    speed = Speed(core="event", cores=11, build_seconds=1.0, ticks_per_second=500.0, cycles=900.0)
    assert speed.ratio == 44
    assert Speed(**{**vars(speed), "cores": 4}).to_dict()["times_less_time"] is None
    assert [shape(n) for n in (1, 4, 11, 12, 64)] == [(1, 1), (2, 2), (11, 1), (4, 3), (8, 8)]


def test_the_command_fails_where_a_formula_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ROW]
    monkeypatch.setattr(bench_rtl, "measure_cycles", lambda *_: iter(rows))
    options = "--core", "event", "--cores", ""
    status, text, _ = invoke(*options, "--json")
    assert status == 0
    report = json.loads(text)
    assert report["ok"]
    assert report["cycles"][0]["formula"] == "N + E + 16"
    rows[0] = Cycles(**{**vars(ROW), "beyond": 17})
    status, text, _ = invoke(*options)
    assert (status, "broken" in text) == (1, True)
    rows[0] = Cycles(**{**vars(ROW), "same": False})
    status, text, _ = invoke(*options)
    assert (status, "wrong results" in text) == (1, True)


def test_speeds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    speed = Speed(core="event", cores=11, build_seconds=1.0, ticks_per_second=500.0, cycles=900.0)
    monkeypatch.setattr(bench_rtl, "measure_cycles", lambda *_: iter([ROW]))
    monkeypatch.setattr(bench_rtl, "measure_speed", lambda *_: speed)
    status, text, _ = invoke("--core", "event", "--cores", "11")
    assert (status, "speed in Verilator" in text, " 44" in text) == (0, True, True)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--cores", "0", "--cores must be numbers in 1..1024, not '0'."),
        ("--cores", "4,x", "--cores must be numbers in 1..1024, not 'x'."),
        ("--core", "axon", "--core must be one of event, neuron, not 'axon'."),
    ],
)
def test_what_it_refuses(option: str, value: str, sentence: str) -> None:
    status, _, errors = invoke(option, value)
    assert (status, sentence in " ".join(errors.split())) == (2, True)
