"""Cores run again alone in the RTL: planted faults are named, and lost workers lose nothing."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import numpy as np
import pytest
from typer.testing import CliRunner

from spikewright.golden import (
    Architecture,
    Network,
    make_spikes,
    random_network,
    random_spikes,
    save_events,
    simulate,
)
from spikewright.tools import replay_workers
from spikewright.tools.cli import app
from spikewright.tools.errors import UserError
from spikewright.tools.replay import replay
from spikewright.tools.replay_core import replay_group
from spikewright.tools.replay_trace import golden_trace

ARCHITECTURE = Architecture.preset("tiny").with_mesh(4, 3)
TICKS = 40
ALL = np.arange(12)


@pytest.fixture(scope="module")
def network():
    return random_network(ARCHITECTURE, 3, attached=("west",))


@pytest.fixture(scope="module")
def spikes(network):
    return random_spikes(network, 3, TICKS)


def changed(network: Network, **edit) -> Network:
    """Return a copy in which the entry [core 5, neuron 9] of an array is another."""
    other = Network(network.architecture, attached=network.attached, **network.arrays())
    for name, value in edit.items():
        getattr(other, name)[5, 9] = value
    return other


def test_a_trace_holds_what_axons_receive(network, spikes):
    """Held against the reference's scheduler, which nothing of the trace has seen."""
    from spikewright.golden.simulate import Simulator

    cores = np.array([1, 5, 6, 11])
    trace = golden_trace(network, spikes, TICKS, cores)
    simulator = Simulator(network)
    simulator.inject(spikes)
    given = {(int(s["x"] + 4 * s["y"]), int(s["tick"]), int(s["axon"])) for s in spikes}
    wanted = set()
    for tick in range(TICKS):
        row = simulator.scheduler[:, tick % ARCHITECTURE.delay_slots]
        wanted |= {(int(c), tick, int(a)) for c, a in np.argwhere(row) if c in cores}
        simulator.step()
    wanted |= {row for row in given if row[0] in cores and row[1] < TICKS}
    assert set(map(tuple, trace.inputs.tolist())) == wanted
    dense = simulate(network, spikes, TICKS)
    np.testing.assert_array_equal(trace.potentials, dense.potentials[:, cores])
    assert len(trace.spikes) == dense.spikes[:, cores].sum()


def test_all_cores_agree(network, spikes):
    result = replay(network, spikes, TICKS, cores=ALL, jobs=1)
    assert result.differences == []
    assert (result.cores, result.cores_here, result.ticks) == (12, 12, TICKS)
    assert result.potentials == TICKS * 12 * 16
    assert result.spikes > 100
    assert result.inputs > 100


def turn(array):
    array ^= 0x5A5A5A5A


def leak_more(array):
    array[9] += np.where(array[9] > 0, -1, 1)


def send_elsewhere(array):
    array[:] = (array + 1) % 16


def other_weight(array):
    array[9] = np.where(array[9] > 0, -2, 2)


@pytest.mark.parametrize(
    "fault",
    [
        ("leak", leak_more, "potential", 9),
        ("weights", other_weight, "potential", 9),
        ("seed", turn, "potential", None),
        ("axon", send_elsewhere, "packet", None),
    ],
    ids=lambda fault: fault[0],
)
def test_a_fault_in_one_core_is_named(network, spikes, fault):
    name, spoil, what, neuron = fault
    trace = golden_trace(network, spikes, TICKS, ALL)
    group = trace.group(4, 8, "event")
    assert replay_group(group) == []
    spoil(group.fields[name][1:2] if name == "seed" else group.fields[name][1])
    found = replay_group(group)
    assert [(one["x"], one["y"], one["what"]) for one in found] == [(1, 1, what)]
    assert found[0]["golden"] != found[0]["rtl"]
    if neuron is not None:
        assert found[0]["neuron"] == neuron


def test_a_killed_worker_loses_nothing(network, spikes, tmp_path, monkeypatch):
    """The first worker that takes a group dies of it, once."""
    monkeypatch.setattr("spikewright.tools.replay.GROUP", 2)
    killed = []

    def kill() -> None:
        while not killed:
            for child in children():
                os.kill(child, signal.SIGKILL)
                killed.append(child)
            time.sleep(0.005)

    hunter = threading.Thread(target=kill)
    hunter.start()
    out = tmp_path / "results.jsonl"
    result = replay(network, spikes, TICKS, cores=ALL, jobs=2, results=out)
    hunter.join()
    assert killed
    assert result.differences == []
    groups = [json.loads(line)["group"] for line in out.read_text().splitlines()[1:]]
    assert sorted(groups) == list(range(6))


def children() -> list[int]:
    """Processes that were started to work."""
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children() if child.pid]


def die(_group):
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_that_kills_every_worker_ends(monkeypatch):
    monkeypatch.setattr(replay_workers, "replay_group", die)
    message = r"^Workers must survive their work, and 5 died one after the other\.$"
    with pytest.raises(UserError, match=message):
        list(replay_workers.on_processes([0, 1], lambda number: number, 1))


def second_dies(number):
    """The second group ends its worker, beside one that works on."""
    if number:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(4)
    return []


def test_a_worker_that_dies_is_seen_beside_one_that_works(monkeypatch):
    """At once: were it seen when the other one is done, that would be waited for twice."""
    began = time.monotonic()
    monkeypatch.setattr(replay_workers, "replay_group", second_dies)
    monkeypatch.setattr(replay_workers, "LOSSES", 2)
    with pytest.raises(UserError, match=r"and 2 died one after the other\.$"):
        next(replay_workers.on_processes([0, 1], lambda number: number, 2))
    assert time.monotonic() - began < 8


def test_results_are_not_made_twice(network, spikes, tmp_path, monkeypatch):
    monkeypatch.setattr("spikewright.tools.replay.GROUP", 5)
    out = tmp_path / "results.jsonl"
    whole = replay(network, spikes, TICKS, cores=ALL, jobs=1, results=out)
    lines = out.read_text().splitlines(keepends=True)
    out.write_text("".join(lines[:2]) + lines[2][:9])
    again = replay(network, spikes, TICKS, cores=ALL, jobs=1, results=out)
    assert whole.cores_here == 12
    assert again.cores_here < 12
    assert len(out.read_text().splitlines()) == 4
    with pytest.raises(UserError, match=r"^--out must be a new file, or one of a replay of the"):
        replay(network, spikes, TICKS - 1, cores=ALL, jobs=1, results=out)


def test_too_many_potentials():
    architecture = Architecture.preset("truenorth")
    network = Network(ARCHITECTURE)
    network.architecture = architecture
    message = (
        r"^--ticks times cores must need at most 8 GiB for potentials, not 39\.1: "
        r"give fewer --cores or --ticks\.$"
    )
    with pytest.raises(UserError, match=message):
        golden_trace(network, make_spikes(), 10_000, np.arange(4096))


@pytest.mark.slow
def test_workers_of_a_cluster(network, spikes, monkeypatch):
    """Two workers, of which one is killed while it works."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("spikewright.tools.replay.GROUP", 2)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        victim = next(iter(cluster.workers.values())).process.process.pid
        timer = threading.Timer(1.0, os.kill, (victim, signal.SIGKILL))
        timer.start()
        result = replay(network, spikes, TICKS, cores=ALL, scheduler=cluster.scheduler_address)
        timer.join()
    assert result.differences == []
    assert result.cores_here == 12


def test_a_scheduler_that_is_not_there():
    pytest.importorskip("distributed")
    message = (
        r"^--scheduler must be the address of a running scheduler of Dask, "
        r"not tcp://127\.0\.0\.1:9\.$"
    )
    with pytest.raises(UserError, match=message):
        list(replay_workers.on_dask([0], lambda number: number, "tcp://127.0.0.1:9"))


def test_the_command(network, spikes, tmp_path):
    net, events, other = tmp_path / "net.npz", tmp_path / "in.csv", tmp_path / "other.npz"
    network.save(net)
    save_events(events, spikes)
    changed(network, leak=5, leak_stochastic=False).save(other)
    command = ["replay", str(net), "--stimulus", str(events), "--ticks", "20", "--jobs", "1"]
    good = CliRunner().invoke(app, [*command, "--cores", "1,1", "--cores", "2:4,0:2", "--json"])
    assert good.exit_code == 0, good.output
    report = json.loads(good.stdout)
    assert (report["agree"], report["cores"], report["differences"]) == (True, 5, [])
    bad = CliRunner().invoke(app, [*command, "--programmed", str(other)])
    assert bad.exit_code == 1, bad.output
    assert "Tick 0, core (1, 1), neuron 9: potential" in bad.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--core", "x"], "--core must be event or neuron, not 'x'."),
        (
            ["--scheduler", "tcp://a:1", "--jobs", "2"],
            "--jobs must come without --scheduler, whose workers are as many as it has.",
        ),
        (["--cores", "4,0"], "--cores 4,0: x must be in 0..3, not 4."),
        (["--cores", "0,2:9"], "--cores 0,2:9: y must be in 0..2, not 2:9."),
        (["--cores", "1"], "--cores must be all or x,y, each a number or a range, not '1'."),
    ],
)
def test_refusals(network, tmp_path, options, message):
    net = tmp_path / "net.npz"
    network.save(net)
    result = CliRunner().invoke(app, ["replay", str(net), *options])
    assert result.exit_code == 2
    assert result.stderr.strip() == message
