"""Networks as files: both versions, and what only such a file can have wrong."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    ArchitectureError,
    Network,
    NetworkError,
    Port,
    network_digest,
    random_network,
)
from spikewright.golden.archive import write_archive

TINY = Architecture.preset("tiny")
PIXELS = Port("pixels", "input", [(0, 0, 0, 5), (1, 2, 0, 15)])
CLASSES = Port("classes", "output", [(9, 1, 0, 3)])
# Axons that fill no byte: 11 of them take two bytes a neuron.
ODD = Architecture(axons=11, neurons=3, axon_types=3, weight_bits=3, leak_bits=3, width=2, height=1)


def test_round_trip(tmp_path: Path) -> None:
    network = random_network(TINY.with_mesh(3, 1), 1, attached=("east", "south"))
    network.ports = (PIXELS, CLASSES)
    network.metadata = {"ranc": {"bus": [2, 2]}}
    network.save(tmp_path / "net.npz")
    loaded = Network.load(tmp_path / "net.npz")
    assert loaded.architecture == network.architecture
    assert loaded.attached == ("east", "south")
    assert loaded.metadata == network.metadata
    assert [(port.name, port.kind, port.lines.tolist()) for port in loaded.ports] == [
        ("pixels", "input", [[0, 0, 0, 5], [1, 2, 0, 15]]),
        ("classes", "output", [[9, 1, 0, 3]]),
    ]
    for name, array in network.arrays().items():
        assert loaded.arrays()[name].dtype == array.dtype
        assert np.array_equal(loaded.arrays()[name], array)
        assert loaded.arrays()[name].flags.writeable


def test_numpy_reads_it(tmp_path: Path) -> None:
    network = random_network(TINY, 1)
    network.save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["weights"], network.weights)
        assert str(arrays["header"]).startswith('{"format": "spikewright-network", "version": 2')


def test_equal_networks_give_equal_files(tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        random_network(TINY, 1).save(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_refused_network_leaves_the_old_file(tmp_path: Path) -> None:
    network = Network(TINY)
    network.save(tmp_path / "net.npz")
    before = (tmp_path / "net.npz").read_bytes()
    network.seed[0] = 0
    with pytest.raises(NetworkError):
        network.save(tmp_path / "net.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["net.npz"]
    assert (tmp_path / "net.npz").read_bytes() == before


def test_a_missing_file_is_the_systems_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Network.load(tmp_path / "net.npz")


def test_values_are_checked_on_loading(tmp_path: Path) -> None:
    network = Network(TINY)
    network.delay[1, 2] = 200
    network.check = lambda: None  # type: ignore[method-assign]
    network.save(tmp_path / "net.npz")
    with pytest.raises(NetworkError) as error:
        Network.load(tmp_path / "net.npz")
    assert str(error.value) == ("net.npz: delay of core (1, 0), neuron 2 must be in 0..15, not 200")


def test_the_architecture_is_checked_on_loading(tmp_path: Path) -> None:
    network = Network(TINY)
    values = TINY.to_dict() | {"delay_slots": 12}
    object.__setattr__(network, "architecture", _Described(values))
    network.check = lambda: None  # type: ignore[method-assign]
    network.save(tmp_path / "net.npz")
    with pytest.raises(NetworkError) as error:
        Network.load(tmp_path / "net.npz")
    assert str(error.value) == (
        "net.npz: header architecture: delay_slots must be a power of two, not 12"
    )
    assert error.value.__cause__ is None
    assert not isinstance(error.value, ArchitectureError)


class _Described:
    """Stands for an architecture that no constructor lets through."""

    def __init__(self, values: dict[str, int]) -> None:
        self.values = values

    def to_dict(self) -> dict[str, int]:
        return self.values


def test_synapses_are_bits_and_axon_0_is_the_lowest(tmp_path: Path) -> None:
    synapses = np.zeros((2, 3, 11), dtype=bool)
    synapses[1, 2, [0, 9]] = True
    Network(ODD, synapses=synapses).save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as arrays:
        assert arrays["synapse_bits"].shape == (2, 3, 2)
        assert arrays["synapse_bits"][1, 2].tolist() == [1, 2]
        assert arrays["synapse_bits"].sum() == 3
        assert "synapses" not in arrays
    assert np.array_equal(Network.load(tmp_path / "net.npz").synapses, synapses)


def test_version_1_is_still_read(tmp_path: Path) -> None:
    """As it was written before there were ports, and before potentials could wrap."""
    network = random_network(TINY, 1, attached=("east",))
    described = {name: n for name, n in TINY.to_dict().items() if name not in ("wrap", "inclusive")}
    header = {"format": "spikewright-network", "version": 1, "architecture": described}
    write_archive(tmp_path / "net.npz", header | {"attached": ["east"]}, network.arrays())
    loaded = Network.load(tmp_path / "net.npz")
    assert (loaded.architecture, loaded.attached, loaded.ports) == (TINY, ("east",), ())
    assert loaded.metadata == {}
    assert network_digest(loaded) == network_digest(network)
    assert loaded.synapses.dtype == np.bool_


def test_booleans_of_version_1(tmp_path: Path) -> None:
    network = Network(TINY)
    header = {"format": "spikewright-network", "version": 1, "architecture": TINY.to_dict()}
    synapses = network.synapses.copy()
    synapses.view(np.uint8)[0, 0, 0] = 2
    arrays = network.arrays() | {"synapses": synapses}
    write_archive(tmp_path / "net.npz", header | {"attached": []}, arrays)
    assert refusal(tmp_path / "net.npz") == (
        "net.npz: member synapses.npy must hold bytes in 0..1, not 2"
    )


def refusal(path: Path) -> str:
    with pytest.raises(NetworkError) as error:
        Network.load(path)
    return str(error.value)


def changed(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> str:
    """Save a network with ports, change its header and its arrays, and load it."""
    Network(ODD, ports=(Port("pixels", "input", [(0, 1, 0, 5)]),)).save(path)
    with np.load(path) as arrays:
        members = dict(arrays)
    header = json.loads(str(members.pop("header")))
    change(header, members)
    write_archive(path, header, members)
    return refusal(path)


PIXEL = {"name": "pixels", "kind": "input"}


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({"ports": 3}, "header ports must be a list of name and kind, not 3"),
        ({"ports": ["a"]}, "header ports must be a list of name and kind, not ['a']"),
        (
            {"ports": [{"name": "a"}]},
            "header ports must be a list of name and kind, not [{'name': 'a'}]",
        ),
        ({"ports": [PIXEL] * 65}, "header ports must be at most 64, not 65"),
        ({"ports": []}, "member 'port_0.npy' must not be there, no such array is known"),
        ({"ports": [PIXEL] * 2}, "member port_1.npy must be there once, not 0 times"),
        (
            {"ports": [{"name": 7, "kind": "input"}]},
            "port must have a name of 1..64 printable characters, no comma, not 7",
        ),
        (
            {"ports": [{"name": "a\n", "kind": "input"}]},
            "port must have a name of 1..64 printable characters, no comma, not 'a\\n'",
        ),
        (
            {"ports": [{"name": "a", "kind": ["input"]}]},
            "port a: kind must be of input, output, not ['input']",
        ),
        (
            {"ports": [{"name": "a", "kind": "output"}]},
            "port a row 0: neuron must be in 0..2, not 5",
        ),
        ({"metadata": None}, "header metadata must be an object, not None"),
        ({"metadata": [1]}, "header metadata must be an object, not [1]"),
        (
            {"metadata": {"a": "x" * 3000}},
            "metadata must take at most 2000 characters as JSON, not 3009",
        ),
        (
            {"metadata": {"a": [[[[[[[[]]]]]]]]}},
            "metadata must be a mapping that nests at most 8 deep",
        ),
        ({"metadata": {"a": float("inf")}}, "metadata must be what JSON can hold, and is not"),
        (
            {"metadata": {"a": json.loads("[" * 60 + "]" * 60)}},
            "header must nest at most 16 deep, and nests deeper",
        ),
        ({"attached": ["west"] * 5_000}, "attached must name a side once, not 'west' twice"),
    ],
)
def test_hostile_headers(tmp_path: Path, header: dict[str, Any], text: str) -> None:
    def change(known: dict[str, Any], _: dict[str, Any]) -> None:
        known.update(header)

    assert changed(tmp_path / "net.npz", change) == f"net.npz: {text}"


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        (
            {"synapse_bits": np.full((2, 3, 2), 8, np.uint8)},
            "member synapse_bits.npy must hold zeros beyond bit 10 of a row",
        ),
        (
            {"synapse_bits": np.zeros((2, 3, 1), np.uint8)},
            "member synapse_bits.npy must have shape (2, 3, 2), not (2, 3, 1)",
        ),
        ({"port_0": np.zeros(5, np.int32)}, "member port_0.npy must hold rows of 4, not 5"),
        ({"port_0": np.zeros((1, 4), np.int32)}, "member port_0.npy must have one axis, not 2"),
        ({"port_0": np.full(4, -1, np.int32)}, "port pixels: lines must be in 0..2147483647"),
        (
            {"port_0": np.array([0, 2, 0, 0], np.int32)},
            "port pixels row 0: x must be in 0..1, not 2",
        ),
        (
            {"port_00": np.zeros(4, np.int32)},
            "member 'port_00.npy' must not be there, no such array is known",
        ),
    ],
)
def test_hostile_arrays(tmp_path: Path, arrays: dict[str, Any], text: str) -> None:
    def change(_: dict[str, Any], known: dict[str, Any]) -> None:
        known.update(arrays)

    assert changed(tmp_path / "net.npz", change) == f"net.npz: {text}"


class TestDigest:
    def test_all_that_the_chip_holds(self) -> None:
        network = random_network(TINY, 1)
        before = network_digest(network)
        assert len(before) == 64
        for name, array in network.arrays().items():
            first = array.reshape(-1)[:1].copy()
            array.reshape(-1)[:1] = first ^ 1 if first.dtype.kind != "b" else ~first
            assert network_digest(network) != before, name
            array.reshape(-1)[:1] = first
        assert network_digest(network) == before
        network.attached = ("west",)
        assert network_digest(network) != before
        assert network_digest(Network(TINY)) != network_digest(Network(TINY.with_mesh(1, 4)))

    def test_nothing_else(self) -> None:
        port = Port("p", "input", [(0, 0, 0, 0)])
        plain = Network(TINY, attached=("west", "east"))
        named = Network(TINY, attached=("east", "west"), ports=(port,), metadata={"a": 1})
        assert network_digest(plain) == network_digest(named)


@pytest.mark.slow
def test_a_full_chip_is_a_small_matter(tmp_path: Path) -> None:
    """4,096 cores, half of their synapses connected: the file stores the bits as they are."""
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 256, (4096, 256, 32), dtype=np.uint8)
    network = Network(Architecture(), synapses=np.unpackbits(bits, axis=-1).view(np.bool_))
    network.save(tmp_path / "net.npz")
    with zipfile.ZipFile(tmp_path / "net.npz") as archive:
        info = archive.getinfo("synapse_bits.npy")
    assert (info.compress_type, info.file_size) == (zipfile.ZIP_STORED, 2**25 + 128)
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from spikewright.golden import Network, network_digest\n"
        "digest = network_digest(Network.load(sys.argv[1]))\n"
        # Not getrusage: its peak includes that of the process that started this one.
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())\n"
        "print(digest, peak[1])\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "net.npz")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    digest, kilobytes = done.stdout.split()
    assert digest == network_digest(network)
    assert 1024 * int(kilobytes) < 1e9
