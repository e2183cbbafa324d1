"""Which format a file has, and what is asked of the format's own module."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spikewright.golden import Architecture, Network, NetworkError, network_digest, random_network
from spikewright.tools import formats
from spikewright.tools.formats import (
    FORMATS,
    Format,
    FormatError,
    Report,
    detect,
    detect_output,
    load_network,
    save_network,
)

RANC = Architecture.preset("ranc").with_mesh(2, 1)
NAMES = "npz, ranc, ranc-memory, cpe, nir"


def refusal(function: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(FormatError) as error:
        function(*arguments, **named)
    return str(error.value)


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.module])
def test_every_function_is_there(name: str) -> None:
    known = FORMATS[name]
    for function in (known.reader, known.writer, *filter(None, [known.stimulus])):
        assert callable(known.function(function))


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("net.npz", b"PK\3\4", "npz"),
        ("net", b"PK\3\4", "npz"),
        ("net.npz", b"", "npz"),
        ("net.nir", b"damaged", "nir"),
        ("net.json", b"\x89HDF\r\n\x1a\n", "nir"),
        ("net.json", b'{"packets": []', "ranc"),
        ("net.json", b'\xef\xbb\xbf \n{\t"output_bus":', "ranc"),
        ("net.txt", b'{"cores":', "ranc"),
        ("net.json", b'{"model":', "cpe"),
        ("net.json", b'/* a " { */ // {"cores"\n { /**/ "crossbarTypes"', "cpe"),
        ("net.json", b'{"core":', "cpe"),
        ("net.NIR", b"", "nir"),
    ],
)
def test_detection(tmp_path: Path, name: str, content: bytes, format_: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert detect(tmp_path / name) == format_


def test_a_folder_holds_memory_files(tmp_path: Path) -> None:
    assert detect(tmp_path) == "ranc-memory"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"other": 1}',
        b"[]",
        b"tick,x,y,axon\n",
        b"// " * 20_000,
        b"/* " * 20_000,
        b"/**/" * 15_000,
        b"{" + b"//\n" * 20_000,
    ],
)
def test_no_format(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "net.json").write_bytes(content)
    text = f"net.json: the file must be of a known format ({NAMES}), and looks like none of them"
    assert refusal(detect, tmp_path / "net.json") == text


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        detect(tmp_path / "net.json")
    os.mkfifo(tmp_path / "net.json")
    text = "net.json: the path must be a regular file or a folder, and is not"
    assert refusal(detect, tmp_path / "net.json") == text


def test_detection_of_outputs(tmp_path: Path) -> None:
    found = [
        detect_output(name) for name in ("a.npz", "b.nir", "c.h5", "d.HDF5", "folder", tmp_path)
    ]
    assert found == ["npz", "nir", "nir", "nir", "ranc-memory", "ranc-memory"]
    text = f"the format must be named, one of {NAMES}: suffix"
    assert refusal(detect_output, "a.json") == f"a.json: {text} .json may be ranc or cpe"
    assert refusal(detect_output, "a.txt") == f"a.txt: {text} .txt is that of none"


def test_our_own_format(tmp_path: Path) -> None:
    network = random_network(Architecture.preset("tiny"), 1)
    assert save_network(network, tmp_path / "net.npz") == Report()
    loaded, report = load_network(tmp_path / "net.npz")
    assert (network_digest(loaded), report) == (network_digest(network), Report())
    (tmp_path / "net.npz").write_bytes(b"PK")
    with pytest.raises(NetworkError):
        load_network(tmp_path / "net.npz")


@pytest.mark.parametrize(("path", "name"), [("net.json", "ranc"), ("folder", "ranc-memory")])
def test_there_and_back(tmp_path: Path, path: str, name: str) -> None:
    network = Network(RANC, attached=("east",))
    network.synapses[0, 3, 5], network.weights[0, 3, 0], network.delay[0, 3] = True, 7, 2
    save_network(network, tmp_path / path, name, bus=(1, 0))
    assert detect(tmp_path / path) == name
    loaded, _ = load_network(tmp_path / path, mesh=(2, 1))
    assert network_digest(loaded) == network_digest(network)


def test_what_a_module_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options reach the format's functions under their names, and nothing else does."""
    network, calls = Network(RANC), []

    def function(_: Format, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            calls.append((name, arguments, named))
            return (network, Report()) if name.startswith("read") else Report()

        return call

    monkeypatch.setattr(Format, "function", function)
    load_network("a", "cpe", mesh=(2, 2))
    save_network(network, "b", "ranc", True, bus=(1, 1))
    assert calls == [
        ("read_cpe", ("a",), {"approximate": False, "mesh": (2, 2)}),
        ("write_ranc", (network, "b"), {"approximate": True, "bus": (1, 1)}),
    ]


def test_refused_options() -> None:
    text = "format must be of npz, ranc, ranc-memory, cpe, nir, not 'xyz'"
    assert refusal(load_network, "a", "xyz") == text
    text = "option bus must be left out with format cpe; it is for ranc-memory"
    assert refusal(load_network, "a", "cpe", bus=(1, 1)) == text
    text = "option bus must be left out with format npz; it is for ranc, ranc-memory"
    assert refusal(save_network, Network(RANC), "a.npz", bus=(1, 1)) == text
    text = "option colour must be left out with format npz"
    assert refusal(save_network, Network(RANC), "a.npz", colour=1) == text


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name="h5py._errors")

    monkeypatch.setattr(formats.importlib, "import_module", missing)
    assert refusal(load_network, "a", "nir") == (
        "format nir must have the package h5py, which is not installed: "
        "pip install 'spikewright[nir]'"
    )


def test_modules_are_imported_when_they_are_used() -> None:
    script = (
        "import sys\n"
        "import spikewright.tools.formats\n"
        "print([m for m in sys.modules if m.startswith('spikewright.tools.formats.')])\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "['spikewright.tools.formats.report']\n"
