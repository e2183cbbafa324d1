"""`spikewright run`: every refusal is one sentence, and leaves nothing behind."""

from __future__ import annotations

import os
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Port,
    make_packets,
    make_spikes,
    random_network,
    random_spikes,
    save_events,
)
from spikewright.tools.run_files import watched

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "run")

ONE = Architecture.preset("tiny").with_mesh(1, 1)
ATTACHED = ("west", "east")
PORTS = (Port("out", "output", [(7, 0, 0, 3)]), Port("in", "input", [(0, 0, 0, 2)]))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    network = random_network(ONE, 2, attached=ATTACHED)
    Network(ONE, attached=ATTACHED, ports=PORTS, **network.arrays()).save("net.npz")
    save_events("spikes.csv", random_spikes(network, 1, 20))
    return tmp_path


# Watched neurons.


def test_watched_neurons():
    network = Network(ONE.with_mesh(3, 2))
    assert watched([], network).tolist() == []
    assert watched(["2,1,15", "0,0,3", "0,0,2:4"], network).tolist() == [2, 3, 5 * 16 + 15]
    every = watched(["0:3,0:2,0:16"], network)
    np.testing.assert_array_equal(every, np.arange(6 * 16))


@pytest.mark.parametrize("place", ["", "0,0", "0,0,0,0", "0,0,-1", "0,0,a", "0,0,0:", "0,0, 1"])
def test_watched_neuron_of_no_form(place):
    sentence = (
        f"--watch must be x,y,neuron, each a number or a range such as 0:16, not {place!r}.\n"
    )
    assert invoke("net.npz", "--watch", place) == (2, "", sentence)


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ("1,0,0", "x must be in 0..0, not 1"),
        ("0,0:2,0", "y must be in 0..0, not 0:2"),
        ("0,0,16", "neuron must be in 0..15, not 16"),
        ("0,0,3:3", "neuron must be in 0..15, not 3:3"),
    ],
)
def test_watched_neuron_that_is_not_there(place, rule):
    assert invoke("net.npz", "--watch", place) == (2, "", f"--watch {place}: {rule}.\n")


# Bad input: one sentence, status 2, nothing left behind.

OUT = ("--out", "out.npz")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("none.npz",), "Cannot use none.npz: No such file or directory."),
        (("net.npz", "--ticks", "0"), "--ticks must be at least 1, not 0."),
        (("net.npz", "--threads", "0"), "threads must be at least 1, not 0"),
        (
            ("net.npz", "--engine", "gpu"),
            "engine must be of numpy, numba, rtl, not 'gpu'",
        ),
        (
            ("net.npz", "--engine", "rtl", "--threads", "2"),
            "threads must be 1 on engine rtl, not 2",
        ),
        (("net.npz", "--core", "neuron"), "--core must come with --engine rtl."),
        (
            ("net.npz", "--engine", "rtl", "--core", "axon"),
            "core must be event or neuron, not 'axon'",
        ),
        (
            ("net.npz", "--checkpoint", "c.npz", "--checkpoint-every", "-1"),
            "--checkpoint-every must be at least 1, not -1.",
        ),
        (
            ("net.npz", "--checkpoint-every", "5"),
            "--checkpoint-every must come with --checkpoint.",
        ),
        (("net.npz", "--port-out", "p.csv"), "--port-out must come with --port."),
        (("net.npz", "--expect", "p.csv"), "--expect must come with --port."),
        (
            ("net.npz", "--engine", "rtl", "--checkpoint", "c.npz"),
            "--checkpoint must come with engine numpy or numba, not with rtl, which shows neither "
            "its random states nor the spikes that it has scheduled.",
        ),
        (
            ("net.npz", "--engine", "rtl", "--resume", "c.npz"),
            "--resume must come with engine numpy or numba, not with rtl, which shows neither "
            "its random states nor the spikes that it has scheduled.",
        ),
        (("net.npz", "--out", "o.txt"), "--out must end in .npz or .csv, not be o.txt."),
        (
            ("net.npz", "--port", "out", "--port-out", "o.npz"),
            "--port-out must end in .csv, not be o.npz.",
        ),
        (
            ("net.npz", "--checkpoint", "c.csv"),
            "--checkpoint must end in .npz, not be c.csv.",
        ),
        (
            ("net.npz", "--out", "./net.npz"),
            "--out must be another file than NET, not net.npz too.",
        ),
        (
            ("net.npz", *OUT, "--checkpoint", "out.npz"),
            "--checkpoint must be another file than --out, not out.npz too.",
        ),
        (
            ("net.npz", *OUT, "--resume", "out.npz"),
            "--resume must be another file than --out, not out.npz too.",
        ),
        (
            ("net.npz", "--stimulus", "spikes.csv", "--out", "spikes.csv"),
            "--out must be another file than --stimulus, not spikes.csv too.",
        ),
        (("net.npz", "--out", "no/out.npz"), "Cannot use no/out.npz: No such file or directory."),
        (("net.npz", "--out", "dir.npz"), "Cannot use dir.npz: Is a directory."),
        (("net.npz", "--port", "in"), "network has no output port 'in'; it has: out"),
        (
            ("net.npz", "--stimulus", "far.csv"),
            "far.csv: spikes row 0: axon must be in 0..15, not 16",
        ),
        (
            ("net.npz", "--packets", "north.npz"),
            "north.npz: packets row 0: side must be attached (west, east), not 'north'",
        ),
        (
            ("net.npz", "--port", "out", "--expect", "spikes.csv"),
            "spikes.csv:1: header must be tick,index",
        ),
        (
            ("net.npz", "--port", "out", "--expect", "bad.csv"),
            "bad.csv:3: index must be an integer, not 'x'",
        ),
        (
            ("net.npz", "--resume", "net.npz"),
            "--resume must be another file than NET, not net.npz too.",
        ),
        (("net.npz", "--resume", "none.npz"), "Cannot use none.npz: No such file or directory."),
        (
            ("net.npz", "--watch", "0,0,0:16", "--ticks", "90000000"),
            "--watch must take at most 1073741824 bytes in all ticks, not 5760000000.",
        ),
    ],
)
def test_bad_input(here, arguments, sentence):
    save_events("far.csv", make_spikes([(0, 0, 0, 16)]))
    save_events("north.npz", make_packets([(0, "north", 0, 0, -1, 1, 1)]))
    Path("bad.csv").write_text("tick,index\n1,7\n2,x\n")
    Path("dir.npz").mkdir()
    before = sorted(here.iterdir())
    assert invoke(*arguments) == (2, "", sentence + "\n")
    assert sorted(here.iterdir()) == before


def test_folder_that_cannot_be_written_to(monkeypatch):
    monkeypatch.setattr("os.access", lambda _path, mode: mode != os.W_OK)
    assert invoke("net.npz", *OUT) == (2, "", "Cannot use out.npz: Permission denied.\n")
