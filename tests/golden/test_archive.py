"""Files from elsewhere: whatever is wrong in them, one sentence, and nothing of them runs."""

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, Network, NetworkError, random_network

TINY = Architecture.preset("tiny").with_mesh(1, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    random_network(TINY, 0).save(tmp_path / "net.npz")
    return tmp_path / "net.npz"


def refusal(path: Path) -> str:
    with pytest.raises(NetworkError) as error:
        Network.load(path)
    return str(error.value)


def rewritten(path: Path, change: Callable[[dict[str, Any]], None], **options: Any) -> str:
    """Change the members, as numpy reads them, write them back as numpy does, and load."""
    with np.load(path) as arrays:
        members = dict(arrays)
    change(members)
    np.savez(path, **members, **options)
    return refusal(path)


def reheaded(path: Path, **changes: Any) -> str:
    def change(members: dict[str, Any]) -> None:
        header = json.loads(str(members["header"])) | changes
        members["header"] = np.array(json.dumps(header))

    return rewritten(path, change)


def repacked(path: Path, member: str, data: bytes, **options: Any) -> str:
    """Put other bytes in the place of one member."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in (members | {member: data}).items():
            archive.writestr(name, content)
    return refusal(path)


def test_a_file_that_numpy_wrote_is_welcome(file: Path) -> None:
    with np.load(file) as arrays:
        members = dict(arrays)
    np.savez(file, **members)
    assert Network.load(file).architecture == TINY


class Trap:
    """Unpickling it would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_pickled_array_is_refused_and_not_executed(file: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    objects = np.array([Trap(trap)], dtype=object)
    text = rewritten(file, lambda members: members.update(leak=objects))
    assert text == "net.npz: member leak.npy must be of type <i4, not |O"
    text = rewritten_header(file, objects)
    assert text == "net.npz: member header.npy must be of type text, not |O"
    assert not trap.exists()
    np.load(file, allow_pickle=True)["header"]  # the trap does work
    assert trap.exists()


def rewritten_header(path: Path, header: np.ndarray) -> str:
    with np.load(path, allow_pickle=True) as arrays:
        members = {name: arrays[name] for name in arrays.files if name not in ("header", "leak")}
    np.savez(path, header=header, **members)
    return refusal(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello\n" * 100, b"\x93NUMPY\x01\x00"])
def test_not_a_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "net.npz").write_bytes(content)
    text = "net.npz: the file must be a whole zip archive, and is not"
    assert refusal(tmp_path / "net.npz") == text


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated(file: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    assert refusal(file) == "net.npz: the file must be a whole zip archive, and is not"


def test_damaged_anywhere(file: Path) -> None:
    """Any byte may change: the file is refused in one sentence, or what it says is the same."""
    content = file.read_bytes()
    before = Network.load(file).arrays()
    rng = random.Random(1)
    for _ in range(400):
        damaged = bytearray(content)
        damaged[rng.randrange(len(content))] ^= rng.randrange(1, 256)
        file.write_bytes(damaged)
        text = ""
        try:
            after = Network.load(file).arrays()
        except NetworkError as error:
            text = str(error)
        same = not text and all(np.array_equal(before[n], array) for n, array in after.items())
        assert same or text.startswith("net.npz: ")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"format": "spikewright-spikes"},
            "header format must be 'spikewright-network', not 'spikewright-spikes'",
        ),
        ({"version": 3}, "header version must be 1 or 2, not 3"),
        ({"version": True}, "header version must be 1 or 2, not True"),
        ({"version": 2.0}, "header version must be 1 or 2, not 2.0"),
        ({"version": "1"}, "header version must be 1 or 2, not '1'"),
        ({"architecture": 5}, "header architecture must be an object, not 5"),
        ({"architecture": {}}, "header architecture: architecture must name axons, and does not"),
        ({"attached": "west"}, "header attached must be a list, not 'west'"),
        (
            {"attached": [["west"]]},
            "header attached must be of west, east, north, south, not ['west']",
        ),
    ],
)
def test_wrong_headers(file: Path, changes: dict[str, Any], text: str) -> None:
    assert reheaded(file, **changes) == f"net.npz: {text}"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (np.array("{"), "member header.npy must hold JSON, and does not"),
        (np.array("[" * 4000), "member header.npy must hold JSON, and does not"),
        (np.array("[]"), "header must be a JSON object, not list"),
        (np.array(3), "member header.npy must be of type text, not <i8"),
        (np.array(["{}"]), "member header.npy must have shape (), not (1,)"),
        (np.array("x" * 65537), "member header.npy must take at most 262144 bytes, not 262148"),
        (np.array("[" * 17 + "]" * 17), "header must be a JSON object, not list"),
        (
            np.array('{"a":' + "[" * 16 + "]" * 16 + "}"),
            "header must nest at most 16 deep, and nests deeper",
        ),
        (np.array('{"a":' + "9" * 5000 + "}"), "member header.npy must hold JSON, and does not"),
    ],
)
def test_headers_that_are_none(file: Path, header: np.ndarray, text: str) -> None:
    assert rewritten(file, lambda m: m.update(header=header)) == f"net.npz: {text}"


def test_missing_and_foreign_members(file: Path) -> None:
    text = rewritten(file, lambda members: members.update(extra=np.zeros(3)))
    assert text == "net.npz: member 'extra.npy' must not be there, no such array is known"
    text = rewritten(file, lambda members: members.pop("leak"))
    assert text == "net.npz: member leak.npy must be there once, not 0 times"
    text = rewritten(file, lambda members: members.pop("header"))
    assert text == "net.npz: member header.npy must be there once, not 0 times"


def test_a_member_twice(file: Path) -> None:
    with (
        zipfile.ZipFile(file, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("leak.npy", archive.read("leak.npy"))
    assert refusal(file) == "net.npz: member leak.npy must be there once, not 2 times"


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.zeros((1, 16), np.int64), "must be of type <i4, not <i8"),
        (np.zeros((1, 16), ">i4"), "must be of type <i4, not >i4"),
        (np.zeros((1, 15), np.int32), "must have shape (1, 16), not (1, 15)"),
        (np.zeros((16,), np.int32), "must have shape (1, 16), not (16,)"),
        (
            np.zeros((1, 16), [("a", np.int32)]),
            "must have a .npy header of one plain array, and has not",
        ),
    ],
)
def test_wrong_arrays(file: Path, array: np.ndarray, text: str) -> None:
    assert rewritten(file, lambda m: m.update(leak=array)) == f"net.npz: member leak.npy {text}"


def test_fortran_order(file: Path) -> None:
    text = rewritten(file, lambda m: m.update(weights=np.asfortranarray(m["weights"])))
    assert text == "net.npz: member weights.npy must be stored in C order, not in Fortran order"


def test_booleans_of_neither_kind(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        data = archive.read("leak_reversal.npy")
    text = repacked(file, "leak_reversal.npy", data[:-1] + b"\x02")
    assert text == "net.npz: member leak_reversal.npy must hold bytes in 0..1, not 2"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "must be an array of .npy version 1.0, and is not"),
        (b"\x93NUMPY\x02\x00", "must be an array of .npy version 1.0, and is not"),
        (
            b"\x93NUMPY\x01\x00\x05\x00hello",
            "must have a .npy header of one plain array, and has not",
        ),
        (
            b"\x93NUMPY\x01\x00\xff\xff__import__('os')",
            "must have a .npy header of one plain array, and has not",
        ),
    ],
)
def test_members_that_are_no_arrays(file: Path, data: bytes, text: str) -> None:
    assert repacked(file, "leak.npy", data) == f"net.npz: member leak.npy {text}"


def test_a_text_of_endless_length(file: Path) -> None:
    digits = "9" * 30
    text = f"{{'descr': '<U{digits}', 'fortran_order': False, 'shape': (), }}\n".encode()
    data = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    assert repacked(file, "header.npy", data) == (
        f"net.npz: member header.npy must take at most 262144 bytes, not {4 * int(digits)}"
    )


@pytest.mark.parametrize("change", [-1, 1])
def test_data_of_another_length(file: Path, change: int) -> None:
    with zipfile.ZipFile(file) as archive:
        data = archive.read("leak.npy")
    data = data + b"\0" if change > 0 else data[:-1]
    text = repacked(file, "leak.npy", data)
    assert text == "net.npz: member leak.npy must hold 64 bytes of data, and does not"


def test_an_odd_compression(file: Path) -> None:
    text = repacked(file, "more.npy", b"", compression=zipfile.ZIP_BZIP2)
    assert text == (
        "net.npz: member header.npy must be stored or deflated and not encrypted, and is not"
    )


def test_an_architecture_too_large_to_read(file: Path) -> None:
    """The promise of 2**48 synapses is refused before any is read."""
    huge = TINY.to_dict() | {
        "axons": 65536,
        "neurons": 65536,
        "potential_bits": 32,
        "offset_bits": 17,
        "width": 65536,
    }
    assert reheaded(file, architecture=huge) == (
        "net.npz: header architecture must ask for at most 1073741824 bytes of arrays, "
        "not 281728380043264"
    )


def test_a_long_sentence_is_cut(file: Path) -> None:
    text = reheaded(file, attached="x" * 10_000)
    start = "net.npz: header attached must be a list, not 'xxx"
    assert text.startswith(start)
    assert text.endswith("xxx...")
    assert len(text) == len("net.npz: ") + 503
