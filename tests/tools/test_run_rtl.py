"""`spikewright run --engine rtl`: either core, and meshes of a thousand."""

from __future__ import annotations

import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    make_spikes,
    random_network,
    random_spikes,
    save_events,
    simulate,
)
from spikewright.golden.recording_file import load_recording
from spikewright.golden.workloads import recurrent_network
from spikewright.tools import rtl_engine
from spikewright.tools.engine import compiled_chip

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "run")

# A chip that other tests compile as well.
ONE = Architecture.preset("tiny").with_mesh(1, 1)
ATTACHED = ("west", "east")
TICKS = 50
FILES = ("net.npz", "--stimulus", "in.csv", "--ticks", TICKS, "--out", "out.npz")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_core_of_the_hardware(monkeypatch):
    """Which core is built is seen here; that both do the same is the nightly test's matter."""
    network = random_network(ONE, 2, attached=ATTACHED)
    network.save("net.npz")
    spikes = random_spikes(network, 1, TICKS)
    save_events("in.csv", spikes)
    wanted = simulate(network, spikes, TICKS).spikes
    cores = []

    def spy(*arguments, core):
        cores.append(core)
        return compiled_chip(*arguments)

    monkeypatch.setattr(rtl_engine, "compiled_chip", spy)
    for core in ((), ("--core", "event"), ("--core", "neuron")):
        status, _, _ = invoke(*FILES, "--engine", "rtl", *core)
        assert status == 0
        np.testing.assert_array_equal(load_recording("out.npz")[0].dense_spikes(), wanted)
    assert cores == ["event", "event", "neuron"]


@pytest.mark.nightly
@pytest.mark.parametrize("core", ["event", "neuron"])
def test_a_thousand_cores_in_rtl(core, monkeypatch):
    """Full-size cores, from a new folder of builds: one tile is compiled, whatever the mesh."""
    monkeypatch.setenv("SPIKEWRIGHT_BUILD", str(Path("builds").absolute()))
    chip = Architecture.preset("truenorth").with_mesh(32, 32)
    recurrent_network(chip, 1, density=0.5).save("large.npz")
    save_events("in.csv", make_spikes([(t, x, 31 - x, t) for t in range(4) for x in range(32)]))
    found = []
    for engine in (("numpy",), ("rtl", "--core", core)):
        status, text, _ = invoke(
            "large.npz", "--stimulus", "in.csv", "--ticks", 4, "--engine", *engine,
            "--out", "out.npz", "--json",
        )  # fmt: skip
        assert status == 0
        found.append(load_recording("out.npz")[0].dense_spikes())
    assert found[0].any()
    np.testing.assert_array_equal(*found)
    assert json.loads(text)["stages"]["building"] < 120
