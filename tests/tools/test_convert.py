"""`spikewright convert`: networks, and what comes along with them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    SPIKE,
    Architecture,
    Network,
    Port,
    load_events,
    make_spikes,
    network_digest,
    save_events,
)
from spikewright.tools.formats import save_network
from spikewright.tools.net_convert import timed_lists

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = helpers.invoke

TINY = Architecture.preset("tiny")
RANC = Architecture.preset("ranc").with_mesh(3, 1)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def relay() -> Network:
    """Axon k of core (0, 0) reaches neuron k, which is line k of the bus two cells away."""
    arrays = Network(RANC).arrays()
    for k in range(4):
        arrays["synapses"][0, k, k] = True
        arrays["weights"][0, k, 0] = 1
        arrays["dx"][0, k], arrays["axon"][0, k], arrays["delay"][0, k] = 3, k, 1
    return Network(
        RANC,
        attached=("east",),
        ports=[Port("bus", "output", [(k, 0, 0, k) for k in range(4)])],
        metadata={"ranc": {"bus": [2, 0], "outputs": 256}},
        **arrays,
    )


@pytest.fixture
def memory(relay: Network) -> Path:
    """A folder as RANC leaves it: lines 1 and 2 in tick 3, nothing in tick 4, line 0 in tick 5."""
    spikes = make_spikes([(3, 0, 0, 1), (3, 0, 0, 2), (5, 0, 0, 0)])
    save_network(relay, "ranc", "ranc-memory", stimulus=spikes)
    Path("ranc/tb_num_outputs.txt").write_text("2\n1\n")
    Path("ranc/tb_correct.txt").write_text("00000001\n00000010\n00000000\n")
    return Path("ranc")


@pytest.mark.parametrize("command", [("convert",), ("net", "convert")])
def test_convert_with_all_that_comes_along(
    memory: Path, relay: Network, command: tuple[str, ...]
) -> None:
    status, text, complaints = invoke(
        *command, memory, "net.npz", "--stimulus-out", "in.csv", "--expected-out", "out.csv"
    )
    assert (status, complaints) == (0, "")
    assert text.splitlines()[-3:] == [
        "Wrote net.npz: Spikewright network",
        "Wrote in.csv: 3 spikes on axons",
        "Wrote out.csv: 3 expected events",
    ]
    assert "which has such a tick for 2 of 2 lists." in text
    assert network_digest(Network.load("net.npz")) == network_digest(relay)
    assert load_events("in.csv", SPIKE).tolist() == [(3, 0, 0, 1), (3, 0, 0, 2), (5, 0, 0, 0)]
    assert Path("out.csv").read_text() == "tick,index\n3,1\n3,2\n5,0\n"


def test_convert_there_and_back_with_a_stimulus(memory: Path) -> None:
    invoke("convert", memory, "net.npz", "--stimulus-out", "in.npz")
    status, _, complaints = invoke(
        "convert", "net.npz", "net.json", "--to", "ranc", "--stimulus", "in.npz"
    )
    assert (status, complaints) == (0, "")
    status, _, complaints = invoke(
        "convert", "net.json", "again.npz", "--stimulus-out", "again.csv"
    )
    assert (status, complaints) == (0, "")
    assert np.array_equal(load_events("again.csv", SPIKE), load_events("in.npz", SPIKE))
    assert network_digest(Network.load("again.npz")) == network_digest(Network.load("net.npz"))


def test_convert_with_settings(memory: Path) -> None:
    """A bus with more lines than a core has axons, and a cell for it that nobody has to guess."""
    status, _, complaints = invoke(
        "convert", memory, "net.npz", "--mesh", "3x1", "--bus", "2,0", "--set", "outputs=300"
    )
    assert (status, complaints) == (0, "")
    assert Network.load("net.npz").metadata == {"ranc": {"bus": [2, 0], "outputs": 300}}
    status, _, complaints = invoke(
        "convert", "net.npz", "wide.json", "--to", "ranc", "--bus", "2,0"
    )
    assert (status, complaints) == (0, "")


def test_convert_json(memory: Path) -> None:
    status, text, _ = invoke("convert", memory, "net.json", "--to", "ranc", "--json")
    report = json.loads(text)
    assert status == 0
    assert report["notes"] == []
    assert (report["from"], report["to"]) == ("ranc-memory", "ranc")
    assert (report["wrote"], report["changes"]) == (["net.json"], [])


NEURON = {
    "reset_potential": 0,
    "weights": [300, -300, 1, 0],
    "leak": 0,
    "positive_threshold": 1,
    "negative_threshold": 0,
    "destination_core_offset": [1, 0],
    "destination_axon": 0,
    "destination_tick": 0,
    "current_potential": 0,
    "reset_mode": 0,
}


def test_strict_and_approximate() -> None:
    core = {"coordinates": [0, 0], "axons": [0], "connections": [[1]], "neurons": [NEURON]}
    bus = {"coordinates": [1, 0], "num_outputs": 1}
    document = {"packets": [], "output_bus": bus, "cores": [core]}
    Path("net.json").write_text(json.dumps(document))
    status, text, complaints = invoke("convert", "net.json", "net.npz")
    assert (status, text) == (2, "")
    assert complaints == (
        "net.json: core (0, 0), neuron 0: weights[0] must be in -256..255, not 300\n"
    )
    assert not Path("net.npz").exists()
    status, text, complaints = invoke("convert", "net.json", "net.npz", "--approximate")
    assert (status, complaints) == (0, "")
    assert text.splitlines()[0].split() == ["changed", "rule", "first", "place", "was", "now"]
    assert "core (0, 0), neuron 0" in text
    assert Network.load("net.npz").weights[0, 0].tolist() == [255, -256, 1, 0]
    found = json.loads(invoke("net", "info", "net.json", "--approximate", "--json")[1])
    assert sum(change["count"] for change in found["changes"]) == 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("net.npz", "a.npz", "--mesh", "3x3"),
            "--mesh must be left out with format npz: it is for ranc, ranc-memory, cpe or nir.",
        ),
        (("net.npz", "a.npz", "--mesh", "3"), "--mesh must be WIDTHxHEIGHT, such as 3x3, not '3'."),
        (("net.npz", "a.npz", "--bus", "x"), "--bus must be X,Y, such as 2,2, not 'x'."),
        (
            ("net.npz", "a.npz", "--bus", "2,2"),
            "--bus must be left out with format npz: it is for ranc-memory.",
        ),
        (
            ("net.npz", "a.npz", "--dt", "1"),
            "--dt must be left out with format npz: it is for nir.",
        ),
        (
            ("net.npz", "a.npz", "--set", "axons=4"),
            "--set axons must be left out with format npz: it is for ranc.",
        ),
        (
            ("net.npz", "a.npz", "--set", "axons"),
            "--set must be NAME=NUMBER, the name of axons, neurons, outputs, neuron_reset_type, "
            "not 'axons'.",
        ),
        (
            ("net.npz", "a.npz", "--stimulus", "net.csv"),
            "--stimulus must be left out with format npz: it is for ranc or ranc-memory.",
        ),
        (
            ("net.npz", "a.npz", "--stimulus-out", "s.csv"),
            "--stimulus-out must come with a format that carries a stimulus (ranc, ranc-memory), "
            "not with npz.",
        ),
        (
            ("net.npz", "a.npz", "--stimulus-out", "s.txt"),
            "--stimulus-out must end in .csv or .npz, not be s.txt.",
        ),
        (
            ("net.npz", "a.npz", "--expected-out", "e.npz"),
            "--expected-out must end in .csv, not be e.npz.",
        ),
        (("net.npz", "net.npz"), "OUT must be another file than IN, not net.npz too."),
        (
            ("net.npz", "a.npz", "--stimulus-out", "a.npz"),
            "--stimulus-out must be another file than OUT, not a.npz too.",
        ),
        (
            ("net.npz", "a.json"),
            "a.json: the format must be named, one of npz, ranc, ranc-memory, cpe, nir: suffix "
            ".json may be ranc or cpe",
        ),
        (
            ("net.npz", "a.npz", "--from", "xyz"),
            "format must be of npz, ranc, ranc-memory, cpe, nir, not 'xyz'",
        ),
        (
            ("net.npz", "a.npz", "--to", "xyz"),
            "format must be of npz, ranc, ranc-memory, cpe, nir, not 'xyz'",
        ),
        (("net.npz", "no/a.npz"), "Cannot use no/a.npz: No such file or directory."),
        (("none.npz", "a.npz"), "Cannot use none.npz: No such file or directory."),
    ],
)
def test_refused(arguments: tuple[str, ...], text: str) -> None:
    Network(TINY).save("net.npz")
    save_events("net.csv", make_spikes())
    status, printed, complaints = invoke("convert", *arguments)
    assert (status, printed, complaints) == (2, "", f"{text}\n")
    assert sorted(path.name for path in Path().iterdir()) == ["net.csv", "net.npz"]


def test_expected_outputs_that_are_none(memory: Path) -> None:
    invoke("convert", memory, "net.json", "--to", "ranc")
    status, _, complaints = invoke("convert", "net.json", "a.npz", "--expected-out", "e.csv")
    assert (status, complaints) == (
        2,
        "--expected-out must come with format ranc-memory, which may have a tb_correct.txt, not "
        "with ranc.\n",
    )
    Path("ranc/tb_correct.txt").unlink()
    status, _, complaints = invoke("convert", memory, "a.npz", "--expected-out", "e.csv")
    assert (status, complaints) == (
        2,
        "Cannot use ranc/tb_correct.txt: No such file or directory.\n",
    )
    assert not Path("a.npz").exists()


def test_lists_beyond_the_runs_outputs_follow_it(relay: Network) -> None:
    """What the golden model never says is expected all the same, where it cannot be overlooked."""
    spikes = make_spikes([(3, 0, 0, 1)])
    events, ran = timed_lists(relay, spikes, [[1], [], [2, 3], [0]])
    assert (events.tolist(), ran) == ([[3, 1], [4, 2], [4, 3], [5, 0]], 1)
    events, ran = timed_lists(relay, make_spikes(), [[1], [2]])
    assert (events.tolist(), ran) == ([[0, 1], [1, 2]], 0)
    assert timed_lists(relay, spikes, [])[0].shape == (0, 2)
