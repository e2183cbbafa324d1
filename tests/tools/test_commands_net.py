"""`spikewright net`: info and check; test_convert.py has the rest."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Port,
    random_network,
)
from spikewright.tools.formats import save_network

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = helpers.invoke

TINY = Architecture.preset("tiny")
RANC = Architecture.preset("ranc").with_mesh(3, 1)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def network() -> Network:
    """One neuron of one core sends to the bus, the third cell."""
    network = Network(
        RANC,
        attached=("east",),
        ports=[Port("bus", "output", [(9, 0, 0, 4)])],
        metadata={"ranc": {"bus": [2, 0], "outputs": 256}},
    )
    network.synapses[0, 4, :2] = True
    network.weights[0, 4, 0] = 1
    network.dx[0, 4], network.axon[0, 4], network.delay[0, 4] = 3, 9, 1
    return network


@pytest.fixture
def memory(network: Network) -> Path:
    save_network(network, "ranc", "ranc-memory")
    return Path("ranc")


# info.


def test_info(network: Network) -> None:
    network.save("net.npz")
    status, text, complaints = invoke("net", "info", "net.npz")
    assert (status, complaints) == (0, "")
    assert (
        f"file          net.npz, Spikewright network, {Path('net.npz').stat().st_size:,} bytes"
        in text
    )
    assert "mesh          3 x 1 cores of 256 neurons and 256 axons\n" in text
    assert "cores         1 of 3 in use\n" in text
    assert "neurons       1 of 768 in use, 1 with synapses, 1 with a destination\n" in text
    assert "synapses      2, 0.00 % of the crossbars of the cores in use\n" in text
    assert "features      reset normal 1\n" in text
    assert "delays        1 of 1\n" in text
    assert "attached      east\n" in text
    assert "metadata      {'ranc': {'bus': [2, 0], 'outputs': 256}}\n" in text
    assert "bus   output  10    1" in text


def test_info_json() -> None:
    network = random_network(TINY, 1, attached=("west",))
    network.save("net.npz")
    status, text, _ = invoke("net", "info", "net.npz", "--json")
    found = json.loads(text)
    assert status == 0
    assert (found["file"], found["format"], found["cores"]) == ("net.npz", "npz", 4)
    assert found["synapses"] == int(network.synapses.sum())
    assert found["neurons_with_destinations"] == int((network.delay > 0).sum())
    assert found["features"]["reset linear"] == int((network.reset_mode == 1).sum())
    assert found["features"]["stochastic threshold"] == int((network.threshold_mask > 0).sum())
    assert sum(found["delays"].values()) == found["neurons_with_destinations"]
    assert found["architecture"] == TINY.to_dict()
    assert (found["changes"], found["notes"], found["attached"]) == ([], [], ["west"])


def test_info_of_a_silent_chip_and_odd_names() -> None:
    ports = [Port("[red]x[/red]", "input", [])]
    Network(TINY, ports=ports).save("net.npz")
    text = invoke("net", "info", "net.npz")[1]
    assert "cores         0 of 4 in use\n" in text
    assert "features      none\n" in text
    assert "[red]x[/red]" in text


def test_info_of_a_folder(memory: Path) -> None:
    found = json.loads(invoke("net", "info", memory, "--json")[1])
    size = sum(path.stat().st_size for path in memory.iterdir())
    assert (found["format"], found["bytes"], found["cores_used"]) == ("ranc-memory", size, 1)


# check.


def test_check(memory: Path) -> None:
    Network(TINY).save("net.npz")
    status, text, complaints = invoke("net", "check", "net.npz", memory)
    assert (status, complaints) == (0, "")
    assert text == "net.npz: valid, npz, 2 x 2 cores\nranc: valid, ranc-memory, 3 x 1 cores\n"


def test_check_finds_faults() -> None:
    Network(TINY).save("net.npz")
    Path("bad.npz").write_bytes(b"PK")
    status, text, complaints = invoke("net", "check", "bad.npz", "net.npz")
    assert (status, text) == (1, "net.npz: valid, npz, 2 x 2 cores\n")
    assert complaints == "bad.npz: the file must be a whole zip archive, and is not\n"
    status, text, _ = invoke("net", "check", "bad.npz", "none.npz", "--json")
    assert status == 2
    assert json.loads(text) == [
        {
            "file": "bad.npz",
            "valid": False,
            "error": "bad.npz: the file must be a whole zip archive, and is not",
        },
        {
            "file": "none.npz",
            "valid": False,
            "error": "Cannot use none.npz: No such file or directory.",
        },
    ]
