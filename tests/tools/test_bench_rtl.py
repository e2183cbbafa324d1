"""`spikewright bench rtl`: the cycles of a tick against the formulas."""

from __future__ import annotations

import json
import os
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, Network, random_network, simulate
from spikewright.tools import bench_rtl, bench_rtl_overhead, engine
from spikewright.tools.bench_rtl import (
    ALLOWED,
    Cycles,
    Speed,
    busy_network,
    measure_cycles,
    measure_speed,
    shape,
)
from spikewright.tools.bench_rtl_overhead import Overhead, measure_overhead
from spikewright.verif.chip_model import ChipModel

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "bench", "rtl")

TINY = Architecture.preset("tiny").with_mesh(1, 1)
ROW = Cycles(
    core="event", stochastic=False, activity=0.02, events=10.0, cycles=36.0, beyond=16, same=True
)
SPEED = Speed(
    core="event",
    cores=11,
    build_seconds=1.0,
    build_processor=2.0,
    builds="partly new",
    ticks_per_second=500.0,
    median=450.0,
    cycles=900.0,
)
OVERHEAD = Overhead(
    core="event", cores=11, ticks=5, cycles=9.0, run_seconds=1.2, bare_seconds=1.0, same=True
)


def small_network(architecture: Architecture, seed: int, **_options: float) -> Network:
    """The networks that are timed do not fit cores of 16 x 16."""
    return random_network(architecture, seed)


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
    assert SPEED.ratio == 44
    assert Speed(**{**vars(SPEED), "cores": 4}).to_dict()["times_less_time"] is None
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
    roots = []

    def measured(*_arguments: Any, root: Path | None) -> Speed:
        roots.append((root, os.environ.get("CCACHE_DISABLE"), root and list(root.iterdir())))
        return SPEED

    monkeypatch.delenv("CCACHE_DISABLE", raising=False)
    monkeypatch.setattr(bench_rtl, "measure_cycles", lambda *_: iter([ROW]))
    monkeypatch.setattr(bench_rtl, "measure_speed", measured)
    status, text, _ = invoke("--core", "event", "--cores", "11")
    assert (status, "speed in Verilator" in text, " 44" in text) == (0, True, True)
    assert "partly new" in text
    status, _, _ = invoke("--core", "event", "--cores", "4,11", "--cold")
    assert status == 0
    assert roots[0] == (None, None, None)
    # An empty folder for each, and no compiler's cache.
    assert [each[1:] for each in roots[1:]] == [("1", [])] * 2
    assert roots[1][0] != roots[2][0]
    assert not roots[2][0].exists()
    assert "CCACHE_DISABLE" not in os.environ


def test_builds_that_were_there_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = [["verilog-1", "mesh_harness-1"], ["mesh_harness-2", "logs", "x-3.partial"], []]

    def pretend(*arguments: Any, root: Path, **options: Any) -> Any:
        for name in made[0]:
            (root / name).mkdir()
        return engine.compiled_chip(*arguments, **options)

    monkeypatch.setattr(bench_rtl, "compiled_chip", pretend)
    monkeypatch.setattr(bench_rtl, "SECONDS", 0.0)
    monkeypatch.setattr(bench_rtl, "recurrent_network", small_network)
    for told in ("new", "partly new", "cached"):
        assert measure_speed(TINY, "event", root=tmp_path).builds == told
        made.pop(0)


def test_a_run_is_held_against_a_bare_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_rtl_overhead, "recurrent_network", small_network)
    monkeypatch.setattr(bench_rtl_overhead, "MOST_TICKS", 3)
    measured = measure_overhead(TINY, "event")
    assert measured.same
    assert measured.ticks == 3 * bench_rtl_overhead.WINDOWS
    assert TINY.neurons < measured.cycles < 10 * TINY.neurons

    def forgetful(self: ChipModel, ticks: int, packets: Any = None) -> int:
        return run_bare(self, ticks, None if packets is None else packets[1:])

    # A bare loop that does less than the run is not what it is held against.
    run_bare = ChipModel.run_bare
    monkeypatch.setattr(bench_rtl_overhead, "STIMULUS", 0.5)
    monkeypatch.setattr(ChipModel, "run_bare", forgetful)
    assert not measure_overhead(TINY, "event").same


def test_a_run_that_costs_too_much_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [OVERHEAD]
    monkeypatch.setattr(bench_rtl, "measure_cycles", lambda *_: iter([ROW]))
    monkeypatch.setattr(bench_rtl, "measure_speed", lambda *_, **__: SPEED)
    monkeypatch.setattr(bench_rtl_overhead, "measure_overhead", lambda *_: rows[0])
    options = "--core", "event", "--cores", "11", "--overhead"
    status, text, _ = invoke(*options)
    assert (status, "1.20" in text) == (0, True)
    rows[0] = Overhead(**{**vars(OVERHEAD), "run_seconds": 1.4})
    status, text, _ = invoke(*options, "--json")
    assert (status, json.loads(text)["overhead"][0]["ratio"]) == (1, 1.4)
    rows[0] = Overhead(**{**vars(OVERHEAD), "same": False})
    status, text, _ = invoke(*options)
    assert (status, "wrong results" in text) == (1, True)


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
