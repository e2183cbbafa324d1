"""`spikewright run` that is interrupted or killed, and resumed: nothing is lost or changed."""

from __future__ import annotations

import json
import random
import runpy
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Port,
    Simulator,
    engines,
    load_events,
    random_network,
    random_packets,
    random_spikes,
    save_events,
)
from spikewright.golden.recording import FIRED
from spikewright.golden.recording_file import load_recording, load_state, save_state
from spikewright.tools import run_files, run_network

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "run")

ARCHITECTURE = Architecture.preset("tiny")
ATTACHED = ("west", "east")
EVENTS = 400
FILES = ("net.npz", "--stimulus", "spikes.csv", "--packets", "packets.npz")
OUT, SAVE = ("--out", "out.npz"), ("--checkpoint", "c.npz")
WATCH = ("--watch", "0:2,0,0:3")
RESUME = ("--resume", "c.npz")


@pytest.fixture
def network():
    """Return a network in which everything is stochastic, and which never rests."""
    network = random_network(ARCHITECTURE, 11, attached=ATTACHED, stochastic=0.6, off_mesh=0.2)
    port = Port("out", "output", [(0, 0, 0, 3)])
    return Network(ARCHITECTURE, attached=ATTACHED, ports=(port,), **network.arrays())


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, network):
    monkeypatch.chdir(tmp_path)
    network.save("net.npz")
    save_events("spikes.csv", random_spikes(network, 1, EVENTS, rate=0.05))
    save_events("packets.npz", random_packets(network, 1, EVENTS))
    return tmp_path


@pytest.fixture
def interrupted(monkeypatch):
    """Return a function that makes a signal come while a tick is run."""

    def put(tick: int, number: int = signal.SIGINT) -> None:
        class Interrupted(Simulator):
            def step(self):
                if self.tick == tick:
                    # Somebody who presses Ctrl-C twice means the same.
                    signal.raise_signal(number)
                    signal.raise_signal(number)
                return super().step()

        monkeypatch.setattr(engines, "Simulator", Interrupted)
        # One tick a call.
        monkeypatch.setattr(run_network, "CALL_SECONDS", 0.0)

    return put


# A signal.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_leaves_a_partial_result(here, interrupted, number):
    interrupted(7, number)
    before = signal.getsignal(number)
    status, text, message = invoke(*FILES, "--ticks", 50, *OUT)
    assert (status, message) == (
        130,
        "Interrupted: 8 of 50 ticks are done. out.npz holds them, marked as not complete.\n",
    )
    assert signal.getsignal(number) is before
    assert text.splitlines()[1].split()[:4] == ["ticks", "8", "of", "50"]
    recording, info = load_recording("out.npz")
    assert (recording.ticks, info["complete"]) == (8, False)
    assert sorted(path.name for path in here.iterdir()) == [
        *("net.npz", "out.npz", "packets.npz", "spikes.csv")
    ]


def test_partial_result_is_the_start_of_the_whole(interrupted):
    assert invoke(*FILES, "--ticks", 8, "--out", "short.npz", *WATCH)[0] == 0
    interrupted(7)
    assert invoke(*FILES, "--ticks", 50, *OUT, *WATCH)[0] == 130
    short, partial = (load_recording(name)[0] for name in ("short.npz", "out.npz"))
    np.testing.assert_array_equal(partial.spike_index, short.spike_index)
    np.testing.assert_array_equal(partial.potentials, short.potentials)
    np.testing.assert_array_equal(partial.outputs, short.outputs)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Nothing was written."),
        (("--out", "o.csv"), "o.csv holds them."),
        (("--port", "out", "--port-out", "p.csv"), "p.csv holds them."),
        (SAVE, "Go on with --resume c.npz."),
        (
            ("--out", "o.npz", *SAVE),
            "o.npz holds them, marked as not complete. Go on with --resume c.npz.",
        ),
    ],
)
def test_interrupt_says_what_was_left(interrupted, arguments, sentence):
    interrupted(2)
    status, _, message = invoke(*FILES, "--ticks", 50, *arguments)
    assert (status, message) == (130, f"Interrupted: 3 of 50 ticks are done. {sentence}\n")


def test_interrupt_as_json_and_without_a_verdict(interrupted):
    interrupted(2)
    Path("expected.csv").write_text("tick,index\n20,0\n")
    status, text, _ = invoke(
        *FILES, "--ticks", 50, "--port", "out", "--expect", "expected.csv", "--json"
    )
    report = json.loads(text)
    assert (status, report["complete"], report["ticks"]) == (130, False, 3)
    assert "expected" not in report


def test_spikes_of_a_partial_result_as_csv(interrupted):
    interrupted(4)
    assert invoke(*FILES, "--ticks", 50, "--out", "out.csv")[0] == 130
    assert load_events("out.csv", FIRED)["tick"].max() <= 4


# Checkpoints.


@pytest.mark.parametrize("second", ["numpy", "numba"])
@pytest.mark.parametrize("first", ["numpy", "numba"])
@pytest.mark.parametrize("ticks", [1, 63, 64, 399])
def test_resumed_run_is_the_whole_run(ticks, first, second):
    if "numba" in (first, second):
        pytest.importorskip("numba")
    last = (*FILES, *WATCH, "--ticks", 450, "--engine", second)
    assert invoke(*last, "--out", "whole.npz")[0] == 0
    assert invoke(*FILES, *WATCH, "--ticks", ticks, "--engine", first, *SAVE)[0] == 0
    # The watched neurons are those of the checkpoint.
    last = (*FILES, "--ticks", 450, "--engine", second)
    assert invoke(*last, *RESUME, "--out", "resumed.npz")[0] == 0
    assert Path("resumed.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_resumed_many_times_over_one_file(interrupted):
    assert invoke(*FILES, "--ticks", 30, "--out", "whole.npz")[0] == 0
    run = (*FILES, "--ticks", 30, *OUT, *SAVE)
    interrupted(4)
    assert invoke(*run)[0] == 130
    for tick in (5, 6, 20):
        interrupted(tick)
        status, _, message = invoke(*run, *RESUME)
        assert (status, message.partition(" of ")[0]) == (130, f"Interrupted: {tick + 1}")
    interrupted(-1)
    status, text, message = invoke(*run, *RESUME, "--json")
    report = json.loads(text)
    assert (status, message) == (0, "")
    assert (report["ticks"], report["ticks_here"]) == (30, 9)
    assert Path("out.npz").read_bytes() == Path("whole.npz").read_bytes()
    # Nothing is left to be done, and that is no error.
    assert invoke(*run, *RESUME)[0] == 0
    assert Path("out.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_order_of_events_and_names_of_ports_change_nothing(network):
    assert invoke(*FILES, "--ticks", 9, *SAVE)[0] == 0
    save_events("spikes.csv", load_events("spikes.csv", run_files.make_spikes().dtype)[::-1])
    Network(ARCHITECTURE, attached=ATTACHED[::-1], **network.arrays()).save("net.npz")
    assert invoke(*FILES, "--ticks", 20, *RESUME)[0] == 0


def test_checkpoints_on_the_way(monkeypatch):
    seen = []

    def save(path, state, recording, **digests):
        assert state.tick == recording.ticks
        seen.append(state.tick)
        save_state(path, state, recording, **digests)

    monkeypatch.setattr(run_files, "save_state", save)
    every = (*SAVE, "--checkpoint-every", 20)
    assert invoke(*FILES, "--ticks", 50, *every)[0] == 0
    assert seen == [20, 40, 50]
    seen.clear()
    assert invoke(*FILES, "--ticks", 100, *every, *RESUME)[0] == 0
    assert seen == [60, 80, 100, 100]


def change(name: str) -> None:
    """Change something between a checkpoint and its use."""
    network = Network.load("net.npz")
    if name == "network":
        network.threshold[0, 0] = 7
        network.save("net.npz")
    elif name == "stimulus":
        save_events("spikes.csv", random_spikes(network, 2, EVENTS, rate=0.05))
    else:
        save_events("packets.npz", random_packets(network, 2, EVENTS))


@pytest.mark.parametrize("changed", ["network", "stimulus", "packets"])
def test_checkpoint_of_something_else(changed):
    name = "network" if changed == "network" else "stimulus"
    digests = []
    for file in ("c.npz", "d.npz"):
        assert invoke(*FILES, "--ticks", 9, "--checkpoint", file)[0] == 0
        digests.append(json.loads(str(np.load(file)["header"]))[name][:12])
        change(changed)
    sentence = (
        f"c.npz: the checkpoint must be of this {name}, whose digest is {digests[1]}, "
        f"not of another, {digests[0]!r}\n"
    )
    assert invoke(*FILES, "--ticks", 20, *RESUME, *OUT) == (2, "", sentence)
    assert not Path("out.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--ticks", 8), "--ticks must be at least 9, which c.npz has reached, not 8."),
        (
            ("--ticks", 20, "--watch", "0,0,0"),
            "--watch must name the 6 neurons that c.npz watches, or be left out.",
        ),
        (
            ("--ticks", 10**9),
            "--watch must take at most 1073741824 bytes in all ticks, not 24000000000.",
        ),
    ],
)
def test_resumption_that_is_refused(arguments, sentence):
    assert invoke(*FILES, *WATCH, "--ticks", 9, *SAVE)[0] == 0
    assert invoke(*FILES, *arguments, *RESUME) == (2, "", sentence + "\n")


def test_checkpoint_of_a_later_start():
    """A file that no run wrote: it says that the recording does not begin with tick 0."""
    assert invoke(*FILES, "--ticks", 9, *SAVE)[0] == 0
    header = json.loads(str(np.load("c.npz")["header"]))
    digests = {f"{name}_digest": header[name] for name in ("network", "stimulus")}
    state, recording = load_state("c.npz", **digests)
    none = recording.outputs[:0]
    recording = replace(recording, first_tick=3, outputs=none)
    save_state("c.npz", replace(state, tick=12), recording, **digests)
    sentence = "c.npz: the checkpoint must be of this network's run, from tick 0 on.\n"
    assert invoke(*FILES, "--ticks", 20, *RESUME) == (2, "", sentence)


# A real process.


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "spikewright.tools.cli", "run", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stop_somewhere(process: subprocess.Popen[str], number: int) -> tuple[int, str, float]:
    """Send a signal at any moment after the first checkpoint.

    Returns status, message, and how long the end took.
    """
    deadline = time.monotonic() + 120
    while not Path("c.npz").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.5))
    begun = time.monotonic()
    process.send_signal(number)
    _, message = process.communicate(timeout=60)
    return process.returncode, message, time.monotonic() - begun


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_killed_process(here, engine, number):
    if engine == "numba":
        pytest.importorskip("numba")
    run = (*FILES, *WATCH, "--engine", engine, *OUT, *SAVE, "--checkpoint-every", 10)
    process = start(*run, "--ticks", 10_000_000)
    status, message, seconds = stop_somewhere(process, number)
    if number == signal.SIGKILL:
        assert status == -signal.SIGKILL
        assert not Path("out.npz").exists()
        reached = 0
    else:
        assert status == 130, message
        assert seconds < 10
        recording, info = load_recording("out.npz")
        reached = recording.ticks
        assert not info["complete"]
        assert message.splitlines()[-1] == (
            f"Interrupted: {reached} of 10000000 ticks are done. out.npz holds them, marked as not "
            "complete. Go on with --resume c.npz."
        )
        assert not [path for path in here.iterdir() if path.name.startswith(".")]
    total = reached + 100 if reached else len(np.load("c.npz")["off_mesh"]) + 100
    assert invoke(*run, *RESUME, "--ticks", total)[0] == 0
    plain = (*FILES, *WATCH, "--engine", engine, "--ticks", total, "--out", "whole.npz")
    assert invoke(*plain)[0] == 0
    assert Path("out.npz").read_bytes() == Path("whole.npz").read_bytes()
