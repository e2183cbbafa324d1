"""`spikewright bench sim`: figures that belong together, and refusals."""

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.golden import Architecture, make_simulator
from spikewright.golden.workloads import recurrent_network, resting_network
from spikewright.tools import bench_sim
from spikewright.tools.bench_bytes import bytes_per_tick
from spikewright.tools.bench_sim import bandwidth, plans

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "bench")

ONE = Architecture.preset("truenorth").with_mesh(1, 1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_sim, "SECONDS", 0.01)
    monkeypatch.setattr(bench_sim, "LINE", 2**20)


def test_figures_belong_together() -> None:
    status, text, _ = invoke("sim", "--cores", "1,4", "--repeats", "1", "--threads", "1", "--json")
    assert status == 0
    report = json.loads(text)
    assert report["threads"] == 1
    assert report["bandwidth"] > 1e8
    results = report["results"]
    assert [r["cores"] for r in results[:4]] == [1, 1, 4, 4]
    assert [r["engine"] for r in results[:4]] == ["numba", "numpy"] * 2
    for result in results:
        speed = result["synaptic_events"] * result["ticks_per_second"]
        assert result["synaptic_operations_per_second"] == pytest.approx(speed)
        if result["engine"] == "numba":
            bound = report["bandwidth"] / result["bytes_per_tick"]
            assert result["bound"] == pytest.approx(bound)
            fraction = result["ticks_per_second"] / bound
            assert result["fraction_of_bound"] == pytest.approx(fraction)
        if not result["resting"] and result["cores"] == 4:
            assert result["firing"] == pytest.approx(result["rate"], rel=0.5)
    assert report["loading"]["cores"] == 4
    assert 0 < report["loading"]["load_seconds"] < report["loading"]["ready_seconds"]
    assert 1e7 < report["loading"]["peak_bytes"] < 2e9


def test_tables() -> None:
    status, text, _ = invoke(
        "sim", "--cores", "4", "--repeats", "1", "--no-activity", "--no-loading"
    )
    assert status == 0
    assert "half of the synapses" in text
    assert "every neuron of its own kind" in text
    assert "Loading" not in text


@pytest.mark.parametrize("cores", ["5", "0", "16,", "x", "-4", "16384", "4.0"])
def test_refused_sizes(cores: str) -> None:
    status, _, text = invoke("sim", "--cores", cores)
    wrong = cores.rsplit(",", maxsplit=1)[-1]
    assert status == 2
    assert text == f"--cores must be square numbers in 1..4096, not {wrong!r}.\n"


def test_bandwidth_is_positive() -> None:
    assert bandwidth(2, repeats=1) > 1e8


def test_bytes_per_tick_written_out() -> None:
    """One core whose neurons are all alike: potentials, and the lines of its spikes."""
    simulator = make_simulator(recurrent_network(ONE, 1), "numba")
    assert bytes_per_tick(simulator, 0.0) == 256 * 8 + 4 * 8 * 2
    spike = 64 + (64 + 4 + 16) + 2 * 64
    assert bytes_per_tick(simulator, 5.0) == 256 * 8 + 4 * 8 * 2 + 5 * spike


def test_bytes_of_a_core_at_rest() -> None:
    simulator = make_simulator(resting_network(ONE, 1), "numba")
    simulator.run(3)
    assert simulator.rests
    assert bytes_per_tick(simulator, 0.0) == 4 * 8 * 2


def test_plans_cover_what_is_reported() -> None:
    chosen = plans([4, 64], activity=True)
    assert {plan.side for plan in chosen} == {4, 64}
    assert {plan.density for plan in chosen} == {0.125, 0.5}
    assert any(plan.mixed for plan in chosen)
    assert any(plan.resting and plan.rate == 0 for plan in chosen)
    assert not any(plan.resting for plan in plans([4], activity=False))
