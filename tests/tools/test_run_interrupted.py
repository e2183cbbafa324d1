"""`spikewright run` that is interrupted: what was done is there, whole, and says what it is."""

from __future__ import annotations

import json
import runpy
import signal
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
from spikewright.golden.recording_file import load_recording
from spikewright.tools import run_network

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "run")

ARCHITECTURE = Architecture.preset("tiny")
ATTACHED = ("west", "east")
EVENTS = 400
FILES = ("net.npz", "--stimulus", "spikes.csv", "--packets", "packets.npz")
OUT, SAVE = ("--out", "out.npz"), ("--checkpoint", "c.npz")
WATCH = ("--watch", "0:2,0,0:3")


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
