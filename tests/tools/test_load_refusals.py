"""`spikewright load`: what is refused."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import Architecture
from spikewright.golden.archive import write_archive
from spikewright.tools import load_writes
from spikewright.tools.commands_load import write_images

HERE = Path(__file__).parent
invoke = SimpleNamespace(**runpy.run_path(str(HERE / "command_helpers.py"))).invoke
helpers = SimpleNamespace(**runpy.run_path(str(HERE.parent / "image_helpers.py")))
NAMED = helpers.NAMED
TINY = NAMED["tiny"]
FORMS = ("w.txt", "w.bin", "w.npz", "image")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


# What is refused.

HALF = (
    ([], "There must be NET with --writes or --memory, or --read; see spikewright load --help."),
    (
        ["net.npz"],
        "There must be NET with --writes or --memory, or --read; see spikewright load --help.",
    ),
    (
        ["net.npz", "--writes", "w.txt", "--out", "b.npz"],
        "--out, --side, --architecture, --preset and --mesh must come with --read.",
    ),
    (["--read", "w.txt"], "There must be --out with --read; see spikewright load --help."),
    (
        ["net.npz", "--read", "w.txt", "--out", "b.npz"],
        "NET, --writes and --memory must be left out with --read.",
    ),
    (
        ["--read", "w.txt", "--out", "b.npz", "--side", "s.json", "--preset", "tiny"],
        "--side must be left out with --architecture or --preset.",
    ),
    (
        ["--read", "w.txt", "--out", "b.npz", "--preset", "tiny", "--architecture", "a.json"],
        "--architecture must come without --preset and --mesh.",
    ),
    (["--read", "w.txt", "--out", "b.npz", "--mesh", "2x2"], "--mesh must come with --preset."),
    (
        ["--read", "w.txt", "--out", "b.npz", "--preset", "x"],
        "preset must be one of truenorth, tiny, ranc, not 'x'",
    ),
    (
        ["--read", "w.npz", "--out", "b.npz", "--preset", "tiny"],
        "--side, --architecture and --preset must be left out with .npz.",
    ),
    (["net.npz", "--writes", "w.csv"], "--writes must end in .txt, .bin, .h, .npz, not be w.csv."),
    (["net.npz", "--memory", "full"], "--memory must be empty or not be there, and has file."),
    (
        ["--read", "none.txt", "--out", "b.npz"],
        "Cannot use none.txt.json: No such file or directory.",
    ),
    (["--read", "w.h", "--out", "b.npz"], "w.h: the suffix must be .txt, .bin or .npz"),
)


@pytest.mark.parametrize(("arguments", "text"), HALF)
def test_options(arguments: list[str], text: str) -> None:
    helpers.rich_network().save("net.npz")
    Path("full").mkdir()
    Path("full/file").touch()
    Path("w.h.json").write_text("{}")
    write_images(helpers.rich_network(), Path("w.h"), None)
    before = names()
    assert invoke("load", *arguments) == (2, "", f"{text}\n")
    assert names() == before


def lines(number: int, text: str) -> Callable[[bytes], bytes]:
    """Return an edit of one line, counted from 1."""

    def edit(data: bytes) -> bytes:
        rows = data.split(b"\n")
        rows[number - 1] = text.encode()
        return b"\n".join(rows)

    return edit


LINE = (
    "a line must be 8 hexadecimal digits, a space, 8 hexadecimal digits and a line feed, and is not"
)
SPOILT = {
    "x digit": ("w.txt", lines(3, "00000088 0000000x"), f"w.txt, line 3: {LINE}"),
    "z digit": ("w.txt", lines(3, "0000008z 00000000"), f"w.txt, line 3: {LINE}"),
    "short line": ("w.txt", lines(3, "88 0"), f"w.txt, line 3: {LINE}"),
    "no line feed": ("w.txt", lambda data: data[:-1], f"w.txt, line 708: {LINE}"),
    "carriage return": (
        "w.txt",
        lambda data: data.replace(b"\n", b"\r\n"),
        f"w.txt, line 1: {LINE}",
    ),
    "no file": ("w.txt", lambda _: b"", "w.txt: there must be 260 commands at least, not 0"),
    "unknown address": (
        "w.txt",
        lines(3, "00000010 00000001"),
        "w.txt: write 3 must go to a register of the configuration, not to 0x10",
    ),
    "huge": (
        "w.txt",
        lambda data: 3 * data,
        "w.txt: the file must have at most 25488 bytes for this architecture, not 38232",
    ),
    "half a pair": (
        "w.bin",
        lambda data: data + b"\0",
        "w.bin: the file must have 8 bytes a write, not 5665 bytes",
    ),
    "seed 0": (
        "image/seed_0002.mem",
        lambda _: b"00000000\n",
        "image: seed of core (0, 1) must be in 1..4294967295, not 0",
    ),
    "memory digit": (
        "image/synapses_0001.mem",
        lines(5, "12x4"),
        "synapses_0001.mem, line 5: a line must be 4 hexadecimal digits and a line feed, "
        "and is not",
    ),
    "memory line": (
        "image/synapses_0001.mem",
        lines(5, "123"),
        "synapses_0001.mem: the file must have 16 lines of 4 hexadecimal digits, 80 bytes, not 79",
    ),
    "memory width": (
        "image/potential_0001.mem",
        lines(5, "200"),
        "potential_0001.mem, line 5: a line must have 9 bits, and has more",
    ),
    "reset mode": (
        "image/parameters_0000.mem",
        lambda data: b"1" + b"f" * 17 + data[18:],
        "image: threshold_mask of core (0, 0), neuron 0 must be in 0..5, not 7",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_files(name: str) -> None:
    file, edit, text = SPOILT[name]
    form = file.partition("/")[0]
    write_images(helpers.rich_network(), *helpers.options(form, Path(form)))
    path = Path(file)
    path.write_bytes(edit(path.read_bytes()))
    before = names()
    assert invoke("load", "--read", form, "--out", "back.npz") == (2, "", f"{text}\n")
    assert names() == before


def test_a_missing_file() -> None:
    write_images(helpers.rich_network(), None, Path("image"))
    Path("image/synapses_0002.mem").unlink()
    text = "Cannot use image/synapses_0002.mem: No such file or directory.\n"
    assert invoke("load", "--read", "image", "--out", "back.npz") == (2, "", text)


def test_a_pipe() -> None:
    write_images(helpers.rich_network(), Path("w.txt"), Path("image"))
    for path in (Path("image/synapses_0002.mem"), Path("w.txt"), Path("w.txt.json")):
        path.unlink()
        os.mkfifo(path)
        read = "image" if path.parent.name else "w.txt"
        text = f"{path.name}: the path must be that of a regular file, and is not\n"
        assert invoke("load", "--read", read, "--out", "back.npz") == (2, "", text)


def test_archive_of_other_lengths() -> None:
    a = TINY.to_dict()
    header = {"format": "spikewright-writes", "version": 1, "architecture": a}
    header |= {"attached": [], "ports": [], "metadata": {}}
    arrays = {"address": np.zeros(2, np.uint32), "data": np.zeros(3, np.uint32)}
    write_archive("w.npz", header, arrays)
    text = "w.npz: members address.npy and data.npy must be of one length, not 2 and 3\n"
    assert invoke("load", "--read", "w.npz", "--out", "back.npz") == (2, "", text)


def test_a_c_array_that_no_compiler_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_writes, "C_LIMIT", 700)
    helpers.rich_network().save("net.npz")
    text = "w.h: a C array must have at most 700 writes, not 708: use .bin\n"
    assert invoke("load", "net.npz", "--writes", "w.h", "--memory", "image") == (2, "", text)
    assert names() == ["net.npz"]


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    helpers.rich_network().save("net.npz")
    monkeypatch.setattr("spikewright.tools.load_memory.to_digits", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_images(helpers.rich_network(), Path("w.txt"), Path("image"))
    assert names() == ["net.npz"]


# The JSON beside an image.


def beside(**changes: object) -> str:
    """Return what is said of an image whose JSON has these changes; None takes a key out."""
    write_images(helpers.rich_network(), Path("w.txt"), None)
    path = Path("w.txt.json")
    found = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))
    status, text, complaints = invoke("load", "--read", "w.txt", "--out", "back.npz")
    assert (status, text) == (2, "")
    return complaints.removeprefix("w.txt.json: ").removesuffix("\n")


PORT = {"name": "a", "kind": "input", "lines": [[0, 0, 0, 0]]}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"format": None}, "the object must have 'format'"),
        ({"more": 1}, "the object must not have 'more'"),
        ({"format": "x"}, "format must be 'spikewright-image', not 'x'"),
        ({"version": 2}, "version must be 1, not 2"),
        ({"version": True}, "version must be 1, not True"),
        ({"architecture": 1}, "architecture must be an object, not 1"),
        ({"architecture": {}}, "architecture must name axons, and does not"),
        (
            {"architecture": TINY.to_dict() | {"axons": 200}},
            "axons * weight_limit + leak_limit + potential_limit must be at most 255, which "
            "potential_bits = 9 can hold, not 200 * 7 + 7 + 96 = 1503",
        ),
        (
            {"architecture": Architecture().with_mesh(256, 256).to_dict()},
            "architecture must ask for at most 1073741824 bytes of arrays, not 5285085184",
        ),
        ({"attached": {}}, "attached must be a list, not {}"),
        ({"attached": ["up"]}, "attached must be of west, east, north, south, each once"),
        ({"attached": ["west", "west"]}, "attached must be of west, east, north, south, each once"),
        ({"ports": [1]}, "port 0 must be an object of name, kind and lines, and is not"),
        (
            {"ports": [PORT | {"lines": [[0, 0, 0]]}]},
            "lines of port 0 must be rows of 4 integers of 32 bits",
        ),
        (
            {"ports": [PORT | {"lines": [[0, 0, 0, 2**31]]}]},
            "lines of port 0 must be rows of 4 integers of 32 bits",
        ),
        ({"ports": [PORT | {"kind": "x"}]}, "port a: kind must be of input, output, not 'x'"),
        ({"metadata": []}, "metadata must be an object, not []"),
    ],
)
def test_json_refusals(changes: dict[str, object], text: str) -> None:
    assert beside(**changes) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file must hold JSON, and does not"),
        (b"\xff", "the file must hold JSON, and does not"),
        (b"[" * 100_000, "the file must hold JSON, and does not"),
        (b"[]", "the file must hold an object that nests at most 16 deep"),
        (
            b'{"a":' + b"[" * 20 + b"]" * 20 + b"}",
            "the file must hold an object that nests at most 16 deep",
        ),
    ],
)
def test_json_of_no_object(content: bytes, text: str) -> None:
    write_images(helpers.rich_network(), Path("w.txt"), None)
    Path("w.txt.json").write_bytes(content)
    Path("a.json").write_bytes(content)
    for more, name in (([], "w.txt.json"), (["--architecture", "a.json"], "a.json")):
        found = invoke("load", "--read", "w.txt", "--out", "back.npz", *more)
        assert found == (2, "", f"{name}: {text}\n")


def test_ports_that_the_chip_does_not_have() -> None:
    """What only the whole network can tell is told with the image's name."""
    text = "w.txt: port a row 0: axon must be in 0..15, not 16"
    assert beside(ports=[PORT | {"lines": [[0, 0, 0, 16]]}]) == text
