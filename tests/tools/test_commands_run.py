"""`spikewright run`: files, figures and verdicts; refusals and interrupts have their own tests."""

from __future__ import annotations

import json
import re
import runpy
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Port,
    load_events,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    save_events,
    simulate,
)
from spikewright.golden.recording import FIRED
from spikewright.golden.recording_file import load_recording
from spikewright.tools import run_network
from spikewright.tools.errors import UserError
from spikewright.tools.run_network import FAST_WORK, choose_engine, long_enough
from spikewright.tools.run_report import Expectation

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "run")

# A chip that other tests compile as well.
ONE = Architecture.preset("tiny").with_mesh(1, 1)
ATTACHED = ("west", "east")
TICKS = 50
# Line 20 is any of two neurons.
OUTPUT = Port("out", "output", [(7, 0, 0, 3), (8, 0, 0, 4), (20, 0, 0, 5), (20, 0, 0, 6)])
INPUT = Port("in", "input", [(0, 0, 0, 2), (1, 0, 0, 3)])
FILES = ("net.npz", "--stimulus", "spikes.csv", "--packets", "packets.npz")


@pytest.fixture
def network():
    network = random_network(ONE, 2, attached=ATTACHED, off_mesh=0.2)
    return Network(ONE, attached=ATTACHED, ports=(INPUT, OUTPUT), **network.arrays())


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, network):
    monkeypatch.chdir(tmp_path)
    network.save("net.npz")
    save_events("spikes.csv", random_spikes(network, 1, TICKS))
    save_events("packets.npz", random_packets(network, 1, TICKS))
    return tmp_path


@pytest.fixture
def trace(network):
    """Return what the reference makes of the same files."""
    spikes, packets = random_spikes(network, 1, TICKS), random_packets(network, 1, TICKS)
    return simulate(network, spikes, TICKS, packets=packets)


@pytest.fixture
def port_rows(trace):
    """Return the events of OUTPUT, as sorted rows."""
    spikes = trace.spikes[:, 0]
    lines = {7: spikes[:, 3], 8: spikes[:, 4], 20: spikes[:, 5] | spikes[:, 6]}
    return sorted((int(tick), i) for i, line in lines.items() for tick in np.flatnonzero(line))


def csv(rows):
    return "tick,index\n" + "".join(f"{tick},{index}\n" for tick, index in rows)


# What comes out.


@pytest.mark.parametrize("engine", ["numpy", "numba", "rtl"])
def test_recording(engine, trace):
    if engine == "numba":
        pytest.importorskip("numba")
    watch = ("--watch", "0,0,2:5", "--watch", "0,0,0", "--watch", "0,0,4")
    status, text, message = invoke(
        *FILES, "--ticks", TICKS, "--engine", engine, "--out", "out.npz", *watch
    )
    # Where nobody has compiled it before, that takes a moment, which is told.
    assert (status, message.replace(f"Preparing engine {engine} ...\n", "")) == (0, "")
    assert f"on engine {engine}\n" in text
    recording, info = load_recording("out.npz")
    assert (info["complete"], info["engine"], info["attached"]) == (True, engine, ATTACHED)
    assert [port.name for port in info["ports"]] == ["in", "out"]
    np.testing.assert_array_equal(recording.dense_spikes(), trace.spikes)
    np.testing.assert_array_equal(recording.off_mesh, trace.off_mesh)
    np.testing.assert_array_equal(recording.late_per_tick, trace.late.sum(axis=1))
    np.testing.assert_array_equal(recording.outputs, trace.outputs)
    np.testing.assert_array_equal(recording.watch, [0, 2, 3, 4])
    np.testing.assert_array_equal(recording.potentials, trace.potentials[:, 0, [0, 2, 3, 4]])
    assert recording.spike_index.size > 0


def test_summary(trace):
    status, text, message = invoke(*FILES, "--ticks", TICKS)
    assert (status, message) == (0, "")
    lines = text.splitlines()
    assert lines[0] == (
        "1 x 1 cores of 16 axons and 16 neurons, on engine numpy "
        "(auto: 50 core ticks would not pay for loading numba)"
    )
    spikes, events = int(trace.spikes.sum()), int(trace.synaptic_events.sum())
    assert " ".join(lines[1].split()[:2]) == "ticks 50"
    assert lines[1].rstrip().endswith("x real time")
    rate = f"{1000 * spikes / (TICKS * 16):.3g}"
    assert lines[2].split() == f"spikes {spikes} mean rate {rate} Hz at 1 kHz ticks".split()
    assert lines[3].split()[:3] == ["synaptic", "events", f"{events:,}"]
    assert lines[4].split() == ["packets", "out", str(len(trace.outputs))]
    late = f"dropped late {trace.late.sum()} their scheduler row was the one that ran"
    assert lines[5].split() == late.split()
    off = f"dropped off mesh {trace.off_mesh.sum()} they left where nothing is attached"
    assert lines[6].split() == off.split()
    assert re.match(r"reading \d\.\d s, preparing .* s, running .* s, writing .* s", lines[7])
    assert len(lines) == 8


def test_summary_without_drops_and_of_the_rtl():
    Network(ONE).save("silent.npz")
    status, text, _ = invoke("silent.npz", "--engine", "rtl")
    assert status == 0
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[2] == "spikes 0 mean rate 0 Hz at 1 kHz ticks"
    assert lines[3] == "synaptic events not shown by this engine"
    assert lines[5:7] == ["dropped late 0", "dropped off mesh 0"]
    assert re.match(r"reading .*, preparing .*, building .* s, configuring .* s, run", lines[7])


def test_json(trace):
    status, text, message = invoke(*FILES, "--ticks", TICKS, "--engine", "numpy", "--json")
    assert (status, message) == (0, "")
    report = json.loads(text)
    seconds, speed, sops = (
        report.pop(name) for name in ("seconds", "ticks_per_second", "synaptic_events_per_second")
    )
    assert list(stages := report.pop("stages")) == ["reading", "preparing", "running", "writing"]
    assert stages["running"] == seconds
    events = int(trace.synaptic_events.sum())
    assert speed == pytest.approx(TICKS / seconds)
    assert sops == pytest.approx(events / seconds)
    assert report == {
        "engine": "numpy",
        "reason": "",
        "threads": 1,
        "complete": True,
        "ticks": TICKS,
        "ticks_wanted": TICKS,
        "ticks_here": TICKS,
        "spikes": trace.spikes.sum(),
        "mean_rate": pytest.approx(trace.spikes.mean()),
        "synaptic_events": events,
        "packets_out": len(trace.outputs),
        "late": trace.late.sum(),
        "off_mesh": trace.off_mesh.sum(),
    }


def test_spikes_as_csv(trace):
    assert invoke(*FILES, "--ticks", TICKS, "--out", "out.csv")[0] == 0
    fired = load_events("out.csv", FIRED)
    np.testing.assert_array_equal(
        np.stack([fired["tick"], fired["neuron"]], axis=1), np.argwhere(trace.spikes[:, 0])
    )
    assert Path("out.csv").read_text().startswith("tick,x,y,neuron\n")


def test_port_is_printed_by_itself(port_rows):
    status, text, message = invoke(*FILES, "--ticks", TICKS, "--port", "out")
    assert (status, text) == (0, csv(port_rows))
    assert "on engine numpy" in message


def test_port_to_a_file(port_rows):
    status, text, _ = invoke(*FILES, "--ticks", TICKS, "--port", "out", "--port-out", "port.csv")
    assert status == 0
    assert "on engine numpy" in text
    assert Path("port.csv").read_text() == csv(port_rows)


def test_port_as_json(port_rows):
    _, text, _ = invoke(*FILES, "--ticks", TICKS, "--port", "out", "--json")
    assert json.loads(text)["port"] == {"name": "out", "events": [list(row) for row in port_rows]}


def test_stimulus_of_port_events():
    Path("port.csv").write_text("tick,port,index\n3,in,1\n0,in,0\n")
    assert invoke("net.npz", "--stimulus", "port.csv", "--ticks", 9, "--out", "a.npz")[0] == 0
    save_events("axons.npz", make_spikes([(0, 0, 0, 2), (3, 0, 0, 3)]))
    assert invoke("net.npz", "--stimulus", "axons.npz", "--ticks", 9, "--out", "b.npz")[0] == 0
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()


def test_ticks_until_the_last_event_is_through(network):
    def ticks(*arguments):
        return json.loads(invoke("net.npz", *arguments, "--json")[1])["ticks"]

    assert ticks() == 32
    save_events("late.csv", make_spikes([(40, 0, 0, 0)]))
    assert ticks("--stimulus", "late.csv") == 41 + 16
    Path("none.csv").write_text("tick,index\n70,7\n")
    assert ticks("--stimulus", "late.csv", "--port", "out", "--expect", "none.csv") == 70 + 1 + 16
    with pytest.raises(
        UserError,
        match=r"^--ticks must be given where events reach beyond tick 100000, here to 100001\.$",
    ):
        long_enough(network, np.array([0, 100_001]), np.array([7]))


# Held against a list.


def expect(rows, *more):
    Path("expected.csv").write_text(csv(rows))
    return invoke(*FILES, "--ticks", TICKS, "--port", "out", "--expect", "expected.csv", *more)


def test_expected_events(port_rows):
    status, text, message = expect(port_rows[::-1])
    assert (status, message) == (0, "")
    assert text.endswith(f"AGREE: {len(port_rows)} events of port out, as expected.\n")
    report = json.loads(expect(port_rows, "--json")[1])
    assert report["expected"] == {"agree": True, "difference": None}


def test_event_that_is_missing(port_rows):
    status, text, _ = expect([*port_rows, (21, 9), (22, 7)])
    assert status == 1
    assert text.endswith("DIFFER at tick 21: event 9 of port out is expected and missing.\n")
    report = json.loads(expect([*port_rows, (21, 9)], "--json")[1])
    difference = {"tick": 21, "index": 9, "expected": True}
    assert report["expected"] == {"agree": False, "difference": difference}


def test_event_that_is_too_many(port_rows):
    (tick, index), rest = port_rows[4], port_rows[:4] + port_rows[5:]
    status, text, _ = expect([*rest, (49, 9)])
    assert status == 1
    assert text.endswith(
        f"DIFFER at tick {tick}: event {index} of port out is there and not expected.\n"
    )


def test_nothing_is_expected_of_a_silent_port():
    nothing = np.zeros((0, 2), dtype=np.int64)
    assert Expectation.of("out", nothing, nothing).difference is None


# Which engine.


@pytest.mark.parametrize(
    ("ticks", "installed", "engine", "reason"),
    [
        (
            FAST_WORK - 1,
            True,
            "numpy",
            f"auto: {FAST_WORK - 1} core ticks would not pay for loading numba",
        ),
        (FAST_WORK, True, "numba", f"auto: {FAST_WORK} core ticks pay for loading it"),
        (
            FAST_WORK,
            False,
            "numpy",
            "auto: numba is not installed; pip install 'spikewright[fast]'",
        ),
    ],
)
def test_choice_of_the_engine(monkeypatch, ticks, installed, engine, reason):
    network = Network(ONE)
    monkeypatch.setattr(
        run_network.importlib.util, "find_spec", lambda _name: object() if installed else None
    )
    assert choose_engine("auto", network, ticks) == (engine, reason)
    assert choose_engine("rtl", network, ticks) == ("rtl", "")


def test_numba_is_missing(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("spikewright.golden.fast")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert invoke("net.npz", "--engine", "numba") == (
        2,
        "",
        "engine numba must have the package numba, which is not installed: "
        "pip install 'spikewright[fast]'\n",
    )
